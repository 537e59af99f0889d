//! Logging: to standard error and, if configured, to a file, filtered by the configuration or `HYMY_LOG`.
//!
//! Events are named in the past tense and carry fields with units. No figure about a person is ever
//! logged at INFO or above, and no name, picture, token or key at any level.

use std::fs::OpenOptions;
use std::io::IsTerminal;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::config::TelemetryConfig;

/// Overrides `[telemetry] log`.
pub const LOG_VARIABLE: &str = "HYMY_LOG";

/// Why logging could not begin.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter makes no sense.
    #[error("{LOG_VARIABLE} is no filter: {0}; try info, or info,hymy::till=debug")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The log file could not be opened.
    #[error("{}: the log file cannot be opened: {source}; check [telemetry] log_file", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Begins logging; later calls change nothing.
///
/// # Errors
/// [`TelemetryError`].
pub fn begin(config: &TelemetryConfig) -> Result<(), TelemetryError> {
    let filter = || match std::env::var(LOG_VARIABLE) {
        Ok(filter) => EnvFilter::try_new(filter),
        Err(_) => EnvFilter::try_new(&config.log),
    };
    let colours = std::io::stderr().is_terminal();
    let to_terminal = fmt::layer().with_ansi(colours).with_writer(std::io::stderr).with_filter(filter()?);
    let to_file = match &config.log_file {
        None => None,
        Some(path) => {
            let opened = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
            let file = opened.map_err(|source| TelemetryError::File { file: path.clone(), source })?;
            Some(fmt::layer().with_ansi(false).with_writer(std::sync::Mutex::new(file)).with_filter(filter()?))
        }
    };
    // An error only means that a test or an earlier call has begun already.
    let _ = tracing_subscriber::registry().with(to_terminal).with(to_file).try_init();
    Ok(())
}
