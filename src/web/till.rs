//! `POST /api/v1/till/events`: one event, on the disk before it is accepted.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use utoipa::ToSchema;

use super::WebState;
use super::connection::Connection;
use super::tokens::Turned;
use crate::config::Purpose;
use crate::kiosk::TillAnswer;
use crate::till::{Heard, Refusal, Report, WayKind};

/// An event with the longest id and register takes less than half of this.
pub(super) const MAX_BODY_BYTES: usize = 4096;

/// How long a body may take to arrive; a till on the same machine needs none of it.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// One event of the till, as it reports it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "only described; read by the till module")]
pub(super) struct TillEvent {
    /// The till's own number for it. Without one, an equal register, event and time is a duplicate.
    #[schema(min_length = 1, max_length = 128, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$", example = "4711")]
    id: Option<String>,
    /// Which register.
    #[schema(min_length = 1, max_length = 128, pattern = "^[^\\x00-\\x1f\\x7f-\\x9f]+$", example = "1")]
    register: String,
    /// What happened.
    event: Happened,
    /// When, by the till's clock, as in RFC 3339.
    #[schema(format = "date-time", example = "2026-03-02T12:00:00Z")]
    at: String,
}

/// What a till reports.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
#[allow(dead_code, reason = "only described; read by the till module")]
enum Happened {
    Opened,
    Payment,
    Closed,
    Voided,
}

/// Reports one event. It is on the disk before it is accepted.
#[utoipa::path(post, path = "/api/v1/till/events", tag = "till", request_body = TillEvent, security(("till" = [])),
    responses(
        (status = 202, description = "Accepted: it is on the disk", body = String, content_type = "text/plain"),
        (status = 200, description = "A duplicate of one that was accepted", body = String, content_type = "text/plain"),
        (status = 400, description = "Not a till event", body = String, content_type = "text/plain"),
        (status = 408, description = "The body took too long", body = String, content_type = "text/plain"),
        (status = 413, description = "Longer than an event can be", body = String, content_type = "text/plain"),
        (status = 422, description = "Its time is too far from this machine's clock", body = String,
            content_type = "text/plain"),
        (status = 503, description = "Cannot be kept now; try again later", body = String, content_type = "text/plain"),
    ))]
pub(super) async fn receive(State(state): State<WebState>, who: Connection, request: Request) -> Response {
    // Before the body: whoever has no token has nothing read.
    if let Err(turned) = state.tokens.allow(Purpose::Till, request.headers(), who) {
        if !matches!(turned, Turned::TooMany { .. }) {
            say_once(StatusCode::UNAUTHORIZED);
            tell(&state, Heard::WrongToken);
        }
        return turned.into_response();
    }
    let (code, text) = answer(&state, request).await;
    // What could not be kept comes again.
    let heard = match code {
        StatusCode::UNPROCESSABLE_ENTITY => Some(Heard::WrongTime),
        StatusCode::ACCEPTED | StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE => None,
        _ => Some(Heard::NotUnderstood),
    };
    if let Some(heard) = heard {
        tell(&state, heard);
    }
    if code.is_client_error() || code.is_server_error() {
        say_once(code);
    }
    (code, text).into_response()
}

/// Once for each kind of refusal: a line for each event would tell when customers were served, and fill the disk.
fn say_once(code: StatusCode) {
    static SAID: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(code.as_u16()) {
        tracing::warn!(status = code.as_u16(), "till_event_refused: not said again for this status");
    }
}

/// Tells set-up what came.
fn tell(state: &WebState, heard: Heard) {
    state.kiosk.ways().add(WayKind::Http, "", "").heard(heard, state.clock.monotonic_ms());
}

async fn answer(state: &WebState, request: Request) -> (StatusCode, &'static str) {
    let body = match tokio::time::timeout(BODY_TIMEOUT, to_bytes(request.into_body(), MAX_BODY_BYTES)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return (StatusCode::PAYLOAD_TOO_LARGE, "an event has at most 4096 bytes\n"),
        Err(_) => return (StatusCode::REQUEST_TIMEOUT, "the body took too long\n"),
    };
    let report = match Report::live(&body, state.clock.now(), state.plausible) {
        Ok(report) => report,
        Err(refusal) => {
            // Not the refusal itself, which repeats what was sent.
            tracing::debug!("till_event_not_understood");
            return match refusal {
                Refusal::Malformed(_) => (StatusCode::BAD_REQUEST, "not a till event; see the documentation\n"),
                Refusal::ImplausibleTime(_) => {
                    (StatusCode::UNPROCESSABLE_ENTITY, "the time is too far from this machine's clock\n")
                }
            };
        }
    };
    let event = Heard::Event { register: report.register.clone(), kind: report.kind, at: report.at };
    let answer = state.kiosk.till_event(report).await;
    if matches!(answer, TillAnswer::Accepted | TillAnswer::Duplicate) {
        tell(state, event);
    }
    match answer {
        TillAnswer::Accepted => (StatusCode::ACCEPTED, "accepted\n"),
        TillAnswer::Duplicate => (StatusCode::OK, "duplicate\n"),
        TillAnswer::Full => (StatusCode::SERVICE_UNAVAILABLE, "full; try again later\n"),
        TillAnswer::Failed => (StatusCode::SERVICE_UNAVAILABLE, "the event could not be kept; try again later\n"),
    }
}
