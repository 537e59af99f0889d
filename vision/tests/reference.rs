//! The port against MediaPipe's own Face Landmarker, on real footage: one table, and the bounds that must hold.
//!
//! The reference is what MediaPipe 0.10.14 says in image mode, each fourth frame on its own; it is not the truth,
//! and its own image and video modes differ on these small faces. The footage is not part of the repository.
//!
//! Head angles are those of the observations; `docs/decisions/0004-head-pose-lens.md` says how they stand to
//! MediaPipe's. The table's last columns show the mean difference.

mod support;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use hymy_vision::lab::BLENDSHAPE_NAMES;
use hymy_vision::{Event, Vision};
use serde_json::Value;

/// Every clip of the footage that has a person at counter distance or a phone; and whether a person is in it.
const CLIPS: [(&str, bool); 11] = [
    ("counter/again.mkv", true),
    ("counter/book.mkv", true),
    ("counter/bottle-detection.mp4", false),
    ("counter/eat.mkv", true),
    ("counter/head-pose-female.gif", true),
    ("counter/help.mkv", true),
    ("counter/hungry.mkv", true),
    ("counter/milk.mkv", true),
    ("counter/thanks.mkv", true),
    ("counter/yes.mkv", true),
    ("phones/3761652.mp4", true),
];
/// Blendshapes that are compared.
const FAMILIES: [&str; 3] = ["mouthSmile", "eyeLook", "eyeBlink"];
/// Angles this near to the reference count as equal.
const NEAR_DEG: f64 = 4.0;

/// A sum and how many values went into it.
#[derive(Clone, Copy, Default)]
struct Mean {
    sum: f64,
    count: u32,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1;
    }

    fn join(&mut self, other: Self) {
        self.sum += other.sum;
        self.count += other.count;
    }

    fn get(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / f64::from(self.count))
    }

    fn cell(self, per_cent: bool) -> String {
        match self.get() {
            None => "-".to_owned(),
            Some(value) if per_cent => format!("{:.1} %", 100.0 * value),
            Some(value) => format!("{value:.4}"),
        }
    }
}

/// What one clip gave.
#[derive(Clone, Copy, Default)]
struct Row {
    frames: u32,
    face: Mean,
    phone: Mean,
    /// Frames that both saw a face in.
    both: u32,
    difference: Mean,
    /// Share of yaw, pitch and roll near the reference, in its own terms.
    near: [Mean; 3],
    /// The same of the observation's angles, and their signed mean difference.
    bias: [Mean; 3],
}

impl Row {
    fn join(&mut self, other: &Self) {
        self.frames += other.frames;
        self.both += other.both;
        self.face.join(other.face);
        self.phone.join(other.phone);
        self.difference.join(other.difference);
        for axis in 0..3 {
            self.near[axis].join(other.near[axis]);
            self.bias[axis].join(other.bias[axis]);
        }
    }

    fn line(&self, name: &str) -> String {
        let mut line = format!(
            "{name:<30} {:>6} {:>8} {:>8} {:>5} {:>7} ",
            self.frames,
            self.face.cell(true),
            self.phone.cell(true),
            self.both,
            self.difference.cell(false)
        );
        for near in &self.near {
            line += &format!("{:>8}", near.cell(true));
        }
        for bias in self.bias {
            line += &bias.get().map_or_else(|| "     -".to_owned(), |value| format!("{value:>+6.1}"));
        }
        line
    }
}

/// Yaw, pitch and roll in degrees of the upper left of a matrix, as the design defines them.
fn angles(r: impl Fn(usize, usize) -> f64) -> [f64; 3] {
    [r(0, 2).atan2(r(2, 2)), r(1, 2).clamp(-1.0, 1.0).asin(), (-r(1, 0)).atan2(r(1, 1))].map(f64::to_degrees)
}

