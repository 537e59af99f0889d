//! The shares that a release can be about: a fixed list, each 0 to 1 in one transaction, made from the signals.
//!
//! There is no free query: what is not in this list cannot be released, and no two of them are added up.

use serde::{Deserialize, Serialize};

use crate::signals::{Figure, Measured, SignalKey, Signals};
use crate::summary::TransactionRecord;

/// A whole share of one transaction: ten-thousandths, as fine as the signals are rounded.
pub const SHARE_ONE: u16 = 10_000;

/// A share of one transaction in ten-thousandths, 0 to [`SHARE_ONE`] whatever it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "u16", into = "u16")]
pub struct ClippedShare(u16);

impl ClippedShare {
    /// The share, clipped to 0..1; `None` for what is not a number.
    #[must_use]
    pub fn of(share: f64) -> Option<Self> {
        let parts = (share.clamp(0.0, 1.0) * f64::from(SHARE_ONE)).round();
        // In range after the clamp; not a number stays not a number through it.
        if parts.is_nan() { None } else { Some(Self(parts as u16)) }
    }

    /// A yes or no.
    #[must_use]
    pub const fn yes_or_no(yes: bool) -> Self {
        Self(if yes { SHARE_ONE } else { 0 })
    }

    /// In ten-thousandths.
    #[must_use]
    pub const fn parts(self) -> u16 {
        self.0
    }
}

impl From<u16> for ClippedShare {
    fn from(parts: u16) -> Self {
        Self(parts.min(SHARE_ONE))
    }
}

impl From<ClippedShare> for u16 {
    fn from(share: ClippedShare) -> Self {
        share.0
    }
}

macro_rules! statistics {
    ($($name:ident = $key:literal, $meaning:literal,)*) => {
        /// One of the shares that may be released.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Statistic {
            $(#[doc = $meaning] #[serde(rename = $key)] $name,)*
        }

        impl Statistic {
            /// Every one, in the order in which they are shown.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The key in the configuration, on the command line and in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }

            /// What it says, in words.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning),* }
            }
        }
    };
}

statistics! {
    LookedAt = "greet.looked", "transactions in which the customer was looked at at all",
    GreetingSmile = "smile.greeting.shown", "transactions with a smile in the greeting",
    GreetingLook = "gaze.greeting.shown", "transactions with a look at the customer in the greeting",
    ServiceLook = "gaze.service.share", "share of the service time looking towards the customer",
    PaymentLook = "gaze.payment.shown", "transactions with a look at the customer at the payment",
    FarewellSmile = "smile.farewell.shown", "transactions with a smile in the farewell",
    FarewellLook = "gaze.farewell.shown", "transactions with a look at the customer in the farewell",
    QueueLook = "queue.looked", "transactions in which someone waiting was looked at",
    Upright = "upright.share", "share of the time upright",
    NoPhone = "phone.none", "transactions without a phone-like thing in the hand",
}

impl Statistic {
    /// The one with this key.
    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|statistic| statistic.as_str() == key)
    }

    /// The signal that it is made from.
    #[must_use]
    pub const fn signal(self) -> SignalKey {
        match self {
            Self::LookedAt => SignalKey::GreetDelay,
            Self::GreetingSmile => SignalKey::SmileGreeting,
            Self::GreetingLook => SignalKey::GazeGreeting,
            Self::ServiceLook => SignalKey::GazeService,
            Self::PaymentLook => SignalKey::GazePayment,
            Self::FarewellSmile => SignalKey::SmileFarewell,
            Self::FarewellLook => SignalKey::GazeFarewell,
            Self::QueueLook => SignalKey::QueueLook,
            Self::Upright => SignalKey::Upright,
            Self::NoPhone => SignalKey::PhoneInHand,
        }
    }

    /// The share of one transaction; `None` where the signal was not observable, was not chosen, or the transaction
    /// was cancelled. A value that is not known is never counted as zero.
    #[must_use]
    pub fn of_record(self, record: &TransactionRecord) -> Option<ClippedShare> {
        if record.transaction.voided { None } else { self.of(&record.signals) }
    }

    /// The share from the signals of one transaction.
    fn of(self, signals: &Signals) -> Option<ClippedShare> {
        let figures = signals.figures();
        let (_, measured) = figures.iter().find(|(key, _)| *key == self.signal())?;
        let Measured::Known(Figure { value, shown, at_least: _ }) = *measured else { return None };
        match self {
            Self::LookedAt
            | Self::GreetingSmile
            | Self::GreetingLook
            | Self::PaymentLook
            | Self::FarewellSmile
            | Self::FarewellLook
            | Self::QueueLook => shown.map(ClippedShare::yes_or_no),
            Self::ServiceLook | Self::Upright => value.and_then(ClippedShare::of),
            Self::NoPhone => value.map(|in_hand_s| ClippedShare::yes_or_no(in_hand_s <= 0.0)),
        }
    }
}
