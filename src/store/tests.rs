//! The store on real SQLCipher files: keys, locks, versions, full disks, crashes between steps.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;
use tempfile::TempDir;

use super::*;

mod noise;

pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn key(&self) -> PathBuf {
        self.data_dir().join("hymy.key")
    }

    pub fn open(&self) -> Result<Store, StoreError> {
        Store::open(&self.data_dir(), &self.key())
    }
}

/// The agreement of made-up people.
pub(crate) const AGREEMENT: &str = "made up";

/// The secret of a made-up person.
pub(crate) fn secret_of(name: &str) -> crate::vault::Secret {
    crate::vault::Secret::typed(Zeroizing::new(format!("{name}'s own secret")))
}

/// Invites a made-up person, who agrees to everything.
pub(crate) fn take_in(store: &mut Store, name: &str, now: jiff::Timestamp) -> PersonId {
    take_in_under(store, name, &crate::terms::Terms::under(AGREEMENT), now)
}

/// The same under these terms.
pub(crate) fn take_in_under(
    store: &mut Store,
    name: &str,
    terms: &crate::terms::Terms,
    now: jiff::Timestamp,
) -> PersonId {
    let (member, invitation) = store.add_staff(name, now).expect("added");
    let consent = crate::consent::Consent::made_up(terms, now);
    store.give_consent(name, &invitation, &secret_of(name), &consent).expect("agreed");
    member.person
}

/// What those people agreed to.
pub(crate) fn keeping() -> Retention {
    Retention::of(&crate::terms::Terms::under(AGREEMENT), 300)
}

/// Every page of the database and of its write-ahead log, decrypted by hand: freed ones and what is left in them, too.
pub(crate) fn raw_pages(folder: &Path) -> Vec<u8> {
    use aes::cipher::{BlockDecrypt, KeyInit};
    const PAGE: usize = 4096;
    /// At the end of each page: the vector of its encryption, and its authentication.
    const IV: usize = PAGE - 80;
    let key = fs::read_to_string(folder.join("hymy.key")).expect("a key");
    let cipher = aes::Aes256::new_from_slice(&hex::decode(key.trim()).expect("digits")).expect("32 bytes");
    let mut plain = Vec::new();
    let mut decrypt = |page: &[u8], from: usize| {
        let mut before = &page[IV..IV + 16];
        for block in page[from..IV].chunks(16) {
            let mut decrypted = *aes::Block::from_slice(block);
            cipher.decrypt_block(&mut decrypted);
            plain.extend(decrypted.iter().zip(before).map(|(byte, before)| byte ^ before));
            before = block;
        }
    };
    let database = fs::read(folder.join(DATABASE)).expect("a database");
    // The salt stands before the first page's own bytes.
    database.chunks(PAGE).enumerate().for_each(|(number, page)| decrypt(page, if number == 0 { 16 } else { 0 }));
    let log = fs::read(folder.join("hymy.db-wal")).unwrap_or_default();
    for frame in log.get(32..).unwrap_or_default().chunks_exact(24 + PAGE) {
        let number = u32::from_be_bytes(frame[..4].try_into().expect("four bytes"));
        decrypt(&frame[24..], if number == 1 { 16 } else { 0 });
    }
    plain
}

/// Whether these bytes stand anywhere in others.
pub(crate) fn has(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

fn decided<'a>(records: &'a [NewRecord], handled: &'a [EventId]) -> Decided<'a> {
    Decided { records, handled, summary: None }
}

fn at(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

fn event(key: &str, shift: Option<ShiftId>, second: i64) -> NewEvent {
    let event = InboxEvent { register: "1".into(), event: "opened".into(), at: at(second) };
    NewEvent { dedup_key: key.into(), event, shift }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("exists").permissions().mode() & 0o777
}

#[test]
fn first_start_makes_everything_for_its_owner_only_and_encrypted() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    store.add_staff("Aino Virtanen", at(0)).expect("added");
    store.flush().expect("flushed");
    assert_eq!(mode(&place.data_dir()), 0o700);
    assert_eq!(mode(&place.key()), 0o600);
    for entry in fs::read_dir(place.data_dir()).expect("a folder") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        let bytes = fs::read(&path).expect("readable");
        assert!(!bytes.windows(15).any(|w| w == b"SQLite format 3" || w == b"Aino Virtanen  "), "{}", path.display());
        assert!(!bytes.windows(13).any(|w| w == b"Aino Virtanen"), "{}", path.display());
    }
    drop(store);
    assert_eq!(place.open().expect("opens again").staff().expect("read").len(), 1);
}

