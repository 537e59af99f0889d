//! The camera opened by a command: for five minutes at most, announced, with nobody on shift; what is seen goes to the
//! one who asked and nowhere else.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use hymy::clock::SystemClock;
use hymy::config::Config;
use hymy::control::{self, Answer, Question};
use hymy::store::{StoreError, StoreLock};
use hymy::{camera, confine};
use hymy_vision::{Event, Observation, SourceSpec, Vision, VisionSettings, Zones};

use super::WrongUsage;

/// The camera is closed after this, whatever was reached.
const LIMIT: Duration = Duration::from_secs(5 * 60);
/// A file is read this often, so that a short clip is one long look; [`LIMIT`] ends it.
const FILE_TIMES: u32 = 10_000;
/// While a kiosk runs beside this, it is asked this often whether a shift has begun.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// How the looking ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Whoever looked had seen enough.
    Enough,
    /// Ctrl-C or SIGTERM.
    Stopped,
    /// The time, or the file, was over.
    Over,
}

/// Shows `take` every observation until it has seen enough. `kept` says what is left of it all, after the words "Nothing
/// is kept but"; `stop` ends it.
pub fn look(
    config: &Config,
    staged: bool,
    kept: &str,
    stop: &AtomicBool,
    mut take: impl FnMut(&Observation) -> ControlFlow<()>,
) -> anyhow::Result<Ended> {
    let source = source(config, staged)?;
    let settings = settings(config, staged)?;
    let shift = NoShift::make_sure(config)?;
    // As in a shift: what the camera shows does not reach the disk.
    confine::keep_in_memory()?;
    let mut vision = Vision::load(&settings)?;

    let begun = Instant::now();
    let mut asked = begun;
    let mut refused = None;
    let mut announced = false;
    let mut enough = false;
    let ended = vision.run(&source, stop, |_, event| {
        if !announced {
            announced = true;
            eprintln!("The camera is open, for five minutes at most. Nothing is kept but {kept}.");
        }
        let mut shown_ms = 0;
        match event {
            Event::Observed { observation, .. } => {
                shown_ms = observation.t_ms;
                enough = take(&observation).is_break();
            }
            Event::Lost { why } => eprintln!("The camera was lost: {why}; trying again."),
            Event::Back => eprintln!("The camera is back."),
            Event::Skipped { .. } | Event::Idle => {}
        }
        if asked.elapsed() >= ASK_EVERY {
            asked = Instant::now();
            refused = shift.begun_meanwhile(config).err();
        }
        let over = begun.elapsed() >= LIMIT || Duration::from_millis(shown_ms) >= LIMIT;
        if enough || over || refused.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if announced {
        eprintln!("The camera is closed.");
    }
    ended?;
    match refused {
        Some(refused) => Err(refused),
        None if enough => Ok(Ended::Enough),
        None if stop.load(Ordering::Relaxed) => Ok(Ended::Stopped),
        None => Ok(Ended::Over),
    }
}

fn source(config: &Config, staged: bool) -> Result<SourceSpec, WrongUsage> {
    if staged {
        return Ok(SourceSpec::Staged);
    }
    match camera::source(config) {
        Some(SourceSpec::File { path, .. }) => Ok(SourceSpec::File { path, times: FILE_TIMES }),
        Some(source) => Ok(source),
        None => Err(WrongUsage(format!(
            "{}: [camera] has no source; set it, for example source = \"/dev/video0\"",
            config.file.display()
        ))),
    }
}

/// Faces are read in the staff zone, as a kiosk does; where customers stand is not looked at.
fn settings(config: &Config, staged: bool) -> anyhow::Result<VisionSettings> {
    let mut settings = camera::vision_settings(config);
    if staged {
        settings.zones = hymy_vision::staged::zones()?;
    }
    if settings.zones.staff.is_none() {
        let file = config.file.display();
        return Err(WrongUsage(format!("{file}: [zones] has no staff; faces are read there and nowhere else")).into());
    }
    settings.zones = Zones { staff: settings.zones.staff, customer: None, queue: None };
    Ok(settings)
}

/// That nobody is on shift: the store's lock, or the word of the kiosk that has it.
enum NoShift {
    /// No kiosk can start while this is held.
    Locked(#[expect(dead_code, reason = "held, never read")] StoreLock),
    /// A kiosk runs, without a shift.
    BesideKiosk,
}

impl NoShift {
    fn make_sure(config: &Config) -> anyhow::Result<Self> {
        match StoreLock::take(&config.kiosk.data_dir) {
            Ok(lock) => Ok(Self::Locked(lock)),
            Err(StoreError::Locked { .. }) => {
                Self::BesideKiosk.begun_meanwhile(config)?;
                Ok(Self::BesideKiosk)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses once a shift is on.
    fn begun_meanwhile(&self, config: &Config) -> anyhow::Result<()> {
        if matches!(self, Self::Locked(_)) {
            return Ok(());
        }
        let clock = SystemClock::default();
        match control::ask(&config.kiosk.data_dir, &config.key_file, &Question::Status, &clock)? {
            Answer::Status(status) if status.shift => {
                bail!("a shift is on, and its camera is not for this; end the shift first, then begin again")
            }
            _ => Ok(()),
        }
    }
}
