//! Tallies in real files: counted once, whatever crashes; taken back exactly; one length for everyone.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::super::own::OwnTransaction;
use super::super::releases::tests::{BEFORE, Place, new_record, open as open_store, plan, record, terms};
use super::super::{NewRecord, ShiftId};
use super::*;
use crate::consent::Consent;
use crate::release::{Cells, PlanSettings, Statistic};
use crate::signals::{Measured, Reason, Signals};
use crate::summary::Summary;
use crate::terms::{ReleaseTerms, Terms};

const UTC: TimeZone = TimeZone::UTC;

/// What the person's own window says: how many transactions, what they add up to and what is contributed, by statistic.
fn figures(place: &Place, person: &SignedIn) -> Vec<(u32, f64, Option<f64>)> {
    let windows = place.store.own_windows(person).expect("opened");
    let figures = windows.first().map(|window| window.figures.clone()).unwrap_or_default();
    figures.iter().map(|figure| (figure.transactions, figure.shares_sum, figure.contributed)).collect()
}

/// What a look at the file, decrypted, tells of each row but for what is sealed: how many, how long, which times.
fn forms(place: &Place) -> BTreeMap<String, Vec<String>> {
    let of = |query: &str| -> Vec<String> {
        let mut rows = place.store.connection.prepare(query).expect("sql");
        rows.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("text")
    };
    let queries = [
        (
            "record",
            "SELECT id || ' ' || shift || ' ' || opened_at || ' ' || closed_at || ' ' || length(record) FROM transaction_record",
        ),
        ("summary", "SELECT shift || ' ' || part || ' ' || length(summary) FROM shift_summary"),
        ("tally", "SELECT person || ' ' || length(tally) FROM tally"),
        ("others", "SELECT (SELECT count(*) FROM phone_for_work) || ' ' || (SELECT count(*) FROM store_transaction)"),
    ];
    queries.iter().map(|(name, query)| ((*name).to_owned(), of(query))).collect()
}

fn summary(place: &Place, person: &SignedIn) -> Summary {
    let stored = place.store.summaries(person, Timestamp::UNIX_EPOCH).expect("opened");
    serde_json::from_str(&stored.last().expect("a summary").json).expect("a summary")
}

fn records(place: &Place, person: &SignedIn) -> Vec<TransactionRecord> {
    let opened = place.store.records(person).expect("opened");
    opened.iter().map(|json| serde_json::from_str(json).expect("a record")).collect()
}

/// A shift of these records, written by a kiosk that does or does not have the person's tallies open.
fn written(
    place: &mut Place,
    person: &SignedIn,
    records: &[NewRecord],
    own: Option<&OwnTallies>,
) -> Option<OwnTallies> {
    let at = place.at(10);
    let shift = place.store.start_shift(person.person(), "1", at).expect("began");
    let decided =
        Decided { records, handled: &[], summary: Some((1, "{\"transactions\":0,\"voided\":0,\"signals\":{}}")) };
    let own = place.store.commit_counted(&shift, &decided, own, &UTC, at).expect("written");
    place.store.end_shift(shift.id, at).expect("ended");
    own
}

fn some_records(place: &Place, from_s: i64, count: i64) -> Vec<NewRecord> {
    (0..count).map(|n| new_record(place.at(from_s + 60 * n), "200S")).collect()
}

