//! Where the key is kept, another key, backups and restores, as commands: what they ask, tell, write and leave.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hymy::store::{Decided, NewRecord, Store};
use jiff::{SignedDuration, Timestamp};
use support::kiosk::{Kiosk, Place, lines};
use support::trace::Traced;
use support::{Ended, names_in};

const PASSPHRASE: &str = "a made-up passphrase";

/// A kiosk's folder whose `[store]` says this.
fn place(store: &str) -> Place {
    let place = Place::with_camera("clip.mkv");
    let text = fs::read_to_string(place.config()).expect("read");
    fs::write(place.config(), format!("{text}[store]\n{store}\n")).expect("written");
    place
}

fn path(path: &Path) -> String {
    path.to_str().expect("text").to_owned()
}

/// More rows than SQLite keeps in memory of a temporary file (2 MB) before it writes one.
const RECORDS: i64 = 3_000;

/// A shift of this person's, with many transactions.
fn work(place: &Place, name: &str) {
    let mut store = Store::open(&place.data(), &place.data().join("hymy.key")).expect("opens");
    let person = store.staff_member(name).expect("invited").person;
    let at = |second| Timestamp::now() - SignedDuration::from_secs(second);
    let shift = store.start_shift(&person, "1", at(RECORDS)).expect("started");
    let record = |second| NewRecord { opened_at: at(second), closed_at: at(second), json: "{}".into() };
    let records: Vec<_> = (0..RECORDS).map(record).collect();
    let decided = Decided { records: &records, handled: &[], summary: Some((1, "{}")) };
    store.commit_decisions(&shift, &decided, at(0)).expect("written");
    store.end_shift(shift.id, at(0)).expect("ended");
}

#[test]
fn a_passphrase_is_asked_for_first_and_never_beside_a_running_kiosk() {
    let place = place("source = \"passphrase\"");
    place.told(&["staff", "add", "Aino"], &format!("{PASSPHRASE}\nanother\n")).failed(1, &["two passphrases differ"]);
    place.told(&["staff", "add", "Aino"], "too short\ntoo short\n").failed(1, &["15 characters"]);
    assert!(!place.data().join("hymy.db").exists(), "nothing was made yet");
    place.told(&["staff", "add", "Aino"], &format!("{PASSPHRASE}\n{PASSPHRASE}\n")).good();
    assert!(!place.data().join("hymy.key").exists());

    place.told(&["staff", "list"], "another passphrase\n").failed(1, &["this passphrase does not open"]);
    place.hymy(&["staff", "list"]).failed(1, &["no passphrase was given", "at a terminal"]);
    // The store's before the person's.
    let order = format!("{PASSPHRASE}\nnot Aino's secret\n");
    place.told(&["run", "--staff", "Aino"], &order).failed(1, &["not the secret of anyone called \"Aino\""]);

    let kiosk = Kiosk::start_command(&place, place.command(&["run"]).stdin(lines(&format!("{PASSPHRASE}\n"))));
    assert!(place.hymy(&["staff", "list"]).good().out.starts_with("Aino"), "nobody is asked");
    let backup = place.cwd().join("backup");
    place.hymy(&["store", "backup", &path(&backup)]).good();
    let (code, told) = kiosk.terminate();
    assert_eq!(code, Some(0), "{told}");
    assert!(!told.contains(PASSPHRASE));

    let changed = format!("{PASSPHRASE}\nanother made-up passphrase\nanother made-up passphrase\n");
    place.told(&["store", "rotate-key"], &changed).good();
    place.told(&["staff", "list"], &format!("{PASSPHRASE}\n")).failed(1, &["this passphrase does not open"]);
    place.told(&["staff", "list"], "another made-up passphrase\n").good();
    let both = format!("another made-up passphrase\n{PASSPHRASE}\n");
    place.told(&["store", "restore", &path(&backup)], &both).good();
}

#[test]
fn a_credential_comes_from_systemds_folder_and_another_takes_its_place() {
    let place = place("source = \"credential\"\ncredential = \"hymy-key\"");
    let credentials = place.cwd().join("credentials");
    fs::create_dir(&credentials).expect("made");
    for (name, digit) in [("hymy-key", "a"), ("hymy-key-2", "b")] {
        fs::write(credentials.join(name), digit.repeat(64)).expect("written");
        fs::set_permissions(credentials.join(name), fs::Permissions::from_mode(0o400)).expect("mode");
    }
    let with = |args: &[&str]| Ended::of(place.command(args).env("CREDENTIALS_DIRECTORY", &credentials));
    Ended::of(place.command(&["staff", "list"]).env_remove("CREDENTIALS_DIRECTORY"))
        .failed(1, &["$CREDENTIALS_DIRECTORY is not set", "LoadCredentialEncrypted=hymy-key"]);
    with(&["staff", "add", "Aino"]).good();
    with(&["store", "rotate-key"]).failed(2, &["which Hymy cannot replace", "--to SECOND"]);
    let second = place.config().with_file_name("second.toml");
    let text = fs::read_to_string(place.config()).expect("read").replace("\"hymy-key\"", "\"hymy-key-2\"");
    fs::write(&second, &text).expect("written");
    let told = with(&["store", "rotate-key", "--to", &path(&second)]).good().out;
    assert!(told.contains("destroy the old credential \"hymy-key\"") && told.contains("second.toml"), "{told}");
    with(&["staff", "list"]).failed(1, &["the credential \"hymy-key\" does not open this database"]);
    fs::write(place.config(), text).expect("written");
    assert!(with(&["staff", "list"]).good().out.starts_with("Aino"));
    let elsewhere = place.config().with_file_name("elsewhere.toml");
    fs::write(&elsewhere, "[kiosk]\ndata_dir = \"other\"\n").expect("written");
    with(&["store", "rotate-key", "--to", &path(&elsewhere)]).failed(2, &["--to names another data_dir"]);
}

