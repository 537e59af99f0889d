//! What the face models are given, looked at tensor by tensor: nothing from outside the staff zone, ever.
//!
//! The picture is the staged scene. Inside the staff zone it is turned grey (red, green and blue equal), outside
//! it is dyed: whatever mixes of inside pixels and fill a tensor holds, it has no colour unless it holds something
//! of the outside. The customer's face stays recognisable under the dye.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::Pipeline;
use crate::frame::{FILL, Frame};
use crate::observation::Observation;
use crate::staged::{HEIGHT_PX, Scene, WIDTH_PX, script};
use crate::zone::{Polygon, Zones};

/// Every frame between these is shown: long enough for detecting, following and counting faces.
const FRAMES_A_SCENE: u64 = 24;
/// The staff member serves a customer, both face the camera.
const BOTH: u64 = 5_000;
/// Only the customer is there.
const CUSTOMER_ALONE: u64 = 2_600;
/// From here on the staff member comes in at the edge of the picture.
const STAFF_COMES: u64 = 3_300;
/// A second face stands in the staff zone.
const SECOND_FACE: u64 = 51_000;
/// The staff member is alone; a second later the second person steps in.
const SECOND_FACE_COMES: u64 = 49_000;

/// What the face models were given, one entry a tensor: the model and the largest difference between two channels
/// of one pixel, in the range 0..1.
type Seen = Rc<RefCell<Vec<(&'static str, f32)>>>;

fn inspected(zones: Zones) -> (Pipeline, Seen) {
    let mut pipeline = super::pipeline(zones, 2.0, 8.0);
    let seen = Seen::default();
    let noted = Rc::clone(&seen);
    pipeline.inspector = Some(Box::new(move |model, tensor| {
        // The face detectors take -1..1, the mesh and the hand detector 0..1.
        let range = if ["face_mesh", "hand_detector"].contains(&model) { 1.0 } else { 2.0 };
        noted.borrow_mut().push((model, colour(tensor.iter().copied()) / range));
    }));
    (pipeline, seen)
}

/// The largest difference between two channels of one pixel.
fn colour(values: impl Iterator<Item = f32>) -> f32 {
    let values: Vec<f32> = values.collect();
    values.chunks_exact(3).map(|pixel| (pixel[0] - pixel[1]).abs().max((pixel[1] - pixel[2]).abs())).fold(0.0, f32::max)
}

/// The staged scene at a time: grey inside the polygon, dyed outside.
fn dyed(scene: &mut Scene, t_ms: u64, inside: &Polygon) -> Frame {
    let mut frame = Frame::black(WIDTH_PX as u32, HEIGHT_PX as u32).expect("memory");
    let bytes = frame.bytes_mut().expect("memory");
    scene.render(t_ms * script::FPS / 1000, bytes).expect("the buffer has the right size");
    for (at, bgr) in bytes.chunks_exact_mut(3).enumerate() {
        let grey = ((u32::from(bgr[0]) + u32::from(bgr[1]) * 2 + u32::from(bgr[2])) / 4) as u8;
        let (x, y) = ((at % WIDTH_PX) as f32 + 0.5, (at / WIDTH_PX) as f32 + 0.5);
        let stays = inside.contains(x / WIDTH_PX as f32, y / HEIGHT_PX as f32);
        bgr.copy_from_slice(&if stays { [grey; 3] } else { [110 + grey / 2, grey / 3, 128 + grey / 2] });
    }
    frame
}

/// Shows a second of the scene and gives the observations; after each frame, calls `check` with the filled frame.
fn show(
    pipeline: &mut Pipeline,
    inside: &Polygon,
    from_ms: u64,
    check: impl FnMut(&mut Pipeline, &Frame, &Observation),
) -> Vec<Observation> {
    show_frames(pipeline, inside, from_ms, FRAMES_A_SCENE, check)
}

/// The same of so many frames.
fn show_frames(
    pipeline: &mut Pipeline,
    inside: &Polygon,
    from_ms: u64,
    frames: u64,
    mut check: impl FnMut(&mut Pipeline, &Frame, &Observation),
) -> Vec<Observation> {
    let mut scene = Scene::new().expect("the scene is compiled in");
    pipeline.forget();
    (0..frames)
        .map(|n| {
            let t_ms = from_ms + n * 40;
            let mut frame = dyed(&mut scene, t_ms, inside);
            let observation = pipeline.process(&mut frame, n, t_ms).expect("the frame is processed");
            check(pipeline, &frame, &observation);
            observation
        })
        .collect()
}

fn polygon(corners: &[(f32, f32)]) -> Polygon {
    Polygon::new(corners.to_vec()).expect("a polygon")
}

/// The scene's own zone, a hexagon, and a concave one: an arrow that points at the counter.
fn staff_zones() -> [Polygon; 3] {
    [
        Scene::zones().expect("zones").staff.expect("a staff zone"),
        polygon(&[(0.53, 0.37), (0.62, 0.03), (0.81, 0.02), (0.93, 0.41), (0.84, 0.97), (0.58, 0.93)]),
        polygon(&[(0.43, 0.01), (0.99, 0.02), (0.97, 0.55), (0.71, 0.98), (0.70, 0.72), (0.47, 0.61)]),
    ]
}

fn zones(staff: &Polygon) -> Zones {
    let whole = Scene::zones().expect("zones");
    Zones { staff: Some(staff.clone()), customer: whole.customer, queue: None }
}

#[test]
fn no_tensor_of_a_face_model_holds_anything_from_outside_the_staff_zone() {
    for staff in staff_zones() {
        let (mut pipeline, seen) = inspected(zones(&staff));
        let mut fitted = 0;
        for from_ms in [BOTH, CUSTOMER_ALONE, SECOND_FACE] {
            show(&mut pipeline, &staff, from_ms, |pipeline, frame, observation| {
                fitted += u32::from(observation.face.is_some_and(|face| face.eyes_open.is_some()));
                let bytes = frame.bytes().expect("pixels");
                assert!(colour(bytes.iter().map(|byte| f32::from(*byte))) == 0.0, "the frame was not filled");
                let outside = bytes.chunks_exact(3).enumerate().filter(|(at, _)| {
                    let (x, y) = ((at % WIDTH_PX) as f32 + 0.5, (at / WIDTH_PX) as f32 + 0.5);
                    !staff.contains(x / WIDTH_PX as f32, y / HEIGHT_PX as f32)
                });
                assert!(outside.into_iter().all(|(_, bgr)| bgr == [FILL; 3]));
                if observation.face.is_some() && observation.t_ms == from_ms {
                    // The first look for objects: its last crop was made around the person.
                    let crop: Vec<f32> = pipeline.objects.input().iter().map(|byte| f32::from(*byte)).collect();
                    assert!(colour(crop.into_iter()) == 0.0, "the phone crop holds the outside");
                }
            });
        }
        let seen = seen.borrow();
        for model in ["face_detector_full_range", "face_detector_short_range", "face_mesh", "hand_detector"] {
            let largest = seen.iter().filter(|(name, _)| *name == model).map(|(_, colour)| *colour).reduce(f32::max);
            let largest = largest.unwrap_or_else(|| panic!("{model} never ran: the test shows nothing of it"));
            assert!(largest < 1e-6, "{model} was given colour {largest} from outside {staff:?}");
        }
        assert!(fitted > 20, "the staff member's face was read in {fitted} frames only");
    }
}

#[test]
fn the_same_frames_without_zones_do_show_the_colour() {
    let [staff, ..] = staff_zones();
    let (mut pipeline, seen) = inspected(Zones::default());
    show(&mut pipeline, &staff, BOTH, |_, _, _| {});
    show(&mut pipeline, &staff, CUSTOMER_ALONE, |_, _, _| {});
    for model in ["face_detector_full_range", "face_mesh"] {
        let largest = seen.borrow().iter().filter(|(name, _)| *name == model).map(|(_, c)| *c).fold(0.0, f32::max);
        assert!(largest > 0.3, "{model}: colour {largest}; a leak would not be noticed");
    }
}

#[test]
fn the_customer_is_found_without_zones_and_never_with_them() {
    for staff in staff_zones() {
        let (mut pipeline, seen) = inspected(zones(&staff));
        let alone = show(&mut pipeline, &staff, CUSTOMER_ALONE, |_, _, observation| {
            let mesh_ran = seen.borrow().iter().any(|(model, _)| *model == "face_mesh");
            assert!(!mesh_ran || observation.t_ms >= STAFF_COMES, "the customer was read");
        });
        let empty = |o: &&Observation| o.t_ms < STAFF_COMES;
        assert!(alone.iter().filter(empty).all(|o| o.face.is_none() && o.faces == 0 && !o.not_alone));
        assert!(
            alone.iter().filter_map(|o| o.face).all(|face| face.bounds.x > 0.8),
            "at the edge, and not the customer"
        );
        assert!(alone.iter().any(|o| o.customer_present == Some(true)), "presence is all that is said");
        let both = show(&mut pipeline, &staff, BOTH, |_, _, _| {});
        for observation in &both {
            assert!(observation.faces <= 1 && !observation.not_alone, "{observation:?}");
            let face = observation.face.expect("the staff member's face");
            assert!(staff.contains(face.bounds.x + face.bounds.w / 2.0, face.bounds.y + face.bounds.h / 2.0));
        }
    }
    let (mut pipeline, _) = inspected(Zones::default());
    let everywhere = show(&mut pipeline, &staff_zones()[0], CUSTOMER_ALONE, |_, _, _| {});
    let found = everywhere.iter().filter_map(|o| o.face).filter(|face| face.bounds.x < 0.4).count();
    assert!(found > 8, "under the dye the customer was found in {found} frames: the test above shows little");
}

#[test]
fn no_mesh_runs_while_there_are_more_faces_than_people() {
    let staff = &staff_zones()[0];
    let (mut pipeline, seen) = inspected(zones(staff));
    // A second face that was there from the first frame on, and one that steps in beside a face that is followed.
    for (from_ms, frames) in [(SECOND_FACE, FRAMES_A_SCENE), (SECOND_FACE_COMES, 3 * FRAMES_A_SCENE)] {
        let (mut before, mut read) = (0, 0);
        seen.borrow_mut().clear();
        let observations = show_frames(&mut pipeline, staff, from_ms, frames, |_, _, observation| {
            let meshes = seen.borrow().iter().filter(|(model, _)| *model == "face_mesh").count();
            assert!(!observation.not_alone || meshes == before, "a face was read in frame {}", observation.frame);
            assert!(!observation.not_alone || observation.face.is_none());
            read += usize::from(meshes > before);
            before = meshes;
        });
        assert_eq!(read > 20, from_ms == SECOND_FACE_COMES, "one who is alone is read: {read}");
        let not_alone = observations.iter().filter(|o| o.not_alone).count();
        assert!(not_alone > 20, "only {not_alone} frames were not alone");
    }
}

#[test]
fn nothing_is_read_of_several_signed_in_people() {
    let staff = &staff_zones()[0];
    let (mut pipeline, seen) = inspected(zones(staff));
    pipeline.people = 2;
    for from_ms in [BOTH, SECOND_FACE] {
        let observations = show(&mut pipeline, staff, from_ms, |_, _, _| {});
        assert!(
            observations.iter().all(|o| o.not_alone && o.face.is_none() && o.posture.is_none() && o.phone.is_none())
        );
        assert!(observations.iter().any(|o| o.customer_present == Some(true)), "customers are still seen");
    }
    assert!(seen.borrow().is_empty(), "a face model ran");
}
