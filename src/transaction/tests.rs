//! Transactions and moments on hand-written till events and presence, and on random ones.

use std::fmt::Write;

use super::*;

mod random;

const TICK_MS: u64 = 250;

fn event(kind: TillEventKind, t_ms: u64) -> TillEvent {
    TillEvent { id: None, register: "1".into(), kind, t_ms }
}

fn kind(word: &str) -> Option<TillEventKind> {
    match word {
        "opened" => Some(TillEventKind::Opened),
        "payment" => Some(TillEventKind::Payment),
        "closed" => Some(TillEventKind::Closed),
        "voided" => Some(TillEventKind::Voided),
        _ => None,
    }
}

/// One line for each transaction, in seconds: openers, arrival, opened..closed..ended, payments, departure.
fn draw(transactions: &[Transaction]) -> Vec<String> {
    let s = |ms: u64| ms as f64 / 1_000.0;
    let line = |transaction: &Transaction| {
        let mut line = format!("{:?}/{:?}", transaction.opened_by, transaction.closed_by);
        if let Some(ms) = transaction.arrived_ms {
            write!(line, " here {}", s(ms)).unwrap();
        }
        let (opened, closed, ended) = (transaction.opened_ms, transaction.closed_ms, transaction.ended_ms);
        write!(line, " {}..{}..{}", s(opened), s(closed), s(ended)).unwrap();
        for ms in &transaction.payments_ms {
            write!(line, " paid {}", s(*ms)).unwrap();
        }
        if let Some(ms) = transaction.departed_ms {
            write!(line, " gone {}", s(ms)).unwrap();
        }
        line + if transaction.voided { " voided" } else { "" }
            + if transaction.opening_missing { " opening missing" } else { "" }
    };
    transactions.iter().map(line).collect()
}

/// Runs a script of `second word` pairs: till events, `here` and `gone` for the customer zone, `blind` for a closed
/// camera, `end`. Without any `here` there is no customer zone.
fn run(script: &str) -> (Vec<Transaction>, Dropped) {
    let words: Vec<&str> = script.split_whitespace().collect();
    let steps: Vec<(u64, &str)> =
        words.chunks(2).map(|pair| ((pair[0].parse::<f64>().unwrap() * 1_000.0) as u64, pair[1])).collect();
    let zone = steps.iter().any(|(_, word)| *word == "here");
    let mut register = Register::new("1", 0);
    for (t_ms, word) in &steps {
        if let Some(kind) = kind(word) {
            register.till(&event(kind, *t_ms));
        }
    }
    let end_ms = steps.iter().find(|(_, word)| *word == "end").unwrap().0;
    let mut transactions = Vec::new();
    for t_ms in (0..end_ms).step_by(TICK_MS as usize) {
        let scene = steps.iter().rev().find(|(at, word)| *at <= t_ms && ["here", "gone", "blind"].contains(word));
        match scene {
            Some((_, "blind")) => register.pass(t_ms),
            scene => register.observe(t_ms, zone.then(|| scene.is_some_and(|(_, word)| *word == "here"))),
        }
        register.check_invariants().unwrap();
        transactions.extend(register.take_finished());
    }
    register.finish(end_ms);
    register.check_invariants().unwrap();
    transactions.extend(register.take_finished());
    (transactions, register.dropped())
}

#[track_caller]
fn check(script: &str, expect: &[&str]) {
    assert_eq!(draw(&run(script).0), expect);
}

#[test]
fn till_events_alone() {
    check("10 opened 30 payment 32 closed 60 end", &["Till/Till 10..32..36 paid 30"]);
    check("10 opened 20 payment 30 payment 32 voided 60 end", &["Till/Till 10..32..36 paid 20 paid 30 voided"]);
}

#[test]
fn opened_and_paid_at_the_same_time_is_one_transaction() {
    check("10 opened 10 payment 20 closed 60 end", &["Till/Till 10..20..24 paid 10"]);
    check("10 payment 10 opened 20 closed 60 end", &["Till/Till 10..20..24 paid 10"]);
}

#[test]
fn a_farewell_ends_with_the_next_opening_or_the_source() {
    check("1 opened 20 closed 22 opened 40 closed 41 end", &["Till/Till 1..20..22", "Till/Till 22..40..41"]);
    check("1 opened 20 closed 20 opened 40 closed 60 end", &["Till/Till 1..20..20", "Till/Till 20..40..44"]);
}

#[test]
fn open_at_the_end_is_closed_there() {
    check("5 opened 9 payment 30 end", &["Till/Source 5..30..30 paid 9"]);
}

#[test]
fn opened_while_open_closes_the_one_before() {
    check(
        "5 opened 9 payment 20 opened 30 closed 50 end",
        &["Till/NextOpened 5..20..20 paid 9", "Till/Till 20..30..34"],
    );
}

