//! The report of an evaluation as JSON. Keys are stable: add, never rename. `null` means that there was nothing to
//! compute a figure from, never zero.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::compare::Comparison;
use super::labels::{Class, Labels};
use super::run::{ClipResult, Version};
use super::score::{Figures, Score};
use super::stills::{Stills, StillsResult};

/// Figures of the labelled classes, by class.
pub type ByClass = BTreeMap<&'static str, Figures>;

/// What `hymy eval --json` writes.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// `hymy` and its version.
    pub tool: String,
    /// The evaluated folder.
    pub folder: String,
    /// As recorded, then each degradation that was asked for.
    pub versions: Vec<VersionReport>,
    /// Another tool on the same clips.
    pub against: Option<Comparison>,
    /// What could not be evaluated, or only in part.
    pub failed: Vec<String>,
}

/// One version of the pictures.
#[derive(Clone, Debug, Serialize)]
pub struct VersionReport {
    /// `as_recorded`, or the name of the degradation.
    pub version: &'static str,
    /// All clips together, each frame counting once.
    pub overall: SetReport,
    /// Each clip.
    pub clips: Vec<ClipReport>,
    /// The clips of each group that the labels name.
    pub groups: BTreeMap<String, SetReport>,
    /// The stills.
    pub stills: Option<StillsReport>,
}

/// Several clips together.
#[derive(Clone, Debug, Serialize)]
pub struct SetReport {
    /// Clips in it.
    pub clips: usize,
    /// Share of the frames with a face found, over the clips in which there is one.
    pub face_found_share: Option<f64>,
    /// Figures by class.
    pub classes: ByClass,
}

/// One clip.
#[derive(Clone, Debug, Serialize)]
pub struct ClipReport {
    /// Its path from the folder.
    pub clip: String,
    /// Frames that were read.
    pub frames: usize,
    /// Share of them with a face found; `null` where nobody's is to be seen.
    pub face_found_share: Option<f64>,
    /// Nods that were counted.
    pub nods: usize,
    /// Figures by class.
    pub classes: ByClass,
}

/// The stills of the folders `smile` and `neutral`.
#[derive(Clone, Debug, Serialize)]
pub struct StillsReport {
    /// Stills that were read.
    pub stills: usize,
    /// Stills that could not be read.
    pub unreadable: usize,
    /// Share of those read in which a face was found.
    pub face_found_share: Option<f64>,
    /// The figures of the smile.
    pub smile: Figures,
    /// Contiguous ranges of numbers.
    pub folds: Vec<FoldReport>,
    /// By the folder that holds `smile` and `neutral`, where there are several.
    pub groups: BTreeMap<String, Figures>,
}

/// The stills of one range of numbers.
#[derive(Clone, Debug, Serialize)]
pub struct FoldReport {
    /// First number.
    pub first: u64,
    /// Last number.
    pub last: u64,
    /// The figures of the smile.
    pub smile: Figures,
}

impl VersionReport {
    /// The figures of a version.
    #[must_use]
    pub fn of(version: &Version, labels: Option<&Labels>, stills: &Stills) -> Self {
        let groups_of = |clip: &ClipResult| {
            labels.and_then(|labels| labels.clips.get(&clip.name)).map_or(&[][..], |labels| labels.groups.as_slice())
        };
        let groups: BTreeSet<&String> = version.clips.iter().flat_map(groups_of).collect();
        let of_group = |group: &String| set(version.clips.iter().filter(|clip| groups_of(clip).contains(group)));
        Self {
            version: version.name,
            overall: set(version.clips.iter()),
            clips: version.clips.iter().map(clip).collect(),
            groups: groups.into_iter().map(|group| (group.clone(), of_group(group))).collect(),
            stills: version.stills.as_ref().map(|result| stills_report(result, stills)),
        }
    }
}

fn set<'a>(clips: impl Iterator<Item = &'a ClipResult> + Clone) -> SetReport {
    let score = Score::sum(clips.clone().map(|clip| &clip.score));
    SetReport { clips: clips.count(), face_found_share: score.face.share(), classes: score.figures() }
}

fn clip(result: &ClipResult) -> ClipReport {
    ClipReport {
        clip: result.name.clone(),
        frames: result.readings.len(),
        face_found_share: result.score.face.share(),
        nods: result.nods,
        classes: result.score.figures(),
    }
}

fn stills_report(result: &StillsResult, stills: &Stills) -> StillsReport {
    let smile = |score: &Score| score.tally(Class::Smile).figures(Class::Smile);
    let all = result.score(stills, |_| true);
    let folds = stills.folds.iter().enumerate().map(|(fold, (first, last))| {
        let score = result.score(stills, |still| still.fold == fold);
        FoldReport { first: *first, last: *last, smile: smile(&score) }
    });
    let groups: BTreeSet<&str> = stills.stills.iter().map(|still| still.group.as_str()).collect();
    let groups = groups.iter().filter(|_| groups.len() > 1);
    let groups = groups.map(|group| ((*group).to_owned(), smile(&result.score(stills, |still| still.group == *group))));
    StillsReport {
        stills: all.face.of,
        unreadable: result.unreadable,
        face_found_share: all.face.share(),
        smile: smile(&all),
        folds: folds.collect(),
        groups: groups.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stills_that_were_not_reached_are_not_called_unreadable() {
        let result = StillsResult { readings: vec![None; 5], unreadable: 1 };
        assert_eq!(stills_report(&result, &Stills::default()).unreadable, 1);
    }
}
