//! The kiosk's configuration: a TOML file, checked whole and resolved once into typed values.
//!
//! Nothing after [`Config::load`] reads the file or meets a value out of range. Relative paths mean
//! the folder of the configuration file. The token never appears in a message or in `Debug`.

mod api;
mod document;
mod error;
mod mqtt;
mod pages;
mod privacy;
mod set_up;
mod shapes;
mod store;
mod till;
mod till_source;
mod tls;
mod values;
mod whole;

use std::path::{Path, PathBuf};

use hymy_vision::{Orientation, Polygon, Rotate, Zones};

pub use api::{ApiToken, Purpose};
pub use document::Declared;
pub use error::{ConfigError, Fault};
pub use mqtt::MqttConfig;
pub use pages::PagesConfig;
pub use privacy::{NotATrainer, SharingConfig};
pub use set_up::{NotSaved, Places, SETUP_FILE, SetUp, save_regions, save_zones};
pub use store::KeyKept;
pub use till::{TillConfig, Token};
pub use tls::{GivenFiles, TlsConfig};
pub use whole::write_whole;

use hymy_vision::runtime::{Precision, Provider};

use crate::consent::Language;
use crate::decide::{Directions, NeutralBaseline, Region};
use crate::terms::Terms;
use crate::till::Source;
use document::{Document, Section};

/// Everything the configuration file says, resolved.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file it came from.
    pub file: PathBuf,
    /// `[kiosk]`.
    pub kiosk: KioskConfig,
    /// `[camera]`.
    pub camera: CameraConfig,
    /// `[zones]` but for the till zone.
    pub zones: Zones,
    /// `[zones] till`: where the till stands.
    pub till_zone: Option<Polygon>,
    /// `[target]`, `[queue_direction]` and `[[work_direction]]`: where customers, the queue and work are.
    pub directions: Directions,
    /// What of zones and directions the configuration itself says.
    pub configured: Places,
    /// What pages set: it went first.
    pub set_up: Option<SetUp>,
    /// `[models] dir`: the folder of the ONNX files; `None` means where the program finds them itself.
    pub models_dir: Option<PathBuf>,
    /// `[runtime]`.
    pub runtime: RuntimeConfig,
    /// `[vision]`.
    pub vision: VisionConfig,
    /// `[till]`.
    pub till: TillConfig,
    /// `[[till_source]]`: ways by which a till's lines come.
    pub till_sources: Vec<Source>,
    /// `[pages]`.
    pub pages: PagesConfig,
    /// `[tls]`: how other machines reach the kiosk; `None` where none does.
    pub tls: Option<TlsConfig>,
    /// `[[api_token]]`: machines that may read.
    pub api_tokens: Vec<ApiToken>,
    /// `[mqtt]`, where there is a broker.
    pub mqtt: Option<MqttConfig>,
    /// `[store]`: where the key of the database is kept.
    pub key: KeyKept,
    /// `[signals] choices`: the signals that are on; every other one is `signal_off`.
    pub signals: Vec<&'static str>,
    /// `[consent] language`: of the text that is agreed to.
    pub language: Language,
    /// `[consent] agreement`, `[retention]` and `[release]`: what people agree under.
    pub terms: Terms,
    /// `[sharing]`.
    pub sharing: SharingConfig,
    /// `[telemetry]`.
    pub telemetry: TelemetryConfig,
}

/// Turns of the camera's picture, in clockwise degrees; the first is the default.
const TURNS: [(u64, Rotate); 4] =
    [(0, Rotate::None), (90, Rotate::Clockwise90), (180, Rotate::Half), (270, Rotate::Clockwise270)];

/// `[kiosk]`: this machine.
#[derive(Clone, Debug)]
pub struct KioskConfig {
    /// Folder of the database, its lock and its socket.
    pub data_dir: PathBuf,
    /// The register this kiosk watches, as the till names it.
    pub register: String,
    /// A shift in which nothing happens for so long ends.
    pub idle_minutes: u32,
}

/// `[camera]`: where frames come from.
#[derive(Clone, Debug)]
pub struct CameraConfig {
    /// A V4L2 device, an RTSP or HTTP URL, or a video file; `None` when the file names none.
    pub source: Option<String>,
    /// How long opening may take.
    pub open_timeout_ms: u32,
    /// How long one frame may take.
    pub read_timeout_ms: u32,
    /// How its picture lies; zones are those of the upright picture.
    pub orientation: Orientation,
}

/// `[runtime]`: ONNX Runtime.
#[derive(Clone, Debug)]
pub struct RuntimeConfig {
    /// The dynamic library; `None` means where the set-up put it.
    pub library: Option<PathBuf>,
    /// The execution provider; a missing one is an error, never a silent fall-back.
    pub provider: Provider,
    /// With how many digits it computes.
    pub precision: Precision,
    /// Threads of the one shared pool.
    pub threads: u8,
}

/// `[vision]`: how often each part looks.
#[derive(Clone, Copy, Debug)]
pub struct VisionConfig {
    /// Runs of the object model a second.
    pub objects_hz: f32,
    /// How often faces are counted while one is followed, a second.
    pub faces_hz: f32,
}

