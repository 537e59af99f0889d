//! The HTTP endpoint of the kiosk: till events in, whether the kiosk is well, and what holds here. Loopback only.
//!
//! A request for a till event only appends to the inbox; answers are fixed texts that repeat nothing
//! of what was sent. No answer holds a figure about a person.

mod about;
mod demo;
pub(crate) mod html;
mod till;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};

use crate::clock::Clock;
use crate::config::Token;
use crate::kiosk::KioskHandle;
use crate::till::Plausible;

#[cfg(test)]
pub(crate) use about::about_html;
pub use about::about_page;
pub use demo::demo_page;

/// What the routes need.
#[derive(Clone)]
pub struct WebState {
    /// The task that owns the store.
    pub kiosk: KioskHandle,
    /// What the till has to present.
    pub token: Token,
    /// How far an event's time may lie from the clock.
    pub plausible: Plausible,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// The routes.
pub fn app(state: WebState) -> Router {
    Router::new()
        .route("/api/v1/till/events", post(till::receive))
        .route("/healthz", get(healthz))
        .layer(DefaultBodyLimit::max(till::MAX_BODY_BYTES))
        .with_state(state)
}

/// 200 when a till event could be kept now, 503 otherwise.
async fn healthz(State(state): State<WebState>) -> Response {
    let writable = state.kiosk.writable().await;
    let (code, status) = if writable { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "failing") };
    (code, Json(serde_json::json!({"status": status, "store_writable": writable}))).into_response()
}

#[cfg(test)]
mod tests;
