//! What every page is answered with, and which requests are answered at all: those for this machine's own name, and
//! changes only from its own pages.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Only this program's own style sheet and script; nothing is sent elsewhere, and nobody frames a page.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

/// Names under which a loopback server is asked: a page from elsewhere that points its own name here is refused.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Refuses what did not come for this machine, or is a change that no page of it asked for.
pub async fn guard(request: Request, next: Next) -> Response {
    let mut response = if !is_for_here(request.headers(), request.uri()) {
        (StatusCode::MISDIRECTED_REQUEST, "this kiosk is asked by its loopback address\n").into_response()
    } else if is_change(request.method()) && !is_from_here(request.headers()) {
        (StatusCode::FORBIDDEN, "a change is asked for by the pages of this kiosk only\n").into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn is_change(method: &Method) -> bool {
    ![Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

fn is_for_here(headers: &HeaderMap, uri: &Uri) -> bool {
    let named = uri.authority().map(|authority| authority.as_str()).or_else(|| text(headers, header::HOST));
    named.is_some_and(|host| LOOPBACK.contains(&without_port(host).to_ascii_lowercase().as_str()))
}

/// Browsers say where a request comes from; what says nothing is no browser, and has no cookie of somebody else's.
fn is_from_here(headers: &HeaderMap) -> bool {
    if let Some(site) = text(headers, HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    match headers.get(header::ORIGIN) {
        None => true,
        Some(origin) => {
            let origin = origin.to_str().unwrap_or_default();
            let host = origin.split_once("://").map(|(_, host)| host);
            host.is_some() && host == text(headers, header::HOST)
        }
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}
