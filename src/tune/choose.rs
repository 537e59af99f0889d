//! Which candidate is taken, and why each other is not. Plain arithmetic over what was measured: it runs nothing.

use serde::Serialize;

use super::accuracy::Fall;
use crate::bench::figures::Unit;
use crate::bench::job::Setting;
use crate::bench::stats::{Estimate, median};

/// From this share of frames on that are dropped, a rate is not met.
pub const DROPPED_SHARE: f64 = 0.01;

/// One hundredth less than 1.0 is no more than 0.01, whatever floating point makes of it.
const ROUNDING: f64 = 1e-9;

/// What a setting has to do.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Wish {
    /// Frames a second.
    pub rate_hz: f64,
    /// The most that the 99th percentile of latency may be at that rate, in milliseconds.
    pub latency_ms: f64,
    /// The most that any figure of the evaluation may fall.
    pub loss: f64,
}

/// What is known of a candidate's accuracy.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// Models look as often as with the configuration that was given, and the same provider computes them.
    AsBefore,
    /// Another provider, whose answers are compared with the CPU provider's at every start.
    Checked,
    /// It was evaluated: what fell against the product's default settings, the most first.
    Evaluated(Vec<Fall>),
    /// Nothing, and why.
    Unknown(String),
    /// It could not be evaluated, and why.
    Failed(String),
}

/// What a candidate costs, one value a repeat.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cost {
    /// Processor time a frame at the wanted rate, in milliseconds.
    pub cpu_ms: Vec<f64>,
    /// The 99th percentile of latency at that rate, in milliseconds.
    pub latency_p99_ms: Vec<f64>,
    /// The share of frames that were dropped at that rate.
    pub dropped_share: Vec<f64>,
}

/// Whether it was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// It was ruled out before, or nobody got that far.
    No,
    /// It could not be measured, and why.
    Failed(String),
    /// What it costs.
    Cost(Cost),
}

/// One setting, with what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Candidate {
    /// The setting.
    pub setting: Setting,
    /// Its accuracy.
    pub seen: Seen,
    /// Its cost.
    pub measured: Measured,
}

impl Candidate {
    /// What rules it out whatever it costs.
    #[must_use]
    pub fn ruled_out(&self, wish: &Wish) -> Option<Verdict> {
        match &self.seen {
            Seen::AsBefore | Seen::Checked => None,
            Seen::Evaluated(falls) => {
                let most = falls.first().filter(|fall| fall.by() > wish.loss + ROUNDING);
                most.map(|fall| Verdict::Loses(fall.clone()))
            }
            Seen::Unknown(why) => Some(Verdict::Unknown(why.clone())),
            Seen::Failed(why) => Some(Verdict::Failed(why.clone())),
        }
    }

    /// The cost, where it was measured.
    #[must_use]
    pub fn cost(&self) -> Option<&Cost> {
        match &self.measured {
            Measured::Cost(cost) => Some(cost),
            Measured::No | Measured::Failed(_) => None,
        }
    }
}

/// Why a candidate is taken or not.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It meets the wish at the least processor time, and `alone` where no other is as good.
    Taken {
        /// Whether the repeats show that every other takes more.
        alone: bool,
    },
    /// It meets the wish at no more than the one that is taken, as far as these repeats can show; that one is nearer to
    /// the default.
    Tied {
        /// Its processor time by that of the one that is taken; no interval with fewer than three repeats.
        ratio: Option<Estimate>,
    },
    /// It meets the wish and takes more processor time.
    Dearer {
        /// Its processor time by that of the one that is taken.
        ratio: Estimate,
    },
    /// It does not keep up with the rate, or not in time: what is over its limit.
    Misses {
        /// The 99th percentile of latency in milliseconds, where that is over its limit.
        latency_ms: Option<f64>,
        /// The dropped share, where that is.
        dropped_share: Option<f64>,
    },
    /// A figure of the evaluation falls by more than may be lost.
    Loses(Fall),
    /// Nobody knows what it would lose, and why.
    Unknown(String),
    /// It could not be measured or evaluated, and why.
    Failed(String),
}

impl Verdict {
    /// What is said of it.
    #[must_use]
    pub fn text(&self, wish: &Wish) -> String {
        match self {
            Self::Taken { alone: true } => "taken: the least processor time of those that meet the wish".to_owned(),
            Self::Taken { alone: false } => {
                "taken: nothing that meets the wish is shown to take less, and this is nearest to the default"
                    .to_owned()
            }
            Self::Tied { ratio: Some(Estimate { interval: Some((low, high)), .. }) } => {
                format!("no difference that these runs can show ({low:.2} to {high:.2} times the processor time)")
            }
            Self::Tied { .. } => "too few repeats to tell it from the one that is taken".to_owned(),
            Self::Dearer { ratio } => format!("{:.2} times the processor time", ratio.median),
            Self::Misses { latency_ms, dropped_share } => {
                let latency = latency_ms
                    .map(|ms| format!("p99 latency {}, over {}", Unit::Ms.shown(ms), Unit::Ms.shown(wish.latency_ms)));
                let dropped = dropped_share.map(|share| {
                    format!("{} dropped, not under {}", Unit::Share.shown(share), Unit::Share.shown(DROPPED_SHARE))
                });
                latency.into_iter().chain(dropped).collect::<Vec<_>>().join("; ")
            }
            Self::Loses(fall) => format!("loses more than {}: {}", wish.loss, fall.text()),
            Self::Unknown(why) => format!("its accuracy is not known: {why}"),
            Self::Failed(why) => format!("failed: {why}"),
        }
    }
}

