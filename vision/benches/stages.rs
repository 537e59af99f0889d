//! What each step of a frame costs by itself, over a frame of the staged scene. Run it with: make bench-stages
//!
//! HYMY_BENCH_CLIP names a clip of which frames are decoded as well. A step that is run again and again finds its
//! weights and pixels in the caches; `hymy bench` measures the steps one after another, as in a kiosk.

use std::path::{Path, PathBuf};

use criterion::{Criterion, criterion_group, criterion_main};
use hymy_vision::bench::{Stages, Step};

fn stages(criterion: &mut Criterion) {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let clip = std::env::var_os("HYMY_BENCH_CLIP").map(PathBuf::from);
    let mut stages = Stages::load(&models, clip.as_deref()).expect("models, runtime and clip load");
    let mut group = criterion.benchmark_group("stages");
    for step in clip.iter().map(|_| Step::Decode).chain(Step::OF_A_FRAME) {
        group.bench_function(step.name(), |bencher| bencher.iter(|| stages.step(step).expect("the step runs")));
    }
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
