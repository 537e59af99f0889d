//! `/setup`: for whoever installs the kiosk. Whether what it needs is there; no picture, and nothing about anyone.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::Pages;
use super::page::{Chrome, shown};
use super::visits::Technician;

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new().route("/setup", get(checklist))
}

#[derive(Template)]
#[template(path = "setup.html")]
struct Checklist {
    chrome: Chrome,
    /// What is looked at, and whether it is as it should be.
    rows: Vec<(String, bool)>,
}

async fn checklist(State(pages): State<Pages>, chrome: Chrome, Technician: Technician) -> Response {
    let writable = pages.kiosk.writable().await;
    let rows = vec![(chrome.t.say("setup-store"), writable)];
    shown(StatusCode::OK, &Checklist { chrome, rows })
}
