//! A differencing attack: somebody who sees every release, and may know everything about everybody else, tries to find
//! out whether one person took part, or what their share is, by asking again, by comparing windows and cells, and by
//! what changes when the person erases, pauses, leaves out or withdraws.
//!
//! Each attack is also run on figures without noise, where it must succeed: a test that no attack could pass shows
//! nothing.

use super::super::*;
use super::{Memory, four, person, plan, settles, window};

const TRIALS: usize = 2_000;
const OTHERS: usize = 39;

/// The release of a window of these people; or the same without noise.
fn released(window: &Window, people: &[Contribution], with_noise: bool) -> Release {
    if with_noise {
        let mut books = Memory::with(window, people);
        return settle(&mut books, window.id, settles()).expect("released");
    }
    Release::with(window, people, |sums| Ok(sums.to_vec())).expect("computed")
}

/// What a release tells of the two sums of each figure, in people. A withheld one tells that there were few.
fn sums_told(release: &Release) -> Vec<(f64, f64)> {
    let told = |figure: &Released| match figure.answer {
        Answer::Withheld => (0.0, 0.0),
        Answer::Share { share_thousandths, people_about, .. } => {
            let (share, people) = (f64::from(share_thousandths) / 1_000.0, f64::from(people_about));
            (share * people, (1.0 - share) * people)
        }
    };
    release.figures.iter().map(told).collect()
}

/// How often an attack is right, of secrets that are yes every other time.
fn right(attack: impl Fn(bool) -> bool) -> f64 {
    (0..TRIALS).filter(|trial| attack(trial % 2 == 0) == (trial % 2 == 0)).count() as f64 / TRIALS as f64
}

/// The most that anybody can be right who has to tell two equally likely cases apart, which the mechanism keeps within
/// epsilon; and four standard errors.
fn at_best(epsilon: f64) -> f64 {
    1.0 / (1.0 + (-epsilon).exp()) + 4.0 * (0.25 / TRIALS as f64).sqrt()
}

fn others(plan: &Plan) -> Vec<Contribution> {
    (0..OTHERS).map(|index| person(plan, [20, 55, 70, 90][index % 4])).collect()
}

/// Who knows all others (they shared their summaries, say) subtracts them, and sees whether somebody is left over.
fn was_there(plan: &Plan, release: &Release) -> bool {
    let known =
        sums_told(&Release::with(&window(plan.clone()), &others(plan), |sums| Ok(sums.to_vec())).expect("computed"));
    // The likelihood ratio of Laplace noise: a difference counts from nobody to one person, and no further.
    let left = sums_told(release).into_iter().zip(known).map(|(told, known)| (told.0 - known.0).clamp(0.0, 1.0));
    left.sum::<f64>() > plan.figures_count() as f64 / 2.0
}

#[test]
fn who_knows_everybody_else_cannot_tell_whether_one_was_there() {
    let plan = plan(four());
    let window = window(plan.clone());
    let attack = |with_noise: bool| {
        let plan = &plan;
        let window = &window;
        right(move |there| {
            let mut people = others(plan);
            if there {
                people.push(person(plan, 100));
            }
            was_there(plan, &released(window, &people, with_noise))
        })
    };
    assert!(attack(false) > 0.99, "without noise the attack succeeds");
    let right = attack(true);
    eprintln!("knowing everybody else: right in {:.1} %", right * 100.0);
    assert!(right < at_best(plan.epsilon().value()), "{right}");
}

#[test]
fn comparing_two_windows_does_not_recover_who_left_between_them() {
    let plan = plan(four());
    let window = window(plan.clone());
    let attack = |with_noise: bool| {
        let plan = &plan;
        let window = &window;
        right(move |high| {
            let mut people = others(plan);
            let later = released(window, &people, with_noise);
            people.push(person(plan, if high { 100 } else { 0 }));
            let before = released(window, &people, with_noise);
            let told = sums_told(&before).into_iter().zip(sums_told(&later));
            told.map(|(before, later)| (before.0 - later.0) - (before.1 - later.1)).sum::<f64>() > 0.0
        })
    };
    assert!(attack(false) > 0.99, "without noise the attack succeeds");
    let right = attack(true);
    eprintln!("comparing two windows: right in {:.1} %", right * 100.0);
    // Far below the bound: the noise of two windows lies on the difference.
    assert!(right < 0.75, "{right}");
}

