//! Shifts of a running kiosk, seen from outside: whatever ends or pauses one, the connection to the camera is gone from
//! the process's own sockets within a second; and nobody signed in means no camera.

mod support;

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use support::kiosk::{Camera, Kiosk, Place, free_port, secret_of};
use support::{not_run, wait_for};

/// One kiosk at a time: on a machine of two cores, two that look at a camera make each other slow.
static ALONE: Mutex<()> = Mutex::new(());

/// A stream starts within this, on a busy machine.
const START: Duration = Duration::from_secs(60);
/// The promise.
const CLOSED: Duration = Duration::from_secs(1);

fn wait_until_it_sees(kiosk: &Kiosk, port: u16) {
    wait_for("the camera", START, || kiosk.sees().then_some(()));
    assert!(kiosk.is_connected_to(port));
}

#[track_caller]
fn closes(kiosk: &Kiosk, port: u16, why: &str, asked: Instant) {
    while kiosk.is_connected_to(port) {
        assert!(asked.elapsed() < CLOSED, "{why}: the camera is still open");
        std::thread::sleep(Duration::from_millis(10));
    }
    eprintln!("{why}: closed after {:?}", asked.elapsed());
    assert!(!kiosk.sees(), "{why}");
}

/// Asks at the socket, as starting a command takes its own time on a busy machine.
#[track_caller]
fn closes_when_asked(kiosk: &Kiosk, port: u16, question: &str, answer: &str) {
    let asked = Instant::now();
    let answered = kiosk.ask(question);
    assert!(answered.contains(answer), "{answered}");
    closes(kiosk, port, answer, asked);
}

fn serve(kiosk: &Kiosk) {
    assert_eq!(kiosk.post("opened"), 202);
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(kiosk.post("closed"), 202);
}

