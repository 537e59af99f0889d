//! `/me/transactions`: one's own latest transactions, and leaving them out.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Entry, Outcome, ask, menu, turned_away};
use crate::control::{Answer, OwnQuestion};
use crate::store::OwnTransaction;
use crate::summary::LeftOut;
use crate::web::form::Form;
use crate::web::page::{Chrome, see, shown};
use crate::web::visits::Me;
use crate::web::{Pages, cookies, said};

#[derive(Template)]
#[template(path = "me_transactions.html")]
struct TransactionsPage {
    chrome: Chrome,
    menu: Vec<Entry>,
    days: Vec<(String, Vec<TransactionView>)>,
    outcome: Outcome,
}

struct TransactionView {
    /// By which it is left out.
    at: String,
    time: String,
    register: String,
    can_be_left_out: bool,
}

pub(super) async fn page(State(pages): State<Pages>, chrome: Chrome, me: Me, headers: HeaderMap) -> Response {
    let said = said(&headers, &["me-left-out", "me-complaint", "me-windows-left-out"]);
    list(&pages, chrome, &me, Outcome::said(said)).await
}

async fn list(pages: &Pages, chrome: Chrome, me: &Me, outcome: Outcome) -> Response {
    let transactions = match ask(pages, me, OwnQuestion::Transactions).await {
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
    shown(outcome.code, &TransactionsPage { menu: menu(&chrome, "transactions"), chrome, days, outcome })
}

#[derive(Deserialize)]
pub(super) struct LeaveOut {
    at: Timestamp,
    left_out: LeftOut,
}

pub(super) async fn leave_out(
    State(pages): State<Pages>,
    chrome: Chrome,
    me: Me,
    Form(form): Form<LeaveOut>,
) -> Response {
    let question = OwnQuestion::LeaveOut { left_out: form.left_out, at: Some(form.at) };
    match ask(&pages, &me, question).await {
        Answer::LeftOut { .. } => {
            let said = if form.left_out == LeftOut::Whole { "me-left-out" } else { "me-complaint" };
            see("/me/transactions", [cookies::say(said)])
        }
        answer => {
            let outcome = Outcome::refused(&chrome, &answer);
            list(&pages, chrome, &me, outcome).await
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Sure {
    #[serde(default)]
    sure: String,
}

pub(super) async fn leave_windows_out(
    State(pages): State<Pages>,
    chrome: Chrome,
    me: Me,
    Form(form): Form<Sure>,
) -> Response {
    if form.sure != "yes" {
        let outcome = Outcome::unclear(chrome.t.say("me-not-sure"));
        return list(&pages, chrome, &me, outcome).await;
    }
    match ask(&pages, &me, OwnQuestion::LeaveWindowsOut).await {
        Answer::WindowsLeftOut => see("/me/transactions", [cookies::say("me-windows-left-out")]),
        answer => {
            let outcome = Outcome::refused(&chrome, &answer);
            list(&pages, chrome, &me, outcome).await
        }
    }
}
