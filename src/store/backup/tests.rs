//! What a backup holds and gives away, and what a restore brings back and does not.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use jiff::Timestamp;
use rusqlite::params;

use super::super::tests::{Place, secret_of, take_in};
use super::super::{Decided, KeySource, NewRecord, Remembered, Restored, rotate_key, schema};
use super::*;
use crate::release::{Plan, PlanSettings, Statistic, Window, WindowId};

const FIGURE: &str = "0.8317-a-figure-of-hers";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

const EVERYTHING: Remembered =
    Remembered { records_from: Timestamp::UNIX_EPOCH, summaries_from: Timestamp::UNIX_EPOCH };

fn work_a_shift(store: &mut Store, person: &PersonId, begun: i64) {
    let shift = store.start_shift(person, "1", at(begun)).expect("started");
    let times = (at(begun + 1), at(begun + 2));
    let records = [NewRecord { opened_at: times.0, closed_at: times.1, json: format!("\"{FIGURE}\"") }];
    let decided = Decided { records: &records, handled: &[], summary: Some((1, "[1]")) };
    store.commit_decisions(&shift, &decided, at(begun + 3)).expect("written");
    store.end_shift(shift.id, at(begun + 4)).expect("ended");
}

/// A store in which these people worked a shift each, and a backup of it, which was moved away.
fn backed_up(names: &[&str]) -> (Place, Store, PathBuf) {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    for name in names {
        let person = take_in(&mut store, name, at(0));
        work_a_shift(&mut store, &person, 10);
    }
    let backup = moved(&mut store, &place);
    (place, store, backup)
}

fn moved(store: &mut Store, place: &Place) -> PathBuf {
    let name = store.backup().expect("backed up");
    let backup = place.data_dir().with_file_name("backup");
    fs::rename(place.data_dir().join(name), &backup).expect("moved");
    backup
}

/// How many records and summaries a person's own secret opens.
fn own(store: &mut Store, name: &str) -> (usize, usize) {
    let person = store.sign_in(name, &secret_of(name), at(1_000)).expect("their own secret");
    let records = store.records(&person).expect("opened");
    assert!(records.iter().all(|record| record.contains(FIGURE)));
    (records.len(), store.summaries(&person, Timestamp::UNIX_EPOCH).expect("opened").len())
}

fn count(store: &Store, query: &str) -> i64 {
    store.connection.query_row(query, [], |row| row.get(0)).expect("counted")
}

/// Rows that nobody erased and that are gone all the same.
fn lose_rows(store: &Store) {
    let gone = "DELETE FROM transaction_record; DELETE FROM shift_summary; DELETE FROM shift;";
    store.connection.execute_batch(gone).expect("lost");
}

#[test]
fn every_table_was_thought_of() {
    let place = Place::new();
    let store = place.open().expect("opens");
    let mut rows = store.connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").expect("sql");
    let tables: BTreeSet<String> = rows
        .query_map([], |row| row.get(0))
        .expect("rows")
        .map(|name| name.expect("a name"))
        .filter(|name: &String| !name.starts_with("sqlite_"))
        .collect();
    let copied = COPIED.join("\n");
    let into = |table: &str| copied.contains(&format!("INTO backup.{table} "));
    let with_decoys = ["vault"];
    let left_out = [
        "till_inbox",      // minutes old at most
        "shift_companion", // their transactions are the store's
        "shift_pause",
        "phone_for_work",
        "tally", // names contributions, which are not here
        "contribution",
        "customer_answer", // what is not told yet is of this machine
        "on_duty",
        "access_log", // one chain, which a second one would break
        "access_anchor",
        "lifetime", // how long this store has lived is not how long another has
        "lifetime_mark",
        "trainer", // a restore adds no person
        "share",
    ];
    for table in tables {
        let places = usize::from(into(&table))
            + usize::from(with_decoys.contains(&table.as_str()))
            + usize::from(left_out.contains(&table.as_str()));
        assert_eq!(places, 1, "{table}: is it in a backup, and how?");
    }
}

