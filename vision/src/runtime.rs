//! onnxruntime: one library, one environment, one thread pool for every session of the process.
//!
//! The library is found without an environment variable: `runtime/` beside the models, where the set-up
//! puts it. A requested execution provider that the library lacks is an error, a provider that cannot take a whole
//! model is one too, and so is one that does not compute what the CPU provider does: nothing falls back silently.

mod check;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use ort::environment::{Environment, GlobalThreadPoolOptions};
use ort::ep::{self, ArbitrarilyConfigurableExecutionProvider, ExecutionProvider, ExecutionProviderDispatch};
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;

use crate::error::VisionError;
use crate::manifest::VerifiedModel;
use crate::operators;

/// The environment variable that overrides where the library is.
pub const LIBRARY_VARIABLE: &str = "HYMY_ONNXRUNTIME";
/// The library's name inside the `runtime` folder.
const LIBRARY_FILE: &str = "libonnxruntime.so";

/// What OpenVINO is told to compute in bfloat16.
const BF16: &str = r#"{"CPU": {"INFERENCE_PRECISION_HINT": "bf16"}}"#;

/// What computes a model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Provider {
    /// onnxruntime's own kernels.
    #[default]
    Cpu,
    /// Intel OpenVINO.
    OpenVino,
    /// NVIDIA CUDA.
    Cuda,
    /// NVIDIA TensorRT.
    TensorRt,
    /// XNNPACK.
    Xnnpack,
    /// Apple CoreML.
    CoreMl,
}

impl Provider {
    /// Every provider that can be asked for.
    pub const ALL: [Self; 6] = [Self::Cpu, Self::OpenVino, Self::Cuda, Self::TensorRt, Self::Xnnpack, Self::CoreMl];

    /// The name used in configurations.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::OpenVino => "openvino",
            Self::Cuda => "cuda",
            Self::TensorRt => "tensorrt",
            Self::Xnnpack => "xnnpack",
            Self::CoreMl => "coreml",
        }
    }

    pub(crate) fn is_available(self) -> bool {
        match self {
            Self::Cpu => Ok(true),
            Self::OpenVino => ep::OpenVINO::is_available(),
            Self::Cuda => ep::CUDA::is_available(),
            Self::TensorRt => ep::TensorRT::is_available(),
            Self::Xnnpack => ep::XNNPACK::is_available(),
            Self::CoreMl => ep::CoreML::is_available(),
        }
        .unwrap_or(false)
    }

    /// Where a library comes from that has this provider.
    fn how_to_get(self) -> &'static str {
        match self {
            Self::Cpu => "run `make runtime`",
            Self::OpenVino => "run `make openvino`, which says what to set",
            Self::Cuda | Self::TensorRt => {
                "name the library of onnxruntime's package for graphics processors as `runtime.library`"
            }
            Self::Xnnpack | Self::CoreMl => "build onnxruntime with it and name that library as `runtime.library`",
        }
    }

    fn dispatch(self, threads: usize, precision: Precision) -> Option<ExecutionProviderDispatch> {
        match self {
            Self::Cpu => None,
            // Named, because the defaults are eight threads and whatever precision the processor is fastest with.
            Self::OpenVino => {
                let named = ep::OpenVINO::default().with_device_type("CPU").with_num_threads(threads);
                Some(match precision {
                    Precision::Full => named.with_precision("FP32").build(),
                    // The provider's own option knows float32 only on a processor; this one goes to OpenVINO as it is.
                    Precision::Bf16 => named.with_arbitrary_config("load_config", BF16).build(),
                })
            }
            Self::Cuda => Some(ep::CUDA::default().build()),
            Self::TensorRt => Some(ep::TensorRT::default().build()),
            Self::Xnnpack => Some(ep::XNNPACK::default().build()),
            Self::CoreMl => Some(ep::CoreML::default().build()),
        }
        .map(ExecutionProviderDispatch::error_on_failure)
    }
}

