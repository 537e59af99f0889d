//! What a bench asks of this crate beside a run: how a clip is coded, which library computes, and how long any ONNX
//! model takes. Durations and names only: no pixel, no tensor and no output of a model leaves it.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use opencv::videoio::{
    CAP_PROP_FOURCC, CAP_PROP_FPS, CAP_PROP_FRAME_HEIGHT, CAP_PROP_FRAME_WIDTH, VideoCaptureTraitConst,
};
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, PrimitiveTensorElementType, Tensor, TensorElementType, ValueType};

use crate::error::VisionError;
use crate::manifest::{VerifiedModel, sha256_hex};
use crate::runtime::{Precision, Provider, Runtime, RuntimeSettings};
use crate::source::{file, path_error};

pub use crate::pipeline::steps::{Stages, Step};

/// What inputs are filled from, so that two runs compute the same.
const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
/// The most elements that a made-up input may have: a quarter of a gigabyte of 32-bit numbers.
const MAX_ELEMENTS: usize = 64 << 20;

/// How a clip is coded.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipFormat {
    /// Four letters of the codec, such as `h264`; `None` where the container does not say.
    pub codec: Option<String>,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Frames a second, as the container states them.
    pub fps: Option<f64>,
}

impl ClipFormat {
    /// Reads a clip's header.
    ///
    /// # Errors
    /// [`VisionError::Source`] when it cannot be opened.
    pub fn of(clip: &Path) -> Result<Self, VisionError> {
        let capture = file::open_capture(clip)?;
        let property = |id| capture.get(id).ok().filter(|value: &f64| value.is_finite() && *value > 0.0);
        let letters = |code: f64| {
            let text: String = (code as u32).to_le_bytes().iter().map(|byte| char::from(*byte)).collect();
            let text = text.trim().to_owned();
            (!text.is_empty() && text.chars().all(|letter| letter.is_ascii_graphic())).then_some(text)
        };
        Ok(Self {
            codec: property(CAP_PROP_FOURCC).and_then(letters),
            width_px: property(CAP_PROP_FRAME_WIDTH).map_or(0, |width| width as u32),
            height_px: property(CAP_PROP_FRAME_HEIGHT).map_or(0, |height| height as u32),
            fps: property(CAP_PROP_FPS),
        })
    }
}

/// The providers that a library has, the CPU provider first. `models` is the folder beside which it is looked for.
///
/// # Errors
/// [`VisionError::RuntimeLibrary`].
pub fn providers(settings: &RuntimeSettings, models: &Path) -> Result<Vec<Provider>, VisionError> {
    let (provider, precision) = (Provider::Cpu, Precision::Full);
    Runtime::load(&RuntimeSettings { provider, precision, ..settings.clone() }, models)?;
    Ok(Provider::ALL.into_iter().filter(|provider| provider.is_available()).collect())
}

/// The version of an onnxruntime that this process has loaded, as the library says it; `None` of one that it has not.
#[must_use]
pub fn library_version(library: &Path) -> Option<String> {
    let name = CString::new(library.as_os_str().as_encoded_bytes()).ok()?;
    // SAFETY: the name ends with a zero byte. With RTLD_NOLOAD nothing is loaded and no code of the library runs.
    let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOLOAD | libc::RTLD_NOW) };
    if handle.is_null() {
        return None;
    }
    // SAFETY: the handle is of a loaded library, and the symbol's name ends with a zero byte.
    let symbol = unsafe { libc::dlsym(handle, c"OrtGetApiBase".as_ptr()) };
    if symbol.is_null() {
        return None;
    }
    // SAFETY: onnxruntime's header declares OrtGetApiBase with this signature, in every version. The library stays
    // loaded for as long as the process lives, so that the table and the text do too; the text ends with a zero byte.
    let version = unsafe {
        let base: unsafe extern "C" fn() -> *const ort::sys::OrtApiBase = std::mem::transmute(symbol);
        let base = base().as_ref()?;
        CStr::from_ptr((base.GetVersionString)())
    };
    version.to_str().ok().map(str::to_owned)
}