#[test]
fn cells_and_the_whole_together_tell_no_more_than_the_budget() {
    let plan = plan(PlanSettings { cells: Cells::Weekday, ..PlanSettings::of(&Statistic::ALL[..1]) });
    let window = window(plan.clone());
    let attack = |with_noise: bool| {
        let plan = &plan;
        let window = &window;
        right(move |there| {
            let mut people = others(plan);
            if there {
                people.push(person(plan, 100));
            }
            was_there(plan, &released(window, &people, with_noise))
        })
    };
    assert!(attack(false) > 0.99, "without noise the attack succeeds");
    let right = attack(true);
    eprintln!("cells and the whole: right in {:.1} %", right * 100.0);
    assert!(right < at_best(plan.epsilon().value()), "{right}");
}

#[test]
fn asking_again_after_any_change_tells_nothing_new() {
    let plan = plan(four());
    let window = window(plan.clone());
    let mut books = Memory::with(&window, &others(&plan));
    let id = ContributionId::random().expect("random bytes");
    contribute(&mut books, window.id, id, &person(&plan, 100)).expect("kept");
    let first = settle(&mut books, window.id, settles()).expect("released");
    // Erased, left out, withdrawn; another plan for the same window; any later time.
    forget(&mut books, window.id, id).expect("silent");
    let other = Window { plan: super::plan(PlanSettings::of(&Statistic::ALL[4..8])), ..window.clone() };
    books.windows.insert(window.id, other);
    for days in 0..400 {
        let later = settles() + jiff::SignedDuration::from_hours(24 * days);
        assert_eq!(settle(&mut books, window.id, later).expect("read"), first);
    }
}

/// Two histories of which nobody may see the difference leave the same rows, but for their random ids.
#[track_caller]
fn same_rows(one: &Memory, other: &Memory) {
    let rows = |books: &Memory| {
        let mut rows: Vec<String> = books.rows.values().map(|row| format!("{row:?}")).collect();
        rows.sort();
        rows
    };
    assert_eq!(rows(one), rows(other));
}

#[test]
fn erased_withdrawn_paused_and_never_there_are_the_same_before_the_release() {
    let plan = plan(four());
    let window = window(plan.clone());
    let never_there = Memory::with(&window, &others(&plan));
    let mut books = never_there.clone();
    let mut tally = Tally::new(window.id, &plan).expect("random bytes");
    let yes = |_| Some(ClippedShare::yes_or_no(true));
    // Paused for most of the window: fewer transactions than the floor.
    for _ in 1..plan.transactions_floor() {
        let _ = tally.count(&plan, None, yes);
        contribute(&mut books, window.id, tally.id, &tally.contribution(&plan)).expect("kept");
    }
    same_rows(&books, &never_there);
    // One more and the person is in it; left out again, they are not.
    let counted = tally.count(&plan, None, yes);
    contribute(&mut books, window.id, tally.id, &tally.contribution(&plan)).expect("kept");
    assert_eq!(books.rows.len(), OTHERS + 1);
    let mut left_out = (books.clone(), tally.clone());
    left_out.1.take_back(&counted);
    contribute(&mut left_out.0, window.id, tally.id, &left_out.1.contribution(&plan)).expect("kept");
    same_rows(&left_out.0, &never_there);
    // Erased or withdrawn.
    forget(&mut books, window.id, tally.id).expect("removed");
    same_rows(&books, &never_there);
}

#[test]
fn a_row_tells_neither_how_much_somebody_worked_nor_what_they_left_out() {
    let plan = plan(four());
    let tally_of = |transactions: u32, left_out: u32| {
        let mut tally = Tally::new(WindowId(1), &plan).expect("random bytes");
        for number in 0..transactions {
            let _ = tally.count(&plan, None, |_| Some(ClippedShare::yes_or_no(number % 2 == 0)));
        }
        for _ in 0..left_out {
            let counted = tally.count(&plan, None, |_| Some(ClippedShare::yes_or_no(true)));
            tally.take_back(&counted);
        }
        serde_json::to_string(&tally.contribution(&plan)).expect("written")
    };
    assert_eq!(tally_of(20, 0), tally_of(2_000, 0));
    assert_eq!(tally_of(20, 0), tally_of(20, 300));
    assert_eq!(tally_of(20, 0), "[50,50,50,50]");
}
