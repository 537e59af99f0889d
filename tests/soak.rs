//! Memory of `hymy analyze` over a long run of a looped clip: bounded, and flat once it is warm. 1,000 frames;
//! 10,000 with HYMY_LONG=1.

mod support;

use std::fs::File;
use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use support::{footage, has_ffmpeg, hymy, not_run, resident_kib, test_pattern};

const MIB: u64 = 1024;
/// Resident memory may be this much, all in all.
const MOST_KIB: u64 = 250 * MIB;
/// And may grow by this much after the first frames.
const GROWTH_KIB: u64 = 8 * MIB;
const WARM_FRAMES: usize = 500;
/// Twenty times what a frame takes on a slow machine of two cores, so that a hang ends.
const MOST_TIME_OF_FRAME: Duration = Duration::from_secs(1);

#[test]
fn memory_of_analyze_stays_flat_over_a_looped_clip() {
    let long = std::env::var_os("HYMY_LONG").is_some_and(|value| value == "1");
    let frames: u32 = if long { 10_000 } else { 1_000 };
    if !long {
        not_run("memory_of_analyze_stays_flat at full size", "HYMY_LONG=1 is not set; a tenth runs");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let test = "memory_of_analyze_stays_flat on footage";
    let (clip, of_clip) = match footage(&format!("{test}; a test pattern runs instead")) {
        Some(footage) => (footage.join("counter/help.mkv"), 58),
        None if has_ffmpeg("memory_of_analyze_stays_flat_over_a_looped_clip") => {
            (test_pattern(&folder.path().join("pattern.mp4"), 100), 100)
        }
        None => return,
    };
    let times = frames.div_ceil(of_clip);
    let lines = folder.path().join("observations.jsonl");
    let mut command = hymy(["analyze", "--loop", &times.to_string()]);
    command.arg(&clip).arg("--observations").arg(&lines);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("starts");

    let (start, limit) = (Instant::now(), MOST_TIME_OF_FRAME * frames);
    let (mut reading, mut seen, mut warm, mut most, mut last) = (None, 0, None, 0, 0);
    let status = loop {
        if let Some(status) = child.try_wait().expect("asked") {
            break status;
        }
        if start.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{seen} frames in {limit:?}");
        }
        reading = reading.or_else(|| File::open(&lines).ok());
        seen += reading.as_mut().map_or(0, new_lines);
        // While the process ends there is no such line any more.
        if let Some(kib) = resident_kib(child.id()) {
            (most, last) = (most.max(kib), kib);
            if seen >= WARM_FRAMES {
                warm.get_or_insert(kib);
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    seen += reading.as_mut().map_or(0, new_lines);
    let mut told = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut told).expect("text");
    assert!(status.success() && !told.contains("panicked at"), "{told}");
    let warm = warm.expect("sampled after the first frames");
    eprintln!(
        "{seen} frames in {:.0?}: {} MiB after {WARM_FRAMES}, {} MiB last, {} MiB at most",
        start.elapsed(),
        warm / MIB,
        last / MIB,
        most / MIB
    );
    assert_eq!(seen, (times * of_clip) as usize);
    assert!(most <= MOST_KIB, "{most} KiB");
    assert!(most.saturating_sub(warm) <= GROWTH_KIB, "{warm} KiB after {WARM_FRAMES} frames, {most} KiB at most");
}

/// Lines that were written since the last time.
fn new_lines(file: &mut File) -> usize {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).expect("read");
    bytes.iter().filter(|byte| **byte == b'\n').count()
}
