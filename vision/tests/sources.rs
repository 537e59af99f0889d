//! What files, folders and devices that are not what they should be lead to: an error, or a skipped still, that
//! names the thing and says what to do; and the time stamps of files that are sound.

// A test makes the files that it needs; the ban is for what is shipped.
#![allow(clippy::disallowed_methods)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use hymy_vision::{SourceSpec, VisionError};
use support::{Run, ffmpeg, file, has_ffmpeg, quick_vision, run, test_pattern};

/// An error that only needs a look at the file system must not wait for a time-out.
const AT_ONCE: Duration = Duration::from_secs(3);

/// Runs a source that cannot be opened; gives the message.
fn refused(source: &SourceSpec) -> String {
    let mut vision = quick_vision();
    let start = Instant::now();
    let run = run(&mut vision, source);
    assert!(start.elapsed() < AT_ONCE, "{source:?} took {:?}", start.elapsed());
    assert!(run.observations.is_empty() && run.skipped.is_empty());
    let error = run.end.expect_err("the source is no source");
    assert!(matches!(error, VisionError::Source { .. }), "{error:?}");
    error.to_string()
}

fn check(source: &SourceSpec, expect: &[&str]) {
    let message = refused(source);
    for part in expect {
        assert!(message.contains(part), "{source:?}: {message:?} lacks {part:?}");
    }
}

fn finished(run: &Run) -> (u64, u64) {
    let report = run.end.as_ref().unwrap_or_else(|error| panic!("{error}"));
    (report.processed, report.skipped)
}

#[test]
fn a_missing_device_is_named_at_once() {
    let device = SourceSpec::parse("/dev/video99");
    check(&device, &["/dev/video99", "there is no such camera", "ls /dev/v4l/by-id"]);
}

#[test]
fn a_path_that_is_no_device_is_named_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("camera");
    fs::write(&path, "not a camera").unwrap();
    check(&SourceSpec::Device(path), &["is not a camera device", "ls /dev/v4l/by-id"]);
    check(&SourceSpec::Device(folder.path().to_owned()), &["is not a camera device"]);
    check(&SourceSpec::Device("/dev/null".into()), &["/dev/null", "cannot be opened as a V4L2 camera"]);
}

#[test]
fn a_missing_file_and_a_folder_are_no_video() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.mp4");
    check(&file(&missing), &["missing.mp4", "cannot be read", "No such file", "Name a video file"]);
    check(&file(folder.path()), &["is a folder", "--stills"]);
}

#[test]
fn a_file_that_is_not_a_video_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.mp4");
    fs::write(&path, "These are notes and no video.\n".repeat(100)).unwrap();
    check(&file(&path), &["notes.mp4", "is not a video that FFmpeg can read", "ffprobe"]);
    fs::write(&path, "").unwrap();
    check(&file(&path), &["notes.mp4", "is not a video that FFmpeg can read"]);
}

#[test]
fn a_folder_without_stills_says_what_it_looked_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("readme.txt"), "no image").unwrap();
    let message = ["holds no image", "jpg", "png", "name a folder of stills"];
    check(&SourceSpec::Stills(folder.path().to_owned()), &message);
    let missing = folder.path().join("missing");
    check(&SourceSpec::Stills(missing), &["missing", "cannot be read as a folder of images", "No such file"]);
}

#[test]
fn a_truncated_video_gives_what_it_has_and_both_counts() {
    if !has_ffmpeg("a_truncated_video_gives_what_it_has_and_both_counts") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut vision = quick_vision();
    for name in ["whole.mp4", "whole.mkv"] {
        let whole = test_pattern(&folder.path().join(name), 60);
        assert_eq!(finished(&run(&mut vision, &file(&whole))), (60, 0), "{name}");
        let bytes = fs::read(&whole).unwrap();
        let cut = whole.with_file_name(name.replace("whole", "cut"));
        fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
        let run = run(&mut vision, &file(&cut));
        let error = run.end.expect_err("half of it is missing");
        let VisionError::Truncated { read, stated, .. } = error else { panic!("{name}: {error}") };
        assert_eq!(read, run.observations.len() as u64, "{name}");
        assert!((15..45).contains(&read) && (59..=61).contains(&stated), "{name}: {read} of {stated}");
        let message = error.to_string();
        for part in [&*cut.display().to_string(), &format!("{read} of {stated} frames"), "truncated"] {
            assert!(message.contains(part), "{name}: {message:?} lacks {part:?}");
        }
    }
}

