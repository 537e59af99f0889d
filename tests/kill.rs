//! `kill -9` at random moments of what changes the store as a whole: it opens afterwards, and nothing is lost, nothing
//! erased comes back, nothing stray is left. 40 kills of each job; 200 with HYMY_LONG=1.

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hymy::consent::Consent;
use hymy::release::{Books, Contribution, ContributionId, Plan, PlanSettings, Release, SETTLES_AFTER, Statistic};
use hymy::store::{
    Appended, Decided, InboxEvent, KeySource, Looked, NewEvent, NewRecord, PersonId, Remembered, Restored, Store,
    StoreError,
};
use hymy::terms::{ReleaseTerms, Terms};
use hymy::vault::Secret;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use support::killing::{self, Hit, at_random_moments, begun, tell};
use support::names_in;

/// Rows of a shift: enough for a rotation to take a while.
const RECORDS: i64 = 300;

const EVERYTHING: Remembered =
    Remembered { records_from: Timestamp::UNIX_EPOCH, summaries_from: Timestamp::UNIX_EPOCH };

/// The process that is killed.
#[test]
#[ignore = "the other half of the tests in this file, which start it"]
fn child() {
    let Some((job, folder)) = killing::job() else { return };
    match job.as_str() {
        "rotation" => rotate_for_ever(&folder),
        "backup" => back_up_for_ever(&folder),
        "people" => come_and_go_for_ever(&folder),
        "release" => release_for_ever(&folder),
        other => panic!("no job is called {other}"),
    }
}

fn key(folder: &Path) -> PathBuf {
    folder.join("hymy.key")
}

fn open(folder: &Path) -> Store {
    Store::open(folder, &key(folder)).unwrap_or_else(|error| panic!("the store does not open: {error}"))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).expect("in range")
}

fn secret(name: &str) -> Secret {
    Secret::typed(format!("{name}'s own secret").into())
}

/// Someone who agreed and worked a shift.
fn take_in(store: &mut Store, name: &str, records: i64) -> PersonId {
    let person = agree(store, name);
    work(store, &person, records);
    person
}

fn agree(store: &mut Store, name: &str) -> PersonId {
    let (member, invitation) = store.add_staff(name, at(0)).expect("invited");
    let consent = Consent::made_up(&Terms::under("made up"), at(0));
    store.give_consent(name, &invitation, &secret(name), &consent).expect("agreed");
    member.person
}

fn work(store: &mut Store, person: &PersonId, records: i64) {
    let shift = store.start_shift(person, "1", at(0)).expect("started");
    let record = |n| NewRecord { opened_at: at(n), closed_at: at(n), json: format!("\"record {n}\"") };
    let records: Vec<_> = (0..records).map(record).collect();
    let decided = Decided { records: &records, handled: &[], summary: Some((1, "[]")) };
    store.commit_decisions(&shift, &decided, at(1)).expect("written");
    store.end_shift(shift.id, at(2)).expect("ended");
}

fn event(name: &str) -> NewEvent {
    let event = InboxEvent { register: "1".into(), event: "opened".into(), at: at(0) };
    NewEvent { dedup_key: name.to_owned(), event, shift: None }
}

/// Takes a new key again and again, and tells of each event that it put between two of them.
fn rotate_for_ever(folder: &Path) {
    let mut store = open(folder);
    begun();
    for turn in 0.. {
        store = store.rotate_key(KeySource::File(key(folder))).expect("rotated");
        let name = format!("{}-{turn}", std::process::id());
        assert!(matches!(store.append_event(&event(&name), at(3)).expect("kept"), Appended::New(_)));
        tell(&format!("kept {name}"));
    }
}

/// Backs up, and restores what it backed up, again and again.
fn back_up_for_ever(folder: &Path) {
    let mut store = open(folder);
    let backup = folder.with_extension("backup");
    begun();
    loop {
        let name = store.backup().expect("backed up");
        std::fs::rename(folder.join(name), &backup).expect("moved");
        store.restore(&backup, None, EVERYTHING).expect("restored");
        tell("restored");
    }
}

