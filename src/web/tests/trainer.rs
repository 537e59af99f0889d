//! Trainers' pages: for a trainer only; what is withheld has no number; a share is opened one at a time, is logged, and is
//! gone when it is taken back.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::pages::{Browser, CODE};
use super::*;
use crate::control::{Answer, OwnQuestion, Question, SecretText, SharingAnswer};
use crate::customer::{Face, FourWeeks};
use crate::release::{Books, Cells, Contribution, ContributionId, PersonShare, Plan, PlanSettings, Statistic};
use crate::signals::SignalKey;
use crate::store::Who;
use crate::summary::{SharedLine, SharedWindow, WindowKind};
use crate::terms::ReleaseTerms;

const PAGES: [&str; 4] = ["/trainer", "/trainer/releases.csv", "/trainer/shared", "/trainer/how-to-read"];
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Forty people behind one figure, three behind another; two windows of it.
pub(super) fn released(store: &mut Store, now: Timestamp) {
    let settings = PlanSettings {
        cells: Cells::Weekday,
        epsilon_thousandths: crate::release::Epsilon::CEILING,
        ..PlanSettings::of(&[Statistic::GreetingSmile, Statistic::QueueLook])
    };
    let terms = ReleaseTerms { plan: Plan::new(settings).expect("a plan"), window_days: 28 };
    let mut now = now - 90 * DAY;
    for _ in 0..2 {
        let window = store.announce_window(&terms, now, &TimeZone::UTC).expect("kept").expect("announced");
        for person in 0..120 {
            let share = |most: usize| (person < most).then(|| PersonShare::of(0.6)).flatten();
            // Everybody smiles over all and on Mondays, nobody on other days; three look at who waits.
            let shares = (0..16).map(|figure| match figure {
                0 | 1 => share(120),
                8 => share(3),
                _ => None,
            });
            let id = ContributionId::random().expect("random");
            store.put(window.id, id, Some(&Contribution::of(shares.collect()))).expect("put");
        }
        now = window.closes + 3 * DAY;
        assert_eq!(store.settle_windows(now).expect("settled"), 1);
    }
}

/// Thirty answers with five people, twenty-nine with five, and thirty with four.
fn answered(store: &mut Store, now: Timestamp) {
    let weeks = FourWeeks::of(now - 56 * DAY, &TimeZone::UTC);
    let monday = weeks.first_day().to_zoned(TimeZone::UTC).expect("in range").timestamp();
    let at = |hour: i64| monday + SignedDuration::from_hours(hour);
    for (hour, people, face, answers) in
        [(9, 5, Face::NotSoWell, 30), (13, 5, Face::Badly, 29), (18, 4, Face::VeryWell, 30)]
    {
        for number in 0..people {
            let person = store.add_staff(&format!("{hour} {number}"), now).expect("added").0.person;
            let shift = store.start_shift(&person, "1", at(hour)).expect("started");
            store.end_shift(shift.id, at(hour + 1)).expect("ended");
        }
        for _ in 0..answers {
            store.count_customer(face, at(hour), &TimeZone::UTC).expect("counted");
        }
    }
    assert_eq!(store.keep_customers(5, monday + 29 * DAY, &TimeZone::UTC).expect("told"), 1);
}

fn shared(store: &mut Store, now: Timestamp) {
    let aino = store.sign_in("Aino", &secret_of("Aino"), now).expect("her own");
    let line = |signal, shown_in, median| SharedLine { signal, known_in: 20, shown_in, median };
    let lines = vec![line(SignalKey::SmileGreeting, Some(14), Some(0.5)), line(SignalKey::Nods, None, Some(3.0))];
    let window = SharedWindow { kind: WindowKind::FourWeeks, from: jiff::civil::date(2026, 2, 9), lines };
    store.share(&aino, "Tuula", 14, vec![window], now).expect("shared");
}

/// What a page says, without its tags.
fn words(html: &str) -> String {
    html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, words)| words)).collect::<Vec<_>>().join(" ")
}

