//! `hymy bench` from end to end, with few frames: its table, its JSON and its page, what is refused, and what goes on.

#![cfg(feature = "lab")]

mod support;

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use support::{Ended, hymy, json_of, not_run, root};

/// As little as can be measured.
const LITTLE: [&str; 8] = ["--frames", "8", "--warm-up", "2", "--rate-seconds", "1", "--rate", "4"];

fn bench(more: &[&str]) -> Command {
    let mut command = hymy(["bench"]);
    command.args(more).current_dir(root());
    command
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

#[test]
fn the_staged_scene_is_measured_told_and_compared_with_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let (json, page) = (folder.path().join("b.json"), folder.path().join("b.html"));
    let outputs = ["--repeats", "3", "--json", text(&json), "--html", text(&page)];
    let ended = Ended::of(bench(&outputs).args(LITTLE)).good();
    assert!(ended.err.contains("did not agree"), "the warning about recordings: {}", ended.err);
    for told in ["processor time a frame", "latency at the camera's pace, p99", "start to first observation", "detect"]
    {
        assert!(ended.out.contains(told), "{told}: {}", ended.out);
    }
    let report = json_of(&json);
    assert_eq!((&report["format"], &report["partial"]), (&Value::from(1), &Value::from(false)));
    let case = &report["cases"][0];
    assert_eq!(case["repeats"].as_array().map(Vec::len), Some(3));
    assert_eq!(case["frames"], 24);
    assert_eq!(case["provider"], "cpu");
    assert!(case["library_version"].as_str().is_some_and(|version| version.starts_with("1.")), "{case}");
    assert!(case["models"]["face_mesh"].as_str().is_some_and(|hash| hash.len() == 64));
    let figure = |key: &str| case["figures"][key]["median"].as_f64().unwrap_or_else(|| panic!("no {key}: {case}"));
    assert!(figure("fps") > 0.5 && figure("cpu_ms") > 0.5 && figure("steady_mib") > 50.0);
    assert!(figure("latency_p50_ms") <= figure("latency_p99_ms"));
    assert!(figure("first_observation_ms") > figure("loaded_ms"));
    assert!((0.0..1.0).contains(&figure("outside_models_share")));
    // What a system may not offer is null, never zero.
    assert!(report["before"].as_object().is_some_and(|state| state.contains_key("celsius")));
    assert_ne!(report["before"]["celsius"], 0);
    let page = std::fs::read_to_string(&page).expect("a page");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<svg") && !page.contains("<script"));

    let same = Ended::of(&mut bench(&["--compare", text(&json), text(&json)])).good();
    assert!(same.out.contains("no difference that these runs can show"), "{}", same.out);
    assert!(!same.out.contains("better") && !same.out.contains("worse"), "{}", same.out);
}

#[test]
fn pictures_of_several_sizes_are_measured_and_resizing_is_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = folder.path().join("b.json");
    let sizes = ["--size", "320x240,1280x960", "--threads", "1", "--repeats", "1", "--json", text(&json)];
    Ended::of(bench(&sizes).args(LITTLE)).good();
    let report = json_of(&json);
    let names: Vec<&Value> = report["cases"].as_array().expect("cases").iter().map(|case| &case["name"]).collect();
    assert_eq!(names, ["staged scene, 320x240", "staged scene, 1280x960"]);
    let case = &report["cases"][1];
    assert_eq!((&case["picture"]["width_px"], &case["picture"]["height_px"]), (&Value::from(1280), &Value::from(960)));
    let stages: Vec<&Value> = case["stages"].as_array().expect("stages").iter().map(|stage| &stage["name"]).collect();
    assert!(stages.contains(&&Value::from("resize")), "{stages:?}");
    assert_eq!(case["setting"]["size"]["width_px"], 1280);
}

#[test]
fn a_case_that_fails_is_told_and_the_others_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = folder.path().join("b.json");
    let ended = Ended::of(bench(&["--provider", "coreml,cpu", "--repeats", "1", "--json", text(&json)]).args(LITTLE));
    ended.failed(1, &["coreml", "is not available", "going on", "not everything could be measured"]);
    let report = json_of(&json);
    assert_eq!(report["partial"], true);
    assert_eq!(report["cases"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["cases"][0]["provider"], "cpu");
    assert!(report["failed"][0].as_str().is_some_and(|why| why.contains("coreml")), "{}", report["failed"]);
}

#[test]
fn ctrl_c_leaves_what_was_measured_marked_as_partial() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = folder.path().join("b.json");
    let mut command = bench(&["--repeats", "900", "--json", text(&json)]);
    command.args(LITTLE).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let mut lines = BufReader::new(child.stderr.take().expect("piped"));
    let mut line = String::new();
    while !line.contains("repeat 1 of 900") {
        line.clear();
        assert_ne!(lines.read_line(&mut line).expect("read"), 0, "ended too early");
    }
    // SAFETY: the child is ours and has not been waited for, so the number is still its own.
    unsafe { libc::kill(child.id() as i32, libc::SIGINT) };
    let mut rest = String::new();
    lines.read_to_string(&mut rest).expect("read");
    assert_eq!(child.wait().expect("ended").code(), Some(1), "{rest}");
    assert!(rest.contains("stopped before the end"), "{rest}");
    let report = json_of(&json);
    assert_eq!(report["partial"], true);
    let repeats = report["cases"][0]["repeats"].as_array().map_or(0, Vec::len);
    assert!((1..900).contains(&repeats), "{repeats}");
}

