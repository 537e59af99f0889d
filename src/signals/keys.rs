//! The signals by name: their keys in JSON, and each as a plain figure for tables and summaries.
//!
//! [`Signals`] is taken apart field by field in each of these places, so that a new signal does not compile until
//! every place names it.

use serde::{Deserialize, Serialize};

use super::{
    ByMoment, GazeShare, GreetDelay, Longest, Measured, NodRate, QueueLook, Reason, Share, Signals, SmileShare,
    TimeInHand,
};

macro_rules! signal_keys {
    ($($name:ident = $key:literal,)*) => {
        /// The name of a signal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum SignalKey {
            $(#[doc = concat!("`", $key, "`")] #[serde(rename = $key)] $name,)*
        }

        impl SignalKey {
            /// Every signal, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The key in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }
        }
    };
}

signal_keys! {
    GreetDelay = "greet_delay",
    SmileGreeting = "smile.greeting",
    SmileService = "smile.service",
    SmilePayment = "smile.payment",
    SmileFarewell = "smile.farewell",
    SmileAll = "smile.all",
    GazeGreeting = "gaze.greeting",
    GazeService = "gaze.service",
    GazePayment = "gaze.payment",
    GazeFarewell = "gaze.farewell",
    GazeAll = "gaze.all",
    LongestLook = "longest_look",
    LongestLookAway = "longest_look_away",
    Nods = "nods",
    PhoneInHand = "phone_in_hand",
    Upright = "upright",
    Leaning = "leaning",
    QueueLook = "queue_look",
    Observed = "observed",
}

impl SignalKey {
    /// The name by which it is chosen: the signals of all moments are chosen together.
    #[must_use]
    pub fn choice(self) -> &'static str {
        let key = self.as_str();
        key.split_once('.').map_or(key, |(choice, _)| choice)
    }

    /// Whether it is the smile of some moment.
    #[must_use]
    pub const fn is_smile(self) -> bool {
        matches!(
            self,
            Self::SmileGreeting | Self::SmileService | Self::SmilePayment | Self::SmileFarewell | Self::SmileAll
        )
    }
}

/// A known signal as plain numbers, whatever its type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The value in the signal's unit; `None` for a yes-or-no and for "never".
    pub value: Option<f64>,
    /// Whether it was shown at all; `None` for a signal that has no such answer.
    pub shown: Option<bool>,
    /// The value may have been larger.
    pub at_least: bool,
}

impl Figure {
    const fn number(value: f64) -> Self {
        Self { value: Some(value), shown: None, at_least: false }
    }

    const fn shown(value: Option<f64>, shown: bool) -> Self {
        Self { value, shown: Some(shown), at_least: false }
    }
}

impl From<GreetDelay> for Figure {
    fn from(delay: GreetDelay) -> Self {
        match delay {
            GreetDelay::After { delay_s, .. } => Self::shown(Some(delay_s), true),
            GreetDelay::Never { .. } => Self::shown(None, false),
        }
    }
}

impl From<SmileShare> for Figure {
    fn from(smile: SmileShare) -> Self {
        Self::shown(Some(smile.share), smile.shown)
    }
}

impl From<GazeShare> for Figure {
    fn from(gaze: GazeShare) -> Self {
        Self::shown(Some(gaze.share), gaze.shown)
    }
}

impl From<Longest> for Figure {
    fn from(longest: Longest) -> Self {
        Self { at_least: longest.at_least, ..Self::number(longest.length_s) }
    }
}

impl From<NodRate> for Figure {
    fn from(nods: NodRate) -> Self {
        Self::number(nods.per_minute)
    }
}

impl From<TimeInHand> for Figure {
    fn from(phone: TimeInHand) -> Self {
        Self::number(phone.in_hand_s)
    }
}

impl From<Share> for Figure {
    fn from(share: Share) -> Self {
        Self::number(share.share)
    }
}

impl From<QueueLook> for Figure {
    fn from(queue: QueueLook) -> Self {
        Self::shown(None, queue.looked)
    }
}

