//! What an export holds, beside what the tables hold.

use std::collections::BTreeMap;

use rusqlite::types::Value;

use super::*;
use crate::store::tests::{Place, columns, keeping, secret_of, take_in};
use crate::store::{Decided, InboxEvent, NewEvent, NewRecord, OwnFigure, OwnWindow};
use crate::summary::{SharedLine, SharedWindow, WindowKind};

/// Where a column of the store is in the export.
enum Column {
    /// Its value stands there as it is: a time, a name, a number.
    Plain,
    /// What is sealed in it stands there opened, under this key.
    Opened(&'static str),
    /// It is not in the export, and why.
    Left(&'static str),
}

use Column::{Left, Opened, Plain};

const NUMBER: Column = Left("the number of a row: says nothing of the person");
const RANDOM: Column = Left("random: stands for the person between tables, and goes with them");
const KEY: Column = Left("a key or a code: what it opens is in the export, opened");
const MACHINE: Column = Left("of the machine's own work, about nobody");
const NOBODYS: Column = Left("of several people or of the store, by design nobody's");
const RELEASED: Column = Left("under an id that is in the person's sealed tally only; docs/release.md");

/// Every column of every table. Whoever adds one says here where the person finds it.
const COLUMNS: &[(&str, &[(&str, Column)])] = &[
    ("access_anchor", &[("chain", MACHINE), ("number", MACHINE), ("one", MACHINE)]),
    (
        "access_log",
        &[("at", Plain), ("chain", MACHINE), ("number", MACHINE), ("subject", RANDOM), ("what", Plain), ("who", Plain)],
    ),
    ("contribution", &[("id", RELEASED), ("shares", RELEASED), ("window", RELEASED)]),
    ("customer_answer", &[("answers", NOBODYS), ("face", NOBODYS), ("part", NOBODYS), ("weeks", NOBODYS)]),
    ("customer_answers", &[("answers", NOBODYS), ("weeks", NOBODYS)]),
    (
        "lifetime",
        &[
            ("behind_ms", MACHINE),
            ("clock_ms", MACHINE),
            ("compacted_ms", MACHINE),
            ("lived_ms", MACHINE),
            ("one", MACHINE),
            ("uncompacted", MACHINE),
        ],
    ),
    ("lifetime_mark", &[("kind", MACHINE), ("lived_ms", MACHINE), ("up_to", MACHINE)]),
    ("on_duty", &[("part", Plain), ("person", RANDOM), ("weeks", Left("stands there as the days that it is of"))]),
    ("phone_for_work", &[("at", Plain), ("shift", NUMBER)]),
    ("release", &[("release", NOBODYS), ("window", NOBODYS)]),
    ("release_window", &[("id", NOBODYS), ("window", NOBODYS)]),
    (
        "share",
        &[
            ("expires_at", Plain),
            ("id", RANDOM),
            ("lives_until_ms", MACHINE),
            ("own", Opened("shares")),
            ("person", RANDOM),
            ("summary", Left("the same as own, sealed to the trainer")),
        ],
    ),
    ("shift", &[("ended_at", Plain), ("id", NUMBER), ("person", RANDOM), ("register", Plain), ("started_at", Plain)]),
    ("shift_companion", &[("person", RANDOM), ("shift", NUMBER)]),
    ("shift_pause", &[("shift", NUMBER), ("since", Plain)]),
    (
        "shift_summary",
        &[
            ("part", NUMBER),
            ("person", RANDOM),
            ("shift", NUMBER),
            ("started_at", Plain),
            ("summary", Opened("shifts")),
        ],
    ),
    ("staff", &[("added_at", Plain), ("name", Plain), ("person", RANDOM)]),
    (
        "store_transaction",
        &[("closed_at", NOBODYS), ("id", NOBODYS), ("opened_at", NOBODYS), ("record", NOBODYS), ("register", NOBODYS)],
    ),
    ("tally", &[("person", RANDOM), ("tally", Left("nothing is written there yet"))]),
    (
        "till_inbox",
        &[
            ("at", Plain),
            ("dedup_key", MACHINE),
            ("event", Plain),
            ("handled_at", MACHINE),
            ("id", NUMBER),
            ("received_at", MACHINE),
            ("register", Plain),
            ("shift", NUMBER),
        ],
    ),
    (
        "trainer",
        &[
            ("failed", NOBODYS),
            ("failed_at", NOBODYS),
            ("invitation", NOBODYS),
            ("name", NOBODYS),
            ("sealing_key", NOBODYS),
            ("wrapped_key", NOBODYS),
        ],
    ),
    (
        "transaction_record",
        &[
            ("closed_at", Plain),
            ("id", NUMBER),
            ("opened_at", Plain),
            ("person", RANDOM),
            ("record", Opened("records")),
            ("register", Plain),
            ("shift", NUMBER),
        ],
    ),
    (
        "vault",
        &[
            ("consent", Opened("consent")),
            ("failed", Left("0 once the secret was given, as it is for an export")),
            ("failed_at", Left("likewise")),
            ("invitation", KEY),
            ("person", RANDOM),
            ("sealing_key", KEY),
            ("wrapped_key", KEY),
        ],
    ),
];

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

/// Somebody of whom every table has something.
fn worked(store: &mut Store) {
    take_in(store, "Aino", at(0));
    store.retain(&keeping(), at(1), None).expect("retained");
    let person = store.staff_member("Aino").expect("invited").person;
    let record = crate::signals::tests::served(20);
    let record = TransactionRecord::measure(record, &crate::signals::Timeline::new());
    let json = serde_json::to_string(&record).expect("JSON");
    let summary = serde_json::to_string(&Summary::of([&record])).expect("JSON");
    for (second, lasts) in [(100, false), (200, true)] {
        let shift = store.start_shift(&person, "register 7", at(second)).expect("started");
        let event = InboxEvent { register: "register 7".into(), event: "payment".into(), at: at(second + 1) };
        let new = NewEvent { dedup_key: format!("{second}"), event, shift: Some(shift.id) };
        store.append_event(&new, at(second + 2)).expect("appended");
        let records = [NewRecord { opened_at: at(second + 3), closed_at: at(second + 4), json: json.clone() }];
        let decided = Decided { records: &records, handled: &[], summary: Some((1, &summary)) };
        store.commit_decisions(&shift, &decided, at(second + 5)).expect("written");
        store.add_phone_for_work(shift.id, at(second + 6)).expect("noted");
        store.pause_shift(shift.id, at(second + 7)).expect("paused");
        if !lasts {
            store.end_shift(shift.id, at(second + 8)).expect("ended");
        }
    }
    // Of nobody but whoever was on duty while customers answered.
    store.count_customer(crate::customer::Face::Well, at(301), &jiff::tz::TimeZone::UTC).expect("counted");
    let early = store.start_shift(&person, "register 7", at(-7_200)).expect("started");
    store.end_shift(early.id, at(-1)).expect("ended");
    store.keep_customers(5, at(301), &jiff::tz::TimeZone::UTC).expect("noted");
    let aino = store.sign_in("Aino", &secret_of("Aino"), at(300)).expect("her own");
    let invitation = store.invite_trainer("Tuula, \"T\"").expect("invited");
    store.give_trainer_secret("Tuula, \"T\"", &invitation, &secret_of("Tuula")).expect("chosen");
    let line =
        SharedLine { signal: crate::signals::SignalKey::SmileAll, known_in: 1, shown_in: Some(1), median: Some(0.5) };
    let window = SharedWindow { kind: WindowKind::Week, from: jiff::civil::date(2027, 1, 11), lines: vec![line] };
    store.share(&aino, "Tuula, \"T\"", 14, vec![window], at(301)).expect("shared");
    let tuula = store.trainer_in("Tuula, \"T\"", &secret_of("Tuula"), at(302)).expect("her own");
    assert_eq!(store.shared_with(&tuula, None, at(303)).expect("shown").len(), 1);
}

fn of_aino(store: &mut Store) -> Export {
    let aino = store.sign_in("Aino", &secret_of("Aino"), at(400)).expect("her own secret");
    Export::of(store, &aino, at(400)).expect("exported")
}

#[test]
fn every_column_is_in_the_export_or_says_why_not() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    let known: BTreeMap<&str, Vec<&str>> =
        COLUMNS.iter().map(|(table, columns)| (*table, columns.iter().map(|(name, _)| *name).collect())).collect();
    let found = columns(&store);
    let found: BTreeMap<&str, Vec<&str>> =
        found.iter().map(|(table, columns)| (table.as_str(), columns.keys().map(String::as_str).collect())).collect();
    assert_eq!(found, known, "a new column wants a place in the export, or a reason in COLUMNS");

    worked(&mut store);
    let export = of_aino(&mut store);
    let json = serde_json::to_value(&export).expect("JSON");
    let text = json.to_string();
    let values = columns(&store);
    for (table, columns) in COLUMNS {
        for (column, place) in *columns {
            let values = &values[*table][*column];
            match place {
                Left(why) => assert!(!why.is_empty()),
                Opened(key) => {
                    assert!(!values.is_empty(), "{table}.{column} has nothing to compare");
                    let there = &json[*key];
                    let empty = there.as_array().map_or(there.is_null(), Vec::is_empty);
                    assert!(!empty, "{table}.{column}: {key} is empty");
                }
                Plain => {
                    assert!(!values.is_empty(), "{table}.{column} has nothing to compare");
                    for value in values {
                        let told = match value {
                            Value::Integer(ms) => Timestamp::from_millisecond(*ms).expect("in range").to_string(),
                            Value::Text(told) => told.trim_start_matches("trainer ").replace('"', "\\\""),
                            Value::Null => continue,
                            other => panic!("{table}.{column}: {other:?}"),
                        };
                        // What the person themself looked at is told in another word.
                        let told = if told == "self" { "themself".to_owned() } else { told };
                        assert!(text.contains(&told), "{table}.{column}: {told} is not in the export");
                    }
                }
            }
        }
    }
}

#[test]
fn every_table_of_the_export_has_its_columns_in_the_dictionary() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    worked(&mut store);
    let mut export = of_aino(&mut store);
    // Nothing is released under these terms, so the window is made here.
    let figure = OwnFigure {
        statistic: crate::release::Statistic::GreetingSmile,
        cell: None,
        transactions: 20,
        shares_sum: 8.0,
        contributed: Some(0.4),
    };
    export.windows.push(OwnWindow { opens: at(0), closes: at(300), figures: vec![figure] });
    let files = export.files().expect("files");
    assert_eq!(files.keys().copied().collect::<Vec<_>>(), {
        let mut names = Export::FILES;
        names.sort_unstable();
        names
    });
    for (name, table) in &files {
        if !name.ends_with(".csv") || *name == "dictionary.csv" {
            continue;
        }
        assert!(table.lines().count() > 1, "{name} is empty");
        for column in table.lines().next().expect("a header").split(',') {
            assert!(files["dictionary.csv"].contains(&format!("\n{name},{column},")), "{name}: {column}");
        }
    }
    assert!(files["shares.csv"].contains("\n\"Tuula, \"\"T\"\"\",2027-"), "{}", files["shares.csv"]);
    assert!(files["accesses.csv"].contains(",trainer,\"Tuula, \"\"T\"\"\",share\n"), "{}", files["accesses.csv"]);
}
