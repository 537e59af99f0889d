//! The demo's store of twenty-four made-up people: made in a temporary folder, or kept in one that can be tried.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use comfy_table::{ContentArrangement, Table, presets};
use hymy::clock::{Clock, SystemClock};
use hymy::config::{ApiToken, Config, Purpose, Token};
use hymy::demo::{self, SECRET, Scale, TRAINER, Told};
use hymy::store::Store;

use super::released;

/// By which the made-up store is set up.
pub const TECHNICIAN_CODE: &str = "made-up-technician";

/// With which till events are reported to it.
pub const TILL_TOKEN: &str = "made-up-till-token";

/// With which what it released is read.
pub const RELEASES_TOKEN: &str = "made-up-releases-token";

/// Where the store is while it is needed.
pub struct Place {
    folder: PathBuf,
    /// Deleted when dropped.
    temporary: Option<tempfile::TempDir>,
}

impl Place {
    /// A new folder of this name that stays, or a temporary one.
    pub fn new(keep: Option<&Path>) -> anyhow::Result<Self> {
        let Some(folder) = keep else {
            let temporary = tempfile::tempdir().context("no temporary folder for the demo's store")?;
            return Ok(Self { folder: temporary.path().to_owned(), temporary: Some(temporary) });
        };
        if folder.symlink_metadata().is_ok() {
            anyhow::bail!("{}: exists already; name a folder that does not", folder.display());
        }
        let made = fs::DirBuilder::new().mode(0o700).create(folder);
        made.with_context(|| format!("{}: cannot be made", folder.display()))?;
        Ok(Self { folder: folder.to_owned(), temporary: None })
    }

    /// Writes the configuration and fills the store.
    pub fn fill(&self) -> anyhow::Result<Told> {
        let file = self.config();
        fs::write(&file, demo::CONFIG).with_context(|| format!("{}: cannot be written", file.display()))?;
        let config = Config::load(&file)?;
        let mut store = Store::open(&config.kiosk.data_dir, &config.kiosk.data_dir.join("hymy.key"))?;
        Ok(demo::fill(&mut store, &config, Scale::DEMO, SystemClock::default().now())?)
    }

    fn config(&self) -> PathBuf {
        self.folder.join("kiosk.toml")
    }

    /// The store and its configuration, to be served.
    pub fn open(&self) -> anyhow::Result<(Store, Config)> {
        let mut config = Config::load(&self.config())?;
        let token = |text| Token::new(text).map_err(anyhow::Error::msg);
        config.pages.technician_code = Some(token(TECHNICIAN_CODE)?);
        // The staged scene: set-up shows a camera that is there.
        config.camera.source = Some("the staged scene".to_owned());
        config.till.enabled = true;
        config.till.token = Some(token(TILL_TOKEN)?);
        let (name, purpose) = ("a made-up head office".to_owned(), Purpose::Releases);
        config.api_tokens = vec![ApiToken { name, purpose, token: token(RELEASES_TOKEN)? }];
        let store = Store::open(&config.kiosk.data_dir, &config.kiosk.data_dir.join("hymy.key"))?;
        Ok((store, config))
    }

    /// What can be tried, while the folder is there.
    pub fn to_try(&self) -> Option<String> {
        let config = self.temporary.is_none().then(|| self.config())?;
        let config = config.display();
        Some(format!(
            "The made-up store stays; everybody's secret in it is \"{SECRET}\". Try:\n  \
             hymy staff list --config {config}\n  \
             hymy staff summary Aino --config {config}\n  \
             hymy staff seen Aino --config {config}\n  \
             hymy staff leave-out Eeva --config {config}\n  \
             hymy trainer shared {TRAINER} --config {config}\n  \
             hymy release --show --config {config}\n  \
             hymy staff withdraw Kaisa --config {config}"
        ))
    }
}

/// Who can open which page.
pub fn who_can_sign_in(address: &str) -> String {
    format!(
        "The made-up store's pages are at {address} until Ctrl-C. Everybody in it is made up, and so are their codes:\n\
         {address}         the counter: sign in as Aino, code \"{SECRET}\"; the staged scene is what the camera sees\n\
         {address}me       a person's own page: Aino, code \"{SECRET}\"\n\
         {address}trainer  for trainers: {TRAINER}, code \"{SECRET}\"\n\
         {address}setup    for whoever installs it: code \"{TECHNICIAN_CODE}\"\n\
         {address}api/v1/openapi.json  what machines may ask: till events with the token \"{TILL_TOKEN}\", releases with \
         \"{RELEASES_TOKEN}\""
    )
}

/// Prints what the store shows.
pub fn tell(told: &Told) {
    super::print("A made-up store: twenty-four people who do not exist, six weeks of work. Its rules at work:");
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    if table.width().is_none() {
        table.set_width(120);
    }
    table.set_header(["rule", "what the store says"]);
    for shown in &told.shown {
        table.add_row([shown.rule, &shown.says]);
    }
    super::print(&table.to_string());
    super::print("What trainers see of it, computed once, with noise (a figure with too few people is withheld):");
    super::print(&released::told(&told.window, &told.release, &SystemClock::default().time_zone()));
}
