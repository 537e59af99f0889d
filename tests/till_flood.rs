//! A till that posts 500 events a second, beside one that posts rubbish and one with a wrong token: no event that was
//! accepted is lost, by a kill at the end either, and the camera goes on. For 10 seconds; for ten minutes with
//! HYMY_LONG=1.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hymy::store::{Appended, InboxEvent, NewEvent, Store};
use jiff::Timestamp;
use support::kiosk::{Camera, Kiosk, Place, free_port};
use support::not_run;

const EVENTS_PER_SECOND: usize = 500;
/// Connections of the till that posts so many: one answer waits for the disk.
const CONNECTIONS: usize = 8;
const RUBBISH_PER_SECOND: usize = 50;
/// A transaction has so many events: far more payments than any has.
const EVENTS_OF_A_TRANSACTION: usize = 100;
/// How long frames are counted before and after.
const WATCHED: Duration = Duration::from_secs(5);
const TOKEN: &str = "0123456789abcdef";

#[test]
fn a_flood_of_events_loses_none_that_was_accepted_and_the_camera_goes_on() {
    let test = "a_flood_of_events_loses_none_that_was_accepted_and_the_camera_goes_on";
    let long = std::env::var_os("HYMY_LONG").is_some_and(|value| value == "1");
    let lasts = Duration::from_secs(if long { 600 } else { 10 });
    if !long {
        not_run(&format!("{test} for ten minutes"), "HYMY_LONG=1 is not set; ten seconds run");
    }
    let port = free_port();
    let Some(_camera) = Camera::start(test, port) else { return };
    let place = Place::with_camera(&format!("rtsp://127.0.0.1:{port}/test"));
    place.take_in("Aino");
    let mut command = place.command(&["run", "--staff", "Aino"]);
    // One line for each frame that was looked at for faces.
    command.env("HYMY_LOG", "info,hymy_vision=trace").stdin(support::kiosk::lines("Aino's own secret\n"));
    let mut kiosk = Kiosk::start_command(&place, &mut command);
    kiosk.wait_for_line("camera_opened", 1, Duration::from_secs(60));
    let frames = |kiosk: &Kiosk| kiosk.lines_with("stage=\"capture\"").len();
    let rate = |kiosk: &Kiosk| {
        let (before, begun) = (frames(kiosk), Instant::now());
        std::thread::sleep(WATCHED);
        (frames(kiosk) - before) as f64 / begun.elapsed().as_secs_f64()
    };
    let calm = rate(&kiosk);

    let till =
        kiosk.lines_with("till_endpoint_opened address=")[0].rsplit('=').next().expect("an address").trim().to_owned();
    let over = Arc::new(AtomicBool::new(false));
    let others = [(TOKEN, "4 x milk", 400), ("another token than that", "", 401)].map(|(token, body, code)| {
        let (till, over) = (till.clone(), Arc::clone(&over));
        std::thread::spawn(move || pester(&till, token, body, code, &over))
    });
    let (before, begun) = (frames(&kiosk), Instant::now());
    let posting: Vec<_> = (0..CONNECTIONS)
        .map(|number| {
            let till = till.clone();
            std::thread::spawn(move || post_events(&till, number, begun, lasts))
        })
        .collect();
    let posted: Vec<Posted> = posting.into_iter().map(|thread| thread.join().expect("posted")).collect();
    let took = begun.elapsed().as_secs_f64();
    let flooded = (frames(&kiosk) - before) as f64 / took;
    over.store(true, Ordering::Relaxed);
    let refused: usize = others.into_iter().map(|thread| thread.join().expect("refused")).sum();
    let accepted: Vec<String> = posted.iter().flat_map(|posted| posted.accepted.clone()).collect();
    let full: usize = posted.iter().map(|posted| posted.full).sum();
    eprintln!(
        "{} accepted in {took:.1} s ({:.0} a second), {full} told to try again, {refused} refused; frames a second: {calm:.1} \
         before, {flooded:.1} during ({:.0} %)",
        accepted.len(),
        accepted.len() as f64 / took,
        100.0 * flooded / calm
    );
    assert!(flooded > 0.0 && calm > 0.0, "the camera gave no frames");
    assert!(!accepted.is_empty() && refused > 0);

    // Nothing is written any more from here on: what is found is what was on the disk when the answer came.
    let told = kiosk.crash(libc::SIGKILL);
    assert!(!told.contains("milk"), "what was sent is in the log");
    let data = place.data();
    let lost: Vec<&String> = missing(&data, &accepted);
    assert!(lost.is_empty(), "{} of {} accepted events are lost, such as {}", lost.len(), accepted.len(), lost[0]);
}

