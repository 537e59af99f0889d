//! `[till]`: the endpoint that takes till events, and its token.

use std::fmt;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use zeroize::Zeroizing;

use super::document::Section;
use super::tls;

/// The shortest token accepted: 16 characters drawn at random are beyond guessing over HTTP.
const MIN_TOKEN_CHARS: usize = 16;

/// What a token may be.
pub(super) const TOKEN_ALLOWED: &str =
    "at least 16 printable ASCII characters, such as the output of: openssl rand -hex 32";

/// What tills behind a store's network need; transactions are decided this much later.
const MAX_LATE_S: u64 = crate::transaction::LATENESS_MS / 1000;

/// A bearer token; wiped when dropped, never printed.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// The token's bytes, for comparing.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Checks the length and the characters; the error never repeats the token.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn new(text: &str) -> Result<Self, String> {
        if text.len() < MIN_TOKEN_CHARS {
            return Err(format!("is {} characters long", text.len()));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("has blanks or characters outside ASCII".into());
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(not shown)")
    }
}

/// `[till]`, resolved.
#[derive(Clone, Debug)]
pub struct TillConfig {
    /// Whether the endpoint is served at all.
    pub enabled: bool,
    /// Where; beyond loopback only with `[tls]`.
    pub listen: SocketAddr,
    /// What the till has to present; `None` only while the endpoint is off.
    pub token: Option<Token>,
    /// How many seconds an event's time may lie behind the kiosk's clock.
    pub max_late_s: u32,
    /// How many seconds an event's time may lie ahead of the kiosk's clock.
    pub max_ahead_s: u32,
}

/// Reads the section; `None` where the endpoint is on and no token could be had.
pub(super) fn read(section: &mut Section<'_, '_>, has_tls: bool) -> Option<TillConfig> {
    let enabled = section.flag("enabled", false);
    let listen = section
        .text(
            "listen",
            "an address and port, default \"127.0.0.1:8750\"; beyond loopback with [tls] only",
            tls::address,
        )
        .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8750)));
    tls::require_for(section, listen, has_tls);
    let token = section.text("token", TOKEN_ALLOWED, Token::new);
    let token = token_file(section, "token_file").or(token);
    if enabled && !section.has_fault("token") {
        section.require("token_file", token.as_ref(), "token_file, or token, while enabled = true");
    }
    let max_late_s = section.int("max_late_s", 10..=900, MAX_LATE_S) as u32;
    let max_ahead_s = section.int("max_ahead_s", 1..=3_600, 30) as u32;
    if enabled && token.is_none() {
        return None;
    }
    Some(TillConfig { enabled, listen, token, max_late_s, max_ahead_s })
}

/// The token in the file that this key names, if it names one that is sound.
pub(super) fn token_file(section: &mut Section<'_, '_>, key: &'static str) -> Option<Token> {
    let path = section.path(key, "the path of a file with the token, readable by its owner only")?;
    match token_in(&path) {
        Ok(token) => Some(token),
        Err(found) => {
            section.fail(key, found, TOKEN_ALLOWED);
            None
        }
    }
}

fn token_in(path: &Path) -> Result<Token, String> {
    let text = private_text(path)?;
    Token::new(text.trim()).map_err(|found| format!("names {}, whose token {found}", path.display()))
}

/// The text of a file that only its owner can read.
pub(super) fn private_text(path: &Path) -> Result<Zeroizing<String>, String> {
    let name = path.display();
    let open = || -> std::io::Result<(u32, String)> {
        let mode = std::fs::metadata(path)?.permissions().mode();
        Ok((mode, std::fs::read_to_string(path)?))
    };
    let (mode, text) = open().map_err(|error| format!("names {name}, which cannot be read: {error}"))?;
    let text = Zeroizing::new(text);
    if mode & 0o077 != 0 {
        return Err(format!("names {name}, which others can read; run: chmod 600 {name}"));
    }
    Ok(text)
}
