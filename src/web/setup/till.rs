//! `/setup/till`: how each way to the till stands, and for five minutes after "listen", what comes by it. What may be
//! shown, and when nothing is, is decided and explained in [`crate::till::Ways`]'s module: nothing while somebody is on
//! shift.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};

use super::places;
use crate::till::{Counts, Heard, Link, Shown, ShownWay, kind_name};
use crate::web::Pages;
use crate::web::connection::Connection;
use crate::web::page::{Chrome, see, shown};
use crate::web::text::Texts;
use crate::web::visits::Technician;

const PATH: &str = "/setup/till";

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new().route(PATH, get(page)).route("/setup/till/listen", post(listen)).route("/setup/till/stop", post(stop))
}

#[derive(Template)]
#[template(path = "setup_till.html")]
struct TillPage {
    chrome: Chrome,
    menu: Vec<(&'static str, String, bool)>,
    ways: Vec<Row>,
    on_shift: bool,
    /// For how long it still listens, in words.
    listens: Option<String>,
    events: Vec<EventRow>,
}

/// One way.
struct Row {
    /// What it is, and its name.
    what: String,
    /// Where it leads.
    place: String,
    open: bool,
    /// How it stands.
    standing: String,
    /// What was heard while listening.
    heard: Option<String>,
}

/// One event.
struct EventRow {
    time: String,
    register: String,
    event: String,
    way: String,
}

async fn page(State(pages): State<Pages>, chrome: Chrome, _: Technician, who: Connection) -> Response {
    let now_ms = pages.clock.monotonic_ms();
    let Shown { on_shift, listens_for_ms, ways, events } = pages.kiosk.ways().shown(now_ms);
    let (t, zone) = (chrome.t, pages.clock.time_zone());
    // From another machine nobody learns of a shift.
    let on_shift = on_shift && who.is_local();
    let event = |(number, heard): &(usize, Heard)| match heard {
        Heard::Event { register, kind, at } => Some(EventRow {
            time: t.second_of(*at, &zone),
            register: register.clone(),
            event: t.say(&format!("till-event-{}", kind_name(*kind))),
            way: ways.get(*number).map(|way| name(way, t)).unwrap_or_default(),
        }),
        _ => None,
    };
    let events = events.iter().filter_map(event).collect();
    let listens = listens_for_ms.map(|ms| t.count("till-listens-for", minutes(ms)));
    let ways = ways.iter().map(|way| row(way, now_ms, t)).collect();
    shown(
        StatusCode::OK,
        &TillPage { menu: places::menu(&chrome, "/setup/till"), ways, on_shift, listens, events, chrome },
    )
}

/// Begun minutes.
fn minutes(ms: u64) -> u32 {
    u32::try_from(ms.div_ceil(60_000)).unwrap_or(u32::MAX)
}

/// What a way is, and what the configuration calls it.
fn name(way: &ShownWay, t: &Texts) -> String {
    let kind = t.say(&format!("till-way-{}", way.kind.name()));
    if way.name.is_empty() { kind } else { format!("{kind}: {}", way.name) }
}

fn row(way: &ShownWay, now_ms: u64, t: &Texts) -> Row {
    let open = way.link == Link::Open;
    let link = match &way.trouble {
        _ if open => t.say("till-open"),
        Some(trouble) => t.about("till-waiting-why", trouble),
        None => t.say("till-waiting"),
    };
    let ever = t.say(match (way.understood, way.not_understood) {
        (false, false) => "till-nothing-yet",
        (true, false) => "till-understood",
        (true, true) => "till-partly-understood",
        (false, true) => "till-never-understood",
    });
    let heard = way.counts.as_ref().map(|counts| counted(counts, now_ms, t));
    Row { what: name(way, t), place: way.place.clone(), open, standing: format!("{link} {ever}"), heard }
}

/// What was heard while listening, and how long ago the last of it.
fn counted(counts: &Counts, now_ms: u64, t: &Texts) -> String {
    let Some(last_ms) = counts.last_ms else { return t.say("till-heard-nothing") };
    let parts = [
        ("till-count-understood", counts.understood),
        ("till-count-not-understood", counts.not_understood),
        ("till-count-wrong-time", counts.wrong_time),
        ("till-count-wrong-token", counts.wrong_token),
    ];
    let said: Vec<String> =
        parts.into_iter().filter(|(_, count)| *count > 0).map(|(message, count)| t.count(message, count)).collect();
    let seconds = u32::try_from(now_ms.saturating_sub(last_ms) / 1000).unwrap_or(u32::MAX);
    let counts = said.join(", ");
    t.with("till-heard", &[("counts", counts.into()), ("seconds", f64::from(seconds).into())])
}

async fn listen(State(pages): State<Pages>, _: Technician) -> Response {
    pages.kiosk.ways().listen(pages.clock.monotonic_ms(), pages.clock.now());
    see(PATH, [])
}

async fn stop(State(pages): State<Pages>, _: Technician) -> Response {
    pages.kiosk.ways().stop_listening();
    see(PATH, [])
}
