//! The pages in a browser, as people use them: Debian's Chromium, driven over WebDriver, on the made-up store of
//! `hymy demo`. Screenshots of every page are left in `target/screenshots/` to be looked at.

mod stage;
mod turn;

use std::collections::BTreeSet;

use fantoccini::Locator;
use serde_json::json;

use stage::{Empty, SECRET, Stage, TECHNICIAN_CODE, has_browser};
use turn::{SCREENS, Turn};

async fn a_shift_from_sign_in_to_sign_out_and_a_pause_closes_the_camera(stage: &Stage) {
    let turn = Turn::begin(stage, "en", false).await;
    turn.signs_in("Aino", SECRET).await;
    turn.camera_is("on").await;
    turn.screenshot("counter-on-1280x800-en").await;
    assert!(!turn.text().await.contains("Aino"), "no names at the counter");
    turn.press("form[action='/shift/for-work'] button").await;
    turn.says("The phone is left out").await;
    turn.press("form[action='/shift/pause'] button").await;
    turn.camera_is("paused").await;
    turn.screenshot("counter-paused-1280x800-en").await;
    turn.fill("name", "Aino").await;
    turn.fill("code", SECRET).await;
    turn.press("form[action='/shift/resume'] button").await;
    turn.camera_is("on").await;
    turn.press("form[action='/shift/sign-out'] button").await;
    turn.camera_is("off").await;
    turn.end().await;
}

async fn wrong_codes_are_slowed_and_open_nothing(stage: &Stage) {
    let turn = Turn::begin(stage, "fi", false).await;
    for _ in 0..5 {
        turn.opens("/me", Some("Eeva"), "not her secret").await;
        turn.says("Nimi tai koodi ei täsmää").await;
    }
    turn.opens("/me", Some("Eeva"), SECRET).await;
    turn.says("Liian monta väärää koodia").await;
    turn.end().await;
}

async fn nobody_opens_what_is_anothers(stage: &Stage) {
    let turn = Turn::begin(stage, "en", false).await;
    let areas = [("/me", Some("Aino"), SECRET), ("/trainer", Some("Tuula"), SECRET), ("/setup", None, TECHNICIAN_CODE)];
    for (own, name, code) in areas {
        turn.opens(own, name, code).await;
        turn.has("form[action='/close']", "the own pages open").await;
        for (other, ..) in areas.iter().filter(|(area, ..)| *area != own) {
            turn.go(other).await;
            turn.has(&format!("form[action='{other}/open']"), &format!("closed to {own}")).await;
        }
        turn.go(own).await;
        turn.press("form[action='/close'] button").await;
        turn.has("main[data-camera]", "back at the counter").await;
        turn.go(own).await;
        turn.has(&format!("form[action='{own}/open']"), "closed is closed").await;
    }
    turn.end().await;
}

async fn one_touch_on_a_face_says_thanks_and_comes_back(stage: &Stage) {
    let turn = Turn::begin(stage, "fi", false).await;
    turn.go("/customer").await;
    turn.press("form[action='/customer'] button").await;
    turn.says("Kiitos").await;
    turn.screenshot("customer-thanks-1280x800-fi").await;
    turn.has("form[action='/customer'] button", "back after three seconds").await;
    turn.end().await;
}

async fn the_counter_is_used_by_keyboard_alone(stage: &Stage) {
    let turn = Turn::begin(stage, "en", false).await;
    turn.go("/").await;
    let focused = async || turn.client.active_element().await.expect("something has the focus");
    let tab = async || {
        let body = focused().await;
        body.send_keys("\u{e004}").await.expect("typed");
        focused().await
    };
    let mut reached = BTreeSet::new();
    for _ in 0..12 {
        let element = tab().await;
        match element.attr("name").await.expect("asked").as_deref() {
            Some("name") => element.send_keys("Aino").await.expect("typed"),
            Some("code") => {
                element.send_keys(SECRET).await.expect("typed");
                reached.insert("code");
                element.send_keys("\u{e007}").await.expect("entered");
                break;
            }
            _ => {}
        }
    }
    assert!(reached.contains("code"), "the fields are reached by the tabulator");
    turn.camera_is("on").await;
    for _ in 0..12 {
        let element = tab().await;
        if element.text().await.expect("asked").contains("Sign out") {
            element.send_keys("\u{e007}").await.expect("entered");
            break;
        }
    }
    turn.camera_is("off").await;
    turn.end().await;
}

