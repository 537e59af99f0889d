//! Rows that have lived their time, under clocks that run, jump, stand and are set right.

use jiff::ToSpan;

use super::super::tests::{AGREEMENT, Place, has, keeping, raw_pages, secret_of, take_in};
use super::super::{Decided, InboxEvent, Looked, NewEvent, NewRecord, PersonId};
use super::*;

const HOUR_MS: u64 = 60 * 60 * 1000;
const FIGURE: &str = "0.8317-a-figure-of-hers";

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A made-up store, and its clock.
struct Kept {
    place: Place,
    person: PersonId,
    now: Timestamp,
}

impl Kept {
    fn at(now: &str) -> Self {
        let place = Place::new();
        let now = time(now);
        let person = take_in(&mut place.open().expect("opens"), "Aino", now);
        Self { place, person, now }
    }

    fn store(&self) -> Store {
        self.place.open().expect("opens")
    }

    /// A whole shift of one transaction, of now.
    fn work(&self, store: &mut Store) {
        let shift = store.start_shift(&self.person, "1", self.now).expect("started");
        let records = [NewRecord { opened_at: self.now, closed_at: self.now, json: format!("\"{FIGURE}\"") }];
        let summary = format!("[\"{FIGURE}\"]");
        let decided = Decided { records: &records, handled: &[], summary: Some((1, &summary)) };
        store.commit_decisions(&shift, &decided, self.now).expect("written");
        store.end_shift(shift.id, self.now).expect("ended");
    }

    fn shift_begins_and_never_ends(&self, store: &mut Store) {
        store.start_shift(&self.person, "1", self.now).expect("started");
    }

    /// The job, after a restart.
    fn restarted(&self) -> (Store, ClockWas) {
        let mut store = self.store();
        let clock = store.retain(&keeping(), self.now, None).expect("retained");
        (store, clock)
    }

    /// So many hours of a running kiosk, its clock running too. A job a day is as good as one an hour, where days pass.
    fn runs(&mut self, store: &mut Store, hours: i64) {
        for (times, step) in [(hours / 24, 24_i64), (hours % 24, 1)] {
            for _ in 0..times {
                self.now += step.hours();
                let since_ms = HOUR_MS * step.unsigned_abs();
                assert_eq!(store.retain(&keeping(), self.now, Some(since_ms)).expect("retained"), ClockWas::Running);
            }
        }
    }
}

/// How many records, summaries, shifts, and entries of the log there are.
fn left(store: &Store) -> [i64; 4] {
    ["transaction_record", "shift_summary", "shift", "access_log"].map(|table| {
        let count = format!("SELECT count(*) FROM {table}");
        store.connection.query_row(&count, [], |row| row.get(0)).expect("counted")
    })
}

#[test]
fn records_die_after_their_days_and_summaries_after_their_months_across_restarts() {
    let mut kept = Kept::at("2026-03-01T12:00:00Z");
    let (mut store, _) = kept.restarted();
    kept.work(&mut store);
    let aino = store.sign_in("Aino", &secret_of("Aino"), kept.now).expect("her own");
    store.opened_by_themself(&aino, Looked::Summary, kept.now).expect("logged");
    drop(store);
    for (now, expected) in [
        ("2026-03-15T12:00:00Z", [1, 1, 1, 1]),
        ("2026-03-15T12:00:01Z", [0, 1, 0, 1]),
        ("2027-03-01T12:00:00Z", [0, 1, 0, 1]),
        ("2027-03-01T12:00:01Z", [0, 0, 0, 0]),
    ] {
        kept.now = time(now);
        assert_eq!(left(&kept.restarted().0), expected, "{now}");
    }
}

#[test]
fn the_terms_are_kept_to() {
    let mut kept = Kept::at("2026-03-01T12:00:00Z");
    let (mut store, _) = kept.restarted();
    kept.work(&mut store);
    let terms = Terms { records_days: 2, summaries_months: 1, ..Terms::under(AGREEMENT) };
    for (now, expected) in [
        ("2026-03-03T12:00:00Z", [1, 1, 1, 0]),
        ("2026-03-03T12:00:01Z", [0, 1, 0, 0]),
        ("2026-04-01T12:00:01Z", [0, 0, 0, 0]),
    ] {
        kept.now = time(now);
        store.retain(&Retention::of(&terms, 300), kept.now, None).expect("retained");
        assert_eq!(left(&store), expected, "{now}");
    }
}

#[test]
fn what_has_lived_its_time_is_in_no_page_of_the_file() {
    let mut kept = Kept::at("2026-03-01T12:00:00Z");
    let (mut store, _) = kept.restarted();
    kept.work(&mut store);
    let sealed: Vec<u8> = store
        .connection
        .query_row("SELECT substr(record, 1, 64) FROM transaction_record", [], |row| row.get(0))
        .expect("a record");
    assert!(has(&raw_pages(&kept.place.data_dir()), &sealed), "the search does find what is there");
    kept.now = time("2026-03-20T12:00:00Z");
    let (store, _) = kept.restarted_from(store);
    let pages = raw_pages(&kept.place.data_dir());
    assert!(has(&pages, kept.person.0.as_bytes()) && !has(&pages, &sealed));
    let freed: i64 = store.connection.query_row("PRAGMA freelist_count", [], |row| row.get(0)).expect("counted");
    assert_eq!(freed, 0, "the file was written anew");
}

