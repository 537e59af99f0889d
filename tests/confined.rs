//! What a kiosk takes from itself: writing outside its folder, connecting elsewhere, core dumps, memory on a swap in
//! the clear. And what it may still do.

mod support;

use std::fs;
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;

use hymy::confine::{Allowed, Confined, confine};
use hymy::store::Store;
use support::kiosk::{Kiosk, Place, free_port, lines, secret_of};
use support::{Ended, not_run};

const FOLDER: &str = "HYMY_CONFINED_TEST_FOLDER";
/// The other half ends with this and the version where the kernel has no Landlock (version 0), or an old one.
const NO_LANDLOCK: i32 = 50;

/// A process of its own: what it gives up it never gets back.
#[test]
#[ignore = "the other half of a_confined_process_writes_and_connects_as_configured_only, which starts it"]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let (data, outside) = (folder.join("data"), folder.join("outside"));
    fs::create_dir(&outside).expect("made");
    fs::write(outside.join("old"), "old").expect("written");
    let mut log = fs::OpenOptions::new().append(true).create(true).open(outside.join("log")).expect("opens");
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("loopback"));
    let [camera, other] = listeners.each_ref().map(|listener| listener.local_addr().expect("bound").port());
    let free = free_port();
    drop(Store::open(&data, &data.join("hymy.key")).expect("opens"));

    let allowed = Allowed { connect: vec![camera], listen: vec![0], ..Allowed::only(data.clone()) };
    match confine(&allowed).expect("laid down") {
        Confined::Fully => {}
        Confined::Partly(version) => std::process::exit(NO_LANDLOCK + version),
        Confined::Not => std::process::exit(NO_LANDLOCK),
    }

    // What a kiosk needs.
    let mut store = Store::open(&data, &data.join("hymy.key")).expect("the store opens as before");
    store.add_staff("Aino", jiff::Timestamp::now()).expect("written");
    store.flush().expect("the WAL is folded in");
    fs::write(data.join("new"), "new").expect("written");
    fs::rename(data.join("new"), data.join("newer")).expect("renamed");
    fs::remove_file(data.join("newer")).expect("removed");
    UnixListener::bind(data.join("sock")).expect("a socket");
    std::io::Write::write_all(&mut log, b"a line").expect("the log that was opened before");
    assert_eq!(fs::read_to_string(outside.join("old")).expect("reading is left alone"), "old");
    TcpStream::connect(("127.0.0.1", camera)).expect("the camera");
    TcpListener::bind("127.0.0.1:0").expect("the till's endpoint");
    let (one, _other) = UnixStream::pair().expect("a pair");
    drop(one);

    // And what it does not, on another thread as well: they are started after.
    let denied = std::thread::spawn(move || {
        vec![
            ("make a file", fs::write(outside.join("new"), "new")),
            ("change a file", fs::write(outside.join("old"), "new")),
            ("remove a file", fs::remove_file(outside.join("old"))),
            ("make a folder", fs::create_dir(outside.join("folder"))),
            ("move a file out", fs::rename(data.join("hymy.lock"), outside.join("lock"))),
            ("make a socket", UnixListener::bind(outside.join("sock")).map(drop)),
            ("write to shared memory", fs::write(format!("/dev/shm/hymy-{}", std::process::id()), "new")),
            ("connect elsewhere", TcpStream::connect(("127.0.0.1", other)).map(drop)),
            ("listen elsewhere", TcpListener::bind(("127.0.0.1", free)).map(drop)),
        ]
    });
    for (what, result) in denied.join().expect("joined") {
        let kind = result.err().map(|error| error.kind());
        let refused = matches!(kind, Some(ErrorKind::PermissionDenied | ErrorKind::CrossesDevices));
        assert!(refused, "{what}: {kind:?}");
    }
}

#[test]
fn a_confined_process_writes_and_connects_as_configured_only() {
    let test = "a_confined_process_writes_and_connects_as_configured_only";
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env(FOLDER, folder.path())
        .output()
        .expect("starts");
    match output.status.code() {
        Some(0) => {}
        Some(code @ NO_LANDLOCK..=59) => {
            not_run(test, &format!("Landlock of this kernel: version {} (0 is none)", code - NO_LANDLOCK));
        }
        _ => panic!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)),
    }
}

