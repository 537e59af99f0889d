//! What every page is answered with, and which requests are answered at all: those for the kiosk's own names, not too
//! many at once, and changes only from its own pages.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};

use super::connection::Connection;
use super::cookies;
use super::limits::Limits;
use super::page::{Chrome, Trouble, shown};
use super::tokens::too_many;
use crate::config::Config;
use crate::consent::Language;

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

/// Thirty days in which a browser asks with TLS only. Only where somebody vouches for the certificate: with the kiosk's
/// own, a browser that insists would let nobody past its warning, and a renewed one would lock everybody out.
const STRICT: HeaderValue = HeaderValue::from_static("max-age=2592000");

/// Names under which a loopback server is asked: a page from elsewhere that points its own name here is refused.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What is at the counter only: the page that says whether a shift is on or paused, its taps, and the mirror there. From
/// another machine somebody could watch it.
const AT_THE_COUNTER: [&str; 8] =
    ["/", "/state", "/shift", "/practice", "/trial", "/me/fit", "/setup/outline", "/setup/calibration"];

/// How long a request may take in all, its body and the answer to it; an export of a year takes a second.
const ANSWERED_WITHIN: Duration = Duration::from_secs(60);

/// Where the kiosk is reached, and how often it may be asked.
#[derive(Clone, Debug)]
pub struct Reach {
    /// Names and addresses under which other machines ask, in small letters.
    pub names: Arc<[String]>,
    /// Somebody vouches for the certificate: it was given, and is not the kiosk's own.
    pub vouched: bool,
    /// Who asked how often.
    pub limits: Arc<Limits>,
    /// The language of a browser that asks for none.
    pub language: Language,
}

impl Reach {
    /// As the configuration has it.
    #[must_use]
    pub fn of(config: &Config, limits: &Arc<Limits>) -> Self {
        let (names, vouched) =
            config.tls.as_ref().map_or_else(Default::default, |tls| (tls.names.clone(), tls.given.is_some()));
        Self { names: names.into(), vouched, limits: Arc::clone(limits), language: config.language }
    }
}

#[cfg(test)]
impl Reach {
    /// Reached on this machine only.
    pub fn on_loopback() -> Self {
        Self { names: Arc::default(), vouched: false, limits: Arc::default(), language: Language::English }
    }
}

/// Everything that is served, behind the guard; what is added after it would not be.
pub fn guarded(reach: Reach, routes: Router) -> Router {
    routes.layer(middleware::from_fn_with_state(reach, guard))
}

/// Refuses what did not come for this machine, comes too often, or is a change that no page of it asked for.
async fn guard(State(reach): State<Reach>, mut request: Request, next: Next) -> Response {
    let who = Connection::of(request.extensions());
    if who.secure {
        cookies::take_prefix_off(request.headers_mut());
    }
    let mut response = match refusal(&reach, who, &request) {
        Some(refusal) => refusal,
        // A body that does not come holds no place for ever.
        None => match tokio::time::timeout(ANSWERED_WITHIN, next.run(request)).await {
            Ok(response) => response,
            Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
        },
    };
    let headers = response.headers_mut();
    if who.secure {
        cookies::put_prefix_on(headers);
        if reach.vouched {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, STRICT);
        }
    }
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn refusal(reach: &Reach, who: Connection, request: &Request) -> Option<Response> {
    let (headers, method, path) = (request.headers(), request.method(), request.uri().path());
    if !is_for_here(reach, who, headers, request.uri()) {
        let text = "the kiosk does not answer to this name; on its own machine it is asked as 127.0.0.1, from others by \
                    a name of [tls] names\n";
        return Some((StatusCode::MISDIRECTED_REQUEST, text).into_response());
    }
    if !who.is_local() && is_at_the_counter(path) {
        let elsewhere = path == "/" && method == Method::GET;
        let to_own_page = || (StatusCode::SEE_OTHER, [(header::LOCATION, "/me")]).into_response();
        return Some(if elsewhere { to_own_page() } else { StatusCode::NOT_FOUND.into_response() });
    }
    if let Err(wait_s) = reach.limits.count_page(method, path, who) {
        let chrome = Chrome::of(headers, "/", reach.language);
        let text = chrome.t.count("refused-too-many", f64::from(u32::try_from(wait_s).unwrap_or(u32::MAX)));
        let page = shown(StatusCode::TOO_MANY_REQUESTS, &Trouble { chrome, text });
        return Some(too_many(wait_s, page));
    }
    if is_change(method) && !is_from_here(headers) {
        let text = "a change is asked for by the pages of this kiosk only\n";
        return Some((StatusCode::FORBIDDEN, text).into_response());
    }
    None
}

fn is_change(method: &Method) -> bool {
    ![Method::GET, Method::HEAD, Method::OPTIONS].contains(method)
}

/// Of this page, only the kiosk's own machine may ask.
pub(super) fn is_at_the_counter(path: &str) -> bool {
    let below = |place: &str| path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'));
    AT_THE_COUNTER.iter().any(|place| path == *place || (*place != "/" && below(place)))
}

/// In the clear only this machine asks; on a protected connection other machines do, by the names they have for it.
fn is_for_here(reach: &Reach, who: Connection, headers: &HeaderMap, uri: &Uri) -> bool {
    let named = uri.authority().map(|authority| authority.as_str()).or_else(|| text(headers, header::HOST));
    named.is_some_and(|host| {
        let host = without_port(host).to_ascii_lowercase();
        LOOPBACK.contains(&host.as_str()) || (who.secure && reach.names.contains(&host))
    })
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

/// The name alone; of an IPv6 address without its brackets.
fn without_port(host: &str) -> &str {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name)
}
