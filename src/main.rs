//! The `hymy` command. Errors go to standard error; the exit code is 0 done, 1 failed, 2 wrong usage or
//! configuration.

mod cli;

use std::process::ExitCode;

use clap::Parser;

/// What the libraries read from the environment when they are loaded, and so has to be there before.
const FOR_LIBRARIES: [(&str, &str); 3] = [
    // Official builds of onnxruntime 1.29 and newer, which a person may choose, send telemetry unless this is set; the
    // switch in the library's API comes too late for that.
    ("ORT_DISABLE_TELEMETRY", "1"),
    // FFmpeg would print a line of its own at each try to reach a lost camera; Hymy says it once, in its own words.
    ("OPENCV_FFMPEG_LOGLEVEL", "-8"),
    // OpenCV waits this many seconds for a frame of a V4L2 camera, ten by default; it knows no shorter time.
    ("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1"),
];

/// What FFmpeg would take for the address of a proxy: a connection that the configuration does not name.
const NOT_CONFIGURED: [&str; 4] = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"];

fn main() -> ExitCode {
    for (name, value) in FOR_LIBRARIES {
        // SAFETY: this is the first thing the program does; no other thread runs yet.
        unsafe { std::env::set_var(name, value) };
    }
    for name in NOT_CONFIGURED {
        // SAFETY: as above.
        unsafe { std::env::remove_var(name) };
    }
    if let Err(error) = hymy::confine::no_core_dumps() {
        eprintln!("error: core dumps cannot be switched off: {error}");
        return ExitCode::FAILURE;
    }
    let Err(error) = cli::Cli::parse().run() else { return ExitCode::SUCCESS };
    eprintln!("{}", cli::told(&error));
    ExitCode::from(cli::exit_code(&error))
}
