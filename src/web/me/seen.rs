//! `/me/seen`: who looked at what of one's own, and when.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Entry, ask, menu, turned_away};
use crate::control::{Answer, OwnQuestion, SharingAnswer};
use crate::store::{Seen, Who};
use crate::web::Pages;
use crate::web::page::{Chrome, shown};
use crate::web::visits::Me;

/// One's own latest looks that are listed; all of them are in the export.
const OWN_MAX: usize = 50;

#[derive(Template)]
#[template(path = "me_seen.html")]
struct SeenPage {
    chrome: Chrome,
    menu: Vec<Entry>,
    /// Trainers: when, who, what; the latest first.
    by_trainers: Vec<(String, String, String)>,
    /// Oneself: when, what; the latest first.
    by_oneself: Vec<(String, String)>,
}

pub(super) async fn page(State(pages): State<Pages>, chrome: Chrome, me: Me) -> Response {
    let entries = match ask(&pages, &me, OwnQuestion::Seen).await {
        Answer::Sharing(SharingAnswer::Seen { entries }) => entries,
        answer => return turned_away(chrome, &answer),
    };
    let (t, zone) = (chrome.t, pages.clock.time_zone());
    let (mut by_trainers, mut by_oneself) = (Vec::new(), Vec::new());
    for Seen { at, who, what, .. } in entries.into_iter().rev() {
        let at = t.moment(at, &zone);
        let what = match what {
            Some(what) => t.say(&format!("looked-{}", what.name().replace('_', "-"))),
            None => t.say("looked-unknown"),
        };
        match who {
            Who::Trainer(name) => by_trainers.push((at, name, what)),
            Who::Themself if by_oneself.len() < OWN_MAX => by_oneself.push((at, what)),
            Who::Themself => {}
        }
    }
    shown(StatusCode::OK, &SeenPage { menu: menu(&chrome, "seen"), chrome, by_trainers, by_oneself })
}
