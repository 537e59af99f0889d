//! `hymy run`: the kiosk. The models are loaded once; the camera is open for as long as the kiosk wishes, which is never
//! while nobody is signed in. With `--staff` a shift begins at once.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;
use hymy::clock::{Clock, SystemClock};
use hymy::config::Config;
use hymy::confine::{self, Allowed, Confined, MemoryKept};
use hymy::kiosk::{self, CameraSwitch, KioskHandle, KioskSettings, VISION_CHANNEL, VisionEvent};
use hymy::setup::{Machine, Speed};
use hymy::store::{SignedIn, Store, StoreLock};
use hymy::terms::Terms;
use hymy::{control, telemetry};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};

use super::WrongUsage;
use super::secrets::{key_source, secret};
use super::serving;
use super::watch::Camera;

/// How long the camera may take to close at the end.
const VISION_CLOSES_WITHIN: Duration = Duration::from_secs(3);

/// Run the kiosk until Ctrl-C or SIGTERM.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy run --config /etc/hymy/kiosk.toml                no shift, no camera, until: hymy staff sign-in
  hymy run --config /etc/hymy/kiosk.toml --staff Aino   Aino's shift begins at once, the camera opens
  hymy run --config /etc/hymy/kiosk.toml --staff Aino --staff Eero
                                                        two at one register: nothing is read of either, as nothing
                                                        tells whose face is whose; what is served is the store's

A shift ends with hymy staff sign-out, when nothing happened for [kiosk] idle_minutes, or with the program; everything
is on the disk then. After a crash, the same person who signs in again goes on with the same shift.")]
pub struct Run {
    /// The configuration; configs/kiosk.toml explains every key.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Whose shift begins; they agreed before with: hymy staff consent, and give their secret at the terminal or as a
    /// line of standard input. Once for each person at this register.
    #[arg(long, value_name = "PERSON")]
    staff: Vec<String>,
}

impl Run {
    /// Runs until it is stopped or the source ends.
    pub fn run(&self) -> anyhow::Result<()> {
        let config = Config::load(&self.config)?;
        require(&config, !self.staff.is_empty())?;
        start(&config, &self.staff, Serving::Shifts)
    }
}

/// What the program is started for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serving {
    /// The kiosk as a whole.
    Shifts,
    /// The pages of set-up alone: no shift begins.
    SetUp,
}

/// Locks the memory, opens the store, confines the process and serves until it is stopped or the source ends.
pub fn start(config: &Config, staff: &[String], serving: Serving) -> anyhow::Result<()> {
    telemetry::begin(&config.telemetry)?;
    if serving == Serving::Shifts && config.signals.is_empty() {
        tracing::warn!("no_signal_chosen: [signals] choices is empty, so summaries will be too");
    }
    let memory = keep_in_memory()?;
    let store = Store::open(&config.kiosk.data_dir, key_source(config))?;
    // Before there are other threads, which would not be confined; after what lies elsewhere was opened.
    confine_to(&Allowed::of(config))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let ended = runtime.block_on(serve(config, store, staff, memory, serving));
    // A command that is being answered, or a camera that hangs, does not hold up the end.
    runtime.shutdown_timeout(Duration::from_secs(1));
    ended
}

/// What `run` needs beyond a valid file.
fn require(config: &Config, shift: bool) -> Result<(), WrongUsage> {
    let file = config.file.display();
    let missing: Vec<&str> = [("staff", &config.zones.staff), ("customer", &config.zones.customer)]
        .into_iter()
        .filter_map(|(name, zone)| zone.is_none().then_some(name))
        .collect();
    if !missing.is_empty() {
        return Err(WrongUsage(format!(
            "{file}: [zones] has no {}; hymy run reads faces in the staff zone only and needs to know where \
             customers stand: draw both with hymy setup --config {file}, or set them (configs/kiosk.toml shows how)",
            missing.join(" and no ")
        )));
    }
    if shift && config.camera.source.is_none() {
        return Err(WrongUsage(format!(
            "{file}: [camera] has no source; set it, for example source = \"/dev/video0\""
        )));
    }
    Ok(())
}

fn keep_in_memory() -> anyhow::Result<MemoryKept> {
    let kept = confine::keep_in_memory()?;
    match kept {
        MemoryKept::Locked => tracing::info!("memory_locked"),
        MemoryKept::NoSwapInTheClear => {
            tracing::info!("swap_checked: memory is not locked, and no swap is in the clear")
        }
    }
    Ok(kept)
}

fn confine_to(allowed: &Allowed) -> anyhow::Result<()> {
    let folder = allowed.data_dir.display();
    match confine::confine(allowed)? {
        Confined::Fully => tracing::info!(%folder, "landlock_enforced: files are written in this folder only"),
        Confined::Partly(version) => tracing::warn!(
            %folder,
            version,
            "landlock_partly_enforced: files are written in this folder only; what newer kernels add is missing, as \
             are TCP ports before version 4 of Landlock (Linux 6.7)"
        ),
        Confined::Not => {
            tracing::warn!("landlock_missing: the kernel lacks it, so it does not enforce what is written")
        }
    }
    Ok(())
}

