//! The two tokens that a browser keeps: of the shift that began on it, and of pages that are open on it. Neither tells
//! anything by itself, and both end with what they are of.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite};

use crate::consent::Language;
use crate::control::SecretText;

/// Of the shift that began on this browser.
pub const SHIFT: &str = "hymy_shift";
/// Of the pages that are open on it.
pub const VISIT: &str = "hymy_visit";
/// The language of its pages.
pub const LANGUAGE: &str = "hymy_language";

/// A cookie of the request.
pub fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// A token of the request.
pub fn token(headers: &HeaderMap, name: &str) -> Option<SecretText> {
    read(headers, name).filter(|value| !value.is_empty()).map(SecretText::new)
}

/// Has a browser keep a token until it is closed.
pub fn keep(name: &'static str, token: &SecretText) -> HeaderValue {
    value(Cookie::build((name, token.as_str().to_owned())))
}

/// Has it forget one.
pub fn forget(name: &'static str) -> HeaderValue {
    value(Cookie::build((name, "")).max_age(cookie::time::Duration::ZERO))
}

/// Has it keep the language.
pub fn keep_language(language: Language) -> HeaderValue {
    value(Cookie::build((LANGUAGE, language.name())).max_age(cookie::time::Duration::days(365)))
}

/// No script reads it, and no page from elsewhere sends it.
fn value(cookie: cookie::CookieBuilder<'_>) -> HeaderValue {
    let cookie = cookie.path("/").http_only(true).same_site(SameSite::Strict).build();
    HeaderValue::try_from(cookie.to_string()).unwrap_or(HeaderValue::from_static(""))
}

/// What came of the latest tap, for the page that follows.
pub const SAID: &str = "hymy_said";

/// Has the next page say something, once.
pub fn say(message: &'static str) -> HeaderValue {
    value(Cookie::build((SAID, message)).max_age(cookie::time::Duration::seconds(5)))
}