/// An input of a model, as it was filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInput {
    /// Its name.
    pub name: String,
    /// Its elements' type.
    pub element: String,
    /// Its shape.
    pub shape: Vec<usize>,
}

/// Any ONNX model with made-up inputs.
pub struct BenchedModel {
    path: std::path::PathBuf,
    session: Session,
    values: Vec<(String, DynValue)>,
    inputs: Vec<ModelInput>,
    sha256: String,
    runtime: Arc<Runtime>,
}

impl BenchedModel {
    /// Loads a model and fills its inputs with random numbers (0 to 1, or 0 to 255 for bytes). Dimensions that it leaves
    /// open are those of `shapes`, by the input's name. `models` is the folder beside which the library is looked for.
    ///
    /// # Errors
    /// [`VisionError::Source`] when the file cannot be loaded or its inputs cannot be made up,
    /// [`VisionError::RuntimeLibrary`] or [`VisionError::Provider`].
    pub fn load(
        path: &Path,
        shapes: &BTreeMap<String, Vec<usize>>,
        settings: &RuntimeSettings,
        models: &Path,
    ) -> Result<Self, VisionError> {
        let bytes = std::fs::read(path).map_err(|error| path_error(path, format!("cannot be read: {error}")))?;
        let runtime = Runtime::load(settings, models)?;
        let sha256 = sha256_hex(&bytes);
        let model = VerifiedModel { sha256: sha256.clone(), bytes, session: BTreeMap::new() };
        let session = runtime.session("benched", &model).map_err(|error| match error {
            VisionError::Inference { why, .. } => path_error(path, why),
            other => other,
        })?;
        let (mut inputs, mut values) = (Vec::new(), Vec::new());
        for outlet in session.inputs() {
            let (input, value) = made_up(outlet.name(), outlet.dtype(), shapes.get(outlet.name()))
                .map_err(|why| path_error(path, why))?;
            values.push((input.name.clone(), value));
            inputs.push(input);
        }
        if let Some(unknown) = shapes.keys().find(|name| inputs.iter().all(|input| input.name != **name)) {
            let known: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
            return Err(path_error(path, format!("has no input `{unknown}`; its inputs are: {}", known.join(", "))));
        }
        Ok(Self { path: path.to_owned(), session, values, inputs, sha256, runtime })
    }

    /// The inputs, as they were filled.
    #[must_use]
    pub fn inputs(&self) -> &[ModelInput] {
        &self.inputs
    }

    /// The SHA-256 of the file, lower-case hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The loaded library.
    #[must_use]
    pub fn library(&self) -> &Path {
        self.runtime.library()
    }

    /// The provider that computes it.
    #[must_use]
    pub fn provider(&self) -> &'static str {
        self.runtime.provider().name()
    }

    /// One run, and how long it took; what the model says is thrown away.
    ///
    /// # Errors
    /// [`VisionError::Source`], naming the file, when the model fails.
    pub fn run(&mut self) -> Result<Duration, VisionError> {
        let inputs: Vec<(&str, SessionInputValue<'_>)> =
            self.values.iter().map(|(name, value)| (name.as_str(), SessionInputValue::from(value))).collect();
        let begun = Instant::now();
        let outputs = self.session.run(inputs);
        let spent = begun.elapsed();
        outputs.map(|_| spent).map_err(|error| path_error(&self.path, format!("failed: {error}")))
    }
}