#[test]
fn a_backup_is_written_beside_a_kiosk_and_without_one_and_over_nothing() {
    let place = place("");
    place.take_in("Aino");
    let [beside, without] = ["beside", "without"].map(|name| place.cwd().join(name));
    let kiosk = Kiosk::start(&place, &["run"]);
    let told = place.hymy(&["store", "backup", &path(&beside)]).good().out;
    assert!(told.contains("backed up into"), "{told}");
    let in_use = ["another Hymy process uses this store"];
    place.hymy(&["store", "restore", &path(&beside)]).failed(1, &in_use);
    place.hymy(&["store", "rotate-key"]).failed(1, &in_use);
    let (code, told) = kiosk.terminate();
    assert_eq!(code, Some(0), "{told}");
    place.hymy(&["store", "backup", &path(&without)]).good();
    for backup in [&beside, &without] {
        let mode = fs::metadata(backup).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        let told = place.hymy(&["store", "restore", &path(backup)]).good().out;
        assert!(told.starts_with("put back: 0 transactions and 0 summaries") && !told.contains("Aino"), "{told}");
    }
    let bytes = fs::read(&beside).expect("read");
    place.hymy(&["store", "backup", &path(&beside)]).failed(2, &["exists already"]);
    assert_eq!(fs::read(&beside).expect("read"), bytes, "it was left alone");
    let nowhere = place.cwd().join("none").join("backup");
    place.hymy(&["store", "backup", &path(&nowhere)]).failed(1, &["none/backup: cannot be written"]);
    assert_eq!(names_in(&place.cwd()), ["beside", "without"]);
    assert_eq!(names_in(&place.data()), ["hymy.db", "hymy.key", "hymy.lock"]);
}

/// Every file that is made, changed or removed on the way, by the account of the system calls.
#[test]
fn rotation_backup_restore_and_erasure_write_what_they_name_and_nothing_else() {
    let test = "rotation_backup_restore_and_erasure_write_what_they_name_and_nothing_else";
    let place = place("");
    place.take_in("Aino");
    work(&place, "Aino");
    let backup = place.config().with_file_name("backup.db");
    let backup_name = path(&backup);
    let commands: [&[&str]; 4] = [
        &["store", "backup", &backup_name],
        &["store", "restore", &backup_name],
        &["store", "rotate-key"],
        &["erase", "Aino", "--yes"],
    ];
    for args in commands {
        let trace = place.config().with_file_name("trace");
        let command = place.command(args);
        let Some(mut traced) = Traced::start(test, &command, &trace) else { return };
        assert!(traced.wait(Duration::from_secs(60)).success(), "{args:?}");
        let written = traced.written();
        let data = place.data();
        let is_allowed = |written: &str| {
            let written = PathBuf::from(written);
            let written = if written.is_absolute() { written } else { place.cwd().join(written) };
            let own = [
                "hymy.db",
                "hymy.db-wal",
                "hymy.db-shm",
                "hymy.lock",
                "hymy.key",
                "hymy.key.next",
                "hymy.key.next.new",
            ];
            let name = written.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let passing = name.ends_with(".part") && (name.starts_with("backup-") || name.starts_with("restore-"));
            written == data
                || written.parent() == Some(&data) && (own.contains(&name) || passing)
                || written == backup
                || written == backup.with_file_name("backup.db.hymy-part")
                || written == Path::new("/dev/null")
        };
        let strays: BTreeSet<_> = written.iter().filter(|path| !is_allowed(path)).collect();
        assert!(strays.is_empty(), "{args:?} wrote {strays:?}");
        assert!(written.iter().any(|path| path.ends_with("hymy.db")), "{args:?}: the trace saw nothing: {written:?}");
        assert_eq!(names_in(&place.cwd()), Vec::<String>::new(), "{args:?}");
        assert_eq!(names_in(&data), ["hymy.db", "hymy.key", "hymy.lock"], "{args:?}");
    }
}
