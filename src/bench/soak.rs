//! Memory and latency over a long time: one line a minute, and whether they stay flat or grow.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hymy_vision::{Event, SourceSpec, Vision, VisionError};
use serde::{Deserialize, Serialize};

use super::process;
use super::stats::{median, percentiles};
use crate::analysis::{Analysis, Boundaries};
use crate::decide::Directions;

/// Lines at the beginning that are left out of the verdict: caches and pools are still filled.
const WARM_LINES: usize = 1;
/// Fewer lines than this behind those say nothing of a trend.
const FEWEST_LINES: usize = 5;
/// Growth over the whole soak, as a share of the middle, up to which a figure is flat: allocators and clocks do that.
const FLAT_SHARE: f64 = 0.02;
/// The same for latency, which the box's other work moves more.
const FLAT_LATENCY_SHARE: f64 = 0.10;

/// What one minute, or a shorter step, showed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Minutes since the beginning, at its end.
    pub minutes: f64,
    /// Frames that were processed.
    pub frames: u64,
    /// Frames that were dropped.
    pub dropped: u64,
    /// Latency, p50 in milliseconds.
    pub p50_ms: f64,
    /// Latency, p99.
    pub p99_ms: f64,
    /// Latency, the longest.
    pub max_ms: f64,
    /// Processor time, as a share of one core.
    pub core_share: f64,
    /// Resident memory in MiB at its end; `None` where the system does not say.
    pub resident_mib: Option<f64>,
}

/// What the lines say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Trend {
    /// It does not grow by more than boxes do anyway.
    Flat,
    /// It grows by this share of its middle an hour.
    Growing {
        /// Growth an hour, as a share of the middle.
        share_an_hour: f64,
    },
    /// Too few lines.
    Unknown,
}

impl Trend {
    /// Of resident memory.
    #[must_use]
    pub fn of_memory(lines: &[Line]) -> Self {
        Self::of(lines, |line| line.resident_mib, FLAT_SHARE)
    }

    /// Of the p99 latency.
    #[must_use]
    pub fn of_latency(lines: &[Line]) -> Self {
        Self::of(lines, |line| Some(line.p99_ms), FLAT_LATENCY_SHARE)
    }

    fn of(lines: &[Line], value: impl Fn(&Line) -> Option<f64>, flat_share: f64) -> Self {
        let points: Vec<(f64, f64)> =
            lines.iter().skip(WARM_LINES).filter_map(|line| Some((line.minutes, value(line)?))).collect();
        let values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
        let (Some(slope), Some(middle), [(first, _), .., (last, _)]) = (slope(&points), median(&values), &*points)
        else {
            return Self::Unknown;
        };
        if points.len() < FEWEST_LINES || middle <= 0.0 {
            return Self::Unknown;
        }
        let grown = slope * (last - first) / middle;
        if grown <= flat_share { Self::Flat } else { Self::Growing { share_an_hour: slope * 60.0 / middle } }
    }

    /// What is said of it.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Flat => "flat".to_owned(),
            Self::Growing { share_an_hour } => format!("growing, by {:.1} % an hour", share_an_hour * 100.0),
            Self::Unknown => "too few minutes to say".to_owned(),
        }
    }
}

/// The median of the slopes between all pairs of points (Theil and Sen): single outliers do not move it.
fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let pairs =
        points.iter().enumerate().flat_map(|(index, one)| points.iter().skip(index + 1).map(move |other| (one, other)));
    let slopes: Vec<f64> = pairs
        .filter(|(one, other)| other.0 > one.0)
        .map(|(one, other)| (other.1 - one.1) / (other.0 - one.0))
        .collect();
    median(&slopes)
}

/// How long, and how often a line is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// The whole.
    pub whole: Duration,
    /// From line to line.
    pub step: Duration,
}

impl Length {
    /// A line a minute, or eight lines where it is shorter than that.
    #[must_use]
    pub fn of_minutes(minutes: f64) -> Self {
        let whole = Duration::try_from_secs_f64(minutes * 60.0).unwrap_or(Duration::MAX);
        Self { whole, step: (whole / 8).min(Duration::from_secs(60)) }
    }
}

