//! `/setup/zones`: staff, customers, queue and till, drawn over lines of the empty scene or typed as percentages. What is
//! saved holds from the next start. No picture, and nothing about anyone.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::drawn::{self, Drawn};
use super::places::{Saved, menu};
use crate::config::{NotSaved, save_zones};
use crate::control::{Answer, Question, SceneLines, SettingUp, TrialFor, TrialNow, TrialQuestion};
use crate::web::form::Form;
use crate::web::page::{Chrome, see, shown};
use crate::web::text::Texts;
use crate::web::visits::{Area, Technician, turned_away};
use crate::web::{Pages, cookies, said};

/// Width of the drawing, in its own units.
const WIDTH: f32 = 1000.0;
/// Height of a picture that has not been seen yet, in widths: of most cameras.
const USUAL_HEIGHT: f32 = 0.75;

#[derive(Template)]
#[template(path = "setup_zones.html")]
struct ZonesPage {
    chrome: Chrome,
    menu: Vec<(&'static str, String, bool)>,
    zones: Vec<Drawn>,
    /// Height of the drawing.
    height: f32,
    lines: Vec<[f32; 4]>,
    outlined: bool,
    /// What the camera is looking for now.
    looking: Option<String>,
    from: String,
    said: Option<String>,
    refused: Option<String>,
    /// What is saved does not hold yet.
    waits: bool,
}

impl ZonesPage {
    fn points(&self, zone: &Drawn) -> String {
        zone.points(WIDTH, self.height)
    }
}

pub(super) async fn page(
    State(pages): State<Pages>,
    chrome: Chrome,
    technician: Technician,
    headers: HeaderMap,
) -> Response {
    let said = said(&headers, &["zones-saved"]).map(|message| chrome.t.say(message));
    let saved = Saved::read(&pages);
    let zones = Drawn::saved(&saved.places, chrome.t);
    show(&pages, chrome, &technician, saved, zones, Outcome { said, ..Outcome::default() }).await
}

#[derive(Default)]
struct Outcome {
    code: StatusCode,
    said: Option<String>,
    refused: Option<String>,
}

async fn show(
    pages: &Pages,
    chrome: Chrome,
    technician: &Technician,
    saved: Saved,
    zones: Vec<Drawn>,
    outcome: Outcome,
) -> Response {
    let looking = match technician.trial(pages, TrialQuestion::Now).await {
        Answer::Trial(now) => looking(&now, chrome.t),
        _ => None,
    };
    let outline = match technician.trial(pages, TrialQuestion::Found).await {
        Answer::Found(found) => found.outline,
        _ => None,
    };
    let (outlined, scene) = (outline.is_some(), outline.unwrap_or(SceneLines { height: USUAL_HEIGHT, lines: vec![] }));
    let in_force = &pages.placed.in_force;
    let page = ZonesPage {
        menu: menu(&chrome, "/setup/zones"),
        zones,
        height: WIDTH * scene.height,
        lines: scene.lines.iter().map(|&[x0, y0, x1, y1]| scaled([x0, y0, x1, y1], scene.height)).collect(),
        outlined,
        looking,
        from: saved.from("zones", pages, chrome.t),
        waits: outcome.said.is_none()
            && (&saved.places.zones, &saved.places.till_zone) != (&in_force.zones, &in_force.till_zone),
        said: outcome.said,
        refused: outcome.refused.or(saved.fault),
        chrome,
    };
    shown(outcome.code, &page)
}

/// In units of the drawing.
fn scaled([x0, y0, x1, y1]: [f32; 4], height: f32) -> [f32; 4] {
    [x0 * WIDTH, y0 * WIDTH * height, x1 * WIDTH, y1 * WIDTH * height].map(f32::round)
}

/// What a look for lines waits for, in words.
fn looking(now: &TrialNow, t: &Texts) -> Option<String> {
    let Some(SettingUp::Outline { empty_ms }) = now.setting_up.as_deref() else { return None };
    Some(match empty_ms {
        None => t.say("zones-opening"),
        Some(0) => t.say("zones-somebody"),
        Some(ms) => t.count("zones-nobody", f64::from(u32::try_from(ms / 1000).unwrap_or(u32::MAX))),
    })
}

pub(super) async fn save(
    State(pages): State<Pages>,
    chrome: Chrome,
    technician: Technician,
    Form(form): Form<Vec<(String, String)>>,
) -> Response {
    let asked = form.iter().find(|(key, _)| key == "do").map_or("", |(_, value)| value.as_str());
    let mut typed = Drawn::typed(&form, chrome.t);
    if asked != "save" {
        drawn::edited(&mut typed, asked);
        return show(&pages, chrome, &technician, Saved::read(&pages), typed, Outcome::default()).await;
    }
    let places = match drawn::checked(typed, chrome.t) {
        Ok(places) => places,
        Err(faulty) => {
            let refused = Some(chrome.t.say("zones-faulty"));
            let outcome = Outcome { code: StatusCode::UNPROCESSABLE_ENTITY, said: None, refused };
            return show(&pages, chrome, &technician, Saved::read(&pages), faulty, outcome).await;
        }
    };
    let data_dir = pages.data_dir.clone();
    let zones = Drawn::saved(&places, chrome.t);
    match tokio::task::spawn_blocking(move || save_zones(&data_dir, &places)).await {
        Ok(Ok(())) => {
            tracing::info!("zones_changed: they hold from the next start");
            see("/setup/zones", [cookies::say("zones-saved")])
        }
        failed => {
            let outcome = Outcome { refused: Some(not_saved(failed.ok(), chrome.t)), ..Outcome::failed() };
            show(&pages, chrome, &technician, Saved::read(&pages), zones, outcome).await
        }
    }
}

impl Outcome {
    fn failed() -> Self {
        Self { code: StatusCode::INTERNAL_SERVER_ERROR, ..Self::default() }
    }
}

/// Logs why nothing was saved, and says where to look.
pub(super) fn not_saved(failed: Option<Result<(), NotSaved>>, t: &Texts) -> String {
    if let Some(Err(error)) = failed {
        tracing::error!(%error, "set_up_not_saved");
    }
    t.say("places-not-saved")
}

/// Opens the camera for lines of the empty scene.
pub(super) async fn look(State(pages): State<Pages>, chrome: Chrome, technician: Technician) -> Response {
    match technician.trial(&pages, TrialQuestion::Begin(TrialFor::Outline)).await {
        Answer::Trial(_) => see("/setup/zones", []),
        answer => turned_away(chrome, &answer, Area::Setup),
    }
}

/// Closes it again.
pub(super) async fn end(State(pages): State<Pages>, chrome: Chrome, technician: Technician) -> Response {
    technician.ended(&pages, chrome, "/setup/zones").await
}

/// How the look for lines is, for the script.
pub(super) async fn now(State(pages): State<Pages>, chrome: Chrome, technician: Technician) -> Response {
    if let Answer::Trial(now) = technician.trial(&pages, TrialQuestion::Now).await
        && let Some(said) = looking(&now, chrome.t)
    {
        return Json(json!({ "state": "looking", "said": said })).into_response();
    }
    match technician.trial(&pages, TrialQuestion::Found).await {
        Answer::Found(found) if found.outline.is_some() => {
            let scene = found.outline.unwrap_or(SceneLines { height: USUAL_HEIGHT, lines: vec![] });
            let lines: Vec<_> = scene.lines.iter().map(|line| scaled(*line, scene.height)).collect();
            Json(json!({ "state": "found", "height": WIDTH * scene.height, "lines": lines })).into_response()
        }
        _ => Json(json!({ "state": "ended" })).into_response(),
    }
}

impl Technician {
    /// Asks of a look through the camera.
    pub(super) async fn trial(&self, pages: &Pages, ask: TrialQuestion) -> Answer {
        pages.kiosk.question(Question::Trial { token: self.token(), ask }).await
    }

    /// Closes the camera, and goes back to the page that it was opened from.
    pub(super) async fn ended(&self, pages: &Pages, chrome: Chrome, back: &'static str) -> Response {
        match self.trial(pages, TrialQuestion::End).await {
            Answer::NoTrial => see(back, []),
            answer => turned_away(chrome, &answer, Area::Setup),
        }
    }
}