#[test]
fn every_protective_setting_is_on() {
    let place = Place::new();
    let store = place.open().expect("opens");
    let text = |pragma: &str| -> String {
        store.connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0)).expect(pragma)
    };
    let number = |pragma: &str| -> i64 {
        store.connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0)).expect(pragma)
    };
    assert_eq!(text("journal_mode"), "wal");
    assert_eq!(text("cipher_memory_security"), "1");
    assert_eq!(number("synchronous"), 2);
    assert_eq!(number("foreign_keys"), 1);
    assert_eq!(number("secure_delete"), 1);
    assert_eq!(number("temp_store"), 2);
}

#[test]
fn key_troubles_are_told_apart_and_nothing_is_made_over_them() {
    let place = Place::new();
    drop(place.open().expect("opens"));
    let key = fs::read(place.key()).expect("a key");

    fs::set_permissions(place.key(), fs::Permissions::from_mode(0o640)).expect("mode");
    let error = place.open().expect_err("readable by others");
    assert!(matches!(error, StoreError::KeyReadableByOthers { mode: 0o640, .. }), "{error}");
    assert!(error.to_string().contains("chmod 600"), "{error}");
    fs::set_permissions(place.key(), fs::Permissions::from_mode(0o600)).expect("mode");

    fs::remove_file(place.key()).expect("removed");
    let error = place.open().expect_err("missing");
    assert!(matches!(error, StoreError::KeyMissing { .. }), "{error}");
    assert!(error.to_string().contains("put the key file back"), "{error}");
    assert!(!place.key().exists(), "no new key was made");

    let private = |bytes: &[u8]| {
        fs::write(place.key(), bytes).expect("written");
        fs::set_permissions(place.key(), fs::Permissions::from_mode(0o600)).expect("mode");
    };
    private("0f".repeat(32).as_bytes());
    let error = place.open().expect_err("another key");
    assert!(matches!(error, StoreError::WrongKey { .. }), "{error}");

    private(b"not a key");
    assert!(matches!(place.open().expect_err("no key"), StoreError::KeyMalformed { .. }));

    fs::remove_file(place.key()).expect("removed");
    fs::create_dir(place.key()).expect("a folder in its place");
    fs::set_permissions(place.key(), fs::Permissions::from_mode(0o700)).expect("mode");
    assert!(matches!(place.open().expect_err("a folder"), StoreError::KeyUnreadable { .. }));

    fs::remove_dir(place.key()).expect("removed");
    private(&key);
    place.open().expect("the old key opens it again");
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "x").expect("written");
    let error = Store::open(&file.join("data"), &file.join("key")).expect_err("a file is in the way");
    assert!(matches!(error, StoreError::Folder { .. }), "{error}");
    assert!(error.to_string().contains("file/data"), "{error}");
}

#[test]
fn a_data_folder_that_lets_others_write_is_refused_with_its_remedy() {
    let place = Place::new();
    fs::create_dir(place.data_dir()).expect("made before");
    for mode in [0o777, 0o770, 0o702] {
        fs::set_permissions(place.data_dir(), fs::Permissions::from_mode(mode)).expect("mode");
        let error = place.open().expect_err("writable by others");
        assert!(matches!(error, StoreError::FolderWritableByOthers { .. }), "{error}");
        assert!(error.to_string().contains("chmod 700"), "{error}");
    }
    fs::set_permissions(place.data_dir(), fs::Permissions::from_mode(0o700)).expect("mode");
    place.open().expect("opens");
}

#[test]
fn two_processes_never_share_a_store() {
    let place = Place::new();
    let first = place.open().expect("opens");
    assert!(matches!(place.open().expect_err("locked"), StoreError::Locked { .. }));
    drop(first);
    place.open().expect("the lock is let go");
}

#[test]
fn a_full_disk_is_said_and_undoes_the_whole_write() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    let person = take_in(&mut store, "Aino", at(0));
    let shift = store.start_shift(&person, "1", at(0)).expect("started");
    let Ok(Appended::New(id)) = store.append_event(&event("a", Some(shift.id), 1), at(1)) else { panic!("appended") };
    let pages: i64 = store.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("pages");
    store.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).expect("limited");
    let record = NewRecord { opened_at: at(1), closed_at: at(2), json: "x".repeat(100_000) };
    let error = store.commit_decisions(&shift, &decided(&[record], &[id]), at(3)).expect_err("full");
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error}");
    assert_eq!(store.waiting_events(shift.id).expect("read").len(), 1, "the event still waits");
    store.connection.query_row("PRAGMA max_page_count = 100000", [], |_| Ok(())).expect("room again");
    let record = NewRecord { opened_at: at(1), closed_at: at(2), json: "x".repeat(100_000) };
    store.commit_decisions(&shift, &decided(&[record], &[id]), at(3)).expect("written");
}

