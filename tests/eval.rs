//! `hymy eval` from end to end: a labelled folder, its tables, its JSON and its page; what is refused, and what goes on.

#![cfg(feature = "lab")]

mod support;

use std::path::Path;

use serde_json::{Value, json};
use support::{Ended, footage, has_ffmpeg, hymy, json_lines, json_of, root, test_pattern};

fn eval(folder: &Path, more: &[&str]) -> Ended {
    Ended::of(hymy(["eval"]).arg(folder).args(more))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// The two portraits as labelled stills: Collins smiles, Hopper does not.
fn portraits(folder: &Path) {
    for (label, name) in [("smile", "collins.png"), ("neutral", "hopper.jpg")] {
        let inside = folder.join(label);
        std::fs::create_dir_all(&inside).expect("made");
        std::fs::copy(root().join("vision/assets/portraits").join(name), inside.join(name)).expect("copied");
    }
}

#[test]
fn labelled_stills_are_scored_and_a_broken_one_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    portraits(folder.path());
    let report = folder.path().join("report.json");
    let ended = eval(folder.path(), &["--json", text(&report)]).good();
    assert!(ended.err.contains("did not agree"), "the warning about recordings: {}", ended.err);
    assert!(ended.out.contains("smile, 2 stills; a face was found in 100.0 %"), "{}", ended.out);
    assert!(ended.out.lines().all(|line| line.chars().count() <= 100), "{}", ended.out);
    let stills = &json_of(&report)["versions"][0]["stills"];
    let figures = &stills["smile"];
    let wanted = json!([1, 1, 1.0, 1.0, 0.0, 1.0, 1.0]);
    let keys = [
        "labelled_yes",
        "labelled_no",
        "observable_share",
        "recall",
        "false_alarm_rate",
        "balanced_accuracy",
        "roc_auc",
    ];
    assert_eq!(Value::from_iter(keys.map(|key| figures[key].clone())), wanted);
    assert!(figures["calibration_error"].as_f64().is_some_and(|error| error < 0.5), "{figures}");

    // The broken one sorts first: the labels of those behind it must not move up.
    std::fs::write(folder.path().join("smile/a.png"), "no image").expect("written");
    eval(folder.path(), &["--json", text(&report)]).failed(1, &["a.png", "left out"]);
    let stills = &json_of(&report)["versions"][0]["stills"];
    assert_eq!(json!([stills["stills"], stills["unreadable"], stills["smile"]["roc_auc"]]), json!([2, 1, 1.0]));
}

