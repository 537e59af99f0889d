//! The libraries that Hymy loads write nothing and connect to nobody of their own accord: an onnxruntime with
//! telemetry once put an identifier and a cache into the home folder and looked its maker's address up.

mod support;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use support::{Ended, hymy, kiosk, names_in, not_run, root, wait_for};

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

/// The runtime library that connected did so ten seconds after it was loaded.
const WATCHED: Duration = Duration::from_secs(15);

#[test]
fn a_kiosk_connects_to_nothing_that_is_not_configured() {
    let test = "a_kiosk_connects_to_nothing_that_is_not_configured";
    let strace = Command::new("strace").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if strace.is_err() {
        not_run(test, "no strace");
        return;
    }
    let place = kiosk::Place::with_camera("/dev/hymy-no-camera");
    place.take_in("Aino");
    let trace = place.data().join("../trace");
    let mut kiosk = Traced::start(place.command(&["run", "--staff", "Aino"]), &trace);
    if !kiosk.runs(&trace) {
        not_run(test, "strace may not trace here");
        return;
    }
    let socket = place.data().join("hymy.sock");
    wait_for("the kiosk", Duration::from_secs(60), || socket.exists().then_some(()));
    std::thread::sleep(WATCHED);
    kiosk.signal(libc::SIGTERM);
    let status = wait_for("the end", Duration::from_secs(30), || kiosk.strace.try_wait().expect("asked"));
    assert_eq!(status.code(), Some(0));
    let trace = std::fs::read_to_string(trace).expect("read");
    assert!(trace.contains("bind(") && trace.contains("127.0.0.1"), "the till's endpoint is in the trace");
    let connections: Vec<&str> =
        trace.lines().filter(|line| !line.contains(" bind(") && line.contains("sin")).collect();
    assert!(connections.is_empty(), "{connections:#?}");
}

/// A program under strace; killed when the test ends, however it ends.
struct Traced {
    strace: Child,
    pid: Option<i32>,
}

impl Traced {
    fn start(program: Command, trace: &Path) -> Self {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-e", "trace=execve,connect,bind,sendto,sendmsg,sendmmsg", "-o"]).arg(trace);
        strace.arg(program.get_program()).args(program.get_args());
        strace.current_dir(program.get_current_dir().expect("a folder"));
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => strace.env(name, value),
                None => strace.env_remove(name),
            };
        }
        let strace = strace
            .stdin(kiosk::lines(&kiosk::secret_of("Aino")))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("strace starts");
        Self { strace, pid: None }
    }

    /// Whether the program started; it does not where strace may not trace.
    fn runs(&mut self, trace: &Path) -> bool {
        self.pid = wait_for("the trace", Duration::from_secs(30), || {
            let text = std::fs::read_to_string(trace).unwrap_or_default();
            let line = text.lines().find(|line| line.contains("execve("));
            let pid = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            (pid.is_some() || self.strace.try_wait().expect("asked").is_some()).then_some(pid)
        });
        self.pid.is_some()
    }

    /// Sends a signal to the program, not to strace, which would leave it running.
    fn signal(&mut self, signal: i32) {
        if let (Some(pid), Ok(None)) = (self.pid, self.strace.try_wait()) {
            // SAFETY: strace runs as long as the program does, so the number is still the program's.
            unsafe { libc::kill(pid, signal) };
        }
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        self.signal(libc::SIGKILL);
        let _ = self.strace.kill();
        let _ = self.strace.wait();
    }
}
