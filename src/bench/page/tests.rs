//! The page of a made-up report: what it says, and what it never does.

use jiff::Timestamp;

use super::*;
use crate::bench::job::{Job, Measured, Phase, Picture, Setting, Subject};
use crate::bench::machine::{Machine, State};
use crate::bench::report::FORMAT;

fn measured(ms: u64) -> Measured {
    let stages = [("capture", 500), ("detect", ms * 500), ("observe", 10)];
    let free = Phase {
        frames: 50,
        wall_s: 1.0,
        cpu_s: 0.9,
        path_cpu_s: 0.9,
        latency_us: (0..50).map(|frame| ms * 1000 + frame).collect(),
        stages_us: stages.into_iter().map(|(name, us)| (name.to_owned(), vec![us; 50])).collect(),
        ..Phase::default()
    };
    Measured {
        provider: "cpu".into(),
        library: "lib.so".into(),
        library_version: Some("1.28.0".into()),
        models: [("face_mesh".to_owned(), "ab12".to_owned())].into(),
        picture: Some(Picture { rendered: true, codec: None, width_px: 640, height_px: 480, fps: Some(25.0) }),
        inputs: Vec::new(),
        loaded_ms: 200.0,
        first_observation_ms: 300.0,
        paced: Some(free.clone()),
        free,
        steady_kib: None,
        peak_kib: Some(102_400),
    }
}

pub(in crate::bench) fn report(clip: &str) -> Report {
    let setting = Setting {
        threads: 1,
        objects_hz: 3.0,
        faces_hz: 4.0,
        provider: "cpu".into(),
        precision: "full".into(),
        cameras: 1,
        size: None,
    };
    let (frames, seconds, rate_hz, paced_s) = (50, 1.0, 10.0, 5.0);
    let job = Job {
        subject: Subject::Staged,
        config: None,
        setting,
        warm_up: 1,
        frames,
        seconds,
        rate_hz,
        paced_s,
        started_ns: 0,
    };
    let case = Case::of(clip, &job, &[measured(10), measured(11), measured(12)]).unwrap();
    Report {
        format: FORMAT,
        tool: "hymy 0".into(),
        optimised: true,
        at: Timestamp::UNIX_EPOCH,
        command: "hymy bench <script>".into(),
        commit: None,
        partial: false,
        failed: Vec::new(),
        machine: Machine { cpu: Some("Made-up N100".into()), cores: Some(4), ..Machine::default() },
        before: State::default(),
        after: State::default(),
        repeats: 3,
        rate_hz: 10.0,
        cases: vec![case],
    }
}

#[test]
fn a_page_loads_nothing_runs_nothing_and_obeys_no_name() {
    let page = page(&report("<script>alert(1)</script>")).unwrap();
    assert!(!page.contains("<script"), "a name became a script");
    let outside = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!outside.contains("http") && !outside.contains("url(") && !outside.contains("src="), "it loads nothing");
}

#[test]
fn a_page_says_what_is_not_offered_and_what_disturbed_it() {
    let mut made = report("staged scene");
    let text = page(&made).unwrap();
    for said in ["Made-up N100, 4 cores", "11.05 ms", "10.05 ms to 12.05 ms", "1.28.0, lib.so", "sha256 ab12"] {
        assert!(text.contains(said), "{said}");
    }
    assert!(text.contains(NOT_OFFERED), "temperature and energy are not known");
    assert!(text.contains("Only 3 repeats"));
    made.optimised = false;
    made.before.throttled = Some(3);
    made.after.throttled = Some(5);
    made.before.load = Some(3.0);
    let text = page(&made).unwrap();
    for said in ["without optimisation", "because of heat, 2 times", "busy with something else"] {
        assert!(text.contains(said), "{said}");
    }
}
