//! `/me/fit`: the private fit check by page. The steps and what they say are those of [`crate::fit`]; what cannot be read
//! is switched off by the person's own tap, and why is kept nowhere.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::{Entry, Outcome, ask, choice_name, menu, turned_away};
use crate::consent::Consent;
use crate::control::{Answer, OwnQuestion, Why};
use crate::web::form::Form;
use crate::web::page::{Chrome, see, shown};
use crate::web::visits::Me;
use crate::web::{Pages, cookies, said};

#[derive(Template)]
#[template(path = "me_fit.html")]
struct FitPage {
    chrome: Chrome,
    menu: Vec<Entry>,
    outcome: Outcome,
    /// What the person chose, by which it is called in forms and on pages; nothing can be checked without.
    chosen: Vec<(String, String)>,
}

fn show(chrome: Chrome, consent: Option<&Consent>, outcome: Outcome) -> Response {
    let signals = consent.map(|consent| &consent.signals).into_iter().flatten();
    let chosen = signals.map(|signal| (signal.clone(), choice_name(signal, chrome.t))).collect();
    shown(outcome.code, &FitPage { menu: menu(&chrome, "fit"), chrome, outcome, chosen })
}

/// While a shift is on, the page says so: a shift is measured by one choice.
fn on_shift_or_away(chrome: Chrome, answer: &Answer) -> Response {
    if matches!(answer, Answer::Refused { why: Why::OnShift, .. }) {
        let outcome = Outcome::refused(&chrome, answer);
        return show(chrome, None, outcome);
    }
    turned_away(chrome, answer)
}

pub(super) async fn page(State(pages): State<Pages>, chrome: Chrome, me: Me, headers: HeaderMap) -> Response {
    match ask(&pages, &me, OwnQuestion::Consent).await {
        Answer::OwnConsent(consent) => {
            let mut outcome = Outcome::said(said(&headers, &["me-fit-kept"]));
            if consent.signals.is_empty() {
                outcome.refused = Some(chrome.t.say("me-fit-nothing-chosen"));
            }
            show(chrome, Some(&consent), outcome)
        }
        answer => on_shift_or_away(chrome, &answer),
    }
}

/// Switches off what the check could not read. Sealed anew whatever came out: from the row, nobody can tell whether
/// anything was switched off.
pub(super) async fn keep(
    State(pages): State<Pages>,
    chrome: Chrome,
    me: Me,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let mut consent = match ask(&pages, &me, OwnQuestion::Consent).await {
        Answer::OwnConsent(consent) => consent,
        answer => return on_shift_or_away(chrome, &answer),
    };
    for (_, signal) in fields.iter().filter(|(name, _)| name == "off") {
        consent.leave_out(signal);
    }
    match ask(&pages, &me, OwnQuestion::AgreeAnew { consent: (*consent).clone() }).await {
        Answer::Agreed => see("/me/fit", [cookies::say("me-fit-kept")]),
        Answer::NotOpen => turned_away(chrome, &Answer::NotOpen),
        answer => {
            let outcome = Outcome::refused(&chrome, &answer);
            show(chrome, Some(&consent), outcome)
        }
    }
}
