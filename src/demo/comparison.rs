//! How far measurement and script are apart, per transaction.

use std::collections::HashMap;

use hymy_vision::HeadPose;
use hymy_vision::staged::{Portrait, ScriptedTransaction, script};

use super::Pair;
use crate::analysis::Analysed;

/// A frame counts towards a portrait's rest when the script turns it less than this, in degrees.
const REST_DEG: f32 = 0.1;
/// A frame counts as turned when the script turns it by at least this, in degrees.
const TURNED_DEG: f32 = 8.0;

/// So many of so many frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Frames in which it was so.
    pub part: usize,
    /// Frames that were looked at.
    pub of: usize,
}

impl Share {
    fn of(frames: impl Iterator<Item = bool>) -> Self {
        frames.fold(Self::default(), |share, yes| Self { part: share.part + usize::from(yes), of: share.of + 1 })
    }

    /// The share, 0..1; `None` without frames.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        (self.of > 0).then(|| self.part as f64 / self.of as f64)
    }
}

/// One transaction: script beside measurement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TransactionComparison {
    /// The script.
    pub scripted: ScriptedTransaction,
    /// Median difference of the change in yaw from the portrait's own rest, in degrees, over readable frames.
    pub yaw_error_deg: Option<f32>,
    /// The same for pitch.
    pub pitch_error_deg: Option<f32>,
    /// The same two over the frames that the script turns by at least 8 degrees.
    pub turned_error_deg: Option<f32>,
    /// Median difference of the change in gaze from its own rest, in degrees, the larger of yaw and pitch: over the
    /// readable frames that the script turns by at least 8 degrees. The portraits' eyes turn with the head.
    pub gaze_turned_error_deg: Option<f32>,
    /// Nods that were counted; `None` when the transaction itself was not found.
    pub nods: Option<usize>,
    /// Readable frames that smile.
    pub smiling: Share,
    /// Covered frames that are `mouth_hidden` or `no_face`.
    pub covered: Share,
    /// Frames with a second face that are `not_alone`.
    pub second_face: Share,
    /// Frames with a person that were readable, of those that could be.
    pub readable: Share,
}

/// All transactions of the scene.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// In the order of the script.
    pub transactions: Vec<TransactionComparison>,
    /// Frames of the empty counter in which no face was seen.
    pub empty: Share,
}

impl Comparison {
    /// Compares every frame, and the nods of each measured transaction that was opened when the script says.
    #[must_use]
    pub fn of(pairs: &[Pair], analysed: &[Analysed]) -> Self {
        let rest = rest_of_portraits(pairs);
        let gaze_rest = gaze_rest_of_portraits(pairs);
        let transactions = script::transactions().into_iter().map(|scripted| {
            let inside: Vec<&Pair> = pairs
                .iter()
                .filter(|pair| (scripted.opened_ms..=scripted.closed_ms).contains(&pair.scripted.t_ms))
                .filter(|pair| !pair.scripted.moving)
                .collect();
            let measured = analysed.iter().find(|one| one.record.transaction.opened_ms == scripted.opened_ms);
            compare(scripted, &inside, &rest, &gaze_rest, measured.map(|one| one.nods))
        });
        let empty = pairs.iter().filter(|pair| pair.scripted.staff.is_none() && !pair.scripted.moving);
        Self {
            transactions: transactions.collect(),
            empty: Share::of(empty.map(|pair| pair.measured.observation.face.is_none())),
        }
    }
}

