//! `/setup`: for whoever installs the kiosk. Whether what it needs is there; no picture, and nothing about anyone.

mod tester;
mod till;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::Pages;
use super::page::{Chrome, shown};
use super::visits::Technician;
use crate::setup::{Check, Standing};

/// With less room than this the disk is soon full.
const ROOM_WANTED_BYTES: u64 = 1024 * 1024 * 1024;

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new().route("/setup", get(checklist)).merge(till::routes()).merge(tester::routes())
}

#[derive(Template)]
#[template(path = "setup.html")]
struct Checklist {
    chrome: Chrome,
    rows: Vec<Row>,
    /// Nothing is wanting.
    ready: bool,
}

struct Row {
    /// What is looked at.
    what: String,
    /// How it stands, in a word that texts and style know, and in words.
    standing: (&'static str, String),
    /// What to do; nothing where it is good.
    remedy: Option<String>,
}

async fn checklist(State(pages): State<Pages>, chrome: Chrome, Technician: Technician) -> Response {
    let writable = pages.kiosk.writable().await;
    let room = pages.room_bytes().is_some_and(|room| room >= ROOM_WANTED_BYTES);
    let now = [Check::new("store", writable, Standing::Wanting), Check::new("room", room, Standing::Advice)];
    let checks = pages.checks.iter().chain(&now);
    let t = chrome.t;
    let row = |check: &Check| {
        let (word, said) = match check.standing {
            Standing::Good => ("good", t.say("setup-good")),
            Standing::Advice => ("advice", t.say("setup-advice")),
            Standing::Wanting => ("wanting", t.say("setup-wanting")),
        };
        let remedy = (check.standing != Standing::Good).then(|| t.say(&format!("setup-remedy-{}", check.name)));
        Row { what: t.say(&format!("setup-check-{}", check.name)), standing: (word, said), remedy }
    };
    let rows = checks.clone().map(row).collect();
    let ready = checks.clone().all(|check| check.standing != Standing::Wanting);
    shown(StatusCode::OK, &Checklist { rows, ready, chrome })
}