/// With how many digits models are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// As the models are: float32, and 8-bit integers where a model has them.
    #[default]
    Full,
    /// float32 rounded to bfloat16, which some processors multiply in half the time. OpenVINO only.
    Bf16,
}

impl Precision {
    /// Every precision that can be asked for.
    pub const ALL: [Self; 2] = [Self::Full, Self::Bf16];

    /// The name used in configurations.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Bf16 => "bf16",
        }
    }

    /// Whether a provider can be asked for it.
    #[must_use]
    pub fn is_of(self, provider: Provider) -> bool {
        self == Self::Full || provider == Provider::OpenVino
    }
}

/// Where the library is and how it computes.
#[derive(Clone, Debug, PartialEq)]
pub struct RuntimeSettings {
    /// The library; `None` looks at [`LIBRARY_VARIABLE`], then in the `runtime` folder.
    pub library: Option<PathBuf>,
    /// The execution provider of every session.
    pub provider: Provider,
    /// With how many digits it computes; other than in full with OpenVINO only.
    pub precision: Precision,
    /// Threads of the shared pool, the calling thread included.
    pub threads: usize,
}

impl Default for RuntimeSettings {
    fn default() -> Self {
        Self { library: None, provider: Provider::Cpu, precision: Precision::Full, threads: 1 }
    }
}

/// The loaded library with its thread pool. One per process.
pub(crate) struct Runtime {
    environment: Environment,
    library: PathBuf,
    provider: Provider,
    precision: Precision,
    threads: usize,
}

/// What the process has loaded; onnxruntime allows one environment per process.
static LOADED: Mutex<Option<(PathBuf, usize, Environment)>> = Mutex::new(None);

/// A session that one pipeline at a time runs.
pub(crate) type SharedSession = Arc<Mutex<Session>>;

/// A session that somebody has, or had.
struct Loaded {
    name: &'static str,
    sha256: String,
    provider: Provider,
    precision: Precision,
    session: Weak<Mutex<Session>>,
}

static SESSIONS: Mutex<Vec<Loaded>> = Mutex::new(Vec::new());

impl Runtime {
    /// Loads the library, or takes the one that this process has loaded.
    pub(crate) fn load(settings: &RuntimeSettings, models: &Path) -> Result<Arc<Self>, VisionError> {
        let library = library_path(settings, models);
        let refuse = |why: String| VisionError::RuntimeLibrary { path: library.clone(), why };
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let environment = match &*loaded {
            Some((path, threads, environment)) if *path == library && *threads == settings.threads => {
                environment.clone()
            }
            Some((path, threads, _)) => {
                return Err(refuse(format!("this process already uses {} with {threads} threads", path.display())));
            }
            None => {
                if !library.is_file() {
                    return Err(refuse("there is no such file".to_owned()));
                }
                let environment = start(&library, settings.threads).map_err(refuse)?;
                *loaded = Some((library.clone(), settings.threads, environment.clone()));
                environment
            }
        };
        drop(loaded);
        if !settings.provider.is_available() {
            let available: Vec<_> =
                Provider::ALL.into_iter().filter(|p| p.is_available()).map(Provider::name).collect();
            return Err(VisionError::Provider {
                wanted: settings.provider.name().to_owned(),
                library,
                available: available.join(", "),
                how_to_get: settings.provider.how_to_get(),
            });
        }
        if !settings.precision.is_of(settings.provider) {
            return Err(VisionError::Precision {
                wanted: settings.precision.name(),
                provider: settings.provider.name(),
            });
        }
        tracing::debug!(library = %library.display(), provider = settings.provider.name(), threads = settings.threads, "runtime_loaded");
        let RuntimeSettings { library: _, provider, precision, threads } = settings.clone();
        Ok(Arc::new(Self { environment, library, provider, precision, threads }))
    }

    pub(crate) fn library(&self) -> &Path {
        &self.library
    }

    /// The provider that computes every session: sessions that it cannot take whole are refused.
    pub(crate) fn provider(&self) -> Provider {
        self.provider
    }

