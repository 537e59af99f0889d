//! What can be asked of a kiosk, as it passes the socket.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::shares::SharingQuestion;
use crate::consent::Consent;
use crate::store::StoreError;
use crate::summary::LeftOut;
use crate::vault::Secret;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum Question {
    /// Add a staff member.
    AddStaff {
        /// Their name.
        name: String,
    },
    /// List the staff.
    ListStaff,
    /// A new invitation for a person.
    Invite {
        /// Their name.
        name: String,
    },
    /// The person's consent, under a secret that they choose.
    Consent {
        /// Their name.
        name: String,
        /// The invitation that they were handed.
        invitation: String,
        /// The secret that they chose.
        secret: SecretText,
        /// What they agreed to.
        consent: Consent,
    },
    /// What the person agreed to and chose.
    OwnConsent {
        /// Their name.
        name: String,
        /// Their secret.
        secret: SecretText,
    },
    /// Another consent under the same secret and key: agreed to anew, or with other choices.
    AgreeAnew {
        /// Their name.
        name: String,
        /// Their secret.
        secret: SecretText,
        /// What takes the place of what they agreed to.
        consent: Consent,
    },
    /// Another secret in the place of the present one.
    ChangeSecret {
        /// Their name.
        name: String,
        /// The present one.
        secret: SecretText,
        /// The new one.
        new: SecretText,
    },
    /// The person withdraws: what is theirs is erased.
    Withdraw {
        /// Their name.
        name: String,
        /// Their secret.
        secret: SecretText,
    },
    /// A person is erased, and no longer invited.
    Erase {
        /// Their name.
        name: String,
    },
    /// A person's own summaries.
    Summaries {
        /// Their name.
        name: String,
        /// Their secret.
        secret: SecretText,
    },
    /// Everything about a person.
    Export {
        /// Their name.
        name: String,
        /// Their secret.
        secret: SecretText,
    },
    /// Write a backup into the data folder.
    Backup,
    /// A person's own latest transactions: when, and at which register.
    Transactions {
        /// Their name.
        name: String,
        /// Their secret.
        secret: SecretText,
    },
    /// The person leaves a transaction out; why is never asked.
    LeaveOut {
        /// Their name.
        name: String,
        /// Their secret.
        secret: SecretText,
        /// All of it, or after a complaint its smiles.
        left_out: LeftOut,
        /// When it was going on; the latest one unless told.
        at: Option<Timestamp>,
    },
    /// The person leaves every window out that is not released.
    LeaveWindowsOut {
        /// Their name.
        name: String,
        /// Their secret.
        secret: SecretText,
    },
    /// What was released to trainers.
    Releases,
    /// Whether a shift is on.
    Status,
    /// Begin the shift of people who give their own secrets.
    SignIn {
        /// Who; several at one register together.
        people: Vec<Credentials>,
    },
    /// End the shift: the camera closes. Anyone at the counter may.
    SignOut {
        /// Whose, to be sure that it is this person's.
        #[serde(default)]
        name: Option<String>,
    },
    /// Pause the shift: the camera closes. Anyone at the counter may.
    Pause {
        /// Whose, to be sure that it is this person's.
        #[serde(default)]
        name: Option<String>,
    },
    /// The person's own tap: it is they who stand there, and the camera opens.
    Resume {
        /// Their name.
        name: String,
        /// That it is they.
        proof: Proof,
    },
    /// The person's own tap: the phone in hand is, or just was, for work.
    PhoneForWork {
        /// Their name.
        name: String,
        /// That it is they.
        proof: Proof,
    },
    /// Who saw what, and what people share.
    #[serde(untagged)]
    Sharing(SharingQuestion),
}

/// How long most answers may take.
const AT_ONCE: Duration = Duration::from_secs(5);
/// How long one may take that opens everything of a person's, or goes through the whole file.
const WHOLE_FILE: Duration = Duration::from_secs(120);

impl Question {
    /// How long the answer may take.
    pub(super) fn answered_within(&self) -> Duration {
        match self {
            Self::Consent { .. } | Self::Withdraw { .. } | Self::Erase { .. } | Self::Export { .. } | Self::Backup => {
                WHOLE_FILE
            }
            _ => AT_ONCE,
        }
    }
}

/// Someone who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// Their name.
    pub name: String,
    /// Their secret.
    pub secret: SecretText,
}

/// What shows that a tap is the person's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Their secret.
    Secret(SecretText),
    /// The token that signing in gave back ([`Answer::SignedIn`](super::Answer::SignedIn)): holds while the shift does.
    Token(SecretText),
}

/// A secret on its way through the socket: wiped when dropped, never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretText(String);

impl SecretText {
    /// Takes what was typed.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// As one that was chosen before.
    #[must_use]
    pub fn typed(&self) -> Secret {
        Secret::typed(Zeroizing::new(self.0.clone()))
    }

    /// As one that is being chosen.
    ///
    /// # Errors
    /// [`StoreError::Vault`] of one that is too short or too long.
    pub fn chosen(&self) -> Result<Secret, StoreError> {
        Ok(Secret::chosen(Zeroizing::new(self.0.clone()))?)
    }
}

impl Drop for SecretText {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretText")
    }
}
