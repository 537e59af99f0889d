//! Tries to falsify the noise claim, by counting: an outcome that is more than e^epsilon times as likely with a person
//! as without, or the other way round, would refute it.
//!
//! The tester sees more than anybody will: the noised sums of every figure, the withheld ones too, besides what is
//! published. It knows everybody's contributions exactly and chooses its events by them. For each event it compares
//! the lower confidence bound of the one probability with the upper bound of the other (Clopper and Pearson, 1934), as
//! Ding, Wang, Wang, Zhang and Kifer did ("Detecting violations of differential privacy", 2018).

use std::thread;

use super::super::noise::{Noise, NoiseError};
use super::super::*;
use super::{PlanSettings, four, person, plan, window};

/// Draws of a whole release for each side of each pair: each draw has every statistic.
const DRAWS: usize = 100_000;
/// Of each single bound. A run looks at about a thousand events twice: a true claim is refuted by chance once in some
/// ten thousand runs.
const ALPHA: f64 = 2.5e-8;

/// A mechanism under test: noise on the sums of a plan, or what somebody took for it.
type Mechanism = fn(&Plan) -> Noisy;
type Noisy = Box<dyn Fn(&[i64]) -> Result<Vec<i64>, NoiseError>>;

fn ours(plan: &Plan) -> Noisy {
    let noise = Noise::of(plan).expect("noise");
    Box::new(move |sums| noise.add_to(sums))
}

/// Half the noise: that of twice the budget.
fn half_the_noise(of: &Plan) -> Noisy {
    let epsilon_thousandths = Epsilon::from_thousandths(of.epsilon().thousandths() * 2);
    ours(&plan(PlanSettings { epsilon_thousandths, ..of.clone().into() }))
}

/// Every statistic spends the whole budget.
fn budget_not_divided(of: &Plan) -> Noisy {
    ours(&plan(PlanSettings { statistics: of.statistics()[..1].to_vec(), ..of.clone().into() }))
}

/// The number of people as it is.
fn people_counted_exactly(of: &Plan) -> Noisy {
    let noise = ours(of);
    Box::new(move |sums| {
        let mut noised = noise(sums)?;
        for (pair, exact) in noised.chunks_exact_mut(2).zip(sums.chunks_exact(2)) {
            pair[1] = exact[0] + exact[1] - pair[0];
        }
        Ok(noised)
    })
}

/// One noise for both sums of a figure.
fn noise_used_twice(of: &Plan) -> Noisy {
    let noise = ours(of);
    Box::new(move |sums| {
        let mut noised = noise(sums)?;
        for (pair, exact) in noised.chunks_exact_mut(2).zip(sums.chunks_exact(2)) {
            pair[1] = exact[1] + pair[0] - exact[0];
        }
        Ok(noised)
    })
}

/// What one run of the mechanism shows.
#[derive(Clone)]
pub(crate) struct Draw {
    noised: Vec<i64>,
    answers: Vec<Answer>,
}

impl Draw {
    /// What a kept release shows, the noised sums as far as it tells them.
    pub(crate) fn of(release: &Release) -> Self {
        let answers: Vec<Answer> = release.figures.iter().map(|figure| figure.answer).collect();
        let sums = answers.iter().flat_map(|answer| match *answer {
            Answer::Withheld => [0, 0],
            Answer::Share { share_thousandths, people_about, .. } => {
                let (share, whole) = (i64::from(share_thousandths), i64::from(people_about) * 100);
                [whole * share / 1_000, whole - whole * share / 1_000]
            }
        });
        Self { noised: sums.collect(), answers }
    }
}

/// Two groups that differ by one person, and by their sums.
struct Neighbours {
    name: &'static str,
    plan: Plan,
    with: Vec<Contribution>,
}

impl Neighbours {
    /// `others` people and the one who is there or not.
    fn new(name: &'static str, plan: Plan, others: usize, share: u8, one: Contribution) -> Self {
        let mut with = vec![one];
        with.extend(std::iter::repeat_n(person(&plan, share), others));
        Self { name, plan, with }
    }

    fn without(&self) -> &[Contribution] {
        &self.with[1..]
    }
}

/// The worst that one person can be: far from all others, in one direction or in several, with few others and many.
fn worst_pairs() -> Vec<Neighbours> {
    let four = || plan(four());
    let ones = |shares: [Option<u8>; 4]| Contribution::of(shares.map(|share| share.map(Into::into)).to_vec());
    vec![
        Neighbours::new("1 beside 39 of 0", four(), 39, 0, ones([Some(100); 4])),
        Neighbours::new("0 beside 25 of 0.9", four(), 25, 90, ones([Some(0); 4])),
        Neighbours::new(
            "0 and 1 by turns, at the floor",
            four(),
            5,
            50,
            ones([Some(0), Some(100), Some(0), Some(100)]),
        ),
        Neighbours::new("a half", four(), 20, 100, ones([Some(50); 4])),
        Neighbours::new("one statistic only", four(), 18, 0, ones([None, None, Some(100), None])),
    ]
}

