//! A person's own dialogues with the real program: agreeing anew, other choices, bands, the private fit check, and what
//! holds here, at the terminal and as a page.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use support::kiosk::{Kiosk, Place, free_port, secret_of};

fn replace(place: &Place, from: &str, to: &str) {
    let text = std::fs::read_to_string(place.config()).expect("read");
    assert!(text.contains(from), "{from} is not in:\n{text}");
    std::fs::write(place.config(), text.replace(from, to)).expect("written");
}

/// What a person exports of their consent.
fn consent_of(place: &Place, name: &str, times: u32) -> Value {
    let out = place.cwd().join(format!("{name}{times}"));
    place.told(&["export", name, "--out", out.to_str().expect("a path")], &secret_of(name)).good();
    let text = std::fs::read_to_string(out.join("export.json")).expect("read");
    let mut export: Value = serde_json::from_str(&text).expect("JSON");
    let mut consent = export["consent"].take();
    consent.as_object_mut().expect("an object").remove("given_at").expect("when");
    consent
}

/// A secret and answers, one a line.
fn answers(name: &str, answers: &[&str]) -> String {
    std::iter::once(secret_of(name))
        .chain(answers.iter().map(|answer| (*answer).to_owned()))
        .map(|line| line + "\n")
        .collect()
}

#[test]
fn when_a_value_changes_nobody_is_lost_and_everybody_is_asked_anew() {
    let place = Place::with_camera("clip.mkv");
    place.take_in("Aino");
    replace(&place, "\"made up\"", "\"made up\"\n[retention]\nrecords_days = 9");
    place.told(&["run", "--staff", "Aino"], &secret_of("Aino")).failed(1, &["a value in force has changed", "--again"]);
    // Meanwhile everything that is hers is open to her.
    place.told(&["staff", "summary", "Aino"], &secret_of("Aino")).good();
    assert_eq!(consent_of(&place, "Aino", 0)["terms"]["records_days"], 14);

    let again = ["staff", "consent", "Aino", "--again"];
    place.told(&again, "not her secret\nyes\nyes\nyes\nyes\nno\n").failed(1, &["this is not the secret"]);
    place.told(&again, &answers("Aino", &["no"])).failed(1, &["nothing was agreed to"]);
    place.told(&again, &answers("Aino", &["yes", "certainly"])).failed(1, &["standard input ended"]);
    place.told(&again, &answers("Aino", &["yes", "yes"])).failed(1, &["standard input ended"]);
    assert_eq!(consent_of(&place, "Aino", 1)["terms"]["records_days"], 14, "who breaks off changed nothing");

    let told = place.told(&again, &answers("Aino", &["yes", "yes", "no", "no", "no"])).good().out;
    for shown in [
        "# Hymy: consent",
        "- Agreement between employer and staff: made up",
        "is kept: 9 days",
        "kept, under the same secret",
    ] {
        assert!(told.contains(shown), "{shown} is not in:\n{told}");
    }
    let consent = consent_of(&place, "Aino", 2);
    assert_eq!(consent["terms"]["records_days"], 9);
    assert_eq!(consent["signals"], serde_json::json!(["smile"]));
    place.told(&["staff", "withdraw", "Aino"], &answers("Aino", &["yes"])).good();
    place.told(&again, &answers("Aino", &["yes"])).failed(1, &["this is not the secret"]);
}

#[test]
fn choices_and_bands_are_changed_by_the_person_and_shown_to_them() {
    let place = Place::with_camera("clip.mkv");
    place.take_in("Aino");
    let signals = ["staff", "signals", "Aino"];
    place.told(&signals, "not her secret\n").failed(1, &["this is not the secret"]);
    let chosen = answers("Aino", &["yes", "no", "yes", "yes", "60 20", "20 60", ""]);
    let told = place.told(&signals, &chosen).good().out;
    assert!(told.contains("On for you: gaze, phone_in_hand, smile"), "{told}");
    assert!(told.contains("the first number has to be the smaller one"), "{told}");
    let consent = consent_of(&place, "Aino", 0);
    assert_eq!(consent["signals"], serde_json::json!(["phone_in_hand", "smile"]));
    assert_eq!(consent["bands"], serde_json::json!({"smile": {"from_hundredths": 20, "to_hundredths": 60}}));

    // Bands stay while their signal does, and go with it.
    place.told(&signals, &answers("Aino", &["yes", "yes", "no", "no"])).good();
    assert!(consent_of(&place, "Aino", 1)["bands"]["smile"].is_object());
    place.told(&signals, &answers("Aino", &["no", "yes", "no", "no"])).good();
    assert_eq!(consent_of(&place, "Aino", 2).get("bands"), None);
}

