//! What each setting loses: evaluations of labelled recordings, each in a process of its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use hymy::bench::job::Setting;
use hymy::tune::accuracy::{self, Accuracy, Task};
use hymy::tune::candidates;
use hymy::tune::choose::Seen;
use hymy_vision::VisionSettings;
use hymy_vision::runtime::Precision;

use super::super::{bench::children, progress};
use super::{Base, Tune};

const STOPPED: &str = "stopped before the end: nothing is decided";

/// What is known of the accuracy of each setting.
pub fn seen(
    tune: &Tune,
    base: &Base,
    settings: &[Setting],
    clips: bool,
    stop: &AtomicBool,
) -> anyhow::Result<Vec<Seen>> {
    let Some(footage) = &tune.footage else {
        return Ok(settings.iter().map(|setting| without_footage(&base.setting, setting)).collect());
    };
    let evaluate = |setting: &Setting| -> Result<Accuracy, String> {
        let setting = Setting { threads: 1, cameras: 1, ..setting.clone() };
        let (footage, every, config) = (footage.clone(), tune.every as usize, tune.config.clone());
        children::told("tune", &Task { footage, every, config, setting }, stop)
    };
    let product = Setting { provider: "cpu".to_owned(), ..Setting::of(&VisionSettings::new(PathBuf::new())) };
    let known = [&base.setting, &product];
    let may = |setting: &Setting| clips || known.iter().any(|one| candidates::has_cadence_of(one, setting));
    let mut distinct: Vec<&Setting> = Vec::new();
    for setting in settings.iter().filter(|setting| may(setting)) {
        if !distinct.iter().chain([&&product]).any(|other| candidates::sees_the_same(other, setting)) {
            distinct.push(setting);
        }
    }
    let bar = progress::steps(distinct.len() as u64 + 1, "evaluations");
    let count = distinct.len() + 1;
    bar.suspend(|| {
        eprintln!(
            "{}, each of them over {}",
            super::super::counted(count, "evaluation", "evaluations"),
            footage.display()
        )
    });
    bar.set_message("the product's default settings");
    let before = evaluate(&product);
    anyhow::ensure!(!stop.load(Ordering::Relaxed), STOPPED);
    let before = before.map_err(|why| anyhow::anyhow!("--footage {}: {why}", footage.display()))?;
    bar.inc(1);
    let mut evaluated = vec![(&product, Seen::Evaluated(Vec::new()))];
    for setting in distinct {
        bar.set_message(candidates::name(setting));
        let seen = match evaluate(setting) {
            Ok(after) => Seen::Evaluated(accuracy::falls(&before, &after)),
            Err(why) => Seen::Failed(why),
        };
        anyhow::ensure!(!stop.load(Ordering::Relaxed), STOPPED);
        evaluated.push((setting, seen));
        if bar.is_hidden() {
            eprintln!("{}: evaluated", candidates::name(setting));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let of = |setting: &Setting| {
        let found = evaluated.iter().find(|(other, _)| candidates::sees_the_same(other, setting));
        let stills = "stills do not show what looking less often loses; label clips as well";
        found.filter(|_| may(setting)).map_or_else(|| Seen::Unknown(stills.to_owned()), |(_, seen)| seen.clone())
    };
    Ok(settings.iter().map(of).collect())
}

fn without_footage(base: &Setting, setting: &Setting) -> Seen {
    if !candidates::has_cadence_of(base, setting) {
        return Seen::Unknown("looking less often, or more often, changes what is seen; give --footage".to_owned());
    }
    if setting.precision != base.precision && setting.precision != Precision::Full.name() {
        return Seen::Unknown("fewer digits change what is seen; give --footage".to_owned());
    }
    if candidates::sees_the_same(base, setting) { Seen::AsBefore } else { Seen::Checked }
}
