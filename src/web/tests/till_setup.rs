//! The till in set-up: what it shows to whom and when, and the tester of patterns.

use super::pages::{Browser, CODE};
use super::*;
use crate::config::Config;
use crate::till::Heard;
use crate::transaction::TillEventKind;

async fn technician() -> Browser {
    let mut browser = Browser::new();
    assert_eq!(browser.post("/setup/open", &format!("code={CODE}")).await.code, 303);
    browser
}

fn hear(browser: &Browser, register: &str) {
    let ways = browser.handle.ways();
    let way = ways.add(WayKind::File, "log", "/var/log/till.log");
    way.opened();
    let (now_ms, at) = (browser.clock.monotonic_ms(), browser.clock.now());
    way.heard(Heard::Event { register: register.into(), kind: TillEventKind::Payment, at }, now_ms);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_is_for_a_technician_only() {
    let mut browser = Browser::new();
    for path in ["/setup/till", "/setup/till/try"] {
        assert_eq!(browser.get(path).await.code, 401, "{path}");
    }
    for path in ["/setup/till/listen", "/setup/till/stop", "/setup/till/try"] {
        assert_eq!(browser.post(path, "").await.code, 401, "{path}");
    }
    browser.opens("/me", "Aino").await;
    assert_eq!(browser.get("/setup/till").await.code, 401);
    assert_eq!(browser.handle.ways().shown(0).listens_for_ms, None, "nobody may make it listen");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_shown_while_it_listens_and_never_while_somebody_is_on_shift() {
    let mut browser = technician().await;
    hear(&browser, "before");
    let page = browser.get("/setup/till").await.text;
    assert!(page.contains("File: log") && page.contains("/var/log/till.log") && !page.contains("before"), "{page}");
    assert_eq!(browser.post("/setup/till/listen", "").await.code, 303);
    hear(&browser, "first <b>");
    let page = browser.get("/setup/till").await.text;
    for says in ["first &#60;b&#62;", "12:00:00", "Payment", "1 understood", "5 more minutes"] {
        assert!(page.contains(says), "{says}: {page}");
    }
    // Somebody signs in: what was heard is gone, nothing more is heard, and listening is refused.
    let setup = std::mem::take(&mut browser.cookies);
    browser.post("/shift/sign-in", "name=Aino&code=Aino%27s+own+secret").await;
    let shift = std::mem::replace(&mut browser.cookies, setup);
    hear(&browser, "R-77");
    browser.post("/setup/till/listen", "").await;
    hear(&browser, "R-77");
    let page = browser.get("/setup/till").await.text;
    assert!(page.contains("Somebody is on shift") && !page.contains("Aino"), "{page}");
    for never in ["first", "R-77", "12:00:00", "seconds ago", "1 understood"] {
        assert!(!page.contains(never), "{never}: {page}");
    }
    let setup = std::mem::replace(&mut browser.cookies, shift);
    browser.post("/shift/sign-out", "").await;
    browser.cookies = setup;
    let page = browser.get("/setup/till").await.text;
    assert!(page.contains("Listen for five minutes") && !page.contains("R-77"), "{page}");
    // And after five minutes it is over.
    browser.post("/setup/till/listen", "").await;
    hear(&browser, "second");
    browser.clock.advance_ms(120_000);
    assert!(browser.get("/setup/till").await.text.contains("second"));
    browser.clock.advance_ms(150_000);
    assert!(browser.get("/setup/till").await.text.contains("one more minute"));
    browser.clock.advance_ms(30_000);
    assert!(!browser.get("/setup/till").await.text.contains("second"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_till_posts_shows_with_what_was_wrong_with_it() {
    let mut browser = technician().await;
    let tokens = Tokens::new([(Purpose::Till, Token::new(TOKEN).expect("long enough"))], &Arc::default());
    let plausible = Plausible { max_late_s: 300, max_ahead_s: 30 };
    let till = till_events(WebState { kiosk: browser.handle.clone(), tokens, plausible, clock: browser.clock.clone() });
    browser.post("/setup/till/listen", "").await;
    let post = async |token: &str, body: &str| {
        let request = Request::post("/api/v1/till/events").header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        till.clone().oneshot(request).await.expect("infallible").status().as_u16()
    };
    let event = r#"{"register":"4","event":"voided","at":"2026-03-02T12:00:00Z"}"#;
    assert_eq!(post(TOKEN, event).await, 202);
    assert_eq!(post("another token than that", event).await, 401);
    assert_eq!(post(TOKEN, "4 x milk").await, 400);
    assert_eq!(post(TOKEN, &event.replace("2026", "2025")).await, 422);
    let page = browser.get("/setup/till").await.text;
    let counts =
        "1 understood, 1 not understood, 1 with a time too far from this machine&#39;s clock, 1 with a wrong token";
    assert!(page.contains(counts) && page.contains("<td>Voided</td>") && !page.contains("milk"), "{page}");
}

fn form(fields: &[(&str, &str)]) -> String {
    serde_urlencoded(fields)
}

/// As a browser does.
fn serde_urlencoded(fields: &[(&str, &str)]) -> String {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    fields.iter().map(|(key, value)| format!("{key}={}", encoded(value))).collect::<Vec<_>>().join("&")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tester_says_what_each_line_is_and_writes_what_the_configuration_needs() {
    let mut browser = technician().await;
    assert!(browser.get("/setup/till/try").await.text.contains("SALE 4711 BEGIN"));
    let fields = [
        ("pattern", r"^(?<at>[0-9:]+) SALE (?<id>\d+)"),
        ("event", "opened"),
        ("at_format", "%H:%M:%S"),
        ("register", ""),
        ("pattern", "^PAY \"it's\""),
        ("event", "payment"),
        ("at_format", ""),
        ("register", "7"),
        ("pattern", " "),
        ("event", "opened"),
        ("at_format", ""),
        ("register", ""),
        ("lines", "11:59:58 SALE 17\r\nPAY \"it's\" 3,20\r\n\r\nmilk <b>1,20</b>\r\n99:99:99 SALE 18"),
        ("kind", "serial"),
        ("place", "/dev/ttyS1"),
    ];
    let got = browser.post("/setup/till/try", &form(&fields)).await;
    assert_eq!(got.code, 200);
    for says in [
        "Opened (pattern 1). Register: the one of this kiosk. Time: 11:59:58. Number: 17.",
        "Payment (pattern 2). Register: 7. Time: when the line arrives. Number: none.",
        "milk &#60;b&#62;1,20&#60;/b&#62;</code><span>No event: no pattern matches.",
        "No event: the time that pattern 1 finds is not written as its format says.",
    ] {
        assert!(got.text.contains(says), "{says}: {}", got.text);
    }
    assert!(!browser.get("/setup/till/try").await.text.contains("milk"), "nothing is kept");
    let start = got.text.find("[[till_source]]").expect("for the configuration");
    let toml = got.text[start..].split("</pre>").next().expect("its end");
    let toml = toml.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">");
    let config = Config::parse(std::path::Path::new("k.toml"), &format!("[kiosk]\ndata_dir = \"d\"\n{toml}"));
    let config = config.unwrap_or_else(|error| panic!("{toml}: {error}"));
    let found: Vec<&str> = config.till_sources[0].patterns.iter().map(|pattern| pattern.expression()).collect();
    assert_eq!(found, [fields[0].1, fields[4].1]);
    assert_eq!(config.till_sources[0].place.to_string(), "/dev/ttyS1 (9600 baud)");

    let wrong = browser.post("/setup/till/try", "pattern=%28&event=opened&at_format=&register=&lines=x").await;
    assert_eq!(wrong.code, 422);
    assert!(wrong.text.contains("This pattern cannot be used (pattern is no regular expression"), "{}", wrong.text);
    assert!(!wrong.text.contains("[[till_source]]"));
    assert_eq!(browser.post("/setup/till/try", "").await.code, 422, "nothing to try");
}
