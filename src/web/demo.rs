//! One plain page with the demo's summary: no script, nothing from elsewhere, nobody real.

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;

use crate::summary::{Line, Summary};

/// The page at `/`.
pub fn demo_page(summary: &Summary) -> Router {
    let page = page(summary);
    let answer = move || {
        let page = page.clone();
        async move {
            let policy = [(header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'")];
            (policy, Html(page)).into_response()
        }
    };
    Router::new().route("/", get(answer))
}

/// Every word comes from this program: signal names, reasons and numbers, so nothing needs escaping.
fn page(summary: &Summary) -> String {
    let rows: String = summary
        .signals
        .iter()
        .map(|(key, line)| {
            format!(
                "<tr><th scope=row>{}<td>{}<td>{}<td>{}</tr>\n",
                key.as_str(),
                shown(line),
                line.behind,
                unknown(line)
            )
        })
        .collect();
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Hymy demo</title><style>{STYLE}</style><h1>What the demo's shift showed</h1>\
         <p>{} transactions. A figure is given only where it could be observed.</p>\
         <table><tr><th scope=col>signal<th scope=col>shown in<th scope=col>known in<th scope=col>not observable</tr>\n{rows}\
         </table></html>",
        summary.transactions
    )
}

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;\
    color-scheme:light dark}table{border-collapse:collapse}th,td{padding:.3rem 1rem .3rem 0;text-align:left;\
    border-bottom:1px solid #8886}th[scope=row]{font-weight:400}";

fn shown(line: &Line) -> String {
    line.shown_in.map_or_else(String::new, |shown| format!("{shown} of {}", line.behind))
}

fn unknown(line: &Line) -> String {
    let reasons: Vec<String> = line
        .not_observable
        .iter()
        .filter_map(|(reason, count)| Some(format!("{} in {count}", serde_json::to_value(reason).ok()?.as_str()?)))
        .collect();
    reasons.join(", ")
}
