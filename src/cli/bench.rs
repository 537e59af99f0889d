//! `hymy bench`: how fast the product is on this box, for developers. It never opens a kiosk's store.

mod cases;
pub(super) mod children;
mod soak;
mod tables;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use clap::Args;
use hymy::bench::job::{Job, Size};
use hymy::bench::machine::{Machine, State};
use hymy::bench::measure;
use hymy::bench::page;
use hymy::bench::report::{self, Case, FORMAT, Report};

use super::progress;

/// Measure how fast this box sees: frames a second, latency, processor time, memory, start, dropped frames.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy bench                                     the staged scene, in under five minutes
  hymy bench --html box.html --json box.json     the same, as a page and as figures
  hymy bench help.mkv milk.mkv --rate 25         clips, and as a camera of 25 frames a second would show them
  hymy bench --threads 1,2 --objects-hz 1,3      every combination, in turn
  hymy bench --size 640x480,1280x720             what a larger picture costs
  hymy bench --sweep --repeats 3                 threads, cadence and cameras against each other
  hymy bench --soak 60                           an hour, a line a minute: does memory grow?
  hymy bench --compare old.json new.json         the ratio of each figure, and whether it is more than chance
  hymy bench --model net.onnx --shape image=1x3x224x224
                                                 any model by itself, with random input

Each repeat runs in a process of its own. Repeats of different cases take turns, so that a box that gets warm or busy
does the same to all. Figures are medians over the repeats, with the interval that holds the true median with 95 %
confidence. docs/performance.md says what is measured how.

Measure on a box that does nothing else, and only recordings of people who agreed to it.")]
pub struct Bench {
    /// Clips; without any, the staged scene.
    #[arg(value_name = "CLIP")]
    clips: Vec<PathBuf>,
    /// How often each case is measured.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    repeats: u32,
    /// Most frames of a repeat that are measured as fast as they go; a shorter clip is read again.
    #[arg(long, value_name = "N", default_value_t = 1575, value_parser = clap::value_parser!(u64).range(1..))]
    frames: u64,
    /// Most seconds that these take.
    #[arg(long, value_name = "S", default_value_t = 20.0, value_parser = above_zero)]
    seconds: f64,
    /// Frames that are left out first.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..))]
    warm_up: u64,
    /// Frames a second of the camera that is played afterwards.
    #[arg(long, value_name = "HZ", default_value_t = 10.0, value_parser = above_zero)]
    rate: f64,
    /// For how many seconds it is played; 0 leaves it out.
    #[arg(long, value_name = "S", default_value_t = 20.0, value_parser = not_below_zero)]
    rate_seconds: f64,
    /// Threads of onnxruntime; several, separated by commas, are measured in turn. [default: 1]
    #[arg(long, value_name = "N,N", value_delimiter = ',', value_parser = clap::value_parser!(u8).range(1..=64))]
    threads: Vec<u8>,
    /// How often the object model looks, a second; several likewise. [default: 3]
    #[arg(long, value_name = "HZ,HZ", value_delimiter = ',', value_parser = above_zero)]
    objects_hz: Vec<f64>,
    /// What computes the models: cpu, openvino, cuda, tensorrt, xnnpack, coreml; several likewise. [default: cpu]
    #[arg(long, value_name = "P,P", value_delimiter = ',')]
    provider: Vec<String>,
    /// With how many digits: full, or with openvino bf16; several likewise. [default: full]
    #[arg(long, value_name = "P,P", value_delimiter = ',')]
    precision: Vec<String>,
    /// Cameras seen at once by one process, each on its own thread, with sessions that all share; several likewise. [default: 1]
    #[arg(long, value_name = "N,N", value_delimiter = ',', value_parser = clap::value_parser!(u8).range(1..=32))]
    cameras: Vec<u8>,
    /// The size of the camera's picture, to which the scene or a clip is brought; several likewise. [default: its own]
    #[arg(long, value_name = "WxH,WxH", value_delimiter = ',', value_parser = size, conflicts_with = "models")]
    size: Vec<Size>,
    /// Take every combination of one thread and all cores, the object model once and three times a second, and one and
    /// two cameras, where no list is given.
    #[arg(long)]
    sweep: bool,
    /// Measure an ONNX model by itself, with random input; several in turn.
    #[arg(long = "model", value_name = "FILE.onnx", conflicts_with = "clips")]
    models: Vec<PathBuf>,
    /// The shape of an input that the model leaves open.
    #[arg(long = "shape", value_name = "NAME=1x3x224x224", requires = "models", value_parser = shape)]
    shapes: Vec<(String, Vec<usize>)>,
    /// Put two reports of --json beside each other; nothing is measured.
    #[arg(long, num_args = 2, value_names = ["A.json", "B.json"], conflicts_with_all = ["clips", "models", "sweep"])]
    compare: Vec<PathBuf>,
    /// Play the camera for so many minutes, tell memory and latency once a minute, and whether they grow: an error where
    /// memory does.
    #[arg(long, value_name = "MINUTES", value_parser = above_zero, conflicts_with_all = ["models", "sweep", "html", "compare"])]
    soak: Option<f64>,
    /// Zones, models and library of a kiosk; what is named above goes before its settings.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write every figure as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a page with plots, the box and what to know about the figures.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// One repeat: what this program tells itself.
    #[arg(long, value_name = "JOB", hide = true)]
    child: Option<String>,
}

