//! The noise claim and its cost, through the store: contributions that people's shifts left, windows settled, releases
//! read from the ledger.

use super::*;
use crate::release::Answer;
use crate::release::tests::claim::{Draw, refuted};

impl Place {
    /// So many further windows, each with the contributions that this one has, all of them settled; gives their releases.
    fn released_again(&mut self, times: usize) -> Vec<Release> {
        let first = self.window.id.0;
        let made = self.store.write(|transaction| {
            for n in 1..=times as u32 {
                let window = Window { id: WindowId(first + n), ..self.window.clone() };
                let values = params![window.id.0, json(&window)?];
                transaction.execute("INSERT INTO release_window (id, window) VALUES (?1, ?2)", values)?;
                transaction.execute(
                    "INSERT INTO contribution (window, id, shares)
                     SELECT ?1, randomblob(16), shares FROM contribution WHERE window = ?2",
                    [window.id.0, first],
                )?;
            }
            Ok(())
        });
        made.expect("made");
        // What a power failure would leave does not matter here; the disk is waited for in other tests.
        self.store.connection.execute_batch("PRAGMA synchronous = OFF").expect("set");
        let settles = self.settles();
        assert_eq!(self.store.settle_windows(settles).expect("released"), times + 1);
        let read = self.store.released(times + 1).expect("read");
        read.into_iter().map(|(_, release)| release).filter(|release| release.window.0 != first).collect()
    }
}

/// Thirty-nine people who smile at some customers and not at others.
fn others() -> Place {
    let mut place = Place::with_others(39);
    place.others_work(&["200-", "200S", "60S 140-", "150L 50-"]);
    place
}

#[test]
fn forty_people_s_shares_are_within_15_hundredths_of_what_they_were_made_from() {
    let mut place = others();
    let fortieth = place.aino();
    place.works(&fortieth, "200S");
    let contributions = place.store.contributions(place.window.id).expect("read");
    assert_eq!(contributions.len(), 40);
    let means: Vec<f64> = (0..4)
        .map(|figure| {
            let shares = contributions.iter().filter_map(|person| person.shares()[figure]);
            shares.map(|share| f64::from(share.parts())).sum::<f64>() / 100.0 / 40.0
        })
        .collect();
    let mut off = Vec::new();
    for release in place.released_again(600) {
        for (figure, mean) in release.figures.iter().zip(&means) {
            if let Answer::Share { share_thousandths, .. } = figure.answer {
                off.push((f64::from(share_thousandths) / 1_000.0 - mean).abs());
            }
        }
    }
    assert!(off.len() > 2_380, "{} of 2400 figures released", off.len());
    off.sort_unstable_by(f64::total_cmp);
    let at_95 = off[off.len() * 95 / 100];
    eprintln!("40 people through the store, means {means:.2?}: 95 % within {at_95:.3}");
    assert!(at_95 <= 0.15, "95 % within {at_95}");
}

/// A history of the one person, and what the store then has.
struct Side {
    contributions: Vec<Contribution>,
    draws: Vec<Draw>,
}

fn side(draws: usize, does: impl Fn(&mut Place, SignedIn)) -> Side {
    let mut place = others();
    let aino = place.aino();
    does(&mut place, aino);
    let contributions = place.store.contributions(place.window.id).expect("read");
    Side { contributions, draws: place.released_again(draws).iter().map(Draw::of).collect() }
}

/// Draws of each history through the store; the mechanism itself has its hundred thousand in `release::tests::claim`.
const DRAWS: usize = 2_500;

#[test]
fn a_person_who_is_there_withdrew_or_never_was_changes_no_outcome_by_more_than_claimed() {
    let there = side(DRAWS, |place, aino| drop(place.works(&aino, "200S")));
    let withdrew = side(DRAWS, |place, aino| {
        place.works(&aino, "200S");
        place.store.withdraw(&aino).expect("withdrawn");
    });
    let never = side(DRAWS, |_, _| {});
    // The person's records go, and what they contributed stays: what a careless withdrawal would do.
    let careless = side(DRAWS, |place, aino| {
        place.works(&aino, "200S");
        place.store.write(|transaction| Ok(transaction.execute("DELETE FROM tally", [])?)).expect("lost");
        place.store.erase("Aino").expect("erased");
    });
    let plan = plan();
    let people = [there.contributions.as_slice(), never.contributions.as_slice()];
    let compare = |epsilon: f64, one: &Side, other: &Side| {
        let draws = |side: &Side| side.draws.iter().map(Draw::clone).collect();
        refuted(&plan, epsilon, people, &[draws(one), draws(other)])
    };
    let epsilon = plan.epsilon().value();
    assert_eq!(compare(epsilon, &there, &never), None);
    assert_eq!(compare(epsilon, &there, &withdrew), None);
    assert_eq!(compare(0.0, &withdrew, &never), None, "not told apart at all");
    assert_eq!(sorted(&withdrew), sorted(&never));
    let found = compare(0.0, &careless, &never);
    eprintln!("a withdrawal that leaves the contribution: {found:?}");
    assert!(found.is_some(), "the tester finds what is left behind");
    assert_ne!(sorted(&careless), sorted(&never));
}

fn sorted(side: &Side) -> Vec<String> {
    let mut rows: Vec<String> = side.contributions.iter().map(|row| format!("{row:?}")).collect();
    rows.sort();
    rows
}
