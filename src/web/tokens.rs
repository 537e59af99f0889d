//! Machines and their tokens: each for one purpose, compared so that the answer's delay tells nothing.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::connection::Connection;
use super::limits::{Area, Limits};
use crate::config::{ApiToken, Config, Purpose, Token};

/// Why a machine is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    /// It shows no token, or none that is known.
    Unknown,
    /// Its token is for something else.
    OtherPurpose,
    /// It showed too many wrong ones; in so many seconds it may try again.
    TooMany {
        /// How long.
        wait_s: u64,
    },
}

impl IntoResponse for Turned {
    fn into_response(self) -> Response {
        match self {
            Self::Unknown => {
                let ask = [(header::WWW_AUTHENTICATE, "Bearer")];
                (StatusCode::UNAUTHORIZED, ask, "a bearer token is needed\n").into_response()
            }
            Self::OtherPurpose => (StatusCode::FORBIDDEN, "this token is for something else\n").into_response(),
            Self::TooMany { wait_s } => too_many(wait_s, "too many requests; try again later\n".into_response()),
        }
    }
}

/// 429 with when to try again, around a body.
pub fn too_many(wait_s: u64, body: Response) -> Response {
    let mut response = body;
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
    response
}

/// Every token there is, and who showed wrong ones.
#[derive(Clone, Debug)]
pub struct Tokens {
    known: Arc<[(Purpose, Token)]>,
    limits: Arc<Limits>,
}

impl Tokens {
    /// Those of a configuration: of machines that read, and of the till if it may report.
    #[must_use]
    pub fn of(config: &Config, limits: &Arc<Limits>) -> Self {
        let till = config.till.token.clone().filter(|_| config.till.enabled).map(|token| (Purpose::Till, token));
        let reading = config.api_tokens.iter().map(|ApiToken { name: _, purpose, token }| (*purpose, token.clone()));
        Self::new(till.into_iter().chain(reading), limits)
    }

    /// These.
    #[must_use]
    pub fn new(known: impl IntoIterator<Item = (Purpose, Token)>, limits: &Arc<Limits>) -> Self {
        Self { known: known.into_iter().collect(), limits: Arc::clone(limits) }
    }

    /// Who asked how often.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether a request shows a token for this. A right token is never held up, however many wrong ones came from the
    /// same address.
    ///
    /// # Errors
    /// Why it is turned away.
    pub fn allow(&self, purpose: Purpose, headers: &HeaderMap, who: Connection) -> Result<(), Turned> {
        let shown = self.shown(headers);
        if shown == Some(purpose) {
            return Ok(());
        }
        self.limits.count(Area::WrongTokens, who).map_err(|wait_s| Turned::TooMany { wait_s })?;
        Err(if shown.is_some() { Turned::OtherPurpose } else { Turned::Unknown })
    }

    /// What the token that is shown is for. Every known one is compared, in constant time.
    fn shown(&self, headers: &HeaderMap) -> Option<Purpose> {
        let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok())?;
        let (scheme, token) = shown.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let token = token.trim().as_bytes();
        self.known.iter().fold(
            None,
            |found, (purpose, known)| {
                if bool::from(token.ct_eq(known.as_bytes())) { Some(*purpose) } else { found }
            },
        )
    }
}
