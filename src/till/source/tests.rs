//! Ways to the till over the real task and a real store: nothing is lost, nothing is repeated, nothing else is kept.

use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::time::Instant;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::*;
use crate::clock::ManualClock;
use crate::kiosk::KioskSettings;
use crate::kiosk::tests::Awaited;
use crate::store::Store;
use crate::store::tests::AGREEMENT;
use crate::terms::Terms;
use crate::till::{Counts, Link, Pattern, RawPattern};

struct Site {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
}

/// A kiosk that runs and listens by one source, until it is crashed.
struct Running {
    handle: KioskHandle,
    stop: watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    _kiosk: Awaited,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::at("2026-03-02T12:00:00Z".parse().expect("a time")));
        Self { folder, clock }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("till.log")
    }

    fn append(&self, text: &str) {
        append(&self.log(), text);
    }

    fn start(&self, place: Place) -> Running {
        let store = Store::open(self.folder.path(), &self.folder.path().join("hymy.key")).expect("opens");
        let settings = KioskSettings {
            register: "1".into(),
            max_late_s: 300,
            signals: Vec::new(),
            directions: Default::default(),
            terms: Terms::under(AGREEMENT),
            sharing: Default::default(),
            idle_ms: 30 * 60_000,
            has_source: true,
            technician_code: None,
            setting_up: false,
        };
        let (handle, kiosk) = Awaited::spawn(store, settings, &[], self.clock.clone());
        let (stop, stopped) = watch::channel(false);
        let clock: Arc<dyn Clock> = self.clock.clone();
        let tasks = start(
            &[Source { name: "log".into(), place, patterns: patterns() }],
            &Setting {
                kiosk: &handle,
                clock: &clock,
                plausible: Plausible { max_late_s: 300, max_ahead_s: 30 },
                register: "1",
                data_dir: self.folder.path(),
                stopped: &stopped,
            },
        );
        Running { handle, stop, tasks, _kiosk: kiosk }
    }

    /// What is on the disk now, as a crash would leave it: how many events there are.
    fn kept(&self) -> usize {
        let crashed = tempfile::tempdir().expect("a folder");
        for name in ["hymy.db", "hymy.db-wal", "hymy.key"] {
            std::fs::copy(self.folder.path().join(name), crashed.path().join(name)).expect("copied");
        }
        Store::open(crashed.path(), &crashed.path().join("hymy.key")).expect("opens").events_kept()
    }

    async fn keeps(&self, count: usize) {
        until(&format!("{count} events, not {}", self.kept()), || self.kept() >= count).await;
        // What would come twice has come by then.
        tokio::time::sleep(3 * Duration::from_millis(100)).await;
        assert_eq!(self.kept(), count);
    }
}

impl Running {
    /// Ends as a crash does: no position is written any more.
    async fn crash(self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
        drop(self);
    }

    async fn stop(mut self) {
        self.stop.send_replace(true);
        for task in self.tasks.drain(..) {
            task.await.expect("ended");
        }
    }

    fn counts(&self) -> Counts {
        self.handle.ways().shown(0).ways[0].counts.expect("listening")
    }

    fn link(&self) -> Link {
        self.handle.ways().shown(0).ways[0].link
    }
}

fn patterns() -> Patterns {
    let pattern = |pattern: &str, event: &str| {
        Pattern::new(&RawPattern { pattern: pattern.into(), event: event.into(), ..RawPattern::default() })
            .expect("good")
    };
    Patterns::new(vec![
        pattern("^OPEN id=(?<id>[0-9]+)$", "opened"),
        pattern("^OPEN at=(?<at>\\S+)$", "opened"),
        pattern("^OPEN", "opened"),
        pattern("^PAY", "payment"),
        pattern("^CLOSE", "closed"),
    ])
}

