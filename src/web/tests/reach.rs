//! Who reaches what: other machines by TLS and by the kiosk's names only, machines by the token for their purpose, nobody
//! too often; and what a page sends that makes no sense is answered by a page.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;

use super::pages::{Browser, CODE, Got, HEALTH_TOKEN, RELEASES_TOKEN};
use super::trainer::released;
use super::*;
use crate::config::TlsConfig;
use crate::tls;

/// A laptop in the shop.
const ELSEWHERE: Connection = Connection { peer: IpAddr::V4(std::net::Ipv4Addr::new(192, 168, 1, 7)), secure: true };

impl Browser {
    /// A browser on another machine.
    fn elsewhere() -> Self {
        let mut browser = Self::new();
        browser.who = ELSEWHERE;
        browser
    }

    async fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> Got {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).expect("a request")).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kiosk_answers_to_its_names_only() {
    let mut here = Browser::new();
    for (host, code) in
        [("127.0.0.1:8080", 200), ("localhost", 200), ("[::1]:8080", 200), ("kiosk.shop.lan", 421), ("evil.test", 421)]
    {
        assert_eq!(here.ask("GET", "/", &[("host", host)]).await.code, code, "in the clear: {host}");
        assert_eq!(here.ask("POST", "/api/v1/till/events", &[("host", host)]).await.code == 421, code == 421, "{host}");
    }
    let mut elsewhere = Browser::elsewhere();
    for (host, code) in [("kiosk.shop.lan:8443", 401), ("KIOSK.shop.lan", 401), ("evil.test", 421), ("other.lan", 421)]
    {
        assert_eq!(elsewhere.ask("GET", "/me", &[("host", host)]).await.code, code, "by TLS: {host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counter_is_at_the_counter() {
    let mut browser = Browser::new();
    browser.post("/shift/sign-in", "name=Aino&code=Aino%27s+own+secret").await;
    browser.who = ELSEWHERE;
    let host = ("host", "kiosk.shop.lan");
    let origin = ("origin", "https://kiosk.shop.lan");
    let led = browser.ask("GET", "/", &[host]).await;
    assert_eq!((led.code, led.headers[header::LOCATION].as_bytes()), (303, &b"/me"[..]));
    for (method, path) in [
        ("GET", "/state"),
        ("POST", "/shift/pause"),
        ("POST", "/shift/sign-out"),
        ("POST", "/shift/sign-in"),
        ("GET", "/practice"),
        ("POST", "/trial/begin"),
        ("GET", "/trial/now"),
        ("POST", "/trial/end"),
        ("GET", "/me/fit"),
        ("POST", "/setup/outline"),
        ("GET", "/setup/outline/now"),
        ("POST", "/setup/calibration"),
        ("HEAD", "/"),
    ] {
        assert_eq!(browser.ask(method, path, &[host, origin]).await.code, 404, "{method} {path}");
    }
    for path in ["/me", "/trainer", "/setup"] {
        assert_eq!(browser.ask("GET", path, &[host]).await.code, 401, "{path}");
    }
    assert_eq!(browser.ask("GET", "/customer", &[host]).await.code, 200, "it may have a screen of its own");
    browser.who = HERE;
    assert_eq!(browser.camera().await, "opening", "nobody paused it from elsewhere");
}

/// Aino's secret, as a form sends it.
const AINO: &str = "Aino%27s+own+secret";

#[tokio::test(flavor = "multi_thread")]
async fn pages_that_open_the_camera_are_offered_at_the_kiosk_only() {
    let mut browser = Browser::new();
    let own = ["href=\"/practice\"", "href=\"/me/fit\""];
    let directions = ["href=\"/setup/calibration\""];
    for (page, links) in
        [("/me", &own[..]), ("/me/choices", &own[..]), ("/setup", &directions[..]), ("/setup/zones", &directions[..])]
    {
        let area = if page.starts_with("/me") { "/me/open" } else { "/setup/open" };
        browser.post(area, &format!("name=Aino&code={}", if area == "/me/open" { AINO } else { CODE })).await;
        let here = browser.get(page).await.text;
        assert!(links.iter().all(|link| here.contains(link)), "{page}");
        // The browser's cookies are for connections in the clear: the same page, as the other machine would get it.
        browser.who = Connection { secure: false, ..ELSEWHERE };
        let there = browser.ask("GET", page, &[("host", "127.0.0.1")]).await;
        assert_eq!(there.code, 200, "{page}");
        assert!(!links.iter().any(|link| there.text.contains(link)), "{page}: {}", there.text);
        assert!(page != "/me" || there.text.contains("href=\"/me/choices\""), "the rest of the menu is there");
        browser.who = HERE;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_protected_connection_cookies_are_for_this_host_and_for_tls_only() {
    let mut browser = Browser::elsewhere();
    let host = ("host", "kiosk.shop.lan:8443");
    let form = |code: &str| Body::from(format!("name=Aino&code={code}"));
    let open = Request::post("/me/open")
        .header(host.0, host.1)
        .header("origin", "https://kiosk.shop.lan:8443")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let got = browser.send(open.body(form("Aino%27s+own+secret")).expect("a request")).await;
    assert_eq!(got.code, 303);
    let cookie = got.headers[header::SET_COOKIE].to_str().expect("text").to_owned();
    assert!(cookie.starts_with("__Host-hymy_visit=") && cookie.contains("; Secure"), "{cookie}");
    assert!(!cookie.contains("Domain") && !got.headers.contains_key("strict-transport-security"), "{cookie}");
    assert_eq!(browser.ask("GET", "/me", &[host]).await.code, 200);
    // A cookie without the prefix may have been set by another server of this host: it opens nothing.
    let visit = browser.cookies.remove("__Host-hymy_visit").expect("kept");
    browser.cookies.insert("hymy_visit".into(), visit.clone());
    assert_eq!(browser.ask("GET", "/me", &[host]).await.code, 401);
    // In the clear there is no prefix.
    browser.who = HERE;
    assert_eq!(browser.get("/me").await.code, 200);
    let elsewhere = Request::post("/me/open").header(host.0, host.1).header("origin", "https://other.shop.lan:8443");
    browser.who = ELSEWHERE;
    assert_eq!(browser.send(elsewhere.body(form("x")).expect("a request")).await.code, 403, "another page's form");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_certificate_that_somebody_vouches_for_is_insisted_on() {
    let routes = || Router::new().route("/", get(|| async { "here" }));
    for (vouched, who, insisted) in [(true, ELSEWHERE, true), (false, ELSEWHERE, false), (true, HERE, false)] {
        let app = guarded(Reach { vouched, ..Reach::on_loopback() }, routes());
        let mut request = Request::get("/").header("host", "localhost").body(Body::empty()).expect("a request");
        request.extensions_mut().insert(who);
        let response = app.oneshot(request).await.expect("infallible");
        assert_eq!(response.headers().contains_key("strict-transport-security"), insisted, "{vouched} {who:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_looks_after_the_kiosk_takes_a_token_from_other_machines() {
    let mut browser = Browser::new();
    let bearer = |token: &str| format!("Bearer {token}");
    let [health, releases] = [HEALTH_TOKEN, RELEASES_TOKEN].map(bearer);
    for path in ["/healthz", "/metrics", "/api/v1/openapi.json"] {
        browser.who = HERE;
        assert_eq!(browser.get(path).await.code, 200, "{path} on this machine");
        browser.who = ELSEWHERE;
        let refused = browser.ask("GET", path, &[]).await;
        assert_eq!((refused.code, refused.headers["www-authenticate"].as_bytes()), (401, &b"Bearer"[..]), "{path}");
        assert_eq!(browser.ask("GET", path, &[("authorization", "Bearer wrong-wrong-wrong")]).await.code, 401);
        assert_eq!(browser.ask("GET", path, &[("authorization", &releases)]).await.code, 403, "{path}");
        assert_eq!(browser.ask("GET", path, &[("authorization", &health)]).await.code, 200, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_what_it_is_for_and_nothing_else() {
    let mut browser = Browser::over(released);
    let bearer = |token: &str| format!("Bearer {token}");
    let [till, health, releases] = [TOKEN, HEALTH_TOKEN, RELEASES_TOKEN].map(bearer);
    let read = "/api/v1/releases";
    let refused = browser.get(read).await;
    assert_eq!(
        (refused.code, refused.headers["www-authenticate"].as_bytes()),
        (401, &b"Bearer"[..]),
        "on this machine too"
    );
    for (token, code) in [(&till, 403), (&health, 403), (&releases, 200), (&releases.to_lowercase(), 200)] {
        assert_eq!(browser.ask("GET", read, &[("authorization", token)]).await.code, code);
    }
    for (token, code) in [(&releases, 403), (&health, 403), (&till, 400)] {
        assert_eq!(browser.ask("POST", "/api/v1/till/events", &[("authorization", token)]).await.code, code);
    }
    for wrong in ["Basic made-up-releases-token", RELEASES_TOKEN, "Bearer", "Bearer made-up-releases-toke"] {
        assert_eq!(browser.ask("GET", read, &[("authorization", wrong)]).await.code, 401, "{wrong}");
    }
    // A person's or a trainer's open pages are no token.
    browser.opens("/trainer", "Tuula").await;
    assert_eq!(browser.get(read).await.code, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_machines_read_is_what_trainers_see_and_no_tally() {
    let mut browser = Browser::over(released);
    let token = format!("Bearer {RELEASES_TOKEN}");
    let got = browser.ask("GET", "/api/v1/releases", &[("authorization", &token)]).await;
    let read: serde_json::Value = serde_json::from_str(&got.text).expect("JSON");
    browser.opens("/trainer", "Tuula").await;
    let table = browser.get("/trainer/releases.csv").await.text;
    let mut rows = Vec::new();
    for window in read["windows"].as_array().expect("windows") {
        assert_eq!(window["people_at_least"], 5);
        assert!(window["withheld_means"].as_str().is_some_and(|means| means.contains('5')));
        for figure in window["figures"].as_array().expect("figures") {
            let days = [&window["opens"], &window["closes"]].map(|at| at.as_str().expect("text")[..10].to_owned());
            let said = match &figure["released"] {
                serde_json::Value::Null => ",,,,yes".to_owned(),
                share => {
                    let number = |key: &str| format!("{:.3}", share[key].as_f64().expect("a number"));
                    format!(
                        "{},{},{},{},no",
                        number("share"),
                        number("low_90"),
                        number("high_90"),
                        share["people_about"]
                    )
                }
            };
            assert_eq!(figure["withheld"].as_bool(), Some(said.ends_with("yes")));
            let cell = figure["cell"].as_str().unwrap_or_default();
            let statistic = figure["statistic"].as_str().expect("text");
            rows.push(format!("{},{},{},{statistic},{cell},{said}", window["window"], days[0], days[1]));
        }
    }
    let told: Vec<&str> = table.lines().skip(1).collect();
    assert_eq!(rows, told, "the same figures, and as many");
    assert!(rows.iter().any(|row| row.ends_with("yes")) && rows.iter().any(|row| row.ends_with("no")));
    for never in ["tally", "contribution", "parts", "tuula", "Tuula"] {
        assert!(!got.text.contains(never), "{never}: {}", got.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_tries_codes_too_often_waits_and_the_kiosk_is_not_asked() {
    let mut browser = Browser::new();
    let mut codes = Vec::new();
    for _ in 0..40 {
        codes.push(browser.post("/me/open", "").await.code);
    }
    assert_eq!(codes[0], 422);
    assert!(codes[..30].iter().all(|code| *code == 422) && codes.contains(&429), "{codes:?}");
    let mut refused = browser.opens("/me", "Aino").await;
    // A whole second may just have passed; then that was the one try of it.
    if refused.code != 429 {
        refused = browser.opens("/me", "Aino").await;
    }
    assert_eq!(refused.code, 429, "the right code, too soon");
    assert_eq!(refused.headers[header::RETRY_AFTER], "1");
    assert!(refused.text.contains("Too many tries from here. Try again in one second."), "{}", refused.text);
    assert_eq!(browser.get("/").await.code, 200, "pages are shown");
    assert_eq!(browser.post("/shift/pause", "").await.code, 409, "pausing has its own count");
    browser.who = ELSEWHERE;
    let open = Request::post("/me/open").header("host", "kiosk.shop.lan").body(Body::empty()).expect("a request");
    assert_eq!(browser.send(open).await.code, 415, "another machine has its own count");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_till_is_never_held_up_and_a_wrong_token_is() {
    let mut browser = Browser::new();
    let clock = browser.clock.clone();
    let post = |number: u32, token: &str| {
        let at = shifted(clock.now(), 0);
        let body = format!(r#"{{"id":"{number}","register":"1","event":"opened","at":"{at}"}}"#);
        Request::post("/api/v1/till/events")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(body))
            .expect("a request")
    };
    let mut wrong = Vec::new();
    for number in 0..100 {
        let got = browser.send(post(number, "wrong-wrong-wrong-wrong")).await;
        assert_eq!(got.headers.contains_key(header::RETRY_AFTER), got.code == 429);
        wrong.push(got.code);
    }
    assert!(wrong.starts_with(&[401; 60]) && wrong.contains(&429), "{wrong:?}");
    for number in 0..200 {
        assert_eq!(browser.send(post(number, TOKEN)).await.code, 202, "event {number}, from the same address");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_makes_no_sense_is_answered_by_a_page() {
    let mut browser = Browser::new();
    for (language, says) in [("en", "is not what this page asks for"), ("fi", "eivät ole sitä, mitä tämä sivu kysyy")]
    {
        browser.language = language;
        for (path, form) in [("/customer", "face=smiling"), ("/me/open", "name=Aino"), ("/shift/resume", "a=b")] {
            let got = browser.post(path, form).await;
            assert_eq!(got.code, 422, "{path}");
            assert!(got.text.contains(says) && got.text.contains("<html"), "{path}: {}", got.text);
            assert!(!got.text.contains("smiling"), "nothing of what was sent: {}", got.text);
        }
        let plain = Request::post("/customer").header(header::CONTENT_TYPE, "text/plain").body(Body::from("face"));
        let got = browser.send(plain.expect("a request")).await;
        assert_eq!((got.code, got.text.contains(says)), (415, true));
        let long = format!("code={}", "x".repeat(40_000));
        let got = browser.post("/setup/open", &long).await;
        assert_eq!((got.code, got.text.contains(says)), (413, true));
        let got = browser.get("/language/en").await;
        assert_eq!(got.code, 303);
        browser.cookies.clear();
    }
    browser.opens("/me", "Aino").await;
    let got = browser.get("/me?week=4&week=4").await;
    assert!([200, 400].contains(&got.code), "{}", got.code);
}

#[test]
fn no_page_reads_a_form_in_another_way() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("listed") {
            let path = entry.expect("listed").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.display().to_string();
            if !name.ends_with(".rs") || name.ends_with("web/form.rs") || name.contains("tests") {
                continue;
            }
            read += 1;
            let text = std::fs::read_to_string(&path).expect("read");
            for line in text.lines().filter(|line| line.starts_with("use axum") || line.contains("axum::Form")) {
                let words: Vec<&str> = line.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
                let other = words.iter().any(|word| ["Form", "Query"].contains(word));
                assert!(!other, "{name}: {line}: take super::form, whose refusals are pages");
            }
        }
    }
    assert!(read > 20, "{read} files");
}

/// A listener with the kiosk's own certificate, and what a client needs to trust it.
struct Served {
    address: std::net::SocketAddr,
    roots: RootCertStore,
    stop: watch::Sender<bool>,
    _certificate: watch::Sender<tls::Certificate>,
    _folder: tempfile::TempDir,
}

async fn served(app: Router) -> Served {
    let folder = tempfile::tempdir().expect("a folder");
    let config = TlsConfig { names: vec!["kiosk.shop.lan".to_owned()], given: None };
    let certificate = tls::certificate(&config, folder.path(), Timestamp::now()).expect("made");
    let pem = std::fs::read(folder.path().join(tls::FILE)).expect("kept");
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&pem).expect("a certificate")).expect("added");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let address = listener.local_addr().expect("bound");
    let (stop, stopped) = watch::channel(false);
    let (sender, receiver) = watch::channel(certificate);
    tokio::spawn(serve(listener, Some(receiver), app, stopped));
    Served { address, roots, stop, _certificate: sender, _folder: folder }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_comes_by_tls_to_whoever_trusts_the_certificate_and_not_in_the_clear() {
    let told = |who: Connection| async move { format!("{} {}", who.peer, who.secure) };
    let site = Reach { names: ["kiosk.shop.lan".to_owned()].into(), ..Reach::on_loopback() };
    let served = served(guarded(site, Router::new().route("/who", get(told)))).await;
    let ask = "GET /who HTTP/1.1\r\nHost: kiosk.shop.lan\r\nConnection: close\r\n\r\n";
    let client = |roots| {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        TlsConnector::from(Arc::new(config))
    };
    let name = |name: &'static str| ServerName::try_from(name).expect("a name");
    let connect = || TcpStream::connect(served.address);
    let trusting = client(served.roots.clone());
    let mut stream =
        trusting.connect(name("kiosk.shop.lan"), connect().await.expect("connects")).await.expect("agreed");
    stream.write_all(ask.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("answered");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1 true"), "{answer}");
    // Another name, or another certificate: a client notices.
    assert!(trusting.connect(name("other.shop.lan"), connect().await.expect("connects")).await.is_err());
    let stranger = client(RootCertStore::empty());
    assert!(stranger.connect(name("kiosk.shop.lan"), connect().await.expect("connects")).await.is_err());
    // In the clear nothing is answered.
    let mut clear = connect().await.expect("connects");
    clear.write_all(ask.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), clear.read_to_end(&mut answer)).await.expect("closed");
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP"), "{answer:?}");
    served.stop.send_replace(true);
}

#[tokio::test(flavor = "multi_thread")]
async fn set_up_shows_the_fingerprint() {
    let mut browser = Browser::new();
    browser.post("/setup/open", &format!("code={}", CODE)).await;
    assert!(!browser.get("/setup").await.text.contains("fingerprint"), "no other machine reaches it");
    let folder = tempfile::tempdir().expect("a folder");
    let config = TlsConfig { names: vec!["kiosk.shop.lan".to_owned()], given: None };
    let now = browser.clock.now() + SignedDuration::from_secs(1);
    let certificate = tls::certificate(&config, folder.path(), now).expect("made");
    let fingerprint = certificate.fingerprint.clone();
    let (_sender, tls) = watch::channel(certificate);
    let mut browser = Browser::reached_by(tls);
    browser.post("/setup/open", &format!("code={}", CODE)).await;
    let page = browser.get("/setup").await.text;
    assert!(page.contains(&fingerprint) && page.contains("1 March 2028"), "{page}");
}