#[test]
fn a_damaged_file_of_full_length_is_not_called_whole() {
    if !has_ffmpeg("a_damaged_file_of_full_length_is_not_called_whole") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let whole = test_pattern(&folder.path().join("whole.mkv"), 60);
    let bytes = fs::read(&whole).unwrap();
    let middle = bytes.len() / 2..bytes.len() * 9 / 10;
    let mut zeros = bytes.clone();
    zeros[middle.clone()].fill(0);
    // The container stays sound and only the pictures in it are damaged, each from its start code on.
    let mut pictures = bytes.clone();
    for at in middle.filter(|at| bytes[*at..].starts_with(&[0, 0, 1, 0xb6])) {
        pictures[at..at + 40].fill(0);
    }
    assert_ne!(pictures, bytes);
    for (name, bytes) in [("zeros.mkv", zeros), ("pictures.mkv", pictures)] {
        let damaged = folder.path().join(name);
        fs::write(&damaged, bytes).unwrap();
        let run = run(&mut quick_vision(), &file(&damaged));
        let error = run.end.expect_err("two fifths of it are damaged");
        let VisionError::Truncated { read, stated, .. } = error else { panic!("{name}: {error}") };
        assert_eq!(read, run.observations.len() as u64, "{name}");
        assert!((15..58).contains(&read) && (59..=61).contains(&stated), "{name}: {read} of {stated}");
    }
}

#[test]
fn a_whole_file_whose_sound_outlasts_its_picture_is_not_called_truncated() {
    if !has_ffmpeg("a_whole_file_whose_sound_outlasts_its_picture_is_not_called_truncated") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for name in ["sound.mkv", "sound.mp4"] {
        let path = folder.path().join(name);
        let picture = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=1"];
        let sound = ["-f", "lavfi", "-i", "sine=duration=3", "-c:v", "mpeg4", path.to_str().unwrap()];
        ffmpeg(picture.iter().chain(&sound));
        assert_eq!(finished(&run(&mut quick_vision(), &file(&path))), (25, 0), "{name}");
    }
}

#[test]
fn stills_that_cannot_be_read_are_skipped_by_name_and_the_others_go_on() {
    if !has_ffmpeg("stills_that_cannot_be_read_are_skipped_by_name_and_the_others_go_on") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let still = |name: &str, size: &str| {
        let path = folder.path().join(name);
        let pattern = format!("testsrc2=size={size}:rate=1");
        ffmpeg(["-f", "lavfi", "-i", &pattern, "-frames:v", "1", path.to_str().unwrap()]);
        path
    };
    still("1.png", "320x240");
    still("2.jpg", "160x120");
    still("10.png", "64x48");
    // Wider than any camera's picture: refused before it is decoded.
    still("5.png", "17000x16");
    let half = fs::read(still("3.png", "320x240")).unwrap();
    fs::write(folder.path().join("3.png"), &half[..half.len() / 2]).unwrap();
    fs::write(folder.path().join("4.jpg"), "not an image").unwrap();
    fs::write(folder.path().join("notes.txt"), "passed over").unwrap();
    let run = run(&mut quick_vision(), &SourceSpec::Stills(folder.path().to_owned()));
    assert_eq!(finished(&run), (3, 3));
    let files: Vec<_> = run.files.iter().map(|file| file.as_deref().unwrap_or_default()).collect();
    assert_eq!(files, ["1.png", "2.jpg", "10.png"]);
    assert_eq!(run.observations.iter().map(|o| o.frame).collect::<Vec<_>>(), [0, 1, 5]);
    let skipped: Vec<_> = run.skipped.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(skipped, ["3.png", "4.jpg", "5.png"]);
    for (name, why) in &run.skipped {
        let expected = if name == "5.png" { "limit" } else { "is not an image that can be decoded" };
        assert!(why.to_lowercase().contains(expected), "{name}: {why}");
    }
}