    /// A session of verified model bytes.
    pub(crate) fn session(&self, name: &'static str, model: &VerifiedModel) -> Result<Session, VisionError> {
        self.build(self.provider, model).map_err(|why| match self.provider {
            Provider::Cpu => VisionError::Inference { model: name, why: format!("could not be loaded: {why}") },
            provider => VisionError::ProviderRefused {
                model: name,
                provider: provider.name(),
                library: self.library.clone(),
                why,
            },
        })
    }

    /// The one session of a model that this process has, whoever asks: several cameras compute with the same weights, one
    /// after the other. On another provider than the CPU's it was found to answer as that one does, within the tolerances
    /// of `runtime/check.rs`. It is unloaded with the last that uses it.
    pub(crate) fn shared_session(
        &self,
        name: &'static str,
        model: &VerifiedModel,
    ) -> Result<SharedSession, VisionError> {
        let mut sessions = SESSIONS.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|loaded| loaded.session.strong_count() > 0);
        let wanted = |loaded: &&Loaded| {
            loaded.name == name
                && loaded.sha256 == model.sha256
                && (loaded.provider, loaded.precision) == (self.provider, self.precision)
        };
        if let Some(session) = sessions.iter().find(wanted).and_then(|loaded| loaded.session.upgrade()) {
            return Ok(session);
        }
        let mut session = self.session(name, model)?;
        if self.provider != Provider::Cpu {
            check::check(self, name, model, &mut session)?;
        }
        let session = Arc::new(Mutex::new(session));
        let loaded = Arc::downgrade(&session);
        let (sha256, provider, precision) = (model.sha256.clone(), self.provider, self.precision);
        sessions.push(Loaded { name, sha256, provider, precision, session: loaded });
        Ok(session)
    }

    fn build(&self, provider: Provider, model: &VerifiedModel) -> Result<Session, String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let mut builder = Session::builder(&self.environment)
            .map_err(|e| text(&e))?
            .with_optimization_level(GraphOptimizationLevel::All)
            .map_err(|e| text(&e))?
            // Otherwise each session keeps a block for its largest run, and an arena that doubles when it grows: 12 MiB over
            // all models, and no time is gained.
            .with_memory_pattern(false)
            .map_err(|e| text(&e))?;
        for (key, value) in &model.session {
            builder = builder.with_config_entry(key, value).map_err(|e| text(&e))?;
        }
        match provider.dispatch(self.threads, self.precision) {
            None => {
                builder = builder
                    .with_execution_providers([ep::CPU::default().with_arena_allocator(false).build()])
                    .map_err(|e| text(&e))?
                    .with_operators(operators::domain().map_err(|e| text(&e))?)
                    .map_err(|e| text(&e))?
            }
            Some(dispatch) => {
                builder = builder
                    .with_no_environment_execution_providers()
                    .map_err(|e| text(&e))?
                    .with_disable_cpu_fallback()
                    .map_err(|e| text(&e))?
                    .with_execution_providers([dispatch])
                    .map_err(|e| text(&e))?;
            }
        }
        builder.commit_from_memory(&model.bytes).map_err(|e| text(&e))
    }
}

fn start(library: &Path, threads: usize) -> Result<Environment, String> {
    let builder = ort::init_from(library).map_err(|error| error.to_string())?;
    let pool = GlobalThreadPoolOptions::default()
        .with_intra_threads(threads)
        .and_then(|pool| pool.with_inter_threads(1))
        .and_then(|pool| pool.with_spin_control(false))
        .map_err(|error| error.to_string())?;
    builder.with_name("hymy").with_telemetry(false).with_global_thread_pool(pool).build().map_err(|e| e.to_string())
}

fn library_path(settings: &RuntimeSettings, models: &Path) -> PathBuf {
    if let Some(path) = std::env::var_os(LIBRARY_VARIABLE).filter(|value| !value.is_empty()) {
        return PathBuf::from(path);
    }
    settings.library.clone().unwrap_or_else(|| {
        models
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."))
            .join("runtime")
            .join(LIBRARY_FILE)
    })
}
