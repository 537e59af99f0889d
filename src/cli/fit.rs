//! `hymy staff fit`: the private fit check. The person's secret first; then the camera, with nobody on shift, for five
//! minutes at most. Which signals are switched off is shown here and nowhere else; why is kept nowhere.

use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

use anyhow::bail;
use hymy::config::Config;
use hymy::control::{OwnQuestion, Question};
use hymy::fit::{Check, Say};

use super::looking::{self, Ended};
use super::secrets::{secret, yes};
use super::{consent, progress};

/// Takes the steps, and gives the consent without what cannot be read.
pub fn check(name: String, config: &Config, staged: bool) -> anyhow::Result<Question> {
    let secret = secret("Your secret")?;
    let mut consent = consent::own(&name, &secret, config)?;
    if consent.signals.is_empty() {
        bail!("no signal is on for you, so there is nothing to check; choose with: hymy staff signals {name}");
    }
    let stop = progress::stop_on_signal()?;
    loop {
        let mut off = looked(config, staged, &stop)?;
        off.retain(|signal| consent.signals.contains(*signal));
        if off.is_empty() {
            super::print("Everything that you chose can be read here: nothing is switched off.");
            break;
        }
        super::print(&format!(
            "Not read clearly here: {}. You can try again (light on the face, nothing before mouth or eyes, the camera \
             calibrated), or leave it: then these are switched off, and why is kept nowhere.",
            off.join(", ")
        ));
        if !yes("Try again now?")? {
            off.iter().for_each(|signal| consent.leave_out(signal));
            super::print(&format!("On for you: {}", consent::listed(&consent.signals)));
            break;
        }
    }
    // Sealed anew whatever came out: from the row, nobody can tell whether anything was switched off.
    Ok(Question::own(&name, secret, OwnQuestion::AgreeAnew { consent }))
}

fn looked(config: &Config, staged: bool, stop: &AtomicBool) -> anyhow::Result<Vec<&'static str>> {
    let mut check = Check::new(config.directions.clone());
    let kept = "which signals you leave on";
    let ended = looking::look(config, staged, kept, stop, |observation| {
        check.observe(observation).iter().for_each(tell);
        if check.step().is_none() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    match (check.unreadable(), ended) {
        (Some(unreadable), _) => Ok(unreadable),
        (None, Ended::Stopped) => bail!("it was stopped; nothing was changed"),
        (None, _) => bail!("the time was over before the last step; nothing was changed, begin again"),
    }
}

fn tell(say: &Say) {
    match say {
        Say::Do(step) => eprintln!("\n{}.", step.words()),
        Say::Count(seconds) => eprintln!("  {seconds} ..."),
        Say::Hold => eprintln!("  hold it ..."),
        Say::Done => eprintln!("  done."),
        Say::Again(trouble) => eprintln!("  Not yet: {trouble}."),
    }
}