/// What was decided: one verdict a candidate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Choice {
    /// In the order of the candidates.
    pub verdicts: Vec<Verdict>,
    /// The one that is taken, by its place.
    pub taken: Option<usize>,
    /// Where none is taken: the one that is nearest to the wish, of those that may be taken.
    pub nearest: Option<usize>,
}

/// Decides. Candidates come in the order in which they are preferred where nothing tells them apart; the first is the
/// default.
#[must_use]
pub fn choose(candidates: &[Candidate], wish: &Wish) -> Choice {
    let judged: Vec<Result<&Cost, Verdict>> = candidates.iter().map(|candidate| judge(candidate, wish)).collect();
    let meets = || judged.iter().enumerate().filter_map(|(place, judged)| Some((place, judged.as_ref().ok()?)));
    let middle = |cost: &Cost| median(&cost.cpu_ms).unwrap_or(f64::INFINITY);
    let least = meets().min_by(|(_, one), (_, other)| middle(one).total_cmp(&middle(other)));
    let taken = least.and_then(|(least, cost)| {
        let as_good = |(place, other): &(usize, &&Cost)| *place == least || is_tied(cost, other);
        meets().find(as_good)
    });
    let Some((taken, cost)) = taken else {
        let verdicts = judged.into_iter().filter_map(Result::err).collect();
        return Choice { verdicts, taken: None, nearest: nearest(candidates, wish) };
    };
    let alone = meets().all(|(place, other)| place == taken || !is_tied(cost, other));
    let verdict = |(place, judged): (usize, &Result<&Cost, Verdict>)| match judged {
        Err(verdict) => verdict.clone(),
        Ok(_) if place == taken => Verdict::Taken { alone },
        Ok(other) => match Estimate::of_ratio(&cost.cpu_ms, &other.cpu_ms) {
            Some(ratio) if ratio.interval.is_some_and(|(low, _)| low > 1.0) => Verdict::Dearer { ratio },
            ratio => Verdict::Tied { ratio },
        },
    };
    Choice { verdicts: judged.iter().enumerate().map(verdict).collect(), taken: Some(taken), nearest: None }
}

/// The cost of a candidate that meets the wish, or why it does not.
fn judge<'a>(candidate: &'a Candidate, wish: &Wish) -> Result<&'a Cost, Verdict> {
    if let Some(ruled_out) = candidate.ruled_out(wish) {
        return Err(ruled_out);
    }
    let cost = match &candidate.measured {
        Measured::Cost(cost) => cost,
        Measured::Failed(why) => return Err(Verdict::Failed(why.clone())),
        Measured::No => return Err(Verdict::Failed("was not measured".to_owned())),
    };
    let over = |values: &[f64], is_over: &dyn Fn(f64) -> bool| match median(values) {
        // What was not measured is not met.
        None => Some(f64::INFINITY),
        Some(value) => is_over(value).then_some(value),
    };
    let latency_ms = over(&cost.latency_p99_ms, &|ms| ms > wish.latency_ms);
    let dropped_share = over(&cost.dropped_share, &|share| share >= DROPPED_SHARE);
    if latency_ms.is_none() && dropped_share.is_none() {
        return Ok(cost);
    }
    Err(Verdict::Misses { latency_ms, dropped_share })
}

/// Whether the repeats do not show that `other` takes more than `cost`.
fn is_tied(cost: &Cost, other: &Cost) -> bool {
    let ratio = Estimate::of_ratio(&cost.cpu_ms, &other.cpu_ms);
    ratio.and_then(|ratio| ratio.interval).is_none_or(|(low, _)| low <= 1.0)
}

/// The candidate that is over its limits by the least, of those whose accuracy is no obstacle.
fn nearest(candidates: &[Candidate], wish: &Wish) -> Option<usize> {
    let over = |cost: &Cost| {
        let latency = median(&cost.latency_p99_ms)? / wish.latency_ms;
        Some(latency.max(median(&cost.dropped_share)? / DROPPED_SHARE))
    };
    let may = candidates.iter().enumerate().filter(|(_, candidate)| candidate.ruled_out(wish).is_none());
    let costs = may.filter_map(|(place, candidate)| Some((place, over(candidate.cost()?)?)));
    costs.min_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(place, _)| place)
}

#[cfg(test)]
mod tests;
