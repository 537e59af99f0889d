//! The libraries that Hymy loads write nothing and connect to nobody of their own accord: an onnxruntime with
//! telemetry once put an identifier and a cache into the home folder and looked its maker's address up.

mod support;

use std::path::Path;
use std::process::{Command, Stdio};

use support::{Ended, hymy, names_in, not_run, root};

/// A folder of one still, an empty home and an empty temporary folder.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["stills", "home", "tmp"] {
            std::fs::create_dir(folder.path().join(name)).expect("made");
        }
        let portrait = root().join("vision/assets/portraits/hopper.jpg");
        std::fs::copy(portrait, folder.path().join("stills/hopper.jpg")).expect("copied");
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Every model is loaded and run.
    fn analyze(&self) -> Command {
        let mut command = hymy(["analyze", "stills", "--stills"]);
        command.current_dir(self.path()).env("HOME", self.path().join("home")).env("TMPDIR", self.path().join("tmp"));
        command.env_remove("XDG_CACHE_HOME");
        command
    }
}

#[test]
fn no_file_appears_in_the_home_or_the_temporary_folder() {
    let place = Place::new();
    Ended::of(&mut place.analyze()).good();
    assert_eq!(names_in(place.path()), ["home", "stills", "tmp"]);
    assert_eq!(names_in(&place.path().join("stills")), ["hopper.jpg"]);
    for folder in ["home", "tmp"] {
        assert_eq!(names_in(&place.path().join(folder)), Vec::<String>::new(), "in the {folder} folder");
    }
}

#[test]
fn no_socket_of_the_internet_is_opened() {
    let strace = Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if strace.is_err() {
        not_run("no_socket_of_the_internet_is_opened", "no strace");
        return;
    }
    let place = Place::new();
    let analyze = place.analyze();
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "-e", "trace=socket,execve", "-o", "trace"]).arg(analyze.get_program());
    traced.args(analyze.get_args()).current_dir(place.path());
    for (name, value) in analyze.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    let ended = Ended::of(&mut traced);
    let trace = std::fs::read_to_string(place.path().join("trace")).unwrap_or_default();
    if !trace.contains("execve(") {
        not_run("no_socket_of_the_internet_is_opened", &format!("strace may not trace here: {}", ended.err.trim()));
        return;
    }
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let sockets: Vec<&str> = trace.lines().filter(|line| line.contains("AF_INET")).collect();
    assert!(sockets.is_empty(), "{sockets:?}");
}