#[test]
fn whoever_has_the_backup_the_key_and_the_secret_opens_nothing() {
    let (place, mut store, backup) = backed_up(&["Aino"]);
    assert_eq!(fs::metadata(&backup).expect("there").permissions().mode() & 0o777, 0o600);
    let invitation = store.invite("Aino").expect("invited anew");
    let backup = {
        fs::remove_file(backup).expect("removed");
        moved(&mut store, &place)
    };
    assert_eq!(own(&mut store, "Aino"), (1, 1), "the secret is right");
    drop(store);

    // The backup in the place of the database, with its key: names are not in it, so the identity stands for it.
    let thief = Place::new();
    fs::create_dir(thief.data_dir()).expect("made");
    fs::copy(place.key(), thief.key()).expect("copied");
    fs::copy(&backup, thief.data_dir().join(super::super::DATABASE)).expect("copied");
    let mut stolen = thief.open().expect("the key opens it");
    assert_eq!(count(&stolen, "SELECT count(*) FROM transaction_record"), 1, "there is something to open");
    let member = stolen.staff().expect("read").remove(0);
    assert_eq!(member.name, member.person.0, "nobody is named");
    let error = stolen.sign_in(&member.name, &secret_of("Aino"), at(1_000)).expect_err("nothing opens");
    assert!(matches!(error, StoreError::NotTheirSecret(_)), "{error}");
    // Whoever agrees anew there, in her place, erases.
    let kept: String = stolen.connection.query_row("SELECT invitation FROM vault", [], |row| row.get(0)).expect("read");
    assert_ne!(kept, invitation.as_str());
    let error = stolen.give_consent(
        &member.name,
        &invitation,
        &secret_of("thief"),
        &crate::consent::Consent::made_up(&crate::terms::Terms::under("made up"), at(0)),
    );
    assert!(matches!(error, Err(StoreError::NotInvited(_))));
    let bytes = fs::read(&backup).expect("read");
    for told in ["Aino", "SQLite format 3", FIGURE] {
        assert!(!bytes.windows(told.len()).any(|window| window == told.as_bytes()), "{told}");
    }
}

#[test]
fn rows_that_were_lost_come_back_and_open_with_their_persons_secret() {
    let (place, mut store, backup) = backed_up(&["Aino", "Eero"]);
    let shared = "INSERT INTO store_transaction (register, opened_at, closed_at, record) VALUES ('1', 5, 6, '{}')";
    store.connection.execute_batch(shared).expect("written");
    for id in [1, 2] {
        let plan = Plan::new(PlanSettings::of(&Statistic::ALL[..1])).expect("a plan");
        let window = Window { id: WindowId(id), opens: at(0), closes: at(100), plan };
        let text = serde_json::to_string(&window).expect("JSON");
        store.connection.execute("INSERT INTO release_window VALUES (?1, ?2)", params![id, text]).expect("written");
    }
    store.connection.execute_batch("INSERT INTO release VALUES (1, 'released')").expect("written");
    fs::remove_file(backup).expect("removed");
    let backup = moved(&mut store, &place);
    lose_rows(&store);
    store.connection.execute_batch("DELETE FROM store_transaction").expect("lost");
    assert_eq!(own(&mut store, "Aino"), (0, 0));

    let restored = store.restore(&backup, None, EVERYTHING).expect("restored");
    let expected = Restored { records: 2, summaries: 2, store_records: 1, releases: 0 };
    assert_eq!(restored, expected);
    assert_eq!((own(&mut store, "Aino"), own(&mut store, "Eero")), ((1, 1), (1, 1)));
    assert!(store.open_shifts().expect("read").is_empty(), "no shift goes on");
    let again = store.restore(&backup, None, EVERYTHING).expect("restored");
    assert_eq!(again, Restored::default(), "what is here stays as it is");
    assert_eq!(own(&mut store, "Aino"), (1, 1));
    drop(store);
    let names: BTreeSet<String> = fs::read_dir(place.data_dir())
        .expect("listed")
        .map(|entry| entry.expect("listed").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, ["hymy.db", "hymy.key", "hymy.lock"].map(str::to_owned).into());
}

#[test]
fn whoever_was_erased_withdrew_or_agreed_anew_since_stays_so() {
    let (place, mut store, backup) = backed_up(&["Aino", "Eero", "Iida", "Onni"]);
    let ids: Vec<(String, String)> =
        store.staff().expect("read").into_iter().map(|member| (member.name, member.person.0)).collect();
    let id = |name: &str| ids.iter().find(|(known, _)| known == name).map(|(_, id)| id.clone()).expect("known");
    store.erase("Aino").expect("erased");
    let eero = store.sign_in("Eero", &secret_of("Eero"), at(100)).expect("his own");
    store.withdraw(&eero).expect("withdrawn");
    let invitation = store.invite("Iida").expect("invited anew");
    let consent = crate::consent::Consent::made_up(&crate::terms::Terms::under("made up"), at(0));
    store.give_consent("Iida", &invitation, &secret_of("Iida"), &consent).expect("agreed anew");
    lose_rows(&store);

    let restored = store.restore(&backup, None, EVERYTHING).expect("restored");
    let expected = Restored { records: 1, summaries: 1, ..Restored::default() };
    assert_eq!(restored, expected, "Onni's, and nobody else's");
    assert_eq!(own(&mut store, "Onni"), (1, 1));
    assert_eq!(own(&mut store, "Iida"), (0, 0));
    assert!(matches!(store.staff_member("Aino"), Err(StoreError::NoSuchPerson(_))));
    assert!(store.sign_in("Eero", &secret_of("Eero"), at(200)).is_err());
    for table in ["transaction_record", "shift_summary", "shift"] {
        assert_eq!(count(&store, &format!("SELECT count(*) FROM {table}")), 1, "{table}");
    }
    // Nor are they in the freed pages of the decrypted file.
    let plain = super::super::tests::raw_pages(&place.data_dir());
    let holds = |id: &str| plain.windows(id.len()).any(|window| window == id.as_bytes());
    assert!(holds(&id("Onni")) && !holds(&id("Aino")));
}

