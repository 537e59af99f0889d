//! `kill -9` at any moment: every event that was accepted leads to exactly one record, none to two.

mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hymy::clock::{Clock, SystemClock};
use hymy::consent::Consent;
use hymy::decide::Directions;
use hymy::kiosk::{KioskSettings, TillAnswer};
use hymy::store::Store;
use hymy::terms::Terms;
use hymy::till::Report;
use hymy::transaction::TillEventKind;
use hymy::vault::Secret;
use support::killing::{self, Doomed};
use tokio::sync::{mpsc, watch};

fn open(folder: &Path) -> Store {
    Store::open(folder, &folder.join("hymy.key")).expect("opens")
}

const AGREEMENT: &str = "made up";

fn secret() -> Secret {
    Secret::typed("a made-up secret".to_owned().into())
}

fn settings() -> KioskSettings {
    // No lateness, so that records are written all the time and not at the end only.
    KioskSettings {
        register: "1".into(),
        max_late_s: 0,
        signals: Vec::new(),
        directions: Directions::default(),
        terms: Terms::under(AGREEMENT),
        sharing: Default::default(),
        idle_ms: 30 * 60_000,
        has_source: true,
        technician_code: None,
        setting_up: false,
    }
}

/// The process that is killed: it tells on standard output each transaction whose opening was accepted.
#[test]
#[ignore = "the other half of kill_9_loses_nothing_and_repeats_nothing, which starts it"]
fn child() {
    let Some((_, folder)) = killing::job() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut store = open(&folder);
        let person = store.sign_in("Aino", &secret(), jiff::Timestamp::now()).expect("her own secret");
        let clock = Arc::new(SystemClock::default());
        let (_vision, seen) = mpsc::channel(1);
        let (_stop, stopped) = watch::channel(false);
        let (kiosk, _thread) =
            hymy::kiosk::spawn(store, settings(), &[person], Default::default(), clock.clone(), seen, stopped)
                .expect("starts");
        loop {
            let opened = clock.now();
            for kind in [TillEventKind::Opened, TillEventKind::Payment, TillEventKind::Closed] {
                let at = if kind == TillEventKind::Opened { opened } else { clock.now() };
                let report = Report { id: None, register: "1".into(), kind, at };
                assert_eq!(kiosk.till_event(report).await, TillAnswer::Accepted);
                if kind == TillEventKind::Opened {
                    killing::tell(&format!("accepted {}", opened.as_millisecond()));
                }
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
        }
    });
}

/// Runs the child for a while from its first event on, and kills it; gives the transactions it was told are safe.
fn killed_after(folder: &Path, run: Duration) -> Vec<i64> {
    let mut child = Doomed::start("till", folder);
    // Signing in takes as long as it takes.
    child.wait_until_told("accepted");
    std::thread::sleep(run);
    child.kill().iter().filter_map(|line| line.split_once("accepted ").and_then(|(_, ms)| ms.parse().ok())).collect()
}

#[test]
fn kill_9_loses_nothing_and_repeats_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let now = jiff::Timestamp::now();
    let mut store = open(folder.path());
    let (member, invitation) = store.add_staff("Aino", now).expect("invited");
    store
        .give_consent("Aino", &invitation, &secret(), &Consent::made_up(&Terms::under(AGREEMENT), now))
        .expect("agreed");
    drop(store);
    let person = member.person;
    let mut accepted: Vec<i64> = Vec::new();
    // Odd lengths, so that the kills fall at different places of the work.
    for run_ms in [400, 530, 617, 450, 701] {
        accepted.extend(killed_after(folder.path(), Duration::from_millis(run_ms)));
    }
    assert!(accepted.len() > 20, "too little happened to say anything: {}", accepted.len());

    // A start without a shift settles what the last crash left.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (_vision, seen) = mpsc::channel(1);
        let (stop, stopped) = watch::channel(false);
        let clock = Arc::new(SystemClock::default());
        let (_kiosk, thread) =
            hymy::kiosk::spawn(open(folder.path()), settings(), &[], Default::default(), clock, seen, stopped)
                .expect("starts");
        stop.send_replace(true);
        let ended = tokio::task::spawn_blocking(move || thread.join()).await.expect("joined");
        ended.expect("no panic").expect("no error");
    });

    let store = open(folder.path());
    assert!(store.open_shifts().expect("read").is_empty());
    let times = store.record_times(&person).expect("read");
    let recorded: Vec<i64> = times.into_iter().map(|(opened_at, _)| opened_at.as_millisecond()).collect();
    // The wall clock may drift from the monotonic one by a millisecond or two.
    let near = |ms: i64| recorded.iter().filter(|opened| (*opened - ms).abs() <= 2).count();
    let wrong: Vec<(i64, usize)> =
        accepted.iter().map(|ms| (*ms, near(*ms))).filter(|(_, times)| *times != 1).collect();
    assert!(wrong.is_empty(), "of {} accepted, recorded other than once: {wrong:?}", accepted.len());
    // An opening can be on the disk although the kill came before it was told; nothing else may be there.
    assert!(recorded.len() <= accepted.len() + 5, "{} records of {} openings", recorded.len(), accepted.len());
}
