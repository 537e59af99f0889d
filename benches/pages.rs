//! How long each page takes with a year of made-up data for forty people, while the staged scene is watched at its own 25
//! frames a second; and what asking for pages without a pause costs the vision path. Run it with: make bench-pages
//!
//! Everything runs in this process: the kiosk's task over a store of its own, the pages over a loopback connection, the
//! real models over the scene. Turns with and without requests alternate, so that a busy machine shows in both.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use hymy::camera;
use hymy::clock::{Clock, SystemClock};
use hymy::config::{Config, Token};
use hymy::demo::{self, SECRET, Scale, TRAINER};
use hymy::kiosk::{self, CameraSwitch, KioskSettings, VISION_CHANNEL, VisionEvent};
use hymy::setup::{self, Loaded, Machine, Placed, Speed};
use hymy::store::Store;
use hymy::web::{self, Limits, Pages, Reach, Tokens};
use hymy_vision::{Event, SourceSpec, Vision};
use tokio::sync::{mpsc, watch};

/// What is asked for: a year of forty people.
const SCALE: Scale = Scale { people: 40, days: 365 };
const TECHNICIAN_CODE: &str = "made-up-technician";
/// Turns with requests, and as many without.
const TURNS: usize = 5;
const TURN: Duration = Duration::from_secs(12);
/// Of each turn, what is left out: models and caches warm up, the scene begins anew.
const WARMS_UP: Duration = Duration::from_secs(2);

/// Whose pages, and which.
const PAGES: [(&str, &[&str]); 4] = [
    ("", &["/", "/state", "/customer", "/about", "/metrics", "/healthz", "/api/v1/openapi.json"]),
    (
        "/me",
        &[
            "/me",
            "/me/transactions",
            "/me/choices",
            "/me/sharing",
            "/me/seen",
            "/me/export",
            "/me/leave",
            "/me/fit",
            "/practice",
        ],
    ),
    ("/trainer", &["/trainer", "/trainer/shared", "/trainer/how-to-read", "/trainer/releases.csv"]),
    ("/setup", &["/setup", "/setup/zones", "/setup/calibration", "/setup/till", "/setup/till/try"]),
];

/// One connection that stays open, as a browser's does, with its cookies.
struct Browser {
    stream: TcpStream,
    cookies: Vec<String>,
}

impl Browser {
    fn at(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self { stream, cookies: Vec::new() })
    }

    /// Asks, and reads the whole answer: its status and how long it took.
    fn ask(&mut self, method: &str, path: &str, form: &str) -> anyhow::Result<(u16, Duration)> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            self.cookies.join("; "),
            form.len()
        );
        let begun = Instant::now();
        self.stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        let mut part = [0; 64 * 1024];
        let head_ends = loop {
            if let Some(at) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            self.more(&mut part, &mut answer)?;
        };
        let head = String::from_utf8_lossy(answer.get(..head_ends).unwrap_or_default()).into_owned();
        let field = |name: &str| {
            head.lines()
                .filter_map(|line| line.split_once(": "))
                .filter(|(field, _)| field.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.to_owned())
                .collect::<Vec<String>>()
        };
        let length = field("content-length").first().map_or(Ok(0), |length| length.parse::<usize>())?;
        while answer.len() < head_ends + length {
            self.more(&mut part, &mut answer)?;
        }
        let took = begun.elapsed();
        for cookie in field("set-cookie") {
            self.cookies.extend(cookie.split(';').next().map(str::to_owned));
        }
        let status = head.split(' ').nth(1).context("no status")?.parse()?;
        Ok((status, took))
    }

    fn more(&mut self, part: &mut [u8], answer: &mut Vec<u8>) -> anyhow::Result<()> {
        let read = self.stream.read(part)?;
        ensure!(read > 0, "the connection was closed");
        answer.extend_from_slice(part.get(..read).unwrap_or_default());
        Ok(())
    }
}

/// How long each frame took from the one before it being told to being told itself, without the waiting for its time.
#[derive(Clone, Default)]
struct Frames(Arc<Mutex<Vec<Duration>>>);

impl Frames {
    fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn keep(&self, took: Duration) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(took);
    }
}

