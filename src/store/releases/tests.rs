//! Windows, contributions and releases in real files: what attackers see, what crashes leave, what the schema refuses.

mod attack;
mod noise;

use std::path::Path;

use jiff::ToSpan;
use tempfile::TempDir;

use super::super::tests::AGREEMENT;
use super::super::{Decided, NewRecord, OwnTallies, SignedIn};
use super::*;
use crate::consent::Consent;
use crate::release::{Plan, PlanSettings, SETTLES_AFTER, Statistic};
use crate::signals::tests::{served, timeline};
use crate::summary::{Summary, TransactionRecord};
use crate::terms::Terms;

/// A day before the window that [`Place::new`] announces opens.
pub(in crate::store) const BEFORE: Timestamp = Timestamp::constant(1_799_971_200, 0);

pub(in crate::store) fn plan() -> Plan {
    Plan::new(PlanSettings::of(&Statistic::ALL[..4])).expect("a plan")
}

pub(in crate::store) fn release_terms() -> ReleaseTerms {
    ReleaseTerms { plan: plan(), window_days: 28 }
}

pub(in crate::store) fn terms() -> Terms {
    Terms { release: Some(release_terms()), ..Terms::under(AGREEMENT) }
}

/// A store with a window that opens soon, Aino and so many others who agreed before it does.
pub(in crate::store) struct Place {
    pub folder: TempDir,
    pub store: Store,
    pub window: Window,
    pub others: Vec<SignedIn>,
    aino: Option<SignedIn>,
}

impl Place {
    pub fn with_others(others: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = open(folder.path());
        let window = store.announce_window(&release_terms(), BEFORE, &TimeZone::UTC).expect("kept");
        let mut agrees = |name: &str| SignedIn::made_up(&mut store, name, Consent::made_up(&terms(), BEFORE));
        let aino = Some(agrees("Aino"));
        let others = (0..others).map(|n| agrees(&format!("person {n}"))).collect();
        Self { folder, store, window: window.expect("announced"), others, aino }
    }

    pub fn new() -> Self {
        Self::with_others(0)
    }

    pub fn aino(&mut self) -> SignedIn {
        self.aino.take().expect("once")
    }

    /// Each of the others works, by turns as these streams say.
    pub fn others_work(&mut self, streams: &[&str]) {
        let others = std::mem::take(&mut self.others);
        for (person, stream) in others.iter().zip(streams.iter().cycle()) {
            self.works(person, stream);
        }
        self.others = others;
    }

    /// So long after the window opened.
    pub fn at(&self, seconds: i64) -> Timestamp {
        self.window.opens + SignedDuration::from_secs(seconds)
    }

    pub fn settles(&self) -> Timestamp {
        self.window.closes + SETTLES_AFTER
    }

    /// Twenty-five transactions of a shift in the window; what the person contributes is stored as they sign out.
    pub fn works(&mut self, person: &SignedIn, stream: &str) -> OwnTallies {
        self.works_from(person, 3_600, 25, stream)
    }

    pub fn works_from(&mut self, person: &SignedIn, from_s: i64, count: i64, stream: &str) -> OwnTallies {
        let records: Vec<NewRecord> = (0..count).map(|n| new_record(self.at(from_s + 60 * n), stream)).collect();
        let own = self.store.open_tallies(person, &TimeZone::UTC).expect("opened");
        let shift = self.store.start_shift(person.person(), "1", self.at(from_s)).expect("began");
        let summary = Summary::of(&vec![record(stream); records.len()]);
        let json = serde_json::to_string(&summary).expect("JSON");
        let decided = Decided { records: &records, handled: &[], summary: Some((1, &json)) };
        let own = self.store.commit_counted(&shift, &decided, Some(&own), &TimeZone::UTC, self.at(from_s));
        let own = own.expect("written").expect("tallies");
        self.store.contribute_own(&own).expect("contributed");
        self.store.end_shift(shift.id, self.at(from_s + 60 * count)).expect("ended");
        own
    }

    /// What root with the key of the database sees of the window: the shares, without their random ids.
    pub fn rows(&self) -> Vec<String> {
        let mut rows: Vec<String> =
            self.store.contributions(self.window.id).expect("read").iter().map(|row| format!("{row:?}")).collect();
        rows.sort();
        rows
    }
}

pub(in crate::store) fn open(folder: &Path) -> Store {
    Store::open(folder, &folder.join("hymy.key")).expect("opens")
}

/// Twenty seconds served, observed as the stream says.
pub(in crate::store) fn record(stream: &str) -> TransactionRecord {
    TransactionRecord::measure(served(20), &timeline(stream))
}

pub(in crate::store) fn new_record(opened_at: Timestamp, stream: &str) -> NewRecord {
    let json = serde_json::to_string(&record(stream)).expect("JSON");
    NewRecord { opened_at, closed_at: opened_at + SignedDuration::from_secs(20), json }
}

#[test]
fn a_window_opens_at_midnight_there_and_follows_the_one_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = open(folder.path());
    let zone = TimeZone::fixed(jiff::tz::offset(2));
    let at = |text: &str| text.parse::<Timestamp>().expect("a time");
    let mut announce = |now| store.announce_window(&release_terms(), now, &zone).expect("kept");
    let first = announce(at("2026-03-02T12:00:00Z")).expect("announced");
    assert_eq!((first.opens, first.closes), (at("2026-03-02T22:00:00Z"), at("2026-03-30T22:00:00Z")));
    assert_eq!((first.id, &first.plan), (WindowId(1), &plan()));
    for now in ["2026-03-02T12:00:00Z", "2026-03-03T00:00:00Z", "2026-03-29T21:59:59Z"] {
        assert_eq!(announce(at(now)), None, "{now}: the next one opens in more than a day");
    }
    let second = announce(at("2026-03-29T22:00:00Z")).expect("a day before");
    assert_eq!((second.id, second.opens), (WindowId(2), first.closes));
    assert_eq!(announce(at("2026-03-30T23:00:00Z")), None);
    // Switched off for a year: a gap, and the next midnight.
    let third = announce(at("2027-05-01T10:00:00Z")).expect("announced");
    assert_eq!((third.id, third.opens), (WindowId(3), at("2027-05-01T22:00:00Z")));
}

