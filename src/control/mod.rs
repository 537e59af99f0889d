//! Commands beside a running kiosk: one JSON line there, one JSON line back, over a Unix socket that
//! only its owner may use. Without a running kiosk the command takes the store's lock itself.
//!
//! The socket gives what the same person could get by stopping the kiosk; nothing more.

mod client;
mod question;
mod server;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::consent::{Band, Consent};
use crate::export::Export;
use crate::store::{Invitation, Receipt, Store, StoreError};
use crate::summary::{self, Window};

pub use client::{ControlError, ask};
pub use question::{Question, SecretText};
pub use server::serve;

/// The name of the socket in the data folder.
pub const SOCKET: &str = "hymy.sock";

/// The longest line either way.
const MAX_LINE_BYTES: u64 = 256 * 1024;

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
    /// What a person agreed to and chose.
    OwnConsent(Box<Consent>),
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
        /// Where the person wants the signals to lie.
        #[serde(default)]
        bands: BTreeMap<String, Band>,
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
        Question::OwnConsent { name, secret } => store
            .sign_in(name, &secret.typed(), clock.now())
            .map(|person| Answer::OwnConsent(Box::new(person.consent().clone()))),
        Question::AgreeAnew { name, secret, consent } => store
            .sign_in(name, &secret.typed(), clock.now())
            .and_then(|person| store.agree_anew(&person, consent).map(|()| Answer::Agreed)),
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
    let bands = person.consent().bands.clone();
    Ok(Answer::Summaries { windows: summary::windows(&shifts, now, &zone), bands })
}

#[cfg(test)]
mod tests;
