//! `hymy analyze` on real footage and on stills: the signals agree with the labels, and what is written has the
//! shapes of the contract.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use support::{Ended, footage, has_ffmpeg, hymy, json_lines, json_of, root, test_pattern};

/// What a run of `analyze` wrote.
struct Written {
    lines: Vec<Value>,
    summary: Value,
}

impl Written {
    /// Runs `analyze` on a clip, with these till events where there are any.
    fn of(clip: &Path, till: &[&str], more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let mut command = hymy(["analyze"]);
        command.arg(clip).args(more);
        command.arg("--observations").arg(path("o.jsonl")).arg("--summary").arg(path("s.json"));
        if !till.is_empty() {
            std::fs::write(path("t.jsonl"), till.join("\n")).expect("written");
            command.arg("--till").arg(path("t.jsonl"));
        }
        let ended = Ended::of(&mut command).good();
        assert!(ended.err.contains("did not agree"), "the warning about recordings: {}", ended.err);
        let written = Self { lines: json_lines(&path("o.jsonl")), summary: json_of(&path("s.json")) };
        written.lines.iter().for_each(check_line);
        check_summary(&written.summary);
        written
    }

    fn transactions(&self) -> &[Value] {
        self.summary["transactions"].as_array().expect("a list")
    }

    /// A signal of the only transaction.
    fn signal(&self, name: &str) -> &Value {
        assert_eq!(self.transactions().len(), 1);
        &self.transactions()[0]["signals"][name]
    }

    /// Share of the frames with a phone in the hand.
    fn share_in_hand(&self) -> f64 {
        let in_hand = self.lines.iter().filter(|line| line["phone"]["in_hand"] == true).count();
        in_hand as f64 / self.lines.len() as f64
    }

    fn number(&self, name: &str, key: &str) -> f64 {
        self.signal(name)[key].as_f64().unwrap_or_else(|| panic!("{name}: {}", self.signal(name)))
    }
}