#[test]
fn a_store_that_takes_no_writes_says_so() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    assert!(store.writable());
    store.connection.execute_batch("PRAGMA query_only = ON").expect("set");
    assert!(!store.writable());
}

#[test]
fn an_event_is_new_once() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    assert!(matches!(store.append_event(&event("a", None, 1), at(1)), Ok(Appended::New(_))));
    assert!(matches!(store.append_event(&event("a", None, 1), at(2)), Ok(Appended::Duplicate)));
    drop(store);
    let mut store = place.open().expect("opens");
    assert!(matches!(store.append_event(&event("a", None, 1), at(3)), Ok(Appended::Duplicate)));
    // Twice an hour of lateness and a second after it was received.
    store.retain(&keeping(), at(7_202), None).expect("forgotten");
    assert!(matches!(store.append_event(&event("a", None, 1), at(7_203)), Ok(Appended::New(_))));
}

#[test]
fn a_full_inbox_refuses() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    let person = take_in(&mut store, "Aino", at(0));
    let shift = store.start_shift(&person, "1", at(0)).expect("started");
    let fill = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})
         INSERT INTO till_inbox (dedup_key, register, event, at, received_at, shift)
         SELECT 'fill' || i, '1', 'opened', i, i, {} FROM n",
        inbox::MAX_WAITING,
        shift.id.0
    );
    store.connection.execute_batch(&fill).expect("filled");
    let error = store.append_event(&event("a", Some(shift.id), 1), at(1)).expect_err("full");
    assert!(matches!(error, StoreError::InboxFull(_)), "{error}");
}

#[test]
fn records_and_handled_events_are_written_together_and_once() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    let person = take_in(&mut store, "Aino", at(0));
    let shift = store.start_shift(&person, "1", at(0)).expect("started");
    let Ok(Appended::New(id)) = store.append_event(&event("a", Some(shift.id), 1), at(1)) else { panic!("appended") };
    assert_eq!(store.open_shifts().expect("read"), std::slice::from_ref(&shift));
    let record = NewRecord { opened_at: at(1), closed_at: at(2), json: "{}".into() };
    for _ in 0..2 {
        store.commit_decisions(&shift, &decided(std::slice::from_ref(&record), &[id]), at(3)).expect("committed");
    }
    assert!(store.waiting_events(shift.id).expect("read").is_empty());
    let aino = store.sign_in("Aino", &secret_of("Aino"), at(4)).expect("her own");
    assert_eq!(store.records(&aino).expect("opened").len(), 1);
    store.end_shift(shift.id, at(9)).expect("ended");
    assert!(store.open_shifts().expect("read").is_empty());
    store.retain(&keeping(), at(14 * 86_400 + 3), None).expect("forgotten");
    assert!(store.records(&aino).expect("opened").is_empty());
}

#[test]
fn a_pause_and_who_is_signed_in_together_outlive_the_process_and_end_with_the_shift() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    let [aino, eero] = ["Aino", "Eero"].map(|name| take_in(&mut store, name, at(0)));
    let shift = store.start_shared_shift(&aino, std::slice::from_ref(&eero), "1", at(0)).expect("started");
    store.pause_shift(shift.id, at(1)).expect("paused");
    store.pause_shift(shift.id, at(2)).expect("paused already");
    drop(store);
    let mut store = place.open().expect("opens");
    let found = store.open_shifts().expect("read").remove(0);
    assert!(found.paused && found.is_of(&[eero.clone(), aino.clone()]) && !found.is_of(std::slice::from_ref(&aino)));
    assert!(found.includes(&eero));
    store.resume_shift(shift.id).expect("resumed");
    assert!(!store.open_shifts().expect("read")[0].paused);
    let record = NewRecord { opened_at: at(1), closed_at: at(2), json: "{}".into() };
    for _ in 0..2 {
        store.commit_decisions(&shift, &decided(std::slice::from_ref(&record), &[]), at(3)).expect("committed");
    }
    assert_eq!(store.store_records_since(at(0)).expect("read"), ["{}"]);
    for name in ["Aino", "Eero"] {
        let person = store.sign_in(name, &secret_of(name), at(4)).expect("their own");
        assert!(store.records(&person).expect("opened").is_empty());
    }
    store.retain(&keeping(), at(14 * 86_400 + 3), None).expect("forgotten");
    assert!(store.store_records_since(at(0)).expect("read").is_empty());
    store.pause_shift(shift.id, at(4)).expect("paused");
    store.add_phone_for_work(shift.id, at(4)).expect("noted");
    store.end_shift(shift.id, at(5)).expect("ended");
    let left = "SELECT (SELECT count(*) FROM shift_pause) + (SELECT count(*) FROM phone_for_work)";
    let left: i64 = store.connection.query_row(left, [], |row| row.get(0)).expect("counted");
    assert_eq!(left, 0, "nothing is left of pauses and taps");
}