/// The words between these two, which both stand there.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("{from} is not in {text}"));
    rest.split_once(to).unwrap_or_else(|| panic!("{to} is not in {rest}")).0
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_is_for_a_trainer_only() {
    let mut browser = Browser::new();
    let refuse = async |browser: &mut Browser, who: &str| {
        for path in PAGES {
            let got = browser.get(path).await;
            assert_eq!(got.code, 401, "{who}: {path}");
            assert!(got.text.contains("action=\"/trainer/open\""), "{who}: {path}");
        }
        assert_eq!(browser.post("/trainer/shared", "of=Aino").await.code, 401, "{who}");
    };
    refuse(&mut browser, "nobody").await;
    browser.opens("/me", "Aino").await;
    refuse(&mut browser, "a person").await;
    browser.post("/setup/open", &format!("code={CODE}")).await;
    assert_eq!(browser.get("/setup").await.code, 200);
    refuse(&mut browser, "a technician").await;
    browser.opens("/trainer", "Tuula").await;
    for path in PAGES {
        assert_eq!(browser.get(path).await.code, 200, "{path}");
    }
    assert_eq!(browser.get("/me").await.code, 401);
    browser.post("/close", "").await;
    refuse(&mut browser, "whoever comes after").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_released_figure_has_its_noise_and_a_withheld_one_no_number() {
    let mut browser = Browser::over(released);
    browser.opens("/trainer", "Tuula").await;
    let page = browser.get("/trainer").await.text;
    let page = words(&page);
    let smile = between(&page, "A smile in the greeting", "Somebody who waited");
    assert!(smile.contains("% of transactions") && smile.contains("nine times in ten"), "{smile}");
    assert!(between(smile, "Monday", "Tuesday").contains("% of transactions"), "{smile}");
    let tuesday = between(smile, "Tuesday", "Wednesday");
    assert!(tuesday.contains("withheld") && !tuesday.contains(|letter: char| letter.is_ascii_digit()), "{tuesday}");
    let queue = between(&page, "Somebody who waited was looked at", "Withheld means").replace("90 % of the noise", "");
    assert!(queue.contains("withheld") && !queue.contains(|letter: char| letter.is_ascii_digit()), "{queue}");
    assert!(page.contains("fewer than 5 people, or so much noise"), "and why is not said");

    let csv = browser.get("/trainer/releases.csv").await;
    assert_eq!(
        csv.headers[header::CONTENT_DISPOSITION].to_str().expect("text"),
        "attachment; filename=\"releases.csv\""
    );
    let lines: Vec<&str> = csv.text.lines().collect();
    assert_eq!(lines.len(), 1 + 2 * 16);
    for line in &lines[1..] {
        let known = line.contains("smile.greeting.shown,,") || line.contains("smile.greeting.shown,Monday");
        assert_eq!(line.ends_with(",no"), known, "{line}");
        assert_eq!(line.ends_with(",,,,,yes") || line.contains("day,,,,,yes"), !known, "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_stand_side_by_side_and_asking_again_says_the_same() {
    let mut browser = Browser::over(released);
    browser.opens("/trainer", "Tuula").await;
    let newest = browser.get("/trainer").await.text;
    assert_eq!(newest, browser.get("/trainer?window=2").await.text);
    let older = browser.get("/trainer?window=1").await;
    assert_eq!((older.code, older.text == newest), (200, false));
    for page in [&newest, &older.text] {
        let course = between(page, "<svg class=\"course\"", "</svg>");
        assert_eq!(course.matches("class=\"interval\"").count(), 2, "both windows, each with its noise");
    }
    assert_eq!(browser.get("/trainer?window=7").await.code, 404);
    for rubbish in ["/trainer?window=x", "/trainer?window=-1"] {
        assert_eq!(browser.get(rubbish).await.code, 400, "{rubbish}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_answers_are_told_with_thirty_of_them_and_five_people_only() {
    let mut browser = Browser::over(answered);
    browser.opens("/trainer", "Tuula").await;
    let page = browser.get("/trainer").await.text;
    let page = words(between(&page, "id=\"customers\"", "</main>"));
    let morning = between(&page, "Weekdays before noon", "Weekdays, noon to five");
    assert!(morning.contains("30 answers") && morning.contains("30 of 30") && morning.contains("0 of 30"), "{morning}");
    for (from, to) in [
        ("Weekdays, noon to five", "Weekdays from five on"),
        ("Weekdays from five on", "Saturdays and Sundays"),
        ("Saturdays and Sundays", "To keep this page"),
    ] {
        let part = between(&page, from, to);
        assert!(part.contains("Withheld: too few answers, or too few people on duty."), "{part}");
        assert!(!part.contains(|letter: char| letter.is_ascii_digit()), "{part}");
    }
}

/// Who looked at what of Aino's besides herself.
async fn trainers_looked(browser: &Browser) -> usize {
    let seen = Question::own("Aino", SecretText::new("Aino's own secret"), OwnQuestion::Seen);
    match browser.handle.question(seen).await {
        Answer::Sharing(SharingAnswer::Seen { entries }) => {
            entries.iter().filter(|entry| entry.who != Who::Themself).count()
        }
        answer => panic!("{answer:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_summary_is_opened_by_itself_is_logged_and_is_gone_when_taken_back() {
    let mut browser = Browser::over(shared);
    browser.opens("/trainer", "Tuula").await;
    let list = browser.get("/trainer/shared").await;
    assert!(list.text.contains("Aino") && !list.text.contains("14 of 20"));
    browser.get("/trainer").await;
    assert_eq!(trainers_looked(&browser).await, 0, "who shares is not what they share");
    let opened = browser.post("/trainer/shared", "of=Aino").await;
    assert_eq!(opened.code, 200);
    for says in ["in 14 of 20", "3.0 a minute", "Since 9 February 2026", "Aino can see it"] {
        assert!(opened.text.contains(says), "{says}");
    }
    assert_eq!(trainers_looked(&browser).await, 1);
    assert_eq!(browser.post("/trainer/shared", "of=Eero").await.code, 404);

    let unshare = Question::own("Aino", SecretText::new("Aino's own secret"), OwnQuestion::Unshare { with: None });
    let answer = browser.handle.question(unshare).await;
    assert!(matches!(answer, Answer::Sharing(SharingAnswer::Unshared { shares: 1 })), "{answer:?}");
    let gone = browser.post("/trainer/shared", "of=Aino").await;
    assert_eq!((gone.code, gone.text.contains("14 of 20"), gone.text.contains("<strong>Aino")), (404, false, false));
    assert!(browser.get("/trainer/shared").await.text.contains("Nobody shares anything"));
    assert_eq!(trainers_looked(&browser).await, 1, "nothing was there to look at");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_finnish_a_trainers_pages_say_everything_in_finnish() {
    let mut browser = Browser::over(|store, now| {
        released(store, now);
        shared(store, now);
    });
    browser.language = "fi";
    browser.opens("/trainer", "Tuula").await;
    for (path, says) in [
        ("/trainer", "Hymy tervehtiessä"),
        ("/trainer/shared", "näkee, että katsoit"),
        ("/trainer/how-to-read", "Mihin niitä ei saa käyttää"),
    ] {
        let got = browser.get(path).await;
        assert!(got.text.contains("<html lang=\"fi\">") && got.text.contains(says), "{path}");
    }
    let opened = browser.post("/trainer/shared", "of=Aino").await.text;
    assert!(opened.contains("14 / 20 kerrasta") && opened.contains("9.2.2026"), "{}", words(&opened));
}
