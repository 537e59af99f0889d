//! Every place where the key can be kept: what opens, what does not, and what is told; and a change of keys.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use zeroize::Zeroizing;

use super::super::tests::Place;
use super::super::{Store, rotate_key};
use super::*;

/// The passphrases of a made-up store.
const FIRST: &str = "a made-up passphrase";
const SECOND: &str = "another made-up passphrase";

fn first(_: Asked) -> io::Result<Zeroizing<String>> {
    Ok(Zeroizing::new(FIRST.to_owned()))
}

/// Somebody who changes the first for the second.
fn first_then_second(asked: Asked) -> io::Result<Zeroizing<String>> {
    Ok(Zeroizing::new(if asked == Asked::New { SECOND } else { FIRST }.to_owned()))
}

fn second(_: Asked) -> io::Result<Zeroizing<String>> {
    Ok(Zeroizing::new(SECOND.to_owned()))
}

fn short(_: Asked) -> io::Result<Zeroizing<String>> {
    Ok(Zeroizing::new("fourteen chars".to_owned()))
}

fn nobody(_: Asked) -> io::Result<Zeroizing<String>> {
    Err(io::Error::other("standard input ended"))
}

fn never(_: Asked) -> io::Result<Zeroizing<String>> {
    panic!("nobody is asked")
}

impl Place {
    /// A folder as systemd makes it, with a credential of this name in it.
    fn credential(&self, name: &str, digits: &str) -> KeySource {
        let folder = self.data_dir().with_file_name("credentials");
        fs::create_dir_all(&folder).expect("made");
        let path = folder.join(name);
        let _ = fs::remove_file(&path);
        fs::write(&path, digits).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).expect("mode");
        KeySource::Credential { name: name.to_owned(), folder: Some(folder) }
    }

    fn salt(&self) -> PathBuf {
        self.data_dir().join(SALT)
    }

    fn opens(&self, source: &KeySource) -> Result<Store, StoreError> {
        Store::open(&self.data_dir(), source)
    }

    /// A store with someone in it, under this key.
    fn filled(source: impl Fn(&Place) -> KeySource) -> (Place, KeySource) {
        let place = Place::new();
        let source = source(&place);
        place.opens(&source).expect("opens").add_staff("Aino", jiff::Timestamp::UNIX_EPOCH).expect("invited");
        (place, source)
    }

    fn holds_aino(&self, source: &KeySource) {
        let store = self.opens(source).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(store.staff().expect("read").len(), 1);
    }
}

fn digits(digit: &str) -> String {
    digit.repeat(64)
}

/// Asserts which failure it is and that it says what to do.
fn tells(result: Result<Store, StoreError>, is_it: impl Fn(&StoreError) -> bool, parts: &[&str]) {
    let error = result.expect_err("a failure");
    let told = error.to_string();
    assert!(is_it(&error), "{told}");
    for part in parts {
        assert!(told.contains(part), "`{part}` is not in: {told}");
    }
    for kept in [FIRST, SECOND, &digits("a"), &digits("b")] {
        assert!(!told.contains(kept), "a message repeats the key");
    }
}

#[test]
fn a_credential_opens_what_was_made_with_it_and_each_trouble_is_told() {
    let (place, source) = Place::filled(|place| place.credential("hymy-key", &digits("a")));
    assert!(!place.key().exists() && !place.salt().exists(), "no key was made beside it");
    place.holds_aino(&source);

    place.credential("hymy-key", &digits("b"));
    let wrong = |error: &StoreError| matches!(error, StoreError::WrongCredential { .. });
    tells(place.opens(&source), wrong, &["\"hymy-key\" does not open this database", "the new one"]);

    place.credential("hymy-key", "not a key");
    let malformed = |error: &StoreError| matches!(error, StoreError::KeyMalformed { .. });
    tells(place.opens(&source), malformed, &["credentials/hymy-key", "64 hexadecimal digits"]);

    place.credential("hymy-key", &digits("a"));
    let path = place.data_dir().with_file_name("credentials").join("hymy-key");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("mode");
    let open = |error: &StoreError| matches!(error, StoreError::KeyReadableByOthers { mode: 0o444, .. });
    tells(place.opens(&source), open, &["mode 444", "chmod 600"]);

    fs::remove_file(&path).expect("removed");
    let missing = |error: &StoreError| matches!(error, StoreError::CredentialMissing { .. });
    tells(place.opens(&source), missing, &["LoadCredentialEncrypted=hymy-key", "--with-key=tpm2"]);

    let nowhere = KeySource::Credential { name: "hymy-key".to_owned(), folder: None };
    let none = |error: &StoreError| matches!(error, StoreError::NoCredentials { .. });
    tells(place.opens(&nowhere), none, &["$CREDENTIALS_DIRECTORY", "systemd-run"]);
    assert!(!place.key().exists(), "and no key was made over any of them");

    place.credential("hymy-key", &digits("a"));
    place.holds_aino(&source);
}

