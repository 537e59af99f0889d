//! The `hymy` command. Errors go to standard error; the exit code is 0 done, 1 failed, 2 wrong usage or
//! configuration.

mod cli;

use std::process::ExitCode;

use clap::Parser;

/// Official builds of onnxruntime 1.29 and newer send telemetry unless this is set before the library is loaded:
/// they write an identifier and a cache into the home and the temporary folder and connect to their maker.
/// Switching telemetry off in the library's API comes too late for that.
const TELEMETRY_OFF: (&str, &str) = ("ORT_DISABLE_TELEMETRY", "1");

fn main() -> ExitCode {
    // SAFETY: the first statement of the process, so no other thread reads the environment.
    unsafe { std::env::set_var(TELEMETRY_OFF.0, TELEMETRY_OFF.1) };
    let Err(error) = cli::Cli::parse().run() else { return ExitCode::SUCCESS };
    eprintln!("{}", cli::told(&error));
    ExitCode::from(cli::exit_code(&error))
}
