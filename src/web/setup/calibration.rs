//! `/setup/calibration`: where customers stand and where work is, by looking at each for three seconds while the page
//! counts down. What is saved are directions of places; of the look itself nothing is kept. It holds from the next start.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::places::{Saved, menu};
use super::zones::not_saved;
use crate::calibrate::{Place, Regions, Trouble};
use crate::config::{named, save_regions};
use crate::control::{Answer, Question, SettingUp, TrialNow, TrialQuestion, WalkNow};
use crate::decide::Region;
use crate::web::form::Form;
use crate::web::page::{Chrome, see, shown};
use crate::web::text::Texts;
use crate::web::visits::{Area, Technician, turned_away};
use crate::web::{Pages, cookies, said};

/// More places of work than a counter has, and as many as five minutes are enough for.
const WORK_MAX: usize = 12;

#[derive(Template)]
#[template(path = "setup_calibration.html")]
struct CalibrationPage {
    chrome: Chrome,
    menu: Vec<(&'static str, String, bool)>,
    /// Faces are read in the staff zone, so that has to be there.
    has_staff: bool,
    walk: Option<WalkTold>,
    /// What was found and is not saved yet.
    found: Vec<(String, String)>,
    /// What is saved.
    saved: Vec<(String, String)>,
    from: String,
    /// Places of work as typed.
    work: String,
    work_fault: Option<String>,
    said: Option<String>,
    refused: Option<String>,
    waits: bool,
}

/// The walk as the page tells it.
struct WalkTold {
    look_at: String,
    count: String,
    hint: String,
    progress: String,
}

impl WalkTold {
    fn of(now: &TrialNow, t: &Texts) -> Option<Self> {
        let Some(SettingUp::Calibration(walk)) = now.setting_up.as_deref() else { return None };
        let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let WalkNow { place, count, trouble, heights_again, done, of } = walk;
        let look_at = match place {
            None => t.say("calibration-opening"),
            Some(Place::Low) => t.say("calibration-low"),
            Some(Place::High) => t.say("calibration-high"),
            Some(Place::OneEnd) => t.say("calibration-left"),
            Some(Place::OtherEnd) => t.say("calibration-right"),
            Some(Place::Work(name)) => t.about("calibration-work", name),
        };
        let hint = match (trouble, heights_again) {
            (_, true) => t.say("calibration-heights-again"),
            (Some(trouble), _) => t.say(&format!("calibration-trouble-{}", word(*trouble))),
            (None, _) => String::new(),
        };
        let count = match (place, count) {
            (None, _) => String::new(),
            (_, 0) => t.say("calibration-hold"),
            (_, seconds) => seconds.to_string(),
        };
        let progress = t.with("calibration-progress", &[("done", number(*done).into()), ("of", number(*of).into())]);
        Some(Self { look_at, count, hint, progress })
    }
}

fn word(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::NoFace => "no-face",
        Trouble::NotAlone => "not-alone",
        Trouble::EyesHidden => "eyes-hidden",
        Trouble::TurnedAway => "turned-away",
        Trouble::NotSteady => "not-steady",
        Trouble::TooFewFrames => "few-frames",
    }
}

/// Each place and where it is, in words.
fn told(regions: &Regions, t: &Texts) -> Vec<(String, String)> {
    let target = regions.target.iter().map(|region| (t.say("calibration-target"), degrees(region, t)));
    let work = regions.work.iter().map(|(name, region)| (name.clone(), degrees(region, t)));
    target.chain(work).collect()
}

fn degrees(region: &Region, t: &Texts) -> String {
    let [(left, right), (low, high)] = region.bounds_deg();
    let number = |degrees: f32| t.number(f64::from(degrees.round() + 0.0), 0);
    let ends = [("left", left), ("right", right), ("low", low), ("high", high)];
    let values: Vec<_> = ends.into_iter().map(|(name, degrees)| (name, number(degrees).into())).collect();
    t.with("calibration-degrees", &values)
}

#[derive(Default)]
struct Outcome {
    code: StatusCode,
    said: Option<String>,
    refused: Option<String>,
    work: Option<(String, String)>,
}

pub(super) async fn page(
    State(pages): State<Pages>,
    chrome: Chrome,
    technician: Technician,
    headers: HeaderMap,
) -> Response {
    let said = said(&headers, &["calibration-saved"]).map(|message| chrome.t.say(message));
    show(&pages, chrome, &technician, Outcome { said, ..Outcome::default() }).await
}

