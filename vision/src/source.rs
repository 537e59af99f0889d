//! Where frames come from: a device, a stream, a file, a folder of stills, or the staged scene.
//!
//! Back-ends are named (FFmpeg for files and streams, V4L2 for devices) and have time-outs, because OpenCV
//! otherwise tries one after the other and waits for half a minute. Audio is never opened.

mod container;
pub(crate) mod file;
mod live;
mod matroska;
#[cfg(feature = "lab")]
mod paced;
#[cfg(feature = "lab")]
mod sized;
mod slot;
mod staged;
mod stills;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::VisionError;
use crate::frame::Frame;

/// What to read frames from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceSpec {
    /// A V4L2 device, by its path; prefer the stable names under `/dev/v4l/by-id`.
    Device(PathBuf),
    /// An RTSP or HTTP address.
    Stream(String),
    /// A video file, read this many times over.
    File {
        /// The file.
        path: PathBuf,
        /// How often to read it, at least once.
        times: u32,
    },
    /// A folder of images, each on its own.
    Stills(PathBuf),
    /// These images, each on its own, in this order; small crops of faces are brought into a shape in which a face
    /// detector can find them.
    #[cfg(feature = "lab")]
    Crops {
        /// The images.
        files: Vec<PathBuf>,
        /// What is done to each before anything else: a crop's pixels are the camera's.
        degradation: Option<crate::degrade::Degradation>,
    },
    /// The staged demo scene.
    Staged,
    /// A source whose pictures are brought to another size, for benches.
    #[cfg(feature = "lab")]
    Sized {
        /// What is read.
        source: Box<SourceSpec>,
        /// Width in pixels, 64 to 8192.
        width_px: u32,
        /// Height in pixels, 64 to 8192.
        height_px: u32,
    },
    /// A file or the staged scene at a camera's pace, for benches: one frame a period, the newest wins, and what was
    /// overtaken is counted as dropped.
    #[cfg(feature = "lab")]
    Paced {
        /// What is read.
        source: Box<SourceSpec>,
        /// The time from one frame to the next.
        period: Duration,
    },
    /// The counter of the staged scene without anyone, for as long as a camera may be open to set a kiosk up.
    StagedEmpty,
}

/// Time-outs of live sources. A read cannot be interrupted, so its time-out bounds how long closing takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// How long opening may take.
    pub open: Duration,
    /// How long one frame may take.
    pub read: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { open: Duration::from_secs(5), read: Duration::from_millis(900) }
    }
}

impl SourceSpec {
    /// Reads a source as a person types it: a device, an address, or a file.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        if ["rtsp://", "rtsps://", "http://", "https://"].iter().any(|scheme| lower.starts_with(scheme)) {
            Self::Stream(text.to_owned())
        } else if text.starts_with("/dev/") {
            Self::Device(PathBuf::from(text))
        } else {
            Self::File { path: PathBuf::from(text), times: 1 }
        }
    }

    /// The source for messages: of an address only the host, because cameras take passwords in every other part.
    #[must_use]
    pub fn locator(&self) -> String {
        match self {
            Self::Device(path) | Self::Stills(path) | Self::File { path, .. } => path.display().to_string(),
            Self::Stream(address) => without_credentials(address),
            #[cfg(feature = "lab")]
            Self::Crops { files, .. } => format!("{} stills", files.len()),
            #[cfg(feature = "lab")]
            Self::Paced { source, .. } | Self::Sized { source, .. } => source.locator(),
            Self::Staged | Self::StagedEmpty => "staged scene".to_owned(),
        }
    }

    /// Whether frames come at their own time and may be dropped.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Device(_) | Self::Stream(_))
    }

    /// Opens the source. A live source that cannot be reached is retried for ever when `retry` is set.
    pub(crate) fn open(&self, timeouts: Timeouts, retry: bool) -> Result<Box<dyn FrameSource>, VisionError> {
        Ok(match self {
            Self::Device(_) | Self::Stream(_) => Box::new(live::LiveSource::open(self.clone(), timeouts, retry)?),
            Self::File { path, times } => Box::new(file::FileSource::open(path, *times)?),
            Self::Stills(folder) => Box::new(stills::StillsSource::open(folder)?),
            #[cfg(feature = "lab")]
            Self::Crops { files, degradation } => Box::new(stills::StillsSource::crops(files, *degradation)),
            #[cfg(feature = "lab")]
            Self::Sized { source, width_px, height_px } => {
                let frames = source.open(timeouts, retry)?;
                Box::new(sized::SizedSource::new(frames, self.locator(), (*width_px, *height_px))?)
            }
            #[cfg(feature = "lab")]
            Self::Paced { source, period } => {
                Box::new(paced::PacedSource::new(source.open(timeouts, retry)?, *period)?)
            }
            Self::Staged => Box::new(staged::StagedSource::new()?),
            Self::StagedEmpty => Box::new(staged::StagedSource::empty()?),
        })
    }
}

