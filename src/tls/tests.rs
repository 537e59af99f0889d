//! The kiosk's own certificate is made once and lasts; a given one is taken as it is, or refused with what is wrong.

use super::*;

fn names() -> Vec<String> {
    vec!["kiosk.shop.lan".to_owned(), "192.168.1.20".to_owned()]
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn own(folder: &Path, names: Vec<String>, now: &str) -> Certificate {
    certificate(&TlsConfig { names, given: None }, folder, at(now)).expect("made")
}

#[test]
fn the_own_certificate_is_made_once_and_anew_before_it_ends_or_for_other_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = own(folder.path(), names(), "2026-03-02T12:00:00Z");
    assert_eq!(first.own_until, Some(at("2028-03-01T00:00:00Z")));
    let file = folder.path().join(FILE);
    let mode = std::fs::metadata(&file).expect("made").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = own(folder.path(), names(), "2028-01-30T00:00:00Z");
    assert_eq!(again.fingerprint, first.fingerprint, "made once");
    let renewed = own(folder.path(), names(), "2028-02-01T00:00:00Z");
    assert_ne!(renewed.fingerprint, first.fingerprint, "made anew in its last month");
    let renamed = own(folder.path(), vec!["till.shop.lan".to_owned()], "2028-02-01T00:00:00Z");
    assert_ne!(renamed.fingerprint, renewed.fingerprint, "made anew for another name");
}

#[test]
fn an_own_key_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    own(folder.path(), names(), "2026-03-02T12:00:00Z");
    let file = folder.path().join(FILE);
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).expect("changed");
    let config = TlsConfig { names: names(), given: None };
    let refused = certificate(&config, folder.path(), at("2026-03-03T12:00:00Z")).err().expect("refused");
    assert!(refused.to_string().contains("chmod 600"), "{refused}");
}

#[test]
fn given_files_are_refused_with_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, other] = ["one", "other"].map(|name| {
        let key = rcgen::KeyPair::generate().expect("a key");
        let made = rcgen::CertificateParams::new(names()).expect("names").self_signed(&key).expect("made");
        let files = GivenFiles {
            certificate: folder.path().join(format!("{name}.pem")),
            key: folder.path().join(format!("{name}.key")),
        };
        std::fs::write(&files.certificate, made.pem()).expect("written");
        std::fs::write(&files.key, key.serialize_pem()).expect("written");
        std::fs::set_permissions(&files.key, PermissionsExt::from_mode(0o600)).expect("changed");
        files
    });
    let taken = given(&one).expect("they fit");
    assert_eq!((taken.fingerprint.len(), taken.own_until), (32 * 3 - 1, None));
    let crossed = GivenFiles { certificate: one.certificate.clone(), key: other.key.clone() };
    let said = |files: &GivenFiles| given(files).err().expect("refused").to_string();
    assert!(said(&crossed).contains("belongs to the key"), "{}", said(&crossed));
    let swapped = GivenFiles { certificate: one.key.clone(), key: one.key.clone() };
    assert!(said(&swapped).contains("holds no certificate"), "{}", said(&swapped));
    let missing = GivenFiles { certificate: folder.path().join("none.pem"), key: one.key.clone() };
    assert!(said(&missing).contains("none.pem cannot be read"), "{}", said(&missing));
    std::fs::set_permissions(&one.key, PermissionsExt::from_mode(0o640)).expect("changed");
    assert!(said(&one).contains("chmod 600"), "{}", said(&one));
}
