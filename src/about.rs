//! The values in force, what is never done, and what this program is: the same at the terminal (`hymy about`) and as a
//! page (`/about`). Nothing here is about a person, and no store is opened for it.

use sha2::{Digest, Sha256};

use crate::config::{Config, KeyKept};
use crate::confine::{self, Confined};
use crate::consent::{Language, TEXT_VERSION};

/// The program's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is told, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The language.
    pub language: Language,
    /// Its parts, in the order in which they are shown.
    pub parts: Vec<Part>,
}

/// One part: sentences, values or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its heading.
    pub title: &'static str,
    /// In whole sentences; empty where there are none.
    pub text: String,
    /// What each value is, and the value.
    pub rows: Vec<(&'static str, String)>,
}

impl About {
    /// What holds under this configuration, on this machine.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let language = config.language;
        let pick = |en, fi| language.pick(en, fi);
        let parts = vec![
            Part {
                title: pick("Values in force", "Voimassa olevat arvot"),
                text: pick(
                    "Whoever changes one of these values ends every consent: everybody is asked again.",
                    "Jos jotakin näistä arvoista muutetaan, jokainen suostumus raukeaa ja se pyydetään uudelleen.",
                )
                .to_owned(),
                rows: config.terms.rows(language),
            },
            Part {
                title: pick("What is never done", "Mitä ei koskaan tehdä"),
                text: language.never_done().to_owned(),
                rows: Vec::new(),
            },
            Part { title: pick("This kiosk", "Tämä laite"), text: String::new(), rows: program(config) },
        ];
        Self { language, parts }
    }

    /// What it is called.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.language.pick("Hymy: what holds here", "Hymy: mitä tässä laitteessa on voimassa")
    }

    /// As lines for a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{}\n", self.title());
        for Part { title, text: sentences, rows } in &self.parts {
            text.push_str(&format!("\n{title}\n"));
            if !sentences.is_empty() {
                text.push_str(&format!("{sentences}\n"));
            }
            for (label, value) in rows {
                text.push_str(&format!("- {label}: {value}\n"));
            }
        }
        text
    }
}

/// What runs, what it loads, where its key lies and what the kernel keeps it from.
fn program(config: &Config) -> Vec<(&'static str, String)> {
    let language = config.language;
    let pick = |en, fi| language.pick(en, fi);
    vec![
        (pick("Program", "Ohjelma"), format!("Hymy {VERSION}")),
        (
            pick("Text that is agreed to", "Suostumusteksti"),
            format!("{} {TEXT_VERSION} ({})", pick("version", "versio"), language.name()),
        ),
        (pick("Models: SHA-256 of their list", "Mallit: luettelon SHA-256"), models(config)),
        (pick("Key of the database", "Tietokannan avain"), key(config)),
        (pick("Writing and connecting", "Tallennus ja yhteydet"), confined(language)),
    ]
}

/// The hash of the manifest, which holds the hash of every model that is loaded.
fn models(config: &Config) -> String {
    let manifest = hymy_vision::find_models(config.models_dir.as_deref()).join("manifest.toml");
    match std::fs::read(&manifest) {
        Ok(bytes) => hex::encode(Sha256::digest(&bytes)),
        Err(error) => format!("{}: {error}", manifest.display()),
    }
}

fn key(config: &Config) -> String {
    let pick = |en: &str, fi: &str| config.language.pick(en, fi).to_owned();
    match &config.key {
        KeyKept::File(file) => {
            format!("{}: {}", pick("a file of mode 0600", "tiedosto, jonka käyttöoikeus on 0600"), file.display())
        }
        KeyKept::Credential(name) => format!("{}: {name}", pick("a systemd credential", "systemd-valtuutieto")),
        KeyKept::Passphrase => pick(
            "nowhere: made of a passphrase that is typed at start",
            "ei missään: muodostetaan käynnistettäessä annettavasta salalauseesta",
        ),
    }
}