async fn serve(
    config: &Config,
    mut store: Store,
    staff: &[String],
    memory: MemoryKept,
    serving: Serving,
) -> anyhow::Result<()> {
    // Listened for from the start, so that a stop during start-up still ends in order.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;

    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let people = signed_in(&mut store, staff, &config.terms, clock.as_ref())?;
    // Before a shift begins: models that do not load must not leave an empty shift behind.
    let speed = Speed::default();
    let camera = Camera::load(config, &speed)?;
    let switch = CameraSwitch::of(&config.kiosk.data_dir);
    let (observed, vision) = mpsc::channel(VISION_CHANNEL);
    let (stop, stopped) = watch::channel(false);
    let settings = KioskSettings { setting_up: serving == Serving::SetUp, ..KioskSettings::of(config) };
    let machine = Machine::of(config, camera.as_ref().map(Camera::loaded), Some(memory), speed);
    let (kiosk, thread) =
        kiosk::spawn(store, settings, &people, switch.clone(), Arc::clone(&clock), vision, stopped.clone())?;
    let mut thread = tokio::task::spawn_blocking(move || thread.join());

    let pages = Served { serving, machine: Arc::new(machine), clock };
    let begun = begin(config, kiosk, stopped, camera, &switch, observed, &pages).await;
    let camera = match begun {
        Ok(camera) => camera,
        Err(error) => {
            // The shift that was just begun is ended in order before the error is told.
            stop.send_replace(true);
            let _ = thread.await;
            remove_socket(config);
            return Err(error);
        }
    };
    tracing::info!("kiosk_started");
    let joined = tokio::select! {
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
        joined = &mut thread => Some(joined),
    };
    // The camera closes while the kiosk still holds the store: whoever waits for the store finds both free.
    switch.end();
    if let Some(camera) = camera {
        close(camera).await;
    }
    stop.send_replace(true);
    let joined = match joined {
        Some(joined) => joined,
        None => thread.await,
    };
    let outcome = joined?.map_err(|_| anyhow::anyhow!("the kiosk's thread broke off; see the log"))??;
    remove_socket(config);
    tracing::info!("kiosk_stopped");
    match outcome.source_failed {
        None => Ok(()),
        Some(reason) => Err(anyhow::anyhow!(reason)),
    }
}

/// What the pages are of.
struct Served {
    serving: Serving,
    machine: Arc<Machine>,
    clock: Arc<dyn Clock>,
}

/// The people of these names, each once and with their own secret.
fn signed_in(store: &mut Store, names: &[String], terms: &Terms, clock: &dyn Clock) -> anyhow::Result<Vec<SignedIn>> {
    let mut people: Vec<SignedIn> = Vec::new();
    for name in names {
        let member = store.staff_member(name)?;
        if people.iter().any(|person| *person.person() == member.person) {
            return Err(WrongUsage(format!("--staff {name} is given twice; name each person once")).into());
        }
        let secret = secret(&format!("{name}'s secret"))?;
        let person = store.sign_in(name, &secret.typed(), clock.now())?;
        // The kiosk asks again; here it is told before the models are loaded.
        person.consent().holds(terms)?;
        people.push(person);
    }
    Ok(people)
}

/// Removes the socket, unless another kiosk has taken the store by now: then it is that one's.
fn remove_socket(config: &Config) {
    if let Ok(_lock) = StoreLock::take(&config.kiosk.data_dir) {
        let _ = std::fs::remove_file(config.kiosk.data_dir.join(control::SOCKET));
    }
}

/// Opens the socket, the pages and the till endpoint, and starts the thread that opens the camera as the switch says.
async fn begin(
    config: &Config,
    kiosk: KioskHandle,
    stopped: watch::Receiver<bool>,
    camera: Option<Camera>,
    switch: &CameraSwitch,
    observed: mpsc::Sender<VisionEvent>,
    served: &Served,
) -> anyhow::Result<Option<JoinHandle<()>>> {
    let socket = config.kiosk.data_dir.join(control::SOCKET);
    let answering = control::serve(&config.kiosk.data_dir, kiosk.clone()).with_context(|| {
        format!("{}: the socket cannot be made; choose a data_dir with a shorter path", socket.display())
    })?;
    tokio::spawn(answering);
    let Served { serving, machine, clock } = served;
    match serving {
        Serving::Shifts => serving::open(config, &kiosk, clock, machine, &stopped).await?,
        Serving::SetUp => serving::open_setup(config, &kiosk, clock, machine, &stopped).await?,
    }
    let emit = move |event| observed.blocking_send(event).is_ok();
    camera.map(|camera| camera.start(switch, emit)).transpose()
}

async fn close(camera: JoinHandle<()>) {
    let begun = Instant::now();
    while !camera.is_finished() && begun.elapsed() < VISION_CLOSES_WITHIN {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    if !camera.is_finished() {
        tracing::error!("camera_not_closed_in_time");
    } else if camera.join().is_err() {
        tracing::error!("vision_thread_broke_off");
    }
}
