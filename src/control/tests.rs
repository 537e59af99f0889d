//! The line protocol, and what stands in its way.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::*;
use crate::clock::ManualClock;
use crate::kiosk::{self, CameraSwitch, KioskSettings};
use crate::store::tests::AGREEMENT;
use crate::terms::Terms;

/// Sends a line to a kiosk without a shift; gives the line that came back.
async fn exchange(line: &'static str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path(), &folder.path().join("hymy.key")).expect("opens");
    let settings = KioskSettings {
        register: "1".into(),
        max_late_s: 300,
        signals: Vec::new(),
        directions: Default::default(),
        terms: Terms::under(AGREEMENT),
        idle_ms: 30 * 60_000,
        has_source: true,
    };
    let clock = Arc::new(ManualClock::at(jiff::Timestamp::UNIX_EPOCH));
    let (_vision, seen) = mpsc::channel(1);
    let (_stop, stopped) = watch::channel(false);
    let (kiosk, _thread) =
        kiosk::spawn(store, settings, &[], CameraSwitch::default(), clock, seen, stopped).expect("starts");
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
    let error =
        ask(folder.path(), &folder.path().join("hymy.key"), &Question::ListStaff, &clock).expect_err("no answer");
    assert!(error.to_string().contains("nobody answers"), "{error}");
}

#[test]
fn a_summary_with_values_passes_the_socket() {
    let line = summary::Line { behind: 1, hundredths: [(100, 1)].into(), ..Default::default() };
    let signals = [(crate::signals::SignalKey::SmileAll, line)].into();
    let summary = summary::Summary { transactions: 1, voided: 0, signals };
    let start = jiff::Timestamp::UNIX_EPOCH;
    let answer = Answer::Summaries { windows: vec![Window { kind: summary::WindowKind::Shift, start, summary }] };
    let line = serde_json::to_string(&answer).expect("a line");
    assert_eq!(serde_json::from_str::<Answer>(&line).expect("understood"), answer);
}
