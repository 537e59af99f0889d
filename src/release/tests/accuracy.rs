//! How far released shares are from what they were made from, beside what the plan foretold.

use super::super::*;
use super::{four, person, plan, window};

/// Releases of one made-up group; each has four figures.
const RELEASES: usize = 2_500;

/// How far each released figure is from the people's mean, whether its stated interval holds it, and how many were
/// withheld.
fn measured(people: &[u8]) -> (Vec<f64>, usize, usize) {
    let plan = plan(four());
    let contributions: Vec<Contribution> = people.iter().map(|share| person(&plan, *share)).collect();
    let mean = people.iter().map(|share| f64::from(*share)).sum::<f64>() / 100.0 / people.len() as f64;
    let window = window(plan);
    let (mut off, mut held, mut withheld) = (Vec::new(), 0, 0);
    for _ in 0..RELEASES {
        for figure in Release::compute(&window, &contributions).expect("released").figures {
            match figure.answer {
                Answer::Withheld => withheld += 1,
                Answer::Share { share_thousandths, half_width_95_thousandths, people_about: _ } => {
                    let error = (f64::from(share_thousandths) / 1_000.0 - mean).abs();
                    // Half a thousandth for the rounding of each.
                    held += usize::from(error <= f64::from(half_width_95_thousandths) / 1_000.0 + 0.001);
                    off.push(error);
                }
            }
        }
    }
    off.sort_unstable_by(f64::total_cmp);
    (off, held, withheld)
}

/// Groups with few and many, and with unequal, shares.
fn groups(people: usize) -> Vec<Vec<u8>> {
    let same = |share| vec![share; people];
    let mixed = (0..people).map(|index| [0, 100, 35, 80, 62][index % 5]).collect();
    vec![same(0), same(100), same(50), same(87), mixed]
}

#[test]
fn for_forty_people_at_the_default_budget_the_noise_is_at_most_15_hundredths() {
    for people in groups(40) {
        let (off, held, withheld) = measured(&people);
        let at_95 = off[off.len() * 95 / 100];
        eprintln!("40 people, mean {}: 95 % within {at_95:.3}", people.iter().map(|s| u32::from(*s)).sum::<u32>() / 40);
        assert!(at_95 <= 0.15, "95 % within {at_95}");
        assert!(withheld <= RELEASES * 4 / 500, "{withheld} withheld");
        // 95 % stated; the standard error of 10,000 figures is 0.2 %.
        assert!(held * 1_000 >= off.len() * 943, "{held} of {}", off.len());
    }
}

#[test]
fn the_plan_foretells_error_and_withholding() {
    let scale = NoiseScale::of(&plan(four()));
    assert_eq!(scale.people(), 2.0);
    assert!(scale.half_width(0.95, 40.0) < 0.15);
    for people in [12, 20, 25, 30] {
        let (off, held, withheld) = measured(&vec![100; people]);
        let released = 1.0 - withheld as f64 / (RELEASES * 4) as f64;
        let foretold = scale.chance_of_release(people as f64);
        eprintln!(
            "{people} people: {:.1} % released, foretold {:.1} %; the stated interval holds {:.1} % of them",
            released * 100.0,
            foretold * 100.0,
            held as f64 / off.len() as f64 * 100.0
        );
        // Four standard errors of 10,000 figures are 2 %.
        assert!((released - foretold).abs() < 0.02, "{people} people: {released}, foretold {foretold}");
        if people >= 20 {
            assert!(held * 1_000 >= off.len() * 943, "{people} people: {held} of {}", off.len());
        }
    }
}

/// The lemma behind every stated interval, by its closed form.
#[test]
fn two_weighted_noises_are_never_more_spread_than_one() {
    for weight in (1..100).filter(|weight| *weight != 50).map(|weight| f64::from(weight) / 100.0) {
        let other = 1.0 - weight;
        for step in 0..2_000 {
            let t = f64::from(step) / 100.0;
            let square = |w: f64| if t / w > 700.0 { 0.0 } else { w * w * (-t / w).exp() };
            let tail = (square(weight) - square(other)) / (weight * weight - other * other);
            assert!(tail <= (-t).exp() + 1e-12, "weight {weight}, t {t}");
        }
    }
}

#[test]
fn the_rule_withholds_what_is_wider_than_a_quarter() {
    for epsilon in [500, 1_000, 2_000, 4_000] {
        let epsilon_thousandths = Epsilon::from_thousandths(epsilon);
        let scale = NoiseScale::of(&plan(PlanSettings { epsilon_thousandths, ..four() }));
        for people in 0..500 {
            let people = f64::from(people) / 2.0;
            assert_eq!(scale.too_uncertain(people), scale.half_width(0.9, people) > 0.25);
        }
        assert!(scale.too_uncertain(-3.0) && scale.too_uncertain(0.0) && scale.too_uncertain(f64::NAN));
        assert!((scale.half_width(0.9, scale.people() * 10_f64.ln() / 0.25) - 0.25).abs() < 1e-12);
    }
}
