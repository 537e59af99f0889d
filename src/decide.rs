//! From what one frame showed to what is decided about it: looking towards the customer or not, in a work
//! direction or not, smiling or not, turned away or not.
//!
//! The only state is the last decision of each kind, so that values on a border do not flicker. It never reads a
//! clock (observations carry their time), never guesses what was not observable, and says nothing about the inside
//! of a person.

mod neutral;

use hymy_vision::{Face, Observation};

pub use neutral::{NEUTRAL_FRONT_DEG, NEUTRAL_OBSERVED_MS, NEUTRAL_QUANTILE, NeutralCollector};

/// Half angle, in degrees, of the cone round the ray to the lens that stands for the customer when no target is
/// configured. 15 is the angle in which the labelled footage calls a look "towards the camera".
pub const CAMERA_CONE_DEG: f32 = 15.0;

/// How far, in degrees, a direction must pass a border before an earlier decision changes. About the frame-to-frame
/// noise of the gaze models on small faces.
pub const BORDER_HYSTERESIS_DEG: f32 = 2.0;

/// Probability at which "not smiling" becomes "smiling".
pub const SMILE_ENTER: f32 = 0.6;

/// Probability at which "smiling" becomes "not smiling".
pub const SMILE_LEAVE: f32 = 0.4;

/// A decision older than this, in milliseconds, no longer holds: after a longer hole everything starts anew.
pub const DECISION_HELD_MS: u64 = 1_000;

/// How long, in milliseconds, a face that vanished while turned away is still taken to be turned away.
pub const TURNED_AWAY_CARRY_MS: u64 = 10_000;

/// The smile probability that the calibration expects of a face at rest: the median over the crops labelled neutral
/// that it was fitted to, each judged by weights that did not see it (`hymy eval DIR --cross-validate` prints it).
pub const POPULATION_NEUTRAL: f32 = 0.02;

/// How much of the distance, in log-odds, between a person's own neutral face and the population's the scale moves.
/// A person's smile looks like anyone's smile, so the border midway between rest and smile moves half as far as rest.
pub const NEUTRAL_SHIFT_SHARE: f32 = 0.5;

/// Largest shift, in log-odds, that a person's own neutral face may cause: beyond it the smile of this person cannot
/// be read, and moving the scale further would only invent one.
pub const NEUTRAL_SHIFT_MAX: f32 = 3.0;

/// Why a [`Region`] cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum RegionError {
    /// A bound is not a number in -180..=180 (yaw) or -90..=90 (pitch).
    #[error("{axis} {value} is out of range: yaw lies in -180..=180, pitch in -90..=90 degrees")]
    OutOfRange {
        /// `"yaw"` or `"pitch"`.
        axis: &'static str,
        /// The offending bound, degrees.
        value: f32,
    },
    /// The lower bound is not below the upper one.
    #[error("{axis} range is empty: {min} is not below {max}")]
    Empty {
        /// `"yaw"` or `"pitch"`.
        axis: &'static str,
        /// Lower bound, degrees.
        min: f32,
        /// Upper bound, degrees.
        max: f32,
    },
}

/// A rectangle of directions relative to the ray from the face to the lens; yaw positive towards the right of the
/// picture, pitch positive up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    yaw_deg: (f32, f32),
    pitch_deg: (f32, f32),
}

impl Region {
    /// A region from `(min, max)` pairs in degrees: yaw in -180..=180, pitch in -90..=90, each min below its max.
    pub fn new(yaw_deg: (f32, f32), pitch_deg: (f32, f32)) -> Result<Self, RegionError> {
        for (axis, (min, max), limit) in [("yaw", yaw_deg, 180.0), ("pitch", pitch_deg, 90.0)] {
            for value in [min, max] {
                if !(-limit..=limit).contains(&value) {
                    return Err(RegionError::OutOfRange { axis, value });
                }
            }
            if min >= max {
                return Err(RegionError::Empty { axis, min, max });
            }
        }
        Ok(Self { yaw_deg, pitch_deg })
    }

    /// Degrees to the nearest border: positive inside, negative outside.
    fn margin_deg(&self, yaw_deg: f32, pitch_deg: f32) -> f32 {
        (yaw_deg - self.yaw_deg.0)
            .min(self.yaw_deg.1 - yaw_deg)
            .min(pitch_deg - self.pitch_deg.0)
            .min(self.pitch_deg.1 - pitch_deg)
    }
}

/// Where customers stand, as directions from the staff member.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target(pub Region);

/// Where work is: the till, the terminal, the drawer, the bagging place.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkDirection {
    /// What lies there, for configuration messages.
    pub name: String,
    /// The directions of it.
    pub region: Region,
}

/// The smile level of a person's own neutral face, as [`NeutralCollector`] takes it.
#[derive(Clone, Copy, Default, PartialEq)]
pub enum NeutralBaseline {
    /// Nothing is known of this person: the calibration's own neutral face, so nothing is shifted.
    #[default]
    Population,
    /// The person's own.
    Own {
        /// Smile probability of the neutral face, 0..1.
        level: f32,
    },
}

