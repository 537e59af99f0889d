//! What the readings bear: small and large faces, a tilted head, little light, a lamp behind the person.
//!
//! The portraits of the staged scene at rest, scaled, rolled and relit in memory; what they say at their own size
//! is the yardstick, because nobody knows the true angles of a portrait.

use opencv::core::{BORDER_REPLICATE, Mat, Scalar, Size};
use opencv::imgproc::{self, INTER_AREA, INTER_LINEAR};

use crate::frame::Frame;
use crate::observation::Face;
use crate::staged::{HEIGHT_PX, Scene, WIDTH_PX, script};
use crate::zone::Zones;

/// Frames until the followed crop has settled.
const SETTLE: u64 = 12;

/// A staff member at rest: time in the scene, the middle of the face in pixels, whether the portrait smiles.
struct Sitter {
    t_ms: u64,
    face_px: (f64, f64),
    smiles: bool,
}

const SITTERS: [Sitter; 2] = [
    Sitter { t_ms: 6_000, face_px: (452.0, 168.0), smiles: true },
    Sitter { t_ms: 24_400, face_px: (452.0, 193.0), smiles: false },
];

/// The sitter alone, scaled and rolled about the face, which comes to the middle of the picture.
fn photographed(scene: &mut Scene, sitter: &Sitter, scale: f64, roll_deg: f64) -> Frame {
    let mut whole = Frame::black(WIDTH_PX as u32, HEIGHT_PX as u32).expect("memory");
    let bytes = whole.bytes_mut().expect("memory");
    scene.render(sitter.t_ms * script::FPS / 1000, bytes).expect("the buffer has the right size");
    // The customer is not part of the picture.
    for pixel in bytes.chunks_exact_mut(3).enumerate().filter(|(at, _)| at % WIDTH_PX < WIDTH_PX * 2 / 5) {
        pixel.1.copy_from_slice(&[150, 160, 165]);
    }
    // Shrinking by sampling would alias: the picture is shrunk by areas first.
    let shrink = scale.min(1.0);
    let mut small = Frame::empty();
    let size = Size::new((WIDTH_PX as f64 * shrink).round() as i32, (HEIGHT_PX as f64 * shrink).round() as i32);
    imgproc::resize(whole.mat(), small.mat_mut(), size, 0.0, 0.0, INTER_AREA).expect("shrunk");
    let (sin, cos) = roll_deg.to_radians().sin_cos();
    let left = scale / shrink;
    let (a, b) = (left * cos, left * sin);
    let (x, y) = (sitter.face_px.0 * shrink, sitter.face_px.1 * shrink);
    let (to_x, to_y) = (WIDTH_PX as f64 / 2.0, HEIGHT_PX as f64 / 2.0);
    let matrix = [[a, -b, to_x - a * x + b * y], [b, a, to_y - b * x - a * y]];
    let matrix = Mat::from_slice_2d(&matrix).expect("2x3");
    let mut placed = Frame::empty();
    imgproc::warp_affine(
        small.mat(),
        placed.mat_mut(),
        &matrix,
        Size::new(WIDTH_PX as i32, HEIGHT_PX as i32),
        INTER_LINEAR,
        BORDER_REPLICATE,
        Scalar::default(),
    )
    .expect("placed");
    placed
}

/// What is read of the sitter once the crop has settled.
fn read(scene: &mut Scene, sitter: &Sitter, scale: f64, roll_deg: f64, light: impl Fn(&mut Frame)) -> Option<Face> {
    thread_local! {
        static PIPELINE: std::cell::RefCell<crate::pipeline::Pipeline> =
            std::cell::RefCell::new(super::pipeline(Zones::default(), 0.001, 0.001));
    }
    PIPELINE.with_borrow_mut(|pipeline| {
        pipeline.forget();
        let mut seen = None;
        for n in 0..SETTLE {
            let mut frame = photographed(scene, sitter, scale, roll_deg);
            light(&mut frame);
            seen = pipeline.process(&mut frame, n, n * 40).expect("the frame is processed").face;
        }
        seen
    })
}

