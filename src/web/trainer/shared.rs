//! What people shared with this trainer: who shares, and one summary at a time. Opening one is logged for the person
//! whose it is before it is shown, and the page says so.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{Entry, menu, turned_away};
use crate::consent::Unit;
use crate::control::{Answer, Question, SharingAnswer, SharingQuestion};
use crate::store::SharedSummary;
use crate::summary::{SharedLine, SharedWindow};
use crate::web::Pages;
use crate::web::form::Form;
use crate::web::me::{signal_name, with_unit};
use crate::web::page::{Chrome, shown};
use crate::web::text::Texts;
use crate::web::visits::Trainer;

#[derive(Template)]
#[template(path = "trainer_shared.html")]
struct List {
    chrome: Chrome,
    name: String,
    menu: Vec<Entry>,
    /// The one that was asked for is not shared any more.
    gone: bool,
    /// Who shares, and until when.
    people: Vec<(String, String)>,
}

/// Who shares. Nothing of a summary is opened for it.
pub async fn list(State(pages): State<Pages>, chrome: Chrome, trainer: Trainer) -> Response {
    listed(&pages, chrome, trainer, false).await
}

async fn listed(pages: &Pages, chrome: Chrome, trainer: Trainer, gone: bool) -> Response {
    let question = Question::Sharing(SharingQuestion::Sharers { proof: trainer.proof() });
    let people = match pages.kiosk.question(question).await {
        Answer::Sharing(SharingAnswer::Sharers { people }) => people,
        answer => return turned_away(chrome, &answer),
    };
    let (t, zone) = (chrome.t, pages.clock.time_zone());
    let people = people.into_iter().map(|(name, until)| (name, t.moment(until, &zone))).collect();
    let code = if gone { StatusCode::NOT_FOUND } else { StatusCode::OK };
    shown(code, &List { menu: menu(t, "shared"), chrome, name: trainer.name, gone, people })
}

/// Whose summary is opened. A form and not an address, so that no browser keeps the name or opens it by itself.
#[derive(Deserialize)]
pub struct Of {
    of: String,
}

#[derive(Template)]
#[template(path = "trainer_summary.html")]
struct SummaryPage {
    chrome: Chrome,
    name: String,
    menu: Vec<Entry>,
    of: String,
    until: String,
    windows: Vec<WindowView>,
}

/// One person's summary; in their access log by now.
pub async fn summary(State(pages): State<Pages>, chrome: Chrome, trainer: Trainer, Form(form): Form<Of>) -> Response {
    let asked = SharingQuestion::Shared { proof: trainer.proof(), of: Some(form.of) };
    let summaries = match pages.kiosk.question(Question::Sharing(asked)).await {
        Answer::Sharing(SharingAnswer::SharedWithTrainer { summaries }) => summaries,
        answer => return turned_away(chrome, &answer),
    };
    let Some(SharedSummary { name: of, until, windows, .. }) = summaries.into_iter().next() else {
        return listed(&pages, chrome, trainer, true).await;
    };
    let t = chrome.t;
    let until = t.moment(until, &pages.clock.time_zone());
    let windows = windows.iter().map(|window| WindowView::of(window, t)).collect();
    shown(StatusCode::OK, &SummaryPage { menu: menu(t, "shared"), chrome, name: trainer.name, of, until, windows })
}

/// A window as its person reads it, without what is not shared.
struct WindowView {
    name: String,
    since: String,
    lines: Vec<LineView>,
}

struct LineView {
    name: String,
    shown: Option<String>,
    value: Option<String>,
    known: String,
    /// How often it was shown, 0 to 200, for the drawing.
    at: Option<f64>,
}

impl WindowView {
    fn of(window: &SharedWindow, t: &Texts) -> Self {
        let SharedWindow { kind, from, lines } = window;
        Self {
            name: t.say(&format!("trainer-kind-{}", kind.name().replace('_', "-"))),
            since: t.about("trainer-since", &t.day(*from)),
            lines: lines.iter().map(|line| LineView::of(line, t)).collect(),
        }
    }
}

impl LineView {
    fn of(line: &SharedLine, t: &Texts) -> Self {
        let SharedLine { signal, known_in, shown_in, median } = line;
        let known = f64::from(*known_in);
        let unit = Unit::of(signal.as_str());
        Self {
            name: signal_name(*signal, t),
            shown: shown_in
                .map(|shown| t.with("trainer-shown", &[("shown", f64::from(shown).into()), ("of", known.into())])),
            value: median.zip(unit).map(|(median, unit)| {
                let value = with_unit(unit, median, t);
                t.with("trainer-median", &[("value", value.into()), ("of", known.into())])
            }),
            known: t.count("trainer-known-in", known),
            at: shown_in.map(|shown| f64::from(shown) / known.max(1.0) * 200.0),
        }
    }
}
