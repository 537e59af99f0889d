//! `hymy calibrate`: target and work directions, set by looking at each. The camera is open for five minutes at most,
//! visibly, with nobody on shift; what is left of it are the angles.

use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use hymy::calibrate::{Regions, Say, Walk, replace, snippet, with_regions};
use hymy::config::{Config, named};

use super::looking::{self, Ended};
use super::{WrongUsage, progress};

/// Set where customers stand, and where work is, by looking at each for three seconds.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy calibrate --config kiosk.toml                                  where customers stand
  hymy calibrate --config kiosk.toml --work till --work terminal      and nothing but these two
  hymy calibrate --config kiosk.toml --target --work till --write     both, and into the file

Stand where you work, alone, facing the customers. The program names one place after the other, counts down, and \
then wants three seconds of a steady look. For the target these are a customer's face at a child's or a wheelchair \
user's height (90 cm above the floor), at a tall person's (190 cm), and at the left and the right end of where \
customers stand: hang up a note, or let a colleague hold up a hand outside the staff zone. A look that could not be \
used is named with what to do, and asked for again.

Work directions are left out of every share of looks. Where one reaches into the target, looks there are not \
observable, so keep them apart as far as the counter allows.

The camera is open for five minutes at most, and only while no shift is on. Of what it sees nothing is kept but the \
angles that are printed at the end as lines for the configuration, or put into it with --write. Do it anew whenever \
the camera was moved.")]
pub struct Calibrate {
    /// The configuration; its [camera] and the staff zone are used.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Set the target, where customers stand; meant also when no --work is given.
    #[arg(long)]
    target: bool,
    /// Set the direction of a place of work; may be given several times.
    #[arg(long, value_name = "NAME")]
    work: Vec<String>,
    /// Put the result into the configuration, which keeps its comments.
    #[arg(long)]
    write: bool,
    /// Look at the staged scene instead of the camera: for tests.
    #[arg(long, hide = true)]
    staged: bool,
}

impl Calibrate {
    /// Walks through the places and prints, or writes, the regions.
    pub fn run(self) -> anyhow::Result<()> {
        self.refuse_names()?;
        let config = Config::load(&self.config)?;
        let stop = progress::stop_on_signal()?;
        let mut walk = Walk::new(self.target || self.work.is_empty(), &self.work);
        let ended = looking::look(&config, self.staged, "the angles at the end", &stop, |observation| {
            walk.observe(observation).iter().for_each(tell);
            if walk.is_done() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if let Some((place, trouble)) = walk.stuck() {
            let why = match trouble {
                _ if ended == Ended::Stopped => "it was stopped".to_owned(),
                Some(trouble) => trouble.to_string(),
                None => "the time was over".to_owned(),
            };
            bail!("no steady look at {}: {why}. Nothing was changed; begin again with hymy calibrate", place.words());
        }
        self.hand_over(&walk.regions()?)
    }

    /// Names that the configuration would refuse are refused before anybody looks anywhere.
    fn refuse_names(&self) -> Result<(), WrongUsage> {
        for (index, name) in self.work.iter().enumerate() {
            named(name).map_err(|why| WrongUsage(format!("--work {name:?}: {why}")))?;
            if self.work.iter().take(index).any(|other| other == name) {
                return Err(WrongUsage(format!("--work {name:?} is given twice; give each place its own name")));
            }
        }
        Ok(())
    }

    fn hand_over(&self, regions: &Regions) -> anyhow::Result<()> {
        super::print(&snippet(regions));
        if self.write {
            let text = std::fs::read_to_string(&self.config)
                .with_context(|| format!("{}: cannot be read", self.config.display()))?;
            replace(&self.config, &with_regions(&self.config, &text, regions)?)?;
            eprintln!("These lines are in {} now; a kiosk reads them when it starts.", self.config.display());
        } else {
            eprintln!("Put these lines into {}, or let --write do it.", self.config.display());
        }
        for (name, region) in &regions.work {
            let (yaw, pitch) = region.middle_deg();
            let inside = |target: &hymy::decide::Region| {
                let [across, up] = target.bounds_deg();
                (across.0..=across.1).contains(&yaw) && (up.0..=up.1).contains(&pitch)
            };
            if regions.target.as_ref().is_some_and(inside) {
                eprintln!("{name} lies within the target: looks there will not be observable. Can it stand elsewhere?");
            }
        }
        Ok(())
    }
}

fn tell(say: &Say) {
    match say {
        Say::LookAt(place) => eprintln!("\nLook at {}.", place.words()),
        Say::Count(seconds) => eprintln!("  {seconds} ..."),
        Say::Hold => eprintln!("  hold the look ..."),
        Say::Good => eprintln!("  good."),
        Say::Again(trouble) => eprintln!("  Not yet: {trouble}."),
        Say::HeightsAgain => eprintln!(
            "  The tall customer's face did not come out above the child's. Both again: move the eyes, and the head \
             as you would."
        ),
    }
}