fn draws(mechanism: Mechanism, plan: &Plan, people: &[Contribution], count: usize) -> Vec<Draw> {
    let window = window(plan.clone());
    let noise = mechanism(plan);
    let draw = |_| {
        let mut seen = Vec::new();
        let release = Release::with(&window, people, |sums| {
            let noised = noise(sums)?;
            seen.clone_from(&noised);
            Ok(noised)
        });
        let figures = release.expect("computed").figures;
        Draw { noised: seen, answers: figures.iter().map(|figure| figure.answer).collect() }
    };
    (0..count).map(draw).collect()
}

/// An outcome to be counted. `figure`: it looks at this one only, which has its part of the budget.
struct Event {
    name: String,
    figure: Option<usize>,
    holds: Box<dyn Fn(&Draw) -> bool>,
}

fn event(name: String, figure: Option<usize>, holds: impl Fn(&Draw) -> bool + 'static) -> Event {
    Event { name, figure, holds: Box::new(holds) }
}

/// Events that a person who is there makes likelier or less likely, if anything does.
fn events(with: &[i64], without: &[i64]) -> Vec<Event> {
    let mut events = Vec::new();
    for (index, (there, not_there)) in with.iter().zip(without).enumerate() {
        for at in [*not_there, i64::midpoint(*there, *not_there), *there, there + 300] {
            let figure = Some(index / 2);
            events.push(event(format!("sum {index} is {at} or more"), figure, move |draw| draw.noised[index] >= at));
        }
    }
    for figure in 0..with.len() / 2 {
        let pair = |sums: &[i64]| (sums[2 * figure], sums[2 * figure + 1]);
        let ((a, b), (c, d)) = (pair(with), pair(without));
        let is = move |draw: &Draw| (draw.noised[2 * figure], draw.noised[2 * figure + 1]);
        events.push(event(format!("figure {figure}, both"), Some(figure), move |draw| {
            is(draw).0 >= a && is(draw).1 >= b
        }));
        for (name, at) in [("with", a + b), ("without", c + d)] {
            let holds = move |draw: &Draw| is(draw).0 + is(draw).1 >= at;
            events.push(event(format!("figure {figure}, people as {name}"), Some(figure), holds));
        }
        for (name, at) in [("with", a - b), ("without", c - d)] {
            let holds = move |draw: &Draw| is(draw).0 - is(draw).1 >= at;
            events.push(event(format!("figure {figure}, difference as {name}"), Some(figure), holds));
        }
        let withheld = move |draw: &Draw| draw.answers[figure] == Answer::Withheld;
        events.push(event(format!("figure {figure} is withheld"), Some(figure), withheld));
        for at in [50, 250, 500, 750, 950] {
            let holds = move |draw: &Draw| matches!(draw.answers[figure], Answer::Share { share_thousandths, .. } if share_thousandths >= at);
            events.push(event(format!("figure {figure} shows {at} or more"), Some(figure), holds));
        }
    }
    // All figures together, with the most telling outcome there is: every sum beyond where the person moved it.
    let moved: Vec<(usize, i64, i64)> =
        with.iter().zip(without).enumerate().filter(|(_, (a, b))| a != b).map(|(i, (a, b))| (i, *a, *b)).collect();
    for least in 1..=moved.len() {
        let moved = moved.clone();
        let holds = move |draw: &Draw| moved.iter().filter(|(i, there, _)| draw.noised[*i] >= *there).count() >= least;
        events.push(event(format!("{least} sums as with the person"), None, holds));
    }
    let moved_sum =
        move |draw: &Draw| moved.iter().map(|(i, _, not)| (draw.noised[*i] - not).clamp(0, 100)).sum::<i64>();
    for at in [100, 200, 300, 400] {
        let moved_sum = moved_sum.clone();
        events.push(event(format!("moved by {at} together"), None, move |draw| moved_sum(draw) >= at));
    }
    events
}

/// Confidence bounds of a probability from counts.
struct Bounds {
    draws: usize,
    ln_factorial: Vec<f64>,
}

impl Bounds {
    fn new(draws: usize) -> Self {
        let mut ln_factorial = vec![0.0];
        for n in 1..=draws {
            ln_factorial.push(ln_factorial[n - 1] + (n as f64).ln());
        }
        Self { draws, ln_factorial }
    }

    /// The probability of `count` or more of all draws, each with `p`; `p` at most `count` / draws.
    fn tail(&self, count: usize, p: f64) -> f64 {
        let ln_choose =
            self.ln_factorial[self.draws] - self.ln_factorial[count] - self.ln_factorial[self.draws - count];
        let (n, k) = (self.draws as f64, count as f64);
        let mut term = (ln_choose + k * p.ln() + (n - k) * (-p).ln_1p()).exp();
        let mut sum = 0.0;
        for more in count..=self.draws {
            sum += term;
            term *= (n - more as f64) / (more as f64 + 1.0) * p / (1.0 - p);
            if term < sum * 1e-12 {
                break;
            }
        }
        sum
    }