#[test]
fn a_credential_is_never_made() {
    let place = Place::new();
    let nowhere = KeySource::Credential { name: "hymy-key".to_owned(), folder: Some(place.data_dir()) };
    let missing = |error: &StoreError| matches!(error, StoreError::CredentialMissing { .. });
    tells(place.opens(&nowhere), missing, &["systemd-creds encrypt"]);
    assert!(!place.data_dir().join(super::super::DATABASE).exists(), "nor a database without one");
}

#[test]
fn a_passphrase_opens_what_was_made_with_it_and_each_trouble_is_told() {
    let (place, source) = Place::filled(|_| KeySource::Passphrase(first));
    let mode = fs::metadata(place.salt()).expect("a salt").permissions().mode() & 0o777;
    assert_eq!((mode, place.key().exists()), (0o600, false));
    place.holds_aino(&source);

    let wrong = |error: &StoreError| matches!(error, StoreError::WrongPassphrase { .. });
    tells(place.opens(&KeySource::Passphrase(second)), wrong, &["does not open this database", "hymy.salt"]);
    let none = |error: &StoreError| matches!(error, StoreError::NoPassphrase(_));
    tells(place.opens(&KeySource::Passphrase(nobody)), none, &["no passphrase was given", "standard input ended"]);

    let salt = fs::read(place.salt()).expect("a salt");
    fs::remove_file(place.salt()).expect("removed");
    let missing = |error: &StoreError| matches!(error, StoreError::SaltMissing { .. });
    tells(place.opens(&KeySource::Passphrase(never)), missing, &["hymy.salt", "put it back from its copy"]);
    assert!(!place.salt().exists(), "no new salt was made");
    fs::write(place.salt(), "salt").expect("written");
    let malformed = |error: &StoreError| matches!(error, StoreError::SaltMalformed { .. });
    tells(place.opens(&KeySource::Passphrase(never)), malformed, &["32 hexadecimal digits"]);
    fs::write(place.salt(), salt).expect("written");
    place.holds_aino(&source);

    let place = Place::new();
    let too_short = |error: &StoreError| matches!(error, StoreError::PassphraseTooShort);
    tells(place.opens(&KeySource::Passphrase(short)), too_short, &["15 characters or more"]);
}

#[test]
fn the_same_passphrase_gives_another_key_with_another_salt() {
    let [one, same, other] = [[1; SALT_BYTES], [1; SALT_BYTES], [2; SALT_BYTES]]
        .map(|salt| DatabaseKey::of_passphrase(FIRST, salt).expect("made"));
    assert!(one.is(&same) && !one.is(&other));
    assert_eq!(format!("{one:?}"), "DatabaseKey");
}

/// From every place to every place, and what is left of the old key.
#[test]
fn a_new_key_takes_the_old_ones_place_and_nothing_is_left_of_it() {
    let file = |place: &Place| KeySource::File(place.key());
    let place = Place::new();
    drop(place.open().expect("opens").add_staff("Aino", jiff::Timestamp::UNIX_EPOCH).expect("invited"));
    let old = fs::read_to_string(place.key()).expect("a key");

    rotate_key(&place.data_dir(), &file(&place), &file(&place)).expect("rotated");
    let new = fs::read_to_string(place.key()).expect("a key");
    assert_ne!(old, new);
    place.holds_aino(&file(&place));
    let names = |place: &Place| -> Vec<String> {
        let entries = fs::read_dir(place.data_dir()).expect("listed");
        let mut names: Vec<_> = entries.map(|e| e.expect("listed").file_name().into_string().expect("text")).collect();
        names.sort();
        names
    };
    assert_eq!(names(&place), ["hymy.db", "hymy.key", "hymy.lock"]);
    fs::write(place.key(), &old).expect("written");
    let wrong = |error: &StoreError| matches!(error, StoreError::WrongKey { .. });
    tells(place.opens(&file(&place)), wrong, &["does not open this database"]);
    fs::write(place.key(), &new).expect("written");

    let passphrase = KeySource::Passphrase(first);
    rotate_key(&place.data_dir(), &file(&place), &passphrase).expect("rotated");
    place.holds_aino(&passphrase);
    assert_eq!(names(&place), ["hymy.db", "hymy.lock", "hymy.salt"]);
    let salt = fs::read(place.salt()).expect("a salt");
    rotate_key(&place.data_dir(), &KeySource::Passphrase(first_then_second), &KeySource::Passphrase(first_then_second))
        .expect("rotated");
    assert_ne!(salt, fs::read(place.salt()).expect("a salt"));
    let wrong = |error: &StoreError| matches!(error, StoreError::WrongPassphrase { .. });
    tells(place.opens(&passphrase), wrong, &[]);

    let passphrase = KeySource::Passphrase(second);
    let credential = place.credential("hymy-key", &digits("a"));
    rotate_key(&place.data_dir(), &passphrase, &credential).expect("rotated");
    place.holds_aino(&credential);
    assert_eq!(names(&place), ["hymy.db", "hymy.lock"]);
    let same = rotate_key(&place.data_dir(), &credential, &credential).expect_err("the same");
    assert!(matches!(same, StoreError::SameKey) && same.to_string().contains("--to"), "{same}");
    rotate_key(&place.data_dir(), &credential, &place.credential("hymy-key-2", &digits("b"))).expect("rotated");
    place.holds_aino(&place.credential("hymy-key-2", &digits("b")));
}

