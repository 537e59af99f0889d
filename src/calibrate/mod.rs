//! Setting the target and the work directions by looking at each: what to look at, whether the look was steady, and
//! the region that follows.
//!
//! Observations in, angles out. Nothing is kept of what was seen but the angles of each look, and those only until the
//! regions are made. It opens no camera, reads no clock (observations carry their time) and writes nothing.

mod edit;
mod region;
mod steady;

use hymy_vision::Observation;
use serde::{Deserialize, Serialize};

use crate::decide::{Region, RegionError};

pub(crate) use edit::put;
pub use edit::{EditError, replace, snippet, with_regions};
pub use steady::{Aim, Trouble};
pub(crate) use steady::{LEAST_FRAMES, LEAST_SEEN, deviation, median};

use steady::{Heard, Measuring};

/// Time to find the place, milliseconds.
pub const COUNTDOWN_MS: u64 = 3_000;
/// Time of the look itself, milliseconds.
pub const LOOK_MS: u64 = 3_000;

/// What is looked at, in order: the target's four edges first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A customer's face at the height of a child or of someone in a wheelchair.
    Low,
    /// A customer's face at the height of a tall person.
    High,
    /// Where customers stand farthest to one side.
    OneEnd,
    /// Where they stand farthest to the other.
    OtherEnd,
    /// The middle of a place of work.
    Work(String),
}

impl Place {
    /// What the person is asked to do.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Low => "where a child's or a wheelchair user's face is: straight ahead, 90 cm above the floor".into(),
            Self::High => "where a tall customer's face is: straight ahead, 190 cm above the floor".into(),
            Self::OneEnd => "a customer's face at the left end of where customers stand".into(),
            Self::OtherEnd => "a customer's face at the right end of where customers stand".into(),
            Self::Work(name) => format!("the middle of: {name}"),
        }
    }
}

/// What there is to say to the person.
#[derive(Clone, Debug, PartialEq)]
pub enum Say {
    /// Look here; the look begins after the countdown.
    LookAt(Place),
    /// So many seconds to go until it begins.
    Count(u64),
    /// Now, without moving, for three seconds.
    Hold,
    /// The look was good.
    Good,
    /// It was not; the same place again.
    Again(Trouble),
    /// The tall customer's face did not come out above the child's: both again.
    HeightsAgain,
}

/// What was set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Regions {
    /// Where customers stand.
    pub target: Option<Region>,
    /// Name and region of each place of work.
    pub work: Vec<(String, Region)>,
}

/// The two heights must differ by this much, degrees: a metre, seen from three metres away, is 18.
const LEAST_HEIGHT_DEG: f32 = 3.0;

/// The whole walk through all places.
#[derive(Debug)]
pub struct Walk {
    places: Vec<Place>,
    aims: Vec<Aim>,
    measuring: Option<Measuring>,
    last_trouble: Option<Trouble>,
}

impl Walk {
    /// The target, if asked for, and these places of work.
    #[must_use]
    pub fn new(target: bool, work: &[String]) -> Self {
        let heights = [Place::Low, Place::High, Place::OneEnd, Place::OtherEnd];
        let target = heights.into_iter().filter(|_| target);
        let places = target.chain(work.iter().cloned().map(Place::Work)).collect();
        Self { places, aims: Vec::new(), measuring: None, last_trouble: None }
    }

    /// Whether every place was looked at.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.aims.len() == self.places.len()
    }

    /// How many places were looked at, and how many there are.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.aims.len(), self.places.len())
    }

    /// The place that is being looked at, and what last went wrong with it.
    #[must_use]
    pub fn stuck(&self) -> Option<(&Place, Option<Trouble>)> {
        self.places.get(self.aims.len()).map(|place| (place, self.last_trouble))
    }

    /// Takes the next observation; gives what to say now, in order.
    pub fn observe(&mut self, observation: &Observation) -> Vec<Say> {
        let Some(place) = self.places.get(self.aims.len()) else { return Vec::new() };
        let Some(measuring) = &mut self.measuring else {
            // A work place may be beside or below the readable range: the head alone tells then.
            self.measuring = Some(Measuring::new(observation.t_ms, matches!(place, Place::Work(_))));
            return vec![Say::LookAt(place.clone()), Say::Count(COUNTDOWN_MS / 1000)];
        };
        match measuring.observe(observation) {
            Heard::Nothing => Vec::new(),
            Heard::Count(seconds) => vec![Say::Count(seconds)],
            Heard::Hold => vec![Say::Hold],
            Heard::Steady(aim) => {
                (self.measuring, self.last_trouble) = (None, None);
                self.aims.push(aim);
                if matches!(place, Place::High) && !self.heights_differ() {
                    self.aims.truncate(self.aims.len() - 2);
                    return vec![Say::Good, Say::HeightsAgain];
                }
                vec![Say::Good]
            }
            Heard::Trouble(trouble) => {
                (self.measuring, self.last_trouble) = (None, Some(trouble));
                vec![Say::Again(trouble)]
            }
        }
    }

    fn heights_differ(&self) -> bool {
        matches!(self.aims[..], [.., low, high] if high.pitch_deg - low.pitch_deg >= LEAST_HEIGHT_DEG)
    }

    /// The regions of every place that was looked at; the target only once all four edges were.
    ///
    /// # Errors
    /// [`RegionError`] when a region would lie beyond what angles can be.
    pub fn regions(&self) -> Result<Regions, RegionError> {
        let mut regions = Regions::default();
        let mut edges = Vec::new();
        for (place, aim) in self.places.iter().zip(&self.aims) {
            match place {
                Place::Work(name) => regions.work.push((name.clone(), region::of_work(aim)?)),
                _ => edges.push(*aim),
            }
        }
        if edges.len() == 4 {
            regions.target = Some(region::of_target(&edges)?);
        }
        Ok(regions)
    }
}

#[cfg(test)]
mod tests;
