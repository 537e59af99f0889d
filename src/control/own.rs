//! What a person asks of their own: with their secret, or while they have their own pages open.
//!
//! Nobody else is answered whether anyone has, chose or shares anything.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Answer, Overview, Rules, SecretText, SharingAnswer, TrainersMark, Why, windows};
use crate::clock::Clock;
use crate::consent::Consent;
use crate::export::Export;
use crate::store::{Looked, SignedIn, Store, StoreError};
use crate::summary::{LeftOut, SharedWindow};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "own", rename_all = "snake_case", deny_unknown_fields)]
pub enum OwnQuestion {
    /// What they agreed to and chose.
    Consent,
    /// Another consent under the same secret and key: agreed to anew, or with other choices.
    AgreeAnew {
        /// What takes the place of what they agreed to.
        consent: Consent,
    },
    /// Another secret in the place of the present one.
    ChangeSecret {
        /// The new one.
        new: SecretText,
    },
    /// They withdraw: what is theirs is erased.
    Withdraw,
    /// Their own summaries.
    Summaries,
    /// All that the page of their own summary shows.
    Overview,
    /// Everything about them.
    Export,
    /// Their latest transactions: when, and at which register.
    Transactions,
    /// They leave a transaction out; why is never asked.
    LeaveOut {
        /// All of it, or after a complaint its smiles.
        left_out: LeftOut,
        /// When it was going on; the latest one unless told.
        at: Option<Timestamp>,
    },
    /// They leave every window out that is not released.
    LeaveWindowsOut,
    /// Who saw what of theirs.
    Seen,
    /// They share their own summaries with a trainer.
    Share {
        /// The trainer.
        with: String,
        /// For how many days.
        days: u32,
    },
    /// They take back what they share.
    Unshare {
        /// The trainer; all of them without.
        with: Option<String>,
    },
    /// What they share, and with whom they could.
    Shares,
}

/// Answers out of the store.
pub(crate) fn answer(
    store: &mut Store,
    person: &mut SignedIn,
    ask: &OwnQuestion,
    clock: &dyn Clock,
    rules: &Rules,
) -> Result<Answer, StoreError> {
    let (now, zone) = (clock.now(), clock.time_zone());
    Ok(match ask {
        OwnQuestion::Consent => Answer::OwnConsent(Box::new(person.consent().clone())),
        OwnQuestion::AgreeAnew { consent } => {
            store.agree_anew(person, consent)?;
            Answer::Agreed
        }
        OwnQuestion::ChangeSecret { new } => {
            store.change_secret(person, &new.chosen()?)?;
            Answer::SecretChanged
        }
        OwnQuestion::Withdraw => Answer::Erased { receipt: store.withdraw(person)? },
        OwnQuestion::Summaries => {
            let opened = store.opened_by_themself(person, Looked::Summary, now)?;
            let windows = windows(store, &opened, clock)?;
            Answer::Summaries { windows, bands: person.consent().bands.clone() }
        }
        OwnQuestion::Overview => Answer::Overview(Box::new(Overview::of(store, person, clock)?)),
        OwnQuestion::Export => Answer::Exported(Box::new(Export::of(store, person, now)?)),
        OwnQuestion::Transactions => {
            let opened = store.opened_by_themself(person, Looked::Transactions, now)?;
            Answer::Transactions { transactions: store.own_transactions(&opened)? }
        }
        OwnQuestion::LeaveOut { left_out, at } => {
            Answer::LeftOut { opened_at: store.leave_out(person, *at, *left_out, &zone)?.opened_at }
        }
        OwnQuestion::LeaveWindowsOut => {
            store.leave_windows_out(person, &zone, now)?;
            Answer::WindowsLeftOut
        }
        OwnQuestion::Seen => {
            let opened = store.opened_by_themself(person, Looked::Log, now)?;
            Answer::Sharing(SharingAnswer::Seen { entries: store.seen(&opened)? })
        }
        OwnQuestion::Share { with, days } => {
            let trainer = match rules.sharing.trainer(with) {
                Ok(trainer) => trainer,
                Err(error) => return Ok(Answer::refused(Why::NoTrainer, error)),
            };
            let opened = store.opened_by_themself(person, Looked::Sharing, now)?;
            let own = windows(store, &opened, clock)?;
            let windows = own.iter().filter_map(|window| SharedWindow::of(window, &zone)).collect();
            let share = store.share(&opened, trainer, *days, windows, now)?;
            Answer::Sharing(SharingAnswer::Shared { share: Box::new(share) })
        }
        OwnQuestion::Unshare { with } => {
            // What was shared with a trainer whom the configuration no longer names can be taken back all the same.
            let with = with.as_deref().map(|name| rules.sharing.trainer(name).unwrap_or(name.trim()));
            Answer::Sharing(SharingAnswer::Unshared { shares: store.unshare(person, with)? })
        }
        OwnQuestion::Shares => {
            let opened = store.opened_by_themself(person, Looked::Shares, now)?;
            let shares = store.own_shares(&opened, now)?;
            let mark = |trainer: &String| -> Result<TrainersMark, StoreError> {
                let name = trainer.trim().to_owned();
                Ok(TrainersMark { fingerprint: store.trainers_fingerprint(&name)?, name })
            };
            let trainers = rules.sharing.trainers.iter().map(mark).collect::<Result<_, _>>()?;
            Answer::Sharing(SharingAnswer::Shares { shares, trainers })
        }
    })
}
