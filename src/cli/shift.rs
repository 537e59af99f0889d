//! The commands of a shift: signing in and out, and what a person tells the kiosk meanwhile. What opens something or
//! changes what is kept asks for the person's own secret; what only closes the camera asks for nothing.

use clap::Subcommand;
use hymy::control::{Answer, Credentials, Proof, Question};

use super::secrets::secret;
use super::staff::StoreOf;

#[derive(Debug, Subcommand)]
pub enum Shift {
    /// Begin one's own shift: the camera opens. After a crash, the shift that it broke off goes on.
    SignIn {
        /// Their name; several people at one register sign in together, and nothing is read of either.
        #[arg(value_name = "PERSON", required = true)]
        names: Vec<String>,
        #[command(flatten)]
        store: StoreOf,
    },
    /// End the shift: the camera closes, and everything is written.
    SignOut {
        /// Whose shift, to be sure that it is theirs.
        #[arg(value_name = "PERSON")]
        name: Option<String>,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Pause the shift: the camera closes until it is resumed.
    Pause {
        /// Whose shift, to be sure that it is theirs.
        #[arg(value_name = "PERSON")]
        name: Option<String>,
        #[command(flatten)]
        store: StoreOf,
    },
    /// Resume one's own shift: it is this person who stands there, and the camera opens.
    Resume {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
    /// The phone in one's own hand is, or just was, for work: it is left out of this transaction.
    PhoneForWork {
        /// Their name.
        #[arg(value_name = "PERSON")]
        name: String,
        #[command(flatten)]
        store: StoreOf,
    },
}

impl Shift {
    pub fn store(&self) -> &StoreOf {
        match self {
            Self::SignIn { store, .. }
            | Self::SignOut { store, .. }
            | Self::Pause { store, .. }
            | Self::Resume { store, .. }
            | Self::PhoneForWork { store, .. } => store,
        }
    }

    /// What to ask the kiosk, once the person has typed what it takes.
    pub fn question(self) -> anyhow::Result<Question> {
        Ok(match self {
            Self::SignIn { names, .. } => {
                let credentials = |name: String| {
                    let secret = secret(&format!("{name}'s secret"))?;
                    Ok(Credentials { name, secret })
                };
                Question::SignIn { people: names.into_iter().map(credentials).collect::<anyhow::Result<_>>()? }
            }
            Self::SignOut { name, .. } => Question::SignOut { name },
            Self::Pause { name, .. } => Question::Pause { name },
            Self::Resume { name, .. } => Question::Resume { proof: own_secret(name)? },
            Self::PhoneForWork { name, .. } => Question::PhoneForWork { proof: own_secret(name)? },
        })
    }
}

fn own_secret(name: String) -> anyhow::Result<Proof> {
    Ok(Proof::secret(&name, secret("Your secret")?))
}

/// What came of it, in words; `None` of another answer.
pub fn told(answer: &Answer) -> Option<&'static str> {
    Some(match answer {
        Answer::SignedIn { paused: false, .. } => "signed in; the camera opens",
        Answer::SignedIn { paused: true, .. } => {
            "signed in; the shift goes on paused, as it was, and the camera opens with: hymy staff resume"
        }
        Answer::SignedOut => "signed out; the camera is closed",
        Answer::Paused => "paused; the camera is closed until: hymy staff resume",
        Answer::Resumed => "resumed; the camera opens",
        Answer::NotedForWork => "noted; the phone is left out of this transaction",
        _ => return None,
    })
}
