//! The check that the camera was not moved, on what the real models say of real footage and of the staged scene: every
//! clip looped for ten minutes is one shift of a person with that clip's looks.

mod support;

use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use hymy::decide::{Drift, Moved};
use hymy_vision::{Event, Observation, SourceSpec, Vision, VisionSettings, Zones, find_models, staged};
use support::footage;

const MINUTE_MS: u64 = 60_000;
const LENGTH_MS: u64 = 12 * MINUTE_MS;
const MOVED_MS: u64 = 4 * MINUTE_MS;
const NOTICED_WITHIN_MS: u64 = 5 * MINUTE_MS;

/// What the models say of a source, once.
fn observed(source: &SourceSpec, zones: Zones) -> Vec<Observation> {
    let settings = VisionSettings { zones, objects_hz: 0.5, ..VisionSettings::new(find_models(None)) };
    let mut vision = Vision::load(&settings).expect("models");
    let mut observations = Vec::new();
    let ended = vision.run(source, &AtomicBool::new(false), |_, event| {
        if let Event::Observed { observation, .. } = event {
            observations.push(observation);
        }
        ControlFlow::Continue(())
    });
    ended.expect("read to the end");
    observations
}

/// When it is noticed, with these degrees added to every direction after [`MOVED_MS`].
fn noticed(once: &[Observation], yaw_deg: f32, pitch_deg: f32) -> Vec<(u64, Moved)> {
    let step_ms = 1 + once[once.len() - 1].t_ms - once[once.len() - 2].t_ms;
    let round_ms = once[once.len() - 1].t_ms + step_ms;
    let mut drift = Drift::new();
    let mut noticed = Vec::new();
    for round in 0..LENGTH_MS / round_ms {
        for observation in once {
            let mut observation = *observation;
            observation.t_ms += round * round_ms;
            if let Some(face) = observation.face.as_mut().filter(|_| observation.t_ms >= MOVED_MS) {
                face.head.yaw_deg += yaw_deg;
                face.head.pitch_deg += pitch_deg;
            }
            noticed.extend(drift.observe(&observation).map(|moved| (observation.t_ms, moved)));
        }
    }
    noticed
}

fn check(name: &str, once: &[Observation]) {
    assert_eq!(noticed(once, 0.0, 0.0), [], "{name} as it is");
    for (yaw_deg, pitch_deg) in [(10.0, 0.0), (-10.0, 0.0), (0.0, 10.0), (0.0, -10.0)] {
        let noticed = noticed(once, yaw_deg, pitch_deg);
        eprintln!("{name}, {yaw_deg} and {pitch_deg} degrees: {noticed:?}");
        let [(t_ms, Moved::Directions)] = noticed[..] else {
            panic!("{name}, {yaw_deg} and {pitch_deg} degrees: {noticed:?}");
        };
        assert!((MOVED_MS..=MOVED_MS + NOTICED_WITHIN_MS).contains(&t_ms), "{name}: {t_ms}");
    }
}

#[test]
fn ten_degrees_are_noticed_in_looped_clips_and_nothing_is_in_unchanged_ones() {
    let Some(folder) = footage("ten_degrees_are_noticed_in_looped_clips_and_nothing_is_in_unchanged_ones") else {
        return;
    };
    for clip in ["again", "book", "eat", "help", "hungry", "milk", "thanks", "yes"] {
        let path = folder.join(format!("counter/{clip}.mkv"));
        check(clip, &observed(&SourceSpec::File { path, times: 1 }, Zones::default()));
    }
}

#[test]
fn ten_degrees_are_noticed_in_the_staged_scene() {
    let zones = Zones { customer: None, ..staged::zones().expect("polygons") };
    check("staged", &observed(&SourceSpec::Staged, zones));
}