#[test]
fn everyones_row_is_of_one_length_and_opens_with_their_own_key_only() {
    let mut place = Place::with_others(1);
    place.store.add_staff("Eero", BEFORE).expect("invited");
    let aino = place.aino();
    place.works(&aino, "200S");
    let lengths = |place: &Place| -> Vec<i64> {
        let mut rows = place.store.connection.prepare("SELECT DISTINCT length(tally) FROM tally").expect("sql");
        rows.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("lengths")
    };
    assert_eq!(lengths(&place).len(), 1, "of one who agreed to nothing, one who did not work and one who did");
    // The longest that there is: the window that is open, the one that waits for its release, every cell, all full.
    let settings = PlanSettings { cells: Cells::Hours, ..PlanSettings::of(&Statistic::ALL[..4]) };
    let plan = Plan::new(settings).expect("a plan");
    let mut own = place.store.open_tallies(&aino, &UTC).expect("opened");
    own.row = Row { from: WindowId(u32::MAX), through: i64::MAX, ..own.row };
    own.row.tallies = [u32::MAX - 1, u32::MAX]
        .map(|window| {
            let mut tally = Tally::new(WindowId(window), &plan).expect("random bytes");
            for n in 0..80_000 {
                let _ = tally.count(&plan, Some(n % 8), |_| Some(release::ClippedShare::yes_or_no(true)));
            }
            tally
        })
        .to_vec();
    while own.add_unsettled(place.at(own.row.unsettled.len() as i64), LeftOut::Whole) {}
    assert_eq!(own.row.unsettled.len(), UNSETTLED_MAX);
    place.store.put_tallies(aino.person(), &own).expect("written");
    assert_eq!(lengths(&place).len(), 1, "full");
    let other = place.others.remove(0);
    let stolen = sealed(&place.store.connection, aino.person()).expect("a row");
    assert!(opened(&stolen, &other).is_err());
    assert_eq!(format!("{own:?}"), "OwnTallies");

    place.store.withdraw(&aino).expect("withdrawn");
    assert_eq!(lengths(&place).len(), 1, "withdrawn");
    place.store.connection.execute_batch("DELETE FROM tally").expect("as an older store");
    drop(place.store);
    place.store = open_store(place.folder.path());
    let rows: i64 =
        place.store.connection.query_row("SELECT count(*) FROM tally", [], |row| row.get(0)).expect("counted");
    assert_eq!((rows, lengths(&place).len()), (3, 1), "filled again");
}

#[test]
fn each_record_is_counted_once_also_beside_crashes() {
    let mut place = Place::new();
    let aino = place.aino();
    let own = place.store.open_tallies(&aino, &UTC).expect("opened");
    let first = some_records(&place, 100, 3);
    // A power failure after the disk had it and before the kiosk knew: it tries again with what it remembers.
    let at = place.at(10);
    let shift = place.store.start_shift(aino.person(), "1", at).expect("began");
    for _ in 0..2 {
        let decided = Decided { records: &first, handled: &[], summary: None };
        place.store.commit_counted(&shift, &decided, Some(&own), &UTC, at).expect("written");
        assert_eq!(figures(&place, &aino)[0], (3, 3.0, None));
    }
    // The same records once more, by a kiosk that remembers that it counted them.
    let decided = Decided { records: &first, handled: &[], summary: None };
    let known = place.store.open_tallies(&aino, &UTC).expect("opened");
    place.store.commit_counted(&shift, &decided, Some(&known), &UTC, at).expect("nothing to write");
    assert_eq!(figures(&place, &aino)[0], (3, 3.0, None));
    // A crash, and a kiosk that settles the shift without the person: sealed, and not counted yet.
    let decided = Decided { records: &some_records(&place, 1_000, 4), handled: &[], summary: None };
    place.store.commit_decisions(&shift, &decided, at).expect("written");
    assert_eq!(figures(&place, &aino)[0].0, 3);
    let before = forms(&place);
    for _ in 0..2 {
        place.store.open_tallies(&aino, &UTC).expect("opened");
        assert_eq!(figures(&place, &aino)[0], (7, 7.0, None), "counted when they sign in, once");
    }
    assert_eq!(forms(&place), before);
    // What was counted then can be left out like the others.
    place.store.leave_out(&aino, None, LeftOut::Whole, &UTC).expect("left out");
    assert_eq!(figures(&place, &aino)[0], (6, 6.0, None));
}

