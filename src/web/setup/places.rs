//! What the pages of zones and directions share: what is saved, where it comes from, and whether it holds yet.

use crate::config::{ConfigError, Places, SetUp};
use crate::web::Pages;
use crate::web::page::Chrome;
use crate::web::text::Texts;

/// What stands in the files now.
pub struct Saved {
    pub places: Places,
    pub set_up: Option<SetUp>,
    /// Why what pages saved cannot be read.
    pub fault: Option<String>,
}

impl Saved {
    /// Reads what pages saved; where that cannot be read, the configuration's.
    pub fn read(pages: &Pages) -> Self {
        let configured = &pages.placed.configured;
        match SetUp::read(&pages.data_dir) {
            Ok(Some(set_up)) => Self { places: set_up.over(configured), set_up: Some(set_up), fault: None },
            Ok(None) => Self { places: configured.clone(), set_up: None, fault: None },
            Err(error) => Self { places: configured.clone(), set_up: None, fault: Some(told(&error)) },
        }
    }

    /// Which file a section is from, in a sentence.
    pub fn from(&self, section: &str, pages: &Pages, t: &Texts) -> String {
        match self.set_up.as_ref().filter(|set_up| set_up.has(section)) {
            Some(set_up) => t.about("places-from-setup", &set_up.file.display().to_string()),
            None => t.about("places-from-configuration", &pages.placed.file.display().to_string()),
        }
    }
}

fn told(error: &ConfigError) -> String {
    error.to_string()
}

/// The pages of set-up: address, name, and whether it is this one.
pub fn menu(chrome: &Chrome, current: &str) -> Vec<(&'static str, String, bool)> {
    const PAGES: [(&str, &str); 5] = [
        ("/setup", "places-menu-checklist"),
        ("/setup/zones", "places-menu-zones"),
        ("/setup/calibration", "places-menu-directions"),
        ("/setup/till", "till-title"),
        ("/setup/till/try", "try-title"),
    ];
    let shown = PAGES.iter().filter(|(path, _)| chrome.leads_to(path));
    shown.map(|(path, name)| (*path, chrome.t.say(name), *path == current)).collect()
}
