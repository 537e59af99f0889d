//! The signals of real footage do not depend on how often frames come, and nobody nods who does not.
//!
//! Each clip is read once by the models; its observations are then played over and over, or thinned out, as numbers.

mod support;

use hymy::analysis::{Analysis, Boundaries};
use hymy::decide::Directions;
use hymy_vision::{Face, Gaze, HeadPose, Observation, Phone, Posture, Rect};
use serde_json::Value;
use support::{Ended, footage, hymy, json_lines};

/// The clips in which the head goes down and up, or halts on its way up; in the others nobody nods.
const LOOKS_DOWN_AND_UP: [&str; 2] = ["counter/yes.mkv", "phones/3761652.mp4"];

/// Every clip of a face.
const CLIPS: [&str; 10] = [
    "counter/again.mkv",
    "counter/book.mkv",
    "counter/eat.mkv",
    "counter/help.mkv",
    "counter/hungry.mkv",
    "counter/milk.mkv",
    "counter/thanks.mkv",
    "counter/yes.mkv",
    "counter/head-pose-female.gif",
    "phones/3761652.mp4",
];

/// The observations of a clip, and how long it is.
fn observed(test: &str, clip: &str) -> Option<(Vec<Observation>, u64)> {
    let clip = footage(test)?.join(clip);
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("o.jsonl");
    Ended::of(hymy(["analyze"]).arg(clip).arg("--observations").arg(&out)).good();
    let observations: Vec<Observation> = json_lines(&out).iter().map(observation).collect();
    let [.., before, last] = observations.as_slice() else { panic!("a clip of frames") };
    let length_ms = last.t_ms + (last.t_ms - before.t_ms);
    Some((observations, length_ms))
}

/// An observation as it was before it became a line.
fn observation(line: &Value) -> Observation {
    let float = |value: &Value| value.as_f64().expect("a number") as f32;
    let rect =
        |value: &Value| Rect { x: float(&value[0]), y: float(&value[1]), w: float(&value[2]), h: float(&value[3]) };
    let face = line["face"].as_object().map(|face| Face {
        bounds: rect(&face["box"]),
        score: float(&face["score"]),
        width_px: float(&face["width_px"]),
        head: HeadPose {
            yaw_deg: float(&face["head_deg"][0]),
            pitch_deg: float(&face["head_deg"][1]),
            roll_deg: float(&face["head_deg"][2]),
        },
        gaze: face["gaze_deg"].is_array().then(|| Gaze {
            yaw_deg: float(&face["gaze_deg"][0]),
            pitch_deg: float(&face["gaze_deg"][1]),
            yaw_spread_deg: float(&face["gaze_spread_axes_deg"][0]),
            pitch_spread_deg: float(&face["gaze_spread_axes_deg"][1]),
        }),
        turned_away: face["turned_away"] == true,
        smile: face["smile"].as_f64().map(|smile| smile as f32),
        eyes_open: face["eyes_open"].as_f64().map(|open| open as f32),
        mouth_visible: face["mouth_visible"] == true,
    });
    Observation {
        frame: line["frame"].as_u64().expect("a count"),
        t_ms: line["t_ms"].as_u64().expect("a time"),
        face,
        faces: line["faces"].as_u64().expect("a count") as u8,
        not_alone: line["not_alone"] == true,
        followed: line["followed"] == true,
        lost_near_another: line["lost_near_another"] == true,
        phone: line["phone"].is_object().then(|| Phone {
            bounds: rect(&line["phone"]["box"]),
            score: float(&line["phone"]["score"]),
            in_hand: line["phone"]["in_hand"] == true,
        }),
        phone_observable: line["phone_observable"] == true,
        posture: line["posture"].is_object().then(|| Posture {
            upright: float(&line["posture"]["upright"]),
            leaning: line["posture"]["leaning"] == true,
        }),
        customer_present: line["customer_present"].as_bool(),
        queue_present: line["queue_present"].as_bool(),
    }
}

/// Plays a clip over and over for so long.
fn looped((clip, length_ms): &(Vec<Observation>, u64), lasts_ms: u64) -> Vec<Observation> {
    let times = lasts_ms.div_ceil(*length_ms);
    let at = |time: u64| clip.iter().map(move |seen| Observation { t_ms: seen.t_ms + time * length_ms, ..*seen });
    (0..times).flat_map(at).collect()
}

/// Keeps so many of the frames a second as a slower camera would have given.
fn thinned(observations: &[Observation], fps: u64) -> Vec<Observation> {
    let mut taken = None;
    let due = |seen: &&Observation| {
        let tick = seen.t_ms * fps / 1_000;
        taken.replace(tick) != Some(tick)
    };
    observations.iter().filter(due).copied().collect()
}

/// The signals of observations as one transaction.
fn signals(observations: &[Observation]) -> Value {
    let mut analysis = Analysis::new(Directions::default(), Boundaries::WholeSource);
    for observation in observations {
        analysis.observe(observation);
    }
    let analysed = analysis.finish();
    let [one] = analysed.as_slice() else { panic!("one transaction") };
    serde_json::to_value(one.record.signals).expect("JSON")
}

#[test]
fn nobody_nods_in_ten_minutes_of_clips() {
    let test = "nobody_nods_in_ten_minutes_of_clips";
    for clip in CLIPS {
        let Some(observed) = observed(test, clip) else { return };
        let nods = &signals(&looped(&observed, 600_000))["nods"];
        let most = if LOOKS_DOWN_AND_UP.contains(&clip) { 10 } else { 0 };
        assert!(nods["count"].as_u64().is_some_and(|count| count <= most), "{clip}: {nods}");
    }
}

#[test]
fn thirty_and_eight_frames_a_second_agree_in_every_share() {
    let test = "thirty_and_eight_frames_a_second_agree_in_every_share";
    let mut wrong = Vec::new();
    for clip in CLIPS {
        let Some(observed) = observed(test, clip) else { return };
        // Half a minute, so that one frame is not a large share.
        let all = looped(&observed, 30_000);
        let [full, thin] = [signals(&all), signals(&thinned(&all, 8))];
        for key in ["smile.all", "gaze.all", "phone_in_hand"] {
            let value = |signals: &Value| {
                let share = signals[key]["value"].as_f64()?;
                Some(if key == "phone_in_hand" { share / signals[key]["observed_s"].as_f64()? } else { share })
            };
            eprintln!("{clip} {key}: {} and {}", full[key], thin[key]);
            match (value(&full), value(&thin)) {
                (Some(one), Some(other)) if (one - other).abs() <= 0.05 => {}
                (None, None) => {}
                _ => wrong.push(format!("{clip} {key}: {} and {}", full[key], thin[key])),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