#[test]
fn a_fit_check_leaves_no_trace_but_the_choice() {
    let place = Place::with_camera("/dev/video-that-is-not-there");
    for name in ["Aino", "Eero"] {
        place.take_in(name);
    }
    let fit = ["staff", "fit", "Aino", "--staged"];
    let ended = place.told(&fit, "not her secret\n");
    assert!(!ended.err.contains("The camera is open"), "the secret comes first: {}", ended.err);
    ended.failed(1, &["this is not the secret"]);

    // The staged scene begins with a smiling portrait, which smiles at rest, and nobody looks at the till there.
    let ended = place.told(&fit, &answers("Aino", &["no"])).good();
    for told in ["The camera is open, for five minutes at most", "your face at rest", "Smile", "The camera is closed"] {
        assert!(ended.err.contains(told), "{told} is not in {}", ended.err);
    }
    assert!(ended.out.contains("Not read clearly here: smile"), "{}", ended.out);
    let consent = consent_of(&place, "Aino", 0);
    assert!(consent["signals"].as_array().is_some_and(|signals| !signals.contains(&"smile".into())), "{consent}");
    assert!(
        consent["signals"].as_array().is_some_and(|signals| signals.contains(&"phone_in_hand".into())),
        "{consent}"
    );

    // Eero chooses the same himself: nothing tells the two apart.
    let yes_or_no = |signal: &str| {
        let on = consent["signals"].as_array().is_some_and(|signals| signals.contains(&signal.into()));
        if on { "yes" } else { "no" }
    };
    let choice = ["smile", "gaze", "phone_in_hand"].map(yes_or_no);
    place.told(&["staff", "signals", "Eero"], &answers("Eero", &[choice[0], choice[1], choice[2], "no"])).good();
    assert_eq!(consent, consent_of(&place, "Eero", 0));
}

#[test]
fn a_fit_check_is_refused_while_a_shift_is_on_and_works_beside_an_idle_kiosk() {
    let place = Place::with_camera(&format!("rtsp://127.0.0.1:{}/test", free_port()));
    for name in ["Aino", "Eero"] {
        place.take_in(name);
    }
    let kiosk = Kiosk::start(&place, &["run", "--staff", "Aino"]);
    for (name, why) in [("Aino", "Aino is on shift; sign out first"), ("Eero", "a shift is on")] {
        let ended = place.told(&["staff", "fit", name, "--staged"], &answers(name, &["no"]));
        assert!(!ended.err.contains("The camera is open"), "{}", ended.err);
        ended.failed(1, &[why]);
    }
    place.told(&["staff", "signals", "Aino"], &secret_of("Aino")).failed(1, &["Aino is on shift"]);
    assert_eq!(kiosk.terminate().0, Some(0));

    let kiosk = Kiosk::start(&place, &["run"]);
    let told = place.told(&["staff", "fit", "Eero", "--staged"], &answers("Eero", &["no"])).good();
    assert!(told.out.contains("kept, under the same secret"), "{}", told.out);
    assert_page(&kiosk);
    let (code, log) = kiosk.terminate();
    assert_eq!(code, Some(0), "{log}");
    for private in ["Eero", "smile", "gaze"] {
        assert!(!log.contains(private), "{private} in the log: {log}");
    }
}

/// The page of a running kiosk shows what `hymy about` does, and nothing about people.
fn assert_page(kiosk: &Kiosk) {
    let opened = kiosk.lines_with("till_endpoint_opened address=");
    let address = opened[0].rsplit('=').next().expect("an address").trim();
    let mut stream = TcpStream::connect(address).expect("connects");
    write!(stream, "GET /about HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").expect("sent");
    let mut page = String::new();
    stream.read_to_string(&mut page).expect("answered");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("default-src 'none'") && page.contains("no-store"), "{page}");
    assert!(page.contains("made up") && page.contains("14 days"), "{page}");
    assert!(!page.contains("Aino") && !page.contains("Eero"), "{page}");
}

#[test]
fn what_holds_is_told_without_opening_the_store() {
    let place = Place::with_camera("clip.mkv");
    let told = place.hymy(&["about"]).good().out;
    for shown in
        ["made up", "14 days", "12 months", "none are released", "No picture is stored", "hymy.key", "Landlock"]
    {
        assert!(told.contains(shown), "{shown} is not in:\n{told}");
    }
    assert!(!place.data().exists(), "nothing is made or opened for it");
}