fn append(path: &Path, text: &str) {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).expect("opened");
    file.write_all(text.as_bytes()).expect("written");
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_followed_file_loses_nothing_and_repeats_nothing_over_restarts_and_crashes() {
    let site = Site::new();
    site.append("OPEN history\nPAY, of which ha");
    let running = site.start(Place::File(site.log()));
    until("opened", || running.link() == Link::Open).await;
    site.append("lf was written before\nOPEN\nPAY\nCLO");
    site.keeps(2).await;
    running.stop().await;
    site.append("SE\nOPEN id=7\n");
    let running = site.start(Place::File(site.log()));
    site.keeps(4).await;
    let position = std::fs::read(position::path(site.folder.path(), "log")).expect("kept");
    site.append("PAY\nCLOSE\nOPEN id=8\nOPEN at=2026-03-02T11:59:58Z\n");
    site.keeps(8).await;
    running.crash().await;
    // The events are on the disk, and the position is not yet.
    std::fs::write(position::path(site.folder.path(), "log"), position).expect("put back");
    site.append("PAY\n");
    let running = site.start(Place::File(site.log()));
    site.keeps(9).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_and_an_emptied_file_are_followed_and_so_is_one_that_comes_later() {
    let site = Site::new();
    let running = site.start(Place::File(site.log()));
    tokio::time::sleep(Duration::from_millis(100)).await;
    site.append("OPEN from the beginning\n");
    site.keeps(1).await;
    // Renamed, and still written to for a moment.
    let rotated = site.folder.path().join("till.log.1");
    std::fs::rename(site.log(), &rotated).expect("renamed");
    append(&rotated, "PAY\n");
    site.append("CLOSE\n");
    append(&rotated, "PAY\n");
    site.keeps(4).await;
    // Emptied in its place, and the same lines again are other events.
    std::fs::write(site.log(), "").expect("emptied");
    tokio::time::sleep(Duration::from_millis(600)).await;
    site.append("CLOSE\n");
    site.keeps(5).await;
    running.stop().await;
    // The same while the kiosk is off: the rest of the old file, then the new one.
    site.append("OPEN\n");
    std::fs::rename(site.log(), &rotated).expect("renamed");
    site.append("PAY\nCLOSE\n");
    let running = site.start(Place::File(site.log()));
    site.keeps(8).await;
    running.stop().await;
    std::fs::write(site.log(), "OPEN a longer line than all that was there before\n").expect("written");
    let running = site.start(Place::File(site.log()));
    site.keeps(9).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_counts_as_read_only_once_its_event_is_on_the_disk() {
    let site = Site::new();
    site.append("");
    let running = site.start(Place::File(site.log()));
    until("opened", || running.link() == Link::Open).await;
    let Running { handle, stop, tasks, _kiosk: mut kiosk } = running;
    kiosk.end();
    site.append("OPEN\nPAY\n");
    tokio::time::sleep(Duration::from_millis(600)).await;
    let kept = position::load(&position::path(site.folder.path(), "log")).expect("read").expect("kept");
    assert_eq!(kept.offset, 0, "nobody took the event");
    stop.send_replace(true);
    for task in tasks {
        task.await.expect("ended");
    }
    drop((handle, kiosk));
    let running = site.start(Place::File(site.log()));
    site.keeps(2).await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_counted_and_stops_nothing() {
    let site = Site::new();
    site.append("");
    let running = site.start(Place::File(site.log()));
    until("opened", || running.link() == Link::Open).await;
    running.handle.ways().listen(0, Timestamp::UNIX_EPOCH);
    let mut rubbish = b"4 x milk 3,96\nOPEN with a NUL \0\nOPEN \xff\xfe\nOPEN at=yesterday\n\n\r\n".to_vec();
    rubbish.extend(vec![b'x'; 3 * LINE_BYTES_MAX]);
    rubbish.extend(b"\nOPEN at=2026-03-02T11:00:00Z\nOPEN\n");
    let mut file = std::fs::OpenOptions::new().append(true).open(site.log()).expect("opened");
    file.write_all(&rubbish).expect("written");
    until("the last line", || running.counts().understood == 1).await;
    let Counts { understood, not_understood, wrong_time, .. } = running.counts();
    assert_eq!((understood, not_understood, wrong_time), (1, 5, 1));
    let kept = std::fs::read_to_string(position::path(site.folder.path(), "log")).expect("kept");
    assert!(kept.bytes().all(|byte| byte.is_ascii_digit() || b"{}\":,_abcdefghijklmnopqrstuvwxyz".contains(&byte)));
    assert!(!kept.contains("milk"), "{kept}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tcp_line_is_opened_again_when_it_is_lost_and_nothing_is_sent_on_it() {
    let site = Site::new();
    let till = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let running = site.start(Place::Tcp(till.local_addr().expect("bound")));
    let (mut line, _) = till.accept().await.expect("connected");
    line.write_all(b"OPEN\r\nPA").await.expect("sent");
    site.keeps(1).await;
    line.write_all(b"Y\rPAY\n half a li").await.expect("sent");
    site.keeps(3).await;
    let mut sent = [0; 1];
    let nothing = line.try_read(&mut sent);
    assert!(nothing.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock), "the kiosk says nothing");
    drop(line);
    let (mut line, _) = till.accept().await.expect("connected again");
    line.write_all(b"CLOSE\n").await.expect("sent");
    site.keeps(4).await;
    running.stop().await;
}

/// The till's end of a serial line, and the device at the other.
fn serial_line() -> (std::fs::File, PathBuf) {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let till: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pty");
    grantpt(&till).and_then(|()| unlockpt(&till)).expect("unlocked");
    let name = ptsname(&till, Vec::new()).expect("its name").into_string().expect("text");
    (till.into(), name.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serial_line_is_read_raw_and_opened_again_when_it_was_unplugged() {
    let site = Site::new();
    let (mut till, device) = serial_line();
    // Under a stable name, as udev gives one.
    let stable = site.folder.path().join("till-line");
    std::os::unix::fs::symlink(&device, &stable).expect("linked");
    let running = site.start(Place::Serial { device: stable.clone(), baud: 19_200 });
    until("opened", || running.link() == Link::Open).await;
    // Raw: control characters pass, and nothing is echoed.
    till.write_all(b"OPEN \x03\x04\x11\x13\r\n").expect("sent");
    site.keeps(1).await;
    rustix::io::ioctl_fionbio(&till, true).expect("set");
    let echoed = io::Read::read(&mut till, &mut [0; 16]);
    assert!(echoed.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock), "nothing is echoed");
    drop(till);
    until("lost", || running.link() == Link::Waiting).await;
    let (mut till, device) = serial_line();
    std::fs::remove_file(&stable).and_then(|()| std::os::unix::fs::symlink(&device, &stable)).expect("linked");
    until("opened again", || running.link() == Link::Open).await;
    till.write_all(b"PAY\n").expect("sent");
    site.keeps(2).await;
    running.stop().await;
}

#[test]
fn pauses_grow_to_the_longest_and_times_of_arrival_differ() {
    let mut pauses = REOPEN.begin();
    let seconds: Vec<u64> = (0..9).map(|_| pauses.next_pause().as_secs()).collect();
    assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    pauses.begin_anew();
    assert_eq!(pauses.next_pause().as_secs(), 1);

    let now = Timestamp::from_second(1_800_000_000).expect("in range");
    let mut arrivals = Arrivals::begin();
    let times: Vec<i64> =
        [0, 0, 0, 5].map(|ms| arrivals.next(shifted(now, ms)).as_millisecond() - now.as_millisecond()).into();
    assert_eq!(times, [0, 1, 2, 5]);
}
