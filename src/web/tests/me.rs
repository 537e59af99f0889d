//! A person's own pages, over the real task and a real store: for them alone, and what could not be seen is no zero.

use super::pages::{Browser, CODE};
use super::*;
use crate::clock::ManualClock;
use crate::control::{OwnQuestion, Proof, SecretText, SharingAnswer};
use crate::export::Export;
use crate::signals::tests::{served, timeline};
use crate::store::{Decided, NewRecord};
use crate::summary::{Summary, TransactionRecord};

/// Every private address, and what a form there says.
const GETS: [&str; 11] = [
    "/me",
    "/me?window=week",
    "/me/transactions",
    "/me/choices",
    "/me/fit",
    "/practice",
    "/me/sharing",
    "/me/seen",
    "/me/export",
    "/me/export/export.json",
    "/me/leave",
];
const POSTS: [(&str, &str); 8] = [
    ("/me/leave-out", "at=2026-03-02T10:00:00Z&left_out=whole"),
    ("/me/leave-windows-out", "sure=yes"),
    ("/me/choices", "on=smile"),
    ("/me/fit", "off=smile"),
    ("/me/share", "with=Tuula&days=7"),
    ("/me/unshare", "with=Tuula"),
    ("/me/secret", "present=Aino%27s+own+secret&new=another+one&again=another+one"),
    ("/me/withdraw", "present=Aino%27s+own+secret&sure=yes"),
];

/// One shift so many hours ago, a customer every ten minutes, each of twenty seconds.
fn work(store: &mut Store, clock: &ManualClock, hours_ago: i64, streams: &[&str]) {
    let started_at = shifted(clock.now(), -hours_ago * 3_600_000);
    let person = store.sign_in("Aino", &secret_of("Aino"), clock.now()).expect("her own secret");
    let records: Vec<TransactionRecord> =
        streams.iter().map(|stream| TransactionRecord::measure(served(20), &timeline(stream))).collect();
    let row = |(record, number): (&TransactionRecord, i64)| NewRecord {
        opened_at: shifted(started_at, number * 600_000),
        closed_at: shifted(started_at, number * 600_000 + 20_000),
        json: serde_json::to_string(record).expect("JSON"),
    };
    let rows: Vec<NewRecord> = records.iter().zip(0..).map(row).collect();
    let summary = serde_json::to_string(&Summary::of(&records)).expect("JSON");
    let shift = store.start_shift(person.person(), "1", started_at).expect("begun");
    let decided = Decided { records: &rows, handled: &[], summary: Some((1, &summary)) };
    store.commit_decisions(&shift, &decided, clock.now()).expect("written");
    store.end_shift(shift.id, shifted(started_at, 7_200_000)).expect("ended");
}

/// Smiling and looking all the time, and neither.
const SHOWN: &str = "200S";
const NOT_SHOWN: &str = "200-";
/// Nobody was found, so nothing can be known.
const UNSEEN: &str = "200.";

async fn aino(fill: impl FnOnce(&mut Store, &ManualClock)) -> Browser {
    let mut browser = Browser::with(fill);
    assert_eq!(browser.opens("/me", "Aino").await.code, 303);
    browser
}

