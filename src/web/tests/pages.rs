//! The pages, over the real task and a real store: who sees which, for how long, and which requests change anything.

use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;

use super::*;
use crate::config::SharingConfig;
use crate::control::SecretText;

pub(super) const CODE: &str = "made-up-technician";
pub(super) const RELEASES_TOKEN: &str = "made-up-releases-token";
pub(super) const HEALTH_TOKEN: &str = "made-up-health-token";

pub(super) struct Browser {
    pub(super) app: Router,
    pub(super) handle: KioskHandle,
    pub(super) clock: Arc<ManualClock>,
    pub(super) camera: MadeUpCamera,
    pub(super) kiosk: Awaited,
    pub(super) folder: tempfile::TempDir,
    pub(super) cookies: std::collections::BTreeMap<String, String>,
    pub(super) language: &'static str,
    /// Where it is, and whether it speaks TLS.
    pub(super) who: Connection,
}

/// A kiosk with a staff zone and nothing else.
fn placed(folder: &std::path::Path) -> Placed {
    let places = crate::config::Places {
        zones: hymy_vision::Zones { staff: staff_zone(), ..Default::default() },
        ..Default::default()
    };
    Placed { file: folder.join("kiosk.toml"), configured: places.clone(), in_force: places }
}

pub(super) fn staff_zone() -> Option<hymy_vision::Polygon> {
    hymy_vision::Polygon::new(vec![(0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)]).ok()
}

fn machine() -> Machine {
    Machine { loaded: None, memory: None, speed: Default::default(), retention: (14, 12) }
}

/// What a page answered.
pub(super) struct Got {
    pub(super) code: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Browser {
    pub(super) fn new() -> Self {
        Self::with(|_, _| {})
    }

    /// Over a store in which this was done before.
    pub(super) fn over(prepare: impl FnOnce(&mut Store, Timestamp)) -> Self {
        Self::with(|store, clock| prepare(store, clock.now()))
    }

    /// One whose kiosk other machines reach with this certificate.
    pub(super) fn reached_by(tls: Tls) -> Self {
        Self::built(|_, _| {}, Some(tls))
    }

    /// One whose store was filled.
    pub(super) fn with(fill: impl FnOnce(&mut Store, &ManualClock)) -> Self {
        Self::built(fill, None)
    }

    fn built(fill: impl FnOnce(&mut Store, &ManualClock), tls: Option<Tls>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::at("2026-03-02T12:00:00Z".parse().expect("a time")));
        let mut store = Store::open(folder.path(), &folder.path().join("hymy.key")).expect("opens");
        for name in ["Aino", "Eero"] {
            take_in(&mut store, name, clock.now());
        }
        let invitation = store.invite_trainer("Tuula").expect("invited");
        store.give_trainer_secret("Tuula", &invitation, &secret_of("Tuula")).expect("chosen");
        fill(&mut store, &clock);
        let settings = KioskSettings {
            register: "1".into(),
            max_late_s: 300,
            signals: vec!["smile"],
            directions: Default::default(),
            terms: Terms::under(AGREEMENT),
            sharing: SharingConfig { trainers: vec!["Tuula".into()], never: Vec::new() },
            idle_ms: 30 * 60_000,
            has_source: true,
            technician_code: Some(Token::new(CODE).expect("long enough")),
            setting_up: false,
        };
        let (handle, kiosk, camera) = Awaited::watched(store, settings, &[], clock.clone());
        let limits = Arc::default();
        let token = |text: &str| Token::new(text).expect("long enough");
        let tokens = [
            (Purpose::Till, token(TOKEN)),
            (Purpose::Releases, token(RELEASES_TOKEN)),
            (Purpose::Health, token(HEALTH_TOKEN)),
        ];
        let tokens = Tokens::new(tokens, &limits);
        let plausible = Plausible { max_late_s: 300, max_ahead_s: 30 };
        let till = WebState { kiosk: handle.clone(), tokens: tokens.clone(), plausible, clock: clock.clone() };
        let routes = pages(Pages {
            kiosk: handle.clone(),
            clock: clock.clone(),
            language: Language::English,
            data_dir: folder.path().to_owned(),
            checks: Arc::new([]),
            placed: Arc::new(placed(folder.path())),
            machine: Arc::new(machine()),
            started: clock.now(),
            signals: crate::config::SIGNALS.to_vec(),
            tokens,
            tls,
        });
        let site = Reach { limits, names: ["kiosk.shop.lan".to_owned()].into(), ..Reach::on_loopback() };
        let app = guarded(site, routes.merge(till_events(till)));
        Self { app, handle, clock, camera, kiosk, folder, cookies: Default::default(), language: "en", who: HERE }
    }

