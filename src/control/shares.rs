//! Answers about who saw what, and about what people share: with a person's own secret, or with a trainer's.
//!
//! Nobody else is answered whether anyone shares anything.

use serde::{Deserialize, Serialize};

use super::{Answer, SecretText, windows};
use crate::clock::Clock;
use crate::config::SharingConfig;
use crate::store::{Invitation, LogCheck, Looked, OwnShare, Seen, SharedSummary, Store, StoreError};
use crate::summary::SharedWindow;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case", deny_unknown_fields)]
pub enum SharingQuestion {
    /// Who saw what of a person's.
    Seen {
        /// Their name.
        name: String,
        /// Their secret.
        secret: SecretText,
    },
    /// A person shares their own summaries with a trainer.
    Share {
        /// Their name.
        name: String,
        /// Their secret.
        secret: SecretText,
        /// The trainer.
        with: String,
        /// For how many days.
        days: u32,
    },
    /// A person takes back what they share.
    Unshare {
        /// Their name.
        name: String,
        /// Their secret.
        secret: SecretText,
        /// The trainer; all of them without.
        with: Option<String>,
    },
    /// What a person shares.
    Shares {
        /// Their name.
        name: String,
        /// Their secret.
        secret: SecretText,
    },
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
        /// Their name.
        trainer: String,
        /// Their secret.
        secret: SecretText,
        /// Of this person only.
        of: Option<String>,
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

/// Answers out of the store.
pub(super) fn answer(
    store: &mut Store,
    question: &SharingQuestion,
    clock: &dyn Clock,
    sharing: &SharingConfig,
) -> Result<Answer, StoreError> {
    use SharingQuestion::{CheckLog, InviteTrainer, Seen, Share, Shared, Shares, TrainerSecret, Unshare};
    let now = clock.now();
    let trainer = match question {
        Share { with: name, .. }
        | InviteTrainer { trainer: name }
        | TrainerSecret { trainer: name, .. }
        | Shared { trainer: name, .. } => sharing.trainer(name),
        Seen { .. } | Unshare { .. } | Shares { .. } | CheckLog { .. } => Ok(""),
    };
    let trainer = match trainer {
        Ok(trainer) => trainer,
        Err(error) => return Ok(Answer::Refused { reason: error.to_string() }),
    };
    Ok(Answer::Sharing(match question {
        Seen { name, secret } => {
            let person = store.sign_in(name, &secret.typed(), now)?;
            let opened = store.opened_by_themself(&person, Looked::Log, now)?;
            SharingAnswer::Seen { entries: store.seen(&opened)? }
        }
        Share { name, secret, days, .. } => {
            let person = store.sign_in(name, &secret.typed(), now)?;
            let opened = store.opened_by_themself(&person, Looked::Sharing, now)?;
            let own = windows(store, &opened, clock)?;
            let zone = clock.time_zone();
            let windows = own.iter().filter_map(|window| SharedWindow::of(window, &zone)).collect();
            SharingAnswer::Shared { share: Box::new(store.share(&opened, trainer, *days, windows, now)?) }
        }
        Unshare { name, secret, with } => {
            let person = store.sign_in(name, &secret.typed(), now)?;
            // What was shared with a trainer whom the configuration no longer names can be taken back all the same.
            let with = with.as_deref().map(|name| sharing.trainer(name).unwrap_or(name.trim()));
            SharingAnswer::Unshared { shares: store.unshare(&person, with)? }
        }
        Shares { name, secret } => {
            let person = store.sign_in(name, &secret.typed(), now)?;
            let opened = store.opened_by_themself(&person, Looked::Shares, now)?;
            SharingAnswer::Shares { shares: store.own_shares(&opened, now)? }
        }
        InviteTrainer { .. } => {
            let invitation = store.invite_trainer(trainer)?.as_str().to_owned();
            SharingAnswer::TrainerInvited { trainer: trainer.to_owned(), invitation }
        }
        TrainerSecret { invitation, secret, .. } => {
            let fingerprint = store.give_trainer_secret(trainer, &Invitation::typed(invitation), &secret.chosen()?)?;
            SharingAnswer::TrainersKey { fingerprint }
        }
        Shared { secret, of, .. } => {
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
