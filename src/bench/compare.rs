//! Two reports beside each other: the ratio of each figure, with the interval that says whether there is a difference.

use super::figures::{KINDS, Kind};
use super::report::{Case, Report};
use super::stats::Estimate;

/// What can be said of a figure's two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The interval of the ratio holds 1.
    NoDifference,
    /// The second is better.
    Better,
    /// The second is worse.
    Worse,
    /// Fewer than three repeats on a side.
    TooFew,
}

impl Verdict {
    /// What is said of it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::NoDifference => "no difference that these runs can show",
            Self::Better => "better",
            Self::Worse => "worse",
            Self::TooFew => "too few repeats to say",
        }
    }
}

/// One figure of a case in both reports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Which.
    pub kind: &'static Kind,
    /// Its median in the first.
    pub one: f64,
    /// Its median in the second.
    pub other: f64,
    /// The second in terms of the first; `None` where that is zero.
    pub ratio: Option<Estimate>,
    /// What can be said of it.
    pub verdict: Verdict,
}

/// A case that is in both reports.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Its name in the first, and in the second where that is another.
    pub name: String,
    /// Every figure that both have.
    pub lines: Vec<Line>,
}

/// The cases of both reports by their names; one case in each is compared whatever its name.
#[must_use]
pub fn compare(one: &Report, other: &Report) -> Vec<Compared> {
    if let ([a], [b]) = (one.cases.as_slice(), other.cases.as_slice()) {
        let name = if a.name == b.name { a.name.clone() } else { format!("{} / {}", a.name, b.name) };
        return vec![Compared { name, lines: lines(a, b) }];
    }
    let pairs = one.cases.iter().filter_map(|a| Some((a, other.cases.iter().find(|b| b.name == a.name)?)));
    pairs.map(|(a, b)| Compared { name: a.name.clone(), lines: lines(a, b) }).collect()
}

fn lines(one: &Case, other: &Case) -> Vec<Line> {
    KINDS.iter().filter_map(|kind| line(kind, one, other)).collect()
}

fn line(kind: &'static Kind, one: &Case, other: &Case) -> Option<Line> {
    let values = |case: &Case| -> Vec<f64> {
        case.repeats.iter().filter_map(|figures| figures.get(kind.key).copied()).collect()
    };
    let (ones, others) = (values(one), values(other));
    let ratio = Estimate::of_ratio(&ones, &others);
    let verdict = match ratio.map(|ratio| ratio.interval) {
        // Zero in both, as of dropped frames: nothing to tell apart.
        None if one.figure(kind.key)?.median == other.figure(kind.key)?.median => Verdict::NoDifference,
        None | Some(None) => Verdict::TooFew,
        Some(Some((low, high))) if low <= 1.0 && 1.0 <= high => Verdict::NoDifference,
        Some(Some((low, _))) if (low > 1.0) == kind.more_is_better => Verdict::Better,
        Some(Some(_)) => Verdict::Worse,
    };
    Some(Line { kind, one: one.figure(kind.key)?.median, other: other.figure(kind.key)?.median, ratio, verdict })
}

/// What makes two reports hard to compare.
#[must_use]
pub fn differences(one: &Report, other: &Report) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |when: bool, what: &str| found.extend(when.then(|| what.to_owned()));
    say(one.machine != other.machine, "they are of different boxes, or of one that was changed");
    say(one.rate_hz.total_cmp(&other.rate_hz).is_ne(), "they played cameras of different rates");
    say(one.optimised != other.optimised, "one of the programs was built without optimisation");
    say(one.partial || other.partial, "one of them is partial");
    let missing = |one: &Report, other: &Report| {
        one.cases.len() + other.cases.len() > 2
            && one.cases.iter().any(|case| other.cases.iter().all(|candidate| candidate.name != case.name))
    };
    say(missing(one, other) || missing(other, one), "cases that only one of them has are left out");
    found
}

#[cfg(test)]
mod tests;
