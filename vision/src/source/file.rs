//! A video file: every frame, in order, with the container's time stamps.

use std::path::{Path, PathBuf};
use std::time::Instant;

use opencv::core::Vector;
use opencv::videoio::{
    CAP_FFMPEG, CAP_PROP_FPS, CAP_PROP_FRAME_COUNT, CAP_PROP_POS_MSEC, VideoCapture, VideoCaptureTrait,
    VideoCaptureTraitConst,
};

use super::container::Completeness;
use super::{FrameSource, FrameStamp, Next, path_error};
use crate::error::VisionError;
use crate::frame::Frame;

/// Assumed when a container states no usable rate.
const FALLBACK_FPS: f64 = 25.0;
/// A file may end this many frames, or this share of them, before its container's count.
const MISSING_FRAMES: u64 = 2;
const MISSING_SHARE: f64 = 0.02;

pub(crate) struct FileSource {
    path: PathBuf,
    capture: VideoCapture,
    times_left: u32,
    times: u32,
    fps: f64,
    stated: Option<u64>,
    /// What the stated count is worth.
    completeness: Completeness,
    /// Frames of all rounds, and of this one.
    index: u64,
    read: u64,
    /// Where this round started.
    offset_ms: u64,
    /// The container's time of this round's first frame, and the newest frame's time since then.
    first_ms: f64,
    within_ms: f64,
}

impl FileSource {
    pub(crate) fn open(path: &Path, times: u32) -> Result<Self, VisionError> {
        let capture = open_capture(path)?;
        let property = |id| capture.get(id).ok().filter(|value: &f64| value.is_finite() && *value > 0.0);
        let fps = property(CAP_PROP_FPS).filter(|fps| *fps < 1000.0).unwrap_or(FALLBACK_FPS);
        let completeness =
            Completeness::of(path).map_err(|error| path_error(path, format!("cannot be read: {error}")))?;
        let stated = match completeness {
            Completeness::Holds(frames) => Some(frames),
            _ => property(CAP_PROP_FRAME_COUNT).map(|count| count.round() as u64),
        };
        let times = times.max(1);
        Ok(Self {
            path: path.to_owned(),
            capture,
            times_left: times - 1,
            times,
            fps,
            stated,
            completeness,
            index: 0,
            read: 0,
            offset_ms: 0,
            first_ms: 0.0,
            within_ms: 0.0,
        })
    }

    fn period_ms(&self) -> f64 {
        1000.0 / self.fps
    }

    /// The frame's time since the first: the container's where it moves on, else one period later. (OpenCV gives 0
    /// for containers without times, and for the frames that a decoder holds back until the file has ended.)
    fn stamp_ms(&mut self) -> u64 {
        let container = self.capture.get(CAP_PROP_POS_MSEC).ok().filter(|ms| ms.is_finite() && *ms >= 0.0);
        if self.read == 0 {
            self.first_ms = container.unwrap_or(0.0);
            self.within_ms = 0.0;
        } else {
            self.within_ms = container
                .map(|ms| ms - self.first_ms)
                .filter(|ms| *ms >= self.within_ms + 1.0)
                .unwrap_or(self.within_ms + self.period_ms());
        }
        self.offset_ms + self.within_ms.round() as u64
    }

    /// A truncated or damaged file ends like a whole one, so the container's word is needed: its count of frames, or
    /// where that is a guess about a file that may be sound, its length as well, because a file of variable rate has
    /// fewer frames than are guessed.
    fn check_complete(&self) -> Result<(), VisionError> {
        let Some(stated) = self.stated else { return Ok(()) };
        let tolerated = MISSING_FRAMES.max((stated as f64 * MISSING_SHARE) as u64);
        let reached = (self.within_ms / self.period_ms()).round() as u64 + 1;
        let ends_early = match self.completeness {
            Completeness::Counted | Completeness::Holds(_) | Completeness::Broken => true,
            Completeness::Whole => false,
            Completeness::Unknown => reached + tolerated < stated,
        };
        if ends_early && self.read + tolerated < stated {
            return Err(VisionError::Truncated { locator: self.path.display().to_string(), read: self.read, stated });
        }
        Ok(())
    }
}

pub(crate) fn open_capture(path: &Path) -> Result<VideoCapture, VisionError> {
    let metadata = std::fs::metadata(path).map_err(|error| {
        path_error(path, format!("cannot be read: {error}. Name a video file, a device or an address"))
    })?;
    if metadata.is_dir() {
        return Err(path_error(path, "is a folder. Add --stills for a folder of images, or name a video file"));
    }
    if !metadata.is_file() {
        return Err(path_error(path, "is not a regular file; name a video file, a device or an address"));
    }
    if let Err(error) = std::fs::File::open(path) {
        return Err(path_error(path, format!("cannot be read: {error}")));
    }
    let not_a_video = "is not a video that FFmpeg can read. Try `ffprobe` on it, or use --stills for images";
    let name = path.to_str().ok_or_else(|| path_error(path, "the name is not valid UTF-8; rename the file"))?;
    let capture = VideoCapture::from_file_with_params(name, CAP_FFMPEG, &Vector::new())
        .map_err(|error| path_error(path, format!("{not_a_video} ({})", error.message)))?;
    if !capture.is_opened().unwrap_or(false) {
        return Err(path_error(path, not_a_video));
    }
    Ok(capture)
}

impl FrameSource for FileSource {
    fn next(&mut self, frame: &mut Frame) -> Result<Next, VisionError> {
        loop {
            let read = self.capture.read(frame.mat_mut()).map_err(VisionError::image("decode"))?;
            if read && frame.is_readable() {
                let t_ms = self.stamp_ms();
                let stamp = FrameStamp { index: self.index, t_ms, taken: Instant::now(), file: None };
                self.index += 1;
                self.read += 1;
                return Ok(Next::Frame(stamp));
            }
            self.check_complete()?;
            if self.read == 0 {
                return Err(path_error(&self.path, "holds no frame that can be decoded; is it a video file?"));
            }
            if self.times_left == 0 {
                return Ok(Next::End);
            }
            self.times_left -= 1;
            self.capture = open_capture(&self.path)?;
            self.offset_ms += (self.within_ms + self.period_ms()).round().max(1.0) as u64;
            self.read = 0;
        }
    }

    fn stated_frames(&self) -> Option<u64> {
        self.stated.map(|stated| stated * u64::from(self.times))
    }
}
