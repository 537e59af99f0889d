//! The line protocol, and what stands in its way.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use super::*;
use crate::clock::ManualClock;
use crate::kiosk::KioskSettings;
use crate::kiosk::tests::Awaited;
use crate::signals::{Reason, Signals};
use crate::store::tests::{AGREEMENT, take_in};
use crate::store::{Decided, NewRecord};
use crate::summary::{TransactionRecord, Version};
use crate::terms::Terms;
use crate::transaction::Transaction;

fn settings() -> KioskSettings {
    KioskSettings {
        register: "1".into(),
        max_late_s: 300,
        signals: Vec::new(),
        directions: Default::default(),
        terms: Terms::under(AGREEMENT),
        sharing: SharingConfig::default(),
        idle_ms: 30 * 60_000,
        has_source: true,
        technician_code: None,
        setting_up: false,
    }
}

/// Sends a line to a kiosk without a shift; gives the line that came back.
async fn exchange(line: &'static str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), &folder.path().join("hymy.key")).expect("opens");
    let clock = Arc::new(ManualClock::at(jiff::Timestamp::UNIX_EPOCH));
    let (kiosk, _awaited) = Awaited::spawn(store, settings(), &[], clock);
    let serving = tokio::spawn(serve(folder.path(), kiosk).expect("a socket"));
    let path = folder.path().join(SOCKET);
    let answered = tokio::task::spawn_blocking(move || {
        let mut stream = UnixStream::connect(path).expect("connects");
        stream.write_all(line.as_bytes()).expect("sent");
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).expect("answered");
        answer
    });
    let answer = answered.await.expect("no panic");
    serving.abort();
    answer
}

/// A person's export at a busy register is longer than any question may be.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_three_thousand_records_passes_the_socket() {
    const RECORDS: usize = 3_000;
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(folder.path(), &folder.path().join("hymy.key")).expect("opens");
    let at = |minute: i64| jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_mins(minute);
    let person = take_in(&mut store, "Aino", at(0));
    let shift = store.start_shift(&person, "1", at(0)).expect("started");
    let record = TransactionRecord {
        version: Version,
        transaction: Transaction::of_source("1", 0, 60_000),
        signals: Signals::unknown(Reason::NoFace),
    };
    let json = serde_json::to_string(&record).expect("JSON");
    let minutes = 1..=i64::try_from(RECORDS).expect("few");
    let records: Vec<NewRecord> =
        minutes.map(|n| NewRecord { opened_at: at(n), closed_at: at(n), json: json.clone() }).collect();
    let decided = Decided { records: &records, handled: &[], summary: None };
    store.commit_decisions(&shift, &decided, at(1)).expect("written");
    store.end_shift(shift.id, at(2)).expect("ended");

    let clock = Arc::new(ManualClock::at(at(3)));
    let (kiosk, _awaited) = Awaited::spawn(store, settings(), &[], clock.clone());
    let serving = tokio::spawn(serve(folder.path(), kiosk).expect("a socket"));
    let data_dir = folder.path().to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        let question = Question::own("Aino", SecretText::new("Aino's own secret"), OwnQuestion::Export);
        ask(&data_dir, &data_dir.join("hymy.key"), &question, clock.as_ref(), &settings().rules()).expect("an answer")
    });
    let answer = asked.await.expect("no panic");
    serving.abort();
    let sent = serde_json::to_vec(&answer).expect("JSON").len() as u64;
    assert!(sent > 4 * MAX_QUESTION_BYTES, "{sent} bytes show nothing");
    let Answer::Exported(export) = answer else { panic!("{answer:?}") };
    assert_eq!(export.records.len(), RECORDS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_in_a_line_out() {
    let answer = exchange("{\"ask\":\"status\"}\n").await;
    assert_eq!(answer, "{\"answer\":\"status\",\"running\":true,\"shift\":false,\"camera\":false,\"paused\":false}\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_question_is_refused() {
    for line in ["nonsense\n", "{\"ask\":\"everything\"}\n", "\n"] {
        let answer = exchange(line).await;
        assert!(answer.starts_with("{\"answer\":\"refused\""), "{line} gave {answer}");
    }
}

#[test]
fn a_store_in_use_that_nobody_answers_for_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let _lock = crate::store::StoreLock::take(folder.path()).expect("taken");
    let clock = ManualClock::at(jiff::Timestamp::UNIX_EPOCH);
    let rules = Rules { retention: Retention::of(&Terms::under(AGREEMENT), 300), sharing: SharingConfig::default() };
    let key = folder.path().join("hymy.key");
    let error = ask(folder.path(), &key, &Question::ListStaff, &clock, &rules).expect_err("no answer");
    assert!(error.to_string().contains("nobody answers"), "{error}");
}

#[test]
fn a_summary_with_values_passes_the_socket() {
    let line = summary::Line { behind: 1, hundredths: [(100, 1)].into(), ..Default::default() };
    let signals = [(crate::signals::SignalKey::SmileAll, line)].into();
    let summary = Summary { transactions: 1, voided: 0, signals };
    let start = jiff::Timestamp::UNIX_EPOCH;
    let windows = vec![Window { kind: summary::WindowKind::Shift, start, summary }];
    let answer = Answer::Summaries { windows, bands: Default::default() };
    let line = serde_json::to_string(&answer).expect("a line");
    assert_eq!(serde_json::from_str::<Answer>(&line).expect("understood"), answer);
}
