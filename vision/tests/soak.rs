//! Memory over a long run of a looped clip: bounded, and flat once it is warm. 1,000 frames; 10,000 with HYMY_LONG=1.
//!
//! The clip is real footage where it is there, because a followed face runs every model; else the staged scene,
//! which is shorter than the long run and is run again. Alone in its program: resident memory is the process's.

mod support;

use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use hymy_vision::{Event, SourceSpec, Vision, VisionSettings, Zones};
use support::resident_kib;

const MIB: u64 = 1024;
/// Resident memory may be this much, all in all.
const MOST_KIB: u64 = 250 * MIB;
/// And may grow by this much after the first frames.
const GROWTH_KIB: u64 = 8 * MIB;
const WARM_FRAMES: u64 = 500;

/// Runs `source` again and again until `frames` have passed; checks memory on the way.
fn soak(source: &SourceSpec, zones: Zones, frames: u64) {
    let settings = VisionSettings { zones, ..support::settings() };
    let mut vision = Vision::load(&settings).expect("models and runtime load");
    let (mut passed, mut faces, mut warm, mut most) = (0u64, 0u64, 0, 0);
    while passed < frames {
        let end = vision.run(source, &AtomicBool::new(false), |_, event| {
            if let Event::Observed { observation, .. } = event {
                passed += 1;
                faces += u64::from(observation.face.is_some());
                if passed == WARM_FRAMES {
                    warm = resident_kib();
                }
                if passed.is_multiple_of(50) {
                    most = most.max(resident_kib());
                }
            }
            if passed < frames { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        end.expect("the source is sound");
    }
    let end = resident_kib();
    eprintln!(
        "{passed} frames, {faces} with a face: {} MiB after {WARM_FRAMES}, {} MiB at the end, {} MiB at most",
        warm / MIB,
        end / MIB,
        most.max(end) / MIB,
    );
    assert!(faces * 2 > passed, "a face in {faces} of {passed} frames: the face models hardly ran");
    assert!(most.max(end) <= MOST_KIB, "{} KiB", most.max(end));
    assert!(end.saturating_sub(warm) <= GROWTH_KIB, "{warm} KiB after {WARM_FRAMES} frames, {end} KiB at the end");
}

#[test]
fn memory_stays_flat_over_a_looped_clip() {
    let long = std::env::var_os("HYMY_LONG").is_some_and(|value| value == "1");
    let frames = if long { 10_000 } else { 1_000 };
    if !long {
        support::not_run("memory_stays_flat_over_a_looped_clip at full size", "HYMY_LONG=1 is not set; a tenth runs");
    }
    match support::footage("memory_stays_flat_over_a_looped_clip on footage; the staged scene runs instead") {
        Some(footage) => {
            let looped = SourceSpec::File { path: footage.join("counter/help.mkv"), times: u32::MAX };
            soak(&looped, Zones::default(), frames);
        }
        None => soak(&SourceSpec::Staged, hymy_vision::staged::zones().expect("the scene's zones"), frames),
    }
}
