//! The `hymy` command. Errors go to standard error; the exit code is 0 done, 1 failed, 2 wrong usage or
//! configuration.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let Err(error) = cli::Cli::parse().run() else { return ExitCode::SUCCESS };
    eprintln!("{}", cli::told(&error));
    ExitCode::from(cli::exit_code(&error))
}
