//! `/practice`: a mirror drawn from numbers, to try a smile, a nod, a look at the customer. What is seen is said in words,
//! without praise and without a score; nothing is kept.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Entry, menu};
use crate::web::page::{Chrome, shown};
use crate::web::visits::Me;

#[derive(Template)]
#[template(path = "me_practice.html")]
struct PracticePage {
    chrome: Chrome,
    menu: Vec<Entry>,
}

pub(super) async fn page(chrome: Chrome, _me: Me) -> Response {
    shown(StatusCode::OK, &PracticePage { menu: menu(&chrome, "practice"), chrome })
}
