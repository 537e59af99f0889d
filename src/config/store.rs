//! `[store]`: where the key of the database is kept.

use std::path::{Path, PathBuf};

use super::document::Section;

/// Where the key of the database is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyKept {
    /// In this file.
    File(PathBuf),
    /// With systemd, under this name.
    Credential(String),
    /// Nowhere: it is asked for as a passphrase whenever the store is opened.
    Passphrase,
}

/// The sources as the file names them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    File,
    Credential,
    Passphrase,
}

/// By name; the first is the default.
const SOURCES: [(&str, Source); 3] =
    [("file", Source::File), ("credential", Source::Credential), ("passphrase", Source::Passphrase)];

/// Reads the section; `None` where a credential is not named. A file lies in the data folder unless it is said where.
pub(super) fn read(section: &mut Section<'_, '_>, data_dir: &Path) -> Option<KeyKept> {
    let source = section.choice("source", &SOURCES, Source::File);
    let path = section.path("key_file", "the path of the key file");
    let words = "the name of a credential: letters, digits, dots, hyphens and underscores, such as \"hymy-key\"";
    let credential = section.text("credential", words, named);
    let unfit = |key: &str, fit: &str| {
        (format!("is set, and the key is not in a {key}"), format!("only beside source = \"{fit}\""))
    };
    if path.is_some() && source != Source::File {
        let (found, allowed) = unfit("file", "file");
        section.fail("key_file", found, &allowed);
    }
    if credential.is_some() && source != Source::Credential {
        let (found, allowed) = unfit("credential", "credential");
        section.fail("credential", found, &allowed);
    }
    match source {
        Source::File => Some(KeyKept::File(path.unwrap_or_else(|| data_dir.join("hymy.key")))),
        Source::Credential => section.require("credential", credential, words).map(KeyKept::Credential),
        Source::Passphrase => Some(KeyKept::Passphrase),
    }
}

/// What systemd takes as a credential's name, and no way out of its folder.
fn named(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if !text.is_empty() && text.len() <= 64 && !text.starts_with('.') && text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err(format!("is \"{text}\""))
    }
}
