//! `hymy models`: which models there are, where they come from, and whether they are what the manifest says.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use comfy_table::{Table, presets};
use hymy_vision::find_models;
use hymy_vision::manifest::Manifest;

/// List the models and check them against the manifest.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy models list
  hymy models verify

models/manifest.toml says of each file where it came from, how it was made, its hash and its licence. A model whose
hash differs is refused at start.")]
pub struct Models {
    #[command(subcommand)]
    command: ModelsCommand,
    /// The models folder; by default `models` here or beside the program.
    #[arg(long, value_name = "DIR", global = true)]
    dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum ModelsCommand {
    /// Name, origin, licence and size of each file.
    List,
    /// Compare every file with the manifest's hash; exit code 1 when one differs.
    Verify,
}

impl Models {
    /// Lists or verifies.
    pub fn run(&self) -> anyhow::Result<()> {
        let manifest = Manifest::read(&find_models(self.dir.as_deref()))?;
        match self.command {
            ModelsCommand::List => {
                list(&manifest);
                Ok(())
            }
            ModelsCommand::Verify => verify(&manifest),
        }
    }
}

fn list(manifest: &Manifest) {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["name", "what for", "from", "licence", "MB"]);
    for entry in manifest.files() {
        let from = format!("{} {}", entry.upstream.package, entry.upstream.version);
        let size = format!("{:.1}", entry.size_bytes as f64 / 1e6);
        table.add_row([&entry.name, &entry.purpose, &from, &entry.licence, &size]);
    }
    super::print(&table.to_string());
}

fn verify(manifest: &Manifest) -> anyhow::Result<()> {
    let mut wrong = 0;
    for entry in manifest.files() {
        match manifest.verified_bytes(entry) {
            Ok(_) => super::print(&format!("ok       {}", entry.file)),
            Err(error) => {
                wrong += 1;
                super::print(&format!("WRONG    {error}"));
            }
        }
    }
    anyhow::ensure!(wrong == 0, "{wrong} of {} files are not what the manifest says", manifest.files().count());
    Ok(())
}