#[test]
fn a_key_is_not_changed_beside_a_kiosk_nor_over_another_file() {
    let place = Place::new();
    let kiosk = place.open().expect("opens");
    let file = KeySource::File(place.key());
    let error = rotate_key(&place.data_dir(), &file, &file).expect_err("in use");
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    drop(kiosk);
    let other = place.data_dir().join("other.key");
    fs::write(&other, "the key of something else").expect("written");
    let error = rotate_key(&place.data_dir(), &file, &KeySource::File(other.clone())).expect_err("in the way");
    assert!(matches!(error, StoreError::KeyInTheWay { .. }), "{error}");
    assert_eq!(fs::read_to_string(other).expect("there"), "the key of something else");
    place.open().expect("the old key holds");
}

/// What a crash leaves after each step, put there by hand; tests/kill.rs has crashes of its own.
#[test]
fn a_change_that_broke_off_at_any_step_is_finished_or_undone_by_opening() {
    let place = Place::new();
    let file = KeySource::File(place.key());
    let next = place.data_dir().join("hymy.key.next");
    drop(place.open().expect("opens").add_staff("Aino", jiff::Timestamp::UNIX_EPOCH).expect("invited"));

    // Before the file was written anew: the old key holds.
    let old = fs::read(place.key()).expect("a key");
    Kept::at(next.clone()).make(&digits("b")).expect("written");
    place.holds_aino(&file);
    assert_eq!((fs::read(place.key()).expect("a key"), next.exists()), (old.clone(), false));

    // After it: the new one does, whatever is left of the old.
    for half_wiped in [None, Some("000"), Some("")] {
        let old = fs::read(place.key()).expect("a key");
        rotate_key(&place.data_dir(), &file, &file).expect("rotated");
        fs::rename(place.key(), &next).expect("moved back");
        let left = half_wiped.map_or(old.as_slice(), str::as_bytes);
        if !left.is_empty() {
            fs::write(place.key(), left).expect("written");
            fs::set_permissions(place.key(), fs::Permissions::from_mode(0o600)).expect("mode");
        }
        let new = fs::read(&next).expect("the new key");
        place.holds_aino(&file);
        assert_eq!((fs::read(place.key()).expect("a key"), next.exists()), (new, false));
    }

    // From one place to another: the second opens it, and asking for the change again ends it.
    let passphrase = KeySource::Passphrase(first);
    let key = fs::read(place.key()).expect("a key");
    rotate_key(&place.data_dir(), &file, &passphrase).expect("rotated");
    fs::rename(place.salt(), place.data_dir().join("hymy.salt.next")).expect("moved back");
    fs::write(place.key(), key).expect("written");
    fs::set_permissions(place.key(), fs::Permissions::from_mode(0o600)).expect("mode");
    rotate_key(&place.data_dir(), &file, &passphrase).expect("finished");
    assert!(!place.key().exists() && place.salt().exists());
    place.holds_aino(&passphrase);

    // Nothing says any more that this file was its key: it may be another store's.
    fs::write(place.key(), digits("b")).expect("written");
    fs::set_permissions(place.key(), fs::Permissions::from_mode(0o600)).expect("mode");
    let error = rotate_key(&place.data_dir(), &file, &passphrase).expect_err("told");
    assert!(matches!(error, StoreError::OldKeyLeft { .. }), "{error}");
    assert_eq!(fs::read_to_string(place.key()).expect("left alone"), digits("b"));
}

/// For every place of the key: what lies in the data folder is not enough.
#[test]
fn a_copied_machine_without_its_key_opens_nothing_and_makes_no_key() {
    for (source, left_behind) in [
        (Place::filled(|place| KeySource::File(place.key())), "hymy.key"),
        (Place::filled(|place| place.credential("hymy-key", &digits("a"))), "nothing: systemd has it"),
        (Place::filled(|_| KeySource::Passphrase(first)), SALT),
    ] {
        let (place, source) = source;
        let copy = Place::new();
        fs::create_dir(copy.data_dir()).expect("made");
        for entry in fs::read_dir(place.data_dir()).expect("listed") {
            let entry = entry.expect("listed");
            if entry.file_name() != left_behind {
                fs::copy(entry.path(), copy.data_dir().join(entry.file_name())).expect("copied");
            }
        }
        let source = match source {
            KeySource::File(_) => KeySource::File(copy.key()),
            KeySource::Credential { name, .. } => KeySource::Credential { name, folder: None },
            KeySource::Passphrase(_) => KeySource::Passphrase(first),
        };
        let before = fs::read_dir(copy.data_dir()).expect("listed").count();
        let error = copy.opens(&source).expect_err("no key");
        let told = matches!(
            error,
            StoreError::KeyMissing { .. } | StoreError::NoCredentials { .. } | StoreError::SaltMissing { .. }
        );
        assert!(told, "{error}");
        assert_eq!(fs::read_dir(copy.data_dir()).expect("listed").count(), before, "nothing was made");
    }
}