/// Which of the two, and no number: it would be one about a person.
impl std::fmt::Debug for NeutralBaseline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Population => "Population",
            Self::Own { .. } => "Own",
        })
    }
}

impl NeutralBaseline {
    /// `probability` (0..1) on a scale whose border lies midway between this person's neutral face and a smile: a shift
    /// in log-odds, at most [`NEUTRAL_SHIFT_MAX`].
    pub fn adjust(self, probability: f32) -> f32 {
        match self {
            Self::Population => probability,
            Self::Own { level } => {
                let own = NEUTRAL_SHIFT_SHARE * (logit(level) - logit(POPULATION_NEUTRAL));
                let shift = own.clamp(-NEUTRAL_SHIFT_MAX, NEUTRAL_SHIFT_MAX);
                1.0 / (1.0 + (shift - logit(probability)).exp())
            }
        }
    }
}

fn logit(probability: f32) -> f32 {
    let p = probability.clamp(1e-4, 1.0 - 1e-4);
    (p / (1.0 - p)).ln()
}

/// What a [`Decider`] has to know about the place and the person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Directions {
    /// Where customers stand; without it, [`CAMERA_CONE_DEG`] round the lens.
    pub target: Option<Target>,
    /// Directions that are left out of every look.
    pub work: Vec<WorkDirection>,
    /// Where the queue waits; without it a look at the queue is not observable.
    pub queue: Option<Region>,
    /// The person's own neutral face, where it is known before anything is seen.
    pub neutral: NeutralBaseline,
}

/// An observation with what was decided about it. `None` means "not observable", never "no".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decided {
    /// What the frame showed.
    pub observation: Observation,
    /// Looking towards the customer.
    pub on_target: Option<bool>,
    /// Looking at the queue; `None` also without a configured queue direction.
    pub on_queue: Option<bool>,
    /// Looking (or, turned away, facing) in a work direction. `on_target` is then `Some(false)`.
    pub work: bool,
    /// Smiling, after baseline and hysteresis.
    pub smiling: Option<bool>,
    /// Turned out of the readable range, now or when the face was last seen a moment ago. `on_target` is then
    /// `Some(false)`.
    pub turned_away: bool,
}

/// A decision that holds for [`DECISION_HELD_MS`] after it was last confirmed.
#[derive(Clone, Copy, Debug, Default)]
struct Held(Option<(bool, u64)>);

impl Held {
    fn at(self, t_ms: u64) -> Option<bool> {
        self.0.filter(|(_, since_ms)| t_ms.saturating_sub(*since_ms) <= DECISION_HELD_MS).map(|(decision, _)| decision)
    }

    fn keep(&mut self, decision: Option<bool>, t_ms: u64) {
        if let Some(decision) = decision {
            self.0 = Some((decision, t_ms));
        }
    }
}

/// The face as it was when it vanished, for the turned-away carry.
#[derive(Clone, Copy, Debug)]
struct TurnedAway {
    seen_ms: u64,
    work: bool,
}

/// Folds observations, in the order of their time, into decisions.
#[derive(Clone, Debug)]
pub struct Decider {
    directions: Directions,
    neutral: NeutralCollector,
    last_ms: Option<u64>,
    on_target: Held,
    on_queue: Held,
    work: Held,
    smiling: Held,
    turned_away: Option<TurnedAway>,
}

impl Decider {
    /// A decider that has seen nothing yet.
    pub fn new(directions: Directions) -> Self {
        Self {
            directions,
            neutral: NeutralCollector::new(),
            last_ms: None,
            on_target: Held::default(),
            on_queue: Held::default(),
            work: Held::default(),
            smiling: Held::default(),
            turned_away: None,
        }
    }

    /// Forgets every earlier frame, but not the person's neutral look: call it before each still, which are
    /// independent of each other.
    pub fn reset(&mut self) {
        let neutral = std::mem::take(&mut self.neutral);
        *self = Self { neutral, ..Self::new(std::mem::take(&mut self.directions)) };
    }

    /// Takes a frame from between two customers for the person's own neutral look, before or after it is decided
    /// about.
    pub fn take_neutral(&mut self, observation: &Observation) {
        if let Some(own) = self.neutral.observe(observation) {
            self.directions.neutral = own;
        }
    }

    /// Decides about the next frame. A hole of more than [`DECISION_HELD_MS`], a step back in time or more faces
    /// than people starts everything anew.
    pub fn decide(&mut self, observation: &Observation) -> Decided {
        let t_ms = observation.t_ms;
        let hole = self.last_ms.is_some_and(|last_ms| t_ms < last_ms || t_ms - last_ms > DECISION_HELD_MS);
        if hole || observation.not_alone {
            self.reset();
        }
        self.last_ms = Some(t_ms);
        let undecided = Decided {
            observation: *observation,
            on_target: None,
            on_queue: None,
            work: false,
            smiling: None,
            turned_away: false,
        };
        match observation.face {
            _ if observation.not_alone => undecided,
            Some(face) if face.turned_away => self.turned(undecided, &face, t_ms),
            Some(face) => {
                self.turned_away = None;
                self.readable(undecided, &face, t_ms)
            }
            None => self.carried(undecided, t_ms),
        }
    }