#[test]
fn a_clip_that_is_missing_or_cut_is_named_and_the_rest_goes_on() {
    let test = "a_clip_that_is_missing_or_cut_is_named_and_the_rest_goes_on";
    if !has_ffmpeg(test) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    test_pattern(&path("<b>.mp4"), 20);
    test_pattern(&path("cut.mp4"), 50);
    let whole = std::fs::read(path("cut.mp4")).expect("read");
    std::fs::write(path("cut.mp4"), &whole[..whole.len() / 2]).expect("written");
    let labels = json!({"clips": {
        "<b>.mp4": {"frames": 20, "people": 0, "phone_in_hand": {"no": "all"}, "groups": ["pattern"]},
        "cut.mp4": {"people": 1, "smile": {"no": [[0, 49]]}},
        "gone.mp4": {"smile": {"no": "all"}},
    }});
    std::fs::write(path("labels.json"), labels.to_string()).expect("written");
    let (report, page, lines) = (path("r.json"), path("r.html"), path("lines"));
    let outputs = ["--json", text(&report), "--html", text(&page), "--observations", text(&lines)];
    let ended = eval(folder.path(), &outputs);
    let ended = ended.failed(1, &["cut.mp4", "truncated", "gone.mp4", "not everything"]);
    assert!(ended.out.contains("<b>.mp4") && ended.out.contains("phone_in_hand"), "{}", ended.out);

    let report = json_of(&report);
    assert_eq!(report["failed"].as_array().map(Vec::len), Some(2), "{}", report["failed"]);
    let recorded = &report["versions"][0];
    let phone = &recorded["overall"]["classes"]["phone_in_hand"];
    assert_eq!(
        json!([phone["labelled_no"], phone["observable_share"], phone["false_alarm_rate"]]),
        json!([20, 1.0, 0.0])
    );
    assert_eq!(recorded["groups"]["pattern"]["classes"]["phone_in_hand"], *phone);
    // Nobody is to be seen in the pattern: not observable, and neither right nor wrong.
    let smile = &recorded["overall"]["classes"]["smile"];
    assert_eq!(
        json!([smile["observable_share"], smile["recall"], smile["false_alarm_rate"]]),
        json!([0.0, null, null])
    );
    assert_eq!(smile["not_observable"]["no_face"], smile["labelled_no"]);
    assert!(smile["labelled_no"].as_u64().is_some_and(|read| (1..50).contains(&read)), "{smile}");

    let page = std::fs::read_to_string(page).expect("the page");
    assert!(page.contains("&lt;b&gt;.mp4") && !page.contains("<b>") && page.contains("<svg"), "names are escaped");
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("src="), "it loads nothing");

    // What was written can be compared with itself; the pattern has no file under another name.
    assert_eq!(json_lines(&lines.join("<b>.mp4.jsonl")).len(), 20);
    std::fs::write(path("labels.json"), json!({"clips": {"<b>.mp4": labels["clips"]["<b>.mp4"]}}).to_string())
        .expect("w");
    let same = path("same.json");
    eval(folder.path(), &["--against", text(&lines), "--json", text(&same)]).good();
    let class = &json_of(&same)["against"]["classes"]["phone_in_hand"];
    assert_eq!(class["ours"], class["theirs"]);
    assert_eq!(class["both"], json!({"frames": 20, "ours_right": 1.0, "theirs_right": 1.0}));
    // A file of another clip, with frames that this one does not have.
    std::fs::write(lines.join("<b>.mp4.jsonl"), "{\"frame\":19}\n{\"frame\":20}\n").expect("written");
    eval(folder.path(), &["--against", text(&lines)]).failed(1, &["--against: <b>.mp4", "last frame, which is 19: 1"]);
    std::fs::remove_file(lines.join("<b>.mp4.jsonl")).expect("removed");
    eval(folder.path(), &["--against", text(&lines)]).failed(1, &["no observations of <b>.mp4"]);
}

