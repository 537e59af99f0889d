//! The customers' page: four faces, thanks, back by itself, and one hand that counts once.

use jiff::SignedDuration;

use super::pages::{Browser, Got};
use super::*;
use crate::control::{Answer, Question};
use crate::customer::{Answers, Face, Part, Said};

fn refreshes(got: &Got) -> String {
    got.headers.get("refresh").map_or_else(String::new, |value| value.to_str().expect("text").to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_touch_is_thanked_for_and_the_question_comes_back_without_any_script() {
    let mut browser = Browser::new();
    let asked = browser.get("/customer").await;
    assert_eq!(asked.code, 200);
    assert!(asked.text.contains("How did we do today?"));
    for (face, words) in
        [("very_well", "Very well"), ("well", "Well"), ("not_so_well", "Not so well"), ("badly", "Badly")]
    {
        assert!(asked.text.contains(&format!("name=\"face\" value=\"{face}\"")), "{face}");
        assert!(asked.text.contains(&format!("<span>{words}</span>")), "a face is told by words, too: {words}");
    }
    let touched = browser.post("/customer", "face=well").await;
    assert_eq!((touched.code, touched.headers[header::LOCATION].to_str().expect("text")), (303, "/customer/thanks"));
    assert!(touched.headers.get(header::SET_COOKIE).is_none(), "nothing is kept on the screen");
    let thanks = browser.get("/customer/thanks").await;
    assert!(thanks.text.contains("Thank you!") && thanks.text.contains("<a class=\"button\" href=\"/customer\">"));
    assert_eq!(refreshes(&thanks), "3; url=/customer");
    assert_eq!(refreshes(&browser.get("/customer").await), "", "the question stays until it is answered");
    browser.language = "fi";
    assert!(browser.get("/customer").await.text.contains("Miten onnistuimme tänään?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_face_or_comes_from_elsewhere_is_refused() {
    let mut browser = Browser::new();
    for form in ["", "face=", "face=5", "face=Well", "face=well%27"] {
        let got = browser.post("/customer", form).await;
        assert!([400, 415, 422].contains(&got.code), "{form}: {}", got.code);
    }
    let request = Request::post("/customer")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site");
    assert_eq!(browser.send(request.body(Body::from("face=badly")).expect("a request")).await.code, 403);
}

/// Five people are on duty on this Monday afternoon, customers answer, and the weeks go by.
async fn told(presses: &[u64]) -> Vec<Answers> {
    let mut browser = Browser::over(|store, now| {
        for number in 0..5 {
            let person = store.add_staff(&format!("person {number}"), now).expect("added").0.person;
            let shift = store.start_shift(&person, "1", now).expect("started");
            store.end_shift(shift.id, now + SignedDuration::from_hours(2)).expect("ended");
        }
    });
    for pause_ms in presses {
        browser.clock.advance_ms(*pause_ms);
        assert_eq!(browser.post("/customer", "face=very_well").await.code, 303);
    }
    browser.clock.advance_ms(40 * 24 * 60 * 60 * 1000);
    for _ in 0..15_000 {
        match browser.handle.question(Question::CustomerAnswers).await {
            Answer::CustomerAnswers { answers } if answers.is_empty() => {}
            Answer::CustomerAnswers { answers } => return answers,
            answer => panic!("{answer:?}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("nothing was told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_presses_by_one_hand_counts_once() {
    // Thirty customers; every one of them presses four times in four seconds.
    let presses = [6_000, 1_000, 1_000, 2_000].repeat(30);
    let answers = told(&presses).await.pop().expect("told");
    let Said::Answers(counts) = &answers.parts[&Part::Afternoon] else { panic!("{answers:?}") };
    assert_eq!((counts[&Face::VeryWell], counts.values().sum::<u32>()), (30, 30));

    // Twenty-nine, however often they press, are too few to be told.
    let presses = [6_000, 1_000, 1_000, 2_000].repeat(29);
    let answers = told(&presses).await.pop().expect("told");
    assert_eq!(answers.parts[&Part::Afternoon], Said::Withheld);
}