#[test]
fn one_never_closed_ended_when_its_customer_left() {
    check(
        "0 here 5 opened 12 gone 20 opened 30 closed 50 end",
        &["Till/NextOpened here 0 5..11.75..11.75 gone 11.75", "Till/Till 20..30..34"],
    );
}

#[test]
fn a_payment_without_an_opening_opens_and_says_so() {
    check("9 payment 12 closed 30 end", &["Till/Till 9..12..16 paid 9 opening missing"]);
}

#[test]
fn a_payment_just_after_the_closing_belongs_to_it() {
    check("5 opened 20 closed 21 payment 40 end", &["Till/Till 5..21..25 paid 21"]);
}

#[test]
fn closed_and_voided_without_anything_open_are_counted() {
    let (transactions, dropped) = run("5 closed 9 voided 30 end");
    assert_eq!((transactions.len(), dropped.nothing_open), (0, 2));
    check("5 opened 20 closed 22 voided 40 end", &["Till/Till 5..20..24 voided"]);
}

#[test]
fn a_transaction_times_out() {
    check("5 opened 8000 end", &["Till/Timeout 5..7205..7205"]);
    let (transactions, dropped) = run("5 opened 7300 closed 8000 end");
    assert_eq!((transactions.len(), dropped.nothing_open), (1, 1));
}

#[test]
fn presence_opens_after_three_seconds_and_closes() {
    check("2 here 20 gone 40 end", &["Presence/Presence here 2 5..19.75..19.75 gone 19.75"]);
    check("2 here 4 gone 40 end", &[]);
    check("2 here 20 end", &["Presence/Source here 2 5..20..20"]);
}

#[test]
fn presence_survives_flicker() {
    check(
        "2 here 3 gone 3.5 here 10 gone 12 here 20 gone 40 end",
        &["Presence/Presence here 2 5..19.75..19.75 gone 19.75"],
    );
}

#[test]
fn a_camera_that_closes_ends_what_presence_opened() {
    check("2 here 10 blind 40 end", &["Presence/Presence here 2 5..9.75..9.75 gone 9.75"]);
    check("2 here 10 blind 15 here 20 gone 40 end", &["Presence/Presence here 2 5..19.75..19.75 gone 19.75"]);
}

#[test]
fn the_till_replaces_what_presence_opened() {
    check("2 here 9 opened 20 closed 22 gone 40 end", &["Till/Till here 2 9..20..21.75 gone 21.75"]);
    check("2 here 4 opened 20 closed 22 gone 40 end", &["Till/Till here 2 4..20..21.75 gone 21.75"]);
}

#[test]
fn absence_is_neutral_while_the_till_is_open() {
    check("2 here 4 opened 10 gone 20 here 30 closed 60 gone 80 end", &["Till/Till here 2 4..30..34"]);
    check("2 here 4 opened 10 gone 30 closed 80 end", &["Till/Till here 2 4..30..30 gone 9.75"]);
}

#[test]
fn an_arrival_belongs_to_one_transaction() {
    check(
        "2 here 4 opened 20 closed 30 opened 40 closed 60 end",
        &["Till/Till here 2 4..20..24", "Till/Till 30..40..44"],
    );
}

#[test]
fn a_farewell_never_reaches_into_the_next_arrival() {
    check(
        "1 opened 20 closed 22 here 30 opened 40 closed 60 end",
        &["Till/Till 1..20..22", "Till/Till here 22 30..40..44"],
    );
}

#[test]
fn duplicates_and_strangers_are_counted() {
    let mut register = Register::new("1", 0);
    let with_id = |id: &str, t_ms| TillEvent { id: Some(id.into()), ..event(TillEventKind::Payment, t_ms) };
    assert_eq!(register.till(&event(TillEventKind::Opened, 5_000)), Fate::Accepted);
    assert_eq!(register.till(&event(TillEventKind::Opened, 5_000)), Fate::Duplicate);
    assert_eq!(register.till(&with_id("a", 6_000)), Fate::Accepted);
    assert_eq!(register.till(&with_id("b", 6_000)), Fate::Accepted);
    assert_eq!(register.till(&with_id("a", 7_000)), Fate::Duplicate);
    let other = TillEvent { register: "2".into(), ..event(TillEventKind::Closed, 8_000) };
    assert_eq!(register.till(&other), Fate::OtherRegister);
    assert_eq!(register.till(&event(TillEventKind::Closed, 99_000)), Fate::Accepted);
    register.finish(20_000);
    assert_eq!(draw(&register.take_finished()), ["Till/Source 5..20..20 paid 6 paid 6"]);
    let expect = Dropped { duplicate: 2, other_register: 1, after_end: 1, ..Dropped::default() };
    assert_eq!(register.dropped(), expect);
}

