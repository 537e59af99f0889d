//! `/me` and below: a person's own summary, choices, shares and rights, open to them alone. What was shown and how often,
//! with how sure that is, and in how many transactions it could not be known, and why. No score, no order, no comparison.

mod choices;
mod course;
mod export;
mod figure;
mod fit;
mod leave;
mod moments;
mod practice;
mod seen;
mod sharing;
mod summary;
mod transactions;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};

use self::choices::choice_name;
pub(super) use self::figure::{name as signal_name, with_unit};
use super::Pages;
use super::page::{Chrome, refusal};
use super::visits::{self, Area, Me};
use crate::control::{Answer, OwnQuestion, Question};

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new()
        .route("/me", get(summary::page))
        .route("/me/transactions", get(transactions::page))
        .route("/me/leave-out", post(transactions::leave_out))
        .route("/me/leave-windows-out", post(transactions::leave_windows_out))
        .route("/me/choices", get(choices::page).post(choices::choose))
        .route("/me/fit", get(fit::page).post(fit::keep))
        .route("/practice", get(practice::page))
        .route("/me/sharing", get(sharing::page))
        .route("/me/share", post(sharing::share))
        .route("/me/unshare", post(sharing::unshare))
        .route("/me/seen", get(seen::page))
        .route("/me/export", get(export::page))
        .route("/me/export/{file}", get(export::download))
        .route("/me/leave", get(leave::page))
        .route("/me/secret", post(leave::change_secret))
        .route("/me/withdraw", post(leave::withdraw))
}

/// A page of one's own: path, what the menu calls it, whether it is the one that is shown.
type Entry = (&'static str, String, bool);

fn menu(chrome: &Chrome, here: &str) -> Vec<Entry> {
    const PAGES: [(&str, &str); 9] = [
        ("/me", "summary"),
        ("/me/transactions", "transactions"),
        ("/me/choices", "choices"),
        ("/me/fit", "fit"),
        ("/practice", "practice"),
        ("/me/sharing", "sharing"),
        ("/me/seen", "seen"),
        ("/me/export", "export"),
        ("/me/leave", "leave"),
    ];
    let shown = PAGES.iter().filter(|(path, _)| chrome.leads_to(path));
    shown.map(|(path, key)| (*path, chrome.t.say(&format!("me-menu-{key}")), *key == here)).collect()
}

/// Asks the kiosk on the person's behalf.
async fn ask(pages: &Pages, me: &Me, ask: OwnQuestion) -> Answer {
    pages.kiosk.question(Question::Own { proof: me.proof(), ask }).await
}

/// In the place of a page that was not answered.
fn turned_away(chrome: Chrome, answer: &Answer) -> Response {
    visits::turned_away(chrome, answer, Area::Me)
}

/// What came of a change that is shown again on the page that it was asked on.
#[derive(Default)]
struct Outcome {
    code: StatusCode,
    /// A message that says what was done.
    said: Option<&'static str>,
    /// The sentence that says why it was not.
    refused: Option<String>,
}

impl Outcome {
    fn said(said: Option<&'static str>) -> Self {
        Self { said, ..Self::default() }
    }

    fn refused(chrome: &Chrome, answer: &Answer) -> Self {
        let (code, refused) = refusal(chrome, answer);
        Self { code, said: None, refused: Some(refused) }
    }

    fn unclear(refused: String) -> Self {
        Self { code: StatusCode::UNPROCESSABLE_ENTITY, said: None, refused: Some(refused) }
    }
}