    /// The smallest probability that these many are still credible for.
    fn lower(&self, count: usize) -> f64 {
        if count == 0 {
            return 0.0;
        }
        let (mut low, mut high) = (0.0, count as f64 / self.draws as f64);
        for _ in 0..50 {
            let middle = f64::midpoint(low, high);
            if self.tail(count, middle) > ALPHA { high = middle } else { low = middle }
        }
        low
    }

    /// The largest one.
    fn upper(&self, count: usize) -> f64 {
        1.0 - self.lower(self.draws - count)
    }
}

/// The first event that refutes the claim.
fn falsified(mechanism: Mechanism, neighbours: &Neighbours, count: usize) -> Option<String> {
    let Neighbours { name, plan, with, .. } = neighbours;
    let sides = thread::scope(|scope| {
        let with = scope.spawn(|| draws(mechanism, plan, with, count));
        let without = draws(mechanism, plan, neighbours.without(), count);
        [with.join().expect("drawn"), without]
    });
    let people = [neighbours.with.as_slice(), neighbours.without()];
    refuted(plan, plan.epsilon().value(), people, &sides).map(|refuted| format!("{name}: {refuted}"))
}

/// The first event that is more than e^epsilon times as likely in the draws of the one side as in those of the other.
/// `people`: two groups by whose sums events are chosen.
pub(crate) fn refuted(
    plan: &Plan,
    epsilon: f64,
    people: [&[Contribution]; 2],
    sides: &[Vec<Draw>; 2],
) -> Option<String> {
    let sums = people.map(|people| figures::Sums::of(plan, people).pairs);
    let count = sides[0].len();
    let bounds = Bounds::new(count);
    for Event { name: event, figure, holds } in events(&sums[0], &sums[1]) {
        let parts = if figure.is_some() { plan.figures_count() as f64 } else { 1.0 };
        let factor = (epsilon / parts).exp();
        let [with, without] = [0, 1].map(|side: usize| sides[side].iter().filter(|draw| holds(draw)).count());
        for (a, b, which) in [
            (with, without, "likelier with"),
            (without, with, "likelier without"),
            (count - with, count - without, "its opposite likelier with"),
            (count - without, count - with, "its opposite likelier without"),
        ] {
            if bounds.lower(a) > factor * bounds.upper(b) {
                return Some(format!("{event}: {which}, {a} against {b} of {count}, claimed at most {factor:.2}"));
            }
        }
    }
    None
}

#[test]
fn confidence_bounds_are_those_of_the_tables() {
    // Clopper and Pearson's bounds by closed form: none of n, and all of n.
    let bounds = Bounds::new(1_000);
    assert!((bounds.upper(0) - (1.0 - ALPHA.powf(0.001))).abs() < 1e-9);
    assert!((bounds.lower(1_000) - ALPHA.powf(0.001)).abs() < 1e-9);
    // About five and a half standard errors to either side of one half.
    let (low, high) = (bounds.lower(500), bounds.upper(500));
    assert!((0.410..0.420).contains(&low) && (low + high - 1.0).abs() < 1e-9, "{low} {high}");
}

#[test]
fn a_hundred_thousand_draws_do_not_falsify_the_claim() {
    let long = std::env::var_os("HYMY_LONG").is_some_and(|value| value == "1");
    for (index, neighbours) in worst_pairs().iter().enumerate() {
        // Each statistic has its draws in the first two pairs.
        let count = if index < 2 || long { DRAWS } else { DRAWS / 4 };
        assert_eq!(falsified(ours, neighbours, count), None);
    }
    if !long {
        eprintln!(
            "not run: a_hundred_thousand_draws_do_not_falsify_the_claim at full size (HYMY_LONG=1 is not set; two \
             pairs have {DRAWS} draws, the others a quarter)"
        );
    }
}

#[test]
fn nor_with_cells_and_with_the_largest_budget() {
    let weekday = plan(PlanSettings { cells: Cells::Weekday, ..PlanSettings::of(&Statistic::ALL[..1]) });
    let every_day = person(&weekday, 100);
    assert_eq!(falsified(ours, &Neighbours::new("every day", weekday, 30, 0, every_day), DRAWS / 5), None);
    let largest =
        plan(PlanSettings { epsilon_thousandths: Epsilon::CEILING, ..PlanSettings::of(&Statistic::ALL[..1]) });
    let one = person(&largest, 100);
    assert_eq!(falsified(ours, &Neighbours::new("one beside few", largest, 6, 0, one), DRAWS), None);
}

#[test]
fn broken_mechanisms_are_falsified() {
    let broken: [(&str, Mechanism); 4] = [
        ("half the noise", half_the_noise),
        ("budget not divided", budget_not_divided),
        ("people counted exactly", people_counted_exactly),
        ("noise used twice", noise_used_twice),
    ];
    let pair = worst_pairs().swap_remove(0);
    for (name, mechanism) in broken {
        let found = falsified(mechanism, &pair, DRAWS / 5);
        eprintln!("{name}: {}", found.as_deref().unwrap_or("not found"));
        assert!(found.is_some(), "{name} was not found out");
    }
}
