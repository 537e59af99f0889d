//! `/me/sharing`: a copy of one's own summary for one trainer, for some days, and taking it back.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;

use super::{Entry, Outcome, ask, menu, turned_away};
use crate::control::{Answer, OwnQuestion, SharingAnswer, TrainersMark};
use crate::store::SHARE_DAYS;
use crate::web::form::Form;
use crate::web::page::{Chrome, see, shown};
use crate::web::visits::Me;
use crate::web::{Pages, cookies, said};

#[derive(Template)]
#[template(path = "me_sharing.html")]
struct SharingPage {
    chrome: Chrome,
    menu: Vec<Entry>,
    shares: Vec<ShareView>,
    trainers: Vec<TrainersMark>,
    outcome: Outcome,
}

impl SharingPage {
    fn days(&self) -> (u32, u32) {
        (*SHARE_DAYS.start(), *SHARE_DAYS.end())
    }

    /// Whether there is anybody with a key of their own.
    fn can_share(&self) -> bool {
        self.trainers.iter().any(|trainer| trainer.fingerprint.is_some())
    }
}

struct ShareView {
    trainer: String,
    fingerprint: String,
    lasts: String,
    seen: String,
    closed: bool,
}

pub(super) async fn page(State(pages): State<Pages>, chrome: Chrome, me: Me, headers: HeaderMap) -> Response {
    let said = said(&headers, &["me-shared", "me-taken-back"]);
    list(&pages, chrome, &me, Outcome::said(said)).await
}

async fn list(pages: &Pages, chrome: Chrome, me: &Me, outcome: Outcome) -> Response {
    let (shares, trainers) = match ask(pages, me, OwnQuestion::Shares).await {
        Answer::Sharing(SharingAnswer::Shares { shares, trainers }) => (shares, trainers),
        answer => return turned_away(chrome, &answer),
    };
    let (t, zone) = (chrome.t, pages.clock.time_zone());
    let view = |share: crate::store::OwnShare| ShareView {
        lasts: {
            let [from, to] = [share.shared_at, share.until].map(|at| t.moment(at, &zone));
            t.with("me-share-lasts", &[("from", from.into()), ("to", to.into())])
        },
        seen: t.count("me-share-seen", u32::try_from(share.seen).unwrap_or(u32::MAX)),
        closed: share.closed,
        trainer: share.trainer,
        fingerprint: share.fingerprint,
    };
    let shares = shares.into_iter().map(view).collect();
    shown(outcome.code, &SharingPage { menu: menu(&chrome, "sharing"), chrome, shares, trainers, outcome })
}

#[derive(Deserialize)]
pub(super) struct Share {
    #[serde(default)]
    with: String,
    #[serde(default)]
    days: String,
}

pub(super) async fn share(State(pages): State<Pages>, chrome: Chrome, me: Me, Form(form): Form<Share>) -> Response {
    let days = form.days.trim().parse().ok().filter(|days| SHARE_DAYS.contains(days));
    let Some(days) = days.filter(|_| !form.with.is_empty()) else {
        let unclear = if days.is_none() { "me-share-days-unclear" } else { "me-share-whom-unclear" };
        let outcome = Outcome::unclear(chrome.t.say(unclear));
        return list(&pages, chrome, &me, outcome).await;
    };
    match ask(&pages, &me, OwnQuestion::Share { with: form.with, days }).await {
        Answer::Sharing(SharingAnswer::Shared { .. }) => see("/me/sharing", [cookies::say("me-shared")]),
        answer => {
            let outcome = Outcome::refused(&chrome, &answer);
            list(&pages, chrome, &me, outcome).await
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Unshare {
    with: String,
}

pub(super) async fn unshare(State(pages): State<Pages>, chrome: Chrome, me: Me, Form(form): Form<Unshare>) -> Response {
    match ask(&pages, &me, OwnQuestion::Unshare { with: Some(form.with) }).await {
        Answer::Sharing(SharingAnswer::Unshared { .. }) => see("/me/sharing", [cookies::say("me-taken-back")]),
        answer => {
            let outcome = Outcome::refused(&chrome, &answer);
            list(&pages, chrome, &me, outcome).await
        }
    }
}
