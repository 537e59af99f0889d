//! `hymy eval`: how right the product is on labelled recordings, for developers. It never opens a kiosk's store.

mod cross_validate;
pub(super) mod output;
mod tables;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use hymy::camera;
use hymy::config::Config;
use hymy::decide::Directions;
use hymy::eval::compare::{self, Comparison, OtherClip};
use hymy::eval::labels::{LABELS_FILE, Labels};
use hymy::eval::report::{Report, VersionReport};
use hymy::eval::report_html;
use hymy::eval::run::{AS_RECORDED, Version, run_clip, run_stills};
use hymy::eval::stills::Stills;
use hymy::observation_line::ObservationLine;
use hymy_vision::degrade::Degradation;
use hymy_vision::{SourceSpec, Vision, VisionSettings, find_models};
use indicatif::ProgressBar;

use super::progress;

/// Compare what the product says with labels: clips named in DIR/labels.json, stills in folders smile and neutral.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy eval footage                                  tables, class by class and clip by clip
  hymy eval footage --json eval.json --html eval.html
  hymy eval footage --degrade                        how each figure falls in worse pictures
  hymy eval footage --against other                  beside another tool's other/CLIP.jsonl
  hymy eval faces --every 10                         each tenth still of faces/smile and faces/neutral
  hymy eval faces --cross-validate                   refit the smile's weights, judge them on held-back stills

docs/eval.md describes labels.json, every figure and the files that are written.

Only evaluate on recordings of people who agreed to it.")]
pub struct Eval {
    /// A folder with labels.json and its clips, or with folders of stills named smile and neutral, or with both.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Write every figure as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write a page with curves, and with each clip's signals beside its labels.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Another tool's observations of the clips, one CLIP.jsonl each.
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    /// Repeat everything on worse pictures, made in memory: half light, noise, blur, half size, quantised.
    #[arg(long)]
    degrade: bool,
    /// Zones, target, runtime and rates; without it the whole frame is the staff zone.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write each clip's observations, one JSON line a frame, as DIR/CLIP.jsonl.
    #[arg(long, value_name = "DIR")]
    observations: Option<PathBuf>,
    /// Take each N-th still only.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    every: u32,
    /// Refit the weights of the smile on the stills, and judge them on contiguous fifths that were held back.
    #[arg(long, conflicts_with_all = ["json", "html", "against", "degrade", "config", "observations"])]
    cross_validate: bool,
    /// Write the weights that --cross-validate fitted to all stills: what models/smile.csv is.
    #[arg(long, value_name = "OUT", requires = "cross_validate")]
    coefficients: Option<PathBuf>,
}

/// What is evaluated, and how far it got.
struct Work<'a> {
    eval: &'a Eval,
    labels: Option<Labels>,
    stills: Stills,
    directions: Directions,
    vision: Vision,
    stop: Arc<AtomicBool>,
    bar: ProgressBar,
    failed: Vec<String>,
}

