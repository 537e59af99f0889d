//! Plans, people and books for the tests; what always holds of tallies, sums and answers.

mod accuracy;
mod attack;
mod books;
pub(crate) mod claim;
mod statistics;

use std::collections::BTreeMap;
use std::convert::Infallible;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::figures::Sums;
use super::*;

/// Four statistics at the defaults.
pub(super) fn four() -> PlanSettings {
    PlanSettings::of(&Statistic::ALL[..4])
}

pub(super) fn plan(settings: PlanSettings) -> Plan {
    Plan::new(settings).expect("a plan")
}

pub(super) fn one() -> Plan {
    plan(PlanSettings::of(&Statistic::ALL[..1]))
}

/// The same share in each figure.
pub(super) fn person(plan: &Plan, hundredths: u8) -> Contribution {
    Contribution::of(vec![Some(hundredths.into()); plan.figures_count()])
}

pub(super) const OPENS: Timestamp = Timestamp::constant(1_800_000_000, 0);

pub(super) fn closes() -> Timestamp {
    OPENS + SignedDuration::from_hours(28 * 24)
}

pub(super) fn settles() -> Timestamp {
    closes() + SETTLES_AFTER
}

pub(super) fn window(plan: Plan) -> Window {
    Window::next(None, OPENS, closes(), plan, OPENS - SignedDuration::from_secs(1)).expect("a window")
}

/// What would be released, and is kept nowhere.
pub(crate) fn computed(window: &Window, contributions: &[Contribution]) -> Release {
    Release::compute(window, contributions).expect("computed")
}

/// Books in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    pub(super) windows: BTreeMap<WindowId, Window>,
    pub(super) rows: BTreeMap<(WindowId, ContributionId), Contribution>,
    pub(super) released: BTreeMap<WindowId, Release>,
}

impl Memory {
    pub(super) fn with(window: &Window, people: &[Contribution]) -> Self {
        let mut books = Self::default();
        books.windows.insert(window.id, window.clone());
        for person in people {
            let id = ContributionId::random().expect("random bytes");
            contribute(&mut books, window.id, id, person).expect("kept");
        }
        books
    }
}

impl Books for Memory {
    type Error = Infallible;

    fn window(&self, window: WindowId) -> Result<Option<Window>, Infallible> {
        Ok(self.windows.get(&window).cloned())
    }

    fn release(&self, window: WindowId) -> Result<Option<Release>, Infallible> {
        Ok(self.released.get(&window).cloned())
    }

    fn contributions(&self, window: WindowId) -> Result<Vec<Contribution>, Infallible> {
        Ok(self.rows.iter().filter(|((of, _), _)| *of == window).map(|(_, row)| row.clone()).collect())
    }

    fn keep(&mut self, release: &Release) -> Result<(), Infallible> {
        self.released.entry(release.window).or_insert_with(|| release.clone());
        self.rows.retain(|(of, _), _| *of != release.window);
        Ok(())
    }

    fn put(&mut self, window: WindowId, id: ContributionId, row: Option<&Contribution>) -> Result<(), Infallible> {
        match row {
            Some(row) => self.rows.insert((window, id), row.clone()),
            None => self.rows.remove(&(window, id)),
        };
        Ok(())
    }
}

fn statistics() -> impl Strategy<Value = Vec<Statistic>> {
    proptest::sample::subsequence(Statistic::ALL.to_vec(), 1..=STATISTICS_MAX)
}

prop_compose! {
    fn plans()(
        statistics in statistics(),
        cells in proptest::sample::select(vec![Cells::None, Cells::Weekday, Cells::Hours]),
        people_floor in PEOPLE_FLOOR..12,
        transactions_floor in 1..40_u32,
        epsilon in 100..=4_000_u32,
    ) -> Plan {
        let epsilon_thousandths = Epsilon::from_thousandths(epsilon);
        plan(PlanSettings { statistics, cells, people_floor, transactions_floor, epsilon_thousandths })
    }
}

