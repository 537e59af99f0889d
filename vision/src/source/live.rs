//! A device or a stream: the latest frame wins, dropped frames are counted, and a lost source is reopened by
//! its stable name for ever, with back-off, and said once.

use std::path::Path;
use std::time::{Duration, Instant};

use opencv::core::Vector;
use opencv::videoio::{
    CAP_FFMPEG, CAP_PROP_OPEN_TIMEOUT_MSEC, CAP_PROP_READ_TIMEOUT_MSEC, CAP_V4L2, VideoCapture, VideoCaptureTrait,
    VideoCaptureTraitConst,
};

use super::slot::{Capture, Shared};
use super::{FrameSource, Next, SourceSpec, Timeouts, source_error};
use crate::error::VisionError;
use crate::frame::Frame;

/// Waits between two tries to reopen, doubled each time up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// What the capture thread says when the source was lost: why.
type Lost = String;

/// Dropping it closes the device or connection.
pub(crate) struct LiveSource {
    capture: Capture<Lost>,
    /// When the first frame was taken.
    started: Option<Instant>,
    said_lost: bool,
}

impl LiveSource {
    pub(crate) fn open(spec: SourceSpec, timeouts: Timeouts, retry: bool) -> Result<Self, VisionError> {
        let first = match connect(&spec, timeouts) {
            Ok(capture) => Some(capture),
            Err(why) if retry => {
                tracing::debug!(source = %spec.locator(), why, "camera_not_reached");
                None
            }
            Err(why) => return Err(source_error(spec.locator(), why)),
        };
        let capture = Capture::start(move |shared| read_for_ever(&spec, timeouts, first, shared))?;
        Ok(Self { capture, started: None, said_lost: false })
    }
}

impl FrameSource for LiveSource {
    fn next(&mut self, frame: &mut Frame) -> Result<Next, VisionError> {
        let mut slot = self.capture.wait(|lost| lost.is_some() != self.said_lost);
        if slot.is_full() && self.said_lost {
            // The frame waits until the return was told.
            self.said_lost = false;
            return Ok(Next::Back);
        }
        if let Some(stamp) = slot.take(frame, &mut self.started) {
            return Ok(Next::Frame(stamp));
        }
        match &slot.said {
            Some(why) if !self.said_lost => {
                self.said_lost = true;
                Ok(Next::Lost { why: why.clone() })
            }
            _ => Ok(Next::Idle),
        }
    }

    fn dropped(&self) -> u64 {
        self.capture.dropped()
    }
}

fn read_for_ever(spec: &SourceSpec, timeouts: Timeouts, first: Option<VideoCapture>, shared: &Shared<Lost>) {
    let mut index = 0;
    let mut frame = Frame::empty();
    let mut wait = FIRST_WAIT;
    let mut capture = first;
    while !shared.is_stopped() {
        let why = match capture.take() {
            Some(mut open) => {
                let before = index;
                let why = read_while_open(&mut open, &mut frame, &mut index, shared);
                if index > before {
                    wait = FIRST_WAIT;
                }
                why
            }
            None => match connect(spec, timeouts) {
                Ok(open) => {
                    capture = Some(open);
                    continue;
                }
                Err(why) => why,
            },
        };
        // An old frame must not be taken for a new one after a long silence.
        shared.say_instead(why);
        sleep_unless_stopped(wait, shared);
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// Hands out frames until the source fails; says why it did.
fn read_while_open(capture: &mut VideoCapture, frame: &mut Frame, index: &mut u64, shared: &Shared<Lost>) -> String {
    while !shared.is_stopped() {
        match capture.read(frame.mat_mut()) {
            Ok(true) if frame.is_readable() => {}
            Ok(_) => return "gave no frame within the read time-out".to_owned(),
            Err(error) => return format!("failed while reading: {}", error.message),
        }
        shared.hand_out(frame, *index, Instant::now());
        *index += 1;
    }
    "was closed".to_owned()
}

fn sleep_unless_stopped(wait: Duration, shared: &Shared<Lost>) {
    let until = Instant::now() + wait;
    while !shared.is_stopped() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn connect(spec: &SourceSpec, timeouts: Timeouts) -> Result<VideoCapture, String> {
    let milliseconds = |duration: Duration| i32::try_from(duration.as_millis()).unwrap_or(i32::MAX);
    let opened = match spec {
        SourceSpec::Stream(address) => {
            let parameters = Vector::from_slice(&[
                CAP_PROP_OPEN_TIMEOUT_MSEC,
                milliseconds(timeouts.open),
                CAP_PROP_READ_TIMEOUT_MSEC,
                milliseconds(timeouts.read),
            ]);
            VideoCapture::from_file_with_params(address, CAP_FFMPEG, &parameters)
        }
        SourceSpec::Device(path) => {
            check_device(path)?;
            let name = path.to_str().ok_or("the device's name is not valid UTF-8")?;
            VideoCapture::from_file(name, CAP_V4L2)
        }
        _ => return Err("is not a live source".to_owned()),
    };
    let unreachable = match spec {
        SourceSpec::Stream(_) => "cannot be reached, or is no RTSP or HTTP video stream; check address and network",
        _ => "cannot be opened as a V4L2 camera; is another program using it?",
    };
    let capture = opened.map_err(|error| format!("{unreachable} ({})", error.message))?;
    if capture.is_opened().unwrap_or(false) { Ok(capture) } else { Err(unreachable.to_owned()) }
}

/// OpenCV's V4L2 back-end waits ten seconds for a device that is not there.
fn check_device(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::FileTypeExt;
    let metadata = std::fs::metadata(path).map_err(|error| {
        format!("there is no such camera ({error}). `ls /dev/v4l/by-id` lists the cameras that are plugged in")
    })?;
    if !metadata.file_type().is_char_device() {
        return Err("is not a camera device. `ls /dev/v4l/by-id` lists the cameras that are plugged in".to_owned());
    }
    #[expect(clippy::disallowed_methods, reason = "a device is opened as V4L2 opens it; nothing is written to it")]
    let opened = std::fs::OpenOptions::new().read(true).write(true).open(path);
    match opened {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            Err("may not be opened by this user; add the user to the group `video`".to_owned())
        }
        Err(error) => Err(format!("cannot be opened: {error}")),
    }
}
