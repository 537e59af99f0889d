//! The kiosk's own certificate: made once, kept in the data folder, made anew before it ends or when its names change.
//!
//! Nobody vouches for it: whoever opens the pages from another machine compares its fingerprint once.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, date_time_ymd};
use zeroize::Zeroizing;

use super::{Certificate, TlsError, for_owner_only, of_pem, read};

/// Its name in the data folder: the key, then the certificate, for its owner only.
pub const FILE: &str = "hymy-tls.pem";

/// Two years: short enough that a copied key does not serve for ever, long enough that people seldom compare anew.
/// (Some browsers refuse more than 825 days.)
const LASTS: SignedDuration = SignedDuration::from_hours(730 * 24);
/// Made anew when less than this is left: a month of log lines that say so would be missed by nobody who looks.
const RENEWED_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The first line of the file, before what PEM readers look at.
const NOTE: &str = "Made by hymy for itself. Until ";
const FOR: &str = ", for ";

/// The one in the data folder if it is for these names and lasts; otherwise a new one in its place.
pub(super) fn kept_or_made(data_dir: &Path, names: &[String], now: Timestamp) -> Result<Certificate, TlsError> {
    let file = data_dir.join(FILE);
    if file.symlink_metadata().is_ok() {
        for_owner_only(&file)?;
        let pem = read(&file)?;
        if let Some(until) = until(&pem, names).filter(|until| now < *until - RENEWED_BEFORE) {
            return Ok(Certificate { own_until: Some(until), ..of_pem(&file, &pem, &file, &pem)? });
        }
    }
    let until = day_of(now + LASTS);
    let pem = made(names, now, until)?;
    let kept = || -> std::io::Result<()> {
        let mut new = tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o600)).tempfile_in(data_dir)?;
        new.write_all(pem.as_bytes())?;
        new.as_file().sync_all()?;
        new.persist(&file).map_err(|error| error.error)?;
        Ok(())
    };
    kept().map_err(|source| TlsError::NotKept { file: file.clone(), source })?;
    Ok(Certificate { own_until: Some(until), ..of_pem(&file, pem.as_bytes(), &file, pem.as_bytes())? })
}

/// Until when it lasts, if it is for these names.
fn until(pem: &[u8], names: &[String]) -> Option<Timestamp> {
    let line = std::str::from_utf8(pem.split(|byte| *byte == b'\n').next()?).ok()?;
    let (until, for_names) = line.strip_prefix(NOTE)?.split_once(FOR)?;
    (for_names == names.join(" ")).then(|| until.parse().ok())?
}

/// The beginning of a day: a certificate's dates are days here, so that none tells when exactly the kiosk was set up.
fn day_of(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second() / 86_400 * 86_400).unwrap_or(at)
}

fn made(names: &[String], now: Timestamp, until: Timestamp) -> Result<Zeroizing<String>, TlsError> {
    let mut params = CertificateParams::new(names)?;
    let mut called = DistinguishedName::new();
    called.push(DnType::CommonName, names.first().map_or("hymy", String::as_str));
    params.distinguished_name = called;
    // A day earlier: another machine's clock may be behind.
    let date = |at: Timestamp| {
        let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        date_time_ymd(i32::from(day.year()), day.month().unsigned_abs(), day.day().unsigned_abs())
    };
    params.not_before = date(now - SignedDuration::from_hours(24));
    params.not_after = date(until);
    let key = KeyPair::generate()?;
    let certificate = params.self_signed(&key)?;
    let secret = Zeroizing::new(key.serialize_pem());
    let note = format!("{NOTE}{until}{FOR}{}\n", names.join(" "));
    Ok(Zeroizing::new(note + secret.as_str() + &certificate.pem()))
}
