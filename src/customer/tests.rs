//! Which presses count, where they are counted, and from when on they are told.

use jiff::tz::offset;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

#[test]
fn a_burst_of_presses_counts_once_however_long_it_lasts() {
    let mut burst = Burst::default();
    let counted = |presses: &[u64], burst: &mut Burst| presses.iter().filter(|ms| burst.counts(**ms)).count();
    // A child's hand: a press a second for a minute.
    let presses: Vec<u64> = (0..60).map(|second| 10_000 + second * 1_000).collect();
    assert_eq!(counted(&presses, &mut burst), 1);
    assert_eq!(counted(&[73_999, 78_998], &mut burst), 0, "each within five seconds of the one before");
    assert_eq!(counted(&[83_998, 90_000, 95_000], &mut burst), 3);
    assert_eq!(counted(&[90_000], &mut burst), 0, "a clock that goes back makes no answer");
}

#[test]
fn the_parts_of_the_week_are_those_of_the_stores_clock() {
    let zone = TimeZone::fixed(offset(2));
    for (time, part) in [
        ("2026-03-02T09:59:59Z", Part::Morning),
        ("2026-03-02T10:00:00Z", Part::Afternoon),
        ("2026-03-06T15:00:00Z", Part::Evening),
        ("2026-03-06T22:00:00Z", Part::Weekend),
        ("2026-03-08T21:59:59Z", Part::Weekend),
        ("2026-03-08T22:00:00Z", Part::Morning),
    ] {
        assert_eq!(Part::of(at(time), &zone), part, "{time}");
    }
}

#[test]
fn four_weeks_follow_each_other_from_monday_to_sunday() {
    let zone = TimeZone::fixed(offset(2));
    let weeks = FourWeeks::of(at("2026-03-02T12:00:00Z"), &zone);
    assert_eq!(weeks.first_day().weekday(), Weekday::Monday);
    assert_eq!(weeks.last_day().weekday(), Weekday::Sunday);
    assert_eq!(weeks.last_day().tomorrow().expect("in range"), FourWeeks(weeks.0 + 1).first_day());
    let midnight = |day: Date| day.to_zoned(zone.clone()).expect("in range").timestamp();
    let first = midnight(weeks.first_day());
    assert_eq!(FourWeeks::of(first, &zone), weeks);
    assert_eq!(FourWeeks::of(first - SignedDuration::from_millis(1), &zone).0, weeks.0 - 1);
    let next = FourWeeks(weeks.0 + 1).first_day();
    assert!(!weeks.are_over(midnight(next), &zone), "the last night's shift may not have ended yet");
    assert!(weeks.are_over(midnight(next.tomorrow().expect("in range")), &zone));
    assert_eq!(FourWeeks::of(at("1969-12-31T00:00:00Z"), &zone), FourWeeks(-1));
}

#[test]
fn half_an_hour_in_a_part_of_the_week_is_duty_in_it() {
    let parts = |started: &str, ended: &str| -> Vec<Part> {
        duty(at(started), at(ended), &TimeZone::UTC).into_iter().map(|(_, part)| part).collect()
    };
    assert_eq!(parts("2026-03-02T09:00:00Z", "2026-03-02T12:29:00Z"), [Part::Morning]);
    assert_eq!(parts("2026-03-02T09:00:00Z", "2026-03-02T12:30:00Z"), [Part::Morning, Part::Afternoon]);
    assert_eq!(parts("2026-03-06T23:50:00Z", "2026-03-07T00:30:00Z"), [Part::Weekend]);
    assert_eq!(parts("2026-03-02T09:00:00Z", "2026-03-02T09:20:00Z"), []);
    assert_eq!(parts("2026-03-02T09:00:00Z", "2026-03-02T08:00:00Z"), []);
    assert!(!parts("2026-03-02T09:00:00Z", "2027-03-02T09:00:00Z").contains(&Part::Weekend), "forgotten open");
}

#[test]
fn a_part_of_the_week_is_told_with_thirty_answers_and_five_people_and_not_with_one_less() {
    let counted =
        |answers: u32| BTreeMap::from([((Part::Morning, Face::Well), answers - 1), ((Part::Morning, Face::Badly), 1)]);
    let said = |answers, people, floor| {
        let answers = Answers::of(FourWeeks(700), &counted(answers), &BTreeMap::from([(Part::Morning, people)]), floor);
        assert_eq!(answers.parts.len(), Part::ALL.len());
        assert!(answers.parts.iter().all(|(part, said)| *part == Part::Morning || *said == Said::Withheld));
        answers.parts[&Part::Morning].clone()
    };
    let told = Counts::from([(Face::VeryWell, 0), (Face::Well, 29), (Face::NotSoWell, 0), (Face::Badly, 1)]);
    assert_eq!(said(30, 5, 5), Said::Answers(told));
    assert_eq!(said(29, 5, 5), Said::Withheld);
    assert_eq!(said(30, 4, 5), Said::Withheld);
    assert_eq!(said(30, 4, 0), Said::Withheld, "no configuration goes below the compiled floor");
    assert_eq!(said(30, 5, 6), Said::Withheld, "and a higher one holds");
    assert_eq!(serde_json::to_string(&said(29, 9, 5)).expect("JSON"), "\"withheld\"", "no number and no reason");
}