/// What a page says, without its tags, blanks as one.
fn words(html: &str) -> String {
    let main = html.split_once("<main").map_or("", |(_, rest)| rest).split("</main>").next().unwrap_or_default();
    let text: String =
        main.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| format!(" {text}")).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn own(browser: &Browser, ask: OwnQuestion) -> Answer {
    let proof = Proof::Token(SecretText::new(&browser.cookies["hymy_visit"]));
    browser.handle.question(Question::Own { proof, ask }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_private_address_is_refused_without_the_persons_own_visit() {
    let mut browser = Browser::with(|store, clock| work(store, clock, 2, &[SHOWN]));
    for visitor in ["nobody", "a trainer", "whoever sets up", "who closed"] {
        match visitor {
            "a trainer" => drop(browser.opens("/trainer", "Tuula").await),
            "whoever sets up" => drop(browser.post("/setup/open", &format!("code={CODE}")).await),
            "who closed" => {
                browser.opens("/me", "Aino").await;
                let token = browser.cookies["hymy_visit"].clone();
                browser.post("/close", "").await;
                browser.cookies.insert("hymy_visit".into(), token);
            }
            _ => {}
        }
        for path in GETS {
            let got = browser.get(path).await;
            assert_eq!(got.code, 401, "{visitor}: {path}");
            assert!(!got.text.contains("Aino") && !got.text.contains("greeting"), "{visitor}: {path}: {}", got.text);
        }
        for (path, form) in POSTS {
            assert_eq!(browser.post(path, form).await.code, 401, "{visitor}: {path}");
        }
    }
    assert_eq!(browser.opens("/me", "Aino").await.code, 303, "nothing was changed or erased");
    assert!(words(&browser.get("/me").await.text).contains("in 1 of one greeting"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_summary_says_how_often_and_how_sure_and_is_one_entry_in_the_log() {
    let mut browser = aino(|store, clock| work(store, clock, 2, &[SHOWN, SHOWN, NOT_SHOWN, UNSEEN])).await;
    let page = words(&browser.get("/me").await.text);
    for says in [
        "in 2 of 3 greetings",
        "in 2 of 3 farewells",
        "most likely between 21 % and 94 %",
        "Could not be seen in 1 more",
        "in 1: no face was found",
        "at none of",
    ] {
        assert_eq!(page.contains(says), says != "at none of", "{says}: {page}");
    }
    let table = page.split("Half hour from").nth(1).expect("the course as a table");
    assert!(table.contains("10:00 3 customers in 2 of 3 greetings"), "{table}");
    assert!(table.contains("10:30 one customer could not be seen"), "{table}");
    let Answer::Sharing(SharingAnswer::Seen { entries }) = own(&browser, OwnQuestion::Seen).await else {
        panic!("no entries")
    };
    assert_eq!(entries.len(), 2, "the summary, and this question");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_seen_is_never_a_zero() {
    for language in ["en", "fi"] {
        let mut browser = Browser::with(|store, clock| work(store, clock, 2, &[UNSEEN; 3]));
        browser.language = language;
        browser.opens("/me", "Aino").await;
        for path in ["/me", "/me?window=week", "/me?window=four_weeks"] {
            let page = words(&browser.get(path).await.text);
            let says = if language == "en" { "could not be seen" } else { "ei voitu nähdä" };
            assert!(page.matches(says).count() > 10, "{path}: {page}");
            for word in page.split([' ', '(', ')', ':', ';']) {
                let word = word.trim_end_matches([',', '.']);
                assert!(!["0", "0,0", "0.0", "0\u{a0}%", "none"].contains(&word), "{path}: {word}: {page}");
            }
            assert!(!page.contains("ei kertaakaan"), "{path}: {page}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_out_does_not_show() {
    let mut browser = aino(|store, clock| work(store, clock, 2, &[SHOWN, NOT_SHOWN])).await;
    assert!(words(&browser.get("/me").await.text).contains("in 1 of 2 greetings"));
    let at = shifted(browser.clock.now(), -2 * 3_600_000 + 600_000);
    let got = browser.post("/me/leave-out", &format!("at={at}&left_out=whole")).await;
    assert_eq!(got.code, 303, "{}", got.text);
    assert!(browser.get("/me/transactions").await.text.contains("Left out of everything."));
    let page = words(&browser.get("/me").await.text);
    assert!(page.contains("in 1 of one greeting") && !page.contains("of 2 greetings"), "{page}");
    let course = page.split("Half hour from").nth(1).expect("the course");
    assert!(course.contains("10:00 2 customers in 1 of one greeting"), "somebody was served: {course}");

    assert_eq!(browser.post("/me/leave-windows-out", "").await.code, 422, "not without the tick");
    assert_eq!(browser.post("/me/leave-windows-out", "sure=yes").await.code, 303);
    assert!(browser.get("/me/transactions").await.text.contains("Nothing of yours is in a window"));
}

#[tokio::test(flavor = "multi_thread")]
async fn choices_and_bands_change_and_hold_what_was_not_asked() {
    let mut browser = aino(|store, clock| work(store, clock, 2, &[SHOWN; 3])).await;
    let before = browser.get("/me/choices").await.text;
    assert_eq!(before.matches(" checked").count(), crate::config::SIGNALS.len(), "what holds now: {before}");
    let unclear = browser.post("/me/choices", "on=smile&from.smile=60&to.smile=20").await;
    assert_eq!(unclear.code, 422);
    assert!(unclear.text.contains("the smaller one") && unclear.text.contains("value=\"60\""), "{}", unclear.text);
    assert_eq!(browser.get("/me/choices").await.text.matches(" checked").count(), 10, "nothing was changed");

    let form = "on=smile&on=nods&from.smile=20&to.smile=60&from.nods=1%2C5&to.nods=4&from.gaze=10&to.gaze=20";
    assert_eq!(browser.post("/me/choices", form).await.code, 303);
    let page = browser.get("/me/choices").await.text;
    assert_eq!(page.matches(" checked").count(), 2, "{page}");
    assert!(page.contains("name=\"from.smile\" value=\"20\"") && page.contains("name=\"to.smile\" value=\"60\""));
    assert!(page.contains("name=\"from.nods\" value=\"1.5\""), "{page}");
    assert!(page.contains("name=\"from.gaze\" value=\"\""), "what is off has no band: {page}");
    assert!(words(&browser.get("/me").await.text).contains("your own band: 20 % to 60 %"));
    let Answer::OwnConsent(consent) = own(&browser, OwnQuestion::Consent).await else { panic!("no consent") };
    assert!(consent.own_request && consent.terms.is_some(), "what was agreed to stays");

    let token = browser.cookies.clone();
    browser.post("/shift/sign-in", "name=Aino&code=Aino%27s+own+secret").await;
    browser.cookies.extend(token);
    let on_shift = browser.get("/me/choices").await;
    assert_eq!(on_shift.code, 409);
    assert!(on_shift.text.contains("Your shift is on.") && !on_shift.text.contains("checkbox"), "{}", on_shift.text);
    assert_eq!(browser.post("/me/choices", "on=gaze").await.code, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_is_seen_by_that_trainer_until_it_is_taken_back() {
    let mut browser = aino(|store, clock| work(store, clock, 2, &[SHOWN; 3])).await;
    let page = browser.get("/me/sharing").await.text;
    assert!(page.contains("You share nothing.") && page.contains("value=\"Tuula\""), "{page}");
    let mark = page.split("<code>").nth(1).and_then(|rest| rest.split('<').next()).expect("a mark").to_owned();
    for (form, code) in
        [("with=Tuula&days=91", 422), ("with=Tuula&days=", 422), ("days=7", 422), ("with=Matti&days=7", 409)]
    {
        assert_eq!(browser.post("/me/share", form).await.code, code, "{form}");
    }
    assert!(browser.get("/me/seen").await.text.contains("Nobody else has looked"));
    assert_eq!(browser.post("/me/share", "with=Tuula&days=7").await.code, 303);
    let page = browser.get("/me/sharing").await.text;
    assert!(page.contains("until 10 March 2026") && page.contains("Not looked at yet."), "{page}");
    assert_eq!(page.matches(&mark).count(), 2, "beside the share, and to choose");

    let hers = std::mem::take(&mut browser.cookies);
    browser.opens("/trainer", "Tuula").await;
    assert!(browser.get("/trainer/shared").await.text.contains("Aino"));
    assert_eq!(browser.post("/trainer/shared", "of=Aino").await.code, 200);
    let trainers = std::mem::replace(&mut browser.cookies, hers);
    assert!(browser.get("/me/sharing").await.text.contains("Looked at once."));
    let seen = words(&browser.get("/me/seen").await.text);
    assert!(seen.contains("Tuula the summary that you shared"), "{seen}");

    assert_eq!(browser.post("/me/unshare", "with=Tuula").await.code, 303);
    assert!(browser.get("/me/sharing").await.text.contains("You share nothing."));
    browser.cookies = trainers;
    assert!(!browser.get("/trainer/shared").await.text.contains("Aino"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_export_has_everything_and_nothing_else_is_given() {
    let mut browser = aino(|store, clock| work(store, clock, 2, &[SHOWN, UNSEEN])).await;
    let page = browser.get("/me/export").await.text;
    for name in Export::FILES {
        assert!(page.contains(&format!("href=\"/me/export/{name}\"")), "{name}");
        let got = browser.get(&format!("/me/export/{name}")).await;
        assert_eq!(got.code, 200, "{name}");
        let header = |name: header::HeaderName| got.headers[name].to_str().expect("text").to_owned();
        assert_eq!(header(header::CONTENT_DISPOSITION), format!("attachment; filename=\"{name}\""));
        assert_eq!(header(header::CACHE_CONTROL), "no-store");
        if name == "export.json" {
            let export: Export = serde_json::from_str(&got.text).expect("an export");
            let Answer::Exported(whole) = own(&browser, OwnQuestion::Export).await else { panic!("no export") };
            assert_eq!((export.name.as_str(), export.records.len(), export.shifts.len()), ("Aino", 2, 1));
            assert_eq!((export.records, export.consent == whole.consent), (whole.records.clone(), true));
        } else {
            assert!(got.text.lines().count() > usize::from(name != "shares.csv" && name != "windows.csv"), "{name}");
        }
    }
    for name in ["hymy.db", "..%2Fhymy.key", "export.csv"] {
        assert_eq!(browser.get(&format!("/me/export/{name}")).await.code, 404, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_secret_takes_the_present_one_and_closes_every_other_page() {
    let mut browser = aino(|_, _| {}).await;
    let elsewhere = browser.cookies.clone();
    browser.opens("/me", "Aino").await;
    let wrong = "present=not+this+one&new=another+one&again=another+one";
    assert_eq!(browser.post("/me/secret", wrong).await.code, 403);
    let differs = "present=Aino%27s+own+secret&new=another+one&again=another+two";
    assert_eq!(browser.post("/me/secret", differs).await.code, 422);
    let short = "present=Aino%27s+own+secret&new=short&again=short";
    assert_eq!(browser.post("/me/secret", short).await.code, 422);
    let right = "present=Aino%27s+own+secret&new=another+one&again=another+one";
    assert_eq!(browser.post("/me/secret", right).await.code, 303);
    assert!(browser.get("/me/leave").await.text.contains("The new secret holds."), "this page stays open");
    browser.cookies = elsewhere;
    assert_eq!(browser.get("/me").await.code, 401);
    assert_eq!(browser.opens("/me", "Aino").await.code, 403, "the former secret opens nothing");
    assert_eq!(browser.post("/me/open", "name=Aino&code=another+one").await.code, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawing_says_what_goes_takes_the_secret_and_ends_all() {
    let mut browser = aino(|store, clock| work(store, clock, 2, &[SHOWN; 3])).await;
    let before = words(&browser.get("/me/leave").await.text);
    assert!(before.contains("your transactions, and the summaries of your shifts"), "{before}");
    for (form, code) in [("present=not+this+one&sure=yes", 403), ("present=Aino%27s+own+secret", 422)] {
        assert_eq!(browser.post("/me/withdraw", form).await.code, code, "{form}");
    }
    assert!(words(&browser.get("/me").await.text).contains("in 3 of 3 greetings"), "nothing is gone yet");
    let elsewhere = browser.cookies.clone();
    let got = browser.post("/me/withdraw", "present=Aino%27s+own+secret&sure=yes").await;
    assert_eq!(got.code, 200, "{}", got.text);
    let receipt = words(&got.text);
    for says in ["3 transactions", "one summary of a shift", "the times of one shift", "no share: there was none"] {
        assert!(receipt.contains(says), "{says}: {receipt}");
    }
    assert!(!browser.cookies.contains_key("hymy_visit"));
    browser.cookies = elsewhere;
    assert_eq!(browser.get("/me").await.code, 401);
    assert_eq!(browser.opens("/me", "Aino").await.code, 403, "there is nothing to open");
}

#[tokio::test(flavor = "multi_thread")]
async fn something_to_try_comes_with_why_and_where_from_and_only_when_it_repeats() {
    let fill = |repeats: bool| {
        move |store: &mut Store, clock: &ManualClock| {
            for (days_ago, number) in [6, 5, 4].into_iter().zip(0..) {
                // A look, and never a smile.
                let streams = if repeats || number != 1 { ["200L"; 10] } else { [SHOWN; 10] };
                work(store, clock, 24 * days_ago, &streams);
            }
        }
    };
    let mut browser = aino(fill(true)).await;
    let page = words(&browser.get("/me").await.text);
    let tips = page.split("Something to try").nth(1).and_then(|rest| rest.split("The moments").next()).expect("tips");
    assert!(tips.contains("Try one smile with your greeting"), "{tips}");
    assert!(tips.contains("what comes first is what is remembered"), "{tips}");
    assert_eq!(tips.matches("in none of 10 greetings").count(), 3, "{tips}");
    assert_eq!(tips.matches("Where it comes from").count(), 1, "one behaviour, one tip: {tips}");
    let mut browser = aino(fill(false)).await;
    assert!(!browser.get("/me").await.text.contains("Something to try"));
}
