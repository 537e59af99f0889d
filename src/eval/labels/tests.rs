//! What is read from `labels.json`, and what is refused, with its place.

use super::*;

fn parsed(text: &str) -> Result<Labels, LabelsError> {
    Labels::parse(Path::new("d/labels.json"), text)
}

#[track_caller]
fn refused(text: &str, parts: &[&str]) {
    let told = parsed(text).map(|_| ()).expect_err("refused").to_string();
    for part in parts.iter().chain(&["d/labels.json", "docs/eval.md"]) {
        assert!(told.contains(part), "`{part}` is not in: {told}");
    }
}

#[test]
fn spans_are_inclusive_and_the_rest_is_not_labelled() {
    let text = r#"{"about":"x","clips":{"a/b.mkv":{"frames":47,"fps":30,"people":1,"smile":{"yes":[[0,10]],"no":[[12,12]]},
        "phone_in_hand":{"no":"all"},"note":"n","group":"dim","groups":["far","dim"]}}}"#;
    let labels = parsed(text).expect("sound");
    let clip = &labels.clips["a/b.mkv"];
    let smile = [0, 10, 11, 12, 13].map(|frame| clip.of(Class::Smile, frame));
    assert_eq!(smile, [Some(true), Some(true), None, Some(false), None]);
    assert_eq!(clip.of(Class::Phone, 1_000), Some(false));
    assert_eq!(clip.of(Class::Camera, 0), None);
    assert_eq!((clip.groups.as_slice(), clip.expected_frames()), (&["dim".to_owned(), "far".to_owned()][..], Some(47)));
}

#[test]
fn the_last_number_there_is_does_not_overflow() {
    let text = format!(r#"{{"clips":{{"a.mkv":{{"smile":{{"yes":[[0,{}]]}}}}}}}}"#, u64::MAX);
    assert_eq!(parsed(&text).expect("sound").clips["a.mkv"].expected_frames(), Some(u64::MAX));
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    refused(
        "{\"clips\":{\n\"a.mkv\":{\"smle\":{\"no\":\"all\"}}}}",
        &["clips.a.mkv", "unknown field `smle`", "`smile`", "line 2"],
    );
    refused(r#"{"clips":{"a.mkv":{"smile":{"maybe":[]}}}}"#, &["clips.a.mkv.smile", "`maybe`", "`yes` or `no`"]);
    refused(r#"{"clips":{"a.mkv":{"smile":{"yes":[[5,2]]}}}}"#, &["smile.yes[0]", "ends before it begins", "line 1"]);
    refused(r#"{"clips":{"a.mkv":{"smile":{"yes":[[0,5]],"no":[[5,9]]}}}}"#, &["smile: [0, 5] and [5, 9] overlap"]);
    refused(r#"{"clips":{"a.mkv":{"frames":5,"smile":{"yes":[[0,5]]}}}}"#, &["beyond the clip", "last frame is 4"]);
    refused(r#"{"clips":{"a.mkv":{"smile":{"yes":"all","no":[[0,1]]}}}}"#, &["\"all\" beside another"]);
    refused(r#"{"clips":{"a.mkv":{"smile":{"yes":"some"}}}}"#, &["smile.yes", "\"all\" or a list"]);
    refused(r#"{"clips":{"a.mkv":{},"a.mkv":{}}}"#, &["a.mkv stands here twice"]);
    refused(r#"{"clips":{"../a.mkv":{}}}"#, &["clips.../a.mkv", "inside the folder"]);
    refused(r#"{"clips":{"a.mkv":{"frames":0}}}"#, &["frames is 0"]);
    refused(r#"{"clips":{"a.mkv":{}}} x"#, &["the file", "trailing"]);
    refused(r#"{"clips":{"a\u001b[2J.mkv":{}}}"#, &["clips", r#""a\u{1b}[2J.mkv" has control"#]);
    refused(r#"{"clips":{"a.mkv":{"groups":["x","d\nim"]}}}"#, &["clips.a.mkv", r#"group "d\nim" has control"#]);
    refused("{}", &["missing field `clips`"]);
}
