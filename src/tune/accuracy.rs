//! How right the product is with a setting, over labelled recordings, and what of it another setting loses.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use hymy_vision::{Vision, VisionSettings};
use serde::{Deserialize, Serialize};

use crate::bench::job::Setting;
use crate::decide::Directions;
use crate::eval::labels::{Labels, LabelsError};
use crate::eval::report::{ByClass, VersionReport};
use crate::eval::run::{AS_RECORDED, Version, run_clip, run_stills};
use crate::eval::score::Figures;
use crate::eval::stills::Stills;

/// What a process that evaluates is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// The labelled recordings.
    pub footage: PathBuf,
    /// Each N-th still is taken.
    pub every: usize,
    /// Zones, library and models of a configuration.
    pub config: Option<PathBuf>,
    /// How the pipeline is set.
    pub setting: Setting,
}

/// A figure of the evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// Its value.
    pub value: f64,
    /// Whether less of it is better, as of false alarms.
    pub less_is_better: bool,
}

/// Figures by what a person calls them; what there is nothing to compute from is not there.
pub type Accuracy = BTreeMap<String, Figure>;

/// A figure that fell, or is not there any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fall {
    /// Which.
    pub figure: String,
    /// With the product's default settings.
    pub before: f64,
    /// With this one; `None` where there is nothing left to compute it from.
    pub after: Option<f64>,
}

impl Fall {
    /// How far it fell, or of what rises when it gets worse, how far it rose.
    #[must_use]
    pub fn by(&self) -> f64 {
        self.after.map_or(f64::INFINITY, |after| (after - self.before).abs())
    }

    /// What is said of it.
    #[must_use]
    pub fn text(&self) -> String {
        match self.after {
            Some(after) => format!("{}: {:.3} before, {after:.3} after", self.figure, self.before),
            None => format!("{}: {:.3} before, nothing to compute it from after", self.figure, self.before),
        }
    }
}

