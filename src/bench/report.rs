//! What a bench found, as it is written: the box, and every case with its repeats.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::figures::{self, Figures, StageFigures};
use super::job::{Job, Measured, Picture, Setting, Subject};
use super::machine::{Machine, State, text};
use super::stats::{Estimate, percentile};

/// The format of the JSON; counted up when what is there changes its meaning.
pub const FORMAT: u32 = 1;

/// Everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: u32,
    /// Name and version of the program.
    pub tool: String,
    /// Whether the program was built with optimisation; figures of another one say nothing of the product.
    pub optimised: bool,
    /// When it ended.
    pub at: Timestamp,
    /// What was typed.
    pub command: String,
    /// The commit in whose tree it ran, where that can be known.
    pub commit: Option<String>,
    /// It was stopped, or something failed: not every repeat is here.
    pub partial: bool,
    /// What failed.
    pub failed: Vec<String>,
    /// The box.
    pub machine: Machine,
    /// The box before the runs.
    pub before: State,
    /// The box after them.
    pub after: State,
    /// Repeats that were asked for.
    pub repeats: usize,
    /// The camera's rate that was played, in frames a second.
    pub rate_hz: f64,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One source under one setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// What a person calls it.
    pub name: String,
    /// What was measured.
    pub subject: Subject,
    /// How the pipeline was set.
    pub setting: Setting,
    /// The pictures; a model reads none.
    pub picture: Option<Picture>,
    /// The inputs of a model, as they were made up.
    pub inputs: Vec<String>,
    /// What really computed.
    pub provider: String,
    /// The library that did.
    pub library: PathBuf,
    /// The version that it says it has.
    pub library_version: Option<String>,
    /// Name and SHA-256 of each model.
    pub models: BTreeMap<String, String>,
    /// Frames that were measured as fast as they go, over all repeats.
    pub frames: u64,
    /// Each figure's middle over the repeats, with its interval.
    pub figures: BTreeMap<String, Estimate>,
    /// Wall time of the stages.
    pub stages: Vec<StageFigures>,
    /// Each repeat's figures.
    pub repeats: Vec<Figures>,
    /// Latency of all frames as fast as they go: percentiles 0 to 100, in milliseconds.
    pub latency_ms: Vec<f64>,
    /// The same at the camera's pace.
    pub paced_latency_ms: Vec<f64>,
}

impl Case {
    /// Of all repeats of one job; `None` without any.
    #[must_use]
    pub fn of(name: &str, job: &Job, measured: &[Measured]) -> Option<Self> {
        let first = measured.first()?;
        let one_thread = is_one_thread(&job.setting, &first.provider);
        let repeats: Vec<Figures> = measured.iter().map(|measured| figures::of_repeat(measured, one_thread)).collect();
        let latency = |measured: &Measured| measured.free.latency_us.clone();
        let paced = |measured: &Measured| measured.paced.iter().flat_map(|paced| paced.latency_us.clone()).collect();
        Some(Self {
            name: name.to_owned(),
            subject: job.subject.clone(),
            setting: job.setting.clone(),
            picture: first.picture.clone(),
            inputs: first.inputs.clone(),
            provider: first.provider.clone(),
            library: first.library.clone(),
            library_version: first.library_version.clone(),
            models: first.models.clone(),
            frames: measured.iter().map(|measured| measured.free.frames).sum(),
            figures: figures::estimates(&repeats),
            stages: figures::stages(measured),
            repeats,
            latency_ms: spread(measured.iter().flat_map(latency)),
            paced_latency_ms: spread(measured.iter().flat_map::<Vec<u64>, _>(paced)),
        })
    }

    /// Whether models have no threads beside the frame's own, and there is one camera: only then can processor time be
    /// told apart by stage.
    #[must_use]
    pub fn is_one_thread(&self) -> bool {
        is_one_thread(&self.setting, &self.provider)
    }

    /// A figure's estimate.
    #[must_use]
    pub fn figure(&self, key: &str) -> Option<&Estimate> {
        self.figures.get(key)
    }
}

fn is_one_thread(setting: &Setting, provider: &str) -> bool {
    setting.threads == 1 && setting.cameras == 1 && provider == "cpu"
}

