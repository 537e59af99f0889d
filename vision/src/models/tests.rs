//! Models of one process: one session for all that use it, and tensors that nobody shares.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use super::face_mesh::{INPUT_PX, NAME, POINTS};
use super::{Model, output};
use crate::manifest::Manifest;
use crate::runtime::{Runtime, RuntimeSettings};

fn runtime() -> (Arc<Runtime>, Manifest) {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let runtime = Runtime::load(&RuntimeSettings::default(), &models).expect("the runtime library is set up");
    (runtime, Manifest::read(&models).expect("the manifest is sound"))
}

fn mesh(runtime: &Runtime, manifest: &Manifest) -> Model<f32> {
    let model = manifest.model(NAME).expect("verified");
    Model::new(runtime, NAME, &model, [1, INPUT_PX, INPUT_PX, 3]).expect("loads")
}

/// What the mesh says of a made-up picture.
fn landmarks(model: &mut Model<f32>, seed: u32) -> Vec<f32> {
    for (at, value) in model.input().iter_mut().enumerate() {
        *value = ((at as u32).wrapping_mul(2_654_435_761 + 2 * seed) >> 24) as f32 / 255.0;
    }
    let outputs = model.run().expect("runs");
    output(outputs, NAME, c"landmarks", POINTS * 3).expect("as many as stated").to_vec()
}

#[test]
fn pipelines_of_a_process_have_one_session_and_it_goes_with_the_last() {
    let (runtime, manifest) = runtime();
    let (one, other) = (mesh(&runtime, &manifest), mesh(&runtime, &manifest));
    assert!(Arc::ptr_eq(&one.session, &other.session));
    let hands = manifest.model(super::hand_detector::NAME).expect("verified");
    let hands = runtime.shared_session(super::hand_detector::NAME, &hands).expect("loads");
    assert!(!Arc::ptr_eq(&one.session, &hands), "another model is another session");
    let left = Arc::downgrade(&hands);
    drop(hands);
    // Tests of other models may have it too, but nothing keeps it that nobody uses.
    assert!(left.strong_count() == 0 || Arc::strong_count(&left.upgrade().expect("just seen")) > 1);
}

#[test]
fn pipelines_that_run_at_once_say_what_each_says_alone() {
    let (runtime, manifest) = runtime();
    let alone: Vec<Vec<f32>> = (0..3).map(|seed| landmarks(&mut mesh(&runtime, &manifest), seed)).collect();
    assert!(alone[0] != alone[1], "two pictures, two answers");
    std::thread::scope(|scope| {
        for (seed, expected) in (0..).zip(&alone) {
            let mut model = mesh(&runtime, &manifest);
            scope.spawn(move || {
                for _ in 0..10 {
                    assert!(&landmarks(&mut model, seed) == expected, "picture {seed}");
                }
            });
        }
    });
}

#[test]
fn a_camera_that_fell_over_does_not_stop_the_others() {
    let (runtime, manifest) = runtime();
    let (mut one, other) = (mesh(&runtime, &manifest), mesh(&runtime, &manifest));
    let before = landmarks(&mut one, 4);
    let fell = std::thread::spawn(move || {
        let _held = other.session.lock().unwrap_or_else(PoisonError::into_inner);
        panic!("while it had the session");
    });
    assert!(fell.join().is_err());
    assert!(landmarks(&mut one, 4) == before);
}

#[test]
fn what_was_given_and_said_is_overwritten() {
    let (runtime, manifest) = runtime();
    let mut model = mesh(&runtime, &manifest);
    assert!(landmarks(&mut model, 5).iter().any(|value| *value != 0.0));
    model.wipe();
    assert!(model.input().iter().all(|value| *value == 0.0));
    let said = |model: &Model<f32>| {
        model.outputs.iter().flat_map(|output| output.values.extract_tensor().1.to_vec()).any(|value| value != 0.0)
    };
    assert!(!said(&model));
}

#[test]
fn an_output_of_another_name_or_length_is_an_error() {
    let (runtime, manifest) = runtime();
    let mut model = mesh(&runtime, &manifest);
    let outputs = model.run().expect("runs");
    for (name, length) in [(c"landmark", POINTS * 3), (c"landmarks", POINTS)] {
        let error = output(outputs, NAME, name, length).expect_err("refused").to_string();
        assert!(error.contains(name.to_str().expect("text")), "{error}");
    }
}