fn compare(
    scripted: ScriptedTransaction,
    inside: &[&Pair],
    rest: &HashMap<Portrait, HeadPose>,
    gaze_rest: &HashMap<Portrait, (f32, f32)>,
    nods: Option<usize>,
) -> TransactionComparison {
    let errors: Vec<(f32, f32, bool)> = inside
        .iter()
        .filter_map(|pair| {
            let head = readable_head(pair)?;
            let rest = rest.get(&pair.scripted.staff?)?;
            let yaw = (head.yaw_deg - rest.yaw_deg - pair.scripted.yaw_deg).abs();
            let pitch = (head.pitch_deg - rest.pitch_deg - pair.scripted.pitch_deg).abs();
            Some((yaw, pitch, is_turned(pair)))
        })
        .collect();
    let gaze_errors = inside.iter().filter(|pair| is_turned(pair)).filter_map(|pair| {
        let (yaw, pitch) = readable_gaze(pair)?;
        let rest = gaze_rest.get(&pair.scripted.staff?)?;
        let yaw = (yaw - rest.0 - pair.scripted.yaw_deg).abs();
        Some(yaw.max((pitch - rest.1 - pair.scripted.pitch_deg).abs()))
    });
    let alone = || inside.iter().filter(|pair| !pair.scripted.second_face && !pair.scripted.covered);
    TransactionComparison {
        scripted,
        yaw_error_deg: median(errors.iter().map(|(yaw, ..)| *yaw).collect()),
        pitch_error_deg: median(errors.iter().map(|(_, pitch, _)| *pitch).collect()),
        turned_error_deg: median(
            errors.iter().filter(|(.., turned)| *turned).map(|(yaw, pitch, _)| yaw.max(*pitch)).collect(),
        ),
        gaze_turned_error_deg: median(gaze_errors.collect()),
        nods,
        smiling: Share::of(alone().filter_map(|pair| pair.measured.smiling)),
        covered: Share::of(
            inside
                .iter()
                .filter(|pair| pair.scripted.covered)
                .map(|pair| pair.measured.observation.face.is_none_or(|face| !face.mouth_visible)),
        ),
        second_face: Share::of(
            inside.iter().filter(|pair| pair.scripted.second_face).map(|pair| pair.measured.observation.not_alone),
        ),
        readable: Share::of(alone().map(|pair| readable_head(pair).is_some())),
    }
}

/// The head of a frame in which one uncovered face was read.
fn readable_head(pair: &Pair) -> Option<HeadPose> {
    let face = pair.measured.observation.face?;
    (face.mouth_visible && !face.turned_away && !pair.scripted.covered && !pair.scripted.second_face)
        .then_some(face.head)
}

fn is_turned(pair: &Pair) -> bool {
    pair.scripted.yaw_deg.abs() >= TURNED_DEG || pair.scripted.pitch_deg.abs() >= TURNED_DEG
}

fn is_at_rest(pair: &Pair) -> bool {
    let scripted = &pair.scripted;
    scripted.yaw_deg.abs() < REST_DEG && scripted.pitch_deg.abs() < REST_DEG && !scripted.moving
}

/// The gaze's yaw and pitch, of a frame whose head is readable.
fn readable_gaze(pair: &Pair) -> Option<(f32, f32)> {
    readable_head(pair)?;
    let gaze = pair.measured.observation.face?.gaze?;
    Some((gaze.yaw_deg, gaze.pitch_deg))
}

/// The measured gaze of each portrait where the script does not turn it.
fn gaze_rest_of_portraits(pairs: &[Pair]) -> HashMap<Portrait, (f32, f32)> {
    let mut gazes: HashMap<Portrait, Vec<(f32, f32)>> = HashMap::new();
    for pair in pairs.iter().filter(|pair| is_at_rest(pair)) {
        if let (Some(portrait), Some(gaze)) = (pair.scripted.staff, readable_gaze(pair)) {
            gazes.entry(portrait).or_default().push(gaze);
        }
    }
    let rests = gazes.into_iter().filter_map(|(portrait, gazes)| {
        let yaw = median(gazes.iter().map(|gaze| gaze.0).collect())?;
        Some((portrait, (yaw, median(gazes.iter().map(|gaze| gaze.1).collect())?)))
    });
    rests.collect()
}

/// The measured pose of each portrait where the script does not turn it: the middle over all such frames.
fn rest_of_portraits(pairs: &[Pair]) -> HashMap<Portrait, HeadPose> {
    let mut poses: HashMap<Portrait, Vec<HeadPose>> = HashMap::new();
    for pair in pairs {
        if let (true, Some(portrait), Some(head)) = (is_at_rest(pair), pair.scripted.staff, readable_head(pair)) {
            poses.entry(portrait).or_default().push(head);
        }
    }
    let middle = |heads: &[HeadPose], angle: fn(&HeadPose) -> f32| median(heads.iter().map(angle).collect());
    let rests = poses.into_iter().filter_map(|(portrait, heads)| {
        let rest = HeadPose {
            yaw_deg: middle(&heads, |head| head.yaw_deg)?,
            pitch_deg: middle(&heads, |head| head.pitch_deg)?,
            roll_deg: middle(&heads, |head| head.roll_deg)?,
        };
        Some((portrait, rest))
    });
    rests.collect()
}

fn median(mut values: Vec<f32>) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_medians_of_nothing_are_nothing() {
        assert_eq!(Share::of(std::iter::empty()).value(), None);
        assert_eq!(Share::of([true, false, true, true].into_iter()).value(), Some(0.75));
        assert_eq!(median(Vec::new()), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
    }
}
