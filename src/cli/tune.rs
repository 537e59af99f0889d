//! `hymy tune`: which setting this box needs for a wanted rate, for developers. It never opens a kiosk's store.

mod accuracy;
mod cost;
mod tables;

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::Context;
use clap::Args;
use hymy::bench::job::{Setting, Subject};
use hymy::bench::machine::Machine;
use hymy::bench::measure;
use hymy::config::Config;
use hymy::eval::labels::{LABELS_FILE, Labels};
use hymy::eval::stills::Stills;
use hymy::tune::accuracy::{Task, evaluate};
use hymy::tune::candidates::{self, Lists};
use hymy::tune::choose::{Candidate, Choice, Measured, Wish, choose};
use hymy::tune::report::{self, FORMAT, Report};
use hymy::tune::write;
use hymy_vision::bench::ClipFormat;
use hymy_vision::runtime::Precision;
use hymy_vision::{VisionSettings, find_models};

use super::bench::above_zero;
use super::{WrongUsage, progress};

/// The configuration that is started from where none is given: every key is explained in it.
const EXAMPLE: &str = include_str!("../../configs/kiosk.toml");
const EXAMPLE_FILE: &str = "configs/kiosk.toml";
/// Above this, a frame is late whatever the rate: the delay that a mirror may have.
const LATENCY_MS: f64 = 60.0;
/// Find the setting that meets a wanted rate on this box at the least processor time, and write its configuration.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy tune --out kiosk.toml                     10 frames a second over the staged scene, in a few minutes
  hymy tune --rate 25 --latency-ms 40 help.mkv   25 frames a second of a clip of yours, each seen within 40 ms
  hymy tune --config old.toml --out new.toml     start from a configuration; what differs is changed, comments stay
  hymy tune --footage labelled --loss 0.005      also look less often, where labelled recordings show what that loses
  hymy tune --cameras 2 --threads 1,2 --provider cpu,openvino

Each candidate is played a camera of the wanted rate, in processes of their own that take turns, as hymy bench does. A
candidate meets the wish when less than 1 % of the frames are dropped and the 99th percentile of latency is within its
limit. Of those, the one with the least processor time a frame is taken; where the repeats show no difference, the one
that is nearest to the configuration that was started from.

Slower rates of the object model and of counting faces change what is seen. They are tried with --footage only: then
hymy eval's figures with each of them are held against those of the product's default settings, and what loses more
than --loss in any figure is ruled out. docs/eval.md says how to label recordings.

Where nothing meets the wish, nothing is written, and the nearest candidate is named: exit code 1.