    pub(super) async fn send(&mut self, mut request: Request<Body>) -> Got {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.extensions_mut().insert(self.who);
        let headers = request.headers_mut();
        headers.insert(header::COOKIE, cookies.join("; ").parse().expect("a header"));
        headers.insert(header::ACCEPT_LANGUAGE, self.language.parse().expect("a header"));
        headers.entry(header::HOST).or_insert("127.0.0.1:8080".parse().expect("a header"));
        let response: Response = self.app.clone().oneshot(request).await.expect("infallible");
        let (code, headers) = (response.status().as_u16(), response.headers().clone());
        for value in headers.get_all(header::SET_COOKIE) {
            let cookie = value.to_str().expect("text");
            for says in ["HttpOnly", "SameSite=Strict", "Path=/"] {
                assert!(cookie.contains(says), "{cookie}");
            }
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a pair");
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = axum::body::to_bytes(response.into_body(), 1_000_000).await.expect("a body");
        Got { code, headers, text: String::from_utf8(body.to_vec()).expect("text") }
    }

    pub(super) async fn get(&mut self, path: &str) -> Got {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    /// A form of a page of this kiosk.
    pub(super) async fn post(&mut self, path: &str, form: &str) -> Got {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(form.to_owned())).expect("a request")).await
    }

    pub(super) async fn opens(&mut self, path: &str, name: &str) -> Got {
        self.post(&format!("{path}/open"), &format!("name={name}&code={name}%27s+own+secret")).await
    }

