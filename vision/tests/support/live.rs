//! A live source that runs on a thread of its own while the test does things to it, and what it said so far.

use std::net::TcpListener;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use hymy_vision::{Event, RunReport, SourceSpec, Timeouts, Vision, VisionError};

/// Time-outs of the tests' live sources.
pub const TIMEOUTS: Timeouts = Timeouts { open: Duration::from_secs(4), read: Duration::from_secs(2) };
/// What a busy machine may take on top of anything.
pub const MARGIN: Duration = Duration::from_secs(6);

/// What a live source said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Frame { index: u64, t_ms: u64 },
    Lost(String),
    Back,
    Passed,
}

/// A run on its own thread.
pub struct Watch {
    said: Arc<Mutex<Vec<Said>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<(Vision, Result<RunReport, VisionError>)>>,
}

impl Watch {
    /// Starts; the sink sleeps for `pause` at each frame.
    pub fn start(mut vision: Vision, address: &str, pause: Duration) -> Self {
        let (said, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let source = SourceSpec::parse(address);
        let (to, until) = (Arc::clone(&said), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            let end = vision.run(&source, &until, |_, event| {
                let said = match event {
                    Event::Observed { observation: o, .. } => {
                        std::thread::sleep(pause);
                        Said::Frame { index: o.frame, t_ms: o.t_ms }
                    }
                    Event::Lost { why } => Said::Lost(why.to_owned()),
                    Event::Back => Said::Back,
                    Event::Passed => Said::Passed,
                    Event::Idle | Event::Outlined { .. } | Event::Skipped { .. } => {
                        return ControlFlow::Continue(());
                    }
                };
                to.lock().unwrap().push(said);
                ControlFlow::Continue(())
            });
            (vision, end)
        });
        Self { said, stop, thread: Some(thread) }
    }

    /// Everything said so far.
    pub fn said(&self) -> Vec<Said> {
        self.said.lock().unwrap().clone()
    }

    /// How many frames were passed.
    pub fn passed(&self) -> usize {
        self.said().iter().filter(|said| **said == Said::Passed).count()
    }

    /// What was said other than frames.
    pub fn events(&self) -> Vec<Said> {
        self.said().into_iter().filter(|said| !matches!(said, Said::Frame { .. })).collect()
    }

    /// Index and time of every frame.
    pub fn frames(&self) -> Vec<(u64, u64)> {
        let frame = |said| if let Said::Frame { index, t_ms } = said { Some((index, t_ms)) } else { None };
        self.said().into_iter().filter_map(frame).collect()
    }

    /// Waits until what was said satisfies `enough`; how long that took.
    pub fn wait(&self, within: Duration, what: &str, enough: impl Fn(&Self) -> bool) -> Duration {
        let start = Instant::now();
        while !enough(self) {
            assert!(start.elapsed() < within, "{what}: not within {within:?}; said {:?}", self.tail());
            let ended = self.thread.as_ref().is_some_and(JoinHandle::is_finished);
            assert!(!ended, "{what}: the run has ended; said {:?}", self.tail());
            std::thread::sleep(Duration::from_millis(20));
        }
        start.elapsed()
    }

    /// Waits for so many more frames.
    pub fn wait_for_frames(&self, more: usize, within: Duration) -> Duration {
        let before = self.frames().len();
        self.wait(within, &format!("{more} more frames"), |watch| watch.frames().len() >= before + more)
    }

    /// Stops; gives the models back, how the run ended, and how long stopping took.
    pub fn stop(mut self) -> (Vision, Result<RunReport, VisionError>, Duration) {
        let start = Instant::now();
        self.stop.store(true, Ordering::Relaxed);
        let (vision, end) = self.thread.take().expect("not stopped yet").join().expect("the run does not panic");
        (vision, end, start.elapsed())
    }

    fn tail(&self) -> Vec<Said> {
        let said = self.said();
        said[said.len().saturating_sub(5)..].to_vec()
    }
}

impl Drop for Watch {
    /// A test that failed leaves no run behind.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// A port of loopback that nothing listened on a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("loopback").port()
}

/// One source that loses frames must say so, in order: times never go back and indices count dropped frames.
pub fn check_frames(frames: &[(u64, u64)]) {
    for pair in frames.windows(2) {
        assert!(pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1, "{pair:?}");
    }
}