/// People agree, work, and go again, by erasure and by withdrawing in turn; every third one stays.
fn come_and_go_for_ever(folder: &Path) {
    let mut store = open(folder);
    begun();
    for turn in 0.. {
        let name = format!("{}-{turn}", std::process::id());
        let person = agree(&mut store, &name);
        tell(&format!("agreed {name}"));
        work(&mut store, &person, 5);
        tell(&format!("worked {name}"));
        if turn % 3 == 2 {
            continue;
        }
        tell(&format!("goes {name}"));
        if turn % 3 == 0 {
            store.erase(&name).expect("erased");
        } else {
            let signed_in = store.sign_in(&name, &secret(&name), at(5)).expect("their own secret");
            store.withdraw(&signed_in).expect("withdrawn");
        }
        tell(&format!("gone {name}"));
    }
}

/// The terms of the windows that are released again and again.
fn released() -> ReleaseTerms {
    ReleaseTerms { plan: Plan::new(PlanSettings::of(&Statistic::ALL[..1])).expect("a plan"), window_days: 7 }
}

/// Announces a window, lets made-up people contribute, releases it, and so on with the next.
fn release_for_ever(folder: &Path) {
    let mut store = open(folder);
    begun();
    loop {
        let now =
            store.windows().expect("read").last().map_or(at(0), |last| last.closes - SignedDuration::from_hours(1));
        let announced = store.announce_window(&released(), now, &TimeZone::UTC).expect("announced");
        let window = announced.expect("one follows another");
        for share in 40..60 {
            let id = ContributionId::random().expect("random bytes");
            store.put(window.id, id, Some(&Contribution::of(vec![Some(share.into())]))).expect("kept");
        }
        store.settle_windows(window.closes + SETTLES_AFTER).expect("released");
        let (_, release) = store.released(1).expect("read").pop().expect("a release");
        tell(&format!("released {}", serde_json::to_string(&release).expect("JSON")));
    }
}

#[test]
fn consent_and_erasure_killed_at_any_moment_lose_nobody_and_bring_nobody_back() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(open(folder.path()));
    let of = |told: &[String], what: &str| -> Vec<String> {
        told.iter().filter_map(|line| line.strip_prefix(what)).map(str::to_owned).collect()
    };
    let (mut stay, mut left) = (Vec::new(), Vec::new());
    at_random_moments("people", folder.path(), "gone", 8, |told| {
        let (agreed, worked) = (of(told, "agreed "), of(told, "worked "));
        let (goes, gone) = (of(told, "goes "), of(told, "gone "));
        let hit = Hit { under_way: goes.len() > gone.len() || agreed.len() > worked.len(), finished: gone.len() };
        let mut store = open(folder.path());
        // Whoever was told to have agreed can be let in, if nobody began to erase them.
        let newest = agreed.iter().rev().find(|name| !goes.contains(name));
        if let Some(name) = newest {
            let signed_in = store.sign_in(name, &secret(name), at(6)).expect("what was agreed is kept");
            let opened = store.opened_by_themself(&signed_in, Looked::Export, at(6)).expect("in the log");
            let records = store.records(&opened).expect("every record opens").len();
            assert!(records == 5 || !worked.contains(name), "{name}: {records}");
        }
        stay.extend(worked.into_iter().filter(|name| !goes.contains(name)));
        left.extend(gone);
        for name in &left {
            // Who withdrew is still invited, and cannot be let in; who was erased is nobody.
            match store.staff_member(name) {
                Ok(member) => assert_eq!(store.record_times(&member.person).expect("read"), [], "{name} came back"),
                Err(StoreError::NoSuchPerson(_)) => {}
                Err(other) => panic!("{name}: {other}"),
            }
        }
        drop(store);
        assert_eq!(names_in(folder.path()), ["hymy.db", "hymy.key", "hymy.lock"]);
        hit
    });
    let mut store = open(folder.path());
    for name in &stay {
        store.sign_in(name, &secret(name), at(7)).expect("what was agreed is kept");
    }
    for name in &left {
        assert!(store.sign_in(name, &secret(name), at(8)).is_err(), "{name} came back");
    }
}