#[test]
fn a_write_that_fails_counts_nothing() {
    let mut place = Place::new();
    let aino = place.aino();
    let own = place.store.open_tallies(&aino, &UTC).expect("opened");
    let shift = place.store.start_shift(aino.person(), "1", place.at(1)).expect("began");
    let pages: i64 = place.store.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("pages");
    place.store.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).expect("limited");
    let records = some_records(&place, 100, 40);
    let decided = Decided { records: &records, handled: &[], summary: None };
    let error = place.store.commit_counted(&shift, &decided, Some(&own), &UTC, place.at(2)).expect_err("full");
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error}");
    assert!(figures(&place, &aino).is_empty());
    place.store.connection.query_row("PRAGMA max_page_count = 100000", [], |_| Ok(())).expect("room again");
    place.store.commit_counted(&shift, &decided, Some(&own), &UTC, place.at(2)).expect("written");
    assert_eq!(figures(&place, &aino)[0], (40, 40.0, Some(1.0)));
}

#[test]
fn only_what_was_agreed_to_is_counted() {
    let mut place = Place::new();
    let other = Plan::new(PlanSettings::of(&Statistic::ALL[4..8])).expect("a plan");
    let nothing = Terms { release: None, ..terms() };
    let another = Terms { release: Some(ReleaseTerms { plan: other, window_days: 28 }), ..terms() };
    for (name, terms) in [("Eero", nothing), ("Kaisa", another)] {
        let person = SignedIn::made_up(&mut place.store, name, Consent::made_up(&terms, BEFORE));
        place.works(&person, "200S");
        assert!(place.rows().is_empty() && figures(&place, &person).is_empty(), "{name}");
    }
    let aino = place.aino();
    let outside = [
        new_record(place.window.opens - SignedDuration::from_secs(21), "200S"),
        new_record(place.window.closes, "200S"),
    ];
    let own = place.store.open_tallies(&aino, &UTC).expect("opened");
    written(&mut place, &aino, &outside, Some(&own));
    assert!(figures(&place, &aino).is_empty(), "before and after the window");
    place.works(&aino, "200S");
    assert_eq!(place.rows().len(), 1, "who agreed to this plan");
}

#[test]
fn the_cell_is_that_of_the_local_time_at_which_a_transaction_closed() {
    let mut place = Place::new();
    let plan =
        Plan::new(PlanSettings { cells: Cells::Hours, ..PlanSettings::of(&Statistic::ALL[..1]) }).expect("a plan");
    let window = Window { plan: plan.clone(), ..place.window.clone() };
    let aino = place.aino();
    let mut own = place.store.open_tallies(&aino, &UTC).expect("opened");
    own.plan = Some(plan.clone());
    let closed = window.opens + SignedDuration::from_secs(3_600);
    for (offset_h, cell) in [(0, "00:00 to 03:00"), (2, "03:00 to 06:00"), (-2, "21:00 to 24:00")] {
        let mut own = own.clone();
        let zone = TimeZone::fixed(jiff::tz::offset(offset_h));
        own.count(std::slice::from_ref(&window), &zone, closed, &record("200S")).expect("counted");
        let own = OwnWindow::of(&own.row.tallies[0], &window);
        let counted: Vec<&str> = own
            .figures
            .iter()
            .filter(|figure| figure.transactions == 1)
            .filter_map(|figure| figure.cell.as_deref())
            .collect();
        assert_eq!(counted, [cell]);
        assert_eq!(own.figures[0].cell, None);
    }
}

#[test]
fn what_is_left_out_is_taken_back_everywhere_and_shows_nowhere() {
    let mut place = Place::new();
    let aino = place.aino();
    place.works(&aino, "100S 100-");
    let (form, before) = (forms(&place), figures(&place, &aino));
    assert_eq!((before[1].0, before.len()), (25, 4));
    let at = place.at(3_600 + 60 * 3);
    for _ in 0..2 {
        let changed = place.store.leave_out(&aino, Some(at), LeftOut::Whole, &UTC).expect("left out");
        assert_eq!(changed.opened_at, at);
        assert_eq!(figures(&place, &aino)[1].0, 24, "once, however often it is said");
        let found = records(&place, &aino);
        assert_eq!(found[3].signals, Signals::unknown(Reason::SignalOff));
        assert_eq!(found.iter().filter(|one| **one == record("100S 100-")).count(), 24);
        assert_eq!(summary(&place, &aino), Summary::of(&found));
        assert_eq!(changed.summary, Some(summary(&place, &aino)));
        assert_eq!(forms(&place), form, "nor do rows, their times or their lengths say so");
    }
    // The latest, as nothing is told.
    let latest = place.store.leave_out(&aino, None, LeftOut::Whole, &UTC).expect("left out");
    assert_eq!(latest.opened_at, place.at(3_600 + 60 * 24));
    assert_eq!(figures(&place, &aino)[1].0, 23);
    for between in [place.at(3_600 + 30), place.at(0), place.at(9_999_999)] {
        let error = place.store.leave_out(&aino, Some(between), LeftOut::Whole, &UTC).expect_err("nobody was served");
        assert!(matches!(error, StoreError::NoSuchTransaction), "{error}");
    }
    // To the second, as it is listed.
    let again = place.store.leave_out(&aino, Some(at + SignedDuration::from_secs(20)), LeftOut::Whole, &UTC);
    assert_eq!(again.expect("its last second").opened_at, at);
}

