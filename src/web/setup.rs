//! `/setup`: for whoever installs the kiosk. Whether what it needs is there, zones and directions; no picture, and nothing
//! about anyone.

mod tester;
mod till;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;

mod calibration;
mod drawn;
mod places;
mod zones;

use super::Pages;
use super::page::{Chrome, shown};
use super::text::Texts;
use super::visits::Technician;
use crate::confine::MemoryKept;
use crate::setup::{Check, Standing, is_synchronised};

/// With less room than this the disk is soon full.
const ROOM_WANTED_BYTES: u64 = 1024 * 1024 * 1024;

/// With fewer frames a second nods are not observable.
const HZ_WANTED: f32 = crate::signals::NODS_FRAMES_PER_S_MIN;
/// A clock that shows an earlier time than this is wrong: the program is younger.
const PLAUSIBLE_FROM: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new()
        .route("/setup", get(checklist))
        .route("/setup/zones", get(zones::page).post(zones::save))
        .route("/setup/outline", post(zones::look))
        .route("/setup/outline/end", post(zones::end))
        .route("/setup/outline/now", get(zones::now))
        .route("/setup/calibration", get(calibration::page).post(calibration::begin))
        .route("/setup/calibration/end", post(calibration::end))
        .route("/setup/calibration/now", get(calibration::now))
        .route("/setup/calibration/save", post(calibration::save))
        .merge(till::routes())
        .merge(tester::routes())
}

#[derive(Template)]
#[template(path = "setup.html")]
struct Checklist {
    chrome: Chrome,
    menu: Vec<(&'static str, String, bool)>,
    rows: Vec<Row>,
    /// Nothing is wanting.
    ready: bool,
    /// What is wanting or could be better, by name.
    attention: Vec<String>,
    /// What other machines see; nothing where none reaches the kiosk.
    seen: Option<Seen>,
}

/// The certificate as other machines see it.
struct Seen {
    fingerprint: String,
    /// Until when the kiosk's own lasts, in words.
    own_until: Option<String>,
}

struct Row {
    /// What is looked at.
    what: String,
    /// How it stands, in a word that texts and style know, and in words.
    standing: (&'static str, String),
    /// What was found.
    detail: Option<String>,
    /// What to do; nothing where it is good.
    remedy: Option<String>,
    /// The page where it is done, and its name.
    page: Option<(&'static str, String)>,
}

async fn checklist(State(pages): State<Pages>, chrome: Chrome, _: Technician) -> Response {
    let t = chrome.t;
    let mut looked: Vec<(Check, Option<String>)> = pages.checks.iter().map(|check| (*check, None)).collect();
    looked.extend(now(&pages, t).await);
    let rows: Vec<Row> = looked.into_iter().map(|(check, detail)| Row::of(&check, detail, &chrome)).collect();
    let ready = rows.iter().all(|row| row.standing.0 != "wanting");
    let attention = rows.iter().filter(|row| row.standing.0 != "good").map(|row| row.what.clone()).collect();
    let seen = pages.tls.as_ref().map(|tls| {
        let certificate = tls.borrow();
        let day = |until| t.day_of(until, &pages.clock.time_zone());
        let own_until = certificate.own_until.map(|until| t.with("reach-until", &[("day", day(until).into())]));
        Seen { fingerprint: certificate.fingerprint.clone(), own_until }
    });
    shown(StatusCode::OK, &Checklist { menu: places::menu(&chrome, "/setup"), rows, ready, attention, seen, chrome })
}

impl Row {
    fn of(check: &Check, detail: Option<String>, chrome: &Chrome) -> Self {
        let t = chrome.t;
        let (word, said) = match check.standing {
            Standing::Good => ("good", t.say("setup-good")),
            Standing::Advice => ("advice", t.say("setup-advice")),
            Standing::Wanting => ("wanting", t.say("setup-wanting")),
        };
        let remedy = (check.standing != Standing::Good).then(|| t.say(&format!("setup-remedy-{}", check.name)));
        let page = match check.name {
            "zones" | "queue" => Some(("/setup/zones", t.say("places-menu-zones"))),
            "target" | "work" => Some(("/setup/calibration", t.say("places-menu-directions"))),
            _ => None,
        };
        let page = page.filter(|(path, _)| chrome.leads_to(path));
        Self { what: t.say(&format!("setup-check-{}", check.name)), standing: (word, said), detail, remedy, page }
    }
}

/// What is looked at anew each time the page is opened, with what was found.
async fn now(pages: &Pages, t: &Texts) -> Vec<(Check, Option<String>)> {
    use Standing::{Advice, Wanting};
    let number = |value: f64, decimals| t.number(value, decimals);
    let machine = &pages.machine;
    let models = machine.loaded.as_ref().map(|loaded| {
        let models = number(loaded.models as f64, 0);
        t.with("setup-detail-models", &[("count", models.into()), ("provider", loaded.provider.into())])
    });
    let hz = machine.speed.hz();
    let speed =
        hz.map_or_else(|| t.say("setup-detail-unmeasured"), |hz| t.about("setup-detail-speed", &number(hz.into(), 1)));
    let plausible = pages.clock.now() >= PLAUSIBLE_FROM;
    let shows = t.about("setup-detail-clock", &t.moment(pages.clock.now(), &pages.clock.time_zone()));
    let clock = match is_synchronised() {
        _ if !plausible => Check::new("clock", false, Wanting),
        kept => Check::new("clock", kept == Some(true), Advice),
    };
    let memory = machine.memory.map(|kept| match kept {
        MemoryKept::Locked => t.say("setup-detail-memory-locked"),
        MemoryKept::NoSwapInTheClear => t.say("setup-detail-memory-no-swap"),
    });
    let (days, months) = machine.retention;
    let retention = t.with("setup-detail-retention", &[("days", days.into()), ("months", months.into())]);
    let room = pages.room_bytes();
    let gigabytes = room.map(|room| t.about("setup-detail-room", &number(room as f64 / 1e9, 1)));
    vec![
        (Check::new("models", models.is_some(), Wanting), models),
        (Check::new("speed", hz.is_some_and(|hz| hz >= HZ_WANTED), Advice), Some(speed)),
        (clock, Some(shows)),
        (Check::new("memory", memory.is_some(), Advice), memory),
        (Check::new("retention", true, Advice), Some(retention)),
        (Check::new("store", pages.kiosk.writable().await, Wanting), None),
        (Check::new("room", room.is_some_and(|room| room >= ROOM_WANTED_BYTES), Advice), gigabytes),
    ]
}
