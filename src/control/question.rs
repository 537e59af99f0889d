//! What can be asked of a kiosk, as it passes the socket.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::own::OwnQuestion;
use super::shares::SharingQuestion;
use super::trial::TrialQuestion;
use crate::consent::Consent;
use crate::customer::Face;
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
    /// What a person asks of their own.
    Own {
        /// Who, and that it is they; a token is one of [`Answer::Opened`](super::Answer::Opened).
        proof: Proof,
        /// What they ask.
        #[serde(rename = "question")]
        ask: OwnQuestion,
    },
    /// A person is erased, and no longer invited.
    Erase {
        /// Their name.
        name: String,
    },
    /// Write a backup into the data folder.
    Backup,
    /// What was released to trainers.
    Releases,
    /// A customer touched a face.
    Customer {
        /// Which.
        face: Face,
    },
    /// What customers answered, of weeks that are over.
    CustomerAnswers,
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
        /// Who, and that it is they; a token is one of [`Answer::SignedIn`](super::Answer::SignedIn).
        proof: Proof,
    },
    /// The person's own tap: the phone in hand is, or just was, for work.
    PhoneForWork {
        /// As of [`Self::Resume`].
        proof: Proof,
    },
    /// The person's own tap: the transaction that is on, or was last, is left out, or after a complaint its smiles.
    LeaveLatestOut {
        /// As of [`Self::Resume`].
        proof: Proof,
        /// What of it.
        left_out: LeftOut,
    },
    /// Open pages, for a while.
    Open {
        /// Whose.
        visitor: Visitor,
        /// Their secret.
        secret: SecretText,
    },
    /// Who has pages open.
    Visitor {
        /// What opening them gave back.
        token: SecretText,
    },
    /// Close pages.
    Close {
        /// What opening them gave back.
        token: SecretText,
    },
    /// The camera outside of a shift, for whoever has pages open.
    Trial {
        /// What opening the pages gave back.
        token: SecretText,
        /// What of it.
        #[serde(rename = "question")]
        ask: TrialQuestion,
    },
    /// The technician's own tap: the camera opens for looking at places, one after the other.
    Calibrate {
        /// What opening the pages gave back.
        token: SecretText,
        /// Where customers stand, by four looks.
        target: bool,
        /// Places of work, by name.
        work: Vec<String>,
    },
    /// End the trial that is on: the camera closes. Anyone at the counter may.
    EndTrial,
    /// Trainers, what is shared with them, and the log of it.
    #[serde(untagged)]
    Sharing(SharingQuestion),
}

/// How long most answers may take.
const AT_ONCE: Duration = Duration::from_secs(5);
/// How long one may take that opens everything of a person's, or goes through the whole file.
const WHOLE_FILE: Duration = Duration::from_secs(120);

impl Question {
    /// What a person asks of their own, with their secret.
    #[must_use]
    pub fn own(name: &str, secret: SecretText, ask: OwnQuestion) -> Self {
        Self::Own { proof: Proof::secret(name, secret), ask }
    }

    /// How long the answer may take.
    pub(super) fn answered_within(&self) -> Duration {
        match self {
            Self::Consent { .. }
            | Self::Own { ask: OwnQuestion::Withdraw | OwnQuestion::Export, .. }
            | Self::Erase { .. }
            | Self::Backup => WHOLE_FILE,
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

/// Who it is, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Their name and secret.
    Secret(Credentials),
    /// A token that was given back for them, of a shift or of open pages: holds while these do.
    Token(SecretText),
}

impl Proof {
    /// A name and a secret.
    #[must_use]
    pub fn secret(name: &str, secret: SecretText) -> Self {
        Self::Secret(Credentials { name: name.to_owned(), secret })
    }
}

/// Who opens pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Visitor {
    /// A person, their own.
    Person {
        /// Their name.
        name: String,
    },
    /// A trainer.
    Trainer {
        /// Their name.
        name: String,
    },
    /// Whoever sets the kiosk up: IT.
    Technician,
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
