//! A folder of images, each independent of the others, in the order of their names.

#[cfg(feature = "lab")]
mod crop;

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{FrameSource, FrameStamp, Next, path_error};
use crate::error::VisionError;
use crate::frame::Frame;

/// Endings of files that are read; others are passed over.
const ENDINGS: [&str; 5] = ["jpg", "jpeg", "png", "webp", "bmp"];
/// The largest still, so that a small hostile file cannot ask for all memory.
const MAX_SIDE_PX: u32 = 8_192;

pub(crate) struct StillsSource {
    files: Vec<PathBuf>,
    next: usize,
    #[cfg(feature = "lab")]
    crops: Option<Crops>,
}

/// How crops are read.
#[cfg(feature = "lab")]
#[derive(Clone, Copy)]
struct Crops {
    degradation: Option<crate::degrade::Degradation>,
}

impl StillsSource {
    pub(crate) fn open(folder: &Path) -> Result<Self, VisionError> {
        let entries = std::fs::read_dir(folder)
            .map_err(|error| path_error(folder, format!("cannot be read as a folder of images: {error}")))?;
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| path_error(folder, format!("cannot be listed: {error}")))?.path();
            let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
            if ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) && path.is_file() {
                files.push(path);
            }
        }
        if files.is_empty() {
            return Err(path_error(
                folder,
                format!("holds no image ({}); name a folder of stills", ENDINGS.join(", ")),
            ));
        }
        files.sort_by(|a, b| natural_order(a, b));
        Ok(Self {
            files,
            next: 0,
            #[cfg(feature = "lab")]
            crops: None,
        })
    }

    /// These files, whatever their order; small ones are prepared by [`crop::prepare`].
    #[cfg(feature = "lab")]
    pub(crate) fn crops(files: &[PathBuf], degradation: Option<crate::degrade::Degradation>) -> Self {
        Self { files: files.to_vec(), next: 0, crops: Some(Crops { degradation }) }
    }

    #[cfg(feature = "lab")]
    fn decode(&self, path: &Path, index: u64) -> Result<Frame, String> {
        let mut still = decode(path)?;
        let Some(Crops { degradation }) = self.crops else { return Ok(still) };
        // Before the preparation decides by its size: a crop of half the size is a crop all the same.
        let is_crop = crop::is_small(&still);
        if let Some(degradation) = degradation {
            degradation.apply(&mut still, index).map_err(|error| error.to_string())?;
        }
        if is_crop { crop::prepare(&still).map_err(|error| error.to_string()) } else { Ok(still) }
    }

    #[cfg(not(feature = "lab"))]
    fn decode(&self, path: &Path, _: u64) -> Result<Frame, String> {
        decode(path)
    }
}

/// `2.jpg` before `10.jpg`.
fn natural_order(a: &Path, b: &Path) -> std::cmp::Ordering {
    let number =
        |path: &Path| path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse::<u64>().ok());
    match (number(a), number(b)) {
        (Some(x), Some(y)) => x.cmp(&y).then_with(|| a.cmp(b)),
        _ => a.cmp(b),
    }
}

impl FrameSource for StillsSource {
    fn next(&mut self, frame: &mut Frame) -> Result<Next, VisionError> {
        let Some(path) = self.files.get(self.next) else { return Ok(Next::End) };
        let index = self.next as u64;
        self.next += 1;
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match self.decode(path, index) {
            Ok(still) => {
                *frame = still;
                Ok(Next::Frame(FrameStamp { index, t_ms: 0, taken: Instant::now(), file: Some(file) }))
            }
            Err(why) => Ok(Next::Skipped { file, why }),
        }
    }

    fn stated_frames(&self) -> Option<u64> {
        Some(self.files.len() as u64)
    }
}

/// Whether a JPEG lacks its end marker: its decoder would fill the missing rows with grey and say nothing.
fn is_cut_short(bytes: &[u8]) -> bool {
    const START: [u8; 2] = [0xFF, 0xD8];
    const END: [u8; 2] = [0xFF, 0xD9];
    /// Some cameras write a few bytes after the end.
    const TRAILER_BYTES: usize = 4096;
    let tail = &bytes[bytes.len().saturating_sub(TRAILER_BYTES)..];
    bytes.starts_with(&START) && !tail.windows(2).any(|pair| pair == END)
}

fn decode(path: &Path) -> Result<Frame, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    if is_cut_short(&bytes) {
        return Err("is a JPEG that ends early; copy it again".to_owned());
    }
    let mut reader = image::ImageReader::new(std::io::Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| format!("cannot be read: {error}"))?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(MAX_SIDE_PX);
    limits.max_image_height = Some(MAX_SIDE_PX);
    reader.limits(limits);
    let decoded = reader.decode().map_err(|error| format!("is not an image that can be decoded: {error}"))?;
    let mut rgb = decoded.into_rgb8();
    let mut frame = Frame::black(rgb.width(), rgb.height()).map_err(|error| error.to_string())?;
    let bytes = frame.bytes_mut().map_err(|error| error.to_string())?;
    for (bgr, pixel) in bytes.chunks_exact_mut(3).zip(rgb.pixels()) {
        bgr.copy_from_slice(&[pixel[2], pixel[1], pixel[0]]);
    }
    rgb.fill(0);
    Ok(frame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_that_ends_early_is_not_taken_for_a_picture_without_a_face() {
        let whole = include_bytes!("../../assets/portraits/hopper.jpg");
        assert!(!is_cut_short(whole));
        assert!(is_cut_short(&whole[..whole.len() / 2]));
        assert!(!is_cut_short(b"not a JPEG"), "the decoder says what it is");
    }

    #[test]
    fn numbers_sort_as_numbers() {
        let mut files: Vec<PathBuf> = ["10.jpg", "2.jpg", "a.jpg", "1.jpg"].map(PathBuf::from).into();
        files.sort_by(|a, b| natural_order(a, b));
        assert_eq!(files, ["1.jpg", "2.jpg", "10.jpg", "a.jpg"].map(PathBuf::from));
    }
}