#[test]
fn on_another_machine_nobodys_rows_come_back() {
    let (place, store, backup) = backed_up(&["Aino"]);
    drop(store);
    let machine = Place::new();
    let mut new = machine.open().expect("opens");
    let error = new.restore(&backup, None, EVERYTHING).expect_err("another key");
    assert!(matches!(error, StoreError::WrongBackupKey { .. }) && error.to_string().contains("--key-file"), "{error}");
    let restored = new.restore(&backup, Some(&KeySource::File(place.key())), EVERYTHING).expect("restored");
    assert_eq!(restored, Restored::default());
    assert!(new.staff().expect("read").is_empty(), "a restore adds no person");
    assert_eq!(count(&new, "SELECT count(*) FROM shift"), 0);
}

#[test]
fn what_the_store_would_have_forgotten_is_not_brought_back() {
    let (_place, mut store, backup) = backed_up(&["Aino"]);
    lose_rows(&store);
    let remembered = Remembered { records_from: at(13), summaries_from: at(10) };
    let restored = store.restore(&backup, None, remembered).expect("restored");
    assert_eq!(restored, Restored { summaries: 1, ..Restored::default() });
    assert_eq!(count(&store, "SELECT count(*) FROM shift"), 0, "nor a shift without a record");
}

#[test]
fn a_released_window_comes_back_with_its_release_and_those_here_win() {
    let (place, mut store, backup) = backed_up(&[]);
    let windows = "INSERT INTO release_window VALUES (1, 'one'), (2, 'two'), (3, 'open');
                   INSERT INTO release VALUES (1, 'released one'), (2, 'released two');
                   INSERT INTO contribution VALUES (3, x'00112233445566778899aabbccddeeff', '[1]');
                   INSERT INTO trainer VALUES ('Tarja', '', x'', x'', 0, 0);";
    store.connection.execute_batch(windows).expect("written");
    fs::remove_file(backup).expect("removed");
    let backup = moved(&mut store, &place);
    drop(store);
    let list = |store: &Store| -> String {
        let query = "SELECT coalesce(group_concat(w.id || w.window || coalesce(r.release, '-'), ' '), '')
                     FROM release_window AS w LEFT JOIN release AS r ON r.window = w.id";
        store.connection.query_row(query, [], |row| row.get(0)).expect("read")
    };
    let restored = |before: &str| {
        let machine = Place::new();
        let mut store = machine.open().expect("opens");
        store.connection.execute_batch(before).expect("written");
        store.restore(&backup, Some(&KeySource::File(place.key())), EVERYTHING).expect("restored");
        assert_eq!(count(&store, "SELECT (SELECT count(*) FROM trainer) + (SELECT count(*) FROM share)"), 0);
        (list(&store), count(&store, "SELECT count(*) FROM contribution"))
    };
    assert_eq!(restored(""), ("1onereleased one 2tworeleased two".to_owned(), 0), "and never the open one");
    // A machine that is behind: what was released is not released again, and takes no contribution.
    let behind = "INSERT INTO release_window VALUES (1, 'one'), (2, 'two');
                  INSERT INTO release VALUES (1, 'released one');
                  INSERT INTO contribution VALUES (2, x'00112233445566778899aabbccddeeff', '[1]');";
    assert_eq!(restored(behind), ("1onereleased one 2tworeleased two".to_owned(), 0));
    // A machine with windows of its own keeps to them.
    assert_eq!(restored("INSERT INTO release_window VALUES (1, 'other')"), ("1other-".to_owned(), 0));
    let released = "INSERT INTO release_window VALUES (1, 'one'); INSERT INTO release VALUES (1, 'its own');";
    assert_eq!(restored(released).0, "1oneits own 2tworeleased two");
}

