//! Frames of usual and strange shapes as tensors: every place shows what lies there.

use opencv::core::Rect;

use super::{Preprocessor, ValueRange};
use crate::frame::{FILL, Frame};
use crate::geometry::{Affine, RotatedSquare};

const SIDE: usize = 96;
/// Frames of usual and of strange shapes: larger than the square in both ways, in one, in none.
const SIZES: [(u32, u32); 8] =
    [(640, 480), (640, 338), (338, 640), (1920, 1080), (8192, 64), (64, 700), (64, 64), (3, 2)];

/// Grows from 0 to 250, green to the right and red downwards; blue is the grey outside.
fn slopes(width: u32, height: u32) -> Frame {
    let mut frame = Frame::black(width, height).unwrap();
    for (at, bgr) in frame.bytes_mut().unwrap().chunks_exact_mut(3).enumerate() {
        let (x, y) = (at as u32 % width, at as u32 / width);
        bgr.copy_from_slice(&[FILL, share_of(x as f32 + 0.5, width), share_of(y as f32 + 0.5, height)]);
    }
    frame
}

fn share_of(place: f32, length: u32) -> u8 {
    (place / length as f32 * 250.0) as u8
}

/// Every pixel of the square that shows the frame shows what lies there, and every other one is grey.
fn check(square: &[f32], frame_from_square: &Affine, (width, height): (u32, u32), what: &str) {
    let (width_px, height_px) = (width as f32, height as f32);
    for (at, rgb) in square.chunks_exact(3).enumerate() {
        let (u, v) = ((at % SIDE) as f32 + 0.5, (at / SIDE) as f32 + 0.5);
        let (x, y) = frame_from_square.apply((u, v));
        let inside = (0.0..width_px).contains(&x) && (0.0..height_px).contains(&y);
        let wanted =
            if inside { [y / height_px, x / width_px].map(|share| share * 250.0) } else { [f32::from(FILL); 2] };
        // A pixel is as coarse as this, and a byte is rounded down.
        let coarse = |length: u32| 250.0 / length as f32 + 1.5;
        assert!((rgb[0] - wanted[0]).abs() < coarse(height), "{what} {u} {v}: {rgb:?} {wanted:?}");
        assert!((rgb[1] - wanted[1]).abs() < coarse(width), "{what} {u} {v}: {rgb:?} {wanted:?}");
        assert!((rgb[2] - f32::from(FILL)).abs() < 0.51, "{what} {u} {v}: {rgb:?}");
    }
}

#[test]
fn a_letterboxed_frame_shows_the_frame_whatever_its_shape_and_grey_around_it() {
    for (width, height) in SIZES {
        let frame = slopes(width, height);
        let all = Rect::new(0, 0, width as i32, height as i32);
        for share in [1.0, 0.4] {
            let mut square = vec![f32::NAN; SIDE * SIDE * 3];
            let map = Preprocessor::new().letterbox(&frame, all, SIDE, share, ValueRange::Unit, &mut square).unwrap();
            square.iter_mut().for_each(|value| *value *= 255.0);
            check(&square, &map, (width, height), &format!("{width} {height} {share}"));
        }
    }
}

#[test]
fn a_stretched_frame_fills_the_square_whatever_its_shape() {
    for (width, height) in SIZES {
        let mut square = vec![7u8; SIDE * SIDE * 3];
        let map = Preprocessor::new().stretch(&slopes(width, height), SIDE, &mut square).unwrap();
        let square: Vec<f32> = square.into_iter().map(f32::from).collect();
        check(&square, &map, (width, height), &format!("{width} {height}"));
    }
}

#[test]
fn a_part_of_the_frame_shows_nothing_beside_it() {
    let mut frame = slopes(640, 480);
    for (at, bgr) in frame.bytes_mut().unwrap().chunks_exact_mut(3).enumerate() {
        let inside = (100..501).contains(&(at % 640)) && (33..400).contains(&(at / 640));
        bgr.fill(if inside { 200 } else { 10 });
    }
    for (share, side) in [(1.0, SIDE), (1.0, 300)] {
        let mut square = vec![f32::NAN; side * side * 3];
        let part = Rect::new(100, 33, 401, 367);
        Preprocessor::new().letterbox(&frame, part, side, share, ValueRange::Unit, &mut square).unwrap();
        let shown = |value: &f32| [200.0, f32::from(FILL)].iter().any(|wanted| (value * 255.0 - wanted).abs() < 1e-2);
        assert!(square.iter().all(shown), "{side}");
    }
}

#[test]
fn bytes_and_numbers_of_a_crop_are_the_same() {
    let frame = slopes(640, 480);
    let square = RotatedSquare { centre: (311.0, 250.5), side: 333.0, angle: 0.3 };
    let (mut numbers, mut bytes) = (vec![f32::NAN; SIDE * SIDE * 3], vec![0u8; SIDE * SIDE * 3]);
    let mut preprocessor = Preprocessor::new();
    let map = preprocessor.crop(&frame, &square, SIDE, ValueRange::Symmetric, &mut numbers).unwrap();
    preprocessor.crop(&frame, &square, SIDE, ValueRange::Bytes, &mut bytes).unwrap();
    numbers.iter_mut().for_each(|value| *value = (*value + 1.0) * 127.5);
    assert!(numbers.iter().zip(&bytes).all(|(number, byte)| (number - f32::from(*byte)).abs() < 0.51));
    check(&numbers, &map, (640, 480), "crop");
}

#[test]
fn a_tensor_of_another_length_is_an_error() {
    let frame = slopes(64, 48);
    let mut preprocessor = Preprocessor::new();
    let (mut short, mut bytes) = (vec![0.0f32; SIDE], vec![0u8; SIDE]);
    let all = Rect::new(0, 0, 64, 48);
    for side in [16, 90] {
        assert!(preprocessor.letterbox(&frame, all, side, 1.0, ValueRange::Unit, &mut short).is_err());
        assert!(preprocessor.stretch(&frame, side, &mut bytes).is_err());
    }
    let square = RotatedSquare { centre: (30.0, 20.0), side: 20.0, angle: 0.0 };
    assert!(preprocessor.crop(&frame, &square, SIDE, ValueRange::Unit, &mut short).is_err());
    assert!(preprocessor.smooth(SIDE, &mut bytes).is_err());
}
