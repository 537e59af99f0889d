//! What the pages of a trial ask while the camera is open outside of a shift: it begins by a tap, tells how it is several
//! times a second, and ends. Numbers only, to whoever began it; they are kept nowhere.
//!
//! Anyone at the counter ends it too: `/trial/end` of the counter's page.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use super::page::{Chrome, refusal};
use super::{Pages, cookies};
use crate::control::{Answer, Question, TrialFor, TrialQuestion};
use crate::web::form::Form;

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new().route("/trial/begin", post(begin)).route("/trial/now", get(now)).route("/trial/stop", post(stop))
}

#[derive(Deserialize)]
struct Begin {
    what: TrialFor,
}

async fn begin(State(pages): State<Pages>, chrome: Chrome, headers: HeaderMap, Form(form): Form<Begin>) -> Response {
    ask(&pages, &chrome, &headers, TrialQuestion::Begin(form.what)).await
}

async fn now(State(pages): State<Pages>, chrome: Chrome, headers: HeaderMap) -> Response {
    ask(&pages, &chrome, &headers, TrialQuestion::Now).await
}

async fn stop(State(pages): State<Pages>, chrome: Chrome, headers: HeaderMap) -> Response {
    ask(&pages, &chrome, &headers, TrialQuestion::End).await
}

/// 200 with how it is, 204 where none is on, 401 where no pages are open, or why not in the page's language.
async fn ask(pages: &Pages, chrome: &Chrome, headers: &HeaderMap, ask: TrialQuestion) -> Response {
    let Some(token) = cookies::token(headers, cookies::VISIT) else { return StatusCode::UNAUTHORIZED.into_response() };
    match pages.kiosk.question(Question::Trial { token, ask }).await {
        Answer::Trial(now) => Json(now).into_response(),
        Answer::NoTrial => StatusCode::NO_CONTENT.into_response(),
        Answer::NotOpen => StatusCode::UNAUTHORIZED.into_response(),
        answer => {
            let (code, refused) = refusal(chrome, &answer);
            (code, Json(serde_json::json!({ "refused": refused }))).into_response()
        }
    }
}
