//! Hymy and the libraries that it loads write what was asked for and connect to nobody but the configured: an
//! onnxruntime with telemetry once put an identifier and a cache into the home folder and looked its maker's address
//! up. Watched from outside, by the system's own calls, and in a network that has nothing but loopback.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use support::kiosk::{Camera, Kiosk, free_port};
use support::trace::Traced;
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

#[test]
fn analyze_writes_what_was_asked_for_and_connects_to_nobody() {
    let place = Place::new();
    let mut command = place.analyze();
    command.args(["--observations", "out.jsonl", "--summary", "summary.json"]);
    let trace = tempfile::tempdir().expect("a folder");
    let test = "analyze_writes_what_was_asked_for_and_connects_to_nobody";
    let Some(mut analyze) = Traced::start(test, &command, &trace.path().join("trace")) else { return };
    assert_eq!(analyze.wait(Duration::from_secs(120)).code(), Some(0));
    assert_eq!(analyze.written().into_iter().collect::<Vec<_>>(), ["out.jsonl", "summary.json"]);
    assert!(analyze.spoken_to().is_empty(), "{:?}", analyze.spoken_to());
    no_sound(&analyze);
    assert_eq!(names_in(place.path()), ["home", "out.jsonl", "stills", "summary.json", "tmp"]);
}

/// Devices and servers of sound are not even looked at.
#[track_caller]
fn no_sound(program: &Traced) {
    let sound = ["/dev/snd", "/dev/dsp", "pulse", "pipewire", "asound"];
    // Its name is on the list of what the linker finds; opening it is another thing.
    let opened: Vec<String> =
        program.lines().into_iter().filter(|line| sound.iter().any(|part| line.contains(part))).collect();
    assert!(opened.iter().all(|line| line.contains("/lib/")), "{opened:#?}");
}

/// The runtime library that connected did so ten seconds after it was loaded.
const WATCHED: Duration = Duration::from_secs(15);

/// Starts a kiosk under a trace and waits until it answers.
fn traced_kiosk(test: &str, place: &kiosk::Place, command: &Command) -> Option<Traced> {
    let kiosk = Traced::start(test, command, &place.data().join("../trace"))?;
    let socket = place.data().join("hymy.sock");
    wait_for("the kiosk", Duration::from_secs(60), || socket.exists().then_some(()));
    Some(kiosk)
}

/// Ends it in order.
fn end(kiosk: &mut Traced) {
    kiosk.signal(libc::SIGTERM);
    assert_eq!(kiosk.wait(Duration::from_secs(30)).code(), Some(0));
}

#[test]
fn a_kiosk_connects_to_nothing_that_is_not_configured() {
    let test = "a_kiosk_connects_to_nothing_that_is_not_configured";
    let place = kiosk::Place::with_camera("/dev/hymy-no-camera");
    place.take_in("Aino");
    let command = place.command(&["run", "--staff", "Aino"]);
    let Some(mut kiosk) = traced_kiosk(test, &place, &command) else { return };
    std::thread::sleep(WATCHED);
    end(&mut kiosk);
    let bound = kiosk.lines().into_iter().any(|line| line.contains("bind(") && line.contains("127.0.0.1"));
    assert!(bound, "the till's endpoint is in the trace");
    assert!(kiosk.spoken_to().is_empty(), "{:#?}", kiosk.spoken_to());
}

