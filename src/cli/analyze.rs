//! `hymy analyze`: a recording through the whole path, for developers. It never opens a kiosk's store.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::Context;
use clap::Args;
use hymy::analysis::{Analysis, Boundaries};
use hymy::camera;
use hymy::config::Config;
use hymy::decide::Directions;
use hymy::eval::stills;
use hymy::observation_line::ObservationLine;
use hymy::summary::TransactionRecord;
use hymy::till::read_lines;
use hymy_vision::timings::Stage;
use hymy_vision::{Event, RunReport, SourceSpec, Vision, VisionSettings, find_models};
use serde::Serialize;

use super::{figures, progress, same_file};

/// Analyse a recording or a camera: every frame's observation, and the signals of each transaction.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy analyze clip.mkv                                   a table of the signals
  hymy analyze clip.mkv --observations out.jsonl          and one JSON line a frame
  hymy analyze clip.mkv --till events.jsonl --summary s.json
  hymy analyze faces/ --stills --observations out.jsonl   a folder of images, each on its own
  hymy analyze rtsp://camera/stream                       until Ctrl-C

A line of EVENTS is {\"register\":\"1\",\"event\":\"opened\",\"t_ms\":1200}; events are opened, payment, closed and
voided. Without events, someone standing in the customer zone opens a transaction; without that zone, the
whole source is one.

Only analyse recordings of people who agreed to it.")]
pub struct Analyze {
    /// A V4L2 device, an RTSP or HTTP address, a video file, or with --stills a folder of images.
    #[arg(value_name = "SOURCE")]
    source: String,
    /// SOURCE is a folder of images (jpg, png, webp, bmp), independent of each other.
    #[arg(long)]
    stills: bool,
    /// Till events of the recording, one JSON object a line.
    #[arg(long, value_name = "EVENTS", conflicts_with = "stills")]
    till: Option<PathBuf>,
    /// Write one JSON line a processed frame.
    #[arg(long, value_name = "OUT")]
    observations: Option<PathBuf>,
    /// Write the transactions with their signals, and what the run cost, as JSON.
    #[arg(long, value_name = "OUT")]
    summary: Option<PathBuf>,
    /// Read a file this many times over.
    #[arg(
        long = "loop",
        value_name = "N",
        default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(1..),
        conflicts_with = "stills"
    )]
    times: u32,
    /// Zones, target, runtime and rates; without it the whole frame is the staff zone.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What `--summary` writes.
#[derive(Serialize)]
struct Report<'a> {
    source: String,
    frames: u64,
    processed: u64,
    dropped: u64,
    transactions: &'a [TransactionRecord],
    /// When it was noticed that the camera had been moved, and whether directions or the place changed.
    camera_moved: Vec<MovedPart>,
    runtime: RuntimePart,
}

#[derive(Serialize)]
struct MovedPart {
    noticed_ms: u64,
    what: &'static str,
}

#[derive(Serialize)]
struct RuntimePart {
    provider: &'static str,
    /// Name and SHA-256.
    models: BTreeMap<String, String>,
    /// Mean wall time of one run of each stage that ran.
    stages_ms: BTreeMap<&'static str, f64>,
}

impl Analyze {
    /// Runs the source to its end, or until Ctrl-C; what was read is written either way.
    pub fn run(self) -> anyhow::Result<()> {
        eprintln!("hymy analyze is a developers' tool: do not analyse recordings of people who did not agree to it.");
        self.refuse_overwriting()?;
        let config = self.config.as_deref().map(Config::load).transpose()?;
        let events = self.till.as_deref().map(read_lines).transpose()?;
        let source = self.source_spec()?;
        let (settings, directions) = match &config {
            Some(config) => (camera::vision_settings(config), config.directions.clone()),
            None => (VisionSettings::new(find_models(None)), Directions::default()),
        };
        let boundaries = match &events {
            _ if self.stills => Boundaries::Stills,
            Some(events) => Boundaries::Till(events),
            None if settings.zones.customer.is_some() => Boundaries::Presence,
            None => Boundaries::WholeSource,
        };
        let mut analysis = Analysis::new(directions, boundaries);
        let stop = progress::stop_on_signal()?;
        let stated = Vision::stated_frames(&source)?;
        let mut vision = Vision::load(&settings)?;
        // Only once there is something to read: an earlier run's results are not lost to a mistyped source.
        let mut lines = self.observations.as_deref().map(Output::create).transpose()?;
        let summary = self.summary.as_deref().map(Output::create).transpose()?;
        let bar = progress::frames(stated);

        let mut seen = RunReport::default();
        let mut unwritten = None;
        let ended = vision.run(&source, &stop, |_, event| {
            match event {
                Event::Observed { observation, file } => {
                    let decided = analysis.observe(&observation);
                    seen.processed += 1;
                    bar.inc(1);
                    let written = lines.as_mut().map(|lines| lines.line(&ObservationLine::new(&decided, file)));
                    if let Some(Err(error)) = written {
                        unwritten = Some(error);
                        return ControlFlow::Break(());
                    }
                }
                Event::Skipped { file, why } => {
                    seen.skipped += 1;
                    bar.suspend(|| eprintln!("{file}: {why}; left out"));
                }
                Event::Lost { why } => bar.suspend(|| eprintln!("{}: {why}; trying again", source.locator())),
                Event::Back => bar.suspend(|| eprintln!("{}: back", source.locator())),
                Event::Outlined { .. } | Event::Passed | Event::Idle => {}
            }
            ControlFlow::Continue(())
        });
        bar.finish_and_clear();
        if let Some(error) = unwritten {
            return Err(error);
        }
        if let Some(lines) = lines {
            lines.finish()?;
        }
        let run = match &ended {
            Ok(run) => *run,
            Err(_) => RunReport { frames: seen.processed + seen.skipped, ..seen },
        };
        let moved: Vec<MovedPart> = analysis
            .camera_moved()
            .iter()
            .map(|moved| MovedPart { noticed_ms: moved.noticed_ms, what: moved.what.name() })
            .collect();
        for moved in &moved {
            eprintln!(
                "camera_moved ({}): by {:.0} s the camera had been moved; zones and target need setting anew",
                moved.what,
                moved.noticed_ms as f64 / 1000.0
            );
        }
        let records: Vec<TransactionRecord> = analysis.finish().into_iter().map(|analysed| analysed.record).collect();
        if let Some(summary) = summary {
            summary.whole(&report(&source, run, &records, moved, &vision))?;
        }
        tell(&source, run, &records);
        match ended {
            Err(error) => Err(error.into()),
            // Ctrl-C is how a live source ends; of a recording it leaves a part.
            Ok(run) if stop.load(Ordering::Relaxed) && !source.is_live() && stated.is_none_or(|n| run.frames < n) => {
                let of = stated.map_or_else(String::new, |stated| format!(" of {stated}"));
                anyhow::bail!("stopped after {}{of} frames; what was read is kept", run.frames)
            }
            Ok(run) if run.skipped > 0 => {
                anyhow::bail!("{} of {} stills could not be read; they are named above", run.skipped, run.frames)
            }
            Ok(_) => Ok(()),
        }
    }

