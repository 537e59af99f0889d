//! The log on real files: what it says to whom, and that it shows what was done to it.

use super::super::tests::{Place, has, keeping, raw_pages, secret_of, take_in};
use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

/// Looks at something with the person's own secret.
fn look(store: &mut Store, name: &str, what: Looked, now: Timestamp) {
    let person = store.sign_in(name, &secret_of(name), now).expect("their own");
    store.opened_by_themself(&person, what, now).expect("logged");
}

fn entries(store: &mut Store, name: &str) -> Vec<Seen> {
    let person = store.sign_in(name, &secret_of(name), at(99)).expect("their own");
    store.seen(&person).expect("read")
}

fn holds(store: &Store) -> (i64, i64) {
    match store.check_log().expect("read") {
        LogCheck::Holds { latest, kept, .. } => (latest, kept),
        LogCheck::Breaks { number } => panic!("entry {number}"),
    }
}

#[test]
fn everyone_reads_their_own_entries_and_nobody_elses() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    take_in(&mut store, "Aino", at(0));
    take_in(&mut store, "Eero", at(0));
    look(&mut store, "Aino", Looked::Summary, at(1));
    look(&mut store, "Eero", Looked::Export, at(2));
    look(&mut store, "Aino", Looked::Log, at(3));
    let seen = |number, second, what| Seen { number, at: at(second), who: Who::Themself, what: Some(what) };
    assert_eq!(entries(&mut store, "Aino"), [seen(1, 1, Looked::Summary), seen(3, 3, Looked::Log)]);
    assert_eq!(entries(&mut store, "Eero"), [seen(2, 2, Looked::Export)]);
    assert_eq!(holds(&store), (3, 3));
}

#[test]
fn whose_an_entry_is_stands_in_no_row_that_root_can_read() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    take_in(&mut store, "Aino", at(0));
    look(&mut store, "Aino", Looked::Summary, at(1));
    let aino = store.sign_in("Aino", &secret_of("Aino"), at(2)).expect("her own");
    let logged = aino.subject().seen_by(&Who::Themself);
    let pages = raw_pages(&place.data_dir());
    assert!(has(&pages, &logged.0), "the search does find what is there");
    let seed = String::from(aino.subject().clone());
    assert!(!has(&pages, seed.as_bytes()) && !has(&pages, &hex::decode(&seed).expect("digits")));
    let by_tuula = aino.subject().seen_by(&Who::Trainer("Tuula".into()));
    assert_ne!(logged.0, by_tuula.0, "what a trainer's entries tell of somebody says nothing of their own");
}

#[test]
fn nothing_is_opened_that_could_not_be_logged() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    take_in(&mut store, "Aino", at(0));
    let aino = store.sign_in("Aino", &secret_of("Aino"), at(1)).expect("her own");
    let fails = "CREATE TEMP TRIGGER full BEFORE INSERT ON access_log BEGIN SELECT raise(ABORT, 'full'); END";
    store.connection.execute_batch(fails).expect("set");
    assert!(store.opened_by_themself(&aino, Looked::Summary, at(2)).is_err());
    let error = crate::export::Export::of(&mut store, &aino, at(3)).expect_err("not logged");
    assert!(error.to_string().contains("full"), "{error}");
}

#[test]
fn any_change_to_an_entry_is_found_at_its_number() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    take_in(&mut store, "Aino", at(0));
    for second in 1..=5 {
        look(&mut store, "Aino", Looked::Summary, at(second));
    }
    assert_eq!(holds(&store), (5, 5));
    for (change, first_bad) in [
        ("UPDATE access_log SET at = at + 1 WHERE number = 3", 3),
        ("UPDATE access_log SET subject = zeroblob(16) WHERE number = 2", 2),
        ("UPDATE access_log SET who = 'trainer Tuula' WHERE number = 4", 4),
        ("UPDATE access_log SET what = 'log' WHERE number = 1", 1),
        ("UPDATE access_log SET who = who || 's', what = substr(what, 2) WHERE number = 2", 2),
        ("UPDATE access_log SET chain = zeroblob(32) WHERE number = 5", 5),
        ("DELETE FROM access_log WHERE number = 3", 3),
        ("DELETE FROM access_log WHERE number < 3", 1),
        ("UPDATE access_log SET number = 9 WHERE number = 5", 5),
        (
            "INSERT OR REPLACE INTO access_anchor VALUES (1, 2, zeroblob(32)); DELETE FROM access_log WHERE number < 3",
            3,
        ),
    ] {
        store.connection.execute_batch("BEGIN").expect("begun");
        store.connection.execute_batch(change).expect("changed");
        assert_eq!(store.check_log().expect("read"), LogCheck::Breaks { number: first_bad }, "{change}");
        store.connection.execute_batch("ROLLBACK").expect("undone");
    }
    // An end that was cut off shows against a head that was noted only.
    let LogCheck::Holds { latest, head, .. } = store.check_log().expect("read") else { panic!("it holds") };
    assert_eq!(store.log_hash(latest).expect("read").as_ref(), Some(&head));
    store.connection.execute("DELETE FROM access_log WHERE number = 5", []).expect("cut off");
    assert_eq!(holds(&store), (4, 4));
    assert_eq!(store.log_hash(latest).expect("read"), None);
}

