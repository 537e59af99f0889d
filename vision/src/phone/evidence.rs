//! Evidence over time for a phone in the hand: two sequential log-likelihood tests that both have to be passed.
//!
//! The first asks whether a phone-like thing is there, from the object model's scores; the second whether a hand is
//! at it, from the hand detector, and moves only in looks that saw something. Each is Page's cumulative sum: the
//! log of how much likelier a look is with a phone in the hand than without is added, never below zero, never above
//! a ceiling. A phone that lies on the counter passes the first and not the second.
//!
//! Looks that follow each other closely show the same thing again. So a look counts in proportion to the time since
//! the last one, up to [`FULL_LOOK_MS`]; and what is not observed fades.

use super::search::Region;

/// Scores up to these, and what a look with such a score is worth.
struct Worth {
    below: f32,
    log_ratio: f32,
}

/// Squares as high as the picture and the whole frame. Shares of looks without a phone (137 looks at nine counter clips
/// by four regions, 548 in all) and with one (226 looks at three phone clips, by the best square): below 0.15 0.88 and
/// 0.03; to 0.2 0.10 and 0.02; to 0.3 0.016 and 0.08; to 0.4 0.004 and 0.12; over that 0 (less than 0.005 at 95 %, and
/// taken for 0.001) and 0.76. The logarithms of the ratios, halved, because looks a third of a second apart are not
/// independent, rounded, and bounded where nothing speaks for a phone, because one held edge-on is missed for a while.
const OF_SCENE: [Worth; 5] = [
    Worth { below: 0.15, log_ratio: -1.0 },
    Worth { below: 0.2, log_ratio: 0.0 },
    Worth { below: 0.3, log_ratio: 1.0 },
    Worth { below: 0.4, log_ratio: 1.8 },
    Worth { below: f32::INFINITY, log_ratio: 3.2 },
];
/// Crops sized by the face or by the thing itself, on which fists and badges look like phones (137 looks without a
/// phone, 50 with): below 0.15 0.69 and 0.08; to 0.2 0.09 and 0.10; to 0.5 0.20 and 0.46; over 0.5 0.02 and 0.36.
const OF_CLOSE: [Worth; 4] = [
    Worth { below: 0.15, log_ratio: -1.0 },
    Worth { below: 0.2, log_ratio: 0.0 },
    Worth { below: 0.5, log_ratio: 0.4 },
    Worth { below: f32::INFINITY, log_ratio: 1.2 },
];
/// A hand is found at two of three held phones (146 of 220 sightings in the best square; at two of five in the clip
/// with the worst view) and, as is assumed of things that lie or hang where hands work, at one in five: there hits and
/// misses balance.
const HAND_FOUND: f32 = 1.2;
const NO_HAND: f32 = -0.3;

/// A look this long after the last one counts in full: the period of three looks a second, at which the shares above
/// were measured.
pub(crate) const FULL_LOOK_MS: u64 = 333;
/// The longest time between two looks that counts as watching; what is longer was not observed, and evidence
/// fades over it with this time constant.
const WATCHED_MS: u64 = 1_000;
const FADE_MS: f32 = 2_000.0;

/// Evidence at which a phone is taken to be there, and the most that is kept: a phone put away is noticed within
/// five looks. Halved logarithms: e^(2 * 4) = 2981 looks to a false alarm at the least by Page's bound, if the shares
/// above hold; `a_false_alarm_is_rare_by_the_stated_shares` computes what they give.
const THERE: f32 = 4.0;
const THERE_CEILING: f32 = 5.0;
/// Evidence at which it is taken to be held: one hand found; a ceiling of ten looks without, about three seconds.
const HELD: f32 = 1.0;
const HELD_CEILING: f32 = 3.0;

/// What one look saw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seen {
    pub region: Region,
    /// The best score, 0 for nothing.
    pub score: f32,
    /// Whether a hand was found at it; `None` where none was looked for.
    pub hand: Option<bool>,
    /// Nothing seen speaks against a phone.
    pub miss_counts: bool,
}

/// The state of both tests.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Evidence {
    there: f32,
    held: f32,
    in_hand: bool,
    last_ms: Option<u64>,
}

impl Evidence {
    /// Adds one look.
    pub(crate) fn add(&mut self, t_ms: u64, seen: &Seen) {
        let share = self.pass(t_ms);
        let log_ratio = worth(seen.region, seen.score);
        if log_ratio >= 0.0 || seen.miss_counts {
            self.there = (self.there + share * log_ratio).clamp(0.0, THERE_CEILING);
        }
        if let Some(found) = seen.hand {
            let log_ratio = if found { HAND_FOUND } else { NO_HAND };
            self.held = (self.held + share * log_ratio).clamp(0.0, HELD_CEILING);
        }
        self.decide();
    }

    /// Notes that a look saw nothing because nothing could be seen.
    pub(crate) fn skip(&mut self, t_ms: u64) {
        let since = self.last_ms.map_or(0, |last| t_ms.saturating_sub(last));
        self.last_ms = Some(t_ms);
        self.fade(since);
        self.decide();
    }

    pub(crate) fn in_hand(&self) -> bool {
        self.in_hand
    }

    /// Nothing speaks for a phone any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.there <= 0.0
    }

    /// Lets time pass until `t_ms` and says what a look then counts, 0..1. A clock that jumped back starts anew.
    fn pass(&mut self, t_ms: u64) -> f32 {
        let Some(last) = self.last_ms.replace(t_ms) else { return 1.0 };
        let Some(since) = t_ms.checked_sub(last) else {
            *self = Self { last_ms: Some(t_ms), ..Self::default() };
            return 1.0;
        };
        self.fade(since.saturating_sub(WATCHED_MS));
        (since as f32 / FULL_LOOK_MS as f32).min(1.0)
    }

    fn fade(&mut self, unwatched_ms: u64) {
        let kept = (-(unwatched_ms as f32) / FADE_MS).exp();
        self.there *= kept;
        self.held *= kept;
    }

    fn decide(&mut self) {
        self.in_hand = match self.in_hand {
            // Where nothing speaks for it any more, it is put away.
            true => self.there > 0.1 && self.held > 0.1,
            false => self.there >= THERE && self.held >= HELD,
        };
    }
}

/// The log-likelihood ratio of a score, halved.
pub(super) fn worth(region: Region, score: f32) -> f32 {
    let table: &[Worth] = if region.is_close() { &OF_CLOSE } else { &OF_SCENE };
    table.iter().find(|worth| score < worth.below).map_or(-1.0, |worth| worth.log_ratio)
}

#[cfg(test)]
mod tests;