#[test]
fn a_face_of_15_to_240_pixels_is_read_as_at_its_own_size() {
    let mut scene = Scene::new().expect("the scene is compiled in");
    for sitter in &SITTERS {
        let native = read(&mut scene, sitter, 1.0, 0.0, |_| {}).expect("the portrait is read");
        for width_px in [16.0, 20.0, 24.0, 30.0, 60.0, 120.0, 240.0] {
            let scale = width_px / f64::from(native.width_px);
            let face =
                read(&mut scene, sitter, scale, 0.0, |_| {}).unwrap_or_else(|| panic!("no face of {width_px} px"));
            // Seen: 3.2 degrees at 18 pixels, 1.6 from 30 on.
            let allowed_deg = if width_px < 30.0 { 6.0 } else { 3.0 };
            agrees(sitter, &native, &face, allowed_deg, &format!("{width_px} px"));
        }
    }
}

#[test]
fn a_head_rolled_by_40_degrees_is_read() {
    let mut scene = Scene::new().expect("the scene is compiled in");
    for sitter in &SITTERS {
        let native = read(&mut scene, sitter, 1.0, 0.0, |_| {}).expect("the portrait is read");
        for roll_deg in [-40.0f32, -20.0, 20.0, 40.0] {
            let face = read(&mut scene, sitter, 1.0, f64::from(roll_deg), |_| {}).expect("a rolled face is read");
            // A pitched head that is rolled in the picture is a yawed one in part: seen up to 8 degrees.
            agrees(sitter, &native, &face, 10.0, &format!("rolled by {roll_deg}"));
            let off_deg = (face.head.roll_deg - native.head.roll_deg - roll_deg).abs();
            assert!(off_deg < 3.0, "rolled by {roll_deg}: {off_deg}");
        }
    }
}

#[test]
fn little_light_and_a_bright_window_behind_change_nothing() {
    let mut scene = Scene::new().expect("the scene is compiled in");
    for sitter in &SITTERS {
        let native = read(&mut scene, sitter, 1.0, 0.0, |_| {}).expect("the portrait is read");
        for gain in [0.2f32, 0.5] {
            let dim = |frame: &mut Frame| {
                for byte in frame.bytes_mut().expect("memory") {
                    *byte = (f32::from(*byte) * gain) as u8;
                }
            };
            let face = read(&mut scene, sitter, 1.0, 0.0, dim).expect("a dim face is read");
            agrees(sitter, &native, &face, 3.0, &format!("light {gain}"));
        }
        // A face at a quarter of its light before what is brighter than the camera can show.
        let against_light = |frame: &mut Frame| {
            let middle = (WIDTH_PX / 2, HEIGHT_PX / 2);
            for (at, pixel) in frame.bytes_mut().expect("memory").chunks_exact_mut(3).enumerate() {
                let (dx, dy) = ((at % WIDTH_PX).abs_diff(middle.0), (at / WIDTH_PX).abs_diff(middle.1));
                let near = dx * dx + dy * dy < 90 * 90 || (at / WIDTH_PX > middle.1 + 60 && dx < 120);
                for byte in pixel {
                    *byte = if near { *byte / 4 } else { byte.saturating_add(120) };
                }
            }
        };
        let face = read(&mut scene, sitter, 1.0, 0.0, against_light).expect("a face against the light is read");
        agrees(sitter, &native, &face, 4.0, "against the light");
    }
}

/// The face is read, and says what it says at its own size and in its own light.
fn agrees(sitter: &Sitter, native: &Face, face: &Face, allowed_deg: f32, how: &str) {
    assert!(!face.turned_away, "{how}");
    let off_deg = [face.head.yaw_deg - native.head.yaw_deg, face.head.pitch_deg - native.head.pitch_deg];
    assert!(off_deg.iter().all(|off| off.abs() < allowed_deg), "{how}: yaw, pitch off by {off_deg:.1?}");
    // A mouth of a few pixels may count as hidden, but never says the wrong thing.
    if let Some(smile) = face.smile {
        assert_eq!(smile > 0.5, sitter.smiles, "{how}: {smile}");
    }
    assert!(face.smile.is_some() || face.width_px < 30.0, "{how}: the mouth counts as hidden");
}
