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

/// Before the names of cookies on a protected connection: a browser that knows it takes such a cookie from nobody else,
/// and sends it to nobody else.
const PREFIX: &str = "__Host-";

/// On a protected connection, drops what another page of this host's name may have set, and takes the prefix off.
pub fn take_prefix_off(headers: &mut HeaderMap) {
    let sent: Vec<&str> = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    let own = sent.iter().flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().strip_prefix(PREFIX));
    let own = HeaderValue::try_from(own.collect::<Vec<_>>().join("; "));
    headers.remove(header::COOKIE);
    if let Some(own) = own.ok().filter(|own| !own.is_empty()) {
        headers.insert(header::COOKIE, own);
    }
}

/// On a protected connection, puts the prefix on, and has browsers send the cookie on such connections only.
pub fn put_prefix_on(headers: &mut HeaderMap) {
    let header::Entry::Occupied(cookies) = headers.entry(header::SET_COOKIE) else { return };
    let (name, values) = cookies.remove_entry_mult();
    let with = |value: HeaderValue| HeaderValue::try_from(format!("{PREFIX}{}; Secure", value.to_str().ok()?)).ok();
    let prefixed: Vec<HeaderValue> = values.filter_map(with).collect();
    for value in prefixed {
        headers.append(name.clone(), value);
    }
}

/// What came of the latest tap, for the page that follows.
pub const SAID: &str = "hymy_said";

/// Has the next page say something, once.
pub fn say(message: &'static str) -> HeaderValue {
    value(Cookie::build((SAID, message)).max_age(cookie::time::Duration::seconds(5)))
}