impl Eval {
    /// Runs everything, or until Ctrl-C; figures of what was done by then are given either way.
    pub fn run(self) -> anyhow::Result<()> {
        eprintln!("hymy eval is a developers' tool: do not analyse recordings of people who did not agree to it.");
        let labels = Labels::read(&self.folder)?;
        let stills = Stills::find(&self.folder, self.every as usize)?;
        if self.cross_validate && stills.is_empty() {
            let why = format!("{}: holds no folder smile or neutral with images", self.folder.display());
            return Err(super::WrongUsage(format!("{why}; --cross-validate is for stills")).into());
        }
        if labels.is_none() && stills.is_empty() {
            let why = format!(
                "{}: holds neither {LABELS_FILE} nor a folder smile or neutral with images; docs/eval.md says how to \
                 label recordings",
                self.folder.display()
            );
            return Err(super::WrongUsage(why).into());
        }
        if labels.as_ref().is_some_and(|labels| labels.clips.is_empty()) && stills.is_empty() {
            let path = self.folder.join(LABELS_FILE);
            let why = format!("{}: names no clip; docs/eval.md describes the file", path.display());
            return Err(super::WrongUsage(why).into());
        }
        // Also of the stills that are passed over none is overwritten.
        self.refuse_overwriting(labels.as_ref(), &Stills::find(&self.folder, 1)?)?;
        for output in [&self.json, &self.html, &self.coefficients].into_iter().flatten() {
            output::writable(output)?;
        }
        if self.cross_validate {
            return cross_validate::run(&stills, self.coefficients.as_deref());
        }
        let others = self.others(labels.as_ref())?;
        let config = self.config.as_deref().map(Config::load).transpose()?;
        let (settings, directions) = match &config {
            Some(config) => (camera::vision_settings(config), config.directions.clone()),
            None => (VisionSettings::new(find_models(None)), Directions::default()),
        };
        let stop = progress::stop_on_signal()?;
        let bar = progress::frames(Some(self.frames(labels.as_ref(), &stills)));
        let vision = Vision::load(&settings)?;
        let mut work = Work { eval: &self, labels, stills, directions, vision, stop, bar, failed: Vec::new() };
        let versions = work.versions()?;
        let Work { labels, stills, bar, mut failed, .. } = work;
        bar.finish_and_clear();

        let against = self.against.as_deref().zip(versions.first()).zip(labels.as_ref());
        let against = against.map(|((folder, version), labels)| {
            let beside = |name: &str| others.get(name);
            let clips = version.clips.iter();
            let clips = clips.filter_map(|clip| Some((labels.clips.get(&clip.name)?, clip, beside(&clip.name))));
            Comparison::of(folder, &clips.collect::<Vec<_>>())
        });
        for clip in against.iter().flat_map(|against| &against.missing) {
            failed.push(format!("--against: no observations of {clip}; it is left out of the comparison"));
        }
        for misfit in against.iter().flat_map(|against| &against.misfits) {
            failed.push(format!("--against: {misfit}"));
        }
        let report = Report {
            tool: concat!("hymy ", env!("CARGO_PKG_VERSION")).to_owned(),
            folder: self.folder.display().to_string(),
            versions: versions.iter().map(|version| VersionReport::of(version, labels.as_ref(), &stills)).collect(),
            against,
            failed,
        };
        if let Some(path) = &self.json {
            output::json(path, &report)?;
        }
        if let Some(path) = &self.html {
            output::text(path, &report_html::page(&report, &versions, labels.as_ref(), &stills)?)?;
        }
        tables::tell(&report);
        if report.failed.is_empty() {
            return Ok(());
        }
        anyhow::bail!("not everything could be evaluated:\n  {}", report.failed.join("\n  "))
    }

    /// The other tool's observations, read before the long work so that a wrong line is told at once.
    fn others(&self, labels: Option<&Labels>) -> anyhow::Result<BTreeMap<String, OtherClip>> {
        let Some(folder) = &self.against else { return Ok(BTreeMap::new()) };
        if !folder.is_dir() {
            let why =
                format!("--against {}: is not a folder; name one with a CLIP.jsonl for each clip", folder.display());
            return Err(super::WrongUsage(why).into());
        }
        let clips = labels.iter().flat_map(|labels| &labels.clips);
        let found = clips.filter_map(|(name, clip)| Some((name, clip, compare::file_of(folder, name)?)));
        let read = found.map(|(name, clip, path)| Ok((name.clone(), OtherClip::read(&path, clip.people == Some(0))?)));
        read.collect()
    }

    /// Frames and stills of the whole run, as the files state them.
    fn frames(&self, labels: Option<&Labels>, stills: &Stills) -> u64 {
        let of_clip = |name: &String| {
            let source = SourceSpec::File { path: self.folder.join(name), times: 1 };
            Vision::stated_frames(&source).ok().flatten().unwrap_or_default()
        };
        let clips: u64 = labels.iter().flat_map(|labels| labels.clips.keys()).map(of_clip).sum();
        let versions = if self.degrade { 1 + Degradation::ALL.len() } else { 1 };
        (clips + stills.stills.len() as u64) * versions as u64
    }

