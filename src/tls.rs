//! What other machines reach the kiosk by: a certificate that was given, or the kiosk's own, and the rules of TLS.
//!
//! Nothing here listens or connects. The private key lies in a file for its owner only, and is in no message.

mod own;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};

use crate::config::{GivenFiles, TlsConfig};

pub use own::FILE;

/// Why there is no certificate to answer with.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file could not be read.
    #[error("{} cannot be read: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A private key that others can read.
    #[error("{} can be read by others; run: chmod 600 {}", file.display(), file.display())]
    Open {
        /// The file.
        file: PathBuf,
    },
    /// A file that holds something else.
    #[error("{} holds no {what} in PEM", file.display())]
    Not {
        /// The file.
        file: PathBuf,
        /// What should be in it.
        what: &'static str,
    },
    /// A certificate that does not fit its key, or that the library does not take.
    #[error("{}: the certificate cannot be used: {reason}; is it the one that belongs to the key?", file.display())]
    Unfit {
        /// The file of the certificate.
        file: PathBuf,
        /// What the library said.
        reason: rustls::Error,
    },
    /// The kiosk's own certificate could not be made.
    #[error("no certificate could be made: {0}")]
    NotMade(#[from] rcgen::Error),
    /// The kiosk's own certificate could not be kept.
    #[error("{}: the certificate cannot be kept: {source}", file.display())]
    NotKept {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A certificate that can be answered with.
#[derive(Clone)]
pub struct Certificate {
    /// For the library.
    pub server: Arc<ServerConfig>,
    /// SHA-256 over it, as browsers show it.
    pub fingerprint: String,
    /// Until when the kiosk's own lasts; `None` of one that was given.
    pub own_until: Option<Timestamp>,
}

/// The certificate that the configuration asks for; the kiosk's own is made where there is none that lasts.
///
/// # Errors
/// [`TlsError`], each with its file.
pub fn certificate(config: &TlsConfig, data_dir: &Path, now: Timestamp) -> Result<Certificate, TlsError> {
    match &config.given {
        Some(files) => given(files),
        None => own::kept_or_made(data_dir, &config.names, now),
    }
}

/// A certificate that was given, with its key.
///
/// # Errors
/// [`TlsError`], each with its file.
pub fn given(files: &GivenFiles) -> Result<Certificate, TlsError> {
    for_owner_only(&files.key)?;
    of_pem(&files.certificate, &read(&files.certificate)?, &files.key, &read(&files.key)?)
}

/// When the files of a given certificate were last written; `None` while one of them is missing.
#[must_use]
pub fn written(files: &GivenFiles) -> Option<[std::time::SystemTime; 2]> {
    let of = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    Some([of(&files.certificate)?, of(&files.key)?])
}

fn read(file: &Path) -> Result<zeroize::Zeroizing<Vec<u8>>, TlsError> {
    let read = std::fs::read(file).map(zeroize::Zeroizing::new);
    read.map_err(|source| TlsError::Unreadable { file: file.to_owned(), source })
}

fn for_owner_only(file: &Path) -> Result<(), TlsError> {
    let found = std::fs::metadata(file).map_err(|source| TlsError::Unreadable { file: file.to_owned(), source })?;
    if found.permissions().mode() & 0o077 == 0 { Ok(()) } else { Err(TlsError::Open { file: file.to_owned() }) }
}

/// A chain and its key, both in PEM.
fn of_pem(chain_file: &Path, chain: &[u8], key_file: &Path, key: &[u8]) -> Result<Certificate, TlsError> {
    let not = |file: &Path, what| TlsError::Not { file: file.to_owned(), what };
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(|_| not(chain_file, "certificate"))?;
    let leaf = chain.first().ok_or_else(|| not(chain_file, "certificate"))?;
    let fingerprint = fingerprint(leaf);
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| not(key_file, "private key"))?;
    let unfit = |reason| TlsError::Unfit { file: chain_file.to_owned(), reason };
    let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unfit)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(unfit)?;
    server.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Certificate { server: Arc::new(server), fingerprint, own_until: None })
}

/// SHA-256 in pairs of hexadecimal digits, as browsers and `openssl x509 -fingerprint -sha256` show it.
fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    let pairs: Vec<String> = Sha256::digest(certificate).iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests;