pub(super) fn above_zero(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 && value <= 86_400.0 => Ok(value),
        _ => Err("give a number above 0 and up to 86400".to_owned()),
    }
}

fn shape(text: &str) -> Result<(String, Vec<usize>), String> {
    let parsed = text.rsplit_once('=').and_then(|(name, sides)| {
        let sides: Option<Vec<usize>> = sides.split('x').map(|side| side.parse().ok()).collect();
        Some((name.to_owned(), sides?))
    });
    parsed.ok_or_else(|| "write the input's name and its sides, as in image=1x3x224x224".to_owned())
}

fn size(text: &str) -> Result<Size, String> {
    let side = |text: &str| text.parse().ok().filter(|side| (64..=8192).contains(side));
    let parsed = text
        .split_once('x')
        .and_then(|(width, height)| Some(Size { width_px: side(width)?, height_px: side(height)? }));
    parsed.ok_or_else(|| "write width and height in pixels, each 64 to 8192, as in 1280x720".to_owned())
}

fn not_below_zero(text: &str) -> Result<f64, String> {
    if text.parse() == Ok(0.0) { Ok(0.0) } else { above_zero(text) }
}

impl Bench {
    /// Measures every case, or until Ctrl-C; what was measured by then is told either way.
    pub fn run(self) -> anyhow::Result<()> {
        if let Some(job) = &self.child {
            let job: Job = serde_json::from_str(job).context("--child is for this program alone")?;
            super::print(&serde_json::to_string(&measure::measure(&job)?)?);
            return Ok(());
        }
        if let [one, other] = self.compare.as_slice() {
            tables::compared(&Report::read(one)?, &Report::read(other)?);
            return Ok(());
        }
        eprintln!("hymy bench is a developers' tool: do not analyse recordings of people who did not agree to it.");
        self.refuse_overwriting()?;
        for output in [&self.json, &self.html].into_iter().flatten() {
            super::eval::output::writable(output)?;
        }
        let jobs = cases::jobs(&self)?;
        let stop = progress::stop_on_signal()?;
        if let (Some(minutes), Some(job)) = (self.soak, jobs.first()) {
            return soak::run(job, minutes, self.json.as_deref(), &stop);
        }
        let report = self.measure(&jobs, &stop)?;
        if let Some(path) = &self.json {
            super::eval::output::text(path, &(serde_json::to_string_pretty(&report)? + "\n"))?;
        }
        if let Some(path) = &self.html {
            super::eval::output::text(path, &page::page(&report)?)?;
        }
        tables::tell(&report);
        if report.failed.is_empty() {
            return Ok(());
        }
        anyhow::bail!("not everything could be measured:\n  {}", report.failed.join("\n  "))
    }

    fn measure(&self, jobs: &[Job], stop: &AtomicBool) -> anyhow::Result<Report> {
        let root = std::path::Path::new("/");
        let before = State::read(root);
        let names: Vec<String> = jobs.iter().map(|job| report::name_of(job, jobs)).collect();
        let bar = progress::steps(jobs.len() as u64 * u64::from(self.repeats), "repeats");
        let children::Rounds { measured, failed } = children::rounds(jobs, &names, self.repeats, &bar, stop);
        let mut failed: Vec<String> =
            failed.into_iter().map(|failure| format!("{}: {}", failure.what, failure.why)).collect();
        bar.finish_and_clear();
        if stop.load(Ordering::Relaxed) {
            failed.push("stopped before the end: the figures are of the repeats that were done by then".to_owned());
        }
        let cases: Vec<Case> = names
            .iter()
            .zip(jobs)
            .zip(&measured)
            .filter_map(|((name, job), measured)| Case::of(name, job, measured))
            .collect();
        if cases.is_empty() {
            anyhow::bail!("nothing could be measured:\n  {}", failed.join("\n  "));
        }
        Ok(Report {
            format: FORMAT,
            tool: concat!("hymy ", env!("CARGO_PKG_VERSION")).to_owned(),
            optimised: !cfg!(debug_assertions),
            at: jiff::Timestamp::now(),
            command: std::env::args().collect::<Vec<_>>().join(" "),
            commit: report::commit(),
            partial: !failed.is_empty(),
            failed,
            machine: Machine::read(root),
            before,
            after: State::read(root),
            repeats: self.repeats as usize,
            rate_hz: self.rate,
            cases,
        })
    }

    /// An output never replaces what is read.
    fn refuse_overwriting(&self) -> Result<(), super::WrongUsage> {
        let read: Vec<&PathBuf> = self.clips.iter().chain(&self.config).collect();
        let mut taken = read;
        for (name, path) in [("--json", &self.json), ("--html", &self.html)] {
            let Some(path) = path else { continue };
            if let Some(other) = taken.iter().find(|other| super::same_file(path, other)) {
                let (path, other) = (path.display(), other.display());
                return Err(super::WrongUsage(format!("{name} {path} would overwrite {other}; name another file")));
            }
            taken.push(path);
        }
        Ok(())
    }
}