#[test]
fn a_kiosk_with_a_camera_writes_in_its_folder_only_and_connects_to_the_camera_only() {
    let test = "a_kiosk_with_a_camera_writes_in_its_folder_only_and_connects_to_the_camera_only";
    let port = free_port();
    let Some(_camera) = Camera::start(test, port) else { return };
    let place = kiosk::Place::with_camera(&format!("rtsp://127.0.0.1:{port}/test"));
    let mut config = std::fs::OpenOptions::new().append(true).open(place.config()).expect("opens");
    config.write_all(b"[telemetry]\nlog_file = \"kiosk.log\"\n").expect("written");
    place.take_in("Aino");
    let command = place.command(&["run", "--staff", "Aino"]);
    let Some(mut kiosk) = traced_kiosk(test, &place, &command) else { return };
    wait_for("the camera", Duration::from_secs(120), || {
        let mut stream = UnixStream::connect(place.data().join("hymy.sock")).ok()?;
        writeln!(stream, "{{\"ask\":\"status\"}}").ok()?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).ok()?;
        answer.contains("\"camera\":true").then_some(())
    });
    std::thread::sleep(Duration::from_secs(3));
    place.hymy(&["staff", "pause", "Aino"]).good();
    end(&mut kiosk);

    let spoken_to = kiosk.spoken_to();
    assert!(!spoken_to.is_empty(), "the camera's connection is in the trace");
    let camera = format!("htons({port})");
    assert!(
        spoken_to.iter().all(|address| address.contains(&camera) && address.contains("127.0.0.1")),
        "{spoken_to:#?}"
    );
    let (data, log) = (place.data(), place.config().with_file_name("kiosk.log"));
    let written = kiosk.written();
    assert!(written.contains(&log.display().to_string()), "{written:#?}");
    let elsewhere: Vec<&String> =
        written.iter().filter(|path| !Path::new(path).starts_with(&data) && Path::new(path) != log).collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    no_sound(&kiosk);
    let names = names_in(&data);
    assert_eq!(names, ["hymy.db", "hymy.key", "hymy.lock"]);
    assert_eq!(names_in(&place.cwd()), Vec::<String>::new());
}

/// Set in the other half of a test that runs in a network of its own.
const ALONE: &str = "HYMY_ALONE_TEST";

#[test]
#[ignore = "the other half of a_kiosk_and_analyze_need_no_network_but_loopback, which starts it"]
fn child() {
    if std::env::var_os(ALONE).is_none() {
        return;
    }
    let test = "a_kiosk_and_analyze_need_no_network_but_loopback";
    bring_loopback_up();
    let routes = std::fs::read_to_string("/proc/net/route").expect("Linux has /proc");
    assert_eq!(routes.lines().count(), 1, "there is a way out: {routes}");
    Ended::of(&mut Place::new().analyze()).good();
    let port = free_port();
    let Some(_camera) = Camera::start(test, port) else { return };
    let place = kiosk::Place::with_camera(&format!("rtsp://127.0.0.1:{port}/test"));
    place.take_in("Aino");
    let kiosk = Kiosk::start(&place, &["run", "--staff", "Aino"]);
    wait_for("the camera", Duration::from_secs(60), || kiosk.sees().then_some(()));
    assert_eq!(kiosk.post("opened"), 202);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(kiosk.post("closed"), 202);
    let (code, told) = kiosk.terminate();
    assert_eq!(code, Some(0), "{told}");
    assert!(place.summary("Aino").contains(": 1 transaction"));
}

/// A new network namespace has its loopback down.
fn bring_loopback_up() {
    // SAFETY: an interface request is plain data, filled with zeros and a name that is short enough; the socket is
    // ours until it is closed.
    unsafe {
        let socket = libc::socket(libc::AF_INET, libc::SOCK_DGRAM, 0);
        let mut request: libc::ifreq = std::mem::zeroed();
        request.ifr_name[0] = b'l' as libc::c_char;
        request.ifr_name[1] = b'o' as libc::c_char;
        request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
        assert_eq!(libc::ioctl(socket, libc::SIOCSIFFLAGS, &request), 0, "{}", std::io::Error::last_os_error());
        libc::close(socket);
    }
}

#[test]
fn a_kiosk_and_analyze_need_no_network_but_loopback() {
    let test = "a_kiosk_and_analyze_need_no_network_but_loopback";
    let unshare = |program: PathBuf| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--net"]).arg(program);
        command
    };
    if !unshare("true".into()).output().is_ok_and(|output| output.status.success()) {
        not_run(test, "no network of its own: unshare is missing or not allowed");
        return;
    }
    let mut alone = unshare(std::env::current_exe().expect("this test"));
    let output = alone.args(["--exact", "child", "--ignored", "--nocapture"]).env(ALONE, "1").output().expect("starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}{told}", String::from_utf8_lossy(&output.stdout));
    // What the other half could not run is told by this one.
    for line in told.lines().filter_map(|line| line.strip_prefix("not run: ")) {
        not_run(test, line);
    }
}