    pub(super) async fn camera(&mut self) -> String {
        let got = self.get("/state").await;
        serde_json::from_str::<serde_json::Value>(&got.text).expect("JSON")["camera"].as_str().expect("text").to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_from_sign_in_to_sign_out() {
    let mut browser = Browser::new();
    assert!(browser.get("/").await.text.contains("Camera closed"));
    let wrong = browser.post("/shift/sign-in", "name=Aino&code=another+secret").await;
    assert_eq!(wrong.code, 403);
    assert!(wrong.text.contains("The name or the code is not right") && !wrong.text.contains("another secret"));
    let stranger = browser.post("/shift/sign-in", "name=Nobody&code=another+secret").await;
    assert_eq!((stranger.code, stranger.text.contains("Nobody is signed in")), (403, true));
    let got = browser.post("/shift/sign-in", "name=Aino&code=Aino%27s+own+secret").await;
    assert_eq!((got.code, got.headers[header::LOCATION].to_str().expect("text")), (303, "/"));
    assert_eq!(browser.camera().await, "opening");
    let page = browser.get("/").await.text;
    assert!(page.contains("/shift/for-work") && !page.contains("Aino"), "no name: {page}");
    assert_eq!(browser.post("/shift/for-work", "").await.code, 303);
    assert!(browser.get("/").await.text.contains("The phone is left out"));
    let nothing = browser.post("/shift/leave-out", "").await;
    assert_eq!(nothing.code, 409, "nobody was served yet");
    assert_eq!(browser.post("/shift/pause", "").await.code, 303);
    assert_eq!(browser.camera().await, "paused");
    assert_eq!(browser.post("/shift/resume", "name=Eero&code=Eero%27s+own+secret").await.code, 409, "not her shift");
    assert_eq!(browser.camera().await, "paused");
    assert_eq!(browser.post("/shift/resume", "name=Aino&code=Aino%27s+own+secret").await.code, 303);
    assert_eq!(browser.camera().await, "opening");
    assert_eq!(browser.post("/shift/sign-out", "").await.code, 303);
    assert_eq!(browser.camera().await, "off");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_browser_closes_the_camera_and_does_nothing_else() {
    let mut browser = Browser::new();
    browser.post("/shift/sign-in", "name=Aino&code=Aino%27s+own+secret").await;
    let own = std::mem::take(&mut browser.cookies);
    assert!(!browser.get("/").await.text.contains("/shift/for-work"));
    for path in ["/shift/for-work", "/shift/leave-out", "/shift/complaint"] {
        assert_eq!(browser.post(path, "").await.code, 409, "{path}");
    }
    assert_eq!(browser.post("/shift/pause", "").await.code, 303);
    browser.cookies = own;
    assert_eq!(browser.camera().await, "paused");
}

#[tokio::test(flavor = "multi_thread")]
async fn private_pages_open_by_the_own_secret_alone() {
    let mut browser = Browser::new();
    for path in ["/me", "/me/transactions"] {
        assert_eq!(browser.get(path).await.code, 401, "{path}");
    }
    assert_eq!(browser.opens("/me", "Aino").await.code, 303);
    assert_eq!(browser.get("/me").await.code, 200);
    let visit = browser.cookies["hymy_visit"].clone();
    // A trainer's pages are not a person's, and the other way round.
    browser.opens("/trainer", "Tuula").await;
    assert_ne!(browser.cookies["hymy_visit"], visit);
    assert_eq!(browser.get("/me").await.code, 401);
    assert_eq!(browser.post("/setup/open", &format!("code={CODE}")).await.code, 303);
    assert_eq!(browser.get("/me").await.code, 401);
    for (path, form) in [
        ("/me/open", "name=Tuula&code=Tuula%27s+own+secret"),
        ("/trainer/open", "name=Aino&code=Aino%27s+own+secret"),
        ("/setup/open", "code=another-technician"),
    ] {
        assert_eq!(browser.post(path, form).await.code, 403, "{path}");
    }
    // Her page is still open in the first browser, and closes when she closes it.
    browser.cookies.insert("hymy_visit".into(), visit.clone());
    assert_eq!(browser.get("/me").await.code, 200);
    browser.post("/close", "").await;
    browser.cookies.insert("hymy_visit".into(), visit);
    assert_eq!(browser.get("/me").await.code, 401, "closed is closed, whoever kept the cookie");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_left_open_closes() {
    let mut browser = Browser::new();
    browser.opens("/me", "Aino").await;
    browser.clock.advance_ms(170_000);
    assert_eq!(browser.get("/me").await.code, 200);
    browser.clock.advance_ms(180_001);
    assert_eq!(browser.get("/me").await.code, 401);
    browser.opens("/me", "Aino").await;
    for _ in 0..20 {
        browser.clock.advance_ms(100_000);
        browser.get("/me").await;
    }
    assert_eq!(browser.get("/me").await.code, 401, "half an hour is enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_are_slowed_and_tell_nobody_apart() {
    let mut browser = Browser::new();
    for _ in 0..5 {
        assert_eq!(browser.post("/me/open", "name=Aino&code=another+secret").await.code, 403);
    }
    let slowed = browser.post("/me/open", "name=Aino&code=Aino%27s+own+secret").await;
    assert_eq!(slowed.code, 429);
    assert!(slowed.text.contains("Try again in"), "{}", slowed.text);
    for _ in 0..5 {
        assert_eq!(browser.post("/setup/open", "code=another-technician").await.code, 403);
    }
    assert_eq!(browser.post("/setup/open", &format!("code={CODE}")).await.code, 429);
    browser.clock.advance_ms(3_600_000);
    assert_eq!(browser.post("/setup/open", &format!("code={CODE}")).await.code, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_withdraws_has_no_page_open_any_more() {
    let mut browser = Browser::new();
    browser.opens("/me", "Aino").await;
    let token = SecretText::new(&browser.cookies["hymy_visit"]);
    let proof = crate::control::Proof::Token(token);
    let question = Question::Own { proof, ask: crate::control::OwnQuestion::Withdraw };
    let answer = browser.handle.question(question).await;
    assert!(matches!(answer, Answer::Erased { .. }), "{answer:?}");
    assert_eq!(browser.get("/me").await.code, 401);
    assert_eq!(browser.opens("/me", "Aino").await.code, 403, "there is nothing to open");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_this_machine_asks_and_only_its_pages_change_anything() {
    let mut browser = Browser::new();
    for host in ["kiosk.example", "127.0.0.1.example:8080", "10.0.0.7:8080"] {
        let request = Request::get("/").header(header::HOST, host).body(Body::empty()).expect("a request");
        assert_eq!(browser.send(request).await.code, 421, "{host}");
    }
    for host in ["localhost:8080", "127.0.0.1", "[::1]:8080"] {
        let request = Request::get("/").header(header::HOST, host).body(Body::empty()).expect("a request");
        assert_eq!(browser.send(request).await.code, 200, "{host}");
    }
    browser.post("/shift/sign-in", "name=Aino&code=Aino%27s+own+secret").await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "none"),
        ("origin", "http://127.0.0.1:9999"),
        ("origin", "null"),
        ("origin", "https://kiosk.example"),
    ] {
        let request = Request::post("/shift/sign-out").header(name, value).body(Body::empty()).expect("a request");
        assert_eq!(browser.send(request).await.code, 403, "{name}: {value}");
    }
    assert_eq!(browser.camera().await, "opening", "the shift is still on");
    let request = Request::post("/shift/sign-out").header("origin", "http://127.0.0.1:8080");
    assert_eq!(browser.send(request.body(Body::empty()).expect("a request")).await.code, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_in_the_language_that_was_chosen_and_leads_nowhere_else() {
    let mut browser = Browser::new();
    browser.language = "sv, fi;q=0.8, en;q=0.5";
    assert!(browser.get("/").await.text.contains("<html lang=\"fi\">"));
    let got = browser.get("/language/en?to=%2Fme").await;
    assert_eq!((got.code, got.headers[header::LOCATION].to_str().expect("text")), (303, "/me"));
    assert!(browser.get("/").await.text.contains("<html lang=\"en\">"));
    for to in ["%2F%2Felsewhere.example", "https%3A%2F%2Felsewhere.example", "%2F%5Celsewhere.example", "me%0D%0Ax:y"] {
        let got = browser.get(&format!("/language/fi?to={to}")).await;
        assert_eq!(got.headers[header::LOCATION].to_str().expect("text"), "/", "{to}");
    }
    assert_eq!(browser.get("/language/sv").await.code, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_loads_nothing_from_elsewhere_and_is_kept_nowhere() {
    let mut browser = Browser::new();
    browser.opens("/me", "Aino").await;
    for path in ["/", "/me", "/me/transactions", "/trainer/open", "/nowhere", "/static/hymy.css", "/static/hymy.js"] {
        let got = browser.get(path).await;
        let header = |name: &str| got.headers.get(name).map_or("", |value| value.to_str().expect("text"));
        assert!(header("content-security-policy").starts_with("default-src 'none'; style-src 'self'"), "{path}");
        assert!(["no-store", "no-cache"].contains(&header("cache-control")), "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        for never in ["http:", "https:", "src=\"//", "url(", "@import", "style=\"", "onclick"] {
            assert!(!got.text.contains(never), "{path}: {never}");
        }
    }
}
