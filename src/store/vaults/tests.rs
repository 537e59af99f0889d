//! Consents, secrets and erasure on real files.

use std::path::Path;

use rusqlite::types::ValueRef;

use super::super::tests::{AGREEMENT, has, raw_pages, secret_of, take_in};
use super::super::{Decided, NewRecord};
use super::*;

const FIGURE: &str = "0.8317-a-figure-of-hers";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

fn open(folder: &Path) -> Store {
    Store::open(folder, &folder.join("hymy.key")).expect("opens")
}

/// A record and a summary of Aino's, with a figure in each.
fn work_a_shift(store: &mut Store, person: &PersonId) {
    let shift = store.start_shift(person, "1", at(1)).expect("started");
    let records = [NewRecord { opened_at: at(2), closed_at: at(3), json: format!("\"{FIGURE}\"") }];
    let summary = format!("[\"{FIGURE}\"]");
    let decided = Decided { records: &records, handled: &[], summary: Some((1, &summary)) };
    store.commit_decisions(&shift, &decided, at(4)).expect("written");
    store.end_shift(shift.id, at(5)).expect("ended");
}

/// Whether any value in the decrypted database holds these bytes.
fn holds(store: &Store, wanted: &[u8]) -> bool {
    let connection = &store.connection;
    let mut tables = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").expect("sql");
    let tables: Vec<String> =
        tables.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("names");
    tables.iter().any(|table| {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).expect("sql");
        let columns = statement.column_count();
        let mut rows = statement.query([]).expect("rows");
        let mut found = false;
        while let Some(row) = rows.next().expect("a row") {
            for column in 0..columns {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(column).expect("a value") {
                    found |= bytes.windows(wanted.len()).any(|window| window == wanted);
                }
            }
        }
        found
    })
}

#[test]
fn root_with_the_database_key_finds_no_figure_and_the_secret_opens_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = open(folder.path());
    let person = take_in(&mut store, "Aino", at(0));
    work_a_shift(&mut store, &person);
    assert!(holds(&store, person.0.as_bytes()), "the search does find what is there");
    assert!(!holds(&store, FIGURE.as_bytes()));
    assert!(!holds(&store, b"greet_delay"), "nor what she chose");
    let plain = raw_pages(folder.path());
    assert!(has(&plain, person.0.as_bytes()));
    assert!(!has(&plain, FIGURE.as_bytes()));

    let aino = store.sign_in("Aino", &secret_of("Aino"), at(9)).expect("her own secret");
    assert!(store.records(&aino).expect("opened")[0].contains(FIGURE));
    assert!(store.summaries(&aino, at(0)).expect("opened")[0].json.contains(FIGURE));
    assert!(aino.consent().signals.contains("greet_delay"));
}

#[test]
fn who_agreed_cannot_be_told_from_the_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = open(folder.path());
    take_in(&mut store, "Aino", at(0));
    store.add_staff("Eero", at(0)).expect("invited");
    let query = "SELECT length(invitation), length(sealing_key), length(wrapped_key), length(consent),
                 hex(substr(wrapped_key, 1, 1)), failed, failed_at FROM vault";
    let mut rows = store.connection.prepare(query).expect("sql");
    let forms: Vec<String> = rows
        .query_map([], |row| (0..7).map(|n| Ok(format!("{:?}", row.get_ref(n)?))).collect::<Result<String, _>>())
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("values");
    assert_eq!(forms.len(), 2);
    assert_eq!(forms[0], forms[1]);
}