    /// An output never replaces what is read, nor the other output.
    fn refuse_overwriting(&self) -> Result<(), super::WrongUsage> {
        let outputs = [("--observations", &self.observations), ("--summary", &self.summary)];
        let outputs: Vec<_> = outputs.into_iter().filter_map(|(name, path)| Some((name, path.as_deref()?))).collect();
        let source = Path::new(&self.source);
        let stills = if self.stills { stills::images(source).unwrap_or_default() } else { Vec::new() };
        let read = [Some(source), self.till.as_deref(), self.config.as_deref()].into_iter().flatten();
        let read: Vec<&Path> = read.chain(stills.iter().map(PathBuf::as_path)).collect();
        for (index, (name, path)) in outputs.iter().enumerate() {
            let others = outputs.iter().take(index).map(|(_, other)| *other);
            if let Some(other) = read.iter().copied().chain(others).find(|other| same_file(path, other)) {
                let (path, other) = (path.display(), other.display());
                return Err(super::WrongUsage(format!("{name} {path} would overwrite {other}; name another file")));
            }
        }
        Ok(())
    }

    fn source_spec(&self) -> anyhow::Result<SourceSpec> {
        if self.stills {
            return Ok(SourceSpec::Stills(PathBuf::from(&self.source)));
        }
        match SourceSpec::parse(&self.source) {
            SourceSpec::File { path, .. } => Ok(SourceSpec::File { path, times: self.times }),
            live if self.times > 1 => {
                Err(super::WrongUsage(format!("--loop is for video files; {} is live", live.locator())).into())
            }
            live => Ok(live),
        }
    }
}

fn report<'a>(
    source: &SourceSpec,
    run: RunReport,
    transactions: &'a [TransactionRecord],
    camera_moved: Vec<MovedPart>,
    vision: &Vision,
) -> Report<'a> {
    let timings = vision.timings();
    let stages_ms = Stage::ALL.into_iter().filter_map(|stage| {
        let cost = timings.of(stage);
        (cost.runs > 0).then(|| (stage.name(), cost.total.as_secs_f64() * 1000.0 / cost.runs as f64))
    });
    Report {
        source: source.locator(),
        frames: run.frames,
        processed: run.processed,
        dropped: run.dropped,
        transactions,
        camera_moved,
        runtime: RuntimePart {
            provider: vision.runtime().provider.name(),
            models: vision.runtime().models.iter().cloned().collect(),
            stages_ms: stages_ms.map(|(name, ms)| (name, (ms * 1000.0).round() / 1000.0)).collect(),
        },
    }
}

fn tell(source: &SourceSpec, run: RunReport, records: &[TransactionRecord]) {
    let dropped = if run.dropped > 0 { format!(", {} dropped", run.dropped) } else { String::new() };
    super::print(&format!("{}: {} frames processed{dropped}", source.locator(), run.processed));
    if !records.is_empty() {
        super::print(&figures::of_transactions(records).to_string());
    }
}

/// A file of JSON, made before the work begins, so that a wrong path is told at once.
struct Output {
    path: PathBuf,
    out: BufWriter<File>,
}

impl Output {
    fn create(path: &Path) -> anyhow::Result<Self> {
        let file = File::create(path).with_context(|| unwritable(path))?;
        Ok(Self { path: path.to_owned(), out: BufWriter::new(file) })
    }

    /// One object on a line of its own.
    fn line(&mut self, line: &ObservationLine<'_>) -> anyhow::Result<()> {
        let written = serde_json::to_writer(&mut self.out, line).map_err(std::io::Error::from);
        written.and_then(|()| self.out.write_all(b"\n")).with_context(|| unwritable(&self.path))
    }

    /// The one object of the file.
    fn whole(mut self, report: &Report<'_>) -> anyhow::Result<()> {
        let written = serde_json::to_writer_pretty(&mut self.out, report).map_err(std::io::Error::from);
        written.and_then(|()| self.out.write_all(b"\n")).with_context(|| unwritable(&self.path))?;
        self.finish()
    }

    fn finish(mut self) -> anyhow::Result<()> {
        self.out.flush().with_context(|| unwritable(&self.path))
    }
}

fn unwritable(path: &Path) -> String {
    format!("{}: cannot be written", path.display())
}
