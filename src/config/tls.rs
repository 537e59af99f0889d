//! `[tls]`: under which names, and with which certificate, other machines reach the kiosk. Without it, none does.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use super::document::Section;
use crate::tls;

/// `[tls]`, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsConfig {
    /// Names and addresses under which the kiosk answers, in small letters; never empty.
    pub names: Vec<String>,
    /// The certificate and its key; without them the kiosk makes its own.
    pub given: Option<GivenFiles>,
}

/// A certificate that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenFiles {
    /// The chain in PEM, the kiosk's own certificate first.
    pub certificate: PathBuf,
    /// Its private key in PEM, readable by its owner only.
    pub key: PathBuf,
}

/// What a name may be.
const NAME_ALLOWED: &str = "names or addresses of this machine as other machines write them, such as \
                            [\"kiosk.shop.lan\", \"192.168.1.20\"]";

/// Reads the section; `None` without it, and where a fault says what is missing.
pub(super) fn read(section: &mut Section<'_, '_>) -> Option<TlsConfig> {
    let present = section.present();
    let names = section.list("names", NAME_ALLOWED, name);
    let certificate = section.path("certificate_file", "the path of a certificate chain in PEM");
    let key = section.path("certificate_key_file", "the path of its private key in PEM, readable by its owner only");
    if !present {
        return None;
    }
    section.require("names", (!names.is_empty()).then_some(()), NAME_ALLOWED);
    let given = match (certificate, key) {
        (None, None) => None,
        (Some(certificate), Some(key)) => {
            let files = GivenFiles { certificate, key };
            if let Err(error) = tls::given(&files) {
                section.fail("certificate_file", error.to_string(), "a certificate and the key that belongs to it");
            }
            Some(files)
        }
        (certificate, key) => {
            let both = "both certificate_file and certificate_key_file, or neither";
            section.require("certificate_file", certificate, both);
            section.require("certificate_key_file", key, both);
            None
        }
    };
    (!names.is_empty()).then_some(TlsConfig { names, given })
}

/// A DNS name or an address, in small letters, as a browser sends it (an IPv6 address without its brackets).
fn name(text: &str) -> Result<String, String> {
    let lower = text.to_ascii_lowercase();
    if let Ok(address) = lower.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        return Ok(address.to_string());
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if lower.len() <= 253 && lower.split('.').all(label) { Ok(lower) } else { Err(format!("has \"{text}\"")) }
}

/// An address to listen at.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("is \"{text}\""))
}

/// An address that only this machine reaches.
pub(super) fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address = address(text)?;
    if address.ip().is_loopback() { Ok(address) } else { Err(format!("is \"{text}\", which other machines can reach")) }
}

/// Reports a listener that other machines reach although nothing protects what they send.
pub(super) fn require_for(section: &mut Section<'_, '_>, listen: SocketAddr, tls: bool) {
    if !listen.ip().is_loopback() && !tls {
        let found = format!("is \"{listen}\", which other machines can reach, and there is no TLS");
        section.fail("listen", found, "a loopback address, or add [tls] with names = [\"kiosk.shop.lan\"]");
    }
}
