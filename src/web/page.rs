//! What all pages have in common: language, texts, what they say of a refusal.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::connection::Connection;
use super::guard::is_at_the_counter;
use super::text::{Texts, texts};
use super::{Pages, cookies};
use crate::consent::Language;
use crate::control::{Answer, Why};

/// Around every page.
pub struct Chrome {
    /// The texts of its language.
    pub t: &'static Texts,
    /// Its own path, for coming back after another language was chosen.
    pub path: String,
    /// It is shown on the kiosk itself, where the camera can be opened.
    pub at_the_kiosk: bool,
}

impl Chrome {
    /// In the language of a request, or else in this one; for somebody elsewhere.
    pub fn of(headers: &HeaderMap, path: &str, otherwise: Language) -> Self {
        Self { t: texts(language_of(headers).unwrap_or(otherwise)), path: path.to_owned(), at_the_kiosk: false }
    }

    /// The other language, and what it calls itself.
    pub fn other(&self) -> (&'static str, &'static str) {
        match self.t.language() {
            Language::English => ("fi", "Suomeksi"),
            Language::Finnish => ("en", "In English"),
        }
    }

    /// Whether whoever reads this page may open that one: pages that open the camera are for who stands before it.
    pub fn leads_to(&self, path: &str) -> bool {
        self.at_the_kiosk || !is_at_the_counter(path)
    }

    /// What a refusal says in this language.
    pub fn refused(&self, reason: &str, why: Why) -> String {
        let message = match why {
            Why::WrongSecret => "refused-wrong-secret",
            Why::WrongInvitation => "refused-wrong-invitation",
            Why::Wait { seconds } => {
                return self.t.count("refused-wait", f64::from(u32::try_from(seconds).unwrap_or(u32::MAX)));
            }
            Why::SecretLength => "refused-secret-length",
            Why::ShiftOn => "refused-shift-on",
            Why::NoShift => "refused-no-shift",
            Why::OnShift => "refused-on-shift",
            Why::NotPaused => "refused-not-paused",
            Why::TrialOn => "refused-trial-on",
            Why::SettingUp => "refused-setting-up",
            Why::NoCamera => "refused-no-camera",
            Why::AgreeAnew => "refused-agree-anew",
            Why::Nothing => "refused-nothing",
            Why::Released => "refused-released",
            Why::NoTrainer => "refused-no-trainer",
            Why::Busy => "refused-busy",
            Why::Other => return reason.to_owned(),
        };
        self.t.say(message)
    }
}

impl FromRequestParts<Pages> for Chrome {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &Pages) -> Result<Self, Self::Rejection> {
        let at_the_kiosk = Connection::of(&parts.extensions).is_local();
        Ok(Self { at_the_kiosk, ..Self::of(&parts.headers, parts.uri.path(), state.language) })
    }
}

/// The language that was chosen in this browser, or else the one that it asks for.
pub fn language_of(headers: &HeaderMap) -> Option<Language> {
    let of = |name: &str| Language::CHOICES.iter().find(|(known, _)| *known == name).map(|(_, language)| *language);
    if let Some(chosen) = cookies::read(headers, cookies::LANGUAGE).and_then(of) {
        return Some(chosen);
    }
    let wanted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    wanted.split(',').find_map(|entry| of(entry.trim().get(..2)?))
}

/// A page as a response.
pub fn shown(status: StatusCode, page: &impl askama::Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "page_not_rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "this page cannot be shown\n").into_response()
        }
    }
}

/// On to another page, with cookies.
pub fn see(path: &'static str, set: impl IntoIterator<Item = HeaderValue>) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response();
    for cookie in set {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The status that a refusal is answered with.
pub fn status_of(why: Why) -> StatusCode {
    match why {
        Why::WrongSecret | Why::WrongInvitation | Why::AgreeAnew => StatusCode::FORBIDDEN,
        Why::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
        Why::SecretLength => StatusCode::UNPROCESSABLE_ENTITY,
        Why::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Why::ShiftOn
        | Why::NoShift
        | Why::OnShift
        | Why::NotPaused
        | Why::TrialOn
        | Why::SettingUp
        | Why::NoCamera
        | Why::Nothing
        | Why::Released
        | Why::NoTrainer
        | Why::Other => StatusCode::CONFLICT,
    }
}

/// The sentence and the status of an answer that is not what was asked for.
pub fn refusal(chrome: &Chrome, answer: &Answer) -> (StatusCode, String) {
    match answer {
        Answer::Refused { reason, why } => (status_of(*why), chrome.refused(reason, *why)),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, chrome.t.say("refused-unexpected")),
    }
}

/// What went wrong, in a sentence.
#[derive(askama::Template)]
#[template(path = "trouble.html")]
pub struct Trouble {
    /// Around it.
    pub chrome: Chrome,
    /// The sentence.
    pub text: String,
}
