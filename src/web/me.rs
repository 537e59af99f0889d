//! `/me`: a person's own summary, open to them alone. What was shown and how often, with how sure that is, and in how many
//! transactions it could not be known, and why. No score, no order, no comparison.

mod figure;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Form, extract::Query};
use jiff::Timestamp;
use serde::Deserialize;

use self::figure::Figure;
pub(super) use self::figure::with_unit;
use super::page::{Chrome, Trouble, refusal, see, shown};
use super::text::Texts;
use super::visits::{Area, Me, closed};
use super::{Pages, cookies};
use crate::control::{Answer, OwnQuestion, Question};
use crate::store::OwnTransaction;
use crate::summary::{LeftOut, Window, WindowKind};

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new()
        .route("/me", get(summary))
        .route("/me/transactions", get(transactions))
        .route("/me/leave-out", post(leave_out))
}

/// A page of one's own: path, what the menu calls it, whether it is the one that is shown.
type Entry = (&'static str, String, bool);

fn menu(t: &Texts, here: &str) -> Vec<Entry> {
    const PAGES: [(&str, &str); 2] = [("/me", "summary"), ("/me/transactions", "transactions")];
    PAGES.map(|(path, key)| (path, t.say(&format!("me-menu-{key}")), key == here)).into()
}

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
    figures: Vec<Figure>,
}

#[derive(Deserialize)]
struct Chosen {
    window: Option<WindowKind>,
}

async fn summary(State(pages): State<Pages>, chrome: Chrome, me: Me, Query(chosen): Query<Chosen>) -> Response {
    let question = Question::Own { proof: me.proof(), ask: OwnQuestion::Summaries };
    let (windows, bands) = match pages.kiosk.question(question).await {
        Answer::Summaries { windows, bands } => (windows, bands),
        answer => return turned_away(chrome, &answer),
    };
    let kind = chosen.window.or_else(|| windows.first().map(|window| window.kind));
    let found = windows.iter().find(|window| Some(window.kind) == kind);
    let t = chrome.t;
    let tab = |window: &Window| {
        let name = window.kind.name();
        (name, t.say(&format!("me-window-{}", name.replace('_', "-"))), Some(window.kind) == kind)
    };
    let view = found.map(|window| WindowView {
        since: {
            let day = t.day_of(window.start, &pages.clock.time_zone());
            t.with("me-since", &[("day", day.into()), ("count", f64::from(window.summary.transactions).into())])
        },
        cancelled: (window.summary.voided > 0).then(|| t.count("me-cancelled", window.summary.voided)),
        figures: Figure::of_all(&window.summary, &bands, t),
    });
    let tabs = windows.iter().map(tab).collect();
    shown(StatusCode::OK, &SummaryPage { menu: menu(t, "summary"), chrome, tabs, window: view })
}

#[derive(Template)]
#[template(path = "me_transactions.html")]
struct TransactionsPage {
    chrome: Chrome,
    menu: Vec<Entry>,
    days: Vec<(String, Vec<TransactionView>)>,
    said: Option<&'static str>,
    refused: Option<String>,
}

struct TransactionView {
    /// By which it is left out.
    at: String,
    time: String,
    register: String,
    can_be_left_out: bool,
}

async fn transactions(State(pages): State<Pages>, chrome: Chrome, me: Me, headers: HeaderMap) -> Response {
    let said = super::said(&headers, &["me-left-out", "me-complaint"]);
    list(&pages, chrome, &me, StatusCode::OK, said, None).await
}

async fn list(
    pages: &Pages,
    chrome: Chrome,
    me: &Me,
    code: StatusCode,
    said: Option<&'static str>,
    refused: Option<String>,
) -> Response {
    let question = Question::Own { proof: me.proof(), ask: OwnQuestion::Transactions };
    let transactions = match pages.kiosk.question(question).await {
        Answer::Transactions { transactions } => transactions,
        answer => return turned_away(chrome, &answer),
    };
    let zone = pages.clock.time_zone();
    let mut days: Vec<(String, Vec<TransactionView>)> = Vec::new();
    for OwnTransaction { opened_at, register, can_be_left_out, .. } in transactions.into_iter().rev() {
        let day = chrome.t.day_of(opened_at, &zone);
        let time = chrome.t.time_of(opened_at, &zone);
        let view = TransactionView { at: opened_at.to_string(), time, register, can_be_left_out };
        match days.last_mut().filter(|(latest, _)| *latest == day) {
            Some((_, views)) => views.push(view),
            None => days.push((day, vec![view])),
        }
    }
    shown(code, &TransactionsPage { menu: menu(chrome.t, "transactions"), chrome, days, said, refused })
}

#[derive(Deserialize)]
struct LeaveOut {
    at: Timestamp,
    left_out: LeftOut,
}

async fn leave_out(State(pages): State<Pages>, chrome: Chrome, me: Me, Form(form): Form<LeaveOut>) -> Response {
    let ask = OwnQuestion::LeaveOut { left_out: form.left_out, at: Some(form.at) };
    match pages.kiosk.question(Question::Own { proof: me.proof(), ask }).await {
        Answer::LeftOut { .. } => {
            let said = if form.left_out == LeftOut::Whole { "me-left-out" } else { "me-complaint" };
            see("/me/transactions", [cookies::say(said)])
        }
        answer => {
            let (code, refused) = refusal(&chrome, &answer);
            list(&pages, chrome, &me, code, None, Some(refused)).await
        }
    }
}

/// The pages were closed meanwhile, or something went wrong.
fn turned_away(chrome: Chrome, answer: &Answer) -> Response {
    match answer {
        Answer::NotOpen => closed(Chrome { path: "/me".to_owned(), ..chrome }, Area::Me),
        answer => {
            let (code, text) = refusal(&chrome, answer);
            shown(code, &Trouble { chrome, text })
        }
    }
}
