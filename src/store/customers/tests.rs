//! Customers' answers on the disk: no finer than four weeks and a part of the week, told once, and the same whatever
//! happens after.

use jiff::SignedDuration;
use rusqlite::types::Value;

use super::*;
use crate::customer::Said;
use crate::store::PersonId;
use crate::store::tests::{Place, columns, has, keeping, raw_pages, secret_of, take_in};

/// A Monday with which four weeks begin.
const MONDAY: &str = "2026-03-02T00:00:00Z";
const PEOPLE: [&str; 5] = ["Aino", "Eero", "Helmi", "Ilmari", "Kaisa"];

fn at(day: i64, hour: i64) -> Timestamp {
    let monday = FourWeeks::of(MONDAY.parse().expect("a time"), &TimeZone::UTC).first_day();
    let first = monday.to_zoned(TimeZone::UTC).expect("in range").timestamp();
    first + SignedDuration::from_hours(24 * day + hour)
}

/// People who agreed, and a store that had its housekeeping.
fn staffed() -> (Place, Store, Vec<PersonId>) {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    let people = PEOPLE.iter().map(|name| take_in(&mut store, name, at(-1, 0))).collect();
    (place, store, people)
}

fn works(store: &mut Store, person: &PersonId, day: i64, from: i64, to: i64) {
    let shift = store.start_shift(person, "1", at(day, from)).expect("started");
    store.end_shift(shift.id, at(day, to)).expect("ended");
}

fn answers(store: &mut Store, day: i64, hour: i64, count: u32) {
    for _ in 0..count {
        store.count_customer(Face::Well, at(day, hour), &TimeZone::UTC).expect("counted");
    }
}

/// As once an hour, in the kiosk's order.
fn hour(store: &mut Store, now: Timestamp) -> usize {
    let told = store.keep_customers(5, now, &TimeZone::UTC).expect("kept");
    store.retain(&keeping(), now, None).expect("retained");
    told
}

fn told(store: &Store) -> Vec<Answers> {
    store.customer_answers(20).expect("read")
}

fn morning(store: &Store) -> Said {
    told(store).pop().expect("told").parts[&Part::Morning].clone()
}

/// Five people, each on a morning of another week, and thirty answers.
fn four_weeks(store: &mut Store, people: &[PersonId], count: u32) {
    answers(store, 0, 9, count);
    for (day, person) in [0, 7, 14, 21, 22].into_iter().zip(people) {
        works(store, person, day, 8, 14);
        hour(store, at(day, 20));
    }
}

#[test]
fn four_weeks_are_told_after_they_are_over_and_once() {
    let (_place, mut store, people) = staffed();
    four_weeks(&mut store, &people, 30);
    for day in [23, 27, 28] {
        assert_eq!(hour(&mut store, at(day, 23)), 0, "day {day}");
        assert_eq!(told(&store), []);
    }
    assert_eq!(hour(&mut store, at(29, 0)), 1);
    let Said::Answers(counts) = morning(&store) else { panic!("{:?}", told(&store)) };
    assert_eq!((counts[&Face::Well], counts[&Face::Badly]), (30, 0));
    let first = told(&store);
    // Under a clock that was set back, an answer of these weeks is lost, and nothing is told anew.
    answers(&mut store, 3, 9, 30);
    assert_eq!((hour(&mut store, at(40, 0)), told(&store)), (0, first));
    for (table, values) in columns(&store) {
        if ["customer_answer", "on_duty"].contains(&table.as_str()) {
            assert!(values.values().all(Vec::is_empty), "{table}: what it was computed from is gone");
        }
    }
}

#[test]
fn with_an_answer_or_a_person_less_a_part_is_withheld_without_a_number() {
    for (count, people_on_duty) in [(29, 5), (30, 4)] {
        let (place, mut store, people) = staffed();
        four_weeks(&mut store, &people[..people_on_duty], count);
        assert_eq!(hour(&mut store, at(29, 0)), 1);
        assert_eq!(morning(&store), Said::Withheld);
        let text =
            store.connection.query_row("SELECT answers FROM customer_answers", [], |row| row.get::<_, String>(0));
        let weeks = FourWeeks::of(at(0, 0), &TimeZone::UTC).0.to_string();
        let text = text.expect("told").replace(&weeks, "");
        assert!(!text.contains(|letter: char| letter.is_ascii_digit()), "{text}");
        drop(place);
    }
}

#[test]
fn who_works_twice_is_one_and_who_signed_in_together_are_two() {
    let (_place, mut store, people) = staffed();
    answers(&mut store, 0, 9, 30);
    for day in 0..5 {
        works(&mut store, &people[0], day, 8, 12);
        works(&mut store, &people[1], day, 8, 12);
    }
    let shift = store.start_shared_shift(&people[2], &people[3..4], "1", at(1, 8)).expect("started");
    store.end_shift(shift.id, at(1, 10)).expect("ended");
    hour(&mut store, at(5, 0));
    let on_duty = |store: &Store| columns(store)["on_duty"]["person"].len();
    assert_eq!(on_duty(&store), 4);
    works(&mut store, &people[4], 6, 8, 12);
    hour(&mut store, at(29, 0));
    assert_eq!(morning(&store), Said::Withheld, "the fifth worked on a Sunday");
}

