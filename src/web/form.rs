//! What a page sends: read as the page's own form, or answered with a page that says so, in its language.

use axum::extract::rejection::FormRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde::de::DeserializeOwned;

use super::Pages;
use super::page::{Chrome, Trouble, shown};

/// A form; in the place of axum's own, whose refusals are lines for programmers.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Pages> for Form<T> {
    type Rejection = Response;

    async fn from_request(request: Request, pages: &Pages) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(chrome) = Chrome::from_request_parts(&mut parts, pages).await;
        match axum::Form::from_request(Request::from_parts(parts, body), pages).await {
            Ok(axum::Form(form)) => Ok(Self(form)),
            // Not the reason itself, which repeats what was sent.
            Err(FormRejection::InvalidFormContentType(_)) => {
                Err(not_understood(chrome, StatusCode::UNSUPPORTED_MEDIA_TYPE))
            }
            Err(FormRejection::BytesRejection(refused)) => Err(not_understood(chrome, refused.status())),
            Err(_) => Err(not_understood(chrome, StatusCode::UNPROCESSABLE_ENTITY)),
        }
    }
}

/// What an address asks for after its question mark; in the place of axum's own likewise.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Pages> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Response> {
        if let Ok(axum::extract::Query(asked)) = axum::extract::Query::try_from_uri(&parts.uri) {
            return Ok(Self(asked));
        }
        let Ok(chrome) = Chrome::from_request_parts(parts, pages).await;
        Err(not_understood(chrome, StatusCode::BAD_REQUEST))
    }
}

fn not_understood(chrome: Chrome, code: StatusCode) -> Response {
    let text = chrome.t.say("refused-form");
    // After a form, the page that it stands on is not known: the other language leads to the counter.
    let chrome = Chrome { path: "/".to_owned(), ..chrome };
    shown(code, &Trouble { chrome, text })
}
