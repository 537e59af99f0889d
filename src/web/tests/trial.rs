//! The camera outside of a shift, by page: it begins by one's own tap, numbers come, the clock ends it, and nothing of it
//! is in the store.

use std::collections::BTreeSet;

use hymy_vision::Observation;
use serde_json::Value;

use super::pages::{Browser, CODE, Got};
use super::*;
use crate::control::{OwnQuestion, Proof, SecretText};
use crate::kiosk::{CameraWish, TRIAL_LASTS_MS};
use crate::store::tests::columns;

impl Browser {
    async fn begins(&mut self, what: &str) -> Got {
        let got = self.post("/trial/begin", &format!("what={what}")).await;
        self.camera.opens().await;
        got
    }

    async fn now(&mut self) -> Value {
        let got = self.get("/trial/now").await;
        assert_eq!(got.code, 200, "{}", got.text);
        serde_json::from_str(&got.text).expect("JSON")
    }

    async fn chosen(&self, name: &str) -> BTreeSet<String> {
        let proof = Proof::secret(name, SecretText::new(&format!("{name}'s own secret")));
        match self.handle.question(Question::Own { proof, ask: OwnQuestion::Consent }).await {
            Answer::OwnConsent(consent) => consent.signals,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_practice_mirror_shows_numbers_until_its_clock_ends_it_and_leaves_nothing() {
    let mut before = None;
    let mut browser = Browser::with(|store, _| before = Some(columns(store)));
    let closed = browser.get("/practice").await;
    assert_eq!(closed.code, 401);
    assert!(closed.text.contains(r#"name="to" value="/practice""#), "opening leads back");
    let opened = browser.post("/me/open", "name=Aino&code=Aino%27s+own+secret&to=/practice").await;
    assert_eq!((opened.code, opened.headers["location"].as_bytes()), (303, &b"/practice"[..]));
    let page = browser.get("/practice").await;
    assert_eq!(page.code, 200);
    for has in ["<noscript>", "data-clock", "/static/practice.js", r#"role="status""#] {
        assert!(page.text.contains(has), "{has}");
    }
    assert_eq!(browser.camera.wish(), CameraWish::Closed, "looking at the page opens nothing");

    let begun = browser.begins("practice").await;
    assert_eq!(begun.code, 200, "{}", begun.text);
    assert_eq!(browser.now().await["seen"], Value::Null);
    assert_eq!(browser.camera().await, "trying");
    browser.camera.shows(0, |_| {}).await;
    let now = browser.now().await;
    let face = &now["seen"]["face"];
    assert_eq!((&face["smiling"], &now["seen"]["on_target"]), (&Value::Bool(true), &Value::Bool(true)), "{now}");
    assert!(face["smile"].as_f64().is_some_and(|smile| (smile - 0.95).abs() < 1e-3), "{now}");
    browser.camera.shows(100, |seen| seen.not_alone = true).await;
    let seen = browser.now().await["seen"].clone();
    assert_eq!((&seen["not_alone"], &seen["face"]), (&Value::Bool(true), &Value::Null));

    for _ in 0..299 {
        browser.clock.advance_ms(1_000);
        browser.now().await;
    }
    browser.clock.advance_ms(1_000);
    assert_eq!(browser.get("/trial/now").await.code, 204, "{TRIAL_LASTS_MS} ms are over");
    assert_eq!((browser.camera.wish(), browser.camera().await.as_str()), (CameraWish::Closed, "off"));
    // On its way while the camera closes.
    browser.camera.shows(300_000, |_| {}).await;
    assert_eq!(browser.get("/trial/now").await.code, 204);
    assert_eq!(browser.camera().await, "off");
    browser.begins("practice").await;
    assert_eq!(browser.now().await["seen"], Value::Null, "of the trial before");

    let Browser { camera, mut kiosk, folder, .. } = browser;
    drop(camera);
    kiosk.end();
    let store = Store::open(folder.path(), &folder.path().join("hymy.key")).expect("opens");
    let before = before.expect("filled");
    let changed = columns(&store).into_iter().filter(|(table, now)| before.get(table) != Some(now));
    let names: Vec<String> = changed.map(|(table, _)| table).collect();
    // How long the store has lived, and the windows that it announced when it was started, are the store's own.
    let own = ["lifetime", "lifetime_mark", "release_window"];
    assert!(names.iter().all(|table| own.contains(&table.as_str())), "kept: {names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn anyone_at_the_counter_sees_a_trial_and_ends_it() {
    let mut browser = Browser::new();
    browser.opens("/me", "Aino").await;
    browser.begins("practice").await;
    let visit = browser.cookies.remove("hymy_visit").expect("open");
    for (language, on) in [("en", "Camera on"), ("fi", "Kamera päällä")] {
        browser.language = language;
        let counter = browser.get("/").await.text;
        assert!(counter.contains(on) && counter.contains(r#"action="/trial/end""#), "{counter}");
        assert!(!counter.contains("Aino"), "{counter}");
    }
    assert_eq!(browser.get("/trial/now").await.code, 401, "what is seen is hers");
    assert_eq!(browser.post("/trial/stop", "").await.code, 401);
    assert_eq!(browser.post("/trial/end", "").await.code, 303);
    assert_eq!((browser.camera.wish(), browser.camera().await.as_str()), (CameraWish::Closed, "off"));
    browser.cookies.insert("hymy_visit".into(), visit);
    assert_eq!(browser.get("/trial/now").await.code, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_is_refused_in_the_language_of_the_page_and_to_whom_it_is_not_for() {
    let mut browser = Browser::new();
    browser.language = "fi";
    browser.opens("/me", "Aino").await;
    for what in ["outline", "calibration"] {
        assert_eq!(browser.begins(what).await.code, 401, "{what} is not for people");
    }
    assert_eq!(browser.begins("nonsense").await.code, 422);
    browser.post("/shift/sign-in", "name=Eero&code=Eero%27s+own+secret").await;
    let refused = browser.begins("practice").await;
    assert_eq!(refused.code, 409);
    assert!(refused.text.contains("Työvuoro on jo käynnissä"), "{}", refused.text);
    browser.post("/shift/sign-out", "").await;

    browser.post("/setup/open", &format!("code={CODE}")).await;
    for what in ["practice", "fit"] {
        assert_eq!(browser.begins(what).await.code, 401, "{what} is not for whoever sets up");
    }
    assert_eq!(browser.begins("calibration").await.code, 200);
    assert_eq!(browser.camera().await, "set-up");
}

/// What a made-up person shows in each step: no smile that stands out, and all else clear.
fn straight_faced(step: &str, seen: &mut Observation) {
    let Some(face) = &mut seen.face else { return };
    face.smile = Some(0.03);
    if let (Some(gaze), "till") = (&mut face.gaze, step) {
        (gaze.yaw_deg, gaze.pitch_deg) = (35.0, -30.0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fit_check_by_page_switches_off_what_it_could_not_read_and_nothing_else() {
    let mut browser = Browser::new();
    browser.opens("/me", "Aino").await;
    let chosen = browser.chosen("Aino").await;
    assert!(chosen.contains("smile") && chosen.contains("gaze"), "{chosen:?}");
    let page = browser.get("/me/fit").await;
    assert!(page.code == 200 && page.text.contains(r#"data-signal="smile""#), "{}", page.text);
    assert_eq!(browser.begins("fit").await.code, 200);
    let mut steps = Vec::new();
    let mut off = Value::Null;
    for frame in 0..400 {
        let fit = browser.now().await["fit"].clone();
        if !fit["off"].is_null() {
            off = fit["off"].clone();
            break;
        }
        let step = fit["step"].as_str().unwrap_or("neutral").to_owned();
        if steps.last() != Some(&step) {
            steps.push(step.clone());
        }
        browser.camera.shows(frame * 100, |seen| straight_faced(&step, seen)).await;
    }
    assert_eq!(steps, ["neutral", "smile", "target", "till"]);
    assert_eq!(off, serde_json::json!(["smile"]));
    assert_eq!(browser.camera.wish(), CameraWish::Closed, "there is nothing more to see");
    assert_eq!(browser.chosen("Aino").await, chosen, "nothing changes before the person's tap");
    let kept = browser.post("/me/fit", "off=smile&off=nonsense").await;
    assert_eq!((kept.code, kept.headers["location"].as_bytes()), (303, &b"/me/fit"[..]), "{}", kept.text);
    let left: BTreeSet<String> = chosen.into_iter().filter(|signal| signal != "smile").collect();
    assert_eq!(browser.chosen("Aino").await, left);
    assert!(browser.get("/me/fit").await.text.contains("Done. What is on for you"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fit_check_waits_until_ones_shift_is_over() {
    let mut browser = Browser::new();
    browser.opens("/me", "Aino").await;
    browser.post("/shift/sign-in", "name=Aino&code=Aino%27s+own+secret").await;
    browser.post("/shift/pause", "").await;
    let page = browser.get("/me/fit").await;
    assert_eq!(page.code, 409);
    assert!(page.text.contains("Your shift is on. Sign out first.") && !page.text.contains("data-begin"));
    assert_eq!(browser.begins("fit").await.code, 409);
    assert_eq!(browser.post("/me/fit", "off=smile").await.code, 409);
    assert_eq!(browser.begins("practice").await.code, 200, "the mirror needs no choice");
}