fn made_up(name: &str, kind: &ValueType, given: Option<&Vec<usize>>) -> Result<(ModelInput, DynValue), String> {
    let ValueType::Tensor { ty, shape, .. } = kind else {
        return Err(format!("its input `{name}` is no tensor ({kind}); only tensors can be made up"));
    };
    let declared: Vec<i64> = shape.iter().copied().collect();
    let shape = whole_shape(name, &declared, given)?;
    let value = match ty {
        TensorElementType::Float32 => tensor(&shape, |random| unit(random) as f32),
        TensorElementType::Float64 => tensor(&shape, unit),
        TensorElementType::Uint8 => tensor(&shape, |random| (random >> 56) as u8),
        TensorElementType::Int8 => tensor(&shape, |random| (random >> 56) as i8),
        TensorElementType::Int32 => tensor(&shape, |random| (random >> 63) as i32),
        TensorElementType::Int64 => tensor(&shape, |random| (random >> 63) as i64),
        TensorElementType::Bool => tensor(&shape, |random| random >> 63 == 1),
        other => return Err(format!("its input `{name}` is of {other}, which cannot be made up here")),
    };
    let value = value.map_err(|error| format!("its input `{name}` cannot be made: {error}"))?;
    Ok((ModelInput { name: name.to_owned(), element: ty.to_string(), shape }, value))
}

/// The declared shape with its open dimensions (below zero) as given.
fn whole_shape(name: &str, declared: &[i64], given: Option<&Vec<usize>>) -> Result<Vec<usize>, String> {
    let open = declared.iter().any(|side| *side < 0);
    let text = declared.iter().map(|side| if *side < 0 { "?".to_owned() } else { side.to_string() });
    let text = text.collect::<Vec<_>>().join("x");
    let shape = match given {
        Some(given) => {
            let fits = given.len() == declared.len()
                && given.iter().zip(declared).all(|(given, side)| *side < 0 || usize::try_from(*side) == Ok(*given));
            if !fits {
                return Err(format!("its input `{name}` is declared as {text}, which the given shape does not fit"));
            }
            given.clone()
        }
        None if open => {
            return Err(format!(
                "its input `{name}` is declared as {text}; say the open sides, as in --shape {name}={}",
                text.replace('?', "1")
            ));
        }
        None => declared.iter().map(|side| usize::try_from(*side).unwrap_or(0)).collect(),
    };
    let elements = shape.iter().try_fold(1usize, |product, side| product.checked_mul(*side));
    match elements {
        Some(elements) if (1..=MAX_ELEMENTS).contains(&elements) => Ok(shape),
        _ => Err(format!("its input `{name}` would have no element, or more than {MAX_ELEMENTS}; give another shape")),
    }
}

fn tensor<T: PrimitiveTensorElementType + std::fmt::Debug + Clone + 'static>(
    shape: &[usize],
    of: impl Fn(u64) -> T,
) -> ort::Result<DynValue> {
    let mut state = SEED;
    let mut next = || {
        // xorshift64* (Vigna 2016).
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        of(state.wrapping_mul(0x2545_F491_4F6C_DD1D))
    };
    let values: Vec<T> = (0..shape.iter().product::<usize>()).map(|_| next()).collect();
    Ok(Tensor::from_array((shape.to_vec(), values))?.into_dyn())
}

/// 0 to 1, evenly.
fn unit(random: u64) -> f64 {
    (random >> 11) as f64 / (1u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_sides_are_those_that_were_given_and_no_others() {
        let shape = |declared: &[i64], given: Option<Vec<usize>>| whole_shape("image", declared, given.as_ref());
        assert_eq!(shape(&[1, 3, 192, 192], None), Ok(vec![1, 3, 192, 192]));
        assert_eq!(shape(&[-1, 3], Some(vec![4, 3])), Ok(vec![4, 3]));
        let why = shape(&[-1, 3], None).unwrap_err();
        assert!(why.contains("?x3") && why.contains("--shape image=1x3"), "{why}");
        assert!(shape(&[-1, 3], Some(vec![4, 5])).is_err(), "a fixed side is not changed");
        assert!(shape(&[-1, 3], Some(vec![4])).is_err());
        assert!(shape(&[-1], Some(vec![usize::MAX])).is_err());
        assert!(shape(&[0], None).is_err());
    }

    #[test]
    fn a_clip_that_is_none_is_refused_by_name() {
        let error = ClipFormat::of(Path::new("no-such.mkv")).unwrap_err().to_string();
        assert!(error.contains("no-such.mkv"), "{error}");
    }
}