/// `[telemetry]`: what is logged, and where besides standard error.
#[derive(Clone, Debug)]
pub struct TelemetryConfig {
    /// A filter as `tracing` reads it, such as `info` or `hymy=debug`.
    pub log: String,
    /// A file to append to.
    pub log_file: Option<PathBuf>,
}

/// Every signal that can be switched on; `observed` is always on.
pub const SIGNALS: &[&str] = &[
    "greet_delay",
    "smile",
    "gaze",
    "longest_look",
    "longest_look_away",
    "nods",
    "phone_in_hand",
    "upright",
    "leaning",
    "queue_look",
];

/// An RTSP camera that is asleep has been seen to need about this long.
const OPEN_TIMEOUT_MS: u64 = 5_000;
/// A read cannot be interrupted: over this, closing the camera may take longer than a second.
const READ_TIMEOUT_MS: u64 = 900;
/// Longer than a meal break's queue-less half hour would leave the camera open before an empty counter.
const IDLE_MINUTES: u64 = 30;
/// Presence needs 3 s of standing, so three looks a second are plenty.
const OBJECTS_HZ: f64 = 3.0;
/// A second face is noticed within a quarter of a second. (The followed face is read in every frame.)
const FACES_HZ: f64 = 4.0;

impl Config {
    /// Reads and checks a file, and what pages of set-up left in its data folder.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`], or [`ConfigError::Faulty`] with every fault of the file, or of [`SETUP_FILE`].
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(file)
            .map_err(|source| ConfigError::Unreadable { file: file.to_path_buf(), source })?;
        let mut config = Self::parse(file, &text)?;
        config.set_up = SetUp::read(&config.kiosk.data_dir)?;
        if let Some(set_up) = &config.set_up {
            let places = set_up.over(&config.configured);
            config.put(places);
        }
        Ok(config)
    }

    fn put(&mut self, places: Places) {
        let Places { zones, till_zone, target, queue, work } = places;
        (self.zones, self.till_zone) = (zones, till_zone);
        self.directions = Directions { target, work, queue, neutral: NeutralBaseline::Population };
    }

    /// Zones and directions as they hold.
    #[must_use]
    pub fn places(&self) -> Places {
        let Directions { target, work, queue, neutral: _ } = self.directions.clone();
        Places { zones: self.zones.clone(), till_zone: self.till_zone.clone(), target, queue, work }
    }

    /// Checks a file's text; `file` is named in errors, and its folder is where relative paths start.
    ///
    /// # Errors
    /// [`ConfigError::Faulty`] with every fault of the text.
    pub fn parse(file: &Path, text: &str) -> Result<Self, ConfigError> {
        let (config, faults, _) = resolve(file, text);
        match config {
            Some(config) if faults.is_empty() => Ok(config),
            _ => Err(ConfigError::Faulty { file: file.to_path_buf(), faults }),
        }
    }

    /// Every key there is.
    #[must_use]
    pub fn declared() -> Vec<Declared> {
        resolve(Path::new("."), "").2
    }
}

/// Reads every section; `None` only where a fault says what is missing.
fn resolve(file: &Path, text: &str) -> (Option<Config>, Vec<Fault>, Vec<Declared>) {
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut document = Document::parse(text, folder);
    let kiosk = document.section("kiosk", kiosk);
    let camera = document.section("camera", |section| camera(section, folder));
    let places = set_up::places(&mut document);
    let models_dir = document.section("models", |section| section.path("dir", "a folder"));
    let runtime = document.section("runtime", runtime);
    let vision = document.section("vision", |section| VisionConfig {
        objects_hz: section.float("objects_hz", 0.5..=30.0, OBJECTS_HZ) as f32,
        faces_hz: section.float("faces_hz", 0.5..=30.0, FACES_HZ) as f32,
    });
    let has_tls = document.has("tls");
    let till = document.section("till", |section| till::read(section, has_tls));
    let mut sources = Vec::new();
    let till_sources = document.sections("till_source", |section| till_source::read(section, &mut sources));
    let pages = document.section("pages", |section| pages::read(section, has_tls));
    let tls = document.section("tls", tls::read);
    let mut known = Vec::new();
    let till_token = till.as_ref().and_then(|till| till.token.clone());
    document.sections("api_token", |section| api::read(section, till_token.as_ref(), &mut known));
    let mqtt = document.section("mqtt", mqtt::read);
    let data_dir = kiosk.as_ref().map_or(Path::new(""), |kiosk| &kiosk.data_dir);
    let key = document.section("store", |section| store::read(section, data_dir));
    let signals = document.section("signals", |section| section.names("choices", SIGNALS));
    let (agreement, language) = document.section("consent", |section| {
        let agreement = section.text("agreement", "the reference of the employer's agreement with its staff", named);
        (agreement, section.choice("language", &Language::CHOICES, Language::default()))
    });
    let (records_days, summaries_months) = document.section("retention", privacy::retention);
    let release = document.section("release", privacy::release);
    let sharing = document.section("sharing", privacy::sharing);
    let telemetry = document.section("telemetry", telemetry);
    let (faults, declared) = document.finish();
    let config = match (kiosk, till, key, places, whole(till_sources)) {
        (Some(kiosk), Some(till), Some(key), Some(places), Some(till_sources)) => {
            let mut config = Config {
                file: file.to_path_buf(),
                key,
                kiosk,
                camera,
                zones: Zones::default(),
                till_zone: None,
                directions: Directions::default(),
                configured: places.clone(),
                set_up: None,
                models_dir,
                runtime,
                vision,
                till,
                till_sources,
                pages,
                tls,
                api_tokens: known,
                mqtt,
                signals,
                language,
                terms: Terms { agreement, records_days, summaries_months, release },
                sharing,
                telemetry,
            };
            config.put(places);
            Some(config)
        }
        _ => None,
    };
    (config, faults, declared)
}

