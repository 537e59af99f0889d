//! What is said of one repeat, and of several: named figures, each with its unit and which way is better.

use std::collections::BTreeMap;

use hymy_vision::timings::Stage;
use serde::{Deserialize, Serialize};

use super::job::{Measured, Phase, Picture};
use super::measure::{MODEL, OBSERVE};
use super::stats::{Estimate, percentiles};

/// Microseconds of a millisecond, and milliseconds of a second.
const MS: f64 = 1e3;

/// A figure of the whole path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its key in JSON.
    pub key: &'static str,
    /// What it is, for a person.
    pub label: &'static str,
    /// Its unit, and how it is written.
    pub unit: Unit,
    /// Whether more of it is better.
    pub more_is_better: bool,
}

/// Units of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Frames a second.
    PerSecond,
    /// Milliseconds.
    Ms,
    /// A share, 0 to 1, written in percent.
    Share,
    /// Mebibytes.
    MiB,
    /// Millijoules.
    MilliJoule,
}

impl Unit {
    /// A value with its unit.
    #[must_use]
    pub fn shown(self, value: f64) -> String {
        match self {
            Self::PerSecond => format!("{value:.1} /s"),
            Self::Ms if value >= 100.0 => format!("{value:.0} ms"),
            Self::Ms if value >= 1.0 => format!("{value:.2} ms"),
            Self::Ms => format!("{value:.3} ms"),
            Self::Share => format!("{:.1} %", value * 100.0),
            Self::MiB => format!("{value:.0} MiB"),
            Self::MilliJoule => format!("{value:.1} mJ"),
        }
    }
}

const fn kind(key: &'static str, label: &'static str, unit: Unit) -> Kind {
    Kind { key, label, unit, more_is_better: matches!(unit, Unit::PerSecond) }
}

/// Every figure, in the order in which it is told.
pub const KINDS: [Kind; 22] = [
    kind("fps", "frames a second, as fast as it goes", Unit::PerSecond),
    kind("cpu_ms", "processor time a frame", Unit::Ms),
    kind("outside_models_share", "of it outside the models", Unit::Share),
    kind("decode_share", "of it decoding", Unit::Share),
    kind("latency_p50_ms", "latency, p50", Unit::Ms),
    kind("latency_p95_ms", "latency, p95", Unit::Ms),
    kind("latency_p99_ms", "latency, p99", Unit::Ms),
    kind("latency_max_ms", "latency, maximum", Unit::Ms),
    kind("paced_fps", "frames a second, at the camera's pace", Unit::PerSecond),
    kind("paced_dropped_share", "dropped at the camera's pace", Unit::Share),
    kind("paced_core_share", "of one core at the camera's pace", Unit::Share),
    kind("paced_cpu_ms", "processor time a frame, at the camera's pace", Unit::Ms),
    kind("paced_latency_p50_ms", "latency at the camera's pace, p50", Unit::Ms),
    kind("paced_latency_p95_ms", "latency at the camera's pace, p95", Unit::Ms),
    kind("paced_latency_p99_ms", "latency at the camera's pace, p99", Unit::Ms),
    kind("paced_latency_max_ms", "latency at the camera's pace, maximum", Unit::Ms),
    kind("loaded_ms", "start to loaded models", Unit::Ms),
    kind("first_observation_ms", "start to first observation", Unit::Ms),
    kind("steady_mib", "memory, steady", Unit::MiB),
    kind("peak_mib", "memory, peak", Unit::MiB),
    kind("waited_share", "of the wall time, waiting for a core", Unit::Share),
    kind("energy_mj", "energy of the box a frame", Unit::MilliJoule),
];

/// The figures of one repeat, by their keys; what could not be known is not there.
pub type Figures = BTreeMap<String, f64>;

/// Whether a stage is a model, its outputs decoded.
#[must_use]
pub fn is_model(stage: &str) -> bool {
    let outside =
        [Stage::Capture.name(), Stage::Resize.name(), Stage::Preprocess.name(), Stage::Postprocess.name(), OBSERVE];
    !outside.contains(&stage)
}