#[test]
fn a_clock_that_jumps_makes_no_window_that_overlaps_or_has_passed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = open(folder.path());
    let zone = TimeZone::get("Europe/Helsinki").unwrap_or(TimeZone::UTC);
    let mut now: Timestamp = "2026-01-01T12:00:00Z".parse().expect("a time");
    let hours = [1, 30, -500, 26, 700, 24, -24, 5, 2_300, 1, -9_000, 24, 8_990, 12, 700, 13, 700, 24, 1];
    let mut before = Vec::new();
    for window_days in [7, 28, 92] {
        let terms = ReleaseTerms { window_days, ..release_terms() };
        for hours in hours {
            now += hours.hours();
            if let Some(window) = store.announce_window(&terms, now, &zone).expect("kept") {
                assert!(now < window.opens && now.duration_until(window.opens) <= ANNOUNCED_BEFORE, "{window:?}");
                before.push(window);
            }
            assert_eq!(store.windows().expect("read"), before, "the earlier ones are as they were");
        }
    }
    assert!(before.len() >= 5, "{} windows", before.len());
    assert!(before.windows(2).all(|pair| pair[0].closes <= pair[1].opens && pair[0].id < pair[1].id));
}

#[test]
fn a_window_is_released_once_and_read_ever_after() {
    let mut place = Place::with_others(30);
    place.others_work(&["200-", "200S", "200S"]);
    let settles = place.settles();
    assert_eq!(place.store.settle_windows(settles - SignedDuration::from_secs(1)).expect("none"), 0, "too early");
    assert_eq!(place.rows().len(), 30);
    // A crash between computing and keeping: nobody has seen what was computed.
    let contributions = place.store.contributions(place.window.id).expect("read");
    let seen_by_nobody = release::tests::computed(&place.window, &contributions);
    drop(place.store);
    place.store = open(place.folder.path());
    assert_eq!(place.store.settle_windows(settles).expect("released"), 1);
    let first = place.store.release(place.window.id).expect("read").expect("released");
    assert!(place.rows().is_empty(), "nothing is left to compute from");
    // Somebody who had computed at the same time is too late, and so is whoever asks again.
    place.store.keep(&seen_by_nobody).expect("nothing to do");
    assert_eq!(place.store.settle_windows(settles + SETTLES_AFTER).expect("none left"), 0);
    let again = release::settle(&mut place.store, place.window.id, settles).expect("read");
    assert_eq!(again, first);
    drop(place.store);
    place.store = open(place.folder.path());
    assert_eq!(place.store.released(9).expect("read"), [(place.window.clone(), first)]);
}

#[test]
fn the_schema_refuses_to_change_a_window_or_a_release_or_to_contribute_late() {
    let mut place = Place::new();
    let person = place.aino();
    place.works(&person, "200S");
    let refused = |place: &Place, sql: &str| {
        let error = place.store.connection.execute_batch(sql).expect_err(sql).to_string();
        assert!(error.contains("never") || error.contains("released"), "{sql}: {error}");
    };
    refused(&place, "UPDATE release_window SET window = '{}'");
    refused(&place, "DELETE FROM release_window");
    let settles = place.settles();
    place.store.settle_windows(settles).expect("released");
    refused(&place, "UPDATE release SET release = '{}'");
    refused(&place, "DELETE FROM release");
    refused(&place, "INSERT INTO contribution (window, id, shares) VALUES (1, randomblob(16), '[100,100,100,100]')");
    refused(&place, "INSERT OR REPLACE INTO contribution (window, id, shares) VALUES (1, randomblob(16), '[]')");
    // By the front door nothing happens, quietly.
    place.works_from(&person, 100_000, 25, "200S");
    assert!(place.rows().is_empty());
}

#[test]
fn what_was_contributed_is_in_no_page_of_the_file_after_the_release() {
    let mut place = Place::with_others(6);
    place.others_work(&["100S 100-"]);
    let ids: Vec<Vec<u8>> = {
        let mut rows = place.store.connection.prepare("SELECT id FROM contribution").expect("sql");
        rows.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("ids")
    };
    let raw = |place: &Place| {
        let plain = place.folder.path().join("plain.db");
        let export = format!(
            "ATTACH DATABASE '{}' AS plain KEY ''; SELECT sqlcipher_export('plain'); DETACH DATABASE plain;",
            plain.display()
        );
        place.store.connection.execute_batch(&export).expect("decrypted");
        let bytes = std::fs::read(&plain).expect("read");
        std::fs::remove_file(plain).expect("removed");
        bytes
    };
    let holds = |bytes: &[u8], id: &[u8]| bytes.windows(id.len()).any(|window| window == id);
    assert!(ids.len() == 6 && ids.iter().all(|id| holds(&raw(&place), id)), "the search does find what is there");
    let settles = place.settles();
    place.store.settle_windows(settles).expect("released");
    let bytes = raw(&place);
    assert!(ids.iter().all(|id| !holds(&bytes, id)));
}