#[test]
fn what_cannot_be_read_is_named_before_anything_is_measured() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = folder.path().join("other.json");
    std::fs::write(&other, "{\"frames\": 3}").expect("written");
    let refused = |args: &[&str], code: i32, parts: &[&str]| {
        Ended::of(&mut bench(args)).failed(code, parts);
    };
    refused(&["gone.mkv"], 1, &["gone.mkv: cannot be read"]);
    refused(&[text(&other)], 1, &["other.json", "is not a video"]);
    refused(&["--compare", text(&other), "b.json"], 1, &["other.json", "no report", "no number `format`"]);
    refused(&["--model", "gone.onnx"], 1, &["gone.onnx: cannot be read"]);
    refused(&["--provider", "abacus"], 2, &["no provider `abacus`", "openvino"]);
    refused(&["--threads", "0"], 2, &["--threads"]);
    refused(&["--precision", "half"], 2, &["no precision `half`", "bf16"]);
    refused(&["--precision", "bf16", "--repeats", "1"], 1, &["`cpu` does not compute in `bf16`", "openvino"]);
    refused(&["--size", "640"], 2, &["as in 1280x720"]);
    refused(&["--size", "640x99999"], 2, &["64 to 8192"]);
    refused(&["--json", "x.json", "--html", "x.json"], 2, &["would overwrite"]);
    refused(&["--model", "models/face_mesh.onnx", "--shape", "image"], 2, &["image=1x3x224x224"]);
    let wrong = folder.path().join("wrong.onnx");
    std::fs::write(&wrong, "no model").expect("written");
    refused(&["--model", text(&wrong), "--repeats", "1"], 1, &["wrong.onnx", "nothing could be measured"]);
}

#[test]
fn fewer_digits_are_computed_and_their_answers_checked() {
    let library = root().join("runtime-openvino/libonnxruntime.so");
    if !library.is_file() {
        let test = "fewer_digits_are_computed_and_their_answers_checked";
        return not_run(test, "no OpenVINO library; make openvino");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (config, json) = (folder.path().join("k.toml"), folder.path().join("m.json"));
    let text_of =
        format!("[kiosk]\ndata_dir = \"d\"\n[runtime]\nlibrary = \"{}\"\nprovider = \"openvino\"\n", library.display());
    std::fs::write(&config, text_of).expect("written");
    let args = ["--config", text(&config), "--precision", "full,bf16", "--repeats", "1", "--json", text(&json)];
    let model = ["--model", "models/face_blendshapes.onnx", "--frames", "20"];
    Ended::of(bench(&args).args(model)).good();
    let names: Vec<Value> =
        json_of(&json)["cases"].as_array().expect("cases").iter().map(|case| case["name"].clone()).collect();
    assert_eq!(names, ["face_blendshapes.onnx, full", "face_blendshapes.onnx, bf16"]);
    // Of the product's models each answer is held against the CPU's: a processor that computes in bfloat16 is refused,
    // and OpenVINO takes float32 on one that does not.
    let ended = Ended::of(bench(&["--config", text(&config), "--precision", "bf16", "--repeats", "1"]).args(LITTLE));
    let is_refused = ended.err.contains("differently from the CPU provider") && ended.err.contains("runtime.precision");
    let has_bf16 = std::fs::read_to_string("/proc/cpuinfo")
        .is_ok_and(|info| info.contains("avx512_bf16") || info.contains("amx_bf16"));
    assert_eq!((ended.code, is_refused), if has_bf16 { (Some(1), true) } else { (Some(0), false) }, "{}", ended.err);
}

#[test]
fn any_model_is_measured_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = folder.path().join("m.json");
    let args = ["--model", "models/face_blendshapes.onnx", "--repeats", "1", "--frames", "20", "--json", text(&json)];
    Ended::of(&mut bench(&args)).good();
    let case = &json_of(&json)["cases"][0];
    assert_eq!((&case["name"], &case["frames"]), (&Value::from("face_blendshapes.onnx"), &Value::from(20)));
    assert!(case["inputs"][0].as_str().is_some_and(|input| input.contains('x')), "{case}");
    assert_eq!(case["stages"][0]["name"], "model");
    assert!(case["figures"]["paced_fps"].is_null() && case["picture"].is_null());
}

#[test]
fn a_soak_tells_line_by_line_and_ends_with_a_verdict() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = folder.path().join("s.json");
    let ended = Ended::of(&mut bench(&["--soak", "0.2", "--rate", "4", "--json", text(&json)]));
    // A few seconds say nothing of growth: either verdict is one.
    assert!(ended.out.contains("memory: ") && ended.out.contains("latency, p99: "), "{}{}", ended.out, ended.err);
    let soaked = json_of(&json);
    assert_eq!(soaked["format"], 1);
    let lines = soaked["lines"].as_array().expect("lines");
    // Eight steps; a busy box, built for tests, may see no frame in some of them.
    assert!((1..=9).contains(&lines.len()), "{soaked}");
    assert!(lines.iter().all(|line| line["frames"].as_u64() > Some(0)), "{soaked}");
}
