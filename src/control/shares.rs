//! Trainers, what people share with them, and the log of who saw what. What a person asks of their own: [`super::own`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Answer, Credentials, Proof, SecretText, Why};
use crate::config::SharingConfig;
use crate::store::{Invitation, LogCheck, OwnShare, Seen, SharedSummary, Store, StoreError};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum SharingQuestion {
    /// An invitation for a trainer.
    InviteTrainer {
        /// Their name.
        trainer: String,
    },
    /// A trainer chooses a secret.
    TrainerSecret {
        /// Their name.
        trainer: String,
        /// The invitation that they were handed.
        invitation: String,
        /// The secret that they chose.
        secret: SecretText,
    },
    /// What is shared with a trainer.
    Shared {
        /// Who, and that it is they; a token is one of [`Answer::Opened`](super::Answer::Opened).
        proof: Proof,
        /// Of this person only.
        of: Option<String>,
    },
    /// Who shares with a trainer, and until when.
    Sharers {
        /// As of [`Self::Shared`].
        proof: Proof,
    },
    /// Whether the access log is whole.
    CheckLog {
        /// The number and the hash of an entry, as noted before.
        noted: Option<(i64, String)>,
    },
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum SharingAnswer {
    /// Who saw what of a person's, oldest first.
    Seen {
        /// Their entries in the access log.
        entries: Vec<Seen>,
    },
    /// It is shared.
    Shared {
        /// With whom, and until when.
        share: Box<OwnShare>,
    },
    /// It is taken back.
    Unshared {
        /// How many shares there were.
        shares: usize,
    },
    /// What a person shares.
    Shares {
        /// By trainer.
        shares: Vec<OwnShare>,
        /// With whom they could.
        #[serde(default)]
        trainers: Vec<TrainersMark>,
    },
    /// A trainer is invited.
    TrainerInvited {
        /// Their name.
        trainer: String,
        /// What they need to choose a secret, once.
        invitation: String,
    },
    /// A trainer's own key is made.
    TrainersKey {
        /// What the people who share with them can compare.
        fingerprint: String,
    },
    /// Who shares with a trainer.
    Sharers {
        /// Name, and until when; by name.
        people: Vec<(String, Timestamp)>,
    },
    /// What is shared with a trainer.
    SharedWithTrainer {
        /// By name.
        summaries: Vec<SharedSummary>,
    },
    /// Whether the access log is whole.
    LogChecked {
        /// What was found.
        check: LogCheck,
    },
}

/// A trainer with whom people may share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainersMark {
    /// Their name.
    pub name: String,
    /// The fingerprint of their key, to compare; `None` where they have not made one, and nothing can be shared yet.
    pub fingerprint: Option<String>,
}

/// Answers out of the store.
pub(super) fn answer(
    store: &mut Store,
    question: &SharingQuestion,
    now: Timestamp,
    sharing: &SharingConfig,
) -> Result<Answer, StoreError> {
    use SharingQuestion::{CheckLog, InviteTrainer, Shared, Sharers, TrainerSecret};
    let trainer = match question {
        InviteTrainer { trainer }
        | TrainerSecret { trainer, .. }
        | Shared { proof: Proof::Secret(Credentials { name: trainer, .. }), .. }
        | Sharers { proof: Proof::Secret(Credentials { name: trainer, .. }) } => sharing.trainer(trainer),
        Shared { proof: Proof::Token(_), .. } | Sharers { proof: Proof::Token(_) } | CheckLog { .. } => Ok(""),
    };
    let trainer = match trainer {
        Ok(trainer) => trainer,
        Err(error) => return Ok(Answer::refused(Why::NoTrainer, error)),
    };
    Ok(Answer::Sharing(match question {
        InviteTrainer { .. } => {
            let invitation = store.invite_trainer(trainer)?.as_str().to_owned();
            SharingAnswer::TrainerInvited { trainer: trainer.to_owned(), invitation }
        }
        TrainerSecret { invitation, secret, .. } => {
            let fingerprint = store.give_trainer_secret(trainer, &Invitation::typed(invitation), &secret.chosen()?)?;
            SharingAnswer::TrainersKey { fingerprint }
        }
        // Open pages are known to a running kiosk only.
        Shared { proof: Proof::Token(_), .. } | Sharers { proof: Proof::Token(_) } => return Ok(Answer::NotOpen),
        Sharers { proof: Proof::Secret(Credentials { secret, .. }) } => {
            let trainer = store.trainer_in(trainer, &secret.typed(), now)?;
            SharingAnswer::Sharers { people: store.sharers(&trainer, now)? }
        }
        Shared { proof: Proof::Secret(Credentials { secret, .. }), of } => {
            let trainer = store.trainer_in(trainer, &secret.typed(), now)?;
            SharingAnswer::SharedWithTrainer { summaries: store.shared_with(&trainer, of.as_deref(), now)? }
        }
        CheckLog { noted } => SharingAnswer::LogChecked { check: check(store, noted.as_ref())? },
    }))
}

/// Whether the log is whole, and still has what was noted of it.
fn check(store: &Store, noted: Option<&(i64, String)>) -> Result<LogCheck, StoreError> {
    let check = store.check_log()?;
    Ok(match (check, noted) {
        (LogCheck::Holds { latest, kept, head }, Some((number, hash))) => {
            let found = store.log_hash(*number)?;
            // What went for its age cannot be compared any more.
            let went = *number <= latest - kept && found.is_none();
            if went || found.is_some_and(|found| found.eq_ignore_ascii_case(hash.trim())) {
                LogCheck::Holds { latest, kept, head }
            } else {
                LogCheck::Breaks { number: *number }
            }
        }
        (check, _) => check,
    })
}
