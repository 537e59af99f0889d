//! A camera that hangs on its side, upside down or behind a mirror gives the observations of one that does not.

use crate::frame::Frame;
use crate::observation::Observation;
use crate::orientation::{Orientation, Rotate, Upright};
use crate::staged::{HEIGHT_PX, Scene, WIDTH_PX, script};
use crate::zone::{Polygon, Zones};

/// The staff member has turned the head by 25 degrees.
const TURNED: u64 = 7_600;
/// Frames until the followed crop has settled.
const SETTLE: u64 = 3;

/// The staged scene as a camera gives it that hangs so: what [`Upright`] has to undo, pixel by pixel.
fn as_hung(upright: &Frame, orientation: Orientation) -> Frame {
    let (width, height) = match orientation.rotate {
        Rotate::None | Rotate::Half => (WIDTH_PX, HEIGHT_PX),
        Rotate::Clockwise90 | Rotate::Clockwise270 => (HEIGHT_PX, WIDTH_PX),
    };
    let mut hung = Frame::black(width as u32, height as u32).expect("memory");
    let pixels = upright.bytes().expect("pixels");
    for (at, pixel) in hung.bytes_mut().expect("pixels").chunks_exact_mut(3).enumerate() {
        let (x, y) = (at % width, at / width);
        // Where this pixel comes to lie once the picture is turned clockwise.
        let (x, y) = match orientation.rotate {
            Rotate::None => (x, y),
            Rotate::Clockwise90 => (WIDTH_PX - 1 - y, x),
            Rotate::Half => (WIDTH_PX - 1 - x, HEIGHT_PX - 1 - y),
            Rotate::Clockwise270 => (y, HEIGHT_PX - 1 - x),
        };
        let x = if orientation.mirrored { WIDTH_PX - 1 - x } else { x };
        pixel.copy_from_slice(&pixels[(y * WIDTH_PX + x) * 3..][..3]);
    }
    hung
}

/// What is seen of the scene through a camera that hangs as `hung` and is told to hang as `told`.
fn seen(scene: &mut Scene, zones: Zones, hung: Orientation, told: Orientation) -> Observation {
    let mut pipeline = super::pipeline(zones, 2.0, 8.0);
    let mut upright = Upright::new(told);
    let mut last = None;
    for n in 0..SETTLE {
        let t_ms = TURNED + n * 40;
        let mut rendered = Frame::black(WIDTH_PX as u32, HEIGHT_PX as u32).expect("memory");
        let bytes = rendered.bytes_mut().expect("pixels");
        scene.render(t_ms * script::FPS / 1000, bytes).expect("the buffer has the right size");
        let mut captured = as_hung(&rendered, hung);
        let frame = upright.of(&mut captured).expect("turned");
        last = Some(pipeline.process(frame, n, t_ms).expect("the frame is processed"));
    }
    last.expect("some frames")
}

#[test]
fn a_camera_that_hangs_otherwise_sees_the_same() {
    let mut scene = Scene::new().expect("the scene is compiled in");
    let zones = Scene::zones().expect("zones");
    let plain = seen(&mut scene, zones.clone(), Orientation::default(), Orientation::default());
    let yaw_deg = plain.face.expect("a face").head.yaw_deg;
    assert!(yaw_deg > 15.0, "turned to the right of the picture: {yaw_deg}");
    for (rotate, mirrored) in [
        (Rotate::None, true),
        (Rotate::Clockwise90, false),
        (Rotate::Half, true),
        (Rotate::Clockwise270, false),
        (Rotate::Clockwise270, true),
    ] {
        let orientation = Orientation { rotate, mirrored };
        assert_eq!(seen(&mut scene, zones.clone(), orientation, orientation), plain, "{orientation:?}");
    }
    let mirrored = Orientation { mirrored: true, ..Orientation::default() };
    // Where the staff member is in the mirrored picture.
    let there = Polygon::new(vec![(0.0, 0.0), (0.6, 0.0), (0.6, 1.0), (0.0, 1.0)]).expect("a polygon");
    let zones = Zones { staff: Some(there), ..Zones::default() };
    let untold = seen(&mut scene, zones, mirrored, Orientation::default()).face;
    assert!(untold.is_some_and(|face| face.head.yaw_deg < -15.0), "a mirror nobody told of: {untold:?}");
}
