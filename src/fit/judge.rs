//! What each step says: whether the kiosk, deciding as it does in a shift, would tell rest from smile and target from
//! till.

use hymy_vision::{Face, Observation};

use super::{Step, is_rare};
use crate::calibrate::{deviation, median};
use crate::decide::{Decided, Decider, Directions, LOOK_ENTER, NEUTRAL_QUANTILE, NeutralBaseline};
use crate::signals::NOD_DEPTH_MIN_DEG;

/// So large a share of what is known has to be decided rightly: as sure as a look must be to be called one.
const CLEAR_SHARE: f32 = LOOK_ENTER;
/// A head at rest whose pitch varies by more than this, as a standard deviation in degrees, would be counted as nodding:
/// half of the shallowest nod. Heads at rest in the labelled footage have 0.3 to 0.5.
const STILL_PITCH_DEG: f32 = NOD_DEPTH_MIN_DEG / 2.0;

/// What can be read so far.
pub(super) struct Judge {
    directions: Directions,
    face: bool,
    rest: bool,
    smile: bool,
    target: bool,
    till: bool,
    head: bool,
}

impl Judge {
    pub fn new(directions: Directions) -> Self {
        Self { directions, face: true, rest: false, smile: false, target: false, till: false, head: false }
    }

    /// Rest and smile are told apart.
    pub fn mouth(&self) -> bool {
        self.rest && self.smile
    }

    /// A look at the customer is one, and a look at the till is none.
    pub fn eyes(&self) -> bool {
        self.target && self.till
    }

    /// The head's pose is known, and still when it is still.
    pub fn head(&self) -> bool {
        self.head
    }

    /// There was no face at rest.
    pub fn has_no_face(&self) -> bool {
        !self.face
    }

    /// Takes all that a step showed; it is judged by what came from `from_ms` on.
    pub fn take(&mut self, step: Step, seen: &[Observation], from_ms: u64) {
        let alone: Vec<&Observation> =
            seen.iter().filter(|observation| observation.t_ms >= from_ms && !observation.not_alone).collect();
        match step {
            Step::Neutral => {
                let faces: Vec<&Face> = alone.iter().filter_map(|observation| observation.face.as_ref()).collect();
                self.face = !is_rare(faces.len(), alone.len());
                self.head = is_still(&faces, alone.len());
                if let Some(level) = level(faces.iter().filter_map(|face| face.smile).collect()) {
                    self.directions.neutral = NeutralBaseline::Own { level };
                }
                self.rest = self.is_clear(seen, from_ms, |decided| decided.smiling.map(|smiling| !smiling));
            }
            Step::Smile => self.smile = self.is_clear(seen, from_ms, |decided| decided.smiling),
            Step::Target => self.target = self.is_clear(seen, from_ms, |decided| decided.on_target),
            // Eyes that look down are often not seen: only what would count as a look at the customer is wrong.
            Step::Till => {
                self.till = self.is_clear(seen, from_ms, |decided| Some(decided.on_target != Some(true)));
            }
        }
    }

    /// Whether enough of what was seen alone is known, and of that enough is right.
    fn is_clear(&self, seen: &[Observation], from_ms: u64, right: impl Fn(&Decided) -> Option<bool>) -> bool {
        let mut decider = Decider::new(self.directions.clone());
        let (mut alone, mut known, mut good) = (0, 0, 0);
        for observation in seen {
            let decided = decider.decide(observation);
            if observation.t_ms < from_ms || observation.not_alone {
                continue;
            }
            alone += 1;
            if let Some(right) = right(&decided) {
                known += 1;
                good += usize::from(right);
            }
        }
        !is_rare(known, alone) && good as f32 >= CLEAR_SHARE * known as f32
    }
}

/// The smile level of a face at rest, as a shift takes it.
fn level(mut smiles: Vec<f32>) -> Option<f32> {
    smiles.sort_by(f32::total_cmp);
    smiles.get((smiles.len() as f64 * NEUTRAL_QUANTILE) as usize).copied()
}

/// Whether a head's pose can be read in most frames, and does not move by itself.
fn is_still(faces: &[&Face], frames: usize) -> bool {
    let pitches: Vec<f32> = faces.iter().filter(|face| !face.turned_away).map(|face| face.head.pitch_deg).collect();
    !is_rare(pitches.len(), frames) && deviation(&pitches, median(pitches.clone())) <= STILL_PITCH_DEG
}