/// The times of a file's frames in milliseconds since its first, as FFmpeg's own tool reads the container.
fn container_times(path: &Path) -> Vec<f64> {
    let probe = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "csv=p=0"])
        .arg(path)
        .output()
        .expect("ffprobe comes with ffmpeg");
    let text = String::from_utf8(probe.stdout).unwrap();
    let times: Vec<f64> =
        text.lines().map(|line| line.trim_end_matches(',').parse::<f64>().unwrap() * 1000.0).collect();
    times.iter().map(|time| time - times[0]).collect()
}

/// Clips whose frames do not come at a steady rate, or whose first frame is late.
fn uneven_clips(folder: &Path) -> Vec<PathBuf> {
    let clip = |name: &str, extra: &[&str]| {
        let path = folder.join(name);
        let head = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=30", "-frames:v", "40"];
        let tail = ["-vsync", "vfr", "-c:v", "mpeg4", path.to_str().unwrap()];
        ffmpeg(head.iter().chain(extra).chain(&tail));
        path
    };
    let gaps = "select=not(mod(n\\,3))+not(mod(n\\,7))+gt(n\\,40)*lt(n\\,60)";
    vec![
        clip("gaps.mkv", &["-vf", gaps]),
        clip("gaps.mp4", &["-vf", gaps]),
        clip("reordered.mp4", &["-vf", gaps, "-bf", "2"]),
        clip("late.mkv", &["-vf", gaps, "-output_ts_offset", "5"]),
    ]
}

#[test]
fn a_file_of_variable_rate_keeps_its_container_times() {
    if !has_ffmpeg("a_file_of_variable_rate_keeps_its_container_times") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut vision = quick_vision();
    for path in uneven_clips(folder.path()) {
        let run = run(&mut vision, &file(&path));
        let expected = container_times(&path);
        assert_eq!(finished(&run), (expected.len() as u64, 0), "{}", path.display());
        let steps: Vec<_> = expected.windows(2).map(|pair| (pair[1] - pair[0]).round() as u64).collect();
        assert!(steps.iter().max() > steps.iter().min(), "{}: the clip is even", path.display());
        // OpenCV has no time for a frame that the decoder holds back until the file has ended: it goes on at the rate.
        let held_back = usize::from(path.ends_with("reordered.mp4"));
        for (n, (observation, expected)) in run.observations.iter().zip(&expected).enumerate() {
            let off_ms = (observation.t_ms as f64 - expected).abs();
            let margin_ms = if n + held_back < steps.len() + 1 { 1.0 } else { 60.0 };
            assert!(off_ms <= margin_ms, "{}: {observation:?} should be at {expected} ms", path.display());
        }
    }
}

#[test]
fn a_looped_file_goes_on_in_time_and_number() {
    if !has_ffmpeg("a_looped_file_goes_on_in_time_and_number") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    uneven_clips(folder.path());
    let clips = ["gaps.mkv", "reordered.mp4"].map(|name| folder.path().join(name));
    let even = test_pattern(&folder.path().join("even.mp4"), 25);
    let mut vision = quick_vision();
    for path in clips.into_iter().chain([even]) {
        let once = container_times(&path);
        let source = SourceSpec::File { path: path.clone(), times: 3 };
        let run = run(&mut vision, &source);
        let frames = 3 * once.len() as u64;
        assert_eq!(finished(&run), (frames, 0), "{}", path.display());
        assert!(run.observations.iter().map(|o| o.frame).eq(0..frames), "{}", path.display());
        let rising = run.observations.windows(2).all(|pair| pair[0].t_ms < pair[1].t_ms);
        assert!(rising, "{}: {:?}", path.display(), run.observations.iter().map(|o| o.t_ms).collect::<Vec<_>>());
    }
}
