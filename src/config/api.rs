//! `[[api_token]]`: machines that may read, each with a token of its own and for one purpose.

use super::document::Section;
use super::named;
use super::till::{TOKEN_ALLOWED, Token, token_file};

/// What a token opens, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Reporting till events; the token of `[till]`, never one of these.
    Till,
    /// Reading what was released about many people.
    Releases,
    /// Reading from another machine whether the kiosk is well; on this machine that takes no token.
    Health,
}

impl Purpose {
    /// As the file names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Till => "till",
            Self::Releases => "releases",
            Self::Health => "health",
        }
    }

    /// Every purpose that a reading token may have, as the file names it.
    const READING: [(&'static str, Self); 2] =
        [(Self::Releases.name(), Self::Releases), (Self::Health.name(), Self::Health)];
}

/// A token and what it is for.
#[derive(Clone, Debug)]
pub struct ApiToken {
    /// Whose it is, for whoever reads the configuration.
    pub name: String,
    /// What it opens.
    pub purpose: Purpose,
    /// The token itself.
    pub token: Token,
}

/// Reads one table and adds it to those that are known, unless a fault says what is wrong.
pub(super) fn read(section: &mut Section<'_, '_>, till: Option<&Token>, known: &mut Vec<ApiToken>) {
    let name = section.text("name", "a name for it", named);
    let name = section.require("name", name, "a name for it, such as \"head office\"");
    let purpose = section.choice("purpose", &Purpose::READING.map(|(name, purpose)| (name, Some(purpose))), None);
    let purpose = section.require("purpose", purpose, "\"releases\" or \"health\"");
    let token = token_file(section, "token_file");
    let token = section.require("token_file", token, TOKEN_ALLOWED);
    let (Some(name), Some(purpose), Some(token)) = (name, purpose, token) else { return };
    let others = known.iter().map(|other| (other.name.as_str(), &other.token)).chain(till.map(|till| ("[till]", till)));
    if let Some((other, _)) = others.into_iter().find(|(_, other)| other.as_bytes() == token.as_bytes()) {
        let found = format!("is the token of {other} as well");
        section.fail("token_file", found, "a token of its own for each machine and purpose");
    }
    known.push(ApiToken { name, purpose, token });
}
