//! What is left in memory of a source that was closed: nothing in a buffer or tensor of ours.

use crate::frame::Frame;
use crate::staged::{HEIGHT_PX, Scene, WIDTH_PX, script};
use crate::zone::{Polygon, Zones};

/// Every model has run by then: a face is followed, a phone was looked for.
const FRAMES: u64 = 40;
const FROM_MS: u64 = 5_000;

/// The largest value of each tensor that pixels are put into, by the model's name.
fn tensors(pipeline: &mut super::Pipeline) -> Vec<(&'static str, f32)> {
    let largest = |values: &[f32]| values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
    let bytes = |values: &[u8]| f32::from(values.iter().copied().max().unwrap_or(0));
    vec![
        ("full range", largest(pipeline.full_range.input())),
        ("short range", largest(pipeline.short_range.input())),
        ("mesh", largest(pipeline.mesh.input())),
        ("hands", largest(pipeline.hands.input())),
        ("objects", bytes(pipeline.objects.input())),
        ("classifier", bytes(pipeline.classifier.input())),
    ]
}

#[test]
fn no_tensor_holds_anything_of_a_source_that_was_closed() {
    let part = |left: f32, right: f32| Polygon::new(vec![(left, 0.0), (right, 0.0), (right, 1.0), (left, 1.0)]);
    let zones = Zones { staff: part(0.4, 1.0).ok(), customer: part(0.0, 0.4).ok(), queue: None };
    let mut pipeline = super::pipeline(zones, 5.0, 5.0);
    let mut scene = Scene::new().expect("the scene");
    let mut frame = Frame::black(WIDTH_PX as u32, HEIGHT_PX as u32).expect("memory");
    for at in 0..FRAMES {
        let t_ms = FROM_MS + at * 33;
        scene.render(t_ms * script::FPS / 1000, frame.bytes_mut().expect("memory")).expect("rendered");
        pipeline.process(&mut frame, at, t_ms).expect("processed");
    }
    let held = tensors(&mut pipeline);
    for used in ["mesh", "objects"] {
        assert!(held.iter().any(|(name, most)| *name == used && *most > 0.0), "{used} was given nothing: {held:?}");
    }
    pipeline.forget();
    assert!(tensors(&mut pipeline).iter().all(|(_, most)| *most == 0.0), "{:?}", tensors(&mut pipeline));
}
