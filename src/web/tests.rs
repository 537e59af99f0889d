//! The endpoint's answers, over the real task and a real store.

use axum::body::Body;
use axum::extract::Extension;
use axum::http::{Request, header};
use tower::ServiceExt;

use super::connection::Connection;
use super::*;
use crate::clock::{ManualClock, shifted};
use crate::config::{Purpose, Token};
use crate::kiosk::KioskSettings;
use crate::kiosk::tests::{Awaited, MadeUpCamera};
use crate::store::Store;
use crate::store::tests::{AGREEMENT, secret_of, take_in};
use crate::terms::Terms;

mod customer;
mod me;
mod pages;
mod reach;
mod setup;
mod till_setup;
mod trainer;
mod trial;

const TOKEN: &str = "0123456789abcdef";

/// A browser on the kiosk's own machine.
const HERE: Connection = Connection { peer: std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), secure: false };

struct Site {
    app: Router,
    clock: Arc<ManualClock>,
    kiosk: Awaited,
    folder: tempfile::TempDir,
}

fn site() -> Site {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(ManualClock::at("2026-03-02T12:00:00Z".parse().expect("a time")));
    let mut store = Store::open(folder.path(), &folder.path().join("hymy.key")).expect("opens");
    take_in(&mut store, "Aino", clock.now());
    let person = store.sign_in("Aino", &secret_of("Aino"), clock.now()).expect("her own secret");
    let settings = KioskSettings {
        register: "1".into(),
        max_late_s: 300,
        signals: Vec::new(),
        directions: Default::default(),
        terms: Terms::under(AGREEMENT),
        sharing: Default::default(),
        idle_ms: 30 * 60_000,
        has_source: true,
        technician_code: None,
        setting_up: false,
    };
    let (handle, kiosk) = Awaited::spawn(store, settings, &[person], clock.clone());
    let token = Token::new(TOKEN).expect("long enough");
    let plausible = Plausible { max_late_s: 300, max_ahead_s: 30 };
    let tokens = Tokens::new([(Purpose::Till, token)], &Arc::default());
    let health = till_health(handle.clone(), tokens.clone());
    let app = till_events(WebState { kiosk: handle, tokens, plausible, clock: clock.clone() }).merge(health);
    let app = app.layer(Extension(HERE));
    Site { app, clock, kiosk, folder }
}

impl Site {
    async fn send(&self, request: Request<Body>) -> (u16, String) {
        let response = self.app.clone().oneshot(request).await.expect("infallible");
        let code = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("a body");
        (code, String::from_utf8(body.to_vec()).expect("text"))
    }

    async fn post(&self, token: Option<&str>, body: impl Into<Body>) -> u16 {
        let mut request = Request::post("/api/v1/till/events");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, token);
        }
        self.send(request.body(body.into()).expect("a request")).await.0
    }

    fn event(&self, event: &str, late_ms: i64) -> String {
        let at = shifted(self.clock.now(), -late_ms);
        format!(r#"{{"register":"1","event":"{event}","at":"{at}"}}"#)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_of_the_contract() {
    let site = site();
    let bearer = format!("Bearer {TOKEN}");
    let good = site.event("opened", 0);
    assert_eq!(site.post(None, good.clone()).await, 401);
    assert_eq!(site.post(Some("Bearer 0123456789abcdeF"), good.clone()).await, 401);
    assert_eq!(site.post(Some(&format!("Basic {TOKEN}")), good.clone()).await, 401);
    assert_eq!(site.post(Some(TOKEN), good.clone()).await, 401);
    assert_eq!(site.post(None, vec![b'x'; 10_000]).await, 401, "the token comes before the body");
    assert_eq!(site.post(Some(&bearer), good.clone()).await, 202);
    assert_eq!(site.post(Some(&bearer), good).await, 200);
    assert_eq!(site.post(Some(&bearer), "{").await, 400);
    assert_eq!(site.post(Some(&bearer), vec![b'x'; 10_000]).await, 413);
    assert_eq!(site.post(Some(&bearer), site.event("closed", 301_000)).await, 422);
    assert_eq!(site.post(Some(&bearer), site.event("closed", -31_000)).await, 422);
    let get = Request::get("/api/v1/till/events").body(Body::empty()).expect("a request");
    assert_eq!(site.send(get).await.0, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_repeat_nothing_of_what_was_sent() {
    let site = site();
    let request = Request::post("/api/v1/till/events")
        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
        .body(Body::from(r#"{"register":"Matti Meikäläinen"}"#))
        .expect("a request");
    let (code, text) = site.send(request).await;
    assert_eq!(code, 400);
    assert!(!text.contains("Matti"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn healthz_says_whether_the_store_is_writable_and_nothing_else() {
    let mut site = site();
    let get = || Request::get("/healthz").body(Body::empty()).expect("a request");
    assert_eq!(site.send(get()).await, (200, r#"{"status":"ok","store_writable":true}"#.into()));
    site.kiosk.end();
    let (code, text) = {
        let response = site.app.clone().oneshot(get()).await.expect("infallible");
        let code = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1_000).await.expect("a body");
        (code, String::from_utf8(body.to_vec()).expect("text"))
    };
    assert_eq!((code, text.as_str()), (503, r#"{"status":"failing","store_writable":false}"#));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_event_is_on_the_disk_when_the_answer_comes() {
    let site = site();
    assert_eq!(site.post(Some(&format!("Bearer {TOKEN}")), site.event("opened", 0)).await, 202);
    // What a crash now would leave: the files as they are, copied while the kiosk runs.
    let crashed = tempfile::tempdir().expect("a folder");
    for name in ["hymy.db", "hymy.db-wal", "hymy.key"] {
        std::fs::copy(site.folder.path().join(name), crashed.path().join(name)).expect("copied");
    }
    let store = Store::open(crashed.path(), &crashed.path().join("hymy.key")).expect("opens");
    let shift = store.open_shifts().expect("read").remove(0);
    assert_eq!(store.waiting_events(shift.id).expect("read").len(), 1);
}
