//! A disk that really is full: a small file system of its own, filled to the last byte.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use hymy::store::{Appended, InboxEvent, NewEvent, Store, StoreError};
use jiff::Timestamp;

const FOLDER: &str = "HYMY_FULL_DISK_TEST_FOLDER";

/// Runs in a mount namespace of its own, on a file system of 600 KiB.
#[test]
#[ignore = "the other half of a_full_disk_loses_nothing_that_was_accepted, which starts it"]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let now = Timestamp::now();
    let mut store = Store::open(folder, &folder.join("hymy.key")).expect("opens");
    let person = store.add_staff("Aino", now).expect("added").0.person;
    let shift = store.start_shift(&person, "1", now).expect("started");
    let append = |store: &mut Store, number: usize| {
        let event = InboxEvent { register: "1".into(), event: "opened".into(), at: now };
        store.append_event(&NewEvent { dedup_key: format!("id:{number}"), event, shift: Some(shift.id) }, now)
    };
    let mut accepted = 0;
    let error = loop {
        match append(&mut store, accepted) {
            Ok(Appended::New(_)) => accepted += 1,
            Ok(Appended::Duplicate) => panic!("no event was sent twice"),
            Err(error) => break error,
        }
        assert!(accepted < 100_000, "the disk never filled");
    };
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error}");
    // What room is left is too little for that event; it may still be enough for another.
    let mut filler = std::fs::OpenOptions::new().append(true).open(folder.join("filler")).expect("opens");
    while filler.write_all(&[0; 512]).is_ok() {}
    assert!(!store.writable());
    assert_eq!(store.waiting_events(shift.id).expect("read").len(), accepted);

    drop(filler);
    std::fs::remove_file(folder.join("filler")).expect("room again");
    assert!(store.writable());
    assert!(matches!(append(&mut store, accepted), Ok(Appended::New(_))), "the refused event comes again");
    drop(store);
    let store = Store::open(folder, &folder.join("hymy.key")).expect("opens again");
    assert_eq!(store.waiting_events(shift.id).expect("read").len(), accepted + 1);
}

#[test]
fn a_full_disk_loses_nothing_that_was_accepted() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "mount -t tmpfs -o size=600k,mode=700 tmpfs \"$1\" || exit 77
                  dd if=/dev/zero of=\"$1/filler\" bs=1k count=300 status=none
                  exec \"$2\" --exact child --ignored --nocapture";
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"])
        .arg(folder.path())
        .arg(std::env::current_exe().expect("this test"))
        .env(FOLDER, folder.path())
        .output();
    match output {
        Ok(output) if output.status.success() => {}
        Ok(output) if output.status.code() != Some(77) && output.status.code() != Some(1) => {
            panic!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        }
        // Not through the macro, which the test runner would swallow.
        other => {
            let why = other.map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
            let told =
                format!("not run: a_full_disk_loses_nothing_that_was_accepted (no small file system: {why:?})\n");
            std::io::stderr().write_all(told.as_bytes()).expect("told");
        }
    }
}
