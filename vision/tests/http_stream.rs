//! Live sources over HTTP on loopback: a camera's endless MJPEG, and a recording that ends and begins again.

// A test makes the files that it needs; the ban is for what is shipped.
#![allow(clippy::disallowed_methods)]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hymy_vision::{SourceSpec, Vision, VisionSettings};
use support::live::{MARGIN, Said, TIMEOUTS, Watch, check_frames};
use support::{ffmpeg, has_ffmpeg, settings, test_pattern};

/// A stream starts, or starts again, within this.
const START: Duration = Duration::from_secs(20);

/// Answers every request with `reply`, each on its own thread, until it is dropped.
struct Server {
    port: u16,
    stop: Arc<AtomicBool>,
}

impl Server {
    fn start(reply: impl Fn(&mut TcpStream, &AtomicBool) -> std::io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
        let port = listener.local_addr().expect("an address").port();
        let (stop, reply) = (Arc::new(AtomicBool::new(false)), Arc::new(reply));
        let stopped = Arc::clone(&stop);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(mut stream), stopped, reply) = (stream, Arc::clone(&stopped), Arc::clone(&reply)) else {
                    continue;
                };
                std::thread::spawn(move || {
                    let Ok(reading) = stream.try_clone() else { return };
                    let request = BufReader::new(reading).lines().map_while(Result::ok);
                    if request.take_while(|line| !line.is_empty()).count() > 0 {
                        // The reader goes away when it has had enough: no failure of the server.
                        let _ = reply(&mut stream, &stopped);
                    }
                });
            }
        });
        Self { port, stop }
    }

    fn address(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the listener, so that the port is free again.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

fn vision(retry: bool) -> Vision {
    let settings = VisionSettings { objects_hz: 0.001, faces_hz: 0.001, timeouts: TIMEOUTS, retry, ..settings() };
    Vision::load(&settings).expect("models and runtime load")
}

fn pictures(folder: &Path) -> Vec<Vec<u8>> {
    let names = folder.join("%d.jpg");
    let source = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-frames:v", "10", names.to_str().unwrap()];
    ffmpeg(source);
    (1..=10).map(|n| std::fs::read(folder.join(format!("{n}.jpg"))).expect("a picture")).collect()
}

#[test]
fn mjpeg_over_http_gives_frames_until_it_is_stopped() {
    if !has_ffmpeg("mjpeg_over_http_gives_frames_until_it_is_stopped") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let pictures = pictures(folder.path());
    let server = Server::start(move |stream, stop| {
        write!(stream, "HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n")?;
        for picture in pictures.iter().cycle().take_while(|_| !stop.load(Ordering::Relaxed)) {
            write!(stream, "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", picture.len())?;
            stream.write_all(picture)?;
            stream.write_all(b"\r\n")?;
            std::thread::sleep(Duration::from_millis(40));
        }
        Ok(())
    });
    let watch = Watch::start(vision(false), &server.address("camera.mjpg"), Duration::ZERO);
    watch.wait_for_frames(30, START);
    assert_eq!(watch.events(), []);
    check_frames(&watch.frames());
    let (_, end, took) = watch.stop();
    end.expect("stopping is no failure");
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn a_recording_over_http_that_ends_is_lost_and_opened_again() {
    if !has_ffmpeg("a_recording_over_http_that_ends_is_lost_and_opened_again") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let clip = std::fs::read(test_pattern(&folder.path().join("clip.mkv"), 20)).unwrap();
    let server = Server::start(move |stream, _| {
        let length = clip.len();
        write!(stream, "HTTP/1.0 200 OK\r\nContent-Type: video/x-matroska\r\nContent-Length: {length}\r\n\r\n")?;
        stream.write_all(&clip)
    });
    let watch = Watch::start(vision(false), &server.address("clip.mkv"), Duration::ZERO);
    watch.wait(START, "lost and back", |watch| matches!(&watch.events()[..], [Said::Lost(_), Said::Back, ..]));
    watch.wait_for_frames(1, START);
    check_frames(&watch.frames());
    let (_, end, _) = watch.stop();
    let report = end.expect("stopping is no failure");
    assert_eq!(report.frames, report.processed + report.dropped);
}

#[test]
fn an_address_that_holds_no_video_is_an_error_without_its_password() {
    let server = Server::start(|stream, _| write!(stream, "HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n"));
    let with_password = server.address("none").replace("http://", "http://guest:secret@");
    let start = std::time::Instant::now();
    let run = support::run(&mut vision(false), &SourceSpec::parse(&with_password));
    assert!(start.elapsed() < TIMEOUTS.open + MARGIN, "{:?}", start.elapsed());
    let message = run.end.expect_err("there is nothing").to_string();
    assert!(message.contains(&server.address("…")) && message.contains("no RTSP or HTTP video stream"), "{message}");
    assert!(!message.contains("secret") && !message.contains("guest"), "{message}");
}
