//! The gaze of a turned head: the portraits' eyes turn with the head, so the gaze changes by what the head is turned.

use crate::frame::Frame;
use crate::observation::Gaze;
use crate::staged::{HEIGHT_PX, Scene, WIDTH_PX, script, zones};

/// Half of the turned frames must be nearer to the script than this, in degrees.
const MEDIAN_DEG: f32 = 7.0;
/// Staff member at rest: times in the scene, Collins and Hopper.
const PORTRAITS: [u64; 2] = [6_000, 24_400];
/// Turns and nods, by yaw and pitch.
const TURNS: [(f32, f32); 8] =
    [(25.0, 0.0), (-25.0, 0.0), (0.0, -25.0), (0.0, -18.0), (0.0, -12.0), (0.0, 12.0), (18.0, -12.0), (-18.0, -12.0)];
/// Frames on the way there, at 25 a second: half a second, as long as the script takes.
const WAY: u16 = 12;

#[test]
fn turns_and_nods_of_25_degrees_change_the_gaze_by_as_much() {
    let mut scene = Scene::new().expect("the scene is compiled in");
    let mut zones = zones().expect("polygons");
    zones.customer = None;
    let mut pipeline = super::pipeline(zones, 0.001, 4.0);
    let (mut errors, mut told) = (Vec::new(), Vec::new());
    for at_ms in PORTRAITS {
        let mut gaze = |(yaw_deg, pitch_deg): (f32, f32)| -> Option<Gaze> {
            pipeline.forget();
            let mut seen = None;
            for n in 0..=WAY {
                let share = f32::from(n) / f32::from(WAY);
                let mut frame = Frame::black(WIDTH_PX as u32, HEIGHT_PX as u32).expect("memory");
                let turn = (yaw_deg * share, pitch_deg * share);
                let bytes = frame.bytes_mut().expect("memory");
                scene.render_turned(at_ms * script::FPS / 1000, turn, bytes).expect("drawn");
                seen = pipeline.process(&mut frame, n.into(), u64::from(n) * 40).expect("processed").face;
            }
            seen?.gaze
        };
        let rest = gaze((0.0, 0.0)).expect("a gaze at rest");
        for turn in TURNS {
            let there = gaze(turn).unwrap_or_else(|| panic!("no gaze at {turn:?}"));
            let off = [there.yaw_deg - rest.yaw_deg - turn.0, there.pitch_deg - rest.pitch_deg - turn.1];
            let error = off[0].abs().max(off[1].abs());
            told.push(format!("{turn:?} off by {off:.1?}, spread {:.1}", there.spread_deg()));
            errors.push(error);
        }
    }
    errors.sort_by(f32::total_cmp);
    let median = errors[errors.len() / 2];
    eprintln!("median {median:.1} degrees; {}", told.join("; "));
    assert!(median <= MEDIAN_DEG, "median {median:.1}: {told:#?}");
}
