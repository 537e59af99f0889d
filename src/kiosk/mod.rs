//! The task that decides transactions and owns the store: observations and till events in, records and
//! summaries out.
//!
//! It runs on a thread of its own, because it writes to the disk. Everything reaches it through
//! bounded channels; nothing else touches the store. What it logs never says what anyone did.

mod axis;
mod camera;
mod commit;
mod customers;
mod handle;
mod identity;
mod idle;
mod left_out;
mod openings;
mod pause;
mod releases;
mod retention;
mod session;
mod set_up;
mod sign_in;
mod task;
mod trial;
mod visits;

use std::sync::Arc;

use hymy_vision::{Observation, Outline};
use tokio::sync::{mpsc, watch};

use crate::clock::Clock;
use crate::config::{Config, SharingConfig, Token};
use crate::control::Rules;
use crate::decide::Directions;
use crate::signals::SignalKey;
use crate::store::{Retention, SignedIn, Store, StoreError};
use crate::terms::Terms;

pub use camera::{CameraClaim, CameraSwitch, CameraWish, Purpose};
pub use handle::{KioskHandle, TillAnswer};
pub use identity::LOST_PAUSES_AFTER_MS;
pub use openings::follow;
pub use sign_in::NoShift;
pub use task::{Kiosk, Outcome};
pub use trial::{TRIAL_ASKED_WITHIN_MS, TRIAL_LASTS_MS};

/// What the vision thread tells.
#[derive(Clone, Debug)]
pub enum VisionEvent {
    /// The camera is being opened for this [`CameraWish::Open`]; what follows is of it.
    Opening {
        /// Which.
        run: u64,
    },
    /// The camera was closed, as it was wished.
    Closed,
    /// What a frame showed; its `t_ms` counts from the source's first frame, and may begin anew after
    /// [`Self::SourceBack`].
    Observation(Observation),
    /// A frame was looked at for an outline of the scene; nothing of anyone was read.
    Outlined {
        /// For how long nobody has been in the picture, in milliseconds.
        empty_ms: u64,
        /// The outline, once that is long enough.
        outline: Option<Box<Outline>>,
    },
    /// A live source gives no frames; it is being opened again.
    SourceLost {
        /// Why, without a password.
        reason: String,
    },
    /// It gives frames again.
    SourceBack,
    /// There will be no more frames: the file ended, or with a reason, the source failed for good.
    Ended {
        /// What failed; `None` for the clean end of a file.
        reason: Option<String>,
    },
}

/// Observations that may wait; at fifteen a second, four seconds' worth.
pub const VISION_CHANNEL: usize = 64;

/// Requests that may wait; beyond it the till is told to try again.
pub const REQUEST_CHANNEL: usize = 64;

/// What the task needs to know of the configuration.
#[derive(Clone, Debug)]
pub struct KioskSettings {
    /// The register it watches.
    pub register: String,
    /// How long transactions wait for late events.
    pub max_late_s: u32,
    /// The signals that are on.
    pub signals: Vec<&'static str>,
    /// The terms that consents have to be given under.
    pub terms: Terms,
    /// With whom people may share.
    pub sharing: SharingConfig,
    /// Where customers, the queue and work are, as directions.
    pub directions: Directions,
    /// A shift in which nothing happens for so long ends.
    pub idle_ms: u64,
    /// There is a camera to open.
    pub has_source: bool,
    /// What whoever sets the kiosk up has to know; without it nobody can.
    pub technician_code: Option<Token>,
    /// The program was started for setting up alone: no shift begins.
    pub setting_up: bool,
}

impl KioskSettings {
    /// What the configuration says.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self {
            register: config.kiosk.register.clone(),
            max_late_s: config.till.max_late_s,
            signals: config.signals.clone(),
            terms: config.terms.clone(),
            sharing: config.sharing.clone(),
            directions: config.directions.clone(),
            idle_ms: u64::from(config.kiosk.idle_minutes) * 60_000,
            has_source: config.camera.source.is_some(),
            technician_code: config.pages.technician_code.clone(),
            setting_up: false,
        }
    }

    /// What every answer out of the store keeps to.
    #[must_use]
    pub fn rules(&self) -> Rules {
        Rules { retention: Retention::of(&self.terms, self.max_late_s), sharing: self.sharing.clone() }
    }

    /// Whether a signal is on; how much was observed always is.
    fn is_on(&self, signal: SignalKey) -> bool {
        signal == SignalKey::Observed || self.signals.contains(&signal.choice())
    }

    /// Only what this person chose, of what is on.
    fn chosen_by(&self, person: Option<&SignedIn>) -> Self {
        let chosen = |signal: &&'static str| person.is_none_or(|person| person.consent().signals.contains(*signal));
        Self { signals: self.signals.iter().copied().filter(chosen).collect(), ..self.clone() }
    }
}

/// Starts the task on its thread; with people, their shift begins, or the one that a crash left open goes on, paused if
/// it was.
///
/// `camera` says when the camera is to be open. Set `stop` to end the shift, write everything and return. `vision` may
/// be closed from the start.
///
/// # Errors
/// [`NoShift`]: the store cannot be written, a consent does not hold, or another program has the camera.
pub fn spawn(
    store: Store,
    settings: KioskSettings,
    people: &[SignedIn],
    camera: CameraSwitch,
    clock: Arc<dyn Clock>,
    vision: mpsc::Receiver<VisionEvent>,
    stop: watch::Receiver<bool>,
) -> Result<(KioskHandle, std::thread::JoinHandle<Result<Outcome, StoreError>>), NoShift> {
    let (handle, requests) = handle::channel();
    let kiosk = Kiosk::begin(store, settings, people, camera, clock)?.telling(Arc::clone(handle.ways()));
    let runtime = tokio::runtime::Handle::current();
    let thread = std::thread::spawn(move || runtime.block_on(kiosk.run(requests, vision, stop)));
    Ok((handle, thread))
}

#[cfg(test)]
pub(crate) mod tests;