impl Kept {
    fn restarted_from(&self, store: Store) -> (Store, ClockWas) {
        drop(store);
        self.restarted()
    }
}

#[test]
fn the_file_is_written_anew_once_a_day_at_most_and_pages_are_overwritten_at_once() {
    let mut kept = Kept::at("2026-03-01T12:00:00Z");
    let (mut store, _) = kept.restarted();
    let compacted = |store: &Store| -> Option<i64> {
        store.connection.query_row("SELECT compacted_ms FROM lifetime", [], |row| row.get(0)).expect("read")
    };
    kept.work(&mut store);
    kept.runs(&mut store, 6);
    kept.work(&mut store);
    kept.runs(&mut store, 14 * 24 - 5);
    let first = compacted(&store);
    assert!(first.is_some());
    let sealed: Vec<u8> = store
        .connection
        .query_row("SELECT substr(record, 1, 64) FROM transaction_record", [], |row| row.get(0))
        .expect("the second record");
    kept.runs(&mut store, 6);
    assert_eq!((compacted(&store), left(&store)[0]), (first, 0), "removed, and the file left as it is");
    assert!(!has(&raw_pages(&kept.place.data_dir()), &sealed), "overwritten all the same");
    (0..24).for_each(|_| kept.runs(&mut store, 1));
    assert_eq!(compacted(&store), first.map(|ms| ms + DAY_MS));
}

#[test]
fn a_clock_that_is_set_forward_removes_what_is_too_old_by_it() {
    let mut kept = Kept::at("2026-03-01T12:00:00Z");
    let (mut store, _) = kept.restarted();
    kept.work(&mut store);
    kept.runs(&mut store, 1);
    kept.now = time("2026-06-01T12:00:00Z");
    let clock = store.retain(&keeping(), kept.now, Some(HOUR_MS)).expect("retained");
    assert_eq!((clock, left(&store)), (ClockWas::SetForward, [0, 1, 0, 0]));
    // Beyond anything that can be told.
    kept.now = time("2200-01-01T00:00:00Z");
    assert_eq!(left(&kept.restarted_from(store).0), [0, 0, 0, 0]);
}

#[test]
fn a_clock_that_is_set_back_lets_nothing_live_longer_while_the_kiosk_runs() {
    let mut kept = Kept::at("2026-03-20T12:00:00Z");
    let (mut store, _) = kept.restarted();
    kept.work(&mut store);
    kept.runs(&mut store, 1);
    kept.now = time("2020-01-01T00:00:00Z");
    let clock = store.retain(&keeping(), kept.now, Some(HOUR_MS)).expect("retained");
    assert_eq!(clock, ClockWas::SetBack);
    kept.runs(&mut store, 13 * 24);
    assert_eq!(left(&store)[0], 1, "thirteen days");
    kept.runs(&mut store, 2 * 24);
    assert_eq!(
        left(&store)[..3],
        [0, 1, 0],
        "no later than a fourteenth of its time after it, however far back the clock is"
    );
    // Nights in which it is off count too, from where the clock stands now.
    for _ in 0..19 {
        kept.now += (20 * 24).hours();
        store = kept.restarted_from(store).0;
    }
    assert_eq!(left(&store)[1], 1, "a month of them made up for the clock's being set back");
    for _ in 0..2 {
        kept.now += (20 * 24).hours();
        store = kept.restarted_from(store).0;
    }
    assert_eq!(left(&store)[1], 0);
}

#[test]
fn rows_dated_years_ahead_do_not_outlive_the_others() {
    let mut kept = Kept::at("2026-03-01T12:00:00Z");
    let (mut store, _) = kept.restarted();
    kept.now = time("2036-03-01T12:00:00Z");
    assert_eq!(store.retain(&keeping(), kept.now, Some(HOUR_MS)).expect("retained"), ClockWas::SetForward);
    kept.work(&mut store);
    kept.now = time("2026-03-01T14:00:00Z");
    assert_eq!(store.retain(&keeping(), kept.now, Some(HOUR_MS)).expect("retained"), ClockWas::SetBack);
    kept.work(&mut store);
    kept.runs(&mut store, 13 * 24);
    assert_eq!(left(&store)[..3], [2, 2, 2], "neither the one ahead nor the one of now has lived its time");
    kept.runs(&mut store, 3 * 24);
    assert_eq!(left(&store)[..3], [0, 2, 0]);
    kept.runs(&mut store, 351 * 24);
    assert_eq!(left(&store)[..3], [0, 1, 0], "by the clock one has lived its time");
    kept.runs(&mut store, 31 * 24);
    assert_eq!(left(&store)[..3], [0, 0, 0]);
}