#[test]
fn a_complaint_leaves_out_the_smiles_and_nothing_else() {
    let mut place = Place::new();
    let aino = place.aino();
    let own = place.works_from(&aino, 3_600, 20, "200S");
    drop(own);
    place.works_from(&aino, 10_000, 5, "200-");
    assert_eq!(place.rows().len(), 1);
    let (form, before) = (forms(&place), figures(&place, &aino));
    let at = Some(place.at(3_600));
    for _ in 0..2 {
        place.store.leave_out(&aino, at, LeftOut::Smile, &UTC).expect("left out");
        let after = figures(&place, &aino);
        assert_eq!(after[1], (24, 19.0, Some(0.79)), "a smile less among one transaction less");
        assert_eq!([after[0], after[2], after[3]], [before[0], before[2], before[3]]);
        let found = &records(&place, &aino)[0];
        assert_eq!(found.signals.smile.all, Measured::unknown(Reason::SignalOff));
        assert_eq!(found.signals.gaze, record("200S").signals.gaze);
        assert_eq!(forms(&place), form);
    }
    // What the release will read changed at once.
    let contributions = place.store.contributions(place.window.id).expect("read");
    assert_eq!(serde_json::to_string(&contributions).expect("JSON"), "[[80,79,80,80]]");
    // A complaint that is left out after all, and the other way round.
    place.store.leave_out(&aino, at, LeftOut::Whole, &UTC).expect("left out");
    place.store.leave_out(&aino, at, LeftOut::Smile, &UTC).expect("left out");
    assert_eq!(figures(&place, &aino).iter().map(|figure| figure.0).collect::<Vec<_>>(), [24; 4]);
}

#[test]
fn below_the_floor_nothing_is_contributed_any_more() {
    let mut place = Place::new();
    let aino = place.aino();
    place.works_from(&aino, 3_600, 20, "200S");
    assert_eq!(place.rows().len(), 1);
    place.store.leave_out(&aino, None, LeftOut::Whole, &UTC).expect("left out");
    assert!(place.rows().is_empty());
}

#[test]
fn after_the_release_nothing_can_be_left_out_and_the_list_says_so() {
    let mut place = Place::new();
    let aino = place.aino();
    place.works_from(&aino, 3_600, 2, "200S");
    let can = |listed: &[OwnTransaction]| listed.iter().map(|one| one.can_be_left_out).collect::<Vec<_>>();
    let listed = place.store.own_transactions(&aino).expect("listed");
    assert_eq!((can(&listed), listed[0].opened_at), (vec![true, true], place.at(3_600)));
    let settles = place.settles();
    place.store.settle_windows(settles).expect("released");
    assert_eq!(can(&place.store.own_transactions(&aino).expect("listed")), [false, false]);
    let error = place.store.leave_out(&aino, None, LeftOut::Smile, &UTC).expect_err("released");
    assert!(error.to_string().contains("is released"), "{error}");
    assert_eq!(records(&place, &aino), [record("200S"), record("200S")]);
    assert!(figures(&place, &aino).is_empty(), "its tally goes");
}

