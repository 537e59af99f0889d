//! `hymy trainer`: a trainer's own secret, and what people share with them.

use clap::{Args, Subcommand};
use hymy::clock::SystemClock;
use hymy::config::Config;
use hymy::control::{Answer, Proof, Question, SharingQuestion};

use super::secrets::{line, new_secret, secret};
use super::shares::tell;
use super::staff::StoreOf;

/// Invite trainers; a trainer's own secret, and what people share with them.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy trainer invite Tuula --config /etc/hymy/kiosk.toml   gives a code to hand over
  hymy trainer secret Tuula --config /etc/hymy/kiosk.toml   Tuula chooses a secret, with the code
  hymy trainer shared Tuula --config /etc/hymy/kiosk.toml   what is shared with Tuula, with Tuula's secret

A trainer is one whom [sharing] trainers names. Each time that a trainer looks at what somebody shares stands in that
person's access log before it is shown.")]
pub struct Trainer {
    #[command(subcommand)]
    command: TrainerCommand,
}

#[derive(Debug, Subcommand)]
enum TrainerCommand {
    /// Invite a trainer: gives a code that they need to choose a secret, once.
    Invite {
        /// Their name, as [sharing] trainers has it.
        #[arg(value_name = "TRAINER")]
        trainer: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Choose a secret, with the code. What was shared with an earlier one can no longer be opened.
    Secret {
        /// Their name.
        #[arg(value_name = "TRAINER")]
        trainer: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Show a trainer what people share with them.
    Shared {
        /// Their name.
        #[arg(value_name = "TRAINER")]
        trainer: String,
        /// Of this person only.
        #[arg(long, value_name = "PERSON")]
        of: Option<String>,
        #[command(flatten)]
        store: StoreOf,
    },
}

impl Trainer {
    /// Asks the kiosk or the store, and prints.
    pub fn run(self) -> anyhow::Result<()> {
        let clock = SystemClock::default();
        let config = Config::load(&self.command.store().config)?;
        let question = Question::Sharing(self.command.question()?);
        match super::ask(&config, &question)? {
            Answer::Sharing(answer) => tell(&answer, &clock),
            _ => anyhow::bail!("the kiosk answered something else"),
        }
        Ok(())
    }
}

impl TrainerCommand {
    fn store(&self) -> &StoreOf {
        match self {
            Self::Invite { store, .. } | Self::Secret { store, .. } | Self::Shared { store, .. } => store,
        }
    }

    fn question(self) -> anyhow::Result<SharingQuestion> {
        Ok(match self {
            Self::Invite { trainer, .. } => SharingQuestion::InviteTrainer { trainer },
            Self::Secret { trainer, .. } => {
                let invitation = line("Invitation (the code that you were handed)")?.to_string();
                let secret = new_secret("Choose a secret (8 characters or more; nobody can set it back)")?;
                SharingQuestion::TrainerSecret { trainer, invitation, secret }
            }
            Self::Shared { trainer, of, .. } => {
                SharingQuestion::Shared { proof: Proof::secret(&trainer, secret("Your secret")?), of }
            }
        })
    }
}
