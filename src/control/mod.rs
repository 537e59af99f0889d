//! Commands beside a running kiosk: one JSON line there, one JSON line back, over a Unix socket that
//! only its owner may use. Without a running kiosk the command takes the store's lock itself.
//!
//! The socket gives what the same person could get by stopping the kiosk; nothing more.

mod client;
mod overview;
mod own;
mod question;
mod refusal;
mod server;
mod set_up;
mod shares;
mod trial;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::config::{Config, SharingConfig};
use crate::consent::{Band, Consent};
use crate::customer::Answers;
use crate::export::Export;
use crate::release::{self, Release};
use crate::store::{Invitation, Opened, OwnTransaction, Receipt, Retention, Store, StoreError};
use crate::summary::{self, Summary, Window};

pub use client::{ControlError, ask};
pub use overview::{Overview, Served};
pub use own::OwnQuestion;
pub(crate) use own::answer as answer_own;
pub use question::{Credentials, Proof, Question, SecretText, Visitor};
pub use refusal::Why;
pub use server::serve;
pub use set_up::{SceneLines, SetUpFound, SettingUp, WalkNow};
pub use shares::{SharingAnswer, SharingQuestion, TrainersMark};
pub use trial::{Seen, SeenFace, TrialFor, TrialNow, TrialQuestion, Trying};

/// The name of the socket in the data folder.
pub const SOCKET: &str = "hymy.sock";

/// The longest question.
const MAX_QUESTION_BYTES: u64 = 256 * 1024;
/// The longest answer: an export of two weeks at a busy register has a tenth of it.
const MAX_ANSWER_BYTES: u64 = 64 * 1024 * 1024;

/// The newest windows that are shown: more than a year of them, and no more than a line holds.
const RELEASES_SHOWN_MAX: usize = 20;

/// What the configuration says about what is kept, and with whom people may share; every answer keeps to it.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How long what is kept.
    pub retention: Retention,
    /// With whom people may share.
    pub sharing: SharingConfig,
}

impl Rules {
    /// What the configuration says.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self { retention: Retention::configured(config), sharing: config.sharing.clone() }
    }
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
    /// What a person's own summary page shows.
    Overview(Box<Overview>),
    /// A backup is in the data folder.
    BackedUp {
        /// Its passing name there.
        file: String,
    },
    /// A person's own transactions.
    Transactions {
        /// Oldest first.
        transactions: Vec<OwnTransaction>,
    },
    /// A transaction is left out, or its smiles are.
    LeftOut {
        /// When it was opened.
        opened_at: jiff::Timestamp,
    },
    /// Nothing of the person is in a window that is not released.
    WindowsLeftOut,
    /// What was released to trainers.
    Releases {
        /// Each window with what it says, oldest first.
        windows: Vec<(release::Window, Release)>,
    },
    /// A customer's answer was taken; whether it counts is not said.
    Thanked,
    /// What customers answered.
    CustomerAnswers {
        /// Of four weeks each, oldest first.
        answers: Vec<Answers>,
    },
    /// Whether a shift is on.
    Status(Status),
    /// The shift is on.
    SignedIn {
        /// Shows that a tap is of this shift's person, instead of their secret; it dies with the shift.
        token: SecretText,
        /// It is paused, as a crash left it; otherwise the camera opens.
        paused: bool,
    },
    /// The shift is over and the camera closed.
    SignedOut,
    /// The shift is paused and the camera closed.
    Paused,
    /// The shift goes on and the camera opens.
    Resumed,
    /// The phone is left out of the transaction.
    NotedForWork,
    /// Pages are open.
    Opened {
        /// Shows who asks, instead of a secret.
        token: SecretText,
        /// Whose they are.
        visitor: Visitor,
    },
    /// Whose pages are open.
    Visiting(Visitor),
    /// No such pages are open: they were closed, or their time is over.
    NotOpen,
    /// Pages are closed.
    Closed,
    /// How a trial is.
    Trial(TrialNow),
    /// What the technician's trials have found.
    Found(SetUpFound),
    /// No trial is on.
    NoTrial,
    /// It was not done.
    Refused {
        /// Why, and what to do.
        reason: String,
        /// Why, in a word.
        #[serde(flatten, default)]
        why: Why,
    },
    /// Who saw what, and what people share.
    #[serde(untagged)]
    Sharing(SharingAnswer),
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
    /// The camera is open, or about to be, for trying out or setting up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trying: Option<Trying>,
}

/// Answers out of the store.
#[must_use]
pub fn answer(store: &mut Store, question: &Question, status: &Status, clock: &dyn Clock, rules: &Rules) -> Answer {
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
        Question::Own { proof: Proof::Secret(Credentials { name, secret }), ask } => store
            .sign_in(name, &secret.typed(), clock.now())
            .and_then(|mut person| own::answer(store, &mut person, ask, clock, rules)),
        Question::Erase { name } => store.erase(name).map(|receipt| Answer::Erased { receipt }),
        Question::ListStaff => store.staff().map(|members| Answer::Staff {
            members: members.into_iter().map(|member| (member.name, member.added_at)).collect(),
        }),
        Question::Backup => store.backup().map(|file| Answer::BackedUp { file }),
        Question::Releases => store.released(RELEASES_SHOWN_MAX).map(|windows| Answer::Releases { windows }),
        Question::CustomerAnswers => {
            store.customer_answers(RELEASES_SHOWN_MAX).map(|answers| Answer::CustomerAnswers { answers })
        }
        Question::Sharing(question) => shares::answer(store, question, clock.now(), &rules.sharing),
        Question::Status => Ok(Answer::Status(status.clone())),
        // A running kiosk answers these itself.
        Question::Own { proof: Proof::Token(_), .. }
        | Question::Customer { .. }
        | Question::SignIn { .. }
        | Question::SignOut { .. }
        | Question::Pause { .. }
        | Question::Resume { .. }
        | Question::PhoneForWork { .. }
        | Question::LeaveLatestOut { .. }
        | Question::Open { .. }
        | Question::Visitor { .. }
        | Question::Close { .. }
        | Question::Trial { .. }
        | Question::Calibrate { .. }
        | Question::EndTrial => {
            let reason = "no kiosk is running with this data_dir, so nobody is on shift; see: hymy run --help";
            Ok(Answer::refused(Why::NoShift, reason))
        }
    };
    answered.unwrap_or_else(Answer::from)
}

/// A person's own windows.
fn windows(store: &Store, person: &Opened<'_>, clock: &dyn Clock) -> Result<Vec<Window>, StoreError> {
    Ok(summary::windows(&shifts(store, person, clock)?, clock.now(), &clock.time_zone()))
}

/// A person's own shifts that can matter, oldest first: when each began, and what it adds up to.
fn shifts(
    store: &Store,
    person: &Opened<'_>,
    clock: &dyn Clock,
) -> Result<Vec<(jiff::Timestamp, Summary)>, StoreError> {
    let stored = store.summaries(person, summary::earliest(clock.now(), &clock.time_zone()))?;
    // The program wrote it; a row that cannot be read is shown as none rather than in part.
    let read = stored.iter().filter_map(|shift| Some((shift.started_at, serde_json::from_str(&shift.json).ok()?)));
    Ok(read.collect())
}

#[cfg(test)]
mod tests;
