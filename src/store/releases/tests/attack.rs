//! A differencing attack on the store: somebody who sees every release, and as root with the database's key every
//! contribution before it, compares histories in which one person withdraws, leaves out, pauses or changes keys.
//!
//! Two histories of which nobody may see the difference leave the same shares. The ids are random and new in each.

use super::*;
use crate::summary::LeftOut;

/// Six people who stay, and one who does something.
fn histories(does: impl Fn(&mut Place)) -> Place {
    let mut place = Place::with_others(6);
    place.others_work(&["200S", "200-"]);
    does(&mut place);
    place
}

fn never_there() -> Place {
    histories(|_| {})
}

#[test]
fn who_withdraws_leaves_out_or_pauses_leaves_what_they_would_have_left_had_they_never_been_there() {
    let without = never_there().rows();
    assert_eq!(without.len(), 6);
    let there = histories(|place| {
        let aino = place.aino();
        place.works(&aino, "200S");
    });
    assert_eq!(there.rows().len(), 7, "the comparison does find who is there");

    let same = |what: &str, does: &dyn Fn(&mut Place)| assert_eq!(histories(does).rows(), without, "{what}");
    same("invited", &|place| drop(place.store.add_staff("Eero", BEFORE).expect("invited")));
    same("agreed, and worked a little", &|place| {
        let aino = place.aino();
        place.works_from(&aino, 3_600, 19, "200S");
    });
    same("withdrew", &|place| {
        let aino = place.aino();
        place.works(&aino, "200S");
        place.store.withdraw(&aino).expect("withdrawn");
    });
    same("withdrew, and was erased", &|place| {
        let aino = place.aino();
        place.works(&aino, "200S");
        place.store.withdraw(&aino).expect("withdrawn");
        place.store.erase("Aino").expect("erased");
    });
    same("left the window out", &|place| {
        let aino = place.aino();
        place.works(&aino, "200S");
        let now = place.at(200_000);
        place.store.leave_windows_out(&aino, &TimeZone::UTC, now).expect("left out");
        // And goes on working.
        place.works_from(&aino, 300_000, 25, "200S");
    });
    same("left all but nineteen out", &|place| {
        let aino = place.aino();
        place.works(&aino, "200S");
        for n in 0..6 {
            let at = place.at(3_600 + 60 * n);
            place.store.leave_out(&aino, Some(at), LeftOut::Whole, &TimeZone::UTC).expect("left out");
        }
    });
    same("paused", &|place| {
        let aino = place.aino();
        place.works_from(&aino, 3_600, 19, "200S");
        place.works_from(&aino, 100_000, 100, "200.");
    });
}

#[test]
fn who_changes_keys_contributes_once() {
    let mut place = never_there();
    let aino = place.aino();
    place.works(&aino, "200S");
    let with = place.rows();
    assert_eq!(with.len(), 7);
    // A new key in the middle of the window, and then again, by whatever the clock says it is.
    for given_at in [place.at(100_000), place.window.opens - SignedDuration::from_secs(1), BEFORE] {
        let consent = Consent::made_up(&terms(), given_at);
        let again = SignedIn::made_up_again(&mut place.store, aino.person(), consent);
        place.works_from(&again, 200_000, 40, "200-");
        assert_eq!(place.rows(), with, "the earlier share stays, and there is no other");
    }
    // Nor does a name that was erased and invited anew.
    place.store.erase("Aino").expect("erased");
    let consent = Consent::made_up(&terms(), place.at(300_000));
    let again = SignedIn::made_up(&mut place.store, "Aino", consent);
    place.works_from(&again, 400_000, 40, "200-");
    assert_eq!(place.rows(), with);
}

#[test]
fn a_person_who_agrees_takes_part_from_the_next_window_on() {
    let mut place = Place::new();
    let consent = Consent::made_up(&terms(), place.at(10));
    let aino = SignedIn::made_up(&mut place.store, "Eero", consent);
    place.works(&aino, "200S");
    assert!(place.rows().is_empty());
    let now = place.window.closes - SignedDuration::from_secs(60);
    let next = place.store.announce_window(&release_terms(), now, &TimeZone::UTC).expect("kept").expect("announced");
    let first = std::mem::replace(&mut place.window, next);
    place.works(&aino, "200S");
    assert_eq!(place.rows().len(), 1);
    assert!(place.store.contributions(first.id).expect("read").is_empty());
}

#[test]
fn every_table_that_is_ever_shown_is_the_same_whatever_one_does_after_the_release() {
    let mut place = never_there();
    let aino = place.aino();
    place.works(&aino, "200S");
    let settles = place.settles();
    place.store.settle_windows(settles).expect("released");
    let first = place.store.released(99).expect("read");
    let refused = place.store.leave_out(&aino, None, LeftOut::Whole, &TimeZone::UTC).expect_err("released");
    assert!(matches!(refused, StoreError::WindowReleased), "{refused}");
    place.store.leave_windows_out(&aino, &TimeZone::UTC, settles).expect("nothing to do");
    place.store.withdraw(&aino).expect("withdrawn");
    for n in 0..6 {
        place.store.erase(&format!("person {n}")).expect("erased");
    }
    let other =
        ReleaseTerms { plan: Plan::new(PlanSettings::of(&Statistic::ALL[4..5])).expect("a plan"), ..release_terms() };
    for days in 0..20 {
        let now = settles + SignedDuration::from_hours(24 * days);
        place.store.announce_window(&other, now, &TimeZone::UTC).expect("kept");
        place.store.settle_windows(now).expect("nothing is due");
        assert_eq!(place.store.released(99).expect("read"), first, "day {days}");
    }
}
