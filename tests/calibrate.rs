//! `hymy calibrate`: with real models on footage and on the staged scene, and beside a kiosk with a shift.

mod support;

use std::path::Path;

use hymy::camera::CameraLock;
use hymy::config::Config;
use support::{Ended, footage, hymy};

fn configuration(folder: &Path, source: &str) -> std::path::PathBuf {
    let file = folder.join("kiosk.toml");
    let text = format!(
        "# by the door\n[kiosk]\ndata_dir = \"data\"\n[camera]\nsource = \"{source}\"\n[zones]\n\
         staff = [[0, 0], [1, 0], [1, 1], [0, 1]] # everything\n"
    );
    std::fs::write(&file, text).expect("written");
    file
}

fn calibrate(file: &Path, args: &[&str]) -> Ended {
    Ended::of(hymy(["calibrate", "--config"]).arg(file).args(args))
}

#[test]
fn a_steady_look_becomes_a_work_direction_in_the_file() {
    let Some(footage) = footage("a_steady_look_becomes_a_work_direction_in_the_file") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let clip = footage.join("counter/milk.mkv").canonicalize().expect("a clip");
    let file = configuration(folder.path(), clip.to_str().expect("UTF-8"));
    let ended = calibrate(&file, &["--work", "till", "--write"]).good();
    for told in ["The camera is open", "five minutes", "the middle of: till", "3 ...", "good", "The camera is closed"] {
        assert!(ended.err.contains(told), "{told} in {}", ended.err);
    }
    assert!(ended.out.contains("[[work_direction]]") && ended.out.contains("yaw_deg = ["), "{}", ended.out);
    let text = std::fs::read_to_string(&file).expect("there");
    assert!(text.starts_with("# by the door") && text.contains("# everything"), "{text}");
    let config = Config::load(&file).expect("valid");
    let (yaw, pitch) = config.directions.work[0].region.middle_deg();
    assert!(yaw.abs() < 10.0 && pitch.abs() < 10.0, "the person looks into the lens: {yaw} {pitch}");
}

#[test]
fn without_write_the_lines_are_printed_and_the_file_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = configuration(folder.path(), "/dev/null");
    let before = std::fs::read(&file).expect("there");
    let ended = calibrate(&file, &["--staged", "--work", "till"]).good();
    assert!(ended.out.contains("[[work_direction]]"), "{}", ended.out);
    assert_eq!(std::fs::read(&file).expect("there"), before, "{}", ended.err);
}

#[test]
fn a_shift_refuses_the_camera() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = configuration(folder.path(), "/dev/video-that-is-not-there");
    let data = folder.path().join("data");
    let held = CameraLock::take(&data).expect("free");
    let ended = calibrate(&file, &["--work", "till"]);
    assert!(!ended.err.contains("The camera is open"), "{}", ended.err);
    ended.failed(1, &["a shift is on", "end the shift first"]);
    drop(held);
    calibrate(&file, &["--work", "till"]).failed(1, &["there is no such camera"]);
}

#[test]
fn names_that_cannot_be_written_are_refused_before_the_camera_opens() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = configuration(folder.path(), "/dev/video-that-is-not-there");
    for (names, why) in [
        (&["--work", " "][..], "is blank"),
        (&["--work", "a\tb"], "unprintable"),
        (&["--work", &"x".repeat(65)], "65 characters"),
        (&["--work", "till", "--work", "till"], "\"till\" is given twice"),
    ] {
        calibrate(&file, names).failed(2, &["--work", why]);
    }
}

#[test]
fn without_a_camera_or_a_staff_zone_it_says_what_to_set() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("kiosk.toml");
    std::fs::write(&file, "[kiosk]\ndata_dir = \"data\"\n").expect("written");
    calibrate(&file, &[]).failed(2, &["kiosk.toml", "[camera] has no source"]);
    std::fs::write(&file, "[kiosk]\ndata_dir = \"data\"\n[camera]\nsource = \"/dev/video0\"\n").expect("written");
    calibrate(&file, &[]).failed(2, &["kiosk.toml", "[zones] has no staff"]);
}