#[test]
fn withdrawing_erases_and_leaves_the_row_of_someone_who_never_agreed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = open(folder.path());
    let person = take_in(&mut store, "Aino", at(0));
    let eero = take_in(&mut store, "Eero", at(0));
    work_a_shift(&mut store, &person);
    work_a_shift(&mut store, &eero);
    let key: Vec<u8> = store
        .connection
        .query_row("SELECT sealing_key FROM vault WHERE person = ?1", [&person.0], |row| row.get(0))
        .expect("a key");
    let signed_in = store.sign_in("Aino", &secret_of("Aino"), at(6)).expect("her own");
    let receipt = store.withdraw(&signed_in).expect("erased");
    assert_eq!(receipt, Receipt { records: 1, summaries: 1, shifts: 1, shares: 0, rewritten: true });
    let freed: i64 = store.connection.query_row("PRAGMA freelist_count", [], |row| row.get(0)).expect("counted");
    assert_eq!(freed, 0);
    let error = store.sign_in("Aino", &secret_of("Aino"), at(7)).expect_err("nothing opens");
    assert!(matches!(error, StoreError::NotTheirSecret(_)), "{error}");
    let plain = raw_pages(folder.path());
    assert!(has(&plain, eero.0.as_bytes()), "the search does find what is there");
    assert!(!has(&plain, &key), "not even her public key");
    let eero = store.sign_in("Eero", &secret_of("Eero"), at(8)).expect("his own");
    assert_eq!(store.records(&eero).expect("opened").len(), 1, "his stay");

    assert_eq!(store.erase("Aino").expect("erased"), Receipt { rewritten: true, ..Receipt::default() });
    assert!(matches!(store.sign_in("Aino", &secret_of("Aino"), at(9)), Err(StoreError::NoSuchPerson(_))));
    drop(store);
    let store = open(folder.path());
    assert_eq!(store.staff().expect("read").len(), 1, "nothing erased comes back");
}

#[test]
fn wrong_secrets_are_slowed_whether_or_not_somebody_agreed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = open(folder.path());
    take_in(&mut store, "Aino", at(0));
    store.add_staff("Eero", at(0)).expect("invited");
    for name in ["Aino", "Eero"] {
        for _ in 0..FREE_FAILURES {
            let error = store.sign_in(name, &secret_of("nobody"), at(10)).expect_err("wrong");
            assert_eq!(error.to_string(), format!("this is not the secret of anyone called \"{name}\" who takes part"));
        }
        let error = store.sign_in(name, &secret_of(name), at(10)).expect_err("even the right one waits");
        assert!(matches!(error, StoreError::Wait { wait_s: 30 }), "{error}");
        let error = store.sign_in(name, &secret_of(name), at(-1_000)).expect_err("a clock that was set back");
        assert!(matches!(error, StoreError::Wait { wait_s: 30 }), "{error}");
    }
    store.sign_in("Aino", &secret_of("Aino"), at(40)).expect("after the wait");
    for _ in 0..FREE_FAILURES {
        assert!(matches!(store.sign_in("Aino", &secret_of("nobody"), at(41)), Err(StoreError::NotTheirSecret(_))));
    }
    assert_eq!([waits_ms(6, 0), waits_ms(7, 0), waits_ms(40, 0)], [60_000, 120_000, LONGEST_WAIT_MS]);
}

#[test]
fn an_invitation_works_once_and_a_new_secret_keeps_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = open(folder.path());
    let (member, first) = store.add_staff("Aino", at(0)).expect("invited");
    let consent = Consent::made_up(&crate::terms::Terms::under(AGREEMENT), at(0));
    let agree = |store: &mut Store, invitation: &Invitation| {
        store.give_consent("Aino", invitation, &secret_of("Aino"), &consent)
    };
    assert!(matches!(agree(&mut store, &Invitation::typed("guess")), Err(StoreError::NotInvited(_))));
    agree(&mut store, &first).expect("agreed");
    assert!(matches!(agree(&mut store, &first), Err(StoreError::NotInvited(_))));
    work_a_shift(&mut store, &member.person);
    let aino = store.sign_in("Aino", &secret_of("Aino"), at(6)).expect("her own");
    store.change_secret(&aino, &secret_of("another")).expect("changed");
    assert!(store.sign_in("Aino", &secret_of("Aino"), at(7)).is_err());
    let aino = store.sign_in("Aino", &secret_of("another"), at(8)).expect("the new one");
    assert_eq!(store.records(&aino).expect("opened").len(), 1);

    let again = store.invite("Aino").expect("invited anew");
    agree(&mut store, &again).expect("agreed anew");
    let aino = store.sign_in("Aino", &secret_of("Aino"), at(9)).expect("her own");
    assert!(store.records(&aino).expect("opened").is_empty(), "what was sealed to the earlier key is gone");
}
