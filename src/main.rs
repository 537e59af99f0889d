//! The `hymy` command. Errors go to standard error; the exit code is 0 done, 1 failed, 2 wrong usage or
//! configuration.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    quieten_ffmpeg();
    let Err(error) = cli::Cli::parse().run() else { return ExitCode::SUCCESS };
    eprintln!("{}", cli::told(&error));
    ExitCode::from(cli::exit_code(&error))
}

/// FFmpeg would print a line of its own at each try to reach a lost camera; Hymy says it once, in its own words.
fn quieten_ffmpeg() {
    const LEVEL: &str = "OPENCV_FFMPEG_LOGLEVEL";
    if std::env::var_os(LEVEL).is_none() {
        // SAFETY: this is the first thing the program does; no other thread runs yet.
        unsafe { std::env::set_var(LEVEL, "-8") };
    }
}
