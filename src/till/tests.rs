//! The contract of till events: what is read, what is refused, which are one event.

use proptest::prelude::*;

use super::*;

const LIMITS: Plausible = Plausible { max_late_s: 600, max_ahead_s: 30 };

fn now() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().expect("a time")
}

fn live(body: &str) -> Result<Report, Refusal> {
    Report::live(body.as_bytes(), now(), LIMITS)
}

#[test]
fn reads_the_contract_and_normalises_the_zone() {
    let report = live(r#"{"register":"1","event":"opened","at":"2026-03-02T14:00:00.1234+02:00"}"#).expect("read");
    assert_eq!(report.kind, TillEventKind::Opened);
    assert_eq!(report.at.to_string(), "2026-03-02T12:00:00.123Z");
    let same = live(r#"{"event":"opened","register":"1","at":"2026-03-02T12:00:00.123Z"}"#).expect("read");
    assert_eq!(report.dedup_key(), same.dedup_key());
}

#[test]
fn the_id_alone_decides_what_is_a_duplicate() {
    let key = |body: &str| live(body).expect("read").dedup_key();
    let one = key(r#"{"id":"a","register":"1","event":"opened","at":"2026-03-02T12:00:00Z"}"#);
    assert_eq!(one, key(r#"{"id":"a","register":"1","event":"closed","at":"2026-03-02T12:00:01Z"}"#));
    assert_ne!(one, key(r#"{"id":"b","register":"1","event":"opened","at":"2026-03-02T12:00:00Z"}"#));
}

#[test]
fn malformed_reports_are_refused() {
    for body in [
        "",
        "[]",
        "{}",
        r#"{"register":"1","event":"opened"}"#,
        r#"{"register":"1","event":"opened","t_ms":5}"#,
        r#"{"register":"1","event":"opened","t_ms":5,"at":"2026-03-02T12:00:00Z"}"#,
        r#"{"register":"1","event":"sold","at":"2026-03-02T12:00:00Z"}"#,
        r#"{"register":1,"event":"opened","at":"2026-03-02T12:00:00Z"}"#,
        r#"{"register":"","event":"opened","at":"2026-03-02T12:00:00Z"}"#,
        r#"{"register":"1","event":"opened","at":"yesterday"}"#,
        r#"{"register":"1","event":"opened","at":"2026-03-02T12:00:00"}"#,
        r#"{"register":"1","event":"opened","at":"2026-03-02T12:00:00Z","customer":"x"}"#,
    ] {
        assert!(matches!(live(body), Err(Refusal::Malformed(_))), "{body}");
    }
}

#[test]
fn implausible_times_are_refused_at_the_limit() {
    let at = |at: &str| live(&format!(r#"{{"register":"1","event":"opened","at":"{at}"}}"#));
    assert!(at("2026-03-02T11:50:00Z").is_ok());
    assert!(matches!(at("2026-03-02T11:49:59Z"), Err(Refusal::ImplausibleTime(_))));
    assert!(at("2026-03-02T12:00:30Z").is_ok());
    assert!(matches!(at("2026-03-02T12:00:31Z"), Err(Refusal::ImplausibleTime(_))));
    assert!(matches!(at("9999-12-30T00:00:00Z"), Err(Refusal::ImplausibleTime(_))));
    assert!(matches!(at("-009998-01-01T00:00:00Z"), Err(Refusal::ImplausibleTime(_) | Refusal::Malformed(_))));
}

#[test]
fn every_malformed_line_of_a_recording_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("events.jsonl");
    let good = r#"{"register":"1","event":"opened","t_ms":1200}"#;
    std::fs::write(
        &file,
        format!("{good}\n\n{good}\nnonsense\n{{\"register\":\"1\",\"event\":\"opened\",\"at\":\"x\"}}\n"),
    )
    .expect("written");
    let error = read_lines(&file).expect_err("two bad lines").to_string();
    assert!(
        error.contains("events.jsonl:4:2: ") && error.contains("events.jsonl:5: ") && error.contains(good),
        "{error}"
    );
    std::fs::write(&file, format!("{good}\n{good}\n")).expect("written");
    let events = read_lines(&file).expect("read");
    assert_eq!(events.len(), 1, "an equal register, event and time is a duplicate");
    assert_eq!((events[0].kind, events[0].t_ms), (TillEventKind::Opened, 1200));
    assert!(read_lines(&folder.path().join("none")).expect_err("no file").to_string().contains("cannot be read"));
}

proptest! {
    #[test]
    fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Report::live(&body, now(), LIMITS);
    }
}
