//! Commands beside a running kiosk: one JSON line there, one JSON line back, over a Unix socket that
//! only its owner may use. Without a running kiosk the command takes the store's lock itself.
//!
//! The socket gives what the same person could get by stopping the kiosk; nothing more.

mod client;
mod server;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::clock::Clock;
use crate::consent::Consent;
use crate::export::Export;
use crate::store::{Invitation, Receipt, Store, StoreError};
use crate::summary::{self, Window};
use crate::vault::Secret;

pub use client::{ControlError, ask};
pub use server::serve;

/// The name of the socket in the data folder.
pub const SOCKET: &str = "hymy.sock";

/// The longest line either way.
const MAX_LINE_BYTES: u64 = 256 * 1024;

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

/// What is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// Invited.
    Invited {
        /// The name as kept.
        name: String,
        /// What the person needs to agree, once.
        invitation: String,
    },
    /// The consent is kept.
    Agreed,
    /// Another secret holds from now on.
    SecretChanged,
    /// What was erased.
    Erased {
        /// How much.
        receipt: Receipt,
    },
    /// Everything about a person.
    Exported(Box<Export>),
    /// Everyone, by name.
    Staff {
        /// Name, and when they were added.
        members: Vec<(String, jiff::Timestamp)>,
    },
    /// A person's latest summaries.
    Summaries {
        /// Shortest window first; a window without a summary is left out.
        windows: Vec<Window>,
    },
    /// Whether a shift is on.
    Status(Status),
    /// The shift is paused and the camera closed.
    Paused,
    /// The shift goes on and the camera opens.
    Resumed,
    /// The phone is left out of the transaction.
    NotedForWork,
    /// It was not done.
    Refused {
        /// Why, and what to do.
        reason: String,
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

/// How the kiosk is; says nothing about what anyone does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// A kiosk is running.
    pub running: bool,
    /// A shift is on.
    pub shift: bool,
    /// The camera gives frames.
    pub camera: bool,
    /// The shift is paused.
    #[serde(default)]
    pub paused: bool,
}

/// Answers out of the store.
#[must_use]
pub fn answer(store: &mut Store, question: &Question, status: &Status, clock: &dyn Clock) -> Answer {
    let answered = match question {
        Question::AddStaff { name } => store.add_staff(name, clock.now()).map(|(member, invitation)| Answer::Invited {
            name: member.name,
            invitation: invitation.as_str().to_owned(),
        }),
        Question::Invite { name } => store.invite(name).map(|invitation| Answer::Invited {
            name: name.trim().to_owned(),
            invitation: invitation.as_str().to_owned(),
        }),
        Question::Consent { name, invitation, secret, consent } => secret.chosen().and_then(|secret| {
            store.give_consent(name, &Invitation::typed(invitation), &secret, consent).map(|()| Answer::Agreed)
        }),
        Question::ChangeSecret { name, secret, new } => new.chosen().and_then(|new| {
            let signed_in = store.sign_in(name, &secret.typed(), clock.now())?;
            store.change_secret(&signed_in, &new).map(|()| Answer::SecretChanged)
        }),
        Question::Withdraw { name, secret } => store
            .sign_in(name, &secret.typed(), clock.now())
            .and_then(|person| store.withdraw(person).map(|receipt| Answer::Erased { receipt })),
        Question::Erase { name } => store.erase(name).map(|receipt| Answer::Erased { receipt }),
        Question::ListStaff => store.staff().map(|members| Answer::Staff {
            members: members.into_iter().map(|member| (member.name, member.added_at)).collect(),
        }),
        Question::Summaries { name, secret } => summaries(store, name, secret, clock),
        Question::Export { name, secret } => {
            Export::of(store, name, &secret.typed(), clock.now()).map(|export| Answer::Exported(Box::new(export)))
        }
        Question::Status => Ok(Answer::Status(status.clone())),
        // A running kiosk answers these itself.
        Question::Pause { .. } | Question::Resume { .. } | Question::PhoneForWork { .. } => Ok(Answer::Refused {
            reason: "no kiosk is running with this data_dir, so nobody is on shift; see: hymy run --help".to_owned(),
        }),
    };
    answered.unwrap_or_else(|error| Answer::Refused { reason: error.to_string() })
}

fn summaries(store: &mut Store, name: &str, secret: &SecretText, clock: &dyn Clock) -> Result<Answer, StoreError> {
    let (now, zone) = (clock.now(), clock.time_zone());
    let person = store.sign_in(name, &secret.typed(), now)?;
    let stored = store.summaries(&person, summary::earliest(now, &zone))?;
    // The program wrote it; a row that cannot be read is shown as none rather than in part.
    let shifts: Vec<_> =
        stored.iter().filter_map(|shift| Some((shift.started_at, serde_json::from_str(&shift.json).ok()?))).collect();
    Ok(Answer::Summaries { windows: summary::windows(&shifts, now, &zone) })
}

#[cfg(test)]
mod tests;
