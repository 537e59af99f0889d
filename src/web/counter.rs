//! `/`: the page at the counter. Whether the camera is open, and the taps of a shift; no name, and nothing measured.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use super::form::Form;
use super::page::{Chrome, refusal, see, shown};
use super::{Pages, cookies};
use crate::control::{Answer, Credentials, Proof, Question, SecretText, Status, Trying};
use crate::summary::LeftOut;

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new()
        .route("/", get(counter))
        .route("/state", get(state))
        .route("/shift/sign-in", post(sign_in))
        .route("/shift/sign-out", post(sign_out))
        .route("/shift/pause", post(pause))
        .route("/shift/resume", post(resume))
        .route("/shift/for-work", post(for_work))
        .route("/shift/leave-out", post(leave_out))
        .route("/shift/complaint", post(complaint))
        .route("/trial/end", post(end_trial))
}

#[derive(Template)]
#[template(path = "counter.html")]
struct Counter {
    chrome: Chrome,
    status: Status,
    /// The shift began on this browser: its taps need no secret here.
    own: bool,
    /// What came of the latest tap.
    said: Option<&'static str>,
    refused: Option<String>,
}

impl Counter {
    /// What the camera is, in a word that the style knows.
    fn camera(&self) -> &'static str {
        camera(&self.status)
    }

    fn told(&self) -> String {
        self.chrome.t.say(&format!("camera-{}", self.camera()))
    }

    fn means(&self) -> String {
        self.chrome.t.say(&format!("camera-means-{}", self.camera()))
    }
}

/// Open, for a shift or for trying out; about to open, paused, or closed because nobody is on shift.
fn camera(status: &Status) -> &'static str {
    match status {
        // The camera may be open, also where it has shown nothing yet.
        Status { trying: Some(Trying::Out), .. } => "trying",
        Status { trying: Some(Trying::SetUp), .. } => "set-up",
        Status { shift: false, .. } => "off",
        Status { paused: true, .. } => "paused",
        Status { camera: true, .. } => "on",
        Status { .. } => "opening",
    }
}

async fn counter(State(pages): State<Pages>, chrome: Chrome, headers: HeaderMap) -> Response {
    let said = super::said(&headers, &["shift-left-out", "shift-complaint", "shift-for-work"]);
    show(&pages, chrome, &headers, StatusCode::OK, said, None).await
}

async fn show(
    pages: &Pages,
    chrome: Chrome,
    headers: &HeaderMap,
    code: StatusCode,
    said: Option<&'static str>,
    refused: Option<String>,
) -> Response {
    let status = pages.status().await;
    let own = status.shift && cookies::token(headers, cookies::SHIFT).is_some();
    shown(code, &Counter { chrome, status, own, said, refused })
}

/// What the page asks for every second: nothing about anyone.
async fn state(State(pages): State<Pages>) -> Response {
    let status = pages.status().await;
    Json(serde_json::json!({"camera": camera(&status)})).into_response()
}

/// A name and a code, and of a second person at the same register.
#[derive(Deserialize)]
struct SignIn {
    name: String,
    code: SecretText,
    #[serde(default)]
    second_name: String,
    second_code: Option<SecretText>,
}

async fn sign_in(State(pages): State<Pages>, chrome: Chrome, headers: HeaderMap, Form(form): Form<SignIn>) -> Response {
    let mut people = vec![Credentials { name: form.name, secret: form.code }];
    if let Some(secret) = form.second_code.filter(|_| !form.second_name.trim().is_empty()) {
        people.push(Credentials { name: form.second_name, secret });
    }
    match pages.kiosk.question(Question::SignIn { people }).await {
        Answer::SignedIn { token, .. } => see("/", [cookies::keep(cookies::SHIFT, &token)]),
        answer => {
            let (code, refused) = refusal(&chrome, &answer);
            show(&pages, chrome, &headers, code, None, Some(refused)).await
        }
    }
}

async fn sign_out(State(pages): State<Pages>, chrome: Chrome, headers: HeaderMap) -> Response {
    match pages.kiosk.question(Question::SignOut { name: None }).await {
        Answer::SignedOut => see("/", [cookies::forget(cookies::SHIFT)]),
        answer => tapped(&pages, chrome, &headers, answer, None).await,
    }
}

/// Whoever stands at the counter closes a camera that is open outside of a shift.
async fn end_trial(State(pages): State<Pages>, chrome: Chrome, headers: HeaderMap) -> Response {
    match pages.kiosk.question(Question::EndTrial).await {
        Answer::NoTrial => see("/", []),
        answer => tapped(&pages, chrome, &headers, answer, None).await,
    }
}

async fn pause(State(pages): State<Pages>, chrome: Chrome, headers: HeaderMap) -> Response {
    let answer = pages.kiosk.question(Question::Pause { name: None }).await;
    tapped(&pages, chrome, &headers, answer, None).await
}

/// The person's own name and code: whoever else stands there opens nothing.
#[derive(Deserialize)]
struct Resume {
    name: String,
    code: SecretText,
}

async fn resume(State(pages): State<Pages>, chrome: Chrome, headers: HeaderMap, Form(form): Form<Resume>) -> Response {
    let proof = Proof::secret(&form.name, form.code);
    let answer = pages.kiosk.question(Question::Resume { proof }).await;
    tapped(&pages, chrome, &headers, answer, None).await
}

async fn for_work(State(pages): State<Pages>, chrome: Chrome, headers: HeaderMap) -> Response {
    let answer = pages.kiosk.question(Question::PhoneForWork { proof: of_shift(&headers) }).await;
    tapped(&pages, chrome, &headers, answer, Some("shift-for-work")).await
}

async fn leave_out(State(pages): State<Pages>, chrome: Chrome, headers: HeaderMap) -> Response {
    let question = Question::LeaveLatestOut { proof: of_shift(&headers), left_out: LeftOut::Whole };
    let answer = pages.kiosk.question(question).await;
    tapped(&pages, chrome, &headers, answer, Some("shift-left-out")).await
}

async fn complaint(State(pages): State<Pages>, chrome: Chrome, headers: HeaderMap) -> Response {
    let question = Question::LeaveLatestOut { proof: of_shift(&headers), left_out: LeftOut::Smile };
    let answer = pages.kiosk.question(question).await;
    tapped(&pages, chrome, &headers, answer, Some("shift-complaint")).await
}

fn of_shift(headers: &HeaderMap) -> Proof {
    Proof::Token(cookies::token(headers, cookies::SHIFT).unwrap_or_else(|| SecretText::new("")))
}

/// Back to the counter, with what came of a tap.
async fn tapped(
    pages: &Pages,
    chrome: Chrome,
    headers: &HeaderMap,
    answer: Answer,
    said: Option<&'static str>,
) -> Response {
    match answer {
        Answer::Paused | Answer::Resumed | Answer::NotedForWork | Answer::LeftOut { .. } => {
            see("/", said.map(cookies::say))
        }
        answer => {
            let (code, refused) = refusal(&chrome, &answer);
            show(pages, chrome, headers, code, None, Some(refused)).await
        }
    }
}