#[test]
fn the_chain_goes_on_after_entries_went_for_their_age() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    take_in(&mut store, "Aino", at(0));
    let month_s = 31 * 86_400;
    for month in 0..15 {
        look(&mut store, "Aino", Looked::Summary, at(month * month_s));
        store.retain(&keeping(), at(month * month_s), None).expect("retained");
    }
    let (latest, kept) = holds(&store);
    assert!(latest == 15 && (12..=13).contains(&kept), "{latest}, {kept}");
    // All of them, and then a new one.
    store.retain(&keeping(), at(40 * month_s), None).expect("retained");
    assert_eq!(holds(&store), (15, 0));
    look(&mut store, "Aino", Looked::Log, at(40 * month_s));
    assert_eq!(holds(&store), (16, 1));
    store.connection.execute("DELETE FROM access_anchor", []).expect("tampered");
    assert_eq!(store.check_log().expect("read"), LogCheck::Breaks { number: 1 });
}

#[test]
fn an_entry_dated_ahead_holds_up_none_of_the_others() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    take_in(&mut store, "Aino", at(0));
    let day_s = 86_400;
    store.retain(&keeping(), at(0), None).expect("retained");
    let aino = store.sign_in("Aino", &secret_of("Aino"), at(0)).expect("her own");
    let mut look = |day: i64| {
        store.opened_by_themself(&aino, Looked::Summary, at(day * day_s)).expect("logged");
        if day < 1_000 {
            let since = (day > 0).then_some(10 * 86_400_000);
            store.retain(&keeping(), at(day * day_s), since).expect("retained");
        }
    };
    look(4_000);
    (0..=41).for_each(|times| look(10 * times));
    let (latest, kept) = holds(&store);
    assert_eq!(latest, 43);
    assert!(
        (37..=41).contains(&kept),
        "{kept}: what was there for twelve months of the lifetime went, the one ahead too"
    );
}

#[test]
fn after_erasure_the_chain_holds_and_leads_to_nobody() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    for name in ["Aino", "Eero"] {
        take_in(&mut store, name, at(0));
        look(&mut store, name, Looked::Summary, at(1));
    }
    let subjects = ["Aino", "Eero"].map(|name| {
        let person = store.sign_in(name, &secret_of(name), at(2)).expect("their own");
        (String::from(person.subject().clone()), person.person().0.clone())
    });
    let aino = store.sign_in("Aino", &secret_of("Aino"), at(3)).expect("her own");
    store.withdraw(&aino).expect("withdrawn");
    store.erase("Eero").expect("erased");
    assert_eq!(holds(&store), (2, 2));
    // Whoever comes again is somebody new.
    let invitation = store.invite("Aino").expect("invited");
    let consent = Consent::made_up(&crate::terms::Terms::under("made up"), at(4));
    store.give_consent("Aino", &invitation, &secret_of("Aino"), &consent).expect("agreed");
    assert_eq!(entries(&mut store, "Aino"), []);
    let pages = raw_pages(&place.data_dir());
    for (seed, _) in &subjects {
        assert!(!has(&pages, seed.as_bytes()) && !has(&pages, &hex::decode(seed).expect("digits")));
    }
    assert!(!has(&pages, b"Eero") && !has(&pages, subjects[1].1.as_bytes()));
}

#[test]
fn a_consent_from_before_the_log_gets_its_subject_once() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    let person = take_in(&mut store, "Aino", at(0));
    let aino = store.sign_in("Aino", &secret_of("Aino"), at(1)).expect("her own");
    let older = serde_json::to_string(aino.consent()).expect("JSON");
    let sealed = aino.key().sealing_key().seal_own(&older).expect("sealed");
    let update = "UPDATE vault SET consent = ?2 WHERE person = ?1";
    store.connection.execute(update, params![person.0, sealed]).expect("as it was");
    look(&mut store, "Aino", Looked::Summary, at(2));
    assert_eq!(entries(&mut store, "Aino").len(), 1);
    let length = "SELECT length(consent) FROM vault";
    let length: i64 = store.connection.query_row(length, [], |row| row.get(0)).expect("read");
    assert_eq!(length, sealed.len() as i64, "of the one length");
}

#[test]
fn the_encoding_of_an_entry_is_kept() {
    let hash = follows(&BEGINNING, 1, 1_800_000_000_000, &[7; SUBJECT_BYTES], "self", "summary");
    assert_eq!(hex::encode(hash), "7d6c36e2c24f076e7a3375b901f1e54cf701e6acc38b2ef9881494f2a77b534e");
    let moved = follows(&BEGINNING, 1, 1_800_000_000_000, &[7; SUBJECT_BYTES], "selfs", "ummary");
    assert_ne!(hash, moved);
}