    /// A turned-away face: the head alone tells whether it faces a work direction.
    fn turned(&mut self, undecided: Decided, face: &Face, t_ms: u64) -> Decided {
        let margin_deg = self.work_margin_deg(face.head.yaw_deg, face.head.pitch_deg);
        let work = across_border(margin_deg, 0.0, self.work.at(t_ms)).unwrap_or(false);
        self.work.keep(Some(work), t_ms);
        self.on_target.keep(Some(false), t_ms);
        self.turned_away = Some(TurnedAway { seen_ms: t_ms, work });
        Decided { on_target: Some(false), on_queue: self.not_at_the_queue(), work, turned_away: true, ..undecided }
    }

    /// No face: it stays turned away for a while if that is how it vanished.
    fn carried(&mut self, undecided: Decided, t_ms: u64) -> Decided {
        match self.turned_away {
            Some(TurnedAway { seen_ms, work }) if t_ms - seen_ms <= TURNED_AWAY_CARRY_MS => {
                let on_queue = self.not_at_the_queue();
                Decided { on_target: Some(false), on_queue, work, turned_away: true, ..undecided }
            }
            _ => {
                self.turned_away = None;
                undecided
            }
        }
    }

    fn readable(&mut self, undecided: Decided, face: &Face, t_ms: u64) -> Decided {
        let smiling = face.smile.map(|probability| {
            let probability = self.directions.neutral.adjust(probability);
            match self.smiling.at(t_ms) {
                Some(true) => probability > SMILE_LEAVE,
                Some(false) => probability >= SMILE_ENTER,
                None => probability >= (SMILE_ENTER + SMILE_LEAVE) / 2.0,
            }
        });
        self.smiling.keep(smiling, t_ms);

        let Some(gaze) = face.gaze else {
            return Decided { smiling, ..undecided };
        };
        let (yaw_deg, pitch_deg, spread_deg) = (gaze.yaw_deg, gaze.pitch_deg, gaze.spread_deg.max(0.0));
        let on_queue = self
            .directions
            .queue
            .and_then(|queue| across_border(queue.margin_deg(yaw_deg, pitch_deg), spread_deg, self.on_queue.at(t_ms)));
        self.on_queue.keep(on_queue, t_ms);

        let target_deg = self.target_margin_deg(yaw_deg, pitch_deg);
        let work_deg = self.work_margin_deg(yaw_deg, pitch_deg);
        if target_deg > 0.0 && work_deg > 0.0 {
            // The two regions overlap here: a look at the customer and one at the till are the same look.
            (self.on_target, self.work) = (Held::default(), Held::default());
            return Decided { on_queue, smiling, ..undecided };
        }
        let held = across_border(target_deg, spread_deg, self.on_target.at(t_ms));
        let near_work = across_border(work_deg, spread_deg, self.work.at(t_ms)).unwrap_or(work_deg > 0.0);
        // Held decisions may claim both sides of a shared border; the direction itself then has the say.
        let work = near_work && (held != Some(true) || work_deg > target_deg);
        let on_target = if work { Some(false) } else { held };
        self.work.keep(Some(work), t_ms);
        self.on_target.keep(on_target, t_ms);
        Decided { on_target, on_queue, work, smiling, ..undecided }
    }

    fn not_at_the_queue(&self) -> Option<bool> {
        self.directions.queue.map(|_| false)
    }

    fn target_margin_deg(&self, yaw_deg: f32, pitch_deg: f32) -> f32 {
        match self.directions.target {
            Some(Target(region)) => region.margin_deg(yaw_deg, pitch_deg),
            None => {
                let towards_lens = yaw_deg.to_radians().cos() * pitch_deg.to_radians().cos();
                CAMERA_CONE_DEG - towards_lens.clamp(-1.0, 1.0).acos().to_degrees()
            }
        }
    }

    /// The largest margin over the work directions: positive inside any of them.
    fn work_margin_deg(&self, yaw_deg: f32, pitch_deg: f32) -> f32 {
        let margins = self.directions.work.iter().map(|work| work.region.margin_deg(yaw_deg, pitch_deg));
        margins.fold(f32::NEG_INFINITY, f32::max)
    }
}

/// Which side of a border a direction lies on. While its spread reaches over the border, or (with an earlier
/// decision) while it is within [`BORDER_HYSTERESIS_DEG`] of it, the earlier decision holds; without one it is `None`.
fn across_border(margin_deg: f32, spread_deg: f32, before: Option<bool>) -> Option<bool> {
    let band_deg = if before.is_some() { spread_deg.max(BORDER_HYSTERESIS_DEG) } else { spread_deg };
    if margin_deg.is_nan() || margin_deg.abs() < band_deg { before } else { Some(margin_deg > 0.0) }
}

#[cfg(test)]
mod tests;
