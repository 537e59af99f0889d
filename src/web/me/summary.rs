//! `/me`: the summary itself. Greeting and farewell first, then what there is to try, the moments side by side, the other
//! signals that the person chose, and the course of the latest shift; a table says the same as the drawings.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::course::Course;
use super::figure::{self, Figure, with_unit};
use super::moments::Moments;
use super::{Entry, ask, menu, turned_away};
use crate::consent::Unit;
use crate::control::{Answer, Overview, OwnQuestion};
use crate::signals::SignalKey;
use crate::summary::{Window, WindowKind};
use crate::tips::{self, Tip};
use crate::web::Pages;
use crate::web::form::Query;
use crate::web::page::{Chrome, shown};
use crate::web::text::Texts;
use crate::web::visits::Me;

#[derive(Template)]
#[template(path = "me_summary.html")]
struct SummaryPage {
    chrome: Chrome,
    menu: Vec<Entry>,
    /// The windows that there are: name, words, whether it is the one that is shown.
    tabs: Vec<(&'static str, String, bool)>,
    window: Option<WindowView>,
}

struct WindowView {
    since: String,
    cancelled: Option<String>,
    /// Every signal, for the table.
    figures: Vec<Figure>,
    tips: Vec<TipView>,
    moments: Option<Moments>,
    course: Option<Course>,
    /// The course is the latest shift's, and its records are gone.
    course_gone: bool,
}

impl WindowView {
    /// Greeting and farewell.
    fn meetings(&self) -> Vec<&Figure> {
        let of = |key: &SignalKey| self.figures.iter().find(|figure| figure.key == *key);
        MEETINGS.iter().filter_map(of).collect()
    }

    /// What stands neither there nor among the moments.
    fn others(&self) -> Vec<&Figure> {
        let by_moment = |key: SignalKey| {
            use SignalKey::{GazePayment, GazeService, SmilePayment, SmileService};
            MEETINGS.contains(&key) || matches!(key, GazePayment | GazeService | SmilePayment | SmileService)
        };
        self.figures.iter().filter(|figure| !by_moment(figure.key)).collect()
    }
}

/// Greeting and farewell, in the order in which they happen.
const MEETINGS: [SignalKey; 4] =
    [SignalKey::SmileGreeting, SignalKey::GazeGreeting, SignalKey::SmileFarewell, SignalKey::GazeFarewell];

/// Something to try.
struct TipView {
    name: String,
    why: String,
    /// The shifts that it comes from.
    from: Vec<String>,
}

#[derive(Deserialize)]
pub(super) struct Chosen {
    window: Option<WindowKind>,
}

pub(super) async fn page(State(pages): State<Pages>, chrome: Chrome, me: Me, Query(chosen): Query<Chosen>) -> Response {
    let overview = match ask(&pages, &me, OwnQuestion::Overview).await {
        Answer::Overview(overview) => overview,
        answer => return turned_away(chrome, &answer),
    };
    let kind = chosen.window.or_else(|| overview.windows.first().map(|window| window.kind));
    let t = chrome.t;
    let tab = |window: &Window| {
        let name = window.kind.name();
        (name, t.say(&format!("me-window-{}", name.replace('_', "-"))), Some(window.kind) == kind)
    };
    let tabs = overview.windows.iter().map(tab).collect();
    let found = overview.windows.iter().find(|window| Some(window.kind) == kind);
    let window = found.map(|window| view(window, &overview, &pages.clock.time_zone(), t));
    shown(StatusCode::OK, &SummaryPage { menu: menu(&chrome, "summary"), chrome, tabs, window })
}

fn view(window: &Window, overview: &Overview, zone: &TimeZone, t: &Texts) -> WindowView {
    let Window { kind, start, summary } = window;
    let day = t.day_of(*start, zone);
    let figures = Figure::of_all(summary, overview, t);
    let of_shift = *kind == WindowKind::Shift;
    WindowView {
        since: t.with("me-since", &[("day", day.into()), ("count", f64::from(summary.transactions).into())]),
        cancelled: (summary.voided > 0).then(|| t.count("me-cancelled", summary.voided)),
        tips: overview.tips.iter().map(|tip| TipView::of(tip, zone, t)).collect(),
        moments: Moments::of(&figures, t),
        course: of_shift.then(|| Course::of(overview, zone, t)).flatten(),
        course_gone: of_shift && overview.latest_shift.is_empty(),
        figures,
    }
}

impl TipView {
    fn of(tip: &Tip, zone: &TimeZone, t: &Texts) -> Self {
        let kind = tip.kind;
        Self {
            name: t.say(&format!("tip-{}", kind.name())),
            why: t.say(&format!("tip-{}-why", kind.name())),
            from: tip.shifts.iter().map(|one| from(one, kind.signal(), zone, t)).collect(),
        }
    }
}

fn from(one: &tips::Moments, key: SignalKey, zone: &TimeZone, t: &Texts) -> String {
    let day = t.day_of(one.shift, zone);
    let said = match (one.shown_in, one.median.zip(Unit::of(key.as_str()))) {
        (Some(shown), _) => figure::in_so_many(key, shown, one.known_in, t),
        (None, Some((median, unit))) => {
            let of = f64::from(one.known_in);
            t.with("me-middle", &[("value", with_unit(unit, median, t).into()), ("of", of.into())])
        }
        (None, None) => String::new(),
    };
    t.with("tip-from", &[("day", day.into()), ("said", said.into())])
}
