//! `hymy setup`: the pages of set-up alone, before the kiosk can run: nobody can begin a shift, and no zones are needed,
//! since drawing them is what it is for.

use std::path::PathBuf;

use clap::Args;
use hymy::config::Config;

use super::WrongUsage;
use super::run::{self, Serving};

/// Set a kiosk up by its pages, until Ctrl-C or SIGTERM; no shift can begin.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hymy setup --config /etc/hymy/kiosk.toml              then open the address of [pages] listen, /setup

Zones are drawn over lines of the empty scene, and directions set by looking at places. What is saved goes into setup.toml
in data_dir; it is read after the configuration and goes first. Draw the zones, stop this with Ctrl-C, start it again for
the directions, and then: hymy run.")]
pub struct Setup {
    /// The configuration; [pages] has to be enabled, with a technician_code_file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl Setup {
    /// Serves the pages of set-up until it is stopped.
    pub fn run(&self) -> anyhow::Result<()> {
        let config = Config::load(&self.config)?;
        let file = config.file.display();
        if !config.pages.enabled {
            return Err(
                WrongUsage(format!("{file}: [pages] is not enabled; hymy setup is a page, so set enabled")).into()
            );
        }
        if config.pages.technician_code.is_none() {
            let wrong = format!("{file}: [pages] has no technician_code_file; without its code nobody can set up");
            return Err(WrongUsage(wrong).into());
        }
        run::start(&config, &[], Serving::SetUp)
    }
}
