//! `/trainer`: what was released about many people, and what people shared with this trainer.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use super::Pages;
use super::page::{Chrome, Trouble, refusal, shown};
use super::visits::{Area, Trainer, closed};
use crate::control::{Answer, Question, SharingAnswer, SharingQuestion};

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new().route("/trainer", get(overview))
}

#[derive(Template)]
#[template(path = "trainer.html")]
struct Overview {
    chrome: Chrome,
    name: String,
    /// Who shared, and until when.
    shared: Vec<(String, String)>,
}

async fn overview(State(pages): State<Pages>, chrome: Chrome, trainer: Trainer) -> Response {
    let question = Question::Sharing(SharingQuestion::Shared { proof: trainer.proof(), of: None });
    let summaries = match pages.kiosk.question(question).await {
        Answer::Sharing(SharingAnswer::SharedWithTrainer { summaries }) => summaries,
        Answer::NotOpen => return closed(Chrome { path: "/trainer".to_owned(), ..chrome }, Area::Trainer),
        answer => {
            let (code, text) = refusal(&chrome, &answer);
            return shown(code, &Trouble { chrome, text });
        }
    };
    let zone = pages.clock.time_zone();
    let shared = summaries.into_iter().map(|one| (one.name, chrome.t.moment(one.until, &zone))).collect();
    shown(StatusCode::OK, &Overview { chrome, name: trainer.name, shared })
}