fn share(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

fn reference(footage: &Path, clip: &str) -> Option<Value> {
    let stem = Path::new(clip).file_stem()?.to_str()?;
    let text = std::fs::read_to_string(footage.join("reference").join(format!("{stem}.json"))).ok()?;
    Some(serde_json::from_str(&text).expect("the reference is JSON"))
}

fn measure(vision: &mut Vision, footage: &Path, clip: &str) -> Row {
    let reference = reference(footage, clip);
    let rows = reference.as_ref().and_then(|value| value["rows"].as_array()).map_or(&[][..], Vec::as_slice);
    let mut row = Row::default();
    vision.keep_readings();
    let end = vision.run(&support::file(footage.join(clip)), &AtomicBool::new(false), |vision, event| {
        let Event::Observed { observation, .. } = event else { return ControlFlow::Continue(()) };
        row.frames += 1;
        row.face.add(share(observation.face.is_some()));
        row.phone.add(share(observation.phone.is_some_and(|phone| phone.in_hand)));
        let theirs = rows.iter().find(|row| row["frame"] == observation.frame).map(|row| &row["face"]);
        let (Some(ours), Some(theirs)) = (vision.reading(), theirs.filter(|face| face.is_object())) else {
            return ControlFlow::Continue(());
        };
        row.both += 1;
        for (name, value) in BLENDSHAPE_NAMES.iter().zip(ours.blendshapes) {
            if FAMILIES.iter().any(|family| name.starts_with(family)) {
                let expected = theirs["blendshapes"][name].as_f64().expect("the reference has every blendshape");
                row.difference.add((f64::from(value) - expected).abs());
            }
        }
        let matrix = &theirs["matrix"];
        let expected = angles(|i, j| matrix[i][j].as_f64().expect("the reference has a matrix"));
        let Some(face) = observation.face else { return ControlFlow::Continue(()) };
        let ours = [face.head.yaw_deg, face.head.pitch_deg, face.head.roll_deg].map(f64::from);
        for axis in 0..3 {
            row.near[axis].add(share((ours[axis] - expected[axis]).abs() <= NEAR_DEG));
            row.bias[axis].add(ours[axis] - expected[axis]);
        }
        ControlFlow::Continue(())
    });
    end.unwrap_or_else(|error| panic!("{clip}: {error}"));
    row
}

#[test]
fn real_footage_reads_as_mediapipe_reads_it() {
    let Some(footage) = support::footage("real_footage_reads_as_mediapipe_reads_it") else { return };
    let mut vision = Vision::load(&support::settings()).expect("models and runtime load");
    eprintln!("{:<69}share within 4 degrees    mean difference", "");
    eprintln!("{:<30} frames     face    phone  both   blend      yaw   pitch    roll   yaw pitch  roll", "clip");
    let mut failures = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            failures.push(what);
        }
    };
    let (mut all, mut people) = (Row::default(), Mean::default());
    for (clip, person) in CLIPS {
        let row = measure(&mut vision, &footage, clip);
        eprintln!("{}", row.line(clip));
        let phone = row.phone.get().unwrap_or(0.0);
        match clip {
            "phones/3761652.mp4" => check(phone >= 0.80, format!("{clip}: phone in hand in {phone:.3} of frames")),
            _ => check(phone <= 0.01, format!("{clip}: phone in hand in {phone:.3} of frames, there is none")),
        }
        if clip == "counter/book.mkv" {
            let face = row.face.get().unwrap_or(0.0);
            check(face >= 0.90, format!("{clip}: a face in {face:.3} of frames"));
        }
        if person && clip.starts_with("counter/") {
            people.join(row.face);
        }
        all.join(&row);
    }
    eprintln!("{}", all.line("all"));
    eprintln!("face found in counter clips with a person: {}", people.cell(true));
    let found = people.get().unwrap_or(0.0);
    check(found >= 0.97, format!("a face in {found:.3} of frames with a person"));
    let difference = all.difference.get().unwrap_or(f64::NAN);
    check(difference <= 0.06, format!("blendshapes differ by {difference:.4} on average"));
    for (axis, near) in ["yaw", "pitch", "roll"].into_iter().zip(all.near) {
        let near = near.get().unwrap_or(f64::NAN);
        check(near >= 0.90, format!("{axis} within {NEAR_DEG} degrees in {near:.3} of frames"));
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
