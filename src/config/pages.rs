//! `[pages]`: the pages of the kiosk, and who may set it up.

use std::net::SocketAddr;

use super::document::Section;
use super::till::{Token, token_file};
use super::tls;

/// Where the pages are without another address.
pub const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// `[pages]`, resolved.
#[derive(Clone, Debug)]
pub struct PagesConfig {
    /// Whether pages are served.
    pub enabled: bool,
    /// Where; beyond loopback only with `[tls]`.
    pub listen: SocketAddr,
    /// Where the kiosk's own screen, and whatever looks after it on this machine, reach the pages while `listen` is
    /// for other machines; always a loopback address.
    pub local_listen: SocketAddr,
    /// What whoever sets the kiosk up has to know; without it nobody can by a page.
    pub technician_code: Option<Token>,
}

impl PagesConfig {
    /// Where this machine itself reaches the pages while they are served to other machines.
    #[must_use]
    pub fn local(&self) -> Option<SocketAddr> {
        (self.enabled && !self.listen.ip().is_loopback()).then_some(self.local_listen)
    }
}

/// Reads the section.
pub(super) fn read(section: &mut Section<'_, '_>, has_tls: bool) -> PagesConfig {
    let enabled = section.flag("enabled", false);
    let allowed = "an address and port, default \"127.0.0.1:8080\"; beyond loopback with [tls] only";
    let listen = section.text("listen", allowed, tls::address).unwrap_or(LISTEN);
    tls::require_for(section, listen, has_tls);
    let allowed = "a loopback address and port, default \"127.0.0.1:8080\"";
    let local_listen = section.text("local_listen", allowed, tls::loopback).unwrap_or(LISTEN);
    if !listen.ip().is_loopback() && listen.port() == local_listen.port() && listen.port() != 0 {
        let found = format!("has the port {} of local_listen", listen.port());
        section.fail("listen", found, "another port, such as 8443: this one is for the kiosk's own screen");
    }
    let technician_code = token_file(section, "technician_code_file");
    PagesConfig { enabled, listen, local_listen, technician_code }
}
