//! The onnxruntime library that is missing or is no library. A process can load one library, so each case runs in
//! a child of its own: this test program again, with one ignored test.

// A test makes the files that it needs; the ban is for what is shipped.
#![allow(clippy::disallowed_methods)]

mod support;

use std::path::Path;
use std::process::Command;

use hymy_vision::runtime::LIBRARY_VARIABLE;
use hymy_vision::{Vision, VisionError};

/// Names the library to the child by the configuration.
const BY_SETTING: &str = "HYMY_TEST_LIBRARY";

#[test]
#[ignore = "runs in a child of the other tests"]
fn child_that_loads_the_library() {
    let mut settings = support::settings();
    settings.runtime.library = std::env::var_os(BY_SETTING).map(Into::into);
    match Vision::load(&settings) {
        Ok(vision) => eprintln!("loaded {}", vision.runtime().library.display()),
        Err(error @ VisionError::RuntimeLibrary { .. }) => eprintln!("refused: {error}"),
        Err(error) => eprintln!("another error: {error}"),
    }
}

/// What a child says that finds this library by this variable.
fn said(variable: &str, library: &Path) -> String {
    let child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "--ignored", "--nocapture", "child_that_loads_the_library"])
        .env_remove(LIBRARY_VARIABLE)
        .env(variable, library)
        .output()
        .expect("this program starts");
    let said = String::from_utf8_lossy(&child.stderr).into_owned();
    assert!(child.status.success(), "{said}");
    said
}

fn check(library: &Path, expect: &[&str]) {
    for variable in [LIBRARY_VARIABLE, BY_SETTING] {
        let said = said(variable, library);
        for part in expect {
            assert!(said.contains(part), "{variable}: {said:?} lacks {part:?}");
        }
    }
}

#[test]
fn a_missing_library_is_named_with_what_to_do() {
    let advice = ["refused: onnxruntime could not be loaded from", "make runtime", LIBRARY_VARIABLE, "runtime.library"];
    let missing = Path::new("/nowhere/libonnxruntime.so");
    check(missing, &[advice.as_slice(), &["/nowhere/libonnxruntime.so", "no such file"]].concat());
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("libonnxruntime.so");
    std::fs::write(&text, "this is no library").unwrap();
    check(&text, &[advice.as_slice(), &[&text.display().to_string()]].concat());
}

#[test]
fn the_library_is_found_where_it_is_named() {
    check(&support::workspace().join("runtime/libonnxruntime.so"), &["loaded"]);
}

#[test]
fn another_library_that_is_no_onnxruntime_is_refused() {
    // A library that every process here has, and that has none of the functions.
    let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux has /proc");
    let libc = maps.lines().filter_map(|line| line.split_whitespace().nth(5)).find(|path| path.contains("libc.so"));
    let Some(libc) = libc else {
        return support::not_run("another_library_that_is_no_onnxruntime_is_refused", "no libc.so is mapped");
    };
    check(Path::new(libc), &["refused: onnxruntime could not be loaded from", libc]);
}

#[test]
fn the_pinned_library_cannot_connect_to_anything() {
    let library = support::settings().models.with_file_name("runtime").join("libonnxruntime.so");
    let bytes = std::fs::read(&library).expect("`make runtime` puts the library there");
    for symbol in ["connect", "getaddrinfo", "socket"] {
        let name = format!("\0{symbol}\0").into_bytes();
        assert!(
            !bytes.windows(name.len()).any(|window| window == name),
            "{} imports `{symbol}`: this version carries telemetry; pin one that does not",
            library.display()
        );
    }
}
