//! What was visible in a transaction, as one number or one yes-or-no for each behaviour.
//!
//! Decided frames go into a [`Timeline`]; [`measure`] folds one transaction's part of it into [`Signals`]. Every value
//! carries the time it was observed, and what could not be known has a [`Reason`]. Nothing here says anything about
//! the inside of a person, adds signals to a score or compares people.

mod fold;
mod gaze;
mod greet_delay;
mod keys;
mod looks;
mod nod;
mod nods;
mod observed;
mod phone;
mod posture;
mod queue_look;
mod reading;
mod smile;
mod state;
mod timeline;

use serde::{Deserialize, Serialize};

use crate::transaction::{Moment, Moments, Transaction};
pub use fold::{BRIDGED_MAX_MS, OBSERVED_MIN_MS};
pub use gaze::GazeShare;
pub use greet_delay::{GREETING_LOOK_MS, GREETING_UNKNOWN_MAX_MS, GREETING_WATCHED_MS, GreetDelay};
pub use keys::{Figure, SignalKey};
pub use looks::Longest;
pub use nod::{
    NOD_DEPTH_MAX_DEG, NOD_DEPTH_MIN_DEG, NOD_RETURN_SHARE, NOD_WIDTH_MAX_MS, NOD_WIDTH_MIN_MS, NodDetector,
};
pub use nods::{NODS_FRAMES_PER_S_MIN, NODS_SERVICE_MIN_MS, NodRate};
pub use observed::Share;
pub use phone::TimeInHand;
pub use queue_look::{QUEUE_LOOK_MS, QueueLook};
pub use reading::{Measured, Reason};
pub use smile::{SHOWN_MS, SmileShare};
pub use state::{FACE_MIN_PX, GazeState, Seen, State, UPRIGHT_MIN};
pub use timeline::{FRAME_STANDS_MAX_MS, Span, Timeline};

/// The same signal over each moment and over the whole transaction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ByMoment<T> {
    /// Over the greeting.
    pub greeting: T,
    /// Over the service.
    pub service: T,
    /// Over the payment.
    pub payment: T,
    /// Over the farewell.
    pub farewell: T,
    /// Over the whole transaction.
    pub all: T,
}

/// The signals of one transaction. As JSON one map with the keys of [`SignalKey`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "keys::Keys", into = "keys::Keys")]
pub struct Signals {
    /// Time until the customer was first looked at.
    pub greet_delay: Measured<GreetDelay>,
    /// Share of time smiling.
    pub smile: ByMoment<Measured<SmileShare>>,
    /// Share of time looking towards the customer.
    pub gaze: ByMoment<Measured<GazeShare>>,
    /// Longest unbroken look at the customer.
    pub longest_look: Measured<Longest>,
    /// Longest unbroken time away.
    pub longest_look_away: Measured<Longest>,
    /// Nods per minute of service.
    pub nods: Measured<NodRate>,
    /// Time with a phone-like thing in the hand.
    pub phone_in_hand: Measured<TimeInHand>,
    /// Share of time upright.
    pub upright: Measured<Share>,
    /// Share of time leaning.
    pub leaning: Measured<Share>,
    /// Someone waiting was looked at.
    pub queue_look: Measured<QueueLook>,
    /// Share of the transaction in which the face could be read.
    pub observed: Measured<Share>,
}

/// Measures `transaction`, divided into `moments`, on the part of the timeline that it covers.
pub fn measure(transaction: &Transaction, moments: &Moments, timeline: &Timeline) -> Signals {
    let (observed, withheld) = observed::measure(transaction, timeline);
    Signals {
        greet_delay: greet_delay::measure(transaction, timeline),
        smile: by_moment(transaction, moments, withheld, |stretches| smile::measure(timeline, stretches)),
        gaze: by_moment(transaction, moments, withheld, |stretches| gaze::measure(timeline, stretches)),
        longest_look: looks::measure(transaction, timeline, Seen::Yes),
        longest_look_away: looks::measure(transaction, timeline, Seen::No),
        nods: nods::measure(timeline, &moments.stretches(Moment::Service)),
        phone_in_hand: phone::measure(transaction, timeline),
        upright: unless(withheld, || posture::upright(transaction, timeline)),
        leaning: unless(withheld, || posture::leaning(transaction, timeline)),
        queue_look: queue_look::measure(transaction, timeline),
        observed,
    }
}

/// A share over each moment. Its own missing event goes before the transaction's missing face.
fn by_moment<T>(
    transaction: &Transaction,
    moments: &Moments,
    withheld: Option<Reason>,
    measure: impl Fn(&[(u64, u64)]) -> Measured<T>,
) -> ByMoment<Measured<T>> {
    let of = |moment| {
        let stretches = moments.stretches(moment);
        let reason = smile::without(moments.has_event(moment), &stretches).or(withheld);
        unless(reason, || measure(&stretches))
    };
    ByMoment {
        greeting: of(Moment::Greeting),
        service: of(Moment::Service),
        payment: of(Moment::Payment),
        farewell: of(Moment::Farewell),
        all: unless(withheld, || measure(&[(transaction.starts_ms(), transaction.ended_ms)])),
    }
}

fn unless<T>(reason: Option<Reason>, measure: impl FnOnce() -> Measured<T>) -> Measured<T> {
    reason.map_or_else(measure, Measured::unknown)
}

#[cfg(test)]
pub(crate) mod tests;