#[test]
fn a_release_killed_at_any_moment_is_computed_once() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(open(folder.path()));
    let mut seen: BTreeMap<u32, String> = BTreeMap::new();
    at_random_moments("release", folder.path(), "released", 4, |told| {
        let finished = told.iter().filter(|line| line.starts_with("released ")).count();
        for line in told.iter().filter_map(|line| line.strip_prefix("released ")) {
            let release: Release = serde_json::from_str(line).expect("a release");
            let before = seen.insert(release.window.0, line.to_owned());
            assert!(before.is_none_or(|before| before == line), "released twice: {line}");
        }
        let mut store = open(folder.path());
        let windows = store.windows().expect("read");
        let Some(last) = windows.last() else { return Hit { under_way: false, finished } };
        let under_way = store.released(usize::MAX).expect("read").len() < windows.len();
        // Whatever is open still is released now, and nothing that was is released again.
        store.settle_windows(last.closes + SETTLES_AFTER).expect("released");
        let released = store.released(usize::MAX).expect("read");
        assert_eq!(released.len(), windows.len());
        for (window, release) in released {
            let text = serde_json::to_string(&release).expect("JSON");
            let before = seen.insert(window.id.0, text.clone());
            assert!(before.is_none_or(|before| before == text), "released twice: {text}");
            assert!(store.contributions(window.id).expect("read").is_empty(), "what was contributed is gone");
        }
        drop(store);
        assert_eq!(names_in(folder.path()), ["hymy.db", "hymy.key", "hymy.lock"]);
        Hit { under_way, finished }
    });
}

#[test]
fn a_rotation_killed_at_any_moment_loses_nothing_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = open(folder.path());
    let aino = take_in(&mut store, "Aino", RECORDS);
    take_in(&mut store, "Eero", 5);
    store.erase("Eero").expect("erased");
    drop(store);
    let first = std::fs::read(key(folder.path())).expect("a key");

    let mut kept = Vec::new();
    at_random_moments("rotation", folder.path(), "kept", 4, |told| {
        let under_way = key(folder.path()).with_extension("key.next").exists();
        let before = kept.len();
        kept.extend(told.iter().filter_map(|line| line.split_once("kept ")).map(|(_, name)| name.to_owned()));
        let store = open(folder.path());
        assert_eq!(store.record_times(&aino).expect("read").len() as i64, RECORDS);
        assert_eq!(store.staff().expect("read").len(), 1, "nobody who was erased came back");
        drop(store);
        assert_eq!(names_in(folder.path()), ["hymy.db", "hymy.key", "hymy.lock"]);
        Hit { under_way, finished: kept.len() - before }
    });
    assert_ne!(std::fs::read(key(folder.path())).expect("a key"), first);

    let mut store = open(folder.path());
    for name in kept {
        let again = store.append_event(&event(&name), at(4)).expect("asked");
        assert_eq!(again, Appended::Duplicate, "{name} was kept and is lost");
    }
    let signed_in = store.sign_in("Aino", &secret("Aino"), at(5)).expect("her own secret");
    let opened = store.opened_by_themself(&signed_in, Looked::Export, at(5)).expect("in the log");
    let records = store.records(&opened).expect("every record opens");
    assert!(records.iter().zip(0..RECORDS).all(|(record, n)| record.as_str() == format!("\"record {n}\"")));
}

#[test]
fn a_backup_and_a_restore_killed_at_any_moment_change_nothing_and_leave_nothing() {
    let parent = tempfile::tempdir().expect("a folder");
    let folder = parent.path().join("data");
    let mut store = open(&folder);
    let aino = take_in(&mut store, "Aino", RECORDS);
    drop(store);

    at_random_moments("backup", &folder, "restored", 8, |told| {
        let finished = told.iter().filter(|line| line.ends_with("restored")).count();
        let under_way = names_in(&folder).iter().any(|name| name.ends_with(".part"));
        let mut store = open(&folder);
        assert_eq!(store.record_times(&aino).expect("read").len() as i64, RECORDS);
        let backup = folder.with_extension("backup");
        if backup.exists() {
            assert_eq!(store.restore(&backup, None, EVERYTHING).expect("whole"), Restored::default());
        }
        drop(store);
        assert_eq!(names_in(&folder), ["hymy.db", "hymy.key", "hymy.lock"]);
        Hit { under_way, finished }
    });
}
