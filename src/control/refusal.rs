//! Why something was not done: a sentence for the terminal, and a word by which a page says it in its own language.

use serde::{Deserialize, Serialize};

use super::Answer;
use crate::consent::NoConsent;
use crate::kiosk::NoShift;
use crate::store::{SharingError, StoreError};

/// Why something was not done, in a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// A wrong name or secret: which, is not said.
    WrongSecret,
    /// A wrong invitation, or one that was used before.
    WrongInvitation,
    /// Too many wrong ones.
    Wait {
        /// How long to wait.
        seconds: u64,
    },
    /// A secret that is too short or too long.
    SecretLength,
    /// A shift is on already.
    ShiftOn,
    /// No shift is on.
    NoShift,
    /// The person's shift is on, and has to end before.
    OnShift,
    /// The shift is theirs, and has to be paused before.
    NotPaused,
    /// The program was started to be set up: no shift begins.
    SettingUp,
    /// Somebody else tries something out.
    TrialOn,
    /// There is no camera, or another program has it.
    NoCamera,
    /// What was agreed to holds no longer: it has to be agreed to anew.
    AgreeAnew,
    /// Nothing was found that it could be done to.
    Nothing,
    /// It was released: it can no longer be left out.
    Released,
    /// This trainer cannot be shared with.
    NoTrainer,
    /// The kiosk has too much to do, or stops.
    Busy,
    /// Something else: the sentence says it.
    #[default]
    Other,
}

impl Answer {
    /// A refusal.
    pub(crate) fn refused(why: Why, reason: impl std::fmt::Display) -> Self {
        Self::Refused { reason: reason.to_string(), why }
    }
}

impl From<&StoreError> for Why {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::NotTheirSecret(_)
            | StoreError::NoSuchPerson(_)
            | StoreError::Sharing(SharingError::NotTheirSecret(_) | SharingError::NoSecretYet(_)) => Self::WrongSecret,
            StoreError::NotInvited(_) | StoreError::Sharing(SharingError::NotInvited(_)) => Self::WrongInvitation,
            StoreError::Wait { wait_s } => Self::Wait { seconds: u64::try_from(*wait_s).unwrap_or(0) },
            StoreError::NoConsent(error) => error.into(),
            StoreError::Vault(crate::vault::VaultError::SecretLength) => Self::SecretLength,
            StoreError::Sharing(SharingError::NothingToShare) | StoreError::NoSuchTransaction => Self::Nothing,
            StoreError::WindowReleased => Self::Released,
            _ => Self::Other,
        }
    }
}

impl From<&NoConsent> for Why {
    fn from(error: &NoConsent) -> Self {
        match error {
            NoConsent::Changed | NoConsent::NoAgreement => Self::AgreeAnew,
            NoConsent::NotOwnRequest | NoConsent::Choices => Self::Other,
        }
    }
}

impl From<StoreError> for Answer {
    fn from(error: StoreError) -> Self {
        Self::refused((&error).into(), error)
    }
}

impl From<NoShift> for Answer {
    fn from(error: NoShift) -> Self {
        let why = match &error {
            NoShift::ShiftOn => Why::ShiftOn,
            NoShift::SettingUp => Why::SettingUp,
            NoShift::NoSource | NoShift::Camera(_) => Why::NoCamera,
            NoShift::HowMany | NoShift::NamedTwice(_) => Why::Other,
            NoShift::NoConsent(error) => error.into(),
            NoShift::Store(error) => error.into(),
        };
        Self::refused(why, error)
    }
}