fn confined(language: Language) -> String {
    let pick = |en, fi| language.pick(en, fi);
    match confine::probe() {
        Ok(Confined::Fully) => pick(
            "the kernel lets a running kiosk write in its data folder only, and use its configured ports only (Landlock)",
            "käyttöjärjestelmän ydin sallii tallennuksen vain datakansioon ja vain asetuksissa nimetyt portit (Landlock)",
        )
        .to_owned(),
        Ok(Confined::Partly(version)) => format!(
            "{} (Landlock {version})",
            pick(
                "the kernel lets a running kiosk write in its data folder only; it enforces only a part of the rest",
                "käyttöjärjestelmän ydin sallii tallennuksen vain datakansioon; muut rajoitukset ovat voimassa vain osin",
            )
        ),
        Ok(Confined::Not) => pick(
            "not enforced by the kernel: it has no Landlock",
            "ydin ei valvo rajoituksia, koska siinä ei ole Landlockia",
        )
        .to_owned(),
        Err(error) => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::PlanSettings;
    use crate::terms::{ReleaseTerms, Terms};
    use crate::web::about_html;

    /// A configuration with a value of its own in every place.
    fn config(language: &str) -> Config {
        let text = format!(
            "[kiosk]\ndata_dir = \"/var/lib/hymy\"\n[store]\nkey_file = \"/keys/<b>.key\"\n[consent]\n\
             agreement = \"<script>council & 2026\"\nlanguage = \"{language}\"\n[retention]\nrecords_days = 11\n\
             summaries_months = 7\n[release]\nstatistics = [\"queue.looked\", \"phone.none\"]\ncells = \"hours\"\n\
             people_floor = 17\ntransactions_floor = 23\nepsilon = 1.25\nwindow_days = 35\n"
        );
        Config::parse(std::path::Path::new("/etc/kiosk.toml"), &text).expect("valid")
    }

    /// Every value in force as it has to be found, and where the language writes it otherwise, so.
    fn values(terms: &Terms, language: Language) -> Vec<String> {
        let Terms { agreement, records_days, summaries_months, release } = terms;
        let ReleaseTerms { plan, window_days } = release.as_ref().expect("set");
        let PlanSettings { statistics, cells: _, people_floor, transactions_floor, epsilon_thousandths } =
            PlanSettings::from(plan.clone());
        let pick = |en: &str, fi: &str| language.pick(en, fi).to_owned();
        let mut values = vec![
            agreement.clone().expect("set"),
            format!("{records_days} {}", pick("days", "päivää")),
            format!("{summaries_months} {}", pick("months", "kuukautta")),
            format!("{people_floor} {}", pick("people", "henkilöä")),
            format!("{transactions_floor} {}", pick("transactions", "asiointia")),
            format!("{window_days} {}", pick("days", "päivää")),
            pick("three hours of the day", "kolmen tunnin jaksoittain"),
            pick(&epsilon_thousandths.value().to_string(), &epsilon_thousandths.value().to_string().replace('.', ",")),
        ];
        values.extend(statistics.iter().map(|statistic| statistic.as_str().to_owned()));
        values
    }

    #[test]
    fn the_terminal_and_the_page_show_every_value_in_force() {
        for language in [Language::English, Language::Finnish] {
            let config = config(language.name());
            let about = About::of(&config);
            let (text, page) = (about.text(), about_html(&about));
            let mut values = values(&config.terms, language);
            values.extend([
                VERSION.to_owned(),
                format!("{TEXT_VERSION} ({})", language.name()),
                "/keys/<b>.key".to_owned(),
                models(&config),
                confined(language),
                language.never_done().to_owned(),
            ]);
            for value in values {
                assert!(text.contains(&value), "{value} is not in:\n{text}");
                let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                assert!(page.contains(&escaped), "{value} is not in:\n{page}");
            }
            assert!(!page.contains("<script") && !page.contains("<b>"), "shown, never obeyed: {page}");
        }
    }

    #[test]
    fn the_models_are_named_by_the_hash_of_their_manifest() {
        let config = config("en");
        assert_eq!(models(&config).len(), 64, "{}", models(&config));
        let nowhere = Config { models_dir: Some("/nowhere".into()), ..config };
        assert!(models(&nowhere).starts_with("/nowhere/manifest.toml: "));
    }
}