/// Shows the scene at its own pace for as long as it is wished.
fn watch(config: &Config, switch: CameraSwitch, frames: Frames, emit: mpsc::Sender<VisionEvent>) -> anyhow::Result<()> {
    let mut vision = Vision::load(&camera::vision_settings(config))?;
    let runtime = tokio::runtime::Handle::current();
    std::thread::Builder::new().name("vision".to_owned()).spawn(move || {
        let emit = |event| emit.blocking_send(event).is_ok();
        kiosk::follow(&switch, &runtime, emit, |people, _, wished| {
            vision.set_people(people);
            while wished() {
                let begun = Instant::now();
                let mut told = begun;
                let shown = vision.run(&SourceSpec::Staged, &AtomicBool::new(false), |_, event| {
                    if let Event::Observed { observation, .. } = event {
                        frames.keep(told.elapsed());
                        let due = begun + Duration::from_millis(observation.t_ms);
                        std::thread::sleep(due.saturating_duration_since(Instant::now()));
                        emit(VisionEvent::Observation(observation));
                        told = Instant::now();
                    }
                    if wished() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
                });
                shown.map_err(|error| error.to_string())?;
                emit(VisionEvent::SourceBack);
            }
            Ok(())
        });
    })?;
    Ok(())
}

fn median(of: &mut [Duration]) -> Duration {
    of.sort_unstable();
    of.get(of.len() / 2).copied().unwrap_or_default()
}