#[test]
fn what_cannot_be_evaluated_is_refused_before_the_work() {
    let folder = tempfile::tempdir().expect("a folder");
    eval(folder.path(), &[]).failed(2, &["holds neither labels.json nor a folder smile or neutral", "docs/eval.md"]);
    eval(folder.path(), &["--cross-validate"]).failed(2, &["holds no folder smile or neutral with images"]);
    eval(&folder.path().join("none"), &[]).failed(1, &["none", "No such file"]);
    std::fs::write(folder.path().join("labels.json"), "{\"clips\":{\n\"a.mkv\":{\"smle\":{}}}}").expect("written");
    eval(folder.path(), &[]).failed(1, &["labels.json", "clips.a.mkv", "unknown field `smle`", "line 2"]);
    std::fs::write(folder.path().join("labels.json"), "{\"clips\":{\"a.mkv\":{}}}").expect("written");
    let labels = folder.path().join("labels.json");
    std::fs::write(&labels, r#"{"clips":{}}"#).expect("written");
    eval(folder.path(), &[]).failed(2, &["labels.json: names no clip"]);
    std::fs::write(&labels, "{\"clips\":{\"a.mkv\":{}}}").expect("written");
    eval(folder.path(), &["--json", text(&labels)]).failed(2, &["would overwrite", "name another file"]);
    eval(folder.path(), &["--against", "/nowhere"]).failed(2, &["/nowhere", "is not a folder"]);
}

#[test]
fn nothing_that_is_read_is_ever_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    portraits(folder.path());
    std::fs::write(path("labels.json"), json!({"clips": {"a.mkv": {}}}).to_string()).expect("written");
    std::fs::write(path("a.mkv"), "the only copy").expect("written");
    std::fs::create_dir(path("other")).expect("made");
    std::fs::write(path("other/a.jsonl"), "{\"frame\":0}\n").expect("written");
    std::fs::hard_link(path("a.mkv"), path("hard")).expect("linked");
    std::os::unix::fs::symlink("smile/collins.png", path("soft")).expect("linked");
    std::fs::create_dir(path("lines")).expect("made");
    std::fs::hard_link(path("labels.json"), path("lines/a.mkv.jsonl")).expect("linked");
    let names = ["labels.json", "a.mkv", "other/a.jsonl", "smile/collins.png"];
    let before = names.map(|name| std::fs::read(path(name)).expect("read"));
    let other = path("other");
    let refused = |args: &[&str]| eval(folder.path(), args).failed(2, &["would overwrite", "name another file"]);
    for name in ["smile/collins.png", "hard", "soft"] {
        refused(&["--json", text(&path(name))]);
        refused(&["--cross-validate", "--coefficients", text(&path(name))]);
    }
    refused(&["--every", "2", "--json", text(&path("neutral/hopper.jpg"))]);
    refused(&["--every", "2", "--json", text(&path("smile/collins.png"))]);
    refused(&["--against", text(&other), "--html", text(&path("other/a.jsonl"))]);
    refused(&["--observations", text(&path("lines"))]);
    refused(&["--observations", text(&path("new")), "--json", text(&path("new/a.mkv.jsonl"))]);
    assert_eq!(names.map(|name| std::fs::read(path(name)).expect("read")), before);
}

#[test]
fn an_output_that_cannot_be_written_is_told_before_the_work() {
    let folder = tempfile::tempdir().expect("a folder");
    portraits(folder.path());
    let nowhere = folder.path().join("none/out");
    for more in [&["--json"][..], &["--html"], &["--cross-validate", "--coefficients"]] {
        let ended = eval(folder.path(), &[more, &[text(&nowhere)]].concat());
        let ended = ended.failed(1, &["none/out", "cannot be written", "No such file"]);
        assert_eq!(ended.out, "", "found out before the work");
    }
}

#[test]
fn observations_of_a_clip_that_was_broken_off_do_not_look_finished() {
    if !has_ffmpeg("observations_of_a_clip_that_was_broken_off_do_not_look_finished") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    test_pattern(&path("a.mp4"), 2000);
    std::fs::write(path("labels.json"), json!({"clips": {"a.mp4": {"people": 0}}}).to_string()).expect("written");
    let lines = path("lines");
    let mut command = hymy(["eval"]);
    command.arg(folder.path()).args(["--observations", text(&lines)]);
    let ended = support::interrupted_once_there(&mut command, &lines.join("a.mp4.jsonl.part"));
    ended.failed(1, &["stopped before the end"]);
    assert_eq!(support::names_in(&lines), [""; 0]);
}