fn contributions(figures: usize, people: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Contribution>> {
    let one = proptest::collection::vec(proptest::option::weighted(0.9, 0..=255_u8), figures);
    let one = one.prop_map(|shares| Contribution::of(shares.into_iter().map(|share| share.map(Into::into)).collect()));
    proptest::collection::vec(one, people)
}

fn plan_and_people(people: std::ops::Range<usize>) -> impl Strategy<Value = (Plan, Vec<Contribution>)> {
    plans().prop_flat_map(move |plan| {
        let people = contributions(plan.figures_count(), people.clone());
        (Just(plan), people)
    })
}

/// Anything that a mechanism may return, also what no noise would.
fn noised(figures: usize) -> impl Strategy<Value = Vec<i64>> {
    let any = prop_oneof![any::<i64>(), -20_000..20_000_i64];
    proptest::collection::vec(any, 2 * figures)
}

proptest! {
    #[test]
    fn a_share_is_clipped_and_never_nan(share in any::<f64>()) {
        prop_assert_eq!(ClippedShare::of(share).is_none(), share.is_nan());
        prop_assert_eq!(PersonShare::of(share).is_none(), share.is_nan());
        prop_assert!(ClippedShare::of(share).is_none_or(|share| share.parts() <= SHARE_ONE));
        prop_assert!(PersonShare::of(share).is_none_or(|share| share.parts() <= PERSON_ONE));
    }

    #[test]
    fn what_is_read_from_a_store_is_clipped(transaction in any::<u16>(), person in any::<u8>()) {
        prop_assert!(ClippedShare::from(transaction).parts() <= SHARE_ONE);
        let read: PersonShare = serde_json::from_str(&person.to_string()).expect("a number");
        prop_assert!(read.parts() <= PERSON_ONE);
    }

    #[test]
    fn one_person_moves_the_sums_by_no_more_than_their_reach((plan, people) in plan_and_people(1..20)) {
        let with = Sums::of(&plan, &people).pairs;
        let without = Sums::of(&plan, &people[1..]).pairs;
        let moved: u64 = with.iter().zip(&without).map(|(with, without)| with.abs_diff(*without)).sum();
        prop_assert!(moved <= NoiseScale::of(&plan).reach_hundredths);
    }

    #[test]
    fn the_noise_is_never_smaller_than_the_budget_asks(plan in plans()) {
        let NoiseScale { scale_hundredths, reach_hundredths } = NoiseScale::of(&plan);
        prop_assert!(reach_hundredths * 1_000 <= scale_hundredths * u64::from(plan.epsilon().thousandths()));
        prop_assert_eq!(plan.figures().count(), plan.figures_count());
        noise::Noise::of(&plan).expect("the library agrees");
    }

    #[test]
    fn fewer_people_than_the_floor_are_never_shown(
        ((plan, people), noised) in plan_and_people(0..15)
            .prop_flat_map(|(plan, people)| { let noised = noised(plan.figures_count()); (Just((plan, people)), noised) })
    ) {
        let window = window(plan.clone());
        let release = Release::with(&window, &people, |_| Ok(noised)).expect("computed");
        prop_assert_eq!(release.figures.len(), plan.figures_count());
        for (index, figure) in release.figures.iter().enumerate() {
            let behind = people.iter().filter(|person| person.shares()[index].is_some()).count();
            if let Answer::Share { share_thousandths, half_width_95_thousandths, .. } = figure.answer {
                prop_assert!(behind >= plan.people_floor() as usize, "{behind} people");
                prop_assert!(share_thousandths <= 1_000 && half_width_95_thousandths <= 1_000);
            }
        }
    }

    #[test]
    fn what_is_withheld_does_not_depend_on_the_values(
        ((plan, people, other), noise) in plans().prop_flat_map(|plan| {
            let figures = plan.figures_count();
            let shares = || proptest::collection::vec(proptest::collection::vec(0..=100_u8, figures), 3..60);
            (Just(plan), shares(), shares()).prop_flat_map(|(plan, one, other)| {
                let noise = proptest::collection::vec(-4_000..4_000_i64, 2 * plan.figures_count());
                (Just((plan, one, other)), noise)
            })
        })
    ) {
        let people_with = |shares: &[Vec<u8>]| -> Vec<Contribution> {
            let both = people.len().min(other.len());
            shares[..both].iter().map(|one| Contribution::of(one.iter().map(|s| Some((*s).into())).collect())).collect()
        };
        let window = window(plan);
        let withheld = |people: &[Contribution]| -> Vec<bool> {
            let add = |sums: &[i64]| Ok(sums.iter().zip(&noise).map(|(sum, noise)| sum + noise).collect());
            let release = Release::with(&window, people, add).expect("computed");
            release.figures.iter().map(|figure| figure.answer == Answer::Withheld).collect()
        };
        prop_assert_eq!(withheld(&people_with(&people)), withheld(&people_with(&other)));
    }

    #[test]
    fn a_tally_says_nothing_below_the_floor_and_takes_back_exactly(
        plan in plans(),
        kept in proptest::collection::vec((proptest::option::of(any::<f64>()), 0..8_usize), 0..60),
        taken in proptest::collection::vec((proptest::option::of(any::<f64>()), 0..8_usize), 0..30),
    ) {
        let count = |tally: &mut Tally, (share, cell): &(Option<f64>, usize)| {
            let cell = (plan.cells().count() > 0).then_some(*cell);
            tally.count(&plan, cell, |_| share.and_then(ClippedShare::of))
        };
        let mut tally = Tally::new(WindowId(1), &plan).expect("random bytes");
        for transaction in &kept {
            let _ = count(&mut tally, transaction);
        }
        let before = tally.clone();
        let counted: Vec<Counted> = taken.iter().map(|transaction| count(&mut tally, transaction)).collect();
        for counted in &counted {
            tally.take_back(counted);
        }
        prop_assert_eq!(&tally, &before);
        let known = kept.iter().filter(|(share, _)| share.is_some_and(|share| !share.is_nan())).count();
        let over_all = tally.contribution(&plan).shares()[0];
        prop_assert_eq!(over_all.is_some(), known >= plan.transactions_floor() as usize);
    }

    #[test]
    fn plans_and_tallies_survive_json(plan in plans()) {
        let text = serde_json::to_string(&plan).expect("written");
        prop_assert_eq!(&serde_json::from_str::<Plan>(&text).expect("read"), &plan);
        let tally = Tally::new(WindowId(7), &plan).expect("random bytes");
        let text = serde_json::to_string(&tally).expect("written");
        prop_assert_eq!(serde_json::from_str::<Tally>(&text).expect("read"), tally);
    }
}

#[test]
fn a_plan_outside_the_compiled_bounds_is_refused_from_a_file_too() {
    let refused = |change: fn(&mut PlanSettings), part: &str| {
        let mut settings = four();
        change(&mut settings);
        let text = serde_json::to_string(&settings).expect("written");
        let fault = Plan::new(settings).expect_err("refused").to_string();
        assert!(fault.contains(part), "{fault}");
        assert!(serde_json::from_str::<Plan>(&text).expect_err("refused").to_string().contains(part));
    };
    refused(|settings| settings.statistics = Statistic::ALL[..5].to_vec(), "5 statistics");
    refused(|settings| settings.statistics.clear(), "0 statistics");
    refused(|settings| settings.statistics[1] = settings.statistics[0], "named twice");
    refused(|settings| settings.people_floor = 4, "at least 4 people");
    refused(|settings| settings.transactions_floor = 0, "at least 0 transactions");
    refused(|settings| settings.epsilon_thousandths = Epsilon::from_thousandths(4_001), "epsilon 4.001");
    refused(|settings| settings.epsilon_thousandths = Epsilon::from_thousandths(0), "epsilon 0");
    assert_eq!((PEOPLE_FLOOR, Epsilon::CEILING.thousandths(), STATISTICS_MAX), (5, 4_000, 4), "compiled in");
}

#[test]
fn a_window_is_announced_before_it_opens_and_overlaps_none() {
    let plan = one();
    let first = window(plan.clone());
    let day = SignedDuration::from_hours(24);
    let next = |opens, closes, now| Window::next(Some(&first), opens, closes, plan.clone(), now);
    assert_eq!(next(closes(), closes() + day * 28, OPENS).expect("the next").id, WindowId(2));
    assert_eq!(next(closes(), closes() + day * 28, closes()), Err(WindowFault::AlreadyOpen { opens: closes() }));
    let early = closes() - day;
    assert_eq!(next(early, early + day * 28, OPENS), Err(WindowFault::Overlaps { opens: early, closes: closes() }));
    assert_eq!(next(closes(), closes() + day * 6, OPENS), Err(WindowFault::Length));
    assert_eq!(next(closes(), closes() + day * 93, OPENS), Err(WindowFault::Length));
    assert!(first.has(OPENS) && !first.has(closes()) && !first.has(OPENS - day));
    assert!(!first.may_settle(settles() - day) && first.may_settle(settles()));
}

#[test]
fn a_contribution_id_is_random_and_never_printed() {
    let ids: std::collections::BTreeSet<_> =
        (0..1_000).map(|_| ContributionId::random().expect("random bytes")).collect();
    assert_eq!(ids.len(), 1_000);
    assert_eq!(format!("{:?}", ids.first().expect("one")), "ContributionId(not shown)");
}
