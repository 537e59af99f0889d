//! Twenty-four made-up people, who work at a made-up counter: what each does, and what would have been seen of it.
//!
//! Nobody is behind any of these numbers. They come from a generator with a fixed seed, so that the demo is the same
//! each time but for the noise of its releases.

use fastrand::Rng;

use crate::signals::{
    ByMoment, GazeShare, GreetDelay, Longest, Measured, NodRate, QueueLook, Reason, Share, SignalKey, Signals,
    SmileShare, TimeInHand,
};
use crate::summary::{TransactionRecord, Version};
use crate::transaction::{Closer, Opener, Transaction};

/// How a made-up person's time goes: each kind makes another rule show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// Works half days, five days a week.
    Steady,
    /// Works one shift and has fewer transactions than a figure needs.
    Seldom,
    /// Leaves a transaction out now and then.
    LeavesOut,
    /// Was complained to, and marks it.
    Complaint,
    /// Shares the own summary with a trainer.
    Shares,
    /// Agrees only after the window has opened, and is in no figure before the next.
    AgreesLate,
    /// Takes the whole window back before it is released.
    LeavesWindowOut,
    /// Withdraws: everything goes.
    Withdraws,
}

/// One made-up person.
#[derive(Clone, Debug)]
pub struct MadeUpPerson {
    /// What they are called.
    pub name: String,
    /// How their time goes.
    pub history: History,
    /// The signals that they chose.
    pub signals: &'static [&'static str],
    /// Where they want some of them to lie, as they typed it.
    pub bands: &'static [(&'static str, &'static str)],
    /// How often, 0..1, they smile in a moment, look at the customer, and have a phone in the hand.
    smiles: f64,
    looks: f64,
    phones: f64,
    seed: u64,
}

const ALL: &[&str] = crate::config::SIGNALS;
/// Somebody who does not want their eyes followed.
const NO_LOOKS: &[&str] = &["smile", "nods", "phone_in_hand", "upright", "leaning"];
/// Somebody of whom a smile cannot be read, as the fit check found; or who did not choose it: this cannot be told.
const NO_SMILE: &[&str] = &["greet_delay", "gaze", "longest_look", "longest_look_away", "phone_in_hand"];
/// Nearly everyone leaves the queue out, so that a figure about it has too few people behind it.
const USUAL: &[&str] = &["greet_delay", "smile", "gaze", "phone_in_hand", "upright"];

/// Bands of somebody who has thought about it: two of them are such that there is something to try.
const BANDS: &[(&str, &str)] =
    &[("greet_delay", "0 3"), ("smile", "20 60"), ("longest_look", "1 3"), ("leaning", "0 5")];

/// Customers of a shift,
const CUSTOMERS: u32 = 7;
/// and of the longer ones of whoever has most to show: some half hours of them.
const CUSTOMERS_OF_MOST: u32 = 18;

/// The people, in the order in which they were invited.
#[must_use]
pub fn people() -> Vec<MadeUpPerson> {
    use History::{AgreesLate, Complaint, LeavesOut, LeavesWindowOut, Seldom, Shares, Steady, Withdraws};
    let cast: [(&str, History, &[&str]); 24] = [
        ("Aino", Shares, ALL),
        ("Antti", Steady, USUAL),
        ("Eero", Steady, NO_SMILE),
        ("Eeva", LeavesOut, USUAL),
        ("Emma", Steady, USUAL),
        ("Hanna", Steady, USUAL),
        ("Heikki", Complaint, USUAL),
        ("Helena", Steady, NO_LOOKS),
        ("Ilmari", Steady, USUAL),
        ("Jari", Seldom, USUAL),
        ("Kaisa", Steady, USUAL),
        ("Kalle", Steady, ALL),
        ("Leena", AgreesLate, USUAL),
        ("Liisa", Steady, USUAL),
        ("Matti", Steady, NO_SMILE),
        ("Mikko", LeavesWindowOut, USUAL),
        ("Niina", Steady, USUAL),
        ("Olavi", Steady, USUAL),
        ("Outi", Steady, USUAL),
        ("Paavo", Seldom, USUAL),
        ("Riitta", Steady, ALL),
        ("Sami", Withdraws, USUAL),
        ("Tiina", Steady, USUAL),
        ("Ville", Steady, NO_LOOKS),
    ];
    let mut rng = Rng::with_seed(24);
    cast.into_iter()
        .map(|(name, history, signals)| MadeUpPerson {
            name: name.to_owned(),
            history,
            signals,
            bands: if history == Shares { BANDS } else { &[] },
            smiles: between(&mut rng, 0.2, 0.9),
            looks: between(&mut rng, 0.5, 0.98),
            phones: between(&mut rng, 0.0, 0.08),
            seed: rng.u64(..),
        })
        .collect()
}