#[test]
fn a_cross_validation_needs_both_kinds_in_each_range_and_names_what_it_could_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    portraits(folder.path());
    let weights = folder.path().join("weights.csv");
    let run = || eval(folder.path(), &["--cross-validate", "--coefficients", text(&weights)]);
    let needs = "every one of five ranges of numbers needs smile and neutral stills";
    run().failed(2, &[needs, "there are 1 different numbers"]);
    let copy = |label: &str, name: &str, number: usize| {
        let ending = name.split('.').next_back().expect("an ending");
        let path = folder.path().join(label).join(format!("{number}.{ending}"));
        std::fs::copy(root().join("vision/assets/portraits").join(name), path).expect("copied");
    };
    for (label, name) in [("smile", "collins.png"), ("neutral", "hopper.jpg")] {
        std::fs::remove_file(folder.path().join(label).join(name)).expect("removed");
        (1..=5).for_each(|number| copy(label, name, number));
    }
    std::fs::write(folder.path().join("smile/2.png"), "no image").expect("written");
    copy("smile", "collins.png", 6);
    copy("neutral", "hopper.jpg", 6);
    std::fs::remove_file(folder.path().join("neutral/1.jpg")).expect("removed");
    run().failed(2, &[needs, "1 to 1 has no still labelled neutral"]);
    copy("neutral", "hopper.jpg", 1);
    std::fs::remove_file(folder.path().join("smile/2.png")).expect("removed");
    copy("smile", "collins.png", 2);
    std::fs::write(folder.path().join("smile/6.jpg"), "no image").expect("written");
    let ended = run().failed(1, &["not everything could be read", "6.jpg"]);
    assert!(ended.out.contains("calibration error") && weights.is_file(), "{}", ended.out);
}

#[test]
fn worse_pictures_of_a_portrait_are_told_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    portraits(folder.path());
    let report = folder.path().join("report.json");
    let ended = eval(folder.path(), &["--degrade", "--json", text(&report)]).good();
    assert!(ended.out.contains("The same in worse pictures"), "{}", ended.out);
    assert!(ended.out.lines().all(|line| line.chars().count() <= 100), "{}", ended.out);
    let report = json_of(&report);
    let versions = report["versions"].as_array().expect("a list");
    let names: Vec<&str> = versions.iter().filter_map(|version| version["version"].as_str()).collect();
    assert_eq!(names, ["as_recorded", "half_light", "noise", "blur", "half_size", "quantised"]);
    let error = |version: &Value| version["stills"]["smile"]["calibration_error"].as_f64();
    let errors: Vec<Option<f64>> = versions.iter().map(error).collect();
    assert!(errors[1..].iter().all(|error| *error != errors[0]), "each changes the picture: {errors:?}");
}

#[test]
fn the_labels_of_real_footage_are_met() {
    let Some(footage) = footage("the_labels_of_real_footage_are_met") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::copy(footage.join("counter/eat.mkv"), folder.path().join("eat.mkv")).expect("copied");
    let labels = &json_of(&footage.join("labels.json"))["clips"]["counter/eat.mkv"];
    std::fs::write(folder.path().join("labels.json"), json!({"clips": {"eat.mkv": labels}}).to_string()).expect("w");
    let (report, lines) = (folder.path().join("r.json"), folder.path().join("lines"));
    eval(folder.path(), &["--json", text(&report), "--observations", text(&lines)]).good();
    let classes = &json_of(&report)["versions"][0]["clips"][0]["classes"];
    let at_least = |class: &str, least: f64| {
        let recall = classes[class]["recall"].as_f64().expect("a recall");
        assert!(recall >= least, "{class}: {recall}");
    };
    at_least("smile", 0.9);
    at_least("camera", 0.9);
    at_least("mouth_hidden", 0.8);
    assert_eq!(classes["phone_in_hand"]["false_alarm_rate"], 0.0);
    // The frames with the fist at the mouth are no part of the smile's.
    assert_eq!(json!([classes["smile"]["labelled_yes"], classes["smile"]["labelled_no"]]), json!([11, 0]));
    // The observations that were written say the same when they are read again.
    let again = folder.path().join("again.json");
    eval(folder.path(), &["--against", text(&lines), "--json", text(&again)]).good();
    for class in ["smile", "camera", "phone_in_hand", "mouth_hidden"] {
        let pair = &json_of(&again)["against"]["classes"][class];
        for figure in
            ["labelled_yes", "labelled_no", "observable_share", "not_observable", "recall", "false_alarm_rate"]
        {
            assert_eq!(pair["ours"][figure], pair["theirs"][figure], "{class}: {figure}");
        }
    }
}
