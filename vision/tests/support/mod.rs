//! What the tests of this crate share: where models and footage are, clips made from test patterns, and a run
//! whose events are kept. A test that cannot run here says so by name through [`not_run`]; it never passes silently.

// Each test binary uses its own part of this module.
#![allow(dead_code)]

pub mod live;

use std::ffi::OsStr;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;

use hymy_vision::{Event, Observation, RunReport, SourceSpec, Vision, VisionError, VisionSettings};

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies inside the workspace").to_owned()
}

/// The models folder of the workspace.
pub fn models() -> PathBuf {
    workspace().join("models")
}

/// Settings for a test: the workspace's models, one thread.
pub fn settings() -> VisionSettings {
    VisionSettings::new(models())
}

/// Loaded models that look for objects and second faces as rarely as they can: for tests about sources.
pub fn quick_vision() -> Vision {
    Vision::load(&VisionSettings { objects_hz: 0.001, faces_hz: 0.001, ..settings() }).expect("models and runtime load")
}

/// Says by name that a test did not run.
pub fn not_run(test: &str, why: &str) {
    eprintln!("not run: {test} ({why})");
}

/// The folder with real footage, which is not part of the repository.
pub fn footage(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("HYMY_FOOTAGE").map_or_else(|| workspace().join("../shared/footage"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    not_run(test, "no footage");
    None
}

/// Whether FFmpeg's command is here; Debian's package `ffmpeg` has it.
pub fn has_ffmpeg(test: &str) -> bool {
    let found = Command::new("ffmpeg").arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        not_run(test, "no ffmpeg; setup/packages.sh test installs it");
    }
    found
}

/// Runs FFmpeg with these arguments, the last of which is the file to write.
pub fn ffmpeg<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) {
    let made = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-y"])
        .args(arguments)
        .status()
        .expect("ffmpeg starts");
    assert!(made.success(), "ffmpeg failed: {made}");
}

/// A clip of a moving test pattern, 25 frames a second.
pub fn test_pattern(path: &Path, frames: u32) -> PathBuf {
    let count = frames.to_string();
    let head = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-frames:v", &count];
    let tail = ["-c:v", "mpeg4", "-g", "10", "-q:v", "4", "-movflags", "+faststart"];
    ffmpeg(head.iter().chain(&tail).map(OsStr::new).chain([path.as_os_str()]));
    path.to_owned()
}

/// What a run gave: observations, the names and reasons of skipped stills, and how it ended.
pub struct Run {
    pub observations: Vec<Observation>,
    pub files: Vec<Option<String>>,
    pub skipped: Vec<(String, String)>,
    pub end: Result<RunReport, VisionError>,
}

/// Runs a source to its end.
pub fn run(vision: &mut Vision, source: &SourceSpec) -> Run {
    let (mut observations, mut files, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    let end = vision.run(source, &AtomicBool::new(false), |_, event| {
        match event {
            Event::Observed { observation, file } => {
                observations.push(observation);
                files.push(file.map(str::to_owned));
            }
            Event::Skipped { file, why } => skipped.push((file.to_owned(), why.to_owned())),
            Event::Lost { .. } | Event::Outlined { .. } | Event::Back | Event::Passed | Event::Idle => {}
        }
        ControlFlow::Continue(())
    });
    Run { observations, files, skipped, end }
}

/// A file as a source, read once.
pub fn file(path: impl Into<PathBuf>) -> SourceSpec {
    SourceSpec::File { path: path.into(), times: 1 }
}

/// Resident memory of this process, in KiB.
pub fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux has /proc");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS is listed");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number of KiB")
}