#[test]
fn a_backup_of_before_a_rotation_needs_the_key_of_then() {
    let (place, store, backup) = backed_up(&["Aino"]);
    drop(store);
    let kept = place.data_dir().with_file_name("kept.key");
    fs::copy(place.key(), &kept).expect("kept apart");
    let file = KeySource::File(place.key());
    rotate_key(&place.data_dir(), &file, &file).expect("rotated");
    let mut store = place.open().expect("opens");
    lose_rows(&store);
    let error = store.restore(&backup, None, EVERYTHING).expect_err("another key");
    assert!(matches!(error, StoreError::WrongBackupKey { .. }), "{error}");
    store.restore(&backup, Some(&KeySource::File(kept)), EVERYTHING).expect("restored");
    assert_eq!(own(&mut store, "Aino"), (1, 1));
}

#[test]
fn a_backup_under_a_passphrase_carries_its_own_salt() {
    let then = |_| Ok(zeroize::Zeroizing::new("a made-up passphrase".to_owned()));
    let now = |asked| {
        let of_then = asked == super::super::Asked::OfBackup;
        let text = if of_then { "a made-up passphrase" } else { "a later passphrase" };
        Ok(zeroize::Zeroizing::new(text.to_owned()))
    };
    let place = Place::new();
    let mut store = Store::open(&place.data_dir(), KeySource::Passphrase(then)).expect("opens");
    let person = take_in(&mut store, "Aino", at(0));
    work_a_shift(&mut store, &person, 10);
    let backup = moved(&mut store, &place);
    lose_rows(&store);
    store.restore(&backup, None, EVERYTHING).expect("restored");
    assert_eq!(own(&mut store, "Aino"), (1, 1));
    drop(store);
    rotate_key(&place.data_dir(), &KeySource::Passphrase(then), &KeySource::Passphrase(now)).expect("rotated");
    let mut store = Store::open(&place.data_dir(), KeySource::Passphrase(now)).expect("opens");
    lose_rows(&store);
    store.restore(&backup, None, EVERYTHING).expect("the passphrase of then is asked for");
    assert_eq!(own(&mut store, "Aino"), (1, 1));
}

#[test]
fn what_is_no_whole_backup_is_refused_and_changes_nothing() {
    let (place, mut store, backup) = backed_up(&["Aino"]);
    let refused = |store: &mut Store, path: &Path| store.restore(path, None, EVERYTHING).expect_err("refused");
    let error = refused(&mut store, &place.data_dir().join("none"));
    assert!(matches!(error, StoreError::BackupUnreadable { .. }), "{error}");

    // One flipped bit somewhere after the first page.
    let mut bytes = fs::read(&backup).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let changed = backup.with_file_name("changed");
    fs::write(&changed, &bytes).expect("written");
    let error = refused(&mut store, &changed);
    assert!(matches!(error, StoreError::NotABackup { .. }), "{error}");

    // The database itself, which holds wrapped keys, is no backup.
    store.flush().expect("folded in");
    let database = place.data_dir().join(super::super::DATABASE);
    fs::copy(&database, &changed).expect("copied");
    assert!(matches!(refused(&mut store, &changed), StoreError::NotABackup { .. }));

    // Nor is one with something added by whoever has the key.
    fs::copy(&backup, &changed).expect("copied");
    let connection = keyed(&changed, &store.key.literal()).expect("opens").expect("the key");
    connection.execute_batch("CREATE VIEW extra AS SELECT 1").expect("added");
    drop(connection);
    assert!(matches!(refused(&mut store, &changed), StoreError::NotABackup { .. }));

    fs::copy(&backup, &changed).expect("copied");
    let connection = keyed(&changed, &store.key.literal()).expect("opens").expect("the key");
    connection.pragma_update(None, "user_version", schema::VERSION + 1).expect("set");
    drop(connection);
    assert!(matches!(refused(&mut store, &changed), StoreError::TooNew { .. }));
    let left: Vec<_> =
        fs::read_dir(place.data_dir()).expect("listed").map(|e| e.expect("listed").file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".part")), "{left:?}");
    assert_eq!(own(&mut store, "Aino"), (1, 1));
}

#[test]
fn what_a_crash_leaves_of_a_backup_goes_at_the_next_start() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    let name = store.backup().expect("backed up");
    fs::write(place.data_dir().join("restore-0.part"), "half").expect("written");
    fs::write(place.data_dir().join("backup-of-somebody.txt"), "theirs").expect("written");
    drop(store);
    drop(place.open().expect("opens"));
    assert!(!place.data_dir().join(name).exists() && !place.data_dir().join("restore-0.part").exists());
    assert!(place.data_dir().join("backup-of-somebody.txt").exists());
}
