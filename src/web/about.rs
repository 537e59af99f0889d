//! `/about`: the values in force as one plain page. No script, no cookie, nothing from elsewhere, nothing about a person.

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::response::Html;
use axum::routing::get;

use super::html::escaped;
use super::page::language_of;
use crate::about::{About, Part};
use crate::config::Config;
use crate::consent::Language;

/// The page at `/about`, in the language of whoever asks, and its style sheet.
pub fn about_page(config: &Config) -> Router {
    let page = |language| about_html(&About::of(&Config { language, ..config.clone() }));
    let (english, finnish) = (page(Language::English), page(Language::Finnish));
    let otherwise = config.language;
    let answer = async move |headers: HeaderMap| {
        let language = language_of(&headers).unwrap_or(otherwise);
        Html(language.pick(english.as_str(), finnish.as_str()).to_owned())
    };
    let style = || async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) };
    Router::new().route("/about", get(answer)).route("/about.css", get(style))
}

/// The page itself.
pub(crate) fn about_html(about: &About) -> String {
    let (language, title) = (about.language.name(), escaped(about.title()));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<link rel=\"stylesheet\" \
         href=\"/about.css\">\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    );
    for Part { title, text, rows } in &about.parts {
        page.push_str(&format!("<section>\n<h2>{}</h2>\n", escaped(title)));
        if !text.is_empty() {
            page.push_str(&format!("<p>{}</p>\n", escaped(text)));
        }
        if !rows.is_empty() {
            page.push_str("<dl>\n");
            for (label, value) in rows {
                page.push_str(&format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(label), escaped(value)));
            }
            page.push_str("</dl>\n");
        }
        page.push_str("</section>\n");
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

const STYLE: &str = "\
:root { color-scheme: light dark; }
body { font: 1.0625rem/1.55 system-ui, sans-serif; margin: 0; background: Canvas; color: CanvasText; }
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 2rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 .5rem; }
p { margin: .5rem 0 1rem; }
dl { margin: 0; }
dl div { display: grid; grid-template-columns: 17rem 1fr; gap: .25rem 1.5rem; padding: .55rem 0; \
border-top: 1px solid color-mix(in srgb, CanvasText 18%, Canvas); }
dl div:last-child { border-bottom: 1px solid color-mix(in srgb, CanvasText 18%, Canvas); }
dt { color: color-mix(in srgb, CanvasText 78%, Canvas); }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 40rem) { dl div { grid-template-columns: 1fr; } dt { font-size: .95rem; } }
";

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{HeaderMap, Request};
    use tower::ServiceExt;

    use super::*;
    use crate::web::{Reach, guarded};

    async fn get_it(path: &str) -> (u16, HeaderMap, String) {
        get_in(path, "sv").await
    }

    async fn get_in(path: &str, language: &str) -> (u16, HeaderMap, String) {
        let text = "[kiosk]\ndata_dir = \"data\"\n[consent]\nlanguage = \"fi\"\n";
        let config = Config::parse(std::path::Path::new("kiosk.toml"), text).expect("valid");
        let request = Request::get(path).header("host", "127.0.0.1").header("accept-language", language);
        let request = request.body(Body::empty()).expect("a request");
        let app = guarded(Reach::on_loopback(), about_page(&config));
        let response = app.oneshot(request).await.expect("infallible");
        let (code, headers) = (response.status().as_u16(), response.headers().clone());
        let body = axum::body::to_bytes(response.into_body(), 100_000).await.expect("a body");
        (code, headers, String::from_utf8(body.to_vec()).expect("text"))
    }

    #[tokio::test]
    async fn whoever_asks_is_told_in_their_language() {
        for (asked, told) in
            [("en-GB", "<html lang=\"en\">"), ("fi", "<html lang=\"fi\">"), ("sv", "<html lang=\"fi\">")]
        {
            let (_, _, text) = get_in("/about", asked).await;
            assert!(text.contains(told), "{asked}: {text}");
        }
    }

    #[tokio::test]
    async fn the_page_loads_nothing_from_elsewhere_and_leaves_nothing() {
        for (path, kind) in [("/about", "text/html"), ("/about.css", "text/css")] {
            let (code, headers, text) = get_it(path).await;
            let header = |name: &str| headers.get(name).map_or("", |value| value.to_str().expect("text"));
            assert_eq!(code, 200);
            assert!(header("content-type").starts_with(kind), "{path}: {headers:?}");
            assert_eq!(headers.get_all("content-type").iter().count(), 1, "{path}");
            assert!(
                header("content-security-policy")
                    .starts_with("default-src 'none'; style-src 'self'; script-src 'self';"),
                "{path}"
            );
            assert_eq!(header("cache-control"), "no-store");
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert!(!headers.contains_key("set-cookie"), "{path}");
            for never in ["<script", "http:", "https:", "//", "url(", "@import", "style="] {
                assert!(!text.contains(never), "{path}: {never}");
            }
        }
        let (_, _, page) = get_it("/about").await;
        assert!(page.starts_with("<!doctype html>\n<html lang=\"fi\">"), "a reader is told the language: {page}");
    }
}