#[test]
fn signing_out_pausing_and_withdrawing_close_the_camera_within_a_second() {
    let test = "signing_out_pausing_and_withdrawing_close_the_camera_within_a_second";
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let port = free_port();
    let Some(_camera) = Camera::start(test, port) else { return };
    let place = Place::with_camera(&format!("rtsp://127.0.0.1:{port}/test"));
    for name in ["Aino", "Eero"] {
        place.take_in(name);
    }
    for command in [&["staff", "pause"][..], &["staff", "pause", "Aino"], &["staff", "sign-out"]] {
        place.hymy(command).failed(1, &["no kiosk is running"]);
    }
    let secret = secret_of("Aino");
    place.told(&["staff", "sign-in", "Aino"], &secret).failed(1, &["no kiosk is running"]);

    let mut kiosk = Kiosk::start(&place, &["run"]);
    assert!(!kiosk.is_connected_to(port), "nobody is signed in");
    place.told(&["staff", "sign-in", "Aino"], "another secret").failed(1, &["this is not the secret of anyone"]);
    assert!(!kiosk.is_connected_to(port));
    assert!(place.told(&["staff", "sign-in", "Aino"], &secret).good().out.contains("the camera opens"));
    wait_until_it_sees(&kiosk, port);
    place.told(&["staff", "sign-in", "Eero"], &secret_of("Eero")).failed(1, &["a shift is on; sign out first"]);
    serve(&kiosk);

    closes_when_asked(&kiosk, port, r#"{"ask":"pause"}"#, "paused");
    assert!(place.hymy(&["staff", "pause", "Aino"]).good().out.contains("paused"), "it stays so");
    place.hymy(&["staff", "pause", "Eero"]).failed(1, &["Eero is not on shift here"]);
    serve(&kiosk);
    place.told(&["staff", "resume", "Eero"], &secret_of("Eero")).failed(1, &["Eero is not on shift here"]);
    place.told(&["staff", "resume", "Aino"], "another secret").failed(1, &["this is not the secret"]);
    place.told(&["staff", "resume", "Aino"], "").failed(1, &["standard input ended"]);
    assert!(!kiosk.is_connected_to(port), "only the person's own tap opens it");
    place.told(&["staff", "resume", "Aino"], &secret).good();
    wait_until_it_sees(&kiosk, port);
    place.told(&["staff", "phone-for-work", "Aino"], "another secret").failed(1, &["this is not the secret"]);
    place.told(&["staff", "phone-for-work", "Aino"], &secret).good();

    closes_when_asked(&kiosk, port, r#"{"ask":"sign_out"}"#, "signed_out");
    place.hymy(&["staff", "sign-out"]).failed(1, &["nobody is on shift here"]);
    serve(&kiosk);
    assert!(!kiosk.is_connected_to(port), "nobody opens it by serving a customer");
    assert!(place.summary("Aino").contains("2 transactions"), "it is written when it ends");

    // The next one, at the same kiosk.
    place.sign_in("Eero");
    wait_until_it_sees(&kiosk, port);
    let withdraw = format!(
        r#"{{"ask":"own","proof":{{"secret":{{"name":"Eero","secret":"{}"}}}},"question":{{"own":"withdraw"}}}}"#,
        secret_of("Eero")
    );
    closes_when_asked(&kiosk, port, &withdraw, "erased");
    place.told(&["staff", "sign-in", "Eero"], &secret_of("Eero")).failed(1, &["this is not the secret of anyone"]);
    place.sign_in("Aino");
    wait_until_it_sees(&kiosk, port);
    for (event, times) in [("shift_began", 3), ("shift_paused", 1), ("camera_closed", 3), ("shift_resumed", 1)] {
        kiosk.wait_for_line(event, times, Duration::from_secs(5));
    }
    let (code, told) = kiosk.terminate();
    assert_eq!(code, Some(0), "{told}");
    assert!(!told.contains("Aino") && !told.contains("Eero"), "no name in the log: {told}");
}

#[test]
fn after_a_crash_nobody_is_signed_in_and_no_camera_is_opened_until_somebody_is() {
    let test = "after_a_crash_nobody_is_signed_in_and_no_camera_is_opened_until_somebody_is";
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let port = free_port();
    let Some(camera) = Camera::start(test, port) else { return };
    let place = Place::with_camera(&format!("rtsp://127.0.0.1:{port}/test"));
    place.take_in("Aino");
    let kiosk = Kiosk::start(&place, &["run"]);
    place.sign_in("Aino");
    wait_until_it_sees(&kiosk, port);
    assert_eq!(kiosk.post("opened"), 202);
    kiosk.crash(libc::SIGKILL);
    drop(camera);

    let listening = wait_for("the port", START, || TcpListener::bind(("127.0.0.1", port)).ok());
    listening.set_nonblocking(true).expect("set");
    let kiosk = Kiosk::start(&place, &["run"]);
    assert_eq!(kiosk.post("payment"), 202, "the till is answered");
    assert!(!kiosk.is_connected_to(port) && !kiosk.sees());
    let (code, told) = kiosk.terminate();
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("interrupted_shift_ended"), "{told}");
    // The kiosk has ended: whoever connected would wait here.
    assert!(listening.accept().is_err(), "nobody was signed in, and yet the camera was opened");

    let kiosk = Kiosk::start(&place, &["run"]);
    place.sign_in("Aino");
    wait_for("with a shift, the camera is opened", START, || listening.accept().ok());
    drop(kiosk);
}

#[test]
fn calibrating_and_a_shift_never_have_the_camera_together() {
    let test = "calibrating_and_a_shift_never_have_the_camera_together";
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let port = free_port();
    let Some(_camera) = Camera::start(test, port) else { return };
    let place = Place::with_camera(&format!("rtsp://127.0.0.1:{port}/test"));
    place.take_in("Aino");
    let kiosk = Kiosk::start(&place, &["run"]);
    place.sign_in("Aino");
    let refused = || place.hymy(&["calibrate", "--work", "till"]).failed(1, &["a shift is on", "end the shift first"]);
    refused();
    assert!(kiosk.ask(r#"{"ask":"pause"}"#).contains("paused"));
    refused();
    place.hymy(&["staff", "sign-out"]).good();
    wait_for("the camera closes", CLOSED, || (!kiosk.is_connected_to(port)).then_some(()));

    let mut calibrating = place.command(&["calibrate", "--work", "till"]).spawn().expect("starts");
    let sign_in = || place.told(&["staff", "sign-in", "Aino"], &secret_of("Aino"));
    wait_for("signing in is refused", START, || {
        let answer = sign_in();
        let refused = answer.err.contains("hymy calibrate looks through the camera");
        if !refused {
            place.hymy(&["staff", "sign-out"]).good();
        }
        refused.then_some(())
    });
    assert!(!kiosk.is_connected_to(port));
    calibrating.kill().expect("killed");
    calibrating.wait().expect("ended");
    sign_in().good();
    wait_until_it_sees(&kiosk, port);
}

#[test]
fn on_a_v4l2_camera_signing_out_closes_the_device_within_a_second() {
    let test = "on_a_v4l2_camera_signing_out_closes_the_device_within_a_second";
    let device = "/dev/video0";
    if !Path::new(device).exists() {
        not_run(test, "no camera here: there is no /dev/video0");
        return;
    }
    let place = Place::with_camera(device);
    place.take_in("Aino");
    let kiosk = Kiosk::start(&place, &["run"]);
    let is_open = || kiosk.descriptors().map(|open| open.iter().any(|name| name == device));
    if is_open().is_none() {
        not_run(test, "the descriptors of the kiosk may not be read; run as root");
        return;
    }
    assert_eq!(is_open(), Some(false));
    place.sign_in("Aino");
    wait_for("the camera", START, || kiosk.sees().then_some(()));
    assert_eq!(is_open(), Some(true));
    let asked = Instant::now();
    assert!(kiosk.ask(r#"{"ask":"sign_out"}"#).contains("signed_out"));
    while is_open() == Some(true) {
        assert!(asked.elapsed() < CLOSED, "the camera is still open");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until a line is told, and has the camera closed within a second of it.
fn closes_with_line(kiosk: &mut Kiosk, port: u16, line: &str, within: Duration) {
    let begun = Instant::now();
    while kiosk.lines_with(line).is_empty() {
        assert!(begun.elapsed() < within, "{line}: not told within {within:?}:\n{}", kiosk.told());
        std::thread::sleep(Duration::from_millis(10));
    }
    closes(kiosk, port, line, Instant::now());
}

fn is_long(test: &str) -> bool {
    let long = std::env::var_os("HYMY_LONG").is_some_and(|value| value == "1");
    if !long {
        not_run(test, "HYMY_LONG=1 is not set; it takes a minute");
    }
    long
}

#[test]
fn a_minute_in_which_nothing_happens_closes_the_camera() {
    let test = "a_minute_in_which_nothing_happens_closes_the_camera";
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let port = free_port();
    if !is_long(test) {
        return;
    }
    let Some(_camera) = Camera::start(test, port) else { return };
    let place = Place::with_camera(&format!("rtsp://127.0.0.1:{port}/test"));
    let text = std::fs::read_to_string(place.config()).expect("read");
    std::fs::write(place.config(), text.replace("[kiosk]\n", "[kiosk]\nidle_minutes = 1\n")).expect("written");
    place.take_in("Aino");
    let mut kiosk = Kiosk::start(&place, &["run"]);
    place.sign_in("Aino");
    wait_until_it_sees(&kiosk, port);
    closes_with_line(&mut kiosk, port, "shift_ended_idle", Duration::from_secs(90));
    place.sign_in("Aino");
    wait_until_it_sees(&kiosk, port);
}

#[test]
fn a_face_that_is_not_seen_for_a_minute_closes_the_camera() {
    let test = "a_face_that_is_not_seen_for_a_minute_closes_the_camera";
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let port = free_port();
    if !is_long(test) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let nobody = folder.path().join("nobody.png");
    let made = Command::new("ffmpeg")
        .args(["-loglevel", "error", "-f", "lavfi", "-i", "color=gray:s=352x352", "-frames:v", "1"])
        .arg(&nobody)
        .status();
    if !made.is_ok_and(|status| status.success()) {
        not_run(test, "no ffmpeg");
        return;
    }
    let Some(_camera) = Camera::showing(test, port, &nobody) else { return };
    let place = Place::with_camera(&format!("rtsp://127.0.0.1:{port}/test"));
    place.take_in("Aino");
    let mut kiosk = Kiosk::start(&place, &["run"]);
    place.sign_in("Aino");
    wait_until_it_sees(&kiosk, port);
    closes_with_line(&mut kiosk, port, "shift_paused_in_doubt", Duration::from_secs(90));
    place.told(&["staff", "resume", "Aino"], &secret_of("Aino")).good();
    wait_until_it_sees(&kiosk, port);
}
