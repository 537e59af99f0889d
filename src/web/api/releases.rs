//! `GET /api/v1/releases`: what was released before, as the trainers' pages show it. Nothing is computed for a question,
//! and no tally is part of an answer.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::config::Purpose;
use crate::consent::Language;
use crate::control::{Answer as Told, Question};
use crate::release::{Answer, Release, Released, Window};
use crate::web::Pages;
use crate::web::connection::Connection;
use crate::web::limits::Area;
use crate::web::text::texts;
use crate::web::tokens::Turned;

/// Everything that was released.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Releases {
    /// Oldest first.
    windows: Vec<ReleasedWindow>,
}

/// What one window released, once.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReleasedWindow {
    /// Its number.
    #[schema(minimum = 1)]
    window: u32,
    /// The transactions that closed from here on.
    #[schema(format = "date-time")]
    opens: String,
    /// The transactions that closed before here.
    #[schema(format = "date-time")]
    closes: String,
    /// A figure about fewer people than this is withheld.
    #[schema(minimum = 5)]
    people_at_least: u32,
    /// What withheld means in this window.
    withheld_means: String,
    /// In the order of the window's plan.
    figures: Vec<Figure>,
}

/// One figure: with its noise, or withheld.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Figure {
    /// Which share it is.
    #[schema(example = "smile.greeting.shown")]
    statistic: &'static str,
    /// Of which day or hours; missing over all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Monday")]
    cell: Option<String>,
    /// It is not shown; then there is no `released`.
    withheld: bool,
    /// What is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    released: Option<Share>,
}

/// A share over people, with noise.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Share {
    /// 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    share: f64,
    /// In nine of ten figures the noise has moved the share by no more than down to here,
    #[schema(minimum = 0, maximum = 1)]
    low_90: f64,
    /// and up to here.
    #[schema(minimum = 0, maximum = 1)]
    high_90: f64,
    /// How many people, with noise.
    people_about: u32,
}

/// What was released about many people, as trainers see it: with noise, computed once.
#[utoipa::path(get, path = "/api/v1/releases", tag = "releases", security(("releases" = [])), responses(
    (status = 200, description = "Every released window that is kept", body = Releases),
    (status = 503, description = "Busy; try again later", body = String, content_type = "text/plain"),
))]
pub async fn read(State(pages): State<Pages>, who: Connection, headers: HeaderMap) -> Response {
    if let Err(turned) = pages.tokens.allow(Purpose::Releases, &headers, who) {
        return turned.into_response();
    }
    if let Err(wait_s) = pages.tokens.limits().count(Area::Reading, who) {
        return Turned::TooMany { wait_s }.into_response();
    }
    match pages.kiosk.question(Question::Releases).await {
        Told::Releases { windows } => {
            Json(Releases { windows: windows.iter().map(ReleasedWindow::of).collect() }).into_response()
        }
        _ => (StatusCode::SERVICE_UNAVAILABLE, "not now; try again later\n").into_response(),
    }
}

impl ReleasedWindow {
    fn of((window, release): &(Window, Release)) -> Self {
        let floor = release.plan.people_floor();
        let people = [("people", f64::from(floor).into())];
        Self {
            window: window.id.0,
            opens: window.opens.to_string(),
            closes: window.closes.to_string(),
            people_at_least: floor,
            withheld_means: texts(Language::English).with("trainer-withheld-means", &people),
            figures: release.figures.iter().map(|figure| Figure::of(release, figure)).collect(),
        }
    }
}

impl Figure {
    fn of(release: &Release, figure: &Released) -> Self {
        let released = Share::of(&figure.answer);
        Self {
            statistic: figure.statistic.as_str(),
            cell: figure.cell.map(|cell| release.plan.cells().name(cell)),
            withheld: released.is_none(),
            released,
        }
    }
}

impl Share {
    fn of(answer: &Answer) -> Option<Self> {
        let (Answer::Share { share_thousandths, people_about, .. }, Some((low, high))) =
            (*answer, answer.interval_90_thousandths())
        else {
            return None;
        };
        let [share, low_90, high_90] = [share_thousandths, low, high].map(|part| f64::from(part) / 1_000.0);
        Some(Self { share, low_90, high_90, people_about })
    }
}