/// What a case is called: its source, and what of its setting differs between the cases.
#[must_use]
pub fn name_of(job: &Job, all: &[Job]) -> String {
    let differs =
        |part: &dyn Fn(&Setting) -> String| all.iter().any(|other| part(&other.setting) != part(&job.setting));
    let source = match job.subject.file() {
        Some(file) => file.file_name().map_or_else(|| file.display().to_string(), |name| name.to_string_lossy().into()),
        None => "staged scene".to_owned(),
    };
    let size: &dyn Fn(&Setting) -> String =
        &|setting| setting.size.map_or_else(|| "as it is".to_owned(), |size| size.to_string());
    let threads: &dyn Fn(&Setting) -> String = &|setting| counted(setting.threads, "thread");
    let objects: &dyn Fn(&Setting) -> String = &|setting| format!("objects {} /s", setting.objects_hz);
    let faces: &dyn Fn(&Setting) -> String = &|setting| format!("faces {} /s", setting.faces_hz);
    let provider: &dyn Fn(&Setting) -> String = &|setting| setting.provider.clone();
    let precision: &dyn Fn(&Setting) -> String = &|setting| setting.precision.clone();
    let cameras: &dyn Fn(&Setting) -> String = &|setting| counted(setting.cameras, "camera");
    let parts = [size, threads, objects, faces, provider, precision, cameras];
    let told = parts.into_iter().filter(|part| differs(part)).map(|part| part(&job.setting));
    std::iter::once(source).chain(told).collect::<Vec<_>>().join(", ")
}

fn counted(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// Percentiles 0 to 100 of times in microseconds, in milliseconds.
fn spread(times_us: impl Iterator<Item = u64>) -> Vec<f64> {
    let mut times: Vec<f64> = times_us.map(|us| us as f64 / 1e3).collect();
    times.sort_by(f64::total_cmp);
    (0..=100).filter_map(|share| percentile(&times, f64::from(share) / 100.0)).collect()
}

/// The commit of the tree in which the program lies, or which it is run in; `None` where there is neither.
#[must_use]
pub fn commit() -> Option<String> {
    let program = std::env::current_exe().ok();
    let here = std::env::current_dir().ok();
    program.iter().chain(&here).flat_map(|path| path.ancestors()).find_map(|folder| commit_of(&folder.join(".git")))
}

/// Reads what `git` would say of `HEAD`; of a linked work tree too.
fn commit_of(git: &Path) -> Option<String> {
    let linked = text(git).and_then(|link| link.strip_prefix("gitdir:").map(|folder| PathBuf::from(folder.trim())));
    let folder = linked.unwrap_or_else(|| git.to_owned());
    let head = text(&folder.join("HEAD"))?;
    let Some(name) = head.strip_prefix("ref:").map(str::trim) else { return Some(head) };
    let shared = text(&folder.join("commondir")).map_or_else(|| folder.clone(), |shared| folder.join(shared));
    let packed = || {
        let lines = text(&shared.join("packed-refs"))?;
        let line = lines.lines().find_map(|line| line.split_once(' ').filter(|(_, of)| *of == name))?;
        Some(line.0.to_owned())
    };
    text(&shared.join(name)).or_else(packed)
}

/// Why a report could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {why}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// It is no report of this program.
    #[error("{}: is no report of `hymy bench --json` of format {FORMAT}: {why}", .path.display())]
    NoReport {
        /// The file.
        path: PathBuf,
        /// Where in it, and what is wrong there.
        why: String,
    },
}

impl Report {
    /// Reads what `--json` wrote.
    ///
    /// # Errors
    /// [`ReadError`], with the file and what is wrong in it.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ReadError::Unreadable { path: path.to_owned(), why: error.to_string() })?;
        let no_report = |why: String| ReadError::NoReport { path: path.to_owned(), why };
        let json: serde_json::Value = serde_json::from_str(&text).map_err(|error| no_report(error.to_string()))?;
        match json.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if format == u64::from(FORMAT) => {}
            Some(format) => {
                return Err(no_report(format!("its `format` is {format}; measure again with this program")));
            }
            None => return Err(no_report("it has no number `format`".to_owned())),
        }
        serde_path_to_error::deserialize(json).map_err(|error| no_report(error.to_string()))
    }
}

#[cfg(test)]
mod tests;
