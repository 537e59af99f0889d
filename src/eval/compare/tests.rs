//! What another tool's lines mean, and which are refused.

use super::*;

fn reading(line: &str) -> FrameReading {
    serde_json::from_str::<Line>(line).expect("a line").reading(false)
}

#[track_caller]
fn check(line: &str, class: Class, answer: Result<bool, Reason>) {
    assert_eq!(reading(line).reading(class).answer, answer, "{class:?} of {line}");
}

#[test]
fn a_tool_with_few_keys_is_understood() {
    let line = r#"{"frame":3,"t_ms":1,"face":{"smile":0.5},"phone":{"score":0.4},"own":[1]}"#;
    check(line, Class::Smile, Ok(true));
    check(line, Class::Phone, Ok(true));
    check(line, Class::Camera, Err(Reason::SignalOff));
    check(line, Class::MouthHidden, Err(Reason::SignalOff));
    let line = r#"{"frame":3,"face":null,"phone":null}"#;
    check(line, Class::Smile, Err(Reason::NoFace));
    check(line, Class::Phone, Ok(false));
    check(r#"{"frame":3,"face":{"smile":0.49}}"#, Class::Smile, Ok(false));
    check(r#"{"frame":3,"face":{"smile":0.49}}"#, Class::Phone, Err(Reason::SignalOff));
}

#[test]
fn hymys_own_keys_mean_what_they_mean() {
    let line = r#"{"frame":0,"face":{"smile":0.55,"smiling":false,"on_target":true,"gaze_deg":[3,4],"mouth_visible":true},
        "phone":{"score":0.3,"in_hand":false},"phone_observable":true}"#;
    check(line, Class::Smile, Ok(false));
    check(line, Class::Camera, Ok(true));
    check(line, Class::Phone, Ok(false));
    check(line, Class::MouthHidden, Ok(false));
    let score = reading(line).reading(Class::Camera).score.expect("an angle");
    assert!((score + 5.0).abs() < 0.01, "{score}");
    let covered = r#"{"frame":0,"face":{"smile":null,"on_target":null,"mouth_visible":false},"phone":null,"phone_observable":false}"#;
    check(covered, Class::Smile, Err(Reason::MouthHidden));
    check(covered, Class::Camera, Err(Reason::EyesHidden));
    check(covered, Class::Phone, Err(Reason::TooShort));
    check(covered, Class::MouthHidden, Ok(true));
    let turned =
        r#"{"frame":0,"face":{"turned_away":true,"mouth_visible":false,"head_deg":[60,0,0]},"not_alone":false}"#;
    check(turned, Class::Camera, Ok(false));
    check(turned, Class::MouthHidden, Err(Reason::TurnedAway));
    check(r#"{"frame":0,"face":null,"not_alone":true}"#, Class::Smile, Err(Reason::NotAlone));
    check(r#"{"frame":0,"face":null,"phone":null,"phone_observable":true}"#, Class::Phone, Err(Reason::NoFace));
}

#[test]
fn a_line_that_is_none_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("counter")).expect("made");
    let path = folder.path().join("counter/eat.jsonl");
    std::fs::write(&path, "{\"frame\":0}\n\n{\"frame\":\"x\"}\n").expect("written");
    assert_eq!(file_of(folder.path(), "counter/eat.mkv"), Some(path.clone()));
    assert_eq!(file_of(folder.path(), "counter/milk.mkv"), None);
    let told = OtherClip::read(&path, false).expect_err("refused").to_string();
    assert!(told.contains("eat.jsonl, line 3") && told.contains("docs/eval.md"), "{told}");
    let told = |line: &str| {
        std::fs::write(&path, format!("{{\"frame\":0}}\n{line}\n")).expect("written");
        OtherClip::read(&path, false).expect_err("refused").to_string()
    };
    assert!(told(r#"{"frame":0}"#).contains("twice"));
    for (line, part) in [
        (r#"{"frame":1,"face":{"smile":1.5}}"#, "face.smile is 1.5"),
        (r#"{"frame":1,"face":{"smile":-0.1}}"#, "face.smile is -0.1"),
        (r#"{"frame":1,"phone":{"score":83}}"#, "phone.score is 83"),
        (r#"{"frame":1,"face":{"gaze_deg":[1e39,0]}}"#, "face.gaze_deg"),
        (r#"{"frame":1,"face":{"head_deg":[0,0,-1e39]}}"#, "face.head_deg"),
        (r#"{"frame":1,"face":{"width_px":-3}}"#, "face.width_px"),
    ] {
        let told = told(line);
        assert!(told.contains(part) && told.contains("eat.jsonl, line 2"), "{told}");
    }
}

#[test]
fn a_file_that_does_not_fit_its_clip_is_noticed() {
    let unknown = [Reading::unknown(Reason::NoFace); Class::ALL.len()];
    let ours: Vec<FrameReading> = (0..10).map(|frame| FrameReading::new(frame, false, unknown)).collect();
    let theirs = |frames: std::ops::Range<u64>| {
        OtherClip(frames.map(|frame| (frame, FrameReading::new(frame, false, unknown))).collect())
    };
    let check = |frames, whole, expect: Option<&str>| {
        let found = theirs(frames).misfit(&ours, whole);
        assert_eq!(found.is_some(), expect.is_some(), "{found:?}");
        assert!(found.unwrap_or_default().contains(expect.unwrap_or_default()));
    };
    check(0..10, true, None);
    check(3..4, true, None);
    check(0..0, true, Some("no line is about a frame"));
    check(10..20, true, Some("no line is about a frame"));
    check(0..12, true, Some("last frame, which is 9: 2"));
    check(0..12, false, None);
}
