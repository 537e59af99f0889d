//! What can be asked of a kiosk, as it passes the socket.

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::consent::Consent;
use crate::store::StoreError;
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
    /// Whether a shift is on.
    Status,
    /// The person's own tap: the camera closes.
    Pause {
        /// Their name.
        name: String,
    },
    /// The person's own tap: it is they who stand there, and the camera opens.
    Resume {
        /// Their name.
        name: String,
    },
    /// The person's own tap: the phone in hand is, or just was, for work.
    PhoneForWork {
        /// Their name.
        name: String,
    },
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
