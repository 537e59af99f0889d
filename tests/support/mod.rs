//! What the end-to-end tests share: the real binary, footage and clips, and waiting with a deadline.
//!
//! A test that cannot run here says so by name through [`not_run`]; it never passes silently. Clips and pictures are
//! made in temporary folders and go with them.

// Each test binary uses its own part of this module.
#![allow(dead_code)]

pub mod killing;
pub mod kiosk;
pub mod trace;

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The root of the repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Variables of whoever runs the tests under which the program, or the runtime library, would behave otherwise.
const LEFT_OUT: [&str; 6] =
    ["HYMY_LOG", "CI", "GITHUB_ACTIONS", "TF_BUILD", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS"];

/// The command with these arguments.
pub fn hymy<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hymy"));
    LEFT_OUT.into_iter().for_each(|name| {
        command.env_remove(name);
    });
    command.args(args).stdin(Stdio::null());
    command
}

/// How a command ended and what it said.
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ended {
    /// Runs the command to its end. A panic is a failure, whatever the exit code.
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the command starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let ended = Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) };
        assert!(!ended.err.contains("panicked at"), "{}", ended.err);
        ended
    }

    /// Asserts that it went well.
    pub fn good(self) -> Self {
        assert_eq!(self.code, Some(0), "{}{}", self.out, self.err);
        self
    }

    /// Asserts the exit code, and that the message holds every one of `parts`.
    pub fn failed(self, code: i32, parts: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        for part in parts {
            assert!(self.err.contains(part), "`{part}` is not in: {}", self.err);
        }
        self
    }
}

/// Starts the command, waits until `path` is there, and presses Ctrl-C.
pub fn interrupted_once_there(command: &mut Command, path: &Path) -> Ended {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    wait_for("the output's file", Duration::from_secs(120), || path.exists().then_some(()));
    // SAFETY: the child is ours and has not been waited for, so the number is still its own.
    unsafe { libc::kill(child.id() as i32, libc::SIGINT) };
    let output = child.wait_with_output().expect("ended");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let ended = Ended { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) };
    assert!(!ended.err.contains("panicked at"), "{}", ended.err);
    ended
}

/// Says by name that a test did not run; not through the macro, which the test runner would swallow.
pub fn not_run(test: &str, why: &str) {
    let told = format!("not run: {test} ({why})\n");
    std::io::stderr().write_all(told.as_bytes()).expect("told");
}

/// The folder with real footage, which is not part of the repository.
pub fn footage(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("HYMY_FOOTAGE").map_or_else(|| root().join("../shared/footage"), PathBuf::from);
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

/// A clip of a moving test pattern, 25 frames a second, whose index stands at its beginning.
pub fn test_pattern(path: &Path, frames: u32) -> PathBuf {
    let count = frames.to_string();
    let made = Command::new("ffmpeg")
        .args(["-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25"])
        .args(["-frames:v", &count, "-c:v", "mpeg4", "-g", "10", "-q:v", "4", "-movflags", "+faststart"])
        .arg(path)
        .status()
        .expect("ffmpeg starts");
    assert!(made.success(), "ffmpeg failed: {made}");
    path.to_owned()
}

/// Every line of a JSONL file.
pub fn json_lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("the file is there");
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// A JSON file.
pub fn json_of(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("the file is there")).expect("JSON")
}

/// Resident memory of a process, in KiB; `None` when it has ended.
pub fn resident_kib(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Waits until `what` gives something; fails after `within`.
pub fn wait_for<T>(what: &str, within: Duration, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < within, "{what}: not within {within:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The names in a folder, sorted.
pub fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("listed").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