#[test]
fn an_event_may_be_as_late_as_was_said() {
    let mut register = Register::new("1", 60_000);
    register.observe(100_000, None);
    assert_eq!(register.till(&event(TillEventKind::Opened, 40_000)), Fate::Accepted);
    assert_eq!(register.till(&event(TillEventKind::Opened, 39_999)), Fate::TooLate);
    assert_eq!(register.dropped().too_late, 1);
    register.till(&event(TillEventKind::Closed, 50_000));
    register.observe(114_000, None);
    assert!(register.take_finished().is_empty(), "the farewell might still be cut short");
    register.observe(114_001, None);
    assert_eq!(draw(&register.take_finished()), ["Till/Till 40..50..54"]);
}

#[test]
fn a_flood_is_bounded() {
    let mut register = Register::new("1", 0);
    for t_ms in 0..PENDING_MAX as u64 {
        assert_eq!(register.till(&event(TillEventKind::Payment, t_ms)), Fate::Accepted);
    }
    assert_eq!(register.till(&event(TillEventKind::Payment, u64::MAX)), Fate::Full);
}

#[test]
fn the_whole_source_is_one_transaction() {
    let whole = Transaction::of_source("1", 0, 20_000);
    whole.check_invariants().unwrap();
    assert_eq!(draw(&[whole]), ["Source/Source 0..20..20"]);
}

#[test]
fn till_events_read_and_write_their_contract() {
    let line = r#"{"id":"a","register":"1","event":"opened","t_ms":1200}"#;
    let event: TillEvent = serde_json::from_str(line).unwrap();
    assert_eq!(event.kind, TillEventKind::Opened);
    assert_eq!(serde_json::to_string(&event).unwrap(), line);
    assert!(serde_json::from_str::<TillEvent>(r#"{"register":"1","event":"payment","t_ms":1}"#).is_ok());
    for wrong in [
        r#"{"register":"1","event":"sold","t_ms":1}"#,
        r#"{"register":"1","event":"opened","t_ms":-1}"#,
        r#"{"register":"1","event":"opened","t_ms":1,"sum":5}"#,
        r#"{"event":"opened","t_ms":1}"#,
    ] {
        assert!(serde_json::from_str::<TillEvent>(wrong).is_err(), "{wrong}");
    }
}

/// The moments of the only transaction of a script, as `moment from..to` in seconds.
#[track_caller]
fn check_moments(script: &str, expect: &str) {
    let (transactions, _) = run(script);
    let [transaction] = transactions.as_slice() else { panic!("not one transaction: {transactions:?}") };
    let moments = Moments::of(transaction);
    let s = |ms: u64| ms as f64 / 1_000.0;
    let draw = |piece: &Piece| format!("{:?} {}..{}", piece.moment, s(piece.from_ms), s(piece.to_ms)).to_lowercase();
    assert_eq!(moments.pieces().iter().map(draw).collect::<Vec<_>>().join(", "), expect);
}

#[test]
fn moments_in_the_order_of_precedence() {
    check_moments("10 opened 30 closed 60 end", "greeting 10..14, service 14..26, farewell 26..34");
    check_moments(
        "10 opened 20 payment 30 closed 60 end",
        "greeting 10..14, service 14..18, payment 18..22, service 22..26, farewell 26..34",
    );
    check_moments(
        "10 opened 13 payment 29 payment 30 closed 60 end",
        "greeting 10..11, payment 11..15, service 15..26, farewell 26..27, payment 27..31, farewell 31..34",
    );
}

#[test]
fn short_transactions_have_two_halves() {
    check_moments("10 opened 16 closed 60 end", "greeting 10..13, farewell 13..20");
    check_moments("10 opened 18 closed 60 end", "greeting 10..14, farewell 14..22");
    check_moments("10 opened 14 payment 16 closed 60 end", "greeting 10..12, payment 12..16, farewell 16..20");
}

#[test]
fn a_greeting_begins_with_the_arrival_at_most_ten_seconds_before() {
    check_moments("2 here 9 opened 30 closed 60 end", "greeting 2..13, service 13..26, farewell 26..34");
    check_moments("2 here 29 opened 50 closed 80 end", "greeting 19..33, service 33..46, farewell 46..54");
}

#[test]
fn a_farewell_ends_with_the_departure() {
    check_moments("1 here 5 opened 30 closed 32 gone 60 end", "greeting 1..9, service 9..26, farewell 26..31.75");
    check_moments("1 here 5 opened 20 gone 30 closed 60 end", "greeting 1..9, service 9..30");
}

#[test]
fn what_was_not_reported_has_no_moment() {
    check_moments("9 payment 30 closed 60 end", "payment 9..11, service 11..26, farewell 26..34");
    let (transactions, _) = run("9 payment 30 closed 60 end");
    assert!(!Moments::of(&transactions[0]).has_event(Moment::Greeting));
    check_moments("5 opened 8000 end", "greeting 5..9, service 9..7205");
}