#[test]
fn an_empty_battery_costs_nothing_that_was_written_yesterday() {
    let mut kept = Kept::at("2026-03-01T12:00:00Z");
    let (mut store, _) = kept.restarted();
    kept.work(&mut store);
    for _ in 0..3 {
        let right = kept.now;
        // Started in 1970, once to its end without a network; then the network sets the clock right.
        kept.now = time("1970-01-01T00:01:00Z");
        store = kept.restarted_from(store).0;
        store = kept.restarted_from(store).0;
        kept.now = right + 24.hours();
        let clock;
        (store, clock) = kept.restarted_from(store);
        assert_eq!((clock, left(&store)[..3].to_vec()), (ClockWas::Running, vec![1, 1, 1]));
    }
}

#[test]
fn back_and_forth_is_survived_across_restarts() {
    let mut kept = Kept::at("2026-03-01T12:00:00Z");
    let (mut store, _) = kept.restarted();
    for step in 0..40 {
        kept.work(&mut store);
        let right = kept.now;
        kept.now = right + if step % 2 == 0 { (-30).hours() } else { 30.hours() };
        store = kept.restarted_from(store).0;
        kept.now = right + 12.hours();
        store = kept.restarted_from(store).0;
    }
    let [records, summaries, ..] = left(&store);
    assert!((20..=30).contains(&records), "{records}: of fourteen days, two a day, and of one day more or less");
    assert_eq!(summaries, 40);
}

#[test]
fn months_are_those_of_the_calendar_and_summer_time_moves_nothing() {
    for (now, months, expected) in [
        ("2028-02-29T12:00:00Z", 12, "2027-02-28T12:00:00Z"),
        ("2029-02-28T12:00:00Z", 12, "2028-02-28T12:00:00Z"),
        ("2029-03-01T12:00:00Z", 12, "2028-03-01T12:00:00Z"),
        ("2026-03-31T12:00:00Z", 1, "2026-02-28T12:00:00Z"),
        ("2028-03-30T12:00:00Z", 1, "2028-02-29T12:00:00Z"),
        // Clocks go forward in Helsinki at 01:00 UTC on that day.
        ("2026-03-29T01:30:00Z", 1, "2026-02-28T01:30:00Z"),
        ("2026-01-15T00:00:00Z", 12, "2025-01-15T00:00:00Z"),
    ] {
        assert_eq!(months_before(time(now), months), time(expected), "{now}");
    }
    let mut kept = Kept::at("2028-02-29T12:00:00Z");
    let (mut store, _) = kept.restarted();
    kept.work(&mut store);
    for (now, expected) in [("2029-02-28T23:59:59Z", 1), ("2029-03-01T00:00:00Z", 0)] {
        kept.now = time(now);
        store.retain(&keeping(), kept.now, None).expect("retained");
        assert_eq!(left(&store)[1], expected, "{now}");
    }
}

#[test]
fn an_open_shift_and_a_waiting_event_stay() {
    let mut kept = Kept::at("2026-03-01T12:00:00Z");
    let (mut store, _) = kept.restarted();
    kept.shift_begins_and_never_ends(&mut store);
    let shift = store.open_shifts().expect("read").remove(0);
    for (key, shift) in [("waits", Some(shift.id)), ("concerns nobody", None)] {
        let event = InboxEvent { register: "1".into(), event: "opened".into(), at: kept.now };
        store.append_event(&NewEvent { dedup_key: key.into(), event, shift }, kept.now).expect("appended");
    }
    kept.now = time("2027-06-01T12:00:00Z");
    store.retain(&keeping(), kept.now, None).expect("retained");
    assert_eq!(store.open_shifts().expect("read").len(), 1);
    assert_eq!(store.waiting_events(shift.id).expect("read").len(), 1);
    let events: i64 =
        store.connection.query_row("SELECT count(*) FROM till_inbox", [], |row| row.get(0)).expect("counted");
    assert_eq!(events, 1);
    // Whoever goes takes the shift along; what waited for it waits for nobody.
    store.erase("Aino").expect("erased");
    store.retain(&keeping(), kept.now + 1.hour(), None).expect("retained");
    let events: i64 =
        store.connection.query_row("SELECT count(*) FROM till_inbox", [], |row| row.get(0)).expect("counted");
    assert_eq!(events, 0);
}

#[test]
fn marks_are_few_and_say_nothing_of_records_that_are_gone() {
    let mut kept = Kept::at("2026-03-01T12:00:00Z");
    let (mut store, _) = kept.restarted();
    for _ in 0..60 {
        kept.work(&mut store);
        kept.runs(&mut store, 24);
    }
    let marks: i64 = store
        .connection
        .query_row("SELECT count(*) FROM lifetime_mark WHERE kind = 'transaction_record'", [], |row| row.get(0))
        .expect("counted");
    assert!((14..=17).contains(&marks), "{marks}");
    assert!((14..=16).contains(&left(&store)[0]), "{:?}", left(&store));
}
