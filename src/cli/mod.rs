//! The commands: what they take, what they print, with which code they end.

mod about;
#[cfg(feature = "lab")]
mod analyze;
#[cfg(feature = "lab")]
mod bench;
mod calibrate;
mod check_config;
mod check_log;
mod consent;
mod demo;
#[cfg(feature = "lab")]
mod eval;
mod figures;
mod fit;
mod looking;
mod made_up;
mod models;
mod progress;
mod release;
mod released;
mod rights;
mod run;
mod secrets;
mod serving;
mod setup;
mod shares;
mod shift;
mod staff;
mod store;
mod trainer;
mod transactions;
#[cfg(feature = "lab")]
mod tune;
mod watch;

use std::io::Write;
#[cfg(feature = "lab")]
use std::path::Path;

use clap::{Parser, Subcommand};
use hymy::clock::SystemClock;
use hymy::config::{Config, ConfigError};
use hymy::control::{self, Answer, Question, Rules};

/// Private coaching from what a camera at the counter could see. Pictures are never stored, sent or shown.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "\
First steps:
  hymy demo                                              see it work, without a camera
  hymy check-config /etc/hymy/kiosk.toml                 check a configuration
  hymy setup --config /etc/hymy/kiosk.toml               draw the zones, by a page
  hymy calibrate --config /etc/hymy/kiosk.toml           set where customers stand
  hymy staff add Aino --config /etc/hymy/kiosk.toml      invite someone
  hymy staff consent Aino --config /etc/hymy/kiosk.toml  their own consent, at the kiosk
  hymy run --config /etc/hymy/kiosk.toml
  hymy staff sign-in Aino --config /etc/hymy/kiosk.toml  the camera opens for Aino

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.
HYMY_LOG overrides [telemetry] log, as in HYMY_LOG=debug."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Run),
    Setup(setup::Setup),
    #[cfg(feature = "lab")]
    Analyze(analyze::Analyze),
    #[cfg(feature = "lab")]
    Eval(eval::Eval),
    #[cfg(feature = "lab")]
    Bench(bench::Bench),
    #[cfg(feature = "lab")]
    Tune(tune::Tune),
    Demo(demo::Demo),
    Models(models::Models),
    Staff(staff::Staff),
    Export(rights::Export),
    Erase(rights::Erase),
    Trainer(trainer::Trainer),
    CheckConfig(check_config::CheckConfig),
    CheckLog(check_log::CheckLog),
    Calibrate(calibrate::Calibrate),
    Release(release::Release),
    Store(store::Store),
    About(about::AboutCommand),
}

impl Cli {
    /// Does what was asked.
    ///
    /// # Errors
    /// Whatever went wrong; [`told`] and [`exit_code`] say how to end.
    pub fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Run(run) => run.run(),
            #[cfg(feature = "lab")]
            Command::Analyze(analyze) => analyze.run(),
            #[cfg(feature = "lab")]
            Command::Eval(eval) => eval.run(),
            #[cfg(feature = "lab")]
            Command::Bench(bench) => bench.run(),
            #[cfg(feature = "lab")]
            Command::Tune(tune) => tune.run(),
            Command::Demo(demo) => demo.run(),
            Command::Setup(setup) => setup.run(),
            Command::Models(models) => models.run(),
            Command::Staff(staff) => staff.run(),
            Command::Export(export) => export.run(),
            Command::Erase(erase) => erase.run(),
            Command::Trainer(trainer) => trainer.run(),
            Command::CheckConfig(check) => check.run(),
            Command::CheckLog(check) => check.run(),
            Command::Calibrate(calibrate) => calibrate.run(),
            Command::Release(release) => release.run(),
            Command::Store(store) => store.run(),
            Command::About(about) => about.run(),
        }
    }
}

/// Wrong usage or configuration that only shows when a command runs.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongUsage(pub String);

/// The error in full, each cause once: many of the messages hold their cause already.
#[must_use]
pub fn told(error: &anyhow::Error) -> String {
    let mut text = String::from("error: ");
    for (index, cause) in error.chain().map(ToString::to_string).enumerate() {
        if index == 0 {
            text.push_str(&cause);
        } else if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

/// 2 for wrong usage or configuration, 1 for everything else.
#[must_use]
pub fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<ConfigError>() || error.is::<WrongUsage>() { 2 } else { 1 }
}

/// Whether both name one file, through whatever links; devices such as /dev/null may be named twice.
#[cfg(feature = "lab")]
fn same_file(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |path: &Path| {
        let folder = path.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
        Some((folder?.canonicalize().ok()?, path.file_name()?.to_owned()))
    };
    match (a.metadata(), b.metadata()) {
        (Ok(one), Ok(other)) => one.is_file() && (one.dev(), one.ino()) == (other.dev(), other.ino()),
        (Err(_), Err(_)) => a == b || place(a).is_some_and(|one| place(b) == Some(one)),
        _ => false,
    }
}

/// Asks the running kiosk, or the store where none runs; a refusal is an error.
fn ask(config: &Config, question: &Question) -> anyhow::Result<Answer> {
    let (key, clock, rules) = (secrets::key_source(config), SystemClock::default(), Rules::of(config));
    match control::ask(&config.kiosk.data_dir, key, question, &clock, &rules)? {
        Answer::Refused { reason, .. } => anyhow::bail!(reason),
        answer => Ok(answer),
    }
}

/// A count with its noun.
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Prints to standard output. A reader that has gone away, as `| head` does, is no failure.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
}