#[test]
fn what_was_left_out_before_a_crash_is_left_out_when_the_person_signs_in_again() {
    let mut place = Place::new();
    let aino = place.aino();
    let mut own = place.works_from(&aino, 3_600, 2, "200S");
    // Of a transaction that is served and not written; then the kiosk dies, and another start settles the shift.
    assert!(own.add_unsettled(place.at(5_100), LeftOut::Whole));
    place.store.put_tallies(aino.person(), &own).expect("written");
    let late = [new_record(place.at(5_000), "200S"), new_record(place.at(5_200), "200S")];
    written(&mut place, &aino, &late, None);
    let own = place.store.open_tallies(&aino, &UTC).expect("opened");
    assert!(own.unsettled().is_empty());
    let off: Vec<bool> =
        records(&place, &aino).iter().map(|one| one.signals == Signals::unknown(Reason::SignalOff)).collect();
    assert_eq!(off, [false, false, true, false]);
    assert_eq!(figures(&place, &aino)[0], (3, 3.0, None));
    // One whose transaction the crash took with it leaves out no other.
    let mut own = own;
    assert!(own.add_unsettled(place.at(6_000), LeftOut::Whole));
    place.store.put_tallies(aino.person(), &own).expect("written");
    let own = place.store.open_tallies(&aino, &UTC).expect("opened");
    assert!(own.unsettled().is_empty());
    assert_eq!(figures(&place, &aino)[0], (3, 3.0, None));
}

#[test]
fn records_that_were_sealed_before_there_were_headings_open() {
    let mut place = Place::new();
    let aino = place.aino();
    let json = serde_json::to_string(&record("200S")).expect("JSON");
    let sealed = aino.key().sealing_key().seal(&json).expect("sealed");
    let shift = place.store.start_shift(aino.person(), "1", place.at(1)).expect("began");
    assert_eq!(shift.id, ShiftId(1));
    let insert = "INSERT INTO transaction_record (person, shift, register, opened_at, closed_at, record)
                  VALUES (?1, 1, '1', ?2, ?2, ?3)";
    let opened = place.at(100).as_millisecond();
    place.store.connection.execute(insert, params![aino.person().0, opened, sealed]).expect("written");
    assert_eq!(place.store.records(&aino).expect("opened")[0].as_str(), json);
    place.store.open_tallies(&aino, &UTC).expect("opened");
    place.store.leave_out(&aino, None, LeftOut::Whole, &UTC).expect("left out");
    assert_eq!(records(&place, &aino)[0].signals, Signals::unknown(Reason::SignalOff));
    assert_eq!(figures(&place, &aino)[0].0, 0);
    assert_eq!(plan().figures_count(), 4);
}

#[test]
fn a_backup_changes_no_tally_and_what_a_restore_brings_back_is_not_counted_again() {
    let mut place = Place::new();
    let aino = place.aino();
    place.works(&aino, "200S");
    let before = figures(&place, &aino);
    assert!(before[0].0 > 0, "something is counted: {before:?}");
    let row = |place: &Place| sealed(&place.store.connection, aino.person()).expect("a row");
    let sealed_before = row(&place);
    let name = place.store.backup().expect("backed up");
    assert_eq!(row(&place), sealed_before, "a backup writes nothing here");

    let elsewhere = tempfile::tempdir().expect("a folder");
    let backup = elsewhere.path().join("backup");
    std::fs::copy(place.folder.path().join(name), &backup).expect("copied");
    place.store.connection.execute_batch("DELETE FROM transaction_record").expect("lost");
    let everything =
        super::super::Remembered { records_from: Timestamp::UNIX_EPOCH, summaries_from: Timestamp::UNIX_EPOCH };
    assert!(place.store.restore(&backup, None, everything).expect("restored").records > 0);
    place.store.open_tallies(&aino, &UTC).expect("opened");
    assert_eq!(figures(&place, &aino), before, "their numbers are new, and they are not counted again");
    place.store.leave_out(&aino, None, LeftOut::Whole, &UTC).expect("left out");
    assert_eq!(figures(&place, &aino)[0].0, before[0].0 - 1);
}
