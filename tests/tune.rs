//! `hymy tune` from end to end, with few frames: the configuration that it writes, what is refused, and what it says
//! when nothing meets the wish.

#![cfg(feature = "lab")]

mod support;

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use support::{Ended, has_ffmpeg, hymy, json_of, root, test_pattern};

/// As little as can be measured, at a rate and a latency that a busy box meets in a build for tests.
const LITTLE: [&str; 6] = ["--seconds", "3", "--rate", "1", "--latency-ms", "30000"];

fn tune(more: &[&str]) -> Command {
    let mut command = hymy(["tune"]);
    command.args(more).current_dir(root());
    command
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

#[test]
fn a_configuration_is_changed_in_place_and_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let (old, new, json) = (path("old.toml"), path("new.toml"), path("t.json"));
    // A provider that this library lacks cannot be measured, so that the other one is taken.
    let given = "[kiosk]\ndata_dir = \"data\" # kept\n[runtime]\nprovider = \"coreml\" # once\nthreads = 1\n";
    std::fs::write(&old, given).expect("written");
    let outputs = ["--config", text(&old), "--out", text(&new), "--json", text(&json)];
    let lists = ["--provider", "cpu,coreml", "--threads", "1", "--repeats", "1"];
    let ended = Ended::of(tune(&outputs).args(lists).args(LITTLE)).good();
    assert!(ended.err.contains("did not agree"), "the warning about recordings: {}", ended.err);
    assert!(ended.err.contains("were not tried: only labelled clips"), "{}", ended.err);
    assert!(ended.out.contains("taken: ") && ended.out.contains("written: "), "{}", ended.out);
    let told = "coreml, 1 thread, objects 3 /s, faces 4 /s\n    failed: execution provider `coreml` is not available";
    assert!(ended.out.contains(told), "{}", ended.out);

    let written = std::fs::read_to_string(&new).expect("written");
    assert!(written.starts_with("# tuned: hymy tune, "), "{written}");
    let changed: String =
        written.lines().filter(|line| !line.starts_with("# tuned: ")).map(|l| l.to_owned() + "\n").collect();
    assert_eq!(changed, given.replace("\"coreml\"", "\"cpu\""), "the rest stays as it was");
    let reason = written.lines().zip(written.lines().skip(1)).find(|(_, line)| line.starts_with("provider"));
    assert!(reason.is_some_and(|(reason, _)| reason.starts_with("# tuned: ")), "{written}");
    assert!(written.contains("# tuned: was coreml. With that: failed: "), "{written}");
    Ended::of(hymy(["check-config"]).arg(&new)).good();

    let report = json_of(&json);
    assert_eq!(json!([report["format"], report["partial"]]), json!([1, false]));
    let rows = report["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!((&rows[1]["name"], &rows[1]["verdict"]), (&report["taken"], &json!({"taken": {"alone": true}})));
    assert!(rows[1]["cpu_ms"]["median"].as_f64().is_some_and(|ms| ms > 0.5), "{rows:?}");
    assert!(rows[0]["verdict"]["failed"].as_str().is_some_and(|why| why.contains("coreml")), "{rows:?}");

    // What is there is never replaced.
    Ended::of(tune(&outputs).args(LITTLE)).failed(2, &["new.toml", "is there already"]);
    assert_eq!(std::fs::read_to_string(&new).expect("kept"), written);
}

#[test]
fn where_nothing_meets_the_wish_the_nearest_is_named_and_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("kiosk.toml");
    let wish = ["--seconds", "2", "--rate", "4", "--latency-ms", "0.01", "--threads", "1", "--repeats", "1"];
    let ended = Ended::of(tune(&["--provider", "cpu", "--out", text(&out)]).args(wish));
    ended.failed(1, &["no candidate meets 4 frames a second", "at most 0.01 ms", "cpu, 1 thread", "over 0.010 ms"]);
    assert!(!out.exists());
}

#[test]
fn what_looking_less_often_loses_is_evaluated_before_it_is_taken() {
    let test = "what_looking_less_often_loses_is_evaluated_before_it_is_taken";
    if !has_ffmpeg(test) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    test_pattern(&path("pattern.mp4"), 20);
    // Of the first frames of a clip the object model has not said anything: that is labelled, and there is a figure.
    let labels = json!({"clips": {"pattern.mp4": {"people": 0, "phone_in_hand": {"no": "all"}}}});
    std::fs::write(path("labels.json"), labels.to_string()).expect("written");
    let json = path("t.json");
    let lists = ["--objects-hz", "3,1", "--faces-hz", "4", "--provider", "cpu", "--threads", "1", "--repeats", "1"];
    let footage = ["--footage", text(folder.path()), "--json", text(&json)];
    let ended = Ended::of(tune(&footage).args(lists).args(LITTLE)).good();
    assert!(ended.out.starts_with("# tuned: hymy tune, "), "the configuration alone: {}", ended.out);
    assert!(ended.out.contains("\n# A Hymy kiosk.") && ended.err.contains("taken: "), "{}", ended.err);
    let report = json_of(&json);
    let rows = report["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert!(row["seen"]["evaluated"].is_array(), "{row}");
    }

    // A recording that cannot be read whole would be another choice of frames.
    let whole = std::fs::read(path("pattern.mp4")).expect("read");
    std::fs::write(path("pattern.mp4"), &whole[..whole.len() / 2]).expect("written");
    Ended::of(tune(&footage).args(lists).args(LITTLE)).failed(1, &["--footage", "pattern.mp4"]);
}

#[test]
fn what_cannot_be_done_is_refused_before_the_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let refused = |args: &[&str], code: i32, parts: &[&str]| {
        Ended::of(&mut tune(args)).failed(code, parts);
    };
    refused(&["gone.mkv"], 1, &["gone.mkv: cannot be read"]);
    refused(&["--provider", "abacus"], 2, &["no provider `abacus`"]);
    refused(&["--objects-hz", "0.1"], 2, &["0.5 to 30"]);
    refused(&["--rate", "1", "--seconds", "1"], 2, &["fewer than three frames"]);
    refused(&["--precision", "half"], 2, &["no precision `half`"]);
    refused(&["--loss", "0.1"], 2, &["--footage"]);
    refused(&["--loss", "2", "--footage", "x"], 2, &["0 to 1"]);
    refused(&["--footage", text(folder.path())], 2, &["holds neither a labels.json", "docs/eval.md"]);
    refused(&["--config", "gone.toml"], 2, &["gone.toml"]);
    std::fs::write(path("k.toml"), "[kiosk]\ndata_dir = \"data\"\n").expect("written");
    let config = path("k.toml");
    refused(&["--config", text(&config), "--out", text(&config)], 2, &["is there already"]);
    refused(&["--config", text(&config), "--json", text(&config)], 2, &["would overwrite"]);
    refused(&["--config", text(&config), "--out", "target/elsewhere.toml"], 2, &["another folder", "beside it"]);
    let left: Vec<Value> = std::fs::read_dir(folder.path())
        .expect("listed")
        .map(|entry| json!(entry.expect("an entry").file_name().to_string_lossy()))
        .collect();
    assert_eq!(left, [json!("k.toml")], "nothing was written");
}