async fn what_is_shared_is_looked_at_until_it_is_taken_back(stage: &Stage) {
    let turn = Turn::begin(stage, "en", false).await;
    let close = async || {
        turn.press("form[action='/close'] button").await;
        turn.has("main[data-camera]", "back at the counter").await;
    };
    turn.opens("/me", Some("Emma"), SECRET).await;
    turn.has("form[action='/close']", "her pages open").await;
    turn.go("/me/sharing").await;
    turn.press("input[name=with][value=Tuula]").await;
    turn.fill("days", "7").await;
    turn.press("form[action='/me/share'] button").await;
    turn.has("form[action='/me/unshare']", "it is shared").await;
    turn.screenshot("sharing-shared-1280x800-en").await;
    close().await;

    let looks = async || {
        turn.opens("/trainer", Some("Tuula"), SECRET).await;
        turn.has("form[action='/close']", "her pages open").await;
        turn.go("/trainer/shared").await;
        turn.has("main", "the list").await;
    };
    looks().await;
    let hers = "//li[contains(., 'Emma')]//button";
    turn.client.find(Locator::XPath(hers)).await.expect("shared").click().await.expect("pressed");
    turn.says("Emma").await;
    turn.screenshot("shared-summary-1280x800-en").await;
    close().await;

    turn.opens("/me", Some("Emma"), SECRET).await;
    turn.has("form[action='/close']", "her pages open").await;
    turn.go("/me/seen").await;
    turn.says("Tuula").await;
    turn.go("/me/sharing").await;
    turn.press("form[action='/me/unshare'] button").await;
    turn.says("You share nothing").await;
    close().await;

    looks().await;
    assert!(turn.client.find(Locator::XPath(hers)).await.is_err(), "taken back is gone at once");
    close().await;
    turn.end().await;
}

async fn who_withdraws_is_told_what_is_gone_and_opens_nothing_any_more(stage: &Stage) {
    let turn = Turn::begin(stage, "fi", true).await;
    turn.opens("/me", Some("Hanna"), SECRET).await;
    turn.has("form[action='/close']", "her pages open").await;
    turn.go("/me/leave").await;
    turn.press("form[action='/me/withdraw'] input[name=sure]").await;
    let present = "form[action='/me/withdraw'] input[name=present]";
    turn.client.find(Locator::Css(present)).await.expect("a field").send_keys(SECRET).await.expect("typed");
    turn.press("form[action='/me/withdraw'] button").await;
    turn.says("Olet eronnut").await;
    turn.screenshot("withdrawn-1280x800-fi").await;
    turn.opens("/me", Some("Hanna"), SECRET).await;
    turn.says("Nimi tai koodi ei täsmää").await;
    turn.end().await;
}

async fn the_mirror_opens_the_camera_draws_what_is_seen_and_ends(stage: &Stage) {
    let turn = Turn::begin(stage, "en", false).await;
    turn.opens("/me", Some("Aino"), SECRET).await;
    turn.has("form[action='/close']", "her pages open").await;
    turn.go("/practice").await;
    turn.press("[data-begin]").await;
    turn.has("svg[data-face='seen']", "the drawing follows the face").await;
    turn.screenshot("practice-on-1280x800-en").await;
    // Whoever looks at the counter sees it; from there anyone ends it.
    turn.go("/").await;
    turn.camera_is("trying").await;
    turn.screenshot("counter-trying-1280x800-en").await;
    turn.press("form[action='/trial/end'] button").await;
    turn.camera_is("off").await;
    turn.end().await;
}