Measure on a box that does nothing else, and only recordings of people who agreed to it.")]
pub struct Tune {
    /// Clips that are played; without any, the staged scene.
    #[arg(value_name = "CLIP")]
    clips: Vec<PathBuf>,
    /// Frames a second that have to be met.
    #[arg(long, value_name = "HZ", default_value_t = 10.0, value_parser = above_zero)]
    rate: f64,
    /// The longest that the 99th percentile of latency may be. [default: the time from frame to frame, at most 60]
    #[arg(long, value_name = "MS", value_parser = above_zero)]
    latency_ms: Option<f64>,
    /// Cameras that one process sees at once.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=32))]
    cameras: u8,
    /// Labelled recordings, as hymy eval reads them: what each setting loses in accuracy.
    #[arg(long, value_name = "DIR")]
    footage: Option<PathBuf>,
    /// Take each N-th still of them only.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..), requires = "footage")]
    every: u32,
    /// The most that any figure of the evaluation may fall, against the product's default settings.
    #[arg(long, value_name = "L", default_value_t = 0.01, value_parser = share, requires = "footage")]
    loss: f64,
    /// The configuration to start from, with zones, models and library of a kiosk. [default: that of a new kiosk]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write the configuration to this file, which must not be there yet. [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write every candidate with its figures and why it is taken or not, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How often each candidate is measured; fewer than three tell nothing apart.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    repeats: u32,
    /// For how many seconds the camera is played in each. [default: 100 frames, 6 to 20 seconds]
    #[arg(long, value_name = "S", value_parser = above_zero)]
    seconds: Option<f64>,
    /// Threads of onnxruntime to try. [default: 1, 2, 4 and so on, up to all cores]
    #[arg(long, value_name = "N,N", value_delimiter = ',', value_parser = clap::value_parser!(u8).range(1..=64))]
    threads: Vec<u8>,
    /// How often the object model looks, a second, to try. [default with --footage: as configured, half, a quarter]
    #[arg(long, value_name = "HZ,HZ", value_delimiter = ',', value_parser = hertz)]
    objects_hz: Vec<f32>,
    /// How often faces are counted, a second, to try. [default with --footage: as configured, half]
    #[arg(long, value_name = "HZ,HZ", value_delimiter = ',', value_parser = hertz)]
    faces_hz: Vec<f32>,
    /// What may compute the models. [default: all that the loaded library has]
    #[arg(long, value_name = "P,P", value_delimiter = ',')]
    provider: Vec<String>,
    /// With how many digits: full, or with openvino bf16. [default: as configured; with --footage both]
    #[arg(long, value_name = "P,P", value_delimiter = ',')]
    precision: Vec<String>,
    /// One evaluation: what this program tells itself.
    #[arg(long, value_name = "TASK", hide = true)]
    child: Option<String>,
}

fn share(text: &str) -> Result<f64, String> {
    let parsed = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    parsed.ok_or_else(|| "give a share from 0 to 1".to_owned())
}

fn hertz(text: &str) -> Result<f32, String> {
    let parsed = text.parse().ok().filter(|hz| (0.5..=30.0).contains(hz));
    parsed.ok_or_else(|| "give a rate from 0.5 to 30, as [vision] in a configuration allows".to_owned())
}

/// What is started from.
struct Base {
    file: PathBuf,
    text: String,
    settings: VisionSettings,
    setting: Setting,
}

impl Tune {
    /// Evaluates, measures, decides and writes.
    pub fn run(self) -> anyhow::Result<()> {
        if let Some(task) = &self.child {
            let task: Task = serde_json::from_str(task).context("--child is for this program alone")?;
            let (settings, directions) = measure::settings_of(task.config.as_deref(), &task.setting)?;
            super::print(&serde_json::to_string(&evaluate(&task, &settings, &directions)?)?);
            return Ok(());
        }
        eprintln!("hymy tune is a developers' tool: do not analyse recordings of people who did not agree to it.");
        self.refuse_overwriting()?;
        for output in [&self.json, &self.out].into_iter().flatten() {
            super::eval::output::writable(output)?;
        }
        if cost::seconds(&self) * self.rate < cost::FEWEST_FRAMES {
            let why = "--seconds and --rate show fewer than three frames; play the camera for longer";
            return Err(WrongUsage(why.to_owned()).into());
        }
        if cfg!(debug_assertions) {
            eprintln!("note: this program was built without optimisation, so that it decides for a slower product");
        }
        let base = self.base()?;
        let subjects = self.subjects()?;
        let has_clips = self.has_labelled_clips()?;
        let settings = candidates::settings(&base.setting, &self.lists(&base, has_clips)?);
        let wish = Wish {
            rate_hz: self.rate,
            latency_ms: self.latency_ms.unwrap_or(LATENCY_MS.min(1e3 / self.rate)),
            loss: self.loss,
        };
        let stop = progress::stop_on_signal()?;
        let seen = accuracy::seen(&self, &base, &settings, has_clips, &stop)?;
        let unmeasured = |(setting, seen)| Candidate { setting, seen, measured: Measured::No };
        let mut candidates: Vec<Candidate> = settings.into_iter().zip(seen).map(unmeasured).collect();
        let library = cost::measure(&self, &mut candidates, &subjects, &wish, &stop);
        let choice = choose(&candidates, &wish);
        if !has_clips {
            eprintln!(
                "note: models that look less often take less, and were not tried: only labelled clips (--footage) show \
                 what that loses"
            );
        }
        let report = self.report(&candidates, &choice, wish, stop.load(Ordering::Relaxed));
        if let Some(path) = &self.json {
            super::eval::output::text(path, &(serde_json::to_string_pretty(&report)? + "\n"))?;
        }
        anyhow::ensure!(!report.partial, "stopped before the end: nothing is decided of a part of the repeats");
        self.tell(&tables::told(&report));
        let Some(taken) = choice.taken.and_then(|place| candidates.get(place)) else {
            return Err(nothing_meets(&report));
        };
        // A configuration that names no library, or a process that was told another by its environment.
        let library = library.filter(|_| base.settings.runtime.library.is_none());
        let library = library.map(|library| library.canonicalize().unwrap_or(library));
        let library = library.as_deref().and_then(Path::to_str);
        let changes = report::changes(&base.setting, &taken.setting, &report.rows, library);
        let about = report::about(taken, &wish, &report.machine, report.at, self.repeats as usize);
        let text = write::configuration(&base.file, &base.text, &about, &changes)?;
        self.hand_over(&text)
    }