    /// An output never replaces what is read, nor another output.
    fn refuse_overwriting(&self, labels: Option<&Labels>, stills: &Stills) -> Result<(), super::WrongUsage> {
        let names = || labels.iter().flat_map(|labels| labels.clips.keys());
        let clips = names().map(|name| self.folder.join(name));
        let others = self.against.iter().flat_map(|folder| names().filter_map(|name| compare::file_of(folder, name)));
        let read = clips.chain(others).chain([self.folder.join(LABELS_FILE)]).chain(self.config.clone());
        let mut taken: Vec<PathBuf> = read.chain(stills.files()).collect();
        let lines = self.observations.iter().flat_map(|folder| names().map(|name| output::lines_of(folder, name)));
        let mut outputs: Vec<(&str, PathBuf)> = lines.map(|path| ("--observations", path)).collect();
        for (name, path) in [("--json", &self.json), ("--html", &self.html), ("--coefficients", &self.coefficients)] {
            outputs.extend(path.clone().map(|path| (name, path)));
        }
        for (name, path) in outputs {
            if let Some(other) = taken.iter().find(|other| super::same_file(&path, other)) {
                let (path, other) = (path.display(), other.display());
                return Err(super::WrongUsage(format!("{name} {path} would overwrite {other}; name another file")));
            }
            taken.push(path);
        }
        let same =
            |a: &PathBuf, b: &PathBuf| a == b || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b));
        match self.observations.as_ref().zip(self.against.as_ref()) {
            Some((ours, theirs)) if same(ours, theirs) => Err(super::WrongUsage(format!(
                "--observations {} would overwrite what --against reads; name another folder",
                ours.display()
            ))),
            _ => Ok(()),
        }
    }
}

impl Work<'_> {
    fn versions(&mut self) -> anyhow::Result<Vec<Version>> {
        let mut wanted = vec![None];
        if self.eval.degrade {
            wanted.extend(Degradation::ALL.map(Some));
        }
        let mut versions = Vec::new();
        for degradation in wanted {
            let version = self.version(degradation)?;
            // Beside whole versions, a part of one would show a fall that is only another choice of clips.
            let whole = degradation.is_none() || !self.stop.load(Ordering::Relaxed);
            versions.extend(whole.then_some(version));
            if self.stop.load(Ordering::Relaxed) {
                self.failed.push("stopped before the end: the figures are of what was done by then".to_owned());
                break;
            }
        }
        Ok(versions)
    }

    fn version(&mut self, degradation: Option<Degradation>) -> anyhow::Result<Version> {
        let name = degradation.map_or(AS_RECORDED, Degradation::name);
        let mut version = Version { name, clips: Vec::new(), stills: None };
        let recorded = degradation.is_none();
        for (clip, labels) in self.labels.iter().flat_map(|labels| &labels.clips) {
            let lines = self.eval.observations.as_deref().filter(|_| recorded);
            let mut lines = lines.map(|folder| output::Lines::create(folder, clip)).transpose()?;
            let Self { eval, directions, vision, stop, bar, .. } = self;
            let mut unwritten = None;
            let result = run_clip(vision, directions, degradation, (&eval.folder, clip), labels, stop, |decided| {
                bar.inc(1);
                match lines.as_mut().map(|lines| lines.line(&ObservationLine::new(decided, None))) {
                    Some(Err(error)) => {
                        unwritten = Some(error);
                        ControlFlow::Break(())
                    }
                    _ => ControlFlow::Continue(()),
                }
            });
            if let Some(error) = unwritten {
                return Err(error);
            }
            if self.stop.load(Ordering::Relaxed) {
                // A clip that was broken off would count with its beginning only.
                return Ok(version);
            }
            if let Some(lines) = lines {
                lines.finish()?;
            }
            if let Some(trouble) = result.trouble.as_ref().filter(|_| recorded) {
                self.bar.suspend(|| eprintln!("{trouble}; going on"));
                self.failed.push(trouble.clone());
            }
            version.clips.extend((!result.readings.is_empty()).then_some(result));
        }
        if !self.stills.is_empty() {
            let Self { stills, directions, vision, stop, bar, failed, .. } = self;
            let skipped = |path: &std::path::Path, why: &str| {
                if recorded {
                    let trouble = format!("{}: {why}; left out", path.display());
                    bar.suspend(|| eprintln!("{trouble}"));
                    failed.push(trouble);
                }
            };
            let result = run_stills(vision, directions, stills, degradation, stop, || bar.inc(1), skipped)?;
            version.stills = Some(result);
        }
        Ok(version)
    }
}
