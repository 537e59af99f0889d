//! For machines: `/healthz` and `/metrics` for whatever looks after the kiosk, `/api/v1/releases` for whatever reads what
//! was released, `/api/v1/openapi.json` for whoever writes such a program. What the till sends is taken by [`super::till`].
//!
//! Which figures there are is decided in [`crate::health`].

mod document;
mod releases;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::{OpenApi, ToSchema};

use super::Pages;
use super::connection::Connection;
use super::tokens::{Tokens, Turned};
use crate::config::Purpose;
use crate::health::Figures;
use crate::kiosk::KioskHandle;

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .route("/api/v1/openapi.json", get(openapi))
        .route("/api/v1/releases", get(releases::read))
}

/// `/healthz` beside the till's events, where there are no pages.
pub fn health_routes(kiosk: KioskHandle, tokens: Tokens) -> Router {
    let answer = async |State((kiosk, tokens)): State<(KioskHandle, Tokens)>, who: Connection, headers: HeaderMap| {
        match may_look(&tokens, &headers, who) {
            Ok(()) => health(&kiosk).await,
            Err(turned) => turned.into_response(),
        }
    };
    Router::new().route("/healthz", get(answer)).with_state((kiosk, tokens))
}

/// On this machine anybody may look; from another one it takes a token.
fn may_look(tokens: &Tokens, headers: &HeaderMap, who: Connection) -> Result<(), Turned> {
    if who.is_local() { Ok(()) } else { tokens.allow(Purpose::Health, headers, who) }
}

/// Whether a till event could be kept now.
#[derive(serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Health {
    /// `ok` or `failing`.
    #[schema(example = "ok", pattern = "^(ok|failing)$")]
    status: &'static str,
    /// Whether the store takes writes.
    store_writable: bool,
}

/// Whether the kiosk is well.
#[utoipa::path(get, path = "/healthz", tag = "health", security((), ("health" = [])), responses(
    (status = 200, description = "Well", body = Health),
    (status = 503, description = "The store cannot be written", body = Health),
))]
async fn healthz(State(pages): State<Pages>, who: Connection, headers: HeaderMap) -> Response {
    match may_look(&pages.tokens, &headers, who) {
        Ok(()) => health(&pages.kiosk).await,
        Err(turned) => turned.into_response(),
    }
}

async fn health(kiosk: &KioskHandle) -> Response {
    let store_writable = kiosk.writable().await;
    let (code, status) =
        if store_writable { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "failing") };
    (code, axum::Json(Health { status, store_writable })).into_response()
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health", security((), ("health" = [])), responses(
    (status = 200, description = "In the text format of Prometheus", body = String, content_type = "text/plain"),
))]
async fn metrics(State(pages): State<Pages>, who: Connection, headers: HeaderMap) -> Response {
    if let Err(turned) = may_look(&pages.tokens, &headers, who) {
        return turned.into_response();
    }
    let text = Figures::now(&pages.kiosk, &pages.data_dir, pages.started).await.prometheus();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "health", security((), ("health" = [])), responses(
    (status = 200, description = "OpenAPI", body = Object),
))]
async fn openapi(State(pages): State<Pages>, who: Connection, headers: HeaderMap) -> Response {
    if let Err(turned) = may_look(&pages.tokens, &headers, who) {
        return turned.into_response();
    }
    match document::Document::openapi().to_json() {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => {
            tracing::error!(%error, "openapi_not_written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests;
