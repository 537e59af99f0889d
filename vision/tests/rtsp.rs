//! Live sources against a real RTSP server on loopback (GStreamer's): frames, drops, a server that dies, is silent,
//! is not there yet; memory and time of stopping.

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hymy_vision::{Attention, Polygon, Vision, VisionError, VisionSettings, Zones};
use support::live::{MARGIN, Said, TIMEOUTS, Watch, check_frames, free_port};
use support::{not_run, resident_kib, settings};

/// Servers, time-outs and memory are measured: one test at a time.
static ALONE: Mutex<()> = Mutex::new(());
/// A stream starts within this.
const START: Duration = Duration::from_secs(20);
/// A lost server is found again within this: two waits of the back-off, an open, and a busy machine.
const RETURN: Duration = Duration::from_secs(30);

/// GStreamer's RTSP server in a process of its own.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Starts it; `None`, and the test named, where GStreamer is missing.
    fn start(test: &str, port: u16) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rtsp_server.py");
        let started = Command::new("/usr/bin/python3")
            .arg(script)
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = started else {
            not_run(test, "no /usr/bin/python3");
            return None;
        };
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        if line.trim() == "ready" {
            return Some(Self { child, port });
        }
        let status = child.wait().expect("the server ends");
        assert_eq!(status.code(), Some(3), "the RTSP server failed: {line}");
        not_run(test, &format!("{}; setup/packages.sh test installs it", line.trim()));
        None
    }

    fn address(&self) -> String {
        address(self.port)
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(sent.expect("sh").success(), "SIG{name}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn address(port: u16) -> String {
    format!("rtsp://127.0.0.1:{port}/test")
}

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn vision(retry: bool) -> Vision {
    let settings = VisionSettings { objects_hz: 0.001, faces_hz: 0.001, timeouts: TIMEOUTS, retry, ..settings() };
    Vision::load(&settings).expect("models and runtime load")
}

fn watch(address: &str) -> Watch {
    Watch::start(vision(true), address, Duration::ZERO)
}

#[test]
fn frames_come_in_order_and_a_slow_consumer_drops_some_and_counts_them() {
    let _alone = alone();
    let test = "frames_come_in_order_and_a_slow_consumer_drops_some_and_counts_them";
    let Some(server) = Server::start(test, free_port()) else { return };
    let quick = watch(&server.address());
    quick.wait_for_frames(30, START);
    check_frames(&quick.frames());
    assert_eq!(quick.events(), []);
    let (vision, end, _) = quick.stop();
    end.expect("stopping is no failure");
    let slow = Watch::start(vision, &server.address(), Duration::from_millis(250));
    slow.wait_for_frames(12, START);
    assert_eq!(slow.events(), []);
    let frames = slow.frames();
    check_frames(&frames);
    let (_, end, _) = slow.stop();
    let report = end.expect("stopping is no failure");
    let passed = frames[frames.len() - 1].0 - frames[0].0 + 1;
    let missing = passed - frames.len() as u64;
    assert!(missing >= 12, "a consumer of 4 frames a second missed {missing} of 25 a second");
    assert!(report.dropped >= missing, "{missing} are missing, {report:?}");
    assert_eq!(report.frames, report.processed + report.dropped);
    // The newest frame wins: none of those handed out was older than a consumer's pause and a bit.
    let span_ms = frames[frames.len() - 1].1 - frames[0].1;
    let expected = span_ms * 25 / 1000;
    assert!(passed.abs_diff(expected) <= 25, "{passed} frames in {span_ms} ms: frames pile up somewhere");
}

#[test]
fn at_rest_few_frames_are_looked_at_the_others_are_passed_and_attention_wakes() {
    let _alone = alone();
    let test = "at_rest_few_frames_are_looked_at_the_others_are_passed_and_attention_wakes";
    let Some(server) = Server::start(test, free_port()) else { return };
    let corner = |x: f32| Polygon::new(vec![(x, 0.0), (x + 0.3, 0.0), (x + 0.3, 1.0), (x, 1.0)]).expect("a rectangle");
    let zones = Zones { staff: Some(corner(0.6)), customer: Some(corner(0.0)), queue: None };
    let settings = VisionSettings { objects_hz: 1.0, zones, timeouts: TIMEOUTS, ..settings() };
    let mut vision = Vision::load(&settings).expect("models and runtime load");
    let attention = Attention::default();
    vision.rest_without(Some(attention.clone()));
    let watch = Watch::start(vision, &server.address(), Duration::ZERO);
    // It stays awake for eight seconds at first.
    watch.wait(START + Duration::from_secs(10), "it rests", |watch| watch.passed() > 0);
    let asleep = watch.frames().len();
    watch.wait_for_frames(6, MARGIN);
    let slowly = watch.frames().split_off(asleep);
    let passed = watch.passed();
    assert!(passed >= 4 * slowly.len(), "of 25 frames a second {passed} are passed, {} looked at", slowly.len());
    attention.set(true);
    watch.wait_for_frames(2, MARGIN);
    let (passed, awake) = (watch.passed(), watch.frames().len());
    watch.wait_for_frames(8, START);
    assert_eq!(watch.passed(), passed, "none is passed");
    check_frames(&watch.frames().split_off(awake));
    let (_, end, _) = watch.stop();
    let report = end.expect("stopping is no failure");
    assert_eq!(report.passed as usize, passed);
    assert_eq!(report.frames, report.processed + report.passed + report.dropped);
}

#[test]
fn a_server_that_dies_is_lost_once_and_found_again() {
    let _alone = alone();
    let Some(server) = Server::start("a_server_that_dies_is_lost_once_and_found_again", free_port()) else { return };
    let port = server.port;
    let watch = watch(&server.address());
    watch.wait_for_frames(5, START);
    drop(server);
    let lost_after = watch.wait(TIMEOUTS.read + MARGIN, "lost", |watch| !watch.events().is_empty());
    // Long enough for several tries to reopen, which are not worth another word.
    std::thread::sleep(Duration::from_secs(3));
    assert!(matches!(&watch.events()[..], [Said::Lost(_)]), "{:?}", watch.events());
    let before = watch.frames().len();
    let _server = Server::start("", port).expect("it ran before");
    let back_after = watch.wait(RETURN, "back", |watch| watch.events().contains(&Said::Back));
    watch.wait_for_frames(10, START);
    eprintln!("killed: lost after {lost_after:?}, back {back_after:?} after the server");
    assert!(matches!(&watch.events()[..], [Said::Lost(_), Said::Back]), "{:?}", watch.events());
    check_frames(&watch.frames());
    let said = watch.said();
    let at = said.iter().position(|said| *said == Said::Back).expect("back");
    let frames_before = said[..at].iter().filter(|said| matches!(said, Said::Frame { .. })).count();
    assert_eq!(frames_before, before, "no frame is handed out between Lost and Back");
    watch.stop().1.expect("stopping is no failure");
}

#[test]
fn a_silent_server_is_lost_within_the_read_time_out_and_found_when_it_speaks() {
    let _alone = alone();
    let test = "a_silent_server_is_lost_within_the_read_time_out_and_found_when_it_speaks";
    let Some(server) = Server::start(test, free_port()) else { return };
    let watch = watch(&server.address());
    watch.wait_for_frames(5, START);
    server.signal("STOP");
    let lost_after = watch.wait(TIMEOUTS.read + MARGIN, "lost", |watch| matches!(&watch.events()[..], [Said::Lost(_)]));
    assert!(lost_after > TIMEOUTS.read / 2, "{lost_after:?} is no read time-out");
    // While it is silent a try to reopen hangs until the open time-out.
    std::thread::sleep(TIMEOUTS.open);
    server.signal("CONT");
    let back_after = watch.wait(RETURN, "back", |watch| watch.events().contains(&Said::Back));
    watch.wait_for_frames(10, START);
    eprintln!("silent: lost after {lost_after:?}, back {back_after:?} after it spoke");
    assert!(matches!(&watch.events()[..], [Said::Lost(_), Said::Back]), "{:?}", watch.events());
    check_frames(&watch.frames());
    watch.stop().1.expect("stopping is no failure");
}

#[test]
fn a_server_that_is_not_there_yet_is_an_error_or_waited_for() {
    let _alone = alone();
    let test = "a_server_that_is_not_there_yet_is_an_error_or_waited_for";
    let port = free_port();
    let start = Instant::now();
    let run = support::run(&mut vision(false), &hymy_vision::SourceSpec::Stream(address(port)));
    assert!(start.elapsed() < TIMEOUTS.open + MARGIN, "{:?}", start.elapsed());
    let error = run.end.expect_err("nothing listens there");
    assert!(matches!(error, VisionError::Source { .. }));
    let message = error.to_string();
    let host = format!("rtsp://127.0.0.1:{port}/…");
    assert!(message.contains(&host) && message.contains("check address and network"), "{message}");
    let watch = watch(&address(port));
    watch.wait(TIMEOUTS.open + MARGIN, "lost", |watch| matches!(&watch.events()[..], [Said::Lost(_)]));
    std::thread::sleep(Duration::from_secs(2));
    let Some(_server) = Server::start(test, port) else { return };
    watch.wait(RETURN, "back", |watch| watch.events().contains(&Said::Back));
    watch.wait_for_frames(5, START);
    assert!(matches!(&watch.events()[..], [Said::Lost(_), Said::Back]), "{:?}", watch.events());
    watch.stop().1.expect("stopping is no failure");
}

#[test]
fn stopping_closes_the_connection_soon_even_while_the_server_is_silent() {
    let _alone = alone();
    let test = "stopping_closes_the_connection_soon_even_while_the_server_is_silent";
    let Some(server) = Server::start(test, free_port()) else { return };
    let streaming = watch(&server.address());
    streaming.wait_for_frames(5, START);
    let (vision, end, took) = streaming.stop();
    end.expect("stopping is no failure");
    eprintln!("stopped while streaming: {took:?}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    let silent = Watch::start(vision, &server.address(), Duration::ZERO);
    silent.wait_for_frames(5, START);
    server.signal("STOP");
    let (_, end, took) = silent.stop();
    end.expect("stopping is no failure");
    eprintln!("stopped while silent: {took:?}");
    assert!(took < TIMEOUTS.read + MARGIN, "{took:?}");
}

#[test]
fn memory_is_flat_over_starts_and_stops_of_the_server() {
    let _alone = alone();
    let test = "memory_is_flat_over_starts_and_stops_of_the_server";
    let Some(mut server) = Server::start(test, free_port()) else { return };
    let port = server.port;
    let watch = watch(&server.address());
    let mut resident = Vec::new();
    for cycle in 0..6 {
        watch.wait_for_frames(15, RETURN);
        resident.push(resident_kib());
        drop(server);
        watch.wait(TIMEOUTS.read + MARGIN, "lost", |watch| watch.events().len() == 2 * cycle + 1);
        server = Server::start(test, port).expect("it ran before");
    }
    watch.wait_for_frames(5, RETURN);
    watch.stop().1.expect("stopping is no failure");
    eprintln!("resident over starts and stops, KiB: {resident:?}");
    let growth = resident[5].saturating_sub(resident[1]);
    assert!(growth < 10 * 1024, "grew by {growth} KiB: {resident:?}");
}