    fn base(&self) -> anyhow::Result<Base> {
        let (file, text, settings) = match &self.config {
            Some(file) => {
                let config = Config::load(file)?;
                let text =
                    std::fs::read_to_string(file).with_context(|| format!("{}: cannot be read", file.display()))?;
                (file.clone(), text, hymy::camera::vision_settings(&config))
            }
            None => (PathBuf::from(EXAMPLE_FILE), EXAMPLE.to_owned(), VisionSettings::new(find_models(None))),
        };
        let setting = Setting { cameras: usize::from(self.cameras), ..Setting::of(&settings) };
        Ok(Base { file, text, settings, setting })
    }

    fn lists(&self, base: &Base, has_clips: bool) -> anyhow::Result<Lists> {
        for name in &self.provider {
            measure::provider(name).map_err(|error| WrongUsage(error.to_string()))?;
        }
        let providers = if self.provider.is_empty() {
            let there = hymy_vision::bench::providers(&base.settings.runtime, &base.settings.models)?;
            there.into_iter().map(|provider| provider.name().to_owned()).collect()
        } else {
            self.provider.clone()
        };
        let named = self.precision.iter().map(|name| measure::precision(name));
        let mut precisions: Vec<Precision> =
            named.collect::<Result<_, _>>().map_err(|error| WrongUsage(error.to_string()))?;
        if precisions.is_empty() {
            precisions = vec![base.settings.runtime.precision, Precision::Full];
            precisions.extend(self.footage.iter().map(|_| Precision::Bf16));
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let or = |given: &[f32], hz: f32, steps: i32| match given {
            [] => candidates::slower(hz, if has_clips { steps } else { 0 }),
            given => given.to_vec(),
        };
        Ok(Lists {
            providers,
            precisions,
            threads: match self.threads.as_slice() {
                [] => candidates::thread_counts(cores),
                given => given.iter().copied().map(usize::from).collect(),
            },
            objects_hz: or(&self.objects_hz, base.setting.objects_hz, 2),
            faces_hz: or(&self.faces_hz, base.setting.faces_hz, 1),
        })
    }

    fn subjects(&self) -> anyhow::Result<Vec<Subject>> {
        for clip in &self.clips {
            ClipFormat::of(clip)?;
        }
        let clips: Vec<Subject> = self.clips.iter().cloned().map(Subject::Clip).collect();
        Ok(if clips.is_empty() { vec![Subject::Staged] } else { clips })
    }

    /// Whether there are labelled clips; with none, what looking less often loses is not known. A folder with nothing
    /// labelled is wrong usage.
    fn has_labelled_clips(&self) -> anyhow::Result<bool> {
        let Some(footage) = &self.footage else { return Ok(false) };
        let labels = Labels::read(footage)?;
        let has_clips = labels.is_some_and(|labels| !labels.clips.is_empty());
        if !has_clips && Stills::find(footage, 1)?.is_empty() {
            let why = format!(
                "--footage {}: holds neither a {LABELS_FILE} that names clips nor a folder smile or neutral with images; \
                 docs/eval.md says how to label recordings",
                footage.display()
            );
            return Err(WrongUsage(why).into());
        }
        Ok(has_clips)
    }

    fn report(&self, candidates: &[Candidate], choice: &Choice, wish: Wish, partial: bool) -> Report {
        let rows = report::rows(candidates, choice, &wish);
        let name = |place: Option<usize>| rows.get(place?).map(|row| row.name.clone());
        Report {
            format: FORMAT,
            tool: concat!("hymy ", env!("CARGO_PKG_VERSION")).to_owned(),
            optimised: !cfg!(debug_assertions),
            at: jiff::Timestamp::now(),
            command: std::env::args().collect::<Vec<_>>().join(" "),
            partial,
            machine: Machine::read(Path::new("/")),
            wish,
            repeats: self.repeats,
            taken: name(choice.taken),
            nearest: name(choice.nearest),
            rows,
        }
    }

    /// Beside the configuration on standard output, everything else goes to standard error.
    fn tell(&self, text: &str) {
        if self.out.is_some() { super::print(text) } else { eprintln!("{text}") }
    }

    fn hand_over(&self, text: &str) -> anyhow::Result<()> {
        let Some(path) = &self.out else {
            super::print(text.trim_end());
            return Ok(());
        };
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        // For its owner only: a configuration may hold the till's token.
        let file = std::fs::File::options().write(true).create_new(true).mode(0o600).open(path);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.with_context(|| format!("{}: cannot be written", path.display()))?;
        super::print(&format!("written: {0}\nto check it: hymy check-config {0}", path.display()));
        Ok(())
    }

    /// The configuration replaces no file, and the other output none that is read. Beside its origin, relative paths
    /// mean the same files.
    fn refuse_overwriting(&self) -> Result<(), WrongUsage> {
        let mut taken: Vec<&PathBuf> = self.clips.iter().chain(&self.config).collect();
        if let Some(out) = &self.out {
            let shown = out.display();
            if out.symlink_metadata().is_ok() {
                return Err(WrongUsage(format!("--out {shown}: is there already; name a file that is not")));
            }
            let folder = |file: &Path| {
                let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
                folder.unwrap_or(Path::new(".")).canonicalize().ok()
            };
            if let Some(config) = self.config.as_ref().filter(|config| folder(config) != folder(out)) {
                return Err(WrongUsage(format!(
                    "--out {shown}: lies in another folder than {}, whose relative paths would mean other files; name \
                     one beside it",
                    config.display()
                )));
            }
            taken.push(out);
        }
        let Some(json) = &self.json else { return Ok(()) };
        match taken.iter().find(|other| super::same_file(json, other)) {
            None => Ok(()),
            Some(other) => {
                let (json, other) = (json.display(), other.display());
                Err(WrongUsage(format!("--json {json} would overwrite {other}; name another file")))
            }
        }
    }
}

fn nothing_meets(report: &Report) -> anyhow::Error {
    let Wish { rate_hz, latency_ms, loss: _ } = report.wish;
    let nearest = report.nearest.as_ref().and_then(|name| report.rows.iter().find(|row| row.name == *name));
    let nearest = nearest.map_or_else(
        || "no candidate could be measured; the table says why of each".to_owned(),
        |row| format!("the nearest is {}: {}", row.name, row.why),
    );
    anyhow::anyhow!(
        "no candidate meets {rate_hz} frames a second with a p99 latency of at most {latency_ms} ms, and nothing was \
         written; {nearest}. Ask for a lower --rate or a longer --latency-ms, or try a box with more cores"
    )
}