async fn zones_are_drawn_by_keys_and_saved_and_crossing_sides_are_not(stage: &Stage) {
    let turn = Turn::begin(stage, "en", false).await;
    turn.opens("/setup", None, TECHNICIAN_CODE).await;
    turn.has("form[action='/close']", "the pages open").await;
    turn.go("/setup/zones").await;
    let corner = |zone: &str, n: usize| format!("fieldset[data-zone={zone}] tbody tr:nth-child({n}) input");
    let value = async |css: &str| {
        let field = turn.client.find(Locator::Css(css)).await.expect("a field");
        field.prop("value").await.expect("asked").expect("a value")
    };
    let staff = corner("staff", 1);
    let before: f64 = value(&staff).await.parse().expect("a number");
    // The first handle of the zone that is chosen first: right by five.
    let handle = turn.client.find(Locator::Css(".handle")).await.expect("a handle");
    handle.send_keys("\u{e008}\u{e014}\u{e000}").await.expect("typed");
    assert_eq!(value(&staff).await.parse::<f64>().expect("a number"), before + 5.0);
    turn.screenshot("zones-drawn-1280x800-en").await;
    turn.press("#zones > button.main").await;
    turn.says("The zones are saved").await;
    turn.go("/setup/zones").await;
    assert_eq!(value(&staff).await.parse::<f64>().expect("a number"), before + 5.0, "as it was saved");
    // The second and the third corner change places: two sides cross.
    let script = "const rows = document.querySelectorAll('fieldset[data-zone=staff] tbody tr');
        const of = row => [...row.querySelectorAll('input')];
        of(rows[1]).forEach((field, axis) => {
            const other = of(rows[2])[axis];
            [field.value, other.value] = [other.value, field.value];
        });";
    turn.client.execute(script, Vec::new()).await.expect("runs");
    turn.press("#zones > button.main").await;
    turn.has("#fault-staff", "the reason stands at its field").await;
    turn.says("crosses").await;
    turn.screenshot("zones-refused-1280x800-en").await;
    turn.press("form[action='/close'] button").await;
    turn.end().await;
}

async fn a_till_is_listened_to_and_patterns_are_tried(stage: &Stage) {
    let turn = Turn::begin(stage, "fi", false).await;
    turn.opens("/setup", None, TECHNICIAN_CODE).await;
    turn.has("form[action='/close']", "the pages open").await;
    turn.go("/setup/till").await;
    turn.press("form[action='/setup/till/listen'] button").await;
    turn.has("main[data-listening]", "it listens").await;
    turn.screenshot("till-listens-1280x800-fi").await;
    turn.go("/setup/till/try").await;
    turn.press("form[action='/setup/till/try'] button.main").await;
    turn.has(".verdicts li", "what each line is").await;
    turn.screenshot("till-tried-1280x800-fi").await;
    turn.press("form[action='/close'] button").await;
    turn.end().await;
}

/// Every page, with how it is reached.
const PAGES: [(&str, &str); 20] = [
    ("counter", "/"),
    ("customer", "/customer"),
    ("about", "/about"),
    ("me", "/me"),
    ("transactions", "/me/transactions"),
    ("choices", "/me/choices"),
    ("sharing", "/me/sharing"),
    ("seen", "/me/seen"),
    ("export", "/me/export"),
    ("leave", "/me/leave"),
    ("fit", "/me/fit"),
    ("practice", "/practice"),
    ("trainer", "/trainer"),
    ("shared", "/trainer/shared"),
    ("how-to-read", "/trainer/how-to-read"),
    ("setup", "/setup"),
    ("zones", "/setup/zones"),
    ("calibration", "/setup/calibration"),
    ("till", "/setup/till"),
    ("try", "/setup/till/try"),
];