async fn show(pages: &Pages, chrome: Chrome, technician: &Technician, outcome: Outcome) -> Response {
    let t = chrome.t;
    let walk = match technician.trial(pages, TrialQuestion::Now).await {
        Answer::Trial(now) => WalkTold::of(&now, t),
        _ => None,
    };
    let saved = Saved::read(pages);
    let (places, in_force) = (&saved.places, &pages.placed.in_force);
    let held = Regions {
        target: places.target.map(|target| target.0),
        work: places.work.iter().map(|work| (work.name.clone(), work.region)).collect(),
    };
    let names: Vec<&str> = places.work.iter().map(|work| work.name.as_str()).collect();
    let (work, work_fault) = match outcome.work {
        Some((typed, fault)) => (typed, Some(fault)),
        None => (names.join(", "), None),
    };
    let page = CalibrationPage {
        menu: menu(&chrome, "/setup/calibration"),
        has_staff: in_force.zones.staff.is_some(),
        walk,
        found: found(pages, technician).await.map_or_else(Vec::new, |regions| told(&regions, t)),
        saved: told(&held, t),
        from: saved.from("target", pages, t),
        work,
        work_fault,
        waits: outcome.said.is_none() && (&places.target, &places.work) != (&in_force.target, &in_force.work),
        said: outcome.said,
        refused: outcome.refused.or(saved.fault),
        chrome,
    };
    shown(outcome.code, &page)
}

async fn found(pages: &Pages, technician: &Technician) -> Option<Regions> {
    match technician.trial(pages, TrialQuestion::Found).await {
        Answer::Found(found) => found.regions,
        _ => None,
    }
}

/// What is to be looked at.
#[derive(Deserialize)]
pub(super) struct Asked {
    target: Option<String>,
    #[serde(default)]
    work: String,
}

/// The names of places of work, or why one is none.
fn names(typed: &str, t: &Texts) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    for name in typed.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if named(name).is_err() || names.iter().any(|other| other == name) || names.len() == WORK_MAX {
            return Err(t.about("calibration-fault-name", &name.chars().take(64).collect::<String>()));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

/// Opens the camera for looking at places.
pub(super) async fn begin(
    State(pages): State<Pages>,
    chrome: Chrome,
    technician: Technician,
    Form(asked): Form<Asked>,
) -> Response {
    let faulty = |fault| Outcome {
        code: StatusCode::UNPROCESSABLE_ENTITY,
        work: Some((asked.work.clone(), fault)),
        ..Outcome::default()
    };
    let work = match names(&asked.work, chrome.t) {
        Ok(work) if work.is_empty() && asked.target.is_none() => {
            let fault = chrome.t.say("calibration-fault-nothing");
            return show(&pages, chrome, &technician, faulty(fault)).await;
        }
        Ok(work) => work,
        Err(fault) => return show(&pages, chrome, &technician, faulty(fault)).await,
    };
    if pages.placed.in_force.zones.staff.is_none() {
        let refused = Some(chrome.t.say("calibration-no-staff"));
        return show(
            &pages,
            chrome,
            &technician,
            Outcome { code: StatusCode::CONFLICT, refused, ..Outcome::default() },
        )
        .await;
    }
    let question = Question::Calibrate { token: technician.token(), target: asked.target.is_some(), work };
    match pages.kiosk.question(question).await {
        Answer::Trial(_) => see("/setup/calibration", []),
        answer => turned_away(chrome, &answer, Area::Setup),
    }
}

/// Closes it again.
pub(super) async fn end(State(pages): State<Pages>, chrome: Chrome, technician: Technician) -> Response {
    technician.ended(&pages, chrome, "/setup/calibration").await
}

/// How the walk is, for the script.
pub(super) async fn now(State(pages): State<Pages>, chrome: Chrome, technician: Technician) -> Response {
    let walk = match technician.trial(&pages, TrialQuestion::Now).await {
        Answer::Trial(now) => WalkTold::of(&now, chrome.t),
        _ => None,
    };
    match walk {
        Some(WalkTold { look_at, count, hint, progress }) => {
            Json(json!({ "state": "looking", "look": look_at, "count": count, "hint": hint, "progress": progress }))
        }
        None => Json(json!({ "state": "ended" })),
    }
    .into_response()
}

/// Saves what was found.
pub(super) async fn save(State(pages): State<Pages>, chrome: Chrome, technician: Technician) -> Response {
    let Some(regions) = found(&pages, &technician).await else {
        let refused = Some(chrome.t.say("calibration-nothing-found"));
        return show(
            &pages,
            chrome,
            &technician,
            Outcome { code: StatusCode::CONFLICT, refused, ..Outcome::default() },
        )
        .await;
    };
    let (data_dir, placed) = (pages.data_dir.clone(), pages.placed.clone());
    let saving = tokio::task::spawn_blocking(move || save_regions(&data_dir, &placed.configured, &regions));
    match saving.await {
        Ok(Ok(())) => {
            tracing::info!("directions_changed: they hold from the next start");
            see("/setup/calibration", [cookies::say("calibration-saved")])
        }
        failed => {
            let refused = Some(not_saved(failed.ok(), chrome.t));
            let code = StatusCode::INTERNAL_SERVER_ERROR;
            show(&pages, chrome, &technician, Outcome { code, refused, ..Outcome::default() }).await
        }
    }
}
