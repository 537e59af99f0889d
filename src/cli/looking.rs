//! The camera opened by a command: for five minutes at most, announced, with nobody on shift; what is seen goes to the
//! one who asked and nowhere else.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hymy::camera::{self, CameraLock};
use hymy::config::Config;
use hymy::confine;
use hymy_vision::{Event, Observation, SourceSpec, Vision, VisionSettings, Zones};

use super::WrongUsage;

/// The camera is closed after this, whatever was reached.
const LIMIT: Duration = Duration::from_secs(5 * 60);
/// A file is read this often, so that a short clip is one long look; [`LIMIT`] ends it.
const FILE_TIMES: u32 = 10_000;

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
    // No shift is on now, and none begins while this is held.
    let lock = CameraLock::take(&config.kiosk.data_dir)?;
    // As in a shift: what the camera shows does not reach the disk.
    confine::keep_in_memory()?;
    let mut vision = Vision::load(&settings)?;

    let begun = Instant::now();
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
            Event::Skipped { .. } | Event::Outlined { .. } | Event::Passed | Event::Idle => {}
        }
        let over = begun.elapsed() >= LIMIT || Duration::from_millis(shown_ms) >= LIMIT;
        if enough || over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if announced {
        eprintln!("The camera is closed.");
    }
    drop(lock);
    ended?;
    Ok(match (enough, stop.load(Ordering::Relaxed)) {
        (true, _) => Ended::Enough,
        (false, true) => Ended::Stopped,
        (false, false) => Ended::Over,
    })
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