/// Looks at each page at every screen: what the accessibility engine finds wrong, what was loaded from elsewhere, and
/// what does not fit. Screenshots of each are left.
async fn walk(turn: &Turn<'_>, pages: &[(&str, &str)], name: &str) -> Vec<String> {
    let (mut faults, mut visited) = (Vec::new(), "");
    for (page, path) in pages {
        let area = path.split('/').nth(1).unwrap_or_default();
        if ["me", "trainer", "setup"].contains(&area) && area != visited {
            let path = format!("/{area}");
            turn.size(SCREENS[0]).await;
            turn.go(&path).await;
            faults.extend(turn.faults().await.into_iter().map(|fault| format!("{name} open {area}: {fault}")));
            turn.screenshot(&format!("open-{area}-{name}")).await;
            match area {
                "me" => turn.opens(&path, Some("Aino"), SECRET).await,
                "trainer" => turn.opens(&path, Some("Tuula"), SECRET).await,
                _ => turn.opens(&path, None, TECHNICIAN_CODE).await,
            }
            turn.has("form[action='/close']", "the pages open").await;
            visited = area;
        }
        for screen in SCREENS {
            turn.size(screen).await;
            turn.go(path).await;
            turn.screenshot(&format!("{page}-{}x{}-{name}", screen.0, screen.1)).await;
            let script = "return document.documentElement.scrollWidth <= window.innerWidth";
            let fits = turn.client.execute(script, Vec::new()).await.expect("runs");
            if fits != json!(true) {
                faults.push(format!("{name} {page} is wider than a screen of {screen:?}"));
            }
        }
        faults.extend(turn.faults().await.into_iter().map(|fault| format!("{name} {page}: {fault}")));
    }
    faults
}

async fn every_page_passes_the_accessibility_rules_and_loads_nothing_from_elsewhere(stage: &Stage) {
    let mut faults = Vec::new();
    for (language, dark) in [("en", false), ("fi", true)] {
        let turn = Turn::begin(stage, language, dark).await;
        faults.extend(walk(&turn, &PAGES, language).await);
        turn.end().await;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

async fn before_anything_happened_every_page_says_so(stage: &Stage) {
    let empty = Empty::set();
    let mut faults = Vec::new();
    for (language, dark, nothing) in [("en", true, "You share nothing."), ("fi", false, "Et jaa mitään.")] {
        let turn = Turn::at(stage, &empty.kiosk.address, language, dark).await;
        faults.extend(walk(&turn, &PAGES, &format!("empty-{language}")).await);
        turn.opens("/me", Some("Aino"), SECRET).await;
        turn.has("form[action='/close']", "her pages open").await;
        turn.go("/me/sharing").await;
        turn.says(nothing).await;
        turn.client.close().await.expect("closed");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The tests, one after the other, as the libtest harness would tell them; a harness of its own, because only so do the
/// demo and the driver end with them, however they end.
fn main() {
    if !has_browser() {
        return;
    }
    let only: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let stage = Stage::set();
    let mut failed = Vec::new();
    macro_rules! run {
        ($($test:ident),* $(,)?) => {$(
            let name = stringify!($test);
            if only.is_empty() || only.iter().any(|wanted| name.contains(wanted.as_str())) {
                let test = std::panic::AssertUnwindSafe(|| runtime.block_on($test(&stage)));
                let good = std::panic::catch_unwind(test).is_ok();
                println!("test {name} ... {}", if good { "ok" } else { "FAILED" });
                if !good {
                    failed.push(name);
                }
            }
        )*};
    }
    run!(
        a_shift_from_sign_in_to_sign_out_and_a_pause_closes_the_camera,
        wrong_codes_are_slowed_and_open_nothing,
        nobody_opens_what_is_anothers,
        one_touch_on_a_face_says_thanks_and_comes_back,
        the_counter_is_used_by_keyboard_alone,
        what_is_shared_is_looked_at_until_it_is_taken_back,
        who_withdraws_is_told_what_is_gone_and_opens_nothing_any_more,
        the_mirror_opens_the_camera_draws_what_is_seen_and_ends,
        zones_are_drawn_by_keys_and_saved_and_crossing_sides_are_not,
        a_till_is_listened_to_and_patterns_are_tried,
        every_page_passes_the_accessibility_rules_and_loads_nothing_from_elsewhere,
        before_anything_happened_every_page_says_so,
    );
    drop(stage);
    if !failed.is_empty() {
        println!("test result: FAILED: {}", failed.join(", "));
        std::process::exit(1);
    }
    println!("test result: ok");
}
