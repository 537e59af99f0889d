//! What each candidate costs: repeats in processes of their own that take turns, as of a bench.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use hymy::bench::figures;
use hymy::bench::job::{Job, Measured as Repeat, Subject};
use hymy::tune::candidates;
use hymy::tune::choose::{Candidate, Cost, Measured, Wish};

use super::super::{bench::children, progress};
use super::Tune;

/// Frames of the camera in a repeat, so that one slow frame is not the 99th percentile; and the seconds between which
/// that is held.
const PACED_FRAMES: f64 = 100.0;
const PACED_S: (f64, f64) = (6.0, 20.0);
/// Fewer frames than these show no rate.
pub const FEWEST_FRAMES: f64 = 3.0;
/// Frames as fast as they go, which are only read to know what rendering the staged scene takes.
const FREE_FRAMES: u64 = 60;
const WARM_UP_FRAMES: u64 = 30;
/// About what a repeat takes beside the camera: the start, and those frames.
const START_S: f64 = 4.0;

/// Measures what is not ruled out; gives the library that computed.
pub fn measure(
    tune: &Tune,
    candidates: &mut [Candidate],
    subjects: &[Subject],
    wish: &Wish,
    stop: &AtomicBool,
) -> Option<PathBuf> {
    let paced_s = seconds(tune);
    let mut jobs = Vec::new();
    let mut of = Vec::new();
    for (place, candidate) in candidates.iter().enumerate().filter(|(_, one)| one.ruled_out(wish).is_none()) {
        for subject in subjects {
            of.push(place);
            jobs.push(Job {
                subject: subject.clone(),
                config: tune.config.clone(),
                setting: candidate.setting.clone(),
                warm_up: WARM_UP_FRAMES,
                frames: FREE_FRAMES,
                seconds: PACED_S.1,
                rate_hz: tune.rate,
                paced_s,
                started_ns: 0,
            });
        }
    }
    let steps = jobs.len() as u64 * u64::from(tune.repeats);
    let minutes = steps as f64 * (paced_s + START_S) / 60.0;
    let count = super::super::counted(jobs.len(), "case", "cases");
    eprintln!("{count}, each measured {} times: about {minutes:.1} minutes", tune.repeats);
    let names: Vec<String> = jobs.iter().map(|job| candidates::name(&job.setting)).collect();
    let bar = progress::steps(steps, "repeats");
    let rounds = children::rounds(&jobs, &names, tune.repeats, &bar, stop);
    bar.finish_and_clear();
    for (place, candidate) in candidates.iter_mut().enumerate() {
        let mine = || of.iter().enumerate().filter(|(_, other)| **other == place).map(|(job, _)| job);
        let failed = rounds.failed.iter().find(|failure| mine().any(|mine| mine == failure.place));
        let repeats: Vec<&[Repeat]> = mine().filter_map(|job| rounds.measured.get(job)).map(Vec::as_slice).collect();
        candidate.measured = match failed {
            Some(failure) => Measured::Failed(failure.why.clone()),
            None => cost(&repeats).map_or(Measured::No, Measured::Cost),
        };
    }
    rounds.measured.iter().flatten().next().map(|repeat| repeat.library.clone())
}

/// For how long the camera is played.
pub fn seconds(tune: &Tune) -> f64 {
    let enough = (PACED_FRAMES / tune.rate).clamp(PACED_S.0, PACED_S.1);
    tune.seconds.unwrap_or_else(|| enough.max(FEWEST_FRAMES / tune.rate))
}

/// What a candidate costs over all its subjects: the mean of the processor time, the worst of the others. `None` where
/// nothing was measured.
fn cost(subjects: &[&[Repeat]]) -> Option<Cost> {
    let of = |repeat: &Repeat| figures::of_repeat(repeat, false);
    let repeats = subjects.iter().map(|repeats| repeats.len()).min().filter(|repeats| *repeats > 0)?;
    let mut cost = Cost::default();
    for repeat in 0..repeats {
        let all: Vec<figures::Figures> = subjects.iter().filter_map(|repeats| repeats.get(repeat)).map(of).collect();
        let values = |key: &str| all.iter().filter_map(|figures| figures.get(key).copied()).collect::<Vec<f64>>();
        let cpu = values("paced_cpu_ms");
        let worst = |key: &str| values(key).into_iter().reduce(f64::max);
        cost.cpu_ms.extend((!cpu.is_empty()).then(|| cpu.iter().sum::<f64>() / cpu.len() as f64));
        cost.latency_p99_ms.extend(worst("paced_latency_p99_ms"));
        cost.dropped_share.extend(worst("paced_dropped_share"));
    }
    Some(cost)
}