/// In order; `share` from 0 to 1.
fn quantile(of: &[Duration], share: f64) -> Duration {
    of.get(((of.len().saturating_sub(1)) as f64 * share).round() as usize).copied().unwrap_or_default()
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// Asks for every page by turns until it is told to stop.
fn browse(
    address: SocketAddr,
    asks: &AtomicBool,
    ends: &AtomicBool,
) -> anyhow::Result<Vec<(&'static str, Vec<Duration>)>> {
    let mut browsers = Vec::new();
    for (area, _) in PAGES {
        let mut browser = Browser::at(address)?;
        let name = match area {
            "/me" => "name=Aino&",
            "/trainer" => &format!("name={TRAINER}&"),
            _ => "",
        };
        let code = if area == "/setup" { TECHNICIAN_CODE.to_owned() } else { SECRET.replace(' ', "+") };
        if !area.is_empty() {
            let (status, _) = browser.ask("POST", &format!("{area}/open"), &format!("{name}code={code}"))?;
            ensure!(status == 303, "{area} does not open: {status}");
        }
        browsers.push(browser);
    }
    let (status, _) = Browser::at(address)?.ask(
        "POST",
        "/shift/sign-in",
        &format!("name=Kalle&code={}", SECRET.replace(' ', "+")),
    )?;
    ensure!(status == 303, "nobody signs in: {status}");
    let mut took: Vec<(&'static str, Vec<Duration>)> =
        PAGES.iter().flat_map(|(_, paths)| paths.iter().map(|path| (*path, Vec::new()))).collect();
    while !ends.load(Ordering::Relaxed) {
        if !asks.load(Ordering::Relaxed) {
            // Visits stay open, as those of people who read do.
            for (browser, (area, _)) in browsers.iter_mut().zip(PAGES) {
                browser.ask("GET", if area.is_empty() { "/" } else { area }, "")?;
            }
            std::thread::sleep(Duration::from_millis(500));
            continue;
        }
        for (browser, (_, paths)) in browsers.iter_mut().zip(PAGES) {
            for path in paths {
                let (status, duration) = browser.ask("GET", path, "")?;
                if status != 200 {
                    bail!("{path} answers {status}");
                }
                if let Some((_, all)) = took.iter_mut().find(|(known, _)| known == path) {
                    all.push(duration);
                }
            }
        }
    }
    Ok(took)
}

fn main() -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("kiosk.toml");
    std::fs::write(&file, demo::CONFIG)?;
    let mut config = Config::load(&file)?;
    config.pages.technician_code = Some(Token::new(TECHNICIAN_CODE).map_err(anyhow::Error::msg)?);
    let mut store = Store::open(&config.kiosk.data_dir, &config.kiosk.data_dir.join("hymy.key"))?;
    writeln!(out, "Making {} people's {} days; this takes a few minutes.", SCALE.people, SCALE.days)?;
    let begun = Instant::now();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    demo::fill(&mut store, &config, SCALE, clock.now())?;
    let bytes = std::fs::metadata(config.kiosk.data_dir.join("hymy.db"))?.len();
    writeln!(
        out,
        "Made in {:.0} s; the store has {:.1} MiB.",
        begun.elapsed().as_secs_f64(),
        bytes as f64 / (1024.0 * 1024.0)
    )?;

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (mut took, mut alone, mut asked) = runtime.block_on(async {
        let switch = CameraSwitch::of(&config.kiosk.data_dir);
        let (observed, vision) = mpsc::channel(VISION_CHANNEL);
        let (stop, stopped) = watch::channel(false);
        let settings = KioskSettings { has_source: true, ..KioskSettings::of(&config) };
        let (handle, thread) =
            kiosk::spawn(store, settings, &[], switch.clone(), Arc::clone(&clock), vision, stopped.clone())?;
        let frames = Frames::default();
        watch(&config, switch.clone(), frames.clone(), observed)?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let limits = Arc::new(Limits::default());
        let loaded = Loaded { provider: config.runtime.provider.name(), models: 5 };
        let machine = Machine::of(&config, Some(loaded), None, Speed::default());
        let pages = Pages {
            kiosk: handle,
            clock: Arc::clone(&clock),
            language: config.language,
            data_dir: config.kiosk.data_dir.clone(),
            checks: setup::checks(&config).into(),
            started: clock.now(),
            signals: config.signals.clone(),
            placed: Arc::new(Placed::of(&config)),
            machine: Arc::new(machine),
            tokens: Tokens::of(&config, &limits),
            tls: None,
        };
        let app = web::guarded(Reach::of(&config, &limits), web::pages(pages).merge(web::about_page(&config)));
        let serving = tokio::spawn(web::serve(listener, None, app, stopped));
        let (asks, ends) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let browsing = {
            let (asks, ends) = (Arc::clone(&asks), Arc::clone(&ends));
            tokio::task::spawn_blocking(move || browse(address, &asks, &ends))
        };
        let (mut alone, mut asked) = (Vec::new(), Vec::new());
        for turn in 0..2 * TURNS {
            let with = turn % 2 == 1;
            asks.store(with, Ordering::Relaxed);
            tokio::time::sleep(WARMS_UP).await;
            frames.take();
            tokio::time::sleep(TURN).await;
            if with { &mut asked } else { &mut alone }.push(frames.take());
        }
        ends.store(true, Ordering::Relaxed);
        let took = browsing.await??;
        switch.end();
        stop.send_replace(true);
        serving.await?;
        let _ = tokio::task::spawn_blocking(move || thread.join()).await?;
        anyhow::Ok((took, alone, asked))
    })?;

    writeln!(out, "\n{:<24}{:>9}{:>12}{:>12}{:>12}", "page", "times", "median ms", "95 % ms", "longest ms")?;
    for (path, all) in &mut took {
        let middle = median(all);
        let (most, longest) = (quantile(all, 0.95), quantile(all, 1.0));
        writeln!(out, "{path:<24}{:>9}{:>12.1}{:>12.1}{:>12.1}", all.len(), ms(middle), ms(most), ms(longest))?;
    }
    writeln!(out, "\nThe vision path, ms a frame (median of each turn of {} s; frames a second):", TURN.as_secs())?;
    let line = |turns: &mut Vec<Vec<Duration>>| -> (Vec<String>, Duration) {
        let mut medians: Vec<Duration> = Vec::new();
        let told = turns
            .iter_mut()
            .map(|turn| {
                let middle = median(turn);
                medians.push(middle);
                format!("{:.1} ({:.1})", ms(middle), turn.len() as f64 / TURN.as_secs_f64())
            })
            .collect();
        (told, median(&mut medians))
    };
    let (alone_told, alone) = line(&mut alone);
    let (asked_told, asked) = line(&mut asked);
    writeln!(out, "  nobody asks         {}", alone_told.join("  "))?;
    writeln!(out, "  pages all the time  {}", asked_told.join("  "))?;
    writeln!(out, "  ratio of the medians {:.3}", asked.as_secs_f64() / alone.as_secs_f64())?;
    Ok(())
}
