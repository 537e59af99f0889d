//! `/trainer`: what was released about many people, with its noise; what customers answered, beside it; what people
//! shared with this trainer; and how to read all of it. Nobody is compared with anybody, and nobody is in an order.

mod csv;
mod customers;
mod figures;
mod shared;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use self::customers::CustomersView;
use self::figures::{FigureView, OverTime, WindowTab};
use super::Pages;
use super::form::Query;
use super::page::{Chrome, shown};
use super::text::Texts;
use super::visits::{self, Area, Trainer};
use crate::control::{Answer, Question};
use crate::customer::Answers;
use crate::release::{PEOPLE_FLOOR, Release, Window};

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new()
        .route("/trainer", get(overview))
        .route("/trainer/releases.csv", get(download))
        .route("/trainer/shared", get(shared::list).post(shared::summary))
        .route("/trainer/how-to-read", get(how_to_read))
}

/// A page of the menu: path, what the menu calls it, whether it is the one that is shown.
type Entry = (&'static str, String, bool);

fn menu(t: &Texts, here: &str) -> Vec<Entry> {
    const PAGES: [(&str, &str); 3] =
        [("/trainer", "figures"), ("/trainer/shared", "shared"), ("/trainer/how-to-read", "how-to-read")];
    PAGES.map(|(path, key)| (path, t.say(&format!("trainer-menu-{key}")), key == here)).into()
}

#[derive(Template)]
#[template(path = "trainer.html")]
struct Overview {
    chrome: Chrome,
    name: String,
    menu: Vec<Entry>,
    /// The windows that were released, newest first.
    tabs: Vec<WindowTab>,
    /// The days of the one that is shown.
    days: String,
    /// What withheld means in it.
    withheld_means: String,
    figures: Vec<FigureView>,
    over_time: Vec<OverTime>,
    customers: CustomersView,
}

/// Which window is looked at; the newest unless told.
#[derive(Deserialize)]
struct Chosen {
    window: Option<u32>,
}

async fn overview(
    State(pages): State<Pages>,
    chrome: Chrome,
    trainer: Trainer,
    Query(chosen): Query<Chosen>,
) -> Response {
    let (windows, answers) = match released(&pages).await {
        Ok(found) => found,
        Err(answer) => return turned_away(chrome, &answer),
    };
    let (t, zone) = (chrome.t, pages.clock.time_zone());
    let found = windows.iter().rev().find(|(window, _)| chosen.window.is_none_or(|id| id == window.id.0));
    let tabs = windows.iter().rev().map(|(window, _)| WindowTab {
        number: window.id.0,
        days: figures::days(window, t, &zone),
        shown: found.is_some_and(|(shown, _)| shown.id == window.id),
    });
    let floor = found.map_or(PEOPLE_FLOOR, |(_, release)| release.plan.people_floor());
    let page = Overview {
        name: trainer.name,
        menu: menu(t, "figures"),
        tabs: tabs.collect(),
        days: found.map(|(window, _)| figures::days(window, t, &zone)).unwrap_or_default(),
        withheld_means: t.with("trainer-withheld-means", &[("people", f64::from(floor).into())]),
        figures: found.map(|(_, release)| FigureView::of_all(release, t)).unwrap_or_default(),
        over_time: found.map(|(_, release)| OverTime::of_all(release, &windows, t, &zone)).unwrap_or_default(),
        customers: CustomersView::of(&answers, floor, &chrome),
        chrome,
    };
    shown(if found.is_some() || chosen.window.is_none() { StatusCode::OK } else { StatusCode::NOT_FOUND }, &page)
}

/// The same figures as a table for other programs.
async fn download(State(pages): State<Pages>, chrome: Chrome, _trainer: Trainer) -> Response {
    let windows = match released(&pages).await {
        Ok((windows, _)) => windows,
        Err(answer) => return turned_away(chrome, &answer),
    };
    let table = csv::table(&windows, &pages.clock.time_zone());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"releases.csv\"")),
    ];
    (headers, table).into_response()
}

/// What was released, and what customers answered. Both were computed before; nothing is computed for a page.
async fn released(pages: &Pages) -> Result<(Vec<(Window, Release)>, Vec<Answers>), Answer> {
    let windows = match pages.kiosk.question(Question::Releases).await {
        Answer::Releases { windows } => windows,
        answer => return Err(answer),
    };
    match pages.kiosk.question(Question::CustomerAnswers).await {
        Answer::CustomerAnswers { answers } => Ok((windows, answers)),
        answer => Err(answer),
    }
}

#[derive(Template)]
#[template(path = "trainer_how_to_read.html")]
struct HowToRead {
    chrome: Chrome,
    name: String,
    menu: Vec<Entry>,
}

async fn how_to_read(chrome: Chrome, trainer: Trainer) -> Response {
    let menu = menu(chrome.t, "how-to-read");
    shown(StatusCode::OK, &HowToRead { chrome, name: trainer.name, menu })
}

/// The form that opens these pages where they are not open any more, or what went wrong.
fn turned_away(chrome: Chrome, answer: &Answer) -> Response {
    visits::turned_away(chrome, answer, Area::Trainer)
}
