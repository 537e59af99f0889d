//! The commands as a person runs them: what they print, with which code they end, beside a running kiosk
//! and without one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const TOKEN: &str = "0123456789abcdef";

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = format!(
            "[kiosk]\ndata_dir = \"data\"\n[zones]\nstaff = [[0.5, 0], [1, 0], [1, 1]]\n\
             customer = [[0, 0], [0.4, 0], [0.4, 1]]\n[till]\nenabled = true\nlisten = \"127.0.0.1:0\"\n\
             token = \"{TOKEN}\"\n"
        );
        std::fs::write(folder.path().join("kiosk.toml"), config).expect("written");
        Self { folder }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("kiosk.toml")
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A command that ends by itself: one that runs on where it should have refused is ended, with code 124.
    fn hymy(&self, args: &[&str]) -> Output {
        let mut command = Command::new("timeout");
        command.args(["60", env!("CARGO_BIN_EXE_hymy")]).args(args).env_remove("HYMY_LOG");
        command.arg("--config").arg(self.config()).output().expect("runs")
    }
}

fn hymy(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hymy"));
    command.args(args).env_remove("HYMY_LOG");
    command
}

/// A kiosk that is stopped when the test ends, however it ends.
struct Kiosk {
    child: Child,
    address: String,
}

impl Kiosk {
    fn start(place: &Place) -> Self {
        let mut command = hymy(&["run", "--config"]);
        let mut child = command.arg(place.config()).stderr(Stdio::piped()).spawn().expect("starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let mut address = String::new();
        for line in lines.by_ref() {
            let line = line.expect("text");
            if let Some((_, found)) = line.split_once("till_endpoint_opened address=") {
                address = found.trim().to_owned();
            }
            if line.contains("kiosk_started") {
                break;
            }
        }
        // Drained, or the kiosk would wait for room in the pipe.
        std::thread::spawn(move || lines.count());
        assert!(!address.is_empty(), "the kiosk told no address");
        Self { child, address }
    }

    /// The status line of the answer to an event.
    fn post(&self, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("connects");
        let length = body.len();
        write!(
            stream,
            "POST /api/v1/till/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Authorization: Bearer {TOKEN}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        answer.lines().next().unwrap_or_default().to_owned()
    }

    fn terminate(mut self) -> Option<i32> {
        // SAFETY: the child is ours and has not been waited for, so the number is still its own.
        unsafe { libc::kill(self.child.id() as i32, libc::SIGTERM) };
        self.child.wait().expect("ended").code()
    }
}

impl Drop for Kiosk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn check_config_prints_values_or_every_fault() {
    let place = Place::new();
    let good = hymy(&["check-config"]).arg(place.config()).output().expect("runs");
    assert_eq!(good.status.code(), Some(0), "{}", err(&good));
    assert!(out(&good).starts_with("OK ") && out(&good).contains("till.listen"), "{}", out(&good));
    assert!(!out(&good).contains(TOKEN), "the token is never shown");
    let regions = "[kiosk]\ndata_dir = \"d\"\n[zones]\nstaff = [[0, 0], [1, 0], [0.5, 0.75]]\n[target]\n\
                   yaw_deg = [-20, 20.5]\npitch_deg = [-15, 15]\n[[work_direction]]\nname = \"till\"\n\
                   yaw_deg = [30, 60]\npitch_deg = [-40, -20]\n";
    std::fs::write(place.config(), regions).expect("written");
    let told = out(&hymy(&["check-config"]).arg(place.config()).output().expect("runs"));
    for part in [
        "[0, 0] [1, 0] [0.5, 0.75]",
        "yaw -20 to 20.5, pitch -15 to 15 degrees",
        "till (yaw 30 to 60, pitch -40 to -20 degrees)",
    ] {
        assert!(told.contains(part), "`{part}` is not in: {told}");
    }
    let missing = hymy(&["check-config", "/no/kiosk.toml"]).output().expect("runs");
    assert!(err(&missing).contains("/no/kiosk.toml") && !err(&missing).contains("--config"), "{}", err(&missing));
    std::fs::write(place.config(), "[kiosk]\ndata_dri = \"x\"\n[runtime]\nthreads = 100\n").expect("written");
    let bad = hymy(&["check-config"]).arg(place.config()).output().expect("runs");
    assert_eq!(bad.status.code(), Some(2));
    assert!(err(&bad).contains("kiosk.toml:2:1: ") && err(&bad).contains("kiosk.toml:4:11: "), "{}", err(&bad));
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/kiosk.toml");
    assert_eq!(hymy(&["check-config"]).arg(shipped).output().expect("runs").status.code(), Some(0));
}

#[test]
fn wrong_usage_ends_with_2_and_help_teaches() {
    assert_eq!(hymy(&["fly"]).output().expect("runs").status.code(), Some(2));
    assert_eq!(hymy(&["run"]).output().expect("runs").status.code(), Some(2));
    for args in [&["--help"][..], &["run", "--help"], &["staff", "--help"], &["check-config", "--help"]] {
        let help = hymy(args).output().expect("runs");
        assert_eq!(help.status.code(), Some(0));
        assert!(out(&help).contains("hymy "), "{}", out(&help));
    }
}

#[test]
fn run_refuses_without_zones_and_without_a_camera() {
    let place = Place::new();
    let camera = place.hymy(&["run", "--staff", "Aino"]);
    assert_eq!(camera.status.code(), Some(2));
    assert!(err(&camera).contains("[camera] has no source"), "{}", err(&camera));
    std::fs::write(place.config(), "[kiosk]\ndata_dir = \"data\"\n").expect("written");
    let zones = place.hymy(&["run"]);
    assert_eq!(zones.status.code(), Some(2));
    assert!(err(&zones).contains("no staff and no customer"), "{}", err(&zones));
    assert!(!place.data().exists(), "nothing was made");
}

#[test]
fn staff_works_without_a_kiosk() {
    let place = Place::new();
    assert!(out(&place.hymy(&["staff", "list"])).contains("nobody yet"));
    assert_eq!(place.hymy(&["staff", "add", "Aino"]).status.code(), Some(0));
    let again = place.hymy(&["staff", "add", "Aino"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(err(&again).contains("exists already"), "{}", err(&again));
    assert!(out(&place.hymy(&["staff", "list"])).starts_with("Aino  invited on "));
}

#[test]
fn staff_works_beside_a_kiosk_through_its_private_socket() {
    let place = Place::new();
    // What a crashed kiosk leaves behind.
    std::fs::create_dir(place.data()).expect("made");
    drop(std::os::unix::net::UnixListener::bind(place.data().join("hymy.sock")).expect("bound"));
    let kiosk = Kiosk::start(&place);
    let mode = std::fs::metadata(place.data().join("hymy.sock")).expect("a socket").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let added = place.hymy(&["staff", "add", "Aino"]);
    assert_eq!(added.status.code(), Some(0), "{}", err(&added));
    assert!(out(&place.hymy(&["staff", "list"])).starts_with("Aino"));
    let second = place.hymy(&["run"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(err(&second).contains("another Hymy process uses this store"), "{}", err(&second));
    assert_eq!(kiosk.terminate(), Some(0));
    assert!(!place.data().join("hymy.sock").exists());
    assert!(out(&place.hymy(&["staff", "list"])).starts_with("Aino"));
}

#[test]
fn the_till_is_answered_over_http() {
    let place = Place::new();
    let kiosk = Kiosk::start(&place);
    let at = jiff::Timestamp::now();
    let event = format!(r#"{{"register":"1","event":"opened","at":"{at}"}}"#);
    assert_eq!(kiosk.post(&event), "HTTP/1.1 202 Accepted");
    assert_eq!(kiosk.post(&event), "HTTP/1.1 200 OK");
    assert_eq!(kiosk.post("{}"), "HTTP/1.1 400 Bad Request");
    assert_eq!(kiosk.terminate(), Some(0));
}

#[test]
fn a_key_that_is_missing_or_open_to_others_is_told_with_the_remedy() {
    let place = Place::new();
    assert_eq!(place.hymy(&["staff", "list"]).status.code(), Some(0));
    let key = place.data().join("hymy.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("mode");
    let open = place.hymy(&["staff", "list"]);
    assert_eq!(open.status.code(), Some(1));
    assert!(err(&open).contains("chmod 600"), "{}", err(&open));
    std::fs::remove_file(&key).expect("removed");
    let missing = place.hymy(&["run"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(err(&missing).contains("put the key file back"), "{}", err(&missing));
}

#[test]
fn a_release_plan_needs_no_store_and_keeps_to_the_compiled_bounds() {
    let plan = hymy(&["release", "--plan"]).output().expect("runs");
    let told = String::from_utf8_lossy(&plan.stdout).into_owned();
    assert!(plan.status.success() && told.contains("±0.15") && told.contains("epsilon 26"), "{told}");
    for (wrong, why) in [
        (&["--epsilon", "4.1"][..], "0.1 to 4"),
        (&["--epsilon", "nan"][..], "0.1 to 4"),
        (&["--people-floor", "4"][..], "fewer than 5 cannot be set"),
        (&["--statistics", "smile.greeting.shown,smile.greeting.shown"][..], "named twice"),
        (&["--statistics", "greet.looked,queue.looked,phone.none,upright.share,gaze.service.share"][..], "one to 4"),
    ] {
        let refused = hymy(&["release", "--plan"]).args(wrong).output().expect("runs");
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{told}");
        assert!(told.contains(why), "{told}");
    }
}
