//! The pages of the kiosk, and its HTTP endpoint: till events in, whether the kiosk is well, and what holds here.
//! In the clear on loopback only; other machines reach it by TLS.
//!
//! A request for a till event only appends to the inbox; answers are fixed texts that repeat nothing of what was sent. A
//! page that holds a figure about a person is shown to them alone, for as long as it is open by their secret; no page
//! holds a picture.

mod about;
mod api;
mod connection;
mod cookies;
mod counter;
mod customer;
mod form;
mod guard;
pub(crate) mod html;
mod limits;
mod me;
mod page;
mod serve;
mod setup;
mod text;
mod till;
mod tokens;
mod trainer;
mod trial;
mod visits;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use serde::Deserialize;

use crate::clock::Clock;
use crate::consent::Language;
use crate::control::{Answer, Question, Status};
use crate::kiosk::KioskHandle;
use crate::setup::{Check, Machine, Placed};
use crate::till::{Plausible, WayKind};

#[cfg(test)]
pub(crate) use about::about_html;
pub use about::about_page;
pub use guard::{Reach, guarded};
pub use limits::Limits;
pub use serve::{Tls, serve};
pub use tokens::Tokens;

use form::Query;

/// The longest form: a consent with every band has a tenth of it.
const FORM_BYTES_MAX: usize = 32 * 1024;

/// What the till's routes need.
#[derive(Clone)]
pub struct WebState {
    /// The task that owns the store.
    pub kiosk: KioskHandle,
    /// What the till has to present.
    pub tokens: Tokens,
    /// How far an event's time may lie from the clock.
    pub plausible: Plausible,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

/// Where the till posts its events.
pub fn till_events(state: WebState) -> Router {
    state.kiosk.ways().add(WayKind::Http, "", "");
    Router::new()
        .route("/api/v1/till/events", post(till::receive))
        .layer(DefaultBodyLimit::max(till::MAX_BODY_BYTES))
        .with_state(state)
}

/// `/healthz` beside the till's events, where there are no pages: 200 when an event could be kept now, 503 otherwise.
pub fn till_health(kiosk: KioskHandle, tokens: Tokens) -> Router {
    api::health_routes(kiosk, tokens)
}

/// What pages need.
#[derive(Clone)]
pub struct Pages {
    /// The task that owns the store.
    pub kiosk: KioskHandle,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The language of a browser that asks for none.
    pub language: Language,
    /// The folder of the store.
    pub data_dir: PathBuf,
    /// What the configuration says of what the kiosk needs.
    pub checks: Arc<[Check]>,
    /// Zones and directions: what the configuration says and what holds.
    pub placed: Arc<Placed>,
    /// What is known of the machine and of what runs on it.
    pub machine: Arc<Machine>,
    /// When the program was started.
    pub started: Timestamp,
    /// The signals that people may choose here.
    pub signals: Vec<&'static str>,
    /// Of machines that read.
    pub tokens: Tokens,
    /// What other machines see of the kiosk's certificate; `None` where none reaches it.
    pub tls: Option<Tls>,
}

impl Pages {
    /// Room on the disk of the store.
    fn room_bytes(&self) -> Option<u64> {
        crate::health::room_bytes(&self.data_dir)
    }

    async fn status(&self) -> Status {
        match self.kiosk.question(Question::Status).await {
            Answer::Status(status) => status,
            _ => Status::default(),
        }
    }
}

/// Every page; to be served behind [`guarded`].
pub fn pages(state: Pages) -> Router {
    Router::new()
        .merge(counter::routes())
        .merge(customer::routes())
        .merge(visits::routes())
        .merge(me::routes())
        .merge(trial::routes())
        .merge(trainer::routes())
        .merge(setup::routes())
        .route("/language/{language}", get(choose_language))
        .merge(api::routes())
        .route("/static/{file}", get(asset))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .with_state(state)
}

/// What whoever sets a kiosk up needs before anyone can work at it: the counter, which shows the camera, and set-up.
pub fn setup_pages(state: Pages) -> Router {
    Router::new()
        .merge(counter::routes())
        .merge(visits::routes())
        .merge(setup::routes())
        .route("/language/{language}", get(choose_language))
        .merge(api::routes())
        .route("/static/{file}", get(asset))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .with_state(state)
}

/// Where to go back to.
#[derive(Deserialize)]
struct Back {
    #[serde(default)]
    to: String,
}

/// Keeps the language that is chosen, and goes back.
async fn choose_language(Path(name): Path<String>, Query(back): Query<Back>) -> Response {
    let Some((_, language)) = Language::CHOICES.iter().find(|(known, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A path of this kiosk, not an address: two slashes, or a backslash, would lead elsewhere.
    let here = back.to.starts_with('/') && !back.to.starts_with("//") && !back.to.contains(['\\', '\r', '\n']);
    let to = if here { back.to } else { "/".to_owned() };
    let cookie = cookies::keep_language(*language);
    let Ok(to) = header::HeaderValue::try_from(to) else { return StatusCode::BAD_REQUEST.into_response() };
    (StatusCode::SEE_OTHER, [(header::LOCATION, to), (header::SET_COOKIE, cookie)]).into_response()
}

/// The mark in a browser's tab.
const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="14" fill="#0b5c5e"/><path d="M9 17c2 4 4.5 6 7 6s5-2 7-6" fill="none" stroke="#f2b63c" stroke-width="3" stroke-linecap="round"/></svg>"##;

/// Style sheets and scripts, compiled in.
const ASSETS: &[(&str, &str, &str)] = &[
    ("hymy.css", "text/css; charset=utf-8", include_str!("static/hymy.css")),
    ("customer.css", "text/css; charset=utf-8", include_str!("static/customer.css")),
    ("zones.css", "text/css; charset=utf-8", include_str!("static/zones.css")),
    ("zones.js", "text/javascript; charset=utf-8", include_str!("static/zones.js")),
    ("calibration.js", "text/javascript; charset=utf-8", include_str!("static/calibration.js")),
    ("setup.css", "text/css; charset=utf-8", include_str!("static/setup.css")),
    ("trainer.css", "text/css; charset=utf-8", include_str!("static/trainer.css")),
    ("till.css", "text/css; charset=utf-8", include_str!("static/till.css")),
    ("till.js", "text/javascript; charset=utf-8", include_str!("static/till.js")),
    ("me.css", "text/css; charset=utf-8", include_str!("static/me.css")),
    ("practice.css", "text/css; charset=utf-8", include_str!("static/practice.css")),
    ("trial.js", "text/javascript; charset=utf-8", include_str!("static/trial.js")),
    ("practice.js", "text/javascript; charset=utf-8", include_str!("static/practice.js")),
    ("fit.js", "text/javascript; charset=utf-8", include_str!("static/fit.js")),
    ("hymy.js", "text/javascript; charset=utf-8", include_str!("static/hymy.js")),
    ("hymy.svg", "image/svg+xml", ICON),
];

async fn asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, text)) => {
            ([(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "no-cache")], *text).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What the page before has this one say: one of these, or nothing.
fn said(headers: &HeaderMap, known: &[&'static str]) -> Option<&'static str> {
    let said = cookies::read(headers, cookies::SAID)?;
    known.iter().find(|message| **message == said).copied()
}

#[cfg(test)]
mod tests;
