//! `/api/v1/openapi.json`, `/metrics` and `/healthz`: for machines. What the till sends is taken by [`super::till`].
//!
//! Which figures there are is decided in [`crate::health`].

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

use super::Pages;
use crate::health::Figures;
use crate::kiosk::KioskHandle;

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .route("/api/v1/openapi.json", get(openapi))
}

/// Whether a till event could be kept now.
#[derive(serde::Serialize, ToSchema)]
pub struct Health {
    /// `ok` or `failing`.
    #[schema(example = "ok", pattern = "^(ok|failing)$")]
    status: &'static str,
    /// Whether the store takes writes.
    store_writable: bool,
}

/// Whether the kiosk is well.
#[utoipa::path(get, path = "/healthz", tag = "health", responses(
    (status = 200, description = "Well", body = Health),
    (status = 503, description = "The store cannot be written", body = Health),
))]
async fn healthz(State(pages): State<Pages>) -> Response {
    health(&pages.kiosk).await
}

/// The answer of `/healthz`.
pub async fn health(kiosk: &KioskHandle) -> Response {
    let store_writable = kiosk.writable().await;
    let (code, status) =
        if store_writable { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "failing") };
    (code, axum::Json(Health { status, store_writable })).into_response()
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "health", responses(
    (status = 200, description = "In the text format of Prometheus", body = String, content_type = "text/plain"),
))]
async fn metrics(State(pages): State<Pages>) -> Response {
    let text = Figures::now(&pages.kiosk, &pages.data_dir, pages.started).await.prometheus();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

async fn openapi() -> Response {
    match Document::openapi().to_json() {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => {
            tracing::error!(%error, "openapi_not_written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What the till and machines that look after the kiosk may ask. Pages for people are not part of it.
#[derive(OpenApi)]
#[openapi(
    info(title = "Hymy", description = "Till events in; whether the kiosk is well. Nothing about a person is answered."),
    paths(healthz, metrics, super::till::receive),
    modifiers(&Bearer)
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("[till] token")).build();
        openapi.components.get_or_insert_default().add_security_scheme("till", SecurityScheme::Http(bearer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_every_way_in_and_its_answers() {
        let json = serde_json::to_value(Document::openapi()).expect("JSON");
        let paths: Vec<&String> = json["paths"].as_object().expect("paths").keys().collect();
        assert_eq!(paths, ["/api/v1/till/events", "/healthz", "/metrics"]);
        let answers = json["paths"]["/api/v1/till/events"]["post"]["responses"].as_object().expect("answers");
        let codes: Vec<&String> = answers.keys().collect();
        assert_eq!(codes, ["200", "202", "400", "401", "408", "413", "422", "503"]);
    }
}