/// Why nothing can be said of a setting.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// The labels cannot be read.
    #[error(transparent)]
    Labels(#[from] LabelsError),
    /// A folder of stills cannot be listed.
    #[error(transparent)]
    Stills(#[from] std::io::Error),
    /// Frames could not be processed.
    #[error(transparent)]
    Vision(#[from] hymy_vision::VisionError),
    /// Something of the recordings could not be read whole.
    #[error("{0}; correct it, or take it out of the folder")]
    Footage(String),
}

/// Passes the recordings of a task through a pipeline of these settings.
///
/// # Errors
/// [`EvaluateError`]: a part of the recordings would show a fall that is only another choice of clips.
pub fn evaluate(task: &Task, settings: &VisionSettings, directions: &Directions) -> Result<Accuracy, EvaluateError> {
    let labels = Labels::read(&task.footage)?;
    let stills = Stills::find(&task.footage, task.every)?;
    let mut vision = Vision::load(settings)?;
    let never = AtomicBool::new(false);
    let mut version = Version { name: AS_RECORDED, clips: Vec::new(), stills: None };
    for (name, of_clip) in labels.iter().flat_map(|labels| &labels.clips) {
        let place = (task.footage.as_path(), name.as_str());
        let clip = run_clip(&mut vision, directions, None, place, of_clip, &never, |_| ControlFlow::Continue(()));
        if let Some(trouble) = clip.trouble {
            return Err(EvaluateError::Footage(trouble));
        }
        version.clips.push(clip);
    }
    if !stills.is_empty() {
        let mut broken = None;
        let skipped = |path: &std::path::Path, why: &str| {
            broken.get_or_insert_with(|| format!("{}: {why}", path.display()));
        };
        let result = run_stills(&mut vision, directions, &stills, None, &never, || {}, skipped)?;
        if let Some(broken) = broken {
            return Err(EvaluateError::Footage(broken));
        }
        version.stills = Some(result);
    }
    Ok(figures(&VersionReport::of(&version, labels.as_ref(), &stills)))
}

/// The figures over all clips, and over all stills.
#[must_use]
pub fn figures(report: &VersionReport) -> Accuracy {
    let mut all = Accuracy::new();
    let more = |value: Option<f64>| value.map(|value| Figure { value, less_is_better: false });
    all.extend(more(report.overall.face_found_share).map(|found| ("clips, face found".to_owned(), found)));
    put(&mut all, "clips", &report.overall.classes);
    if let Some(stills) = &report.stills {
        all.extend(more(stills.face_found_share).map(|found| ("stills, face found".to_owned(), found)));
        put(&mut all, "stills", &ByClass::from([("smile", stills.smile.clone())]));
    }
    all
}

fn put(all: &mut Accuracy, of: &str, classes: &ByClass) {
    for (class, figures) in classes {
        let Figures {
            labelled_yes: _,
            labelled_no: _,
            observable_share,
            not_observable: _,
            recall,
            false_alarm_rate,
            balanced_accuracy,
            roc_auc,
            calibration_error,
        } = figures;
        for (name, value, less_is_better) in [
            ("share observed", observable_share, false),
            ("recall", recall, false),
            ("false alarms", false_alarm_rate, true),
            ("balanced accuracy", balanced_accuracy, false),
            ("area under the curve", roc_auc, false),
            ("calibration error", calibration_error, true),
        ] {
            let figure = value.map(|value| Figure { value, less_is_better });
            all.extend(figure.map(|figure| (format!("{of}, {class}, {name}"), figure)));
        }
    }
}

/// What fell from `before` to `after`, the most first. A figure that only the second has is no fall.
#[must_use]
pub fn falls(before: &Accuracy, after: &Accuracy) -> Vec<Fall> {
    let mut falls: Vec<Fall> = before
        .iter()
        .filter_map(|(name, before)| {
            let after = after.get(name).map(|figure| figure.value);
            let worse = after
                .is_none_or(|after| if before.less_is_better { after > before.value } else { after < before.value });
            worse.then(|| Fall { figure: name.clone(), before: before.value, after })
        })
        .collect();
    falls.sort_by(|one, other| other.by().total_cmp(&one.by()));
    falls
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::report::SetReport;

    fn classes(recall: f64, false_alarm_rate: f64) -> ByClass {
        let figures = Figures {
            labelled_yes: 10,
            labelled_no: 10,
            observable_share: Some(0.9),
            not_observable: BTreeMap::new(),
            recall: Some(recall),
            false_alarm_rate: Some(false_alarm_rate),
            balanced_accuracy: None,
            roc_auc: Some(0.95),
            calibration_error: None,
        };
        ByClass::from([("phone_in_hand", figures)])
    }

    fn accuracy(recall: f64, false_alarm_rate: f64) -> Accuracy {
        figures(&VersionReport {
            version: AS_RECORDED,
            overall: SetReport { clips: 2, face_found_share: Some(1.0), classes: classes(recall, false_alarm_rate) },
            clips: Vec::new(),
            groups: BTreeMap::new(),
            stills: None,
        })
    }

    #[test]
    fn every_figure_that_there_is_has_its_name_and_what_is_not_there_has_none() {
        let all = accuracy(0.8, 0.1);
        let names: Vec<&str> = all.keys().map(String::as_str).collect();
        let wanted = [
            "clips, face found",
            "clips, phone_in_hand, area under the curve",
            "clips, phone_in_hand, false alarms",
            "clips, phone_in_hand, recall",
            "clips, phone_in_hand, share observed",
        ];
        assert_eq!(names, wanted);
    }

    #[test]
    fn less_recall_and_more_false_alarms_are_falls_and_the_other_way_round_is_none() {
        let found = falls(&accuracy(0.8, 0.1), &accuracy(0.7, 0.3));
        let names: Vec<&str> = found.iter().map(|fall| fall.figure.as_str()).collect();
        assert_eq!(names, ["clips, phone_in_hand, false alarms", "clips, phone_in_hand, recall"], "the most first");
        assert!((found[0].by() - 0.2).abs() < 1e-9 && (found[1].by() - 0.1).abs() < 1e-9);
        assert_eq!(found[1].text(), "clips, phone_in_hand, recall: 0.800 before, 0.700 after");
        assert!(falls(&accuracy(0.7, 0.3), &accuracy(0.8, 0.1)).is_empty());
    }

    #[test]
    fn a_figure_that_is_gone_fell_further_than_any() {
        let mut after = accuracy(0.1, 0.1);
        after.remove("clips, phone_in_hand, area under the curve");
        let found = falls(&accuracy(0.8, 0.1), &after);
        assert_eq!((found[0].after, found[0].by()), (None, f64::INFINITY));
        assert!(found[0].text().contains("nothing to compute it from"), "{}", found[0].text());
        // One more figure than before is none the less.
        assert!(falls(&after, &accuracy(0.8, 0.1)).is_empty());
    }
}
