//! What a technician's trial works at: lines of the empty scene, or directions by looking at places. The camera closes as
//! soon as it is found; then it belongs to the technician's open pages, and is forgotten with them.

use hymy_vision::Observation;

use super::task::Kiosk;
use crate::calibrate::{Say, Walk};
use crate::control::{SceneLines, SetUpFound, SettingUp, TrialFor, WalkNow};

/// What is sought, and how far that is.
pub(super) enum Seeking {
    Outline { empty_ms: Option<u64>, lines: Option<SceneLines> },
    Calibration { walk: Walk, now: WalkNow },
}

impl Seeking {
    /// What a trial for this seeks; nothing, if it is no technician's. A calibration without named places is the target's.
    pub fn of(what: TrialFor) -> Option<Self> {
        match what {
            TrialFor::Outline => Some(Self::Outline { empty_ms: None, lines: None }),
            TrialFor::Calibration => Some(Self::places(true, &[])),
            TrialFor::Practice | TrialFor::Fit => None,
        }
    }

    /// The target, if asked for, and these places of work.
    pub fn places(target: bool, work: &[String]) -> Self {
        let walk = Walk::new(target, work);
        let now =
            WalkNow { place: None, count: 0, trouble: None, heights_again: false, done: 0, of: walk.progress().1 };
        Self::Calibration { walk, now }
    }

    pub fn see(&mut self, observation: &Observation) {
        let Self::Calibration { walk, now } = self else { return };
        for say in walk.observe(observation) {
            match say {
                Say::LookAt(place) => now.place = Some(place),
                Say::Count(seconds) => now.count = seconds,
                Say::Hold => now.count = 0,
                Say::Good => (now.trouble, now.heights_again) = (None, false),
                Say::Again(trouble) => (now.trouble, now.heights_again) = (Some(trouble), false),
                Say::HeightsAgain => now.heights_again = true,
            }
        }
        now.done = walk.progress().0;
    }

    fn outlined(&mut self, for_ms: u64, found: Option<SceneLines>) {
        if let Self::Outline { empty_ms, lines } = self {
            (*empty_ms, *lines) = (Some(for_ms), found);
        }
    }

    /// The camera was lost: what was in the picture meanwhile is not known.
    pub fn source_closed(&mut self) {
        if let Self::Outline { empty_ms, .. } = self {
            *empty_ms = None;
        }
    }

    pub fn now(&self) -> SettingUp {
        match self {
            Self::Outline { empty_ms, .. } => SettingUp::Outline { empty_ms: *empty_ms },
            Self::Calibration { now, .. } => SettingUp::Calibration(now.clone()),
        }
    }

    /// What was found, once it was.
    fn found(&mut self) -> Option<SetUpFound> {
        match self {
            Self::Outline { lines, .. } => {
                lines.take().map(|lines| SetUpFound { outline: Some(lines), ..SetUpFound::default() })
            }
            Self::Calibration { walk, .. } => {
                let regions = walk.is_done().then(|| walk.regions().ok())?;
                Some(SetUpFound { regions, ..SetUpFound::default() })
            }
        }
    }
}

impl Kiosk {
    /// A frame was looked at for an outline.
    pub(super) fn outlined(&mut self, empty_ms: u64, lines: Option<SceneLines>) {
        if let Some(seeking) = self.trial.as_mut().and_then(|trial| trial.seeking.as_mut()) {
            seeking.outlined(empty_ms, lines);
        }
        self.close_if_found();
    }

    /// Closes the camera when what a technician seeks was found.
    pub(super) fn close_if_found(&mut self) {
        let Some(trial) = &mut self.trial else { return };
        let Some(found) = trial.seeking.as_mut().and_then(Seeking::found) else { return };
        self.visits.found(trial.visit, found);
        self.stop_trial();
    }
}
