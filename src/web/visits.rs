//! Opening one's own pages with a secret, and closing them.

use askama::Template;
use axum::Router;
use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::post;
use serde::Deserialize;

use super::form::Form;
use super::page::{Chrome, Trouble, refusal, see, shown};
use super::{Pages, cookies};
use crate::control::{Answer, Proof, Question, SecretText, Visitor};

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new()
        .route("/me/open", post(open_me))
        .route("/trainer/open", post(open_trainer))
        .route("/setup/open", post(open_setup))
        .route("/close", post(close))
}

/// Whose pages there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// A person's own.
    Me,
    /// A trainer's.
    Trainer,
    /// Of whoever sets the kiosk up.
    Setup,
}

impl Area {
    /// By which its texts are called.
    fn name(self) -> &'static str {
        self.path().trim_start_matches('/')
    }

    /// Where opening leads: to the page that was asked for, or to where they begin.
    fn leads_to(self, asked: &str) -> &'static str {
        LED_TO.iter().find(|(area, path)| *area == self && *path == asked).map_or(self.path(), |(_, path)| path)
    }

    /// Where they begin.
    pub fn path(self) -> &'static str {
        match self {
            Self::Me => "/me",
            Self::Trainer => "/trainer",
            Self::Setup => "/setup",
        }
    }
}

/// Pages that are opened from elsewhere than the first of their area; opening leads back to them.
const LED_TO: [(Area, &str); 2] = [(Area::Me, "/practice"), (Area::Me, "/me/fit")];

#[derive(Template)]
#[template(path = "open.html")]
struct Open {
    chrome: Chrome,
    area: Area,
    /// The page that was asked for.
    to: &'static str,
    refused: Option<String>,
}

impl Open {
    fn title(&self) -> String {
        self.chrome.t.say(&format!("open-{}", self.area.name()))
    }

    fn means(&self) -> String {
        self.chrome.t.say(&format!("open-means-{}", self.area.name()))
    }

    fn path(&self) -> &'static str {
        self.area.path()
    }

    /// Set-up has a code, and no names.
    fn has_name(&self) -> bool {
        self.area != Area::Setup
    }
}

/// The form that opens pages, in the place of one that is not open.
fn closed(chrome: Chrome, area: Area) -> Response {
    let to = area.leads_to(&chrome.path);
    let chrome = Chrome { path: to.to_owned(), ..chrome };
    shown(StatusCode::UNAUTHORIZED, &Open { chrome, area, to, refused: None })
}

/// In the place of a page that the kiosk did not answer: its pages were closed meanwhile, or something went wrong.
pub fn turned_away(chrome: Chrome, answer: &Answer, area: Area) -> Response {
    if *answer == Answer::NotOpen {
        return closed(chrome, area);
    }
    let (code, text) = refusal(&chrome, answer);
    shown(code, &Trouble { chrome, text })
}

#[derive(Deserialize)]
struct Opening {
    #[serde(default)]
    name: String,
    code: SecretText,
    #[serde(default)]
    to: String,
}

async fn open_me(State(pages): State<Pages>, chrome: Chrome, Form(form): Form<Opening>) -> Response {
    let visitor = Visitor::Person { name: form.name };
    open(&pages, chrome, Area::Me, visitor, form.code, &form.to).await
}

async fn open_trainer(State(pages): State<Pages>, chrome: Chrome, Form(form): Form<Opening>) -> Response {
    let visitor = Visitor::Trainer { name: form.name };
    open(&pages, chrome, Area::Trainer, visitor, form.code, &form.to).await
}

async fn open_setup(State(pages): State<Pages>, chrome: Chrome, Form(form): Form<Opening>) -> Response {
    open(&pages, chrome, Area::Setup, Visitor::Technician, form.code, &form.to).await
}

async fn open(pages: &Pages, chrome: Chrome, area: Area, visitor: Visitor, secret: SecretText, to: &str) -> Response {
    let to = area.leads_to(to);
    match pages.kiosk.question(Question::Open { visitor, secret }).await {
        Answer::Opened { token, .. } => see(to, [cookies::keep(cookies::VISIT, &token)]),
        answer => {
            let (code, refused) = refusal(&chrome, &answer);
            let chrome = Chrome { path: to.to_owned(), ..chrome };
            shown(code, &Open { chrome, area, to, refused: Some(refused) })
        }
    }
}

async fn close(State(pages): State<Pages>, headers: axum::http::HeaderMap) -> Response {
    if let Some(token) = cookies::token(&headers, cookies::VISIT) {
        pages.kiosk.question(Question::Close { token }).await;
    }
    see("/", [cookies::forget(cookies::VISIT)])
}

/// A person who has their own pages open in this browser.
pub struct Me {
    /// Their name.
    pub name: String,
    token: SecretText,
}

impl Me {
    /// What shows that a question is theirs.
    pub fn proof(&self) -> Proof {
        Proof::Token(self.token.clone())
    }
}

impl FromRequestParts<Pages> for Me {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Response> {
        match visitor(parts, pages).await {
            Some((Visitor::Person { name }, token)) => Ok(Self { name, token }),
            _ => Err(asked_to_open(parts, pages, Area::Me).await),
        }
    }
}

/// A trainer who has their pages open in this browser.
pub struct Trainer {
    /// Their name.
    pub name: String,
    token: SecretText,
}

impl Trainer {
    /// What shows that a question is theirs.
    pub fn proof(&self) -> Proof {
        Proof::Token(self.token.clone())
    }
}

impl FromRequestParts<Pages> for Trainer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Response> {
        match visitor(parts, pages).await {
            Some((Visitor::Trainer { name }, token)) => Ok(Self { name, token }),
            _ => Err(asked_to_open(parts, pages, Area::Trainer).await),
        }
    }
}

/// Whoever sets the kiosk up, with the pages for it open in this browser.
pub struct Technician {
    token: SecretText,
}

impl Technician {
    /// What shows that a question is theirs.
    pub fn token(&self) -> SecretText {
        self.token.clone()
    }
}

impl FromRequestParts<Pages> for Technician {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Response> {
        match visitor(parts, pages).await {
            Some((Visitor::Technician, token)) => Ok(Self { token }),
            _ => Err(asked_to_open(parts, pages, Area::Setup).await),
        }
    }
}

async fn visitor(parts: &Parts, pages: &Pages) -> Option<(Visitor, SecretText)> {
    let token = cookies::token(&parts.headers, cookies::VISIT)?;
    match pages.kiosk.question(Question::Visitor { token: token.clone() }).await {
        Answer::Visiting(visitor) => Some((visitor, token)),
        _ => None,
    }
}

async fn asked_to_open(parts: &mut Parts, pages: &Pages, area: Area) -> Response {
    let Ok(chrome) = Chrome::from_request_parts(parts, pages).await;
    closed(chrome, area)
}
