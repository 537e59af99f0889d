//! Figures of a made-up run, by hand.

use super::*;
use crate::bench::job::Picture;

/// 100 frames in two seconds: 4 ms of processor time reading, 10 ms of a model and 2 ms of something else by the wall clock
/// each; half of that time another program had the core; decoders of their own took 0.3 s.
fn measured(codec: Option<&str>) -> Measured {
    let all = |us: u64| vec![us; 100];
    let stages = [("capture", 4_000), ("detect", 10_000), ("mesh", 0), ("postprocess", 1_500), (OBSERVE, 500)];
    let free = Phase {
        frames: 100,
        wall_s: 2.0,
        cpu_s: 1.3,
        path_cpu_s: 1.0,
        latency_us: (1..=100).map(|index| index * 1000).collect(),
        stages_us: stages.into_iter().map(|(name, us)| (name.to_owned(), all(us))).collect(),
        ..Phase::default()
    };
    let paced = Phase { frames: 95, dropped: 5, wall_s: 10.0, cpu_s: 2.5, ..Phase::default() };
    Measured {
        provider: "cpu".into(),
        library: "lib.so".into(),
        library_version: None,
        models: BTreeMap::new(),
        picture: Some(Picture {
            rendered: codec.is_none(),
            codec: codec.map(str::to_owned),
            width_px: 640,
            height_px: 480,
            fps: None,
        }),
        inputs: Vec::new(),
        loaded_ms: 200.0,
        first_observation_ms: 300.0,
        free,
        paced: Some(paced),
        steady_kib: Some(102_400),
        peak_kib: None,
    }
}

fn near(figures: &Figures, key: &str, wanted: f64) {
    let value = figures.get(key).copied().unwrap_or(f64::NAN);
    assert!((value - wanted).abs() < 1e-9, "{key} is {value}, not {wanted}");
}

#[test]
fn a_clips_processor_time_holds_its_decoding() {
    let figures = of_repeat(&measured(Some("h264")), true);
    near(&figures, "fps", 50.0);
    near(&figures, "cpu_ms", 13.0);
    // The thread had a core for half of the wall time: the model's 1.0 s are 0.5 s of it.
    near(&figures, "outside_models_share", 1.0 - 0.5 / 1.3);
    near(&figures, "decode_share", (0.3 + 0.4) / 1.3);
    near(&figures, "waited_share", 0.5);
    near(&figures, "latency_p50_ms", 50.0);
    near(&figures, "latency_p99_ms", 99.0);
    near(&figures, "latency_max_ms", 100.0);
    near(&figures, "paced_dropped_share", 0.05);
    near(&figures, "paced_core_share", 0.25);
    near(&figures, "paced_cpu_ms", 2_500.0 / 95.0);
    near(&figures, "steady_mib", 100.0);
}

#[test]
fn what_is_not_known_is_not_there() {
    let figures = of_repeat(&measured(Some("h264")), true);
    for key in ["peak_mib", "energy_mj", "paced_latency_p50_ms"] {
        assert!(!figures.contains_key(key), "{key}: {figures:?}");
    }
    let threads = of_repeat(&measured(Some("h264")), false);
    assert!(!threads.contains_key("outside_models_share"), "other threads computed too");
    assert!(estimates(&[]).is_empty());
}

#[test]
fn rendering_the_staged_scene_is_no_cost_of_the_product() {
    let figures = of_repeat(&measured(None), true);
    near(&figures, "cpu_ms", 13.0 - 4.0);
    // Of a hundred frames that were rendered at the pace, five were dropped.
    near(&figures, "paced_cpu_ms", (2_500.0 - 100.0 * 4.0) / 95.0);
    near(&figures, "outside_models_share", 1.0 - 0.5 / 0.9);
    assert!(!figures.contains_key("decode_share"));
}

#[test]
fn bringing_a_clip_to_another_size_is_neither_decoding_nor_a_cost_of_the_product() {
    let mut resized = measured(Some("h264"));
    resized.free.stages_us.insert("resize".into(), vec![4_000; 100]);
    // Half of the wall time, as of every stage of this run.
    resized.free.path_cpu_s += 0.2;
    resized.free.cpu_s += 0.2;
    let figures = of_repeat(&resized, true);
    near(&figures, "cpu_ms", 15.0 - 2.0);
    near(&figures, "decode_share", (0.3 + 0.4) / 1.3);
    near(&figures, "outside_models_share", 1.0 - 0.5 / 1.3);
    near(&figures, "paced_cpu_ms", (2_500.0 - 100.0 * 2.0) / 95.0);
}

#[test]
fn a_stage_that_runs_in_some_frames_costs_its_share_of_all() {
    let mut sometimes = measured(None);
    sometimes.free.stages_us.insert("objects".into(), vec![40_000; 10]);
    let stages = stages(&[sometimes.clone(), sometimes]);
    let names: Vec<&str> = stages.iter().map(|stage| stage.name.as_str()).collect();
    assert_eq!(names, ["capture", "objects", "detect", "mesh", "postprocess", "observe"]);
    let objects = &stages[1];
    assert!((objects.ms_a_frame.median - 4.0).abs() < 1e-9 && (objects.ran_in_share - 0.1).abs() < 1e-9);
    assert!((objects.p50_ms - 40.0).abs() < 1e-9);
}

#[test]
fn every_figure_that_is_computed_is_told() {
    let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.key).collect();
    let mut whole = measured(Some("h264"));
    (whole.free.energy_uj, whole.peak_kib) = (Some(5), Some(5));
    if let Some(paced) = &mut whole.paced {
        paced.latency_us = vec![1000];
    }
    let figures = of_repeat(&whole, true);
    assert!(figures.keys().all(|key| kinds.contains(&key.as_str())), "{figures:?}");
    assert_eq!(figures.len(), KINDS.len());
}