fn figure<T: Copy + Into<Figure>>(measured: Measured<T>) -> Measured<Figure> {
    match measured {
        Measured::Known(value) => Measured::Known(value.into()),
        Measured::NotObservable { not_observable } => Measured::unknown(not_observable),
    }
}

impl Signals {
    /// Every signal as a plain figure, in the order of [`SignalKey::ALL`].
    pub fn figures(&self) -> Vec<(SignalKey, Measured<Figure>)> {
        let Self {
            greet_delay,
            smile,
            gaze,
            longest_look,
            longest_look_away,
            nods,
            phone_in_hand,
            upright,
            leaning,
            queue_look,
            observed,
        } = *self;
        vec![
            (SignalKey::GreetDelay, figure(greet_delay)),
            (SignalKey::SmileGreeting, figure(smile.greeting)),
            (SignalKey::SmileService, figure(smile.service)),
            (SignalKey::SmilePayment, figure(smile.payment)),
            (SignalKey::SmileFarewell, figure(smile.farewell)),
            (SignalKey::SmileAll, figure(smile.all)),
            (SignalKey::GazeGreeting, figure(gaze.greeting)),
            (SignalKey::GazeService, figure(gaze.service)),
            (SignalKey::GazePayment, figure(gaze.payment)),
            (SignalKey::GazeFarewell, figure(gaze.farewell)),
            (SignalKey::GazeAll, figure(gaze.all)),
            (SignalKey::LongestLook, figure(longest_look)),
            (SignalKey::LongestLookAway, figure(longest_look_away)),
            (SignalKey::Nods, figure(nods)),
            (SignalKey::PhoneInHand, figure(phone_in_hand)),
            (SignalKey::Upright, figure(upright)),
            (SignalKey::Leaning, figure(leaning)),
            (SignalKey::QueueLook, figure(queue_look)),
            (SignalKey::Observed, figure(observed)),
        ]
    }

    /// Nothing could be known, for one reason.
    #[must_use]
    pub fn unknown(reason: Reason) -> Self {
        fn by_moment<T>(reason: Reason) -> ByMoment<Measured<T>> {
            let unknown = || Measured::unknown(reason);
            ByMoment {
                greeting: unknown(),
                service: unknown(),
                payment: unknown(),
                farewell: unknown(),
                all: unknown(),
            }
        }
        Self {
            greet_delay: Measured::unknown(reason),
            smile: by_moment(reason),
            gaze: by_moment(reason),
            longest_look: Measured::unknown(reason),
            longest_look_away: Measured::unknown(reason),
            nods: Measured::unknown(reason),
            phone_in_hand: Measured::unknown(reason),
            upright: Measured::unknown(reason),
            leaning: Measured::unknown(reason),
            queue_look: Measured::unknown(reason),
            observed: Measured::unknown(reason),
        }
    }

    /// These signals with every one that `is_on` refuses replaced by `signal_off`.
    #[must_use]
    pub fn only(self, is_on: impl Fn(SignalKey) -> bool) -> Self {
        fn keep<T>(on: bool, measured: Measured<T>) -> Measured<T> {
            if on { measured } else { Measured::unknown(Reason::SignalOff) }
        }
        let Self {
            greet_delay,
            smile,
            gaze,
            longest_look,
            longest_look_away,
            nods,
            phone_in_hand,
            upright,
            leaning,
            queue_look,
            observed,
        } = self;
        Self {
            greet_delay: keep(is_on(SignalKey::GreetDelay), greet_delay),
            smile: ByMoment {
                greeting: keep(is_on(SignalKey::SmileGreeting), smile.greeting),
                service: keep(is_on(SignalKey::SmileService), smile.service),
                payment: keep(is_on(SignalKey::SmilePayment), smile.payment),
                farewell: keep(is_on(SignalKey::SmileFarewell), smile.farewell),
                all: keep(is_on(SignalKey::SmileAll), smile.all),
            },
            gaze: ByMoment {
                greeting: keep(is_on(SignalKey::GazeGreeting), gaze.greeting),
                service: keep(is_on(SignalKey::GazeService), gaze.service),
                payment: keep(is_on(SignalKey::GazePayment), gaze.payment),
                farewell: keep(is_on(SignalKey::GazeFarewell), gaze.farewell),
                all: keep(is_on(SignalKey::GazeAll), gaze.all),
            },
            longest_look: keep(is_on(SignalKey::LongestLook), longest_look),
            longest_look_away: keep(is_on(SignalKey::LongestLookAway), longest_look_away),
            nods: keep(is_on(SignalKey::Nods), nods),
            phone_in_hand: keep(is_on(SignalKey::PhoneInHand), phone_in_hand),
            upright: keep(is_on(SignalKey::Upright), upright),
            leaning: keep(is_on(SignalKey::Leaning), leaning),
            queue_look: keep(is_on(SignalKey::QueueLook), queue_look),
            observed: keep(is_on(SignalKey::Observed), observed),
        }
    }
}