/// So many people: the twenty-four, and colleagues of the same names with a number, who simply work.
#[must_use]
pub fn crowd(count: usize) -> Vec<MadeUpPerson> {
    let cast = people();
    let namesake = |(index, person): (usize, &MadeUpPerson)| {
        let turn = index / cast.len();
        let mut person = person.clone();
        if turn > 0 {
            person.name = format!("{} {}", person.name, turn + 1);
            person.history = History::Steady;
            person.seed = person.seed.wrapping_add(turn as u64);
        }
        person
    };
    cast.iter().cycle().take(count).enumerate().map(namesake).collect()
}

impl MadeUpPerson {
    /// How many customers they have in a shift.
    #[must_use]
    pub fn customers(&self) -> u32 {
        if self.history == History::Shares { CUSTOMERS_OF_MOST } else { CUSTOMERS }
    }

    /// What was seen in one of this person's shifts: half a day with a customer every few minutes. Times count from the
    /// beginning of the shift.
    #[must_use]
    pub fn shift(&self, register: &str, number: u64, transactions: u32) -> Vec<TransactionRecord> {
        let mut rng = Rng::with_seed(self.seed ^ number);
        let mut opened_ms = 60_000;
        (0..transactions)
            .map(|_| {
                opened_ms += rng.u64(90_000..600_000);
                let closed_ms = opened_ms + rng.u64(25_000..80_000);
                let record = self.transaction(register, opened_ms, closed_ms, &mut rng);
                opened_ms = closed_ms;
                record
            })
            .collect()
    }

    fn transaction(&self, register: &str, opened_ms: u64, closed_ms: u64, rng: &mut Rng) -> TransactionRecord {
        let transaction = Transaction {
            register: register.to_owned(),
            opened_by: Opener::Till,
            closed_by: Closer::Till,
            voided: rng.f64() < 0.02,
            opening_missing: false,
            arrived_ms: Some(opened_ms - 3_000),
            opened_ms,
            closed_ms,
            ended_ms: closed_ms + 4_000,
            departed_ms: None,
            payments_ms: vec![closed_ms - 5_000],
        };
        let length_s = ((closed_ms - opened_ms) / 1_000) as f64;
        let signals = if rng.f64() < 0.06 {
            // The customer stood in the way, or a colleague helped: nothing is known, and that is no zero.
            Signals::unknown(if rng.bool() { Reason::NoFace } else { Reason::NotAlone })
        } else {
            self.signals(length_s, rng)
        };
        let chosen = |key: SignalKey| key == SignalKey::Observed || self.signals.contains(&key.choice());
        TransactionRecord { version: Version, transaction, signals: signals.only(chosen) }
    }

