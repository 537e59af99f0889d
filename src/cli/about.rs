//! `hymy about`: what holds here, for anyone who asks.

use std::path::PathBuf;

use clap::Args;
use hymy::about::About;
use hymy::config::Config;

/// Print the values in force, what is never done, and what this program is; nothing about people.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hymy about --config /etc/hymy/kiosk.toml

The store is not opened. A running kiosk with a till endpoint shows the same as a page, on this machine only: /about at
[till] listen.")]
pub struct AboutCommand {
    /// The configuration whose values are in force.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl AboutCommand {
    /// Prints.
    pub fn run(&self) -> anyhow::Result<()> {
        super::print(About::of(&Config::load(&self.config)?).text().trim_end());
        Ok(())
    }
}