/// What a connection of the till was told.
#[derive(Default)]
struct Posted {
    accepted: Vec<String>,
    full: usize,
}

/// Posts its share of the events, each at its time.
fn post_events(till: &str, number: usize, begun: Instant, lasts: Duration) -> Posted {
    let mut line = Line::open(till);
    let mut posted = Posted::default();
    let gap = Duration::from_secs(CONNECTIONS as u64) / EVENTS_PER_SECOND as u32;
    for turn in 0.. {
        let due = gap * turn + gap / CONNECTIONS as u32 * number as u32;
        if due >= lasts {
            return posted;
        }
        std::thread::sleep(due.saturating_sub(begun.elapsed()));
        let event = match turn as usize % EVENTS_OF_A_TRANSACTION {
            0 => "opened",
            1..99 => "payment",
            _ => "closed",
        };
        let id = format!("{number}-{turn}");
        let body = format!(r#"{{"id":"{id}","register":"1","event":"{event}","at":"{}"}}"#, Timestamp::now());
        match line.post(TOKEN, &body) {
            202 => posted.accepted.push(id),
            503 => posted.full += 1,
            other => panic!("{other} for {body}"),
        }
    }
    posted
}

/// Posts what is refused until it is over; gives how often.
fn pester(till: &str, token: &str, body: &str, code: u16, over: &AtomicBool) -> usize {
    let mut line = Line::open(till);
    let refused = AtomicUsize::new(0);
    while !over.load(Ordering::Relaxed) {
        let told = line.post(token, body);
        // Too many of them are told so.
        assert!(told == code || told == 429, "{told}, not {code}");
        refused.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_secs(1) / RUBBISH_PER_SECOND as u32);
    }
    refused.into_inner()
}

/// Which of these the store does not know.
fn missing<'i>(data: &Path, ids: &'i [String]) -> Vec<&'i String> {
    let mut store = Store::open(data, &data.join("hymy.key")).expect("opens");
    let now = Timestamp::now();
    let mut is_missing = |id: &&String| {
        let event = InboxEvent { register: "1".into(), event: "opened".into(), at: now };
        let new = NewEvent { dedup_key: format!("id:{id}"), event, shift: None };
        store.append_event(&new, now).expect("read") != Appended::Duplicate
    };
    ids.iter().filter(|id| is_missing(id)).collect()
}

/// A connection that is kept, and opened again where the kiosk closed it.
struct Line {
    till: String,
    stream: BufReader<TcpStream>,
}

impl Line {
    fn open(till: &str) -> Self {
        let stream = TcpStream::connect(till).expect("connects");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("set");
        stream.set_nodelay(true).expect("set");
        Self { till: till.to_owned(), stream: BufReader::new(stream) }
    }

    /// Posts a body; gives the status of the answer.
    fn post(&mut self, token: &str, body: &str) -> u16 {
        let request = format!(
            "POST /api/v1/till/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).expect("sent");
        let (mut code, mut length, mut closes) = (0, 0, false);
        loop {
            let mut line = String::new();
            assert_ne!(self.stream.read_line(&mut line).expect("answered"), 0, "the kiosk hung up");
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(status) = line.strip_prefix("http/1.1 ") {
                code = status.split(' ').next().and_then(|status| status.parse().ok()).expect("a status");
            } else if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().expect("a length");
            } else if line == "connection: close" {
                closes = true;
            } else if line.is_empty() {
                break;
            }
        }
        self.stream.read_exact(&mut vec![0; length]).expect("a body");
        if closes {
            *self = Self::open(&self.till.clone());
        }
        code
    }
}
