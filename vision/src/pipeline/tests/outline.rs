//! The outline of the staged scene through the real models: none while anyone is there, and long lines alone after.

use crate::frame::Frame;
use crate::outline::{EMPTY_MS, LEAST_LENGTH, MAX_LINES, Outline, Outliner};
use crate::staged::{HEIGHT_PX, Scene, WIDTH_PX, script};
use crate::zone::Zones;

/// Two looks a second.
const STEP_MS: u64 = 500;
/// Customer and staff member face the camera.
const BOTH_MS: u64 = 6_000;
/// The customer is there and the staff member half in the picture; the other way round; three people; a hidden face.
const SOMEBODY_MS: [u64; 4] = [3_400, 17_900, 51_000, 57_000];

struct Seeker {
    pipeline: super::Pipeline,
    scene: Scene,
    outliner: Outliner,
    t_ms: u64,
}

impl Seeker {
    fn new() -> Self {
        // A staff zone, so that the test sees that the rest is looked at too.
        let zones = Zones { customer: None, ..Scene::zones().expect("zones") };
        let scene = Scene::new().expect("the scene");
        Self { pipeline: super::pipeline(zones, 5.0, 5.0), scene, outliner: Outliner::new(), t_ms: 0 }
    }

    /// Shows one moment of the scene for so long; gives the last outline.
    fn shows(&mut self, frame_index: u64, for_ms: u64) -> Option<Box<Outline>> {
        let mut last = None;
        let mut frame = Frame::black(WIDTH_PX as u32, HEIGHT_PX as u32).expect("memory");
        let until_ms = self.t_ms + for_ms;
        while self.t_ms < until_ms {
            self.scene.render(frame_index, frame.bytes_mut().expect("memory")).expect("rendered");
            let anyone = self.pipeline.sees_anyone(&frame).expect("looked");
            last = self.outliner.look(&frame, self.t_ms, anyone).expect("looked").outline;
            self.t_ms += STEP_MS;
        }
        last
    }
}

#[test]
fn there_is_no_outline_while_anyone_is_in_the_picture_nor_for_ten_seconds_after() {
    let mut seeker = Seeker::new();
    let at = |t_ms: u64| t_ms * script::FPS / 1000;
    assert!(seeker.shows(at(BOTH_MS), EMPTY_MS + 3_000).is_none(), "somebody is there");
    for t_ms in SOMEBODY_MS {
        assert!(seeker.shows(at(t_ms), STEP_MS).is_none());
        assert!(seeker.outliner.begins_anew(), "somebody is there at {t_ms} ms");
    }
    let nobody = script::FRAMES;
    assert!(seeker.shows(nobody, EMPTY_MS).is_none(), "ten seconds are not over");
    let outline = seeker.shows(nobody, STEP_MS).expect("nobody was there for ten seconds");
    // Nothing is straight there but the counter's edge.
    assert!((1..=MAX_LINES).contains(&outline.lines().len()), "{} lines", outline.lines().len());
    let [(_, left_y), (_, right_y)] = outline.lines()[0].ends();
    assert!([left_y, right_y].iter().all(|y| (y - 0.82).abs() < 0.02), "the counter is at {left_y} to {right_y}");
    for line in outline.lines() {
        let [(x0, y0), (x1, y1)] = line.ends();
        assert!((x1 - x0).hypot((y1 - y0) * outline.height()) >= LEAST_LENGTH);
    }
}

#[test]
fn one_look_at_somebody_begins_the_ten_seconds_anew() {
    let mut seeker = Seeker::new();
    let nobody = script::FRAMES;
    assert!(seeker.shows(nobody, EMPTY_MS - STEP_MS).is_none());
    assert!(seeker.shows(BOTH_MS * script::FPS / 1000, STEP_MS).is_none());
    assert!(seeker.shows(nobody, EMPTY_MS).is_none(), "the time before does not count");
    assert!(seeker.shows(nobody, STEP_MS).is_some());
    seeker.outliner.forget();
    assert!(seeker.shows(nobody, STEP_MS).is_none(), "nor that of a source that was lost");
}
