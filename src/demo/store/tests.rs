//! The made-up store, made once: each rule is at work in it, and what it tells is what it holds.

use super::*;
use crate::customer::{Part, Said};
use crate::release::Answer as Figure;

#[test]
fn every_rule_is_at_work_in_the_made_up_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut store = Store::open(folder.path(), &folder.path().join("hymy.key")).expect("opens");
    let config = super::super::config().expect("no fault");
    let now = "2026-06-17T12:00:00Z".parse().expect("a time");
    let told = fill(&mut store, &config, Scale::DEMO, now).expect("filled");

    assert_eq!(store.staff().expect("read").len(), people().len() + NEVER_AGREED.len());
    let says = |rule: &str| {
        let found = told.shown.iter().find(|shown| shown.rule.contains(rule));
        found.unwrap_or_else(|| panic!("{rule}: {:?}", told.shown)).says.clone()
    };
    assert!(says("fewer than 20").contains("7 transactions"), "{}", says("fewer than 20"));
    assert!(says("before the next window").contains("to 0 figures"), "{}", says("before the next window"));
    assert!(says("withdrawing").contains("transactions"), "{}", says("withdrawing"));
    assert!(says("what was shared").contains("looked 1 time"), "{}", says("what was shared"));
    assert!(says("released, it can be left out").contains("Mikko"));
    assert!(says("announced").contains("2026-"));

    // Two chose everything besides Aino: three people behind a figure are never shown.
    let [smile, queue] = &told.release.figures[..] else { panic!("{:?}", told.release) };
    assert_eq!(queue.answer, Figure::Withheld);
    assert!(matches!(smile.answer, Figure::Share { .. }), "{:?}", smile.answer);

    // Customers answered on weekdays often enough, and on Saturdays too seldom.
    let answers = store.customer_answers(9).expect("read").pop().expect("told");
    assert!(answers.parts.values().any(|said| matches!(said, Said::Answers(_))), "{answers:?}");
    assert_eq!(answers.parts[&Part::Weekend], Said::Withheld);

    // Of six weeks, the records of two are left.
    let secret = Secret::typed(Zeroizing::new(SECRET.to_owned()));
    let aino = store.sign_in("Aino", &secret, now).expect("her secret");
    let oldest = now.saturating_sub(SignedDuration::from_hours(24 * 14)).expect("in range");
    let times = store.record_times(aino.person()).expect("read");
    assert!(times.len() > 20 && times.iter().all(|(_, closed_at)| *closed_at >= oldest), "{times:?}");
    assert!(store.summaries(&aino, Timestamp::UNIX_EPOCH).expect("opened").len() > 15);
    // Her page has everything to show: bands, a course of several half hours, and something to try.
    let clock = ManualClock::at(now);
    let question = Question::own("Aino", SecretText::new(SECRET), OwnQuestion::Overview);
    let answer = control::answer(&mut store, &question, &Status::default(), &clock, &Rules::of(&config));
    let Answer::Overview(overview) = answer else { panic!("{answer:?}") };
    assert_eq!(overview.bands.len(), people()[0].bands.len());
    assert_eq!(overview.windows.len(), 3);
    let span =
        overview.latest_shift.last().expect("records").opened_at.duration_since(overview.latest_shift[0].opened_at);
    assert!(overview.latest_shift.len() > 10 && span.as_secs() > 2 * 30 * 60, "{span:?}");
    assert_eq!(overview.tips.len(), 2, "{:?}", overview.tips);

    let gone = people().into_iter().find(|person| person.history == History::Withdraws).expect("somebody");
    assert!(store.sign_in(&gone.name, &secret, now).is_err(), "who withdrew has no key");
    let never = store.sign_in(NEVER_AGREED[0], &secret, now);
    assert!(never.is_err(), "nor has who never agreed");
}