/// The figures of one repeat. `one_thread` says that models have no threads beside the frame's own, and that there is
/// one camera: only then can processor time be told apart by stage.
#[must_use]
pub fn of_repeat(measured: &Measured, one_thread: bool) -> Figures {
    let mut figures = Figures::new();
    let mut put = |key: &str, value: Option<f64>| {
        figures.extend(value.filter(|value| value.is_finite()).map(|value| (key.to_owned(), value)));
    };
    let free = &measured.free;
    let apart = Apart::of(measured);
    put("fps", Some(free.frames as f64 / free.wall_s));
    put("cpu_ms", Some(apart.cpu_s * MS / free.frames as f64));
    if one_thread {
        let of_pictures = measured.picture.as_ref().map(|_| 1.0 - apart.models_s / apart.cpu_s);
        put("outside_models_share", of_pictures);
        put("decode_share", decodes(measured.picture.as_ref()).then_some(apart.decode_s / apart.cpu_s));
        put("waited_share", Some((1.0 - free.path_cpu_s / free.wall_s).max(0.0)));
    }
    latencies(free, ["latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "latency_max_ms"], &mut put);
    if let Some(paced) = &measured.paced {
        put("paced_fps", Some(paced.frames as f64 / paced.wall_s));
        put("paced_dropped_share", Some(paced.dropped as f64 / (paced.frames + paced.dropped) as f64));
        put("paced_core_share", Some(paced.cpu_s / paced.wall_s));
        let made_up_s = apart.made_up_s / free.frames as f64 * (paced.frames + paced.dropped) as f64;
        put("paced_cpu_ms", Some((paced.cpu_s - made_up_s) * MS / paced.frames as f64));
        let keys = ["paced_latency_p50_ms", "paced_latency_p95_ms", "paced_latency_p99_ms", "paced_latency_max_ms"];
        latencies(paced, keys, &mut put);
    }
    put("loaded_ms", Some(measured.loaded_ms));
    put("first_observation_ms", Some(measured.first_observation_ms));
    put("steady_mib", measured.steady_kib.map(|kib| kib as f64 / 1024.0));
    put("peak_mib", measured.peak_kib.map(|kib| kib as f64 / 1024.0));
    put("energy_mj", free.energy_uj.map(|uj| uj as f64 / 1e3 / free.frames as f64));
    figures
}

/// Whether reading a frame is work of the product: the staged scene is rendered, a clip is decoded.
#[must_use]
pub fn decodes(picture: Option<&Picture>) -> bool {
    picture.is_some_and(|picture| !picture.rendered)
}

fn latencies(phase: &Phase, keys: [&str; 4], put: &mut impl FnMut(&str, Option<f64>)) {
    let values: Vec<f64> = phase.latency_us.iter().map(|us| *us as f64 / MS).collect();
    if let Some(found) = percentiles(&values, [0.5, 0.95, 0.99, 1.0]) {
        keys.into_iter().zip(found).for_each(|(key, value)| put(key, Some(value)));
    }
}

/// Processor time of the free run, told apart. What capturing took is processor time of the frame's thread; all other
/// stages are timed by the wall clock. A box that does something else makes these longer alike, so they are scaled to what
/// the thread had besides.
struct Apart {
    /// Of the whole process, without what no kiosk does.
    cpu_s: f64,
    /// Rendering the staged scene, and bringing pictures to another size.
    made_up_s: f64,
    models_s: f64,
    /// Reading and decoding, with the threads that decoders have of their own.
    decode_s: f64,
}

impl Apart {
    fn of(measured: &Measured) -> Self {
        let free = &measured.free;
        let timed = |wanted: &dyn Fn(&str) -> bool| -> f64 {
            let stages = free.stages_us.iter().filter(|(name, _)| wanted(name));
            stages.flat_map(|(_, spent)| spent).sum::<u64>() as f64 / 1e6
        };
        let capture_s = timed(&|name| name == Stage::Capture.name());
        let besides_s = timed(&|name| name != Stage::Capture.name());
        let had_core = if besides_s > 0.0 { ((free.path_cpu_s - capture_s) / besides_s).clamp(0.0, 1.0) } else { 1.0 };
        let seconds = |wanted: &dyn Fn(&str) -> bool| timed(wanted) * had_core;
        let rendered_s = if decodes(measured.picture.as_ref()) { 0.0 } else { capture_s };
        let made_up_s = rendered_s + seconds(&|name| name == Stage::Resize.name());
        Self {
            cpu_s: free.cpu_s - made_up_s,
            made_up_s,
            models_s: seconds(&is_model),
            decode_s: (free.cpu_s - free.path_cpu_s).max(0.0) + capture_s,
        }
    }
}

/// One stage over all repeats of a case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageFigures {
    /// The stage.
    pub name: String,
    /// Wall time (of capturing: processor time) a processed frame, over all frames, in milliseconds.
    pub ms_a_frame: Estimate,
    /// In how many of the frames it ran.
    pub ran_in_share: f64,
    /// Of the frames in which it ran: wall time in milliseconds.
    pub p50_ms: f64,
    /// The same, 95th percentile.
    pub p95_ms: f64,
    /// The same, 99th percentile.
    pub p99_ms: f64,
    /// The same, the longest.
    pub max_ms: f64,
}

/// The stages of the free runs, in the order in which a frame passes them.
#[must_use]
pub fn stages(repeats: &[Measured]) -> Vec<StageFigures> {
    let names = Stage::ALL.into_iter().map(Stage::name).chain([OBSERVE, MODEL]);
    names.filter_map(|name| stage(name, repeats)).collect()
}

fn stage(name: &str, repeats: &[Measured]) -> Option<StageFigures> {
    let free: Vec<&Phase> = repeats.iter().map(|measured| &measured.free).collect();
    let spent = |phase: &Phase| phase.stages_us.get(name).cloned().unwrap_or_default();
    let a_frame = |phase: &&Phase| spent(phase).iter().sum::<u64>() as f64 / MS / phase.frames as f64;
    let all: Vec<f64> = free.iter().flat_map(|phase| spent(phase)).map(|us| us as f64 / MS).collect();
    let [p50_ms, p95_ms, p99_ms, max_ms] = percentiles(&all, [0.5, 0.95, 0.99, 1.0])?;
    let frames: u64 = free.iter().map(|phase| phase.frames).sum();
    Some(StageFigures {
        name: name.to_owned(),
        ms_a_frame: Estimate::of(&free.iter().map(a_frame).collect::<Vec<_>>())?,
        // With several cameras a stage runs once a frame of each; it never runs in more than all frames.
        ran_in_share: (all.len() as f64 / frames as f64).min(1.0),
        p50_ms,
        p95_ms,
        p99_ms,
        max_ms,
    })
}

/// Each figure over the repeats that have it.
#[must_use]
pub fn estimates(repeats: &[Figures]) -> BTreeMap<String, Estimate> {
    let of = |key: &str| -> Option<Estimate> {
        let values: Vec<f64> = repeats.iter().filter_map(|figures| figures.get(key).copied()).collect();
        Estimate::of(&values)
    };
    KINDS.iter().filter_map(|kind| Some((kind.key.to_owned(), of(kind.key)?))).collect()
}

#[cfg(test)]
mod tests;