/// A line of `/proc/PID/status`, of the process or of one of its threads.
fn status_of(folder: &Path, key: &str) -> String {
    let status = fs::read_to_string(folder.join("status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix(&format!("{key}:")));
    line.unwrap_or_else(|| panic!("no {key} in {status}")).trim().to_owned()
}

#[test]
fn a_kiosk_is_confined_in_every_thread_dumps_no_core_and_keeps_its_memory() {
    let test = "a_kiosk_is_confined_in_every_thread_dumps_no_core_and_keeps_its_memory";
    let place = Place::with_camera("clip.mkv");
    place.take_in("Aino");
    let kiosk = Kiosk::start(&place, &["run"]);
    let process = Path::new("/proc").join(kiosk.pid().to_string());

    let words = ["landlock_enforced", "landlock_partly_enforced", "landlock_missing"];
    let told = words.map(|word| !kiosk.lines_with(word).is_empty());
    assert_eq!(told.iter().filter(|told| **told).count(), 1, "one of {words:?}: {}", kiosk.told());
    if told[2] {
        not_run(&format!("{test}, in part: every thread"), "this kernel has no Landlock");
    } else {
        let threads = fs::read_dir(process.join("task")).expect("listed").map(|thread| thread.expect("listed").path());
        // Only who gave up new privileges may confine itself, and threads take that over together.
        let confined: Vec<String> = threads.map(|thread| status_of(&thread, "NoNewPrivs")).collect();
        assert!(confined.len() > 3 && confined.iter().all(|value| value == "1"), "{confined:?}");
    }

    let limits = fs::read_to_string(process.join("limits")).expect("it runs");
    let cores = limits.lines().find(|line| line.starts_with("Max core file size")).expect("listed");
    assert_eq!(cores.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{cores}");

    // SQLCipher locks some pages of its own: all of them is as many as are in memory, at least.
    let kib = |key: &str| {
        let value = status_of(&process, key);
        value.trim_end_matches(" kB").parse::<u64>().unwrap_or_else(|_| panic!("{key}: {value}"))
    };
    let locked = kib("VmLck") >= kib("VmRSS");
    assert_eq!(locked, !kiosk.lines_with("memory_locked").is_empty(), "{}", kiosk.told());
    assert_eq!(!locked, !kiosk.lines_with("swap_checked").is_empty(), "{}", kiosk.told());
    let (code, told) = kiosk.terminate();
    assert_eq!(code, Some(0), "{told}");
}

#[test]
fn a_kiosk_refuses_to_start_where_memory_could_be_swapped_out_in_the_clear() {
    let test = "a_kiosk_refuses_to_start_where_memory_could_be_swapped_out_in_the_clear";
    let place = Place::with_camera("clip.mkv");
    place.take_in("Aino");
    let swaps = place.cwd().join("swaps");
    fs::write(&swaps, "Filename Type Size Used Priority\n/dev/hymy-swap partition 1024 0 -2\n").expect("written");
    // In a user namespace of its own the process may lock no more than the limit says.
    let script = "mount --bind \"$1\" /proc/swaps || exit 77; shift; ulimit -l 64; exec \"$@\"";
    let run = place.command(&["run", "--staff", "Aino"]);
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]).arg(&swaps);
    command.arg(run.get_program()).args(run.get_args()).current_dir(place.cwd());
    if Command::new("unshare").arg("--version").output().is_err() {
        not_run(test, "no unshare");
        return;
    }
    let ended = Ended::of(command.stdin(lines(&secret_of("Aino"))));
    if ended.code == Some(77) || ended.err.starts_with("unshare:") {
        not_run(test, "no mount of its own is allowed");
        return;
    }
    ended.failed(1, &["swap on /dev/hymy-swap is not encrypted", "LimitMEMLOCK=infinity", "swapoff"]);
    assert!(!place.data().join("hymy.sock").exists());
}