#[test]
fn where_no_customer_answers_nobody_is_noted() {
    let (_place, mut store, people) = staffed();
    works(&mut store, &people[0], 0, 8, 12);
    assert_eq!(hour(&mut store, at(1, 0)), 0);
    assert!(columns(&store)["on_duty"]["person"].is_empty());
    assert_eq!((hour(&mut store, at(29, 0)), told(&store).len()), (0, 0));
}

#[test]
fn withdrawing_before_is_as_never_there_and_withdrawing_or_erasing_after_changes_nothing() {
    let (place, mut store, people) = staffed();
    four_weeks(&mut store, &people, 30);
    let eero = store.sign_in("Eero", &secret_of("Eero"), at(28, 0)).expect("his own");
    store.withdraw(&eero).expect("withdrawn");
    let hers = people[1].0.as_bytes();
    assert!(!columns(&store)["on_duty"]["person"].contains(&Value::Text(people[1].0.clone())));
    assert!(has(&raw_pages(&place.data_dir()), hers), "he is still invited");
    hour(&mut store, at(29, 0));
    assert_eq!(morning(&store), Said::Withheld);

    let (_place, mut store, people) = staffed();
    four_weeks(&mut store, &people, 30);
    hour(&mut store, at(29, 0));
    let before = told(&store);
    let eero = store.sign_in("Eero", &secret_of("Eero"), at(30, 0)).expect("his own");
    store.withdraw(&eero).expect("withdrawn");
    for name in ["Aino", "Helmi", "Kaisa"] {
        store.erase(name).expect("erased");
    }
    hour(&mut store, at(31, 0));
    assert_eq!(told(&store), before);
}

#[test]
fn the_schema_refuses_to_change_what_was_told_or_to_count_late() {
    let (_place, mut store, people) = staffed();
    four_weeks(&mut store, &people, 30);
    hour(&mut store, at(29, 0));
    for statement in [
        "UPDATE customer_answers SET answers = '{}'",
        "DELETE FROM customer_answers",
        "INSERT INTO customer_answer SELECT weeks, 'morning', 'well', 1 FROM customer_answers",
    ] {
        assert!(store.connection.execute(statement, []).is_err(), "{statement}");
    }
}

/// Every text and number of a table, as its columns have them.
fn values(store: &Store, table: &str) -> Vec<String> {
    let told = |value: &Value| match value {
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        other => panic!("{table}: {other:?}"),
    };
    columns(store)[table].values().flatten().map(told).collect()
}

#[test]
fn nothing_of_an_answer_is_finer_than_four_weeks_and_a_part_of_the_week() {
    let (place, mut store, people) = staffed();
    works(&mut store, &people[0], 1, 8, 14);
    let mut moments = Vec::new();
    for (day, face) in [(1, Face::Well), (8, Face::Badly), (15, Face::Well), (22, Face::VeryWell)] {
        moments.push(at(day, 9));
        store.count_customer(face, at(day, 9), &TimeZone::UTC).expect("counted");
        let log = std::fs::metadata(place.data_dir().join("hymy.db-wal")).map_or(0, |log| log.len());
        assert_eq!(log, 0, "the write-ahead log keeps no order of answers and transactions");
    }
    hour(&mut store, at(22, 10));
    let weeks = FourWeeks::of(at(0, 0), &TimeZone::UTC).0.to_string();
    let known = [weeks.as_str(), "morning", "afternoon", "well", "badly", "very_well", "1", "2"];
    for value in values(&store, "customer_answer") {
        assert!(known.contains(&value.as_str()), "{value}");
    }
    for value in values(&store, "on_duty") {
        assert!(known.contains(&value.as_str()) || value == people[0].0, "{value}");
    }
    // Nor is a moment anywhere else: no table has one but those that have other things of the same time.
    for (table, found) in columns(&store) {
        if ["shift", "lifetime", "lifetime_mark"].contains(&table.as_str()) {
            continue;
        }
        for value in found.values().flatten() {
            if let Value::Integer(number) = value {
                assert!(moments.iter().all(|at| (at.as_millisecond() - number).abs() > 3_600_000), "{table}: {number}");
            }
        }
    }
}

#[test]
fn a_backup_has_what_was_told_and_not_what_is_counted() {
    let (place, mut store, people) = staffed();
    four_weeks(&mut store, &people, 30);
    hour(&mut store, at(29, 0));
    answers(&mut store, 30, 9, 3);
    let before = told(&store);
    let name = store.backup().expect("written");
    let backup = place.data_dir().join("..").join("kept");
    std::fs::rename(place.data_dir().join(name), &backup).expect("moved");
    let remembered =
        crate::store::Remembered { records_from: Timestamp::UNIX_EPOCH, summaries_from: Timestamp::UNIX_EPOCH };
    drop(store);
    std::fs::remove_file(place.data_dir().join("hymy.db")).expect("lost");
    let mut store = place.open().expect("opens");
    store.restore(&backup, None, remembered).expect("restored");
    assert_eq!(told(&store), before);
    assert!(columns(&store)["customer_answer"]["weeks"].is_empty());
    std::fs::remove_file(backup).expect("removed");
}
