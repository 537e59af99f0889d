//! `/me/export`: everything that the store has about one person, to take along.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{Entry, ask, menu, turned_away};
use crate::control::{Answer, OwnQuestion};
use crate::export::Export;
use crate::web::Pages;
use crate::web::page::{Chrome, shown};
use crate::web::visits::Me;

#[derive(Template)]
#[template(path = "me_export.html")]
struct ExportPage {
    chrome: Chrome,
    menu: Vec<Entry>,
    /// Name of a file, and what is in it.
    files: Vec<(&'static str, String)>,
}

pub(super) async fn page(chrome: Chrome, _me: Me) -> Response {
    let t = chrome.t;
    let file = |name: &'static str| (name, t.say(&format!("me-file-{}", name.replace('.', "-"))));
    let files = Export::FILES.into_iter().map(file).collect();
    shown(StatusCode::OK, &ExportPage { menu: menu(&chrome, "export"), chrome, files })
}

/// One file of it. Each is an opening of its own, and an entry in the access log.
pub(super) async fn download(State(pages): State<Pages>, chrome: Chrome, me: Me, Path(name): Path<String>) -> Response {
    let Some(name) = Export::FILES.into_iter().find(|known| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let export = match ask(&pages, &me, OwnQuestion::Export).await {
        Answer::Exported(export) => export,
        answer => return turned_away(chrome, &answer),
    };
    let Some(text) = export.files().ok().and_then(|mut files| files.remove(name)) else {
        tracing::error!("export_not_written");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let kind = if name.ends_with(".json") { "application/json" } else { "text/csv; charset=utf-8" };
    let attached = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, attached)], text).into_response()
}
