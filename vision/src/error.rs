//! What can go wrong in this crate, each with what to do about it. No variant ever holds pixels.

use std::path::PathBuf;

/// Errors of the vision crate; the texts are for the person who runs Hymy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VisionError {
    /// The model manifest is missing or malformed.
    #[error("{path}: {why}; restore the `models` folder from the release you installed")]
    Manifest {
        /// The manifest's path.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A model file is missing, of the wrong size, or its hash differs.
    #[error(
        "model `{name}` ({path}) {why}; it is not loaded. Restore the file from the release you installed, then run \
         `hymy models verify`"
    )]
    Model {
        /// The model's name in the manifest.
        name: String,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The onnxruntime library is missing or cannot be loaded.
    #[error(
        "onnxruntime could not be loaded from {path}: {why}. Run `make runtime`, or set HYMY_ONNXRUNTIME (or \
         `runtime.library` in the configuration) to a libonnxruntime.so of version 1.24 or newer"
    )]
    RuntimeLibrary {
        /// Where it was looked for.
        path: PathBuf,
        /// What the loader said.
        why: String,
    },
    /// The wanted execution provider is not in the loaded library.
    #[error(
        "execution provider `{wanted}` is not available in {library} (it has: {available}). Choose one of these as \
         `runtime.provider`; for a library that has `{wanted}`, {how_to_get}. Hymy never falls back silently"
    )]
    Provider {
        /// The provider that was asked for.
        wanted: String,
        /// The library in use.
        library: PathBuf,
        /// What the library has.
        available: String,
        /// Where a library comes from that has it.
        how_to_get: &'static str,
    },
    /// The provider computes in full only.
    #[error(
        "execution provider `{provider}` does not compute in `{wanted}`; only `openvino` does. Set `runtime.precision` \
         to \"full\", or `runtime.provider` to \"openvino\""
    )]
    Precision {
        /// The precision that was asked for.
        wanted: &'static str,
        /// The provider that was.
        provider: &'static str,
    },
    /// The provider is in the library, but cannot compute a model, or not all of it.
    #[error(
        "execution provider `{provider}` of {library} cannot compute model `{model}`: {why}. Its other libraries belong \
         beside that file. Otherwise set `runtime.provider` to \"cpu\"; Hymy never falls back silently"
    )]
    ProviderRefused {
        /// The model's name.
        model: &'static str,
        /// The provider's name.
        provider: &'static str,
        /// The library in use.
        library: PathBuf,
        /// What the runtime said.
        why: String,
    },
    /// The provider computes something else than the CPU provider does.
    #[error(
        "execution provider `{provider}` of {library} computes model `{model}` differently from the CPU provider, on \
         a made-up input: {off}. What it says of people would be wrong. Set `runtime.precision` to \"full\" where it is \
         another, or `runtime.provider` to \"cpu\", or name another library as `runtime.library`"
    )]
    Answers {
        /// The model's name.
        model: &'static str,
        /// The provider's name.
        provider: &'static str,
        /// The library in use.
        library: PathBuf,
        /// Each output that was off, by how much, and what is allowed.
        off: String,
    },
    /// Inference failed.
    #[error("model `{model}` failed: {why}")]
    Inference {
        /// The model's name.
        model: &'static str,
        /// What the runtime said.
        why: String,
    },
    /// The source cannot be opened or read.
    #[error("{locator}: {why}")]
    Source {
        /// Device, address, file or folder, without credentials.
        locator: String,
        /// What is wrong and what to do.
        why: String,
    },
    /// A file ended before the count of frames that its container states.
    #[error(
        "{locator}: the file ends after {read} of {stated} frames; it is truncated or damaged. What was read is kept"
    )]
    Truncated {
        /// The file.
        locator: String,
        /// Frames read.
        read: u64,
        /// Frames that the container states.
        stated: u64,
    },
    /// A step of image processing failed.
    #[error("image processing failed in {step}: {why}")]
    Image {
        /// Which step.
        step: &'static str,
        /// What the library said.
        why: String,
    },
}

impl VisionError {
    /// For `map_err` on OpenCV calls.
    pub(crate) fn image(step: &'static str) -> impl Fn(opencv::Error) -> Self {
        move |error| Self::Image { step, why: error.message }
    }

    /// For `map_err` on inference calls.
    pub(crate) fn inference(model: &'static str) -> impl Fn(ort::Error) -> Self {
        move |error| Self::Inference { model, why: error.to_string() }
    }
}