/// Passes a source that plays a camera through the models over and over, and gives each line to `tell`, until it has
/// lasted long enough or `stop` is set.
///
/// # Errors
/// [`VisionError`] when the source or a model fails; the lines until then were told.
pub fn soak(
    vision: &mut Vision,
    source: &SourceSpec,
    length: Length,
    stop: &AtomicBool,
    mut tell: impl FnMut(&Line),
) -> Result<Vec<Line>, VisionError> {
    let begun = Instant::now();
    let mut lines = Vec::new();
    let mut step = Step::begin();
    while begun.elapsed() < length.whole && !stop.load(Ordering::Relaxed) {
        let mut analysis = Analysis::new(Directions::default(), Boundaries::Presence);
        let mut next = None;
        vision.run(source, stop, |vision, event| {
            if let Event::Observed { observation, .. } = event {
                analysis.observe(&observation);
                step.frames += 1;
                step.dropped += observation.frame.saturating_sub(next.unwrap_or(observation.frame));
                next = Some(observation.frame + 1);
                step.latency_ms.push(vision.latency().as_secs_f64() * 1e3);
            }
            if step.begun.elapsed() >= length.step {
                let line = std::mem::replace(&mut step, Step::begin()).end(begun);
                lines.extend(line.inspect(|line| tell(line)));
            }
            if begun.elapsed() < length.whole { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
    }
    Ok(lines)
}

struct Step {
    begun: Instant,
    cpu: Duration,
    frames: u64,
    dropped: u64,
    latency_ms: Vec<f64>,
}

impl Step {
    fn begin() -> Self {
        Self { begun: Instant::now(), cpu: process::cpu(), frames: 0, dropped: 0, latency_ms: Vec::new() }
    }

    fn end(self, since: Instant) -> Option<Line> {
        let [p50_ms, p99_ms, max_ms] = percentiles(&self.latency_ms, [0.5, 0.99, 1.0])?;
        Some(Line {
            minutes: since.elapsed().as_secs_f64() / 60.0,
            frames: self.frames,
            dropped: self.dropped,
            p50_ms,
            p99_ms,
            max_ms,
            core_share: process::cpu().saturating_sub(self.cpu).as_secs_f64() / self.begun.elapsed().as_secs_f64(),
            resident_mib: process::resident_kib().map(|kib| kib as f64 / 1024.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(memory: impl Fn(f64) -> Option<f64>) -> Vec<Line> {
        let line = |minute: u32| Line {
            minutes: f64::from(minute),
            frames: 600,
            dropped: 0,
            p50_ms: 8.0,
            p99_ms: 20.0,
            max_ms: 30.0,
            core_share: 0.1,
            resident_mib: memory(f64::from(minute)),
        };
        (1..=30).map(line).collect()
    }

    #[test]
    fn memory_that_wavers_is_flat_and_memory_that_leaks_is_found() {
        let wavers = lines(|minute| Some(170.0 + (minute * 7.0).sin()));
        assert_eq!(Trend::of_memory(&wavers), Trend::Flat);
        let leaks = lines(|minute| Some(170.0 + minute / 2.0 + (minute * 7.0).sin()));
        let Trend::Growing { share_an_hour } = Trend::of_memory(&leaks) else { panic!("not found") };
        assert!((share_an_hour - 30.0 / 177.5).abs() < 0.03, "{share_an_hour}");
        assert_eq!(Trend::of_latency(&leaks), Trend::Flat);
    }

    #[test]
    fn one_peak_is_no_growth_and_filling_caches_at_the_beginning_are_none() {
        let peak = lines(|minute| Some(if minute > 29.0 { 400.0 } else { 170.0 }));
        assert_eq!(Trend::of_memory(&peak), Trend::Flat);
        let filling = lines(|minute| Some(if minute < 2.0 { 100.0 } else { 170.0 }));
        assert_eq!(Trend::of_memory(&filling), Trend::Flat);
    }

    #[test]
    fn without_figures_there_is_no_verdict() {
        assert_eq!(Trend::of_memory(&lines(|_| None)), Trend::Unknown);
        let few: Vec<Line> = lines(|_| Some(1.0)).into_iter().take(4).collect();
        assert_eq!(Trend::of_memory(&few), Trend::Unknown);
    }

    #[test]
    fn a_short_soak_has_lines_too() {
        assert_eq!(Length::of_minutes(60.0).step, Duration::from_secs(60));
        assert_eq!(Length::of_minutes(0.2).step, Duration::from_millis(1500));
    }
}