    fn signals(&self, length_s: f64, rng: &mut Rng) -> Signals {
        let (smiles, looks) = (self.smiles, self.looks);
        let mut smile = |observed_s: f64, often: f64| {
            let shown = rng.f64() < often;
            let share = if shown { hundredths(between(rng, 0.15, 0.8)) } else { 0.0 };
            Measured::Known(SmileShare { share, shown, observed_s })
        };
        let smile = ByMoment {
            greeting: smile(6.5, smiles),
            service: smile(length_s - 12.0, 0.6 * smiles),
            payment: smile(4.0, 0.5 * smiles),
            farewell: smile(7.5, 0.9 * smiles),
            all: smile(length_s, smiles),
        };
        let mut gaze = |observed_s: f64| {
            let shown = rng.f64() < looks;
            let share = if shown { hundredths(between(rng, 0.3, 0.95)) } else { 0.0 };
            Measured::Known(GazeShare { share, shown, observed_s, excluded_s: 0.0 })
        };
        let gaze = ByMoment {
            greeting: gaze(6.0),
            service: gaze(length_s - 15.0),
            payment: gaze(3.5),
            farewell: gaze(7.0),
            all: gaze(length_s - 6.0),
        };
        let greet_delay = if rng.f64() < looks {
            let delay_s = hundredths(between(rng, 0.2, 4.0));
            GreetDelay::After { delay_s, observed_s: hundredths(delay_s + 0.3) }
        } else {
            GreetDelay::Never { observed_s: length_s }
        };
        let longest = |length_s: f64| {
            Measured::Known(Longest { length_s: hundredths(length_s), at_least: false, observed_s: 30.0 })
        };
        let in_hand_s = if rng.f64() < self.phones { hundredths(between(rng, 1.0, 9.0)) } else { 0.0 };
        let count = rng.u32(0..5);
        let service_s = length_s - 8.0;
        let nods = if service_s >= 30.0 {
            let per_minute = hundredths(f64::from(count) * 60.0 / service_s);
            Measured::Known(NodRate { per_minute, count, observed_s: service_s })
        } else {
            Measured::unknown(Reason::TooShort)
        };
        let waiting = rng.f64() < 0.4;
        Signals {
            greet_delay: Measured::Known(greet_delay),
            smile,
            gaze,
            longest_look: longest(between(rng, 1.0, 9.0)),
            longest_look_away: longest(between(rng, 1.0, 14.0)),
            nods,
            phone_in_hand: Measured::Known(TimeInHand { in_hand_s, observed_s: length_s }),
            upright: Measured::Known(Share { share: hundredths(between(rng, 0.6, 1.0)), observed_s: length_s }),
            leaning: Measured::Known(Share { share: hundredths(between(rng, 0.0, 0.3)), observed_s: length_s }),
            queue_look: if waiting {
                Measured::Known(QueueLook { looked: rng.f64() < looks, observed_s: 8.0 })
            } else {
                Measured::unknown(Reason::NoEvent)
            },
            observed: Measured::Known(Share { share: hundredths(between(rng, 0.7, 1.0)), observed_s: length_s }),
        }
    }
}

fn between(rng: &mut Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * rng.f64()
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_twenty_four_with_names_of_their_own_and_every_history_is_somebodys() {
        let people = people();
        assert_eq!(people.len(), 24);
        let names: std::collections::BTreeSet<&str> = people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names.len(), 24);
        for history in [
            History::Steady,
            History::Seldom,
            History::LeavesOut,
            History::Complaint,
            History::Shares,
            History::AgreesLate,
            History::LeavesWindowOut,
            History::Withdraws,
        ] {
            assert!(people.iter().any(|person| person.history == history), "{history:?}");
        }
    }

    #[test]
    fn what_they_do_are_records_like_any_and_the_same_each_time() {
        for person in people() {
            let records = person.shift("1", 3, 30);
            assert_eq!(records, person.shift("1", 3, 30), "{}", person.name);
            assert_ne!(records, person.shift("1", 4, 30), "{}", person.name);
            for record in &records {
                assert_eq!(record.transaction.check_invariants(), Ok(()));
                let text = serde_json::to_string(record).expect("written");
                assert_eq!(serde_json::from_str::<TransactionRecord>(&text).expect("read"), *record);
                for (key, measured) in record.signals.figures() {
                    let name = key.as_str().split('.').next().expect("a name");
                    let chosen = name == "observed" || person.signals.contains(&name);
                    assert!(chosen || measured.reason() == Some(Reason::SignalOff), "{}: {name}", person.name);
                }
            }
        }
    }
}
