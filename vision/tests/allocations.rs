//! What is allocated while frames pass: nothing of ours, once everything has been seen. Alone in its program, whose
//! allocator counts. onnxruntime and OpenCV have allocators of their own, which are not counted.

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use hymy_vision::{Event, SourceSpec, Vision, VisionSettings, staged};

/// Counts what the thread that asks allocates.
struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: everything is the system's allocator's; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's word.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's word.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's word.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Frames after which every list has been as long as it gets. All models but the image classifier have run by then:
/// the scene has no phone.
const WARM_FRAMES: u64 = 300;
/// Later the scene is drawn larger, for which its drawing allocates.
const FRAMES: u64 = 540;

#[test]
fn no_frame_allocates_once_everything_is_warm() {
    let settings = VisionSettings { zones: staged::zones().expect("the scene's own"), ..support::settings() };
    let mut vision = Vision::load(&settings).expect("models and runtime load");
    let (mut frames, mut before, mut faces) = (0u64, 0u64, 0u64);
    let mut allocated: Vec<(u64, u64)> = Vec::with_capacity(FRAMES as usize);
    while frames < FRAMES {
        vision
            .run(&SourceSpec::Staged, &AtomicBool::new(false), |_, event| {
                let now = COUNT.with(Cell::get);
                if let Event::Observed { observation, .. } = event {
                    frames += 1;
                    faces += u64::from(observation.face.is_some());
                    if frames > WARM_FRAMES && now > before {
                        allocated.push((frames, now - before));
                    }
                }
                before = COUNT.with(Cell::get);
                if frames < FRAMES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })
            .expect("the scene runs");
    }
    assert!(faces * 2 > frames, "a face in {faces} of {frames} frames: the face models hardly ran");
    assert!(allocated.is_empty(), "frames and how often they allocated: {allocated:?}");
}
