//! `/customer`: four faces for a small screen of its own by the way out. One touch, thanks, and back by itself. No name,
//! no cookie, nothing about anyone; what is counted is in `crate::customer`.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::Pages;
use super::form::Form;
use super::page::{Chrome, see, shown};
use crate::control::{Answer, Question};
use crate::customer::Face;

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new().route("/customer", get(ask).post(touched)).route("/customer/thanks", get(thanks))
}

/// A face as it is drawn: a line drawing, told apart by its mouth and by the words under it.
pub struct Drawn {
    /// What the form sends.
    pub name: &'static str,
    /// The words under it.
    pub words: String,
    /// The mouth, in a square of 100.
    pub mouth: &'static str,
}

impl Drawn {
    /// A face, in the language of the page.
    pub fn of(face: Face, chrome: &Chrome) -> Self {
        let mouth = match face {
            Face::VeryWell => "M27 58c8 22 38 22 46 0",
            Face::Well => "M31 62c9 11 29 11 38 0",
            Face::NotSoWell => "M32 68h36",
            Face::Badly => "M31 74c9 -14 29 -14 38 0",
        };
        let words = chrome.t.say(&format!("customer-face-{}", face.name().replace('_', "-")));
        Self { name: face.name(), words, mouth }
    }

    /// All four.
    pub fn all(chrome: &Chrome) -> Vec<Self> {
        Face::ALL.iter().map(|face| Self::of(*face, chrome)).collect()
    }
}

#[derive(Template)]
#[template(path = "customer.html")]
struct Faces {
    chrome: Chrome,
    faces: Vec<Drawn>,
    refused: bool,
}

async fn ask(chrome: Chrome) -> Response {
    let faces = Drawn::all(&chrome);
    shown(StatusCode::OK, &Faces { chrome, faces, refused: false })
}

#[derive(Deserialize)]
struct Touch {
    face: Face,
}

async fn touched(State(pages): State<Pages>, chrome: Chrome, Form(touch): Form<Touch>) -> Response {
    match pages.kiosk.question(Question::Customer { face: touch.face }).await {
        Answer::Thanked => see("/customer/thanks", []),
        // What went wrong is in the log; a customer can do nothing about it.
        _ => {
            let faces = Drawn::all(&chrome);
            shown(StatusCode::SERVICE_UNAVAILABLE, &Faces { chrome, faces, refused: true })
        }
    }
}

#[derive(Template)]
#[template(path = "customer_thanks.html")]
struct Thanks {
    chrome: Chrome,
}

/// The question comes back after three seconds, without any script; whoever wants it at once touches the page.
async fn thanks(chrome: Chrome) -> Response {
    let chrome = Chrome { path: "/customer".to_owned(), ..chrome };
    let mut response = shown(StatusCode::OK, &Thanks { chrome });
    let back = HeaderValue::from_static("3; url=/customer");
    response.headers_mut().insert(HeaderName::from_static("refresh"), back);
    response
}