/// A clip of the footage as one transaction of the till.
fn served(test: &str, clip: &str, length_ms: u64) -> Option<Written> {
    let clip = footage(test)?.join(clip);
    let closed = format!(r#"{{"register":"1","event":"closed","t_ms":{length_ms}}}"#);
    let written = Written::of(&clip, &[r#"{"register":"1","event":"opened","t_ms":0}"#, &closed], &[]);
    let transaction = &written.transactions()[0];
    assert_eq!([&transaction["opened_by"], &transaction["closed_by"]], ["till", "till"]);
    assert_eq!(transaction["closed_ms"], length_ms);
    Some(written)
}

const NULLABLE: [&str; 5] = ["face", "phone", "posture", "customer_present", "queue_present"];

/// Every key of the contract with its type, and no other.
fn check_line(line: &Value) {
    let keys = |value: &Value| -> Vec<String> { value.as_object().expect("an object").keys().cloned().collect() };
    let sorted = |text: &str| {
        let mut keys: Vec<String> = text.split(' ').map(str::to_owned).collect();
        keys.sort();
        keys
    };
    let mut found = keys(line);
    found.retain(|key| key != "file");
    let wanted = "frame t_ms face faces not_alone phone phone_observable posture customer_present queue_present \
                  followed lost_near_another";
    assert_eq!(found, sorted(wanted));
    for key in ["frame", "t_ms", "faces"] {
        assert!(line[key].is_u64(), "{key} in {line}");
    }
    for key in ["not_alone", "phone_observable", "followed", "lost_near_another"] {
        assert!(line[key].is_boolean(), "{key} in {line}");
    }
    for key in NULLABLE {
        let value = &line[key];
        assert!(value.is_null() || value.is_object() || value.is_boolean(), "{key} in {line}");
    }
    if let Some(face) = line["face"].as_object() {
        let wanted = "box score width_px head_deg gaze_deg gaze_spread_deg gaze_spread_axes_deg on_target \
                      turned_away smile smiling eyes_open mouth_visible";
        assert_eq!(keys(&line["face"]), sorted(wanted));
        numbers(&face["box"], 4, 0.0, 1.0);
        numbers(&face["head_deg"], 3, -180.0, 180.0);
        if !face["gaze_deg"].is_null() {
            numbers(&face["gaze_deg"], 2, -180.0, 180.0);
        }
        for key in ["score", "smile", "eyes_open"] {
            let value = face[key].as_f64();
            assert!(face[key].is_null() || value.is_some_and(|value| (0.0..=1.0).contains(&value)), "{key} in {line}");
        }
        assert!(face["turned_away"].is_boolean() && face["mouth_visible"].is_boolean(), "{line}");
    }
    if line["phone"].is_object() {
        assert_eq!(keys(&line["phone"]), sorted("box score in_hand"));
        numbers(&line["phone"]["box"], 4, 0.0, 1.0);
    }
    if line["posture"].is_object() {
        assert_eq!(keys(&line["posture"]), sorted("upright leaning"));
    }
}

fn numbers(value: &Value, count: usize, least: f64, most: f64) {
    let list: Vec<f64> = value.as_array().expect("a list").iter().filter_map(Value::as_f64).collect();
    assert!(list.len() == count && list.iter().all(|number| (least..=most).contains(number)), "{value}");
}

const SIGNALS: [&str; 19] = [
    "greet_delay",
    "smile.greeting",
    "smile.service",
    "smile.payment",
    "smile.farewell",
    "smile.all",
    "gaze.greeting",
    "gaze.service",
    "gaze.payment",
    "gaze.farewell",
    "gaze.all",
    "longest_look",
    "longest_look_away",
    "nods",
    "phone_in_hand",
    "upright",
    "leaning",
    "queue_look",
    "observed",
];
const REASONS: [&str; 9] = [
    "no_face",
    "too_small",
    "turned_away",
    "mouth_hidden",
    "eyes_hidden",
    "not_alone",
    "no_event",
    "too_short",
    "signal_off",
];

/// The keys of the contract, every signal, and beside each value the time it was observed or the reason.
fn check_summary(summary: &Value) {
    for key in ["frames", "processed", "dropped"] {
        assert!(summary[key].is_u64(), "{key}");
    }
    assert!(summary["source"].is_string() && summary["runtime"]["models"].is_object());
    assert_eq!(summary["runtime"]["provider"], "cpu");
    let stages = summary["runtime"]["stages_ms"].as_object().expect("stages");
    assert!(stages.contains_key("capture") && stages.values().all(Value::is_f64), "{stages:?}");
    for transaction in summary["transactions"].as_array().expect("a list") {
        for key in ["register", "opened_by", "closed_by"] {
            assert!(transaction[key].is_string(), "{key} in {transaction}");
        }
        assert!(transaction["voided"].is_boolean());
        assert!(transaction["opened_ms"].is_u64() && transaction["closed_ms"].is_u64());
        let signals = transaction["signals"].as_object().expect("signals");
        assert_eq!(signals.len(), SIGNALS.len());
        for name in SIGNALS {
            let signal = &signals[name];
            match signal["not_observable"].as_str() {
                Some(reason) => assert!(REASONS.contains(&reason), "{name}: {signal}"),
                None => assert!(signal["observed_s"].is_f64(), "{name}: {signal}"),
            }
        }
    }
}

#[test]
fn eat_smiles_at_first_and_then_hides_the_mouth() {
    let Some(written) = served("eat_smiles_at_first_and_then_hides_the_mouth", "counter/eat.mkv", 1_560) else {
        return;
    };
    assert_eq!(written.summary["frames"], 47);
    assert_eq!(written.lines.len(), 47);
    // The smile is labelled in the first 11 frames: 0.37 s, too short to be shown, most of what is seen of the mouth.
    assert!(written.number("smile.greeting", "value") >= 0.6, "{}", written.signal("smile.greeting"));
    // A fist at the mouth for 0.67 s: not observed, rather than not smiling.
    let unknown_s = 1.56 - written.number("smile.all", "observed_s");
    assert!(unknown_s >= 0.4, "{unknown_s} s of the mouth unknown");
    assert!(written.number("gaze.all", "value") >= 0.8);
    assert!(written.number("phone_in_hand", "value") < 0.05);
}

#[test]
fn milk_never_smiles_and_looks_at_the_camera() {
    let Some(written) = served("milk_never_smiles_and_looks_at_the_camera", "counter/milk.mkv", 1_700) else { return };
    for moment in ["greeting", "farewell", "all"] {
        let name = format!("smile.{moment}");
        assert_eq!(written.signal(&name)["shown"], false, "{name}: {}", written.signal(&name));
        assert!(written.number(&name, "value") <= 0.05, "{name}");
        let name = format!("gaze.{moment}");
        assert_eq!(written.signal(&name)["shown"], true, "{name}: {}", written.signal(&name));
        assert!(written.number(&name, "value") >= 0.8, "{name}");
    }
    // Shorter than 8 s: the first half is the greeting, the second the farewell, nothing is left for service.
    assert_eq!(written.signal("smile.service")["not_observable"], "too_short");
    assert_eq!(written.signal("gaze.payment")["not_observable"], "no_event");
    assert_eq!(written.number("greet_delay", "value"), 0.0);
}

#[test]
fn help_never_smiles_and_looks_at_the_camera() {
    let Some(written) = served("help_never_smiles_and_looks_at_the_camera", "counter/help.mkv", 1_930) else { return };
    assert_eq!(written.signal("smile.all")["shown"], false);
    assert!(written.number("gaze.all", "value") >= 0.8, "{}", written.signal("gaze.all"));
}

#[test]
fn again_holds_no_phone_and_3761652_nearly_always_does() {
    let test = "again_holds_no_phone_and_3761652_nearly_always_does";
    let Some(again) = served(test, "counter/again.mkv", 2_560) else { return };
    assert!(again.number("phone_in_hand", "value") <= 0.01 * 2.56, "{}", again.signal("phone_in_hand"));
    assert_eq!(again.signal("smile.all")["shown"], false);
    let Some(phone) = served(test, "phones/3761652.mp4", 7_880) else { return };
    let (value_s, observed_s) = (phone.number("phone_in_hand", "value"), phone.number("phone_in_hand", "observed_s"));
    assert!(value_s >= 0.8 * observed_s && observed_s >= 0.8 * 7.88, "{value_s} of {observed_s} s");
    assert!(phone.share_in_hand() >= 0.9, "{}", phone.share_in_hand());
    assert_eq!(phone.signal("smile.all")["shown"], false);
}

/// A clip with zones: the text of the `[zones]` table.
fn zoned(clip: &Path, zones: &str) -> Written {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("zones.toml");
    let head = "[kiosk]\ndata_dir = \"data\"\nregister = \"1\"\n[camera]\nsource = \"/dev/video0\"\n[zones]\n";
    std::fs::write(&path, format!("{head}{zones}\n")).expect("written");
    Written::of(clip, &[], &["--config", path.to_str().expect("a path of text")])
}

#[test]
fn a_phone_behind_a_pole_is_found_without_a_face_and_bottles_are_none() {
    let test = "a_phone_behind_a_pole_is_found_without_a_face_and_bottles_are_none";
    let Some(footage) = footage(test) else { return };
    let pole = Written::of(&footage.join("phones/4459259.mp4"), &[], &[]);
    assert!(pole.share_in_hand() >= 0.8, "{}", pole.share_in_hand());
    let bottles = Written::of(&footage.join("counter/bottle-detection.mp4"), &[], &[]);
    assert!(bottles.share_in_hand() <= 0.01, "{}", bottles.share_in_hand());
}

#[test]
fn hands_too_near_to_tell_what_they_hold_are_not_observable() {
    let Some(footage) = footage("hands_too_near_to_tell_what_they_hold_are_not_observable") else { return };
    let near = Written::of(&footage.join("phones/8142388.mp4"), &[], &[]);
    let wrong = near.lines.iter().filter(|line| line["phone_observable"] == true && line["phone"]["in_hand"] != true);
    let wrong = wrong.count();
    assert!(wrong * 10 <= near.lines.len(), "{wrong} of {} frames say that there is no phone", near.lines.len());
}

#[test]
fn a_customer_who_pays_by_phone_counts_for_nobody() {
    let Some(footage) = footage("a_customer_who_pays_by_phone_counts_for_nobody") else { return };
    let clip = footage.join("phones/5054716.mp4");
    let anyone = Written::of(&clip, &[], &[]).share_in_hand();
    assert!(anyone >= 0.9, "without zones it is somebody's: {anyone}");
    let all = "[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]";
    let left = "[[0.0, 0.0], [0.4, 0.0], [0.4, 1.0], [0.0, 1.0]]";
    let right = "[[0.4, 0.0], [1.0, 0.0], [1.0, 1.0], [0.4, 1.0]]";
    // The staff zone beside the customer's; and the customer's inside the staff zone.
    for (staff, customer) in [(left, right), (all, all)] {
        let served = zoned(&clip, &format!("staff = {staff}\ncustomer = {customer}"));
        assert_eq!(served.share_in_hand(), 0.0, "staff {staff}, customer {customer}");
    }
}

#[test]
fn two_customers_in_one_recording_are_told_apart() {
    let Some(footage) = footage("two_customers_in_one_recording_are_told_apart") else { return };
    let till = [
        r#"{"id":"a","register":"1","event":"opened","t_ms":500}"#,
        r#"{"register":"1","event":"payment","t_ms":5000}"#,
        r#"{"register":"1","event":"closed","t_ms":9000}"#,
        r#"{"id":"a","register":"1","event":"opened","t_ms":500}"#,
        r#"{"register":"1","event":"opened","t_ms":10000}"#,
        r#"{"register":"1","event":"voided","t_ms":14000}"#,
    ];
    let written = Written::of(&footage.join("counter/milk.mkv"), &till, &["--loop", "9"]);
    let fact = |transaction: &Value| json!([transaction["opened_ms"], transaction["closed_ms"], transaction["voided"]]);
    let facts: Vec<Value> = written.transactions().iter().map(fact).collect();
    assert_eq!(facts, [json!([500, 9_000, false]), json!([10_000, 14_000, true])]);
    let signals = &written.transactions()[0]["signals"];
    for moment in ["greeting", "payment", "farewell", "all"] {
        let gaze = &signals[format!("gaze.{moment}")];
        assert!(gaze["value"].as_f64().is_some_and(|value| value >= 0.8), "gaze.{moment}: {gaze}");
        assert_eq!(signals[format!("smile.{moment}")]["shown"], false, "smile.{moment}");
    }
    assert_eq!(written.transactions()[1]["signals"]["gaze.payment"]["not_observable"], "no_event");
}

/// A looped clip: three times the frames, and one run of numbers and times.
fn loops(clip: &Path, frames: usize) {
    let written = Written::of(clip, &[], &["--loop", "3"]);
    assert_eq!(written.lines.len(), 3 * frames);
    assert_eq!(written.summary["processed"], 3 * frames);
    let stamps: Vec<(u64, u64)> = written
        .lines
        .iter()
        .map(|line| (line["frame"].as_u64().expect("a number"), line["t_ms"].as_u64().expect("a time")))
        .collect();
    for (index, pair) in stamps.windows(2).enumerate() {
        assert_eq!(pair[0].0 + 1, pair[1].0, "frame numbers after {index}");
        assert!(pair[0].1 < pair[1].1, "times after {index}: {pair:?}");
        assert!(pair[1].1 - pair[0].1 < 100, "a hole where the clip begins again: {pair:?}");
    }
    assert_eq!(written.transactions().len(), 1);
    let transaction = &written.transactions()[0];
    assert_eq!(json!([transaction["opened_by"], transaction["opened_ms"]]), json!(["source", 0]));
}

#[test]
fn a_looped_clip_is_one_long_recording() {
    if let Some(footage) = footage("a_looped_clip_is_one_long_recording on footage") {
        loops(&footage.join("counter/eat.mkv"), 47);
    }
    if has_ffmpeg("a_looped_clip_is_one_long_recording on a test pattern") {
        let folder = tempfile::tempdir().expect("a folder");
        loops(&test_pattern(&folder.path().join("pattern.mp4"), 25), 25);
    }
}

#[test]
fn stills_are_read_one_by_one_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let stills = folder.path().join("stills");
    std::fs::create_dir(&stills).expect("made");
    let portraits: PathBuf = root().join("vision/assets/portraits");
    for name in ["collins.png", "hopper.jpg"] {
        std::fs::copy(portraits.join(name), stills.join(name)).expect("copied");
    }
    std::fs::write(stills.join("notes.txt"), "not an image").expect("written");
    let written = Written::of(&stills, &[], &["--stills"]);
    let of = |name: &str| written.lines.iter().find(|line| line["file"] == name).expect("a line of the still");
    assert_eq!(written.lines.len(), 2);
    assert_eq!(written.transactions().len(), 0, "stills are no transaction");
    assert_eq!(of("collins.png")["face"]["smiling"], true);
    assert_eq!(of("hopper.jpg")["face"]["smiling"], false);
    assert!(of("hopper.jpg")["phone"].is_null() && of("collins.png")["phone"].is_null());
}

/// A clip of a portrait, made with these filters and no loss.
fn portrait_clip(path: &Path, filters: &str) -> PathBuf {
    let made = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-y", "-loop", "1", "-framerate", "10", "-i"])
        .arg(root().join("vision/assets/portraits/hopper.jpg"))
        .args(["-frames:v", "8", "-vf", filters, "-pix_fmt", "yuv444p", "-c:v", "ffv1"])
        .arg(path)
        .status()
        .expect("ffmpeg starts");
    assert!(made.success(), "ffmpeg failed: {made}");
    path.to_owned()
}

#[test]
fn a_turned_or_mirrored_camera_gives_the_observations_of_the_upright_picture() {
    let test = "a_turned_or_mirrored_camera_gives_the_observations_of_the_upright_picture";
    if !has_ffmpeg(test) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    // Off the middle, so that the box tells the turns apart, and tilted, so that a mirror does.
    let scene = "scale=320:-2,rotate=0.2:fillcolor=gray,pad=640:480:40:20:gray";
    let read = |name: &str, filters: &str, camera: &str| -> [Vec<f64>; 2] {
        let clip = portrait_clip(&folder.path().join(format!("{name}.mkv")), filters);
        let config = folder.path().join(format!("{name}.toml"));
        let zones = "[zones]\nstaff = [[0, 0], [0.7, 0], [0.7, 1], [0, 1]]\n";
        let text = format!("[kiosk]\ndata_dir = \"data\"\n[camera]\n{camera}\n{zones}");
        std::fs::write(&config, text).expect("written");
        let written = Written::of(&clip, &[], &["--config", config.to_str().expect("UTF-8")]);
        let face = written.lines.last().expect("a line")["face"].clone();
        ["box", "head_deg"].map(|key| {
            let values = face[key].as_array().unwrap_or_else(|| panic!("{name}: no face"));
            values.iter().map(|value| value.as_f64().expect("a number")).collect()
        })
    };
    let off = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let [plain, angles] = read("plain", scene, "");
    let [_, untold] = read("untold", &format!("{scene},hflip"), "");
    assert!(off(&untold, &angles) > 5.0, "a mirror that nobody told of would not be noticed: {untold:?}, {angles:?}");
    for (name, filters, camera) in [
        ("mirrored", "hflip", "mirrored = true"),
        ("left", "transpose=cclock", "rotate = 90"),
        ("upside_down", "hflip,vflip", "rotate = 180"),
        ("right", "transpose=clock", "rotate = 270"),
        ("both", "hflip,transpose=cclock", "rotate = 90\nmirrored = true"),
    ] {
        let [found, found_angles] = read(name, &format!("{scene},{filters}"), camera);
        assert!(off(&plain, &found) < 0.01, "{name}: box {found:?}, not {plain:?}");
        assert!(off(&angles, &found_angles) < 1.0, "{name}: {found_angles:?}, not {angles:?}");
    }
}

#[test]
fn looks_towards_the_camera_agree_with_the_labels_or_are_not_observable() {
    let Some(folder) = footage("looks_towards_the_camera_agree_with_the_labels_or_are_not_observable") else { return };
    let labels = json_of(&folder.join("labels.json"));
    // Right and observed frames of each label, and all of it.
    let (mut right, mut observed, mut labelled) = ([0u32; 2], [0u32; 2], 0u32);
    for (clip, label) in labels["clips"].as_object().expect("clips") {
        let Some(camera) = label["camera"].as_object() else { continue };
        let written = Written::of(&folder.join(clip), &[], &[]);
        for (answer, spans) in camera {
            let yes = answer == "yes";
            for span in spans.as_array().expect("spans") {
                let [from, to] = [0, 1].map(|end| span[end].as_u64().expect("a frame") as usize);
                for line in &written.lines[from..=to] {
                    labelled += 1;
                    if let Some(on_target) = line["face"]["on_target"].as_bool() {
                        observed[usize::from(yes)] += 1;
                        right[usize::from(yes)] += u32::from(on_target == yes);
                    }
                }
            }
        }
    }
    eprintln!("no, yes: {right:?} right of {observed:?} observed; {labelled} labelled");
    assert!(observed.iter().all(|count| *count > 0));
    assert!(
        (0..2).all(|answer| f64::from(right[answer]) >= 0.9 * f64::from(observed[answer])),
        "{right:?} {observed:?}"
    );
    assert!(f64::from(observed.iter().sum::<u32>()) >= 0.9 * f64::from(labelled), "{observed:?} of {labelled}");
}