/// All members of a list, where each could be read.
fn whole<T>(members: Vec<Option<T>>) -> Option<Vec<T>> {
    members.into_iter().collect()
}

fn kiosk(section: &mut Section<'_, '_>) -> Option<KioskConfig> {
    let data_dir = section.path("data_dir", "a folder");
    let data_dir = section.require("data_dir", data_dir, "a folder");
    let register = section.text("register", "the till's name for this register, default \"1\"", named);
    let idle_minutes = section.int("idle_minutes", 1..=240, IDLE_MINUTES) as u32;
    Some(KioskConfig { data_dir: data_dir?, register: register.unwrap_or_else(|| "1".into()), idle_minutes })
}

fn camera(section: &mut Section<'_, '_>, folder: &Path) -> CameraConfig {
    let allowed = "a device such as /dev/video0, an rtsp, rtsps, http or https URL, or a video file";
    CameraConfig {
        source: section.text("source", allowed, |text| source(text, folder)),
        open_timeout_ms: section.int("open_timeout_ms", 100..=60_000, OPEN_TIMEOUT_MS) as u32,
        read_timeout_ms: section.int("read_timeout_ms", 100..=60_000, READ_TIMEOUT_MS) as u32,
        orientation: Orientation {
            rotate: section.numbered("rotate", &TURNS, Rotate::None),
            mirrored: section.flag("mirrored", false),
        },
    }
}

fn runtime(section: &mut Section<'_, '_>) -> RuntimeConfig {
    let library = section.path("library", "the path of the onnxruntime library");
    let provider = section.choice("provider", &Provider::ALL.map(|one| (one.name(), one)), Provider::default());
    let precision = section.choice("precision", &Precision::ALL.map(|one| (one.name(), one)), Precision::default());
    if !precision.is_of(provider) {
        let found = format!("is \"{}\", with the provider \"{}\"", precision.name(), provider.name());
        section.fail("precision", found, "\"full\", or the provider \"openvino\"");
    }
    RuntimeConfig { library, provider, precision, threads: section.int("threads", 1..=64, 1) as u8 }
}

/// Keeps URLs, whose schemes are few, and makes a path relative to the configuration file's folder.
fn source(text: &str, folder: &Path) -> Result<String, String> {
    match text.split_once("://") {
        Some(("rtsp" | "rtsps" | "http" | "https", _)) => Ok(text.to_owned()),
        // A URL may carry a password: only its scheme is repeated.
        Some((scheme, _)) => Err(format!("has the scheme \"{scheme}\"")),
        None if text.trim().is_empty() => Err("is empty".into()),
        None => Ok(folder.join(text).to_string_lossy().into_owned()),
    }
}

/// A whole region.
fn region(section: &mut Section<'_, '_>) -> Option<Region> {
    let [yaw_deg, pitch_deg] = bounds(section);
    section.require("yaw_deg", yaw_deg, "[low, high] in degrees");
    section.require("pitch_deg", pitch_deg, "[low, high] in degrees");
    Region::new(yaw_deg?, pitch_deg?).ok()
}

/// The two keys of a region, in the limits of [`Region::new`].
fn bounds(section: &mut Section<'_, '_>) -> [Option<(f32, f32)>; 2] {
    [section.degrees("yaw_deg", -180.0..=180.0), section.degrees("pitch_deg", -90.0..=90.0)]
}

fn telemetry(section: &mut Section<'_, '_>) -> TelemetryConfig {
    let allowed = "error, warn, info, debug or trace, or a filter such as \"info,hymy::till=debug\"";
    let log = section.text("log", allowed, |text| {
        text.parse::<tracing_subscriber::filter::Targets>()
            .map(|_| text.to_owned())
            .map_err(|error| format!("is \"{text}\" ({error})"))
    });
    let log_file = section.path("log_file", "a file to append to");
    TelemetryConfig { log: log.unwrap_or_else(|| "info".into()), log_file }
}

/// A name of 1 to 64 printable characters.
///
/// # Errors
/// What is wrong with it.
pub fn named(text: &str) -> Result<String, String> {
    let count = text.chars().count();
    if text.trim().is_empty() {
        return Err("is blank; 1 to 64 printable characters are allowed".to_owned());
    }
    if !(1..=64).contains(&count) || text.chars().any(char::is_control) {
        return Err(format!("has {count} characters or unprintable ones; 1 to 64 printable ones are allowed"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