/// Scheme and host. A password may hold a `/`, so everything before the last `@` goes.
fn without_credentials(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let rest = rest.rsplit_once('@').map_or(rest, |(_, after)| after);
    match rest.split_once('/') {
        Some((host, path)) if !path.is_empty() => format!("{scheme}://{host}/…"),
        _ => format!("{scheme}://{}", rest.trim_end_matches('/')),
    }
}

/// A source of frames. `next` fills the frame that it is given.
pub(crate) trait FrameSource: Send {
    fn next(&mut self, frame: &mut Frame) -> Result<Next, VisionError>;

    /// Frames will be taken at this pace, in time with the clock; a source that makes its frames makes these.
    #[cfg(feature = "lab")]
    fn at_pace(&mut self, _period: Duration) {}

    /// How much of the time of the frame that was handed out last went into bringing it to another size.
    #[cfg(feature = "lab")]
    fn resizing(&self) -> Duration {
        Duration::ZERO
    }

    /// Frames that were captured and never handed out.
    fn dropped(&self) -> u64 {
        0
    }

    /// Frames that the source will give, where it knows.
    fn stated_frames(&self) -> Option<u64> {
        None
    }
}

/// What a source has to say.
pub(crate) enum Next {
    /// The frame was filled.
    Frame(FrameStamp),
    /// A still that could not be read; the others go on.
    Skipped { file: String, why: String },
    /// A live source gives no frames any more; it is being reopened.
    Lost { why: String },
    /// A live source is back.
    Back,
    /// Nothing yet.
    Idle,
    /// There are no more frames.
    End,
}

/// When a frame was taken, and which one it is.
pub(crate) struct FrameStamp {
    pub index: u64,
    pub t_ms: u64,
    /// When it stood in memory, decoded; of a paced source, when it was due.
    pub taken: Instant,
    /// The still's name.
    pub file: Option<String>,
}

/// An error that names the source.
pub(crate) fn source_error(locator: impl Into<String>, why: impl Into<String>) -> VisionError {
    VisionError::Source { locator: locator.into(), why: why.into() }
}

pub(crate) fn path_error(path: &Path, why: impl Into<String>) -> VisionError {
    source_error(path.display().to_string(), why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let shown = |text: &str| SourceSpec::parse(text).locator();
        assert_eq!(shown("rtsp://user:p@ss@10.0.0.2:554/a"), "rtsp://10.0.0.2:554/…");
        assert_eq!(shown("rtsp://user:pa/ss@10.0.0.2:554"), "rtsp://10.0.0.2:554");
        assert_eq!(shown("http://10.0.0.2/v.cgi?user=admin&pwd=secret"), "http://10.0.0.2/…");
        assert_eq!(shown("rtsp://10.0.0.2/user=admin&password=secret"), "rtsp://10.0.0.2/…");
        assert_eq!(shown("/dev/video0"), "/dev/video0");
        assert!(SourceSpec::parse("http://x/v.mjpg").is_live());
    }
}
