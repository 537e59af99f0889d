//! `[pages]`: the pages of the kiosk, and who may set it up.

use std::net::SocketAddr;

use super::document::Section;
use super::till::{Token, token_file};

/// Where the pages are without another address.
pub const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);

/// `[pages]`, resolved.
#[derive(Clone, Debug)]
pub struct PagesConfig {
    /// Whether pages are served.
    pub enabled: bool,
    /// Where; always a loopback address.
    pub listen: SocketAddr,
    /// What whoever sets the kiosk up has to know; without it nobody can by a page.
    pub technician_code: Option<Token>,
}

/// Reads the section.
pub(super) fn read(section: &mut Section<'_, '_>) -> PagesConfig {
    let enabled = section.flag("enabled", false);
    let listen =
        section.text("listen", "a loopback address and port, default \"127.0.0.1:8080\"", super::till::loopback);
    let technician_code = token_file(section, "technician_code_file");
    PagesConfig { enabled, listen: listen.unwrap_or(LISTEN), technician_code }
}
