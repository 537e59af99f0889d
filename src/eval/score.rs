//! Labels and readings, counted: the figures of one class over one clip, a group or everything.

use std::collections::BTreeMap;

use serde::Serialize;

use super::labels::{Class, ClipLabels};
use super::metrics::{self, CALIBRATION_BINS, CalibrationBin, Count};
use super::reading::{FrameReading, Reading};
use crate::signals::Reason;

/// What is counted of one class.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Observable frames labelled yes, and those of them that were answered yes.
    pub yes_right: Count,
    /// Observable frames labelled no, and those of them that were answered no.
    pub no_right: Count,
    /// Labelled frames that were not observable, by reason; yes and no.
    pub not_observable: BTreeMap<Reason, [usize; 2]>,
    /// Score and label of each observable frame that has a score.
    pub scored: Vec<(f64, bool)>,
}

impl Tally {
    /// Adds one labelled frame or still.
    pub fn add(&mut self, reading: Reading, label: bool) {
        match reading.answer {
            Ok(answer) => {
                if label { &mut self.yes_right } else { &mut self.no_right }.add(answer == label);
                self.scored.extend(reading.score.map(|score| (score, label)));
            }
            Err(reason) => {
                let [yes, no] = self.not_observable.entry(reason).or_default();
                *if label { yes } else { no } += 1;
            }
        }
    }

    /// Adds everything of another tally.
    pub fn extend(&mut self, other: &Self) {
        for (mine, theirs) in [(&mut self.yes_right, other.yes_right), (&mut self.no_right, other.no_right)] {
            mine.part += theirs.part;
            mine.of += theirs.of;
        }
        for (reason, [yes, no]) in &other.not_observable {
            let [all_yes, all_no] = self.not_observable.entry(*reason).or_default();
            *all_yes += yes;
            *all_no += no;
        }
        self.scored.extend_from_slice(&other.scored);
    }

    /// Labelled yes and labelled no, observable or not.
    #[must_use]
    pub fn labelled(&self) -> [usize; 2] {
        let unknown = self.not_observable.values().fold([0, 0], |[a, b], [yes, no]| [a + yes, b + no]);
        [self.yes_right.of + unknown[0], self.no_right.of + unknown[1]]
    }

    /// The figures. Scores are probabilities for a smile only; elsewhere there is no calibration error.
    #[must_use]
    pub fn figures(&self, class: Class) -> Figures {
        let [labelled_yes, labelled_no] = self.labelled();
        let observable = Count { part: self.yes_right.of + self.no_right.of, of: labelled_yes + labelled_no };
        let probabilities: &[(f64, bool)] = if class == Class::Smile { &self.scored } else { &[] };
        Figures {
            labelled_yes,
            labelled_no,
            observable_share: observable.share(),
            not_observable: self.not_observable.iter().map(|(reason, [yes, no])| (*reason, yes + no)).collect(),
            recall: self.yes_right.share(),
            false_alarm_rate: self.no_right.share().map(|share| 1.0 - share),
            balanced_accuracy: metrics::balanced_accuracy(self.yes_right, self.no_right),
            roc_auc: metrics::roc_auc(&self.scored),
            calibration_error: metrics::calibration_error(probabilities),
        }
    }

    /// The bins of the reliability diagram.
    #[must_use]
    pub fn calibration(&self) -> [CalibrationBin; CALIBRATION_BINS] {
        metrics::calibration(&self.scored)
    }
}

/// The figures of one class, as in the report. `null` is "nothing to compute it from".
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// Frames labelled yes.
    pub labelled_yes: usize,
    /// Frames labelled no.
    pub labelled_no: usize,
    /// Share of the labelled frames that were observable.
    pub observable_share: Option<f64>,
    /// Labelled frames that were not, by reason.
    pub not_observable: BTreeMap<Reason, usize>,
    /// Share of the observable yes frames that were answered yes.
    pub recall: Option<f64>,
    /// Share of the observable no frames that were answered yes.
    pub false_alarm_rate: Option<f64>,
    /// Mean of recall and of the share of no frames that were answered no.
    pub balanced_accuracy: Option<f64>,
    /// Area under the ROC curve of the scores.
    pub roc_auc: Option<f64>,
    /// Expected calibration error of the smile's probabilities.
    pub calibration_error: Option<f64>,
}

/// The tallies of all classes, and in how many frames a face was found.
#[derive(Clone, Debug, Default)]
pub struct Score {
    tallies: [Tally; Class::ALL.len()],
    /// Frames in which a face was found, of those in which there is one.
    pub face: Count,
}

impl Score {
    /// Compares the readings of a clip with its labels.
    #[must_use]
    pub fn of(labels: &ClipLabels, readings: &[FrameReading]) -> Self {
        let mut score = Self::default();
        for reading in readings {
            score.face.add(reading.face);
            for class in Class::ALL {
                if let Some(label) = scored_label(labels, class, reading.frame) {
                    score.tally_mut(class).add(reading.reading(class), label);
                }
            }
        }
        if labels.people == Some(0) {
            score.face = Count::default();
        }
        score
    }

    /// One still with its label for the smile.
    pub fn add_still(&mut self, reading: &FrameReading, smile: bool) {
        self.face.add(reading.face);
        self.tally_mut(Class::Smile).add(reading.reading(Class::Smile), smile);
    }

    /// Adds everything of another score.
    pub fn extend(&mut self, other: &Self) {
        for (mine, theirs) in self.tallies.iter_mut().zip(&other.tallies) {
            mine.extend(theirs);
        }
        self.face.part += other.face.part;
        self.face.of += other.face.of;
    }

    /// Adds up several.
    #[must_use]
    pub fn sum<'a>(scores: impl IntoIterator<Item = &'a Self>) -> Self {
        scores.into_iter().fold(Self::default(), |mut sum, score| {
            sum.extend(score);
            sum
        })
    }

    /// The tally of a class.
    #[must_use]
    pub fn tally(&self, class: Class) -> &Tally {
        &self.tallies[class as usize]
    }

    fn tally_mut(&mut self, class: Class) -> &mut Tally {
        &mut self.tallies[class as usize]
    }

    /// The figures of the classes that are labelled.
    #[must_use]
    pub fn figures(&self) -> BTreeMap<&'static str, Figures> {
        let labelled = Class::ALL.into_iter().filter(|class| self.tally(*class).labelled() != [0, 0]);
        labelled.map(|class| (class.key(), self.tally(class).figures(class))).collect()
    }
}

/// The label that a frame is scored with. Where the mouth is labelled hidden, nothing is asked of the smile: "not
/// observable" is right there, and is scored as `mouth_hidden`.
#[must_use]
pub fn scored_label(labels: &ClipLabels, class: Class, frame: u64) -> Option<bool> {
    let hidden = class == Class::Smile && labels.of(Class::MouthHidden, frame) == Some(true);
    labels.of(class, frame).filter(|_| !hidden)
}