/// The flat map of the JSON contract.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    greet_delay: Measured<GreetDelay>,
    #[serde(rename = "smile.greeting")]
    smile_greeting: Measured<SmileShare>,
    #[serde(rename = "smile.service")]
    smile_service: Measured<SmileShare>,
    #[serde(rename = "smile.payment")]
    smile_payment: Measured<SmileShare>,
    #[serde(rename = "smile.farewell")]
    smile_farewell: Measured<SmileShare>,
    #[serde(rename = "smile.all")]
    smile_all: Measured<SmileShare>,
    #[serde(rename = "gaze.greeting")]
    gaze_greeting: Measured<GazeShare>,
    #[serde(rename = "gaze.service")]
    gaze_service: Measured<GazeShare>,
    #[serde(rename = "gaze.payment")]
    gaze_payment: Measured<GazeShare>,
    #[serde(rename = "gaze.farewell")]
    gaze_farewell: Measured<GazeShare>,
    #[serde(rename = "gaze.all")]
    gaze_all: Measured<GazeShare>,
    longest_look: Measured<Longest>,
    longest_look_away: Measured<Longest>,
    nods: Measured<NodRate>,
    phone_in_hand: Measured<TimeInHand>,
    upright: Measured<Share>,
    leaning: Measured<Share>,
    queue_look: Measured<QueueLook>,
    observed: Measured<Share>,
}

impl From<Signals> for Keys {
    fn from(signals: Signals) -> Self {
        let Signals {
            greet_delay,
            smile,
            gaze,
            longest_look,
            longest_look_away,
            nods,
            phone_in_hand,
            upright,
            leaning,
            queue_look,
            observed,
        } = signals;
        Self {
            greet_delay,
            smile_greeting: smile.greeting,
            smile_service: smile.service,
            smile_payment: smile.payment,
            smile_farewell: smile.farewell,
            smile_all: smile.all,
            gaze_greeting: gaze.greeting,
            gaze_service: gaze.service,
            gaze_payment: gaze.payment,
            gaze_farewell: gaze.farewell,
            gaze_all: gaze.all,
            longest_look,
            longest_look_away,
            nods,
            phone_in_hand,
            upright,
            leaning,
            queue_look,
            observed,
        }
    }
}

impl From<Keys> for Signals {
    fn from(keys: Keys) -> Self {
        Self {
            greet_delay: keys.greet_delay,
            smile: ByMoment {
                greeting: keys.smile_greeting,
                service: keys.smile_service,
                payment: keys.smile_payment,
                farewell: keys.smile_farewell,
                all: keys.smile_all,
            },
            gaze: ByMoment {
                greeting: keys.gaze_greeting,
                service: keys.gaze_service,
                payment: keys.gaze_payment,
                farewell: keys.gaze_farewell,
                all: keys.gaze_all,
            },
            longest_look: keys.longest_look,
            longest_look_away: keys.longest_look_away,
            nods: keys.nods,
            phone_in_hand: keys.phone_in_hand,
            upright: keys.upright,
            leaning: keys.leaning,
            queue_look: keys.queue_look,
            observed: keys.observed,
        }
    }
}
