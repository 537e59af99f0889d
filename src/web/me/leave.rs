//! `/me/leave`: another secret, and withdrawing. Both take the present secret again: a page that was left open is not
//! enough.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::{Entry, Outcome, menu};
use crate::control::{Answer, OwnQuestion, Proof, Question, SecretText, Visitor};
use crate::store::Receipt;
use crate::web::form::Form;
use crate::web::page::{Chrome, see, shown};
use crate::web::text::Texts;
use crate::web::visits::Me;
use crate::web::{Pages, cookies, said};

#[derive(Template)]
#[template(path = "me_leave.html")]
struct LeavePage {
    chrome: Chrome,
    menu: Vec<Entry>,
    outcome: Outcome,
}

fn show(chrome: Chrome, outcome: Outcome) -> Response {
    shown(outcome.code, &LeavePage { menu: menu(&chrome, "leave"), chrome, outcome })
}

pub(super) async fn page(chrome: Chrome, _me: Me, headers: HeaderMap) -> Response {
    show(chrome, Outcome::said(said(&headers, &["me-secret-changed"])))
}

#[derive(Deserialize)]
pub(super) struct NewSecret {
    present: SecretText,
    new: SecretText,
    again: SecretText,
}

pub(super) async fn change_secret(
    State(pages): State<Pages>,
    chrome: Chrome,
    me: Me,
    Form(form): Form<NewSecret>,
) -> Response {
    if form.new != form.again {
        let refused = chrome.t.say("me-secret-differs");
        return show(chrome, Outcome::unclear(refused));
    }
    let proof = Proof::secret(&me.name, form.present);
    let question = Question::Own { proof, ask: OwnQuestion::ChangeSecret { new: form.new.clone() } };
    match pages.kiosk.question(question).await {
        Answer::SecretChanged => {}
        answer => {
            let outcome = Outcome::refused(&chrome, &answer);
            return show(chrome, outcome);
        }
    }
    // Every page that the former secret had opened is closed by now, this one too.
    let opened = Question::Open { visitor: Visitor::Person { name: me.name }, secret: form.new };
    match pages.kiosk.question(opened).await {
        Answer::Opened { token, .. } => {
            see("/me/leave", [cookies::keep(cookies::VISIT, &token), cookies::say("me-secret-changed")])
        }
        _ => see("/me", [cookies::forget(cookies::VISIT)]),
    }
}

#[derive(Deserialize)]
pub(super) struct Withdraw {
    present: SecretText,
    #[serde(default)]
    sure: String,
}

#[derive(Template)]
#[template(path = "me_withdrawn.html")]
struct WithdrawnPage {
    chrome: Chrome,
    /// How much of what is gone.
    gone: Vec<String>,
    rewritten: bool,
}

pub(super) async fn withdraw(
    State(pages): State<Pages>,
    chrome: Chrome,
    me: Me,
    Form(form): Form<Withdraw>,
) -> Response {
    if form.sure != "yes" {
        let refused = chrome.t.say("me-not-sure");
        return show(chrome, Outcome::unclear(refused));
    }
    let question = Question::Own { proof: Proof::secret(&me.name, form.present), ask: OwnQuestion::Withdraw };
    match pages.kiosk.question(question).await {
        Answer::Erased { receipt } => {
            let page = WithdrawnPage { gone: told(&receipt, chrome.t), rewritten: receipt.rewritten, chrome };
            let mut response = shown(StatusCode::OK, &page);
            response.headers_mut().append(axum::http::header::SET_COOKIE, cookies::forget(cookies::VISIT));
            response
        }
        answer => {
            let outcome = Outcome::refused(&chrome, &answer);
            show(chrome, outcome)
        }
    }
}

fn told(receipt: &Receipt, t: &Texts) -> Vec<String> {
    let Receipt { records, summaries, shifts, shares, rewritten: _ } = receipt;
    [
        ("me-gone-records", *records),
        ("me-gone-summaries", *summaries),
        ("me-gone-shifts", *shifts),
        ("me-gone-shares", *shares),
    ]
    .map(|(message, count)| t.count(message, u32::try_from(count).unwrap_or(u32::MAX)))
    .into()
}