#[test]
fn a_part_of_a_shift_has_one_summary_and_a_crash_begins_the_next() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    let person = take_in(&mut store, "Aino", at(0));
    let shift = store.start_shift(&person, "1", at(0)).expect("started");
    let record = |second: i64| NewRecord { opened_at: at(second), closed_at: at(second), json: "{}".into() };
    for (second, part, json) in [(1, 1, "a"), (2, 1, "b"), (3, 2, "c")] {
        let records = [record(second)];
        let decided = Decided { records: &records, handled: &[], summary: Some((part, json)) };
        store.commit_decisions(&shift, &decided, at(second)).expect("written");
        assert_eq!(store.next_part(shift.id).expect("read"), part + 1);
    }
    let aino = store.sign_in("Aino", &secret_of("Aino"), at(4)).expect("her own");
    let read = |store: &Store, from| -> Vec<String> {
        store.summaries(&aino, from).expect("opened").iter().map(|part| part.json.to_string()).collect()
    };
    assert_eq!(read(&store, at(0)), ["b", "c"]);
    assert_eq!(read(&store, at(1)), Vec::<String>::new());
}

#[test]
fn names_are_unique_and_plain() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    store.add_staff("Aino", at(0)).expect("added");
    assert!(matches!(store.add_staff(" Aino ", at(1)), Err(StoreError::NameTaken(_))));
    assert!(matches!(store.add_staff("", at(1)), Err(StoreError::BadName)));
    assert!(matches!(store.add_staff("a\nb", at(1)), Err(StoreError::BadName)));
    assert!(matches!(store.staff_member("Eero"), Err(StoreError::NoSuchPerson(_))));
}

#[test]
fn a_store_of_a_newer_program_is_left_alone() {
    let place = Place::new();
    let store = place.open().expect("opens");
    store.connection.pragma_update(None, "user_version", schema::VERSION + 1).expect("set");
    drop(store);
    assert!(matches!(place.open().expect_err("newer"), StoreError::TooNew { .. }));
}

fn dump(connection: &Connection) -> Vec<String> {
    schema::words(connection).expect("a schema")
}

/// The schema as first released, frozen here: never edit it, add migrations.
const VERSION_1: &str = include_str!("schema_v1.sql");

#[test]
fn an_upgraded_schema_equals_a_fresh_one() {
    let mut fresh = Connection::open_in_memory().expect("memory");
    schema::bring_up(&mut fresh).expect("made");
    let mut old = Connection::open_in_memory().expect("memory");
    old.execute_batch(VERSION_1).expect("made");
    old.pragma_update(None, "user_version", 1).expect("set");
    schema::bring_up(&mut old).expect("upgraded");
    assert_eq!(dump(&fresh), dump(&old));
}

#[test]
fn migrations_run_in_order_and_a_failing_one_changes_nothing() {
    let mut connection = Connection::open_in_memory().expect("memory");
    schema::bring_up_with(&mut connection, "CREATE TABLE a (x)", &[]).expect("fresh");
    let good = ["CREATE TABLE b (x)", "ALTER TABLE b ADD COLUMN y"];
    assert!(schema::bring_up_with(&mut connection, "", &["CREATE TABLE b (x)", "nonsense"]).is_err());
    assert_eq!(dump(&connection).len(), 1);
    schema::bring_up_with(&mut connection, "", &good).expect("upgraded");
    assert_eq!(dump(&connection).len(), 2);
    schema::bring_up_with(&mut connection, "", &good).expect("nothing left to do");
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).expect("version");
    assert_eq!(version, 3);
}
