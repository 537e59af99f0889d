//! From what one frame showed to what is decided about it: looking towards the customer or not, in a work
//! direction or not, smiling or not, turned away or not.
//!
//! The only state is the last decision of each kind, so that values on a border do not flicker. It never reads a
//! clock (observations carry their time), never guesses what was not observable, and says nothing about the inside
//! of a person.

mod drift;
mod neutral;
mod region;

use hymy_vision::{Face, Observation};

use region::{Area, Likely, Look};

pub use drift::{Drift, Moved};
pub use neutral::{NEUTRAL_FRONT_DEG, NEUTRAL_OBSERVED_MS, NEUTRAL_QUANTILE, NeutralCollector};
pub use region::{Region, RegionError};

/// Half angle, in degrees, of the cone round the ray to the lens that stands for the customer when no target is
/// configured. 15 is the angle in which the labelled footage calls a look "towards the camera".
pub const CAMERA_CONE_DEG: f32 = 15.0;

/// How probable it must be that a look lies in a region before "in it" is said anew. The look's direction is a Gaussian
/// of its spread; a look straight at the lens with the eyes of the labelled footage reaches 0.85 to 0.95.
pub const LOOK_ENTER: f32 = 0.8;

/// How probable it must stay for an earlier "in it" to hold: more likely in than out.
pub const LOOK_STAY: f32 = 0.5;

/// How far, as a probability, a look must pass the middle between work and elsewhere before that changes.
const WORK_HYSTERESIS: f32 = 0.1;

/// One standard deviation, in degrees, of the head's direction where it is turned out of the readable range.
const TURNED_HEAD_SPREAD_DEG: f32 = 5.0;

/// Probability at which "not smiling" becomes "smiling".
pub const SMILE_ENTER: f32 = 0.6;

/// Probability at which "smiling" becomes "not smiling".
pub const SMILE_LEAVE: f32 = 0.4;

/// Time constant, in milliseconds, over which a smile's log-odds are evened out before they are decided about: a single
/// frame of a mesh is noisy. A mouth forms a smile in about half a second, of which this is a fraction; twice as much
/// made shares at 8 and at 30 frames a second differ by more.
pub const SMILE_SMOOTH_MS: f32 = 70.0;

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
    /// Log-odds of a smile, evened out, and when they were last seen.
    smile_log_odds: Option<(f32, u64)>,
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
            smile_log_odds: None,
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
        let work = self.likely(&Look::of_head(&face.head, TURNED_HEAD_SPREAD_DEG)).work;
        let work = self.at_work(work, t_ms);
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
            // Evened out before the person's own neutral look shifts it: the shift holds from one frame to the next.
            let probability = self.evened_out(probability, t_ms);
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
        let look = Look::of_gaze(&gaze);
        let on_queue = self.directions.queue.and_then(|queue| {
            let queue = Area::Region(queue);
            inside(queue.mass(&look), queue.mass(&look), queue.most(&look), self.on_queue.at(t_ms))
        });
        self.on_queue.keep(on_queue, t_ms);

        let likely = self.likely(&look);
        let decided = inside(likely.target, likely.target_or_both, likely.most, self.on_target.at(t_ms));
        // Only a look that is known not to be at the customer can be one at work: the two are never said at once.
        let work = decided == Some(false) && self.at_work(likely.work, t_ms);
        self.on_target.keep(decided, t_ms);
        self.work.keep(decided.map(|_| work), t_ms);
        Decided { on_target: decided, on_queue, work, smiling, ..undecided }
    }

    /// The probability of a smile, evened out over [`SMILE_SMOOTH_MS`].
    fn evened_out(&mut self, probability: f32, t_ms: u64) -> f32 {
        let now = logit(probability);
        let even = match self.smile_log_odds {
            Some((before, before_ms)) if before.is_finite() => {
                let weight = 1.0 - (-(t_ms.saturating_sub(before_ms) as f32) / SMILE_SMOOTH_MS).exp();
                before + weight * (now - before)
            }
            _ => now,
        };
        self.smile_log_odds = Some((even, t_ms));
        1.0 / (1.0 + (-even).exp())
    }

    /// Whether a look that is not at the customer is at work: in doubt, as before.
    fn at_work(&self, work: f32, t_ms: u64) -> bool {
        match self.work.at(t_ms) {
            Some(true) => work > 0.5 - WORK_HYSTERESIS,
            Some(false) => work >= 0.5 + WORK_HYSTERESIS,
            None => work >= 0.5,
        }
    }

    fn not_at_the_queue(&self) -> Option<bool> {
        self.directions.queue.map(|_| false)
    }

    /// How likely a look is one at the customer, at work, or in a direction that is both.
    fn likely(&self, look: &Look) -> Likely {
        let target = self.directions.target.map_or(Area::Cone(CAMERA_CONE_DEG), |Target(region)| Area::Region(region));
        target.likely(look, self.directions.work.iter().map(|work| &work.region))
    }
}

/// Whether a look is in an area: `mass` is how probable it is, `at_least` the same with what cannot be told apart from
/// another area, `most` how probable a look at the very middle would be. A spread wider than the area keeps `mass` low
/// everywhere, so that "in it" is never said and "not in it" only far from it.
fn inside(mass: f32, at_least: f32, most: f32, before: Option<bool>) -> Option<bool> {
    let (enter, leave) = match before {
        Some(true) => (LOOK_STAY, 1.0 - LOOK_ENTER),
        Some(false) => (LOOK_ENTER, 1.0 - LOOK_STAY),
        None => (LOOK_ENTER, 1.0 - LOOK_ENTER),
    };
    if mass >= enter {
        Some(true)
    } else if at_least <= leave * most {
        Some(false)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
