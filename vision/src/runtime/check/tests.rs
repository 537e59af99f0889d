//! Providers against the CPU's answers. A process loads one library, so what needs that with OpenVINO runs in a child:
//! this test program again, with one ignored test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use super::{ANSWERS, check};
use crate::error::VisionError;
use crate::manifest::{Manifest, VerifiedModel};
use crate::runtime::{LIBRARY_VARIABLE, Provider, Runtime, RuntimeSettings};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn manifest() -> Manifest {
    Manifest::read(&workspace().join("models")).expect("the manifest is sound")
}

fn runtime(settings: &RuntimeSettings) -> Arc<Runtime> {
    Runtime::load(settings, &workspace().join("models")).expect("the library loads")
}

fn openvino() -> RuntimeSettings {
    let library = workspace().join("runtime-openvino/libonnxruntime.so");
    RuntimeSettings { library: Some(library), provider: Provider::OpenVino, ..RuntimeSettings::default() }
}

#[test]
#[ignore = "runs in a child of the other tests"]
fn child_that_measures() {
    let runtime = runtime(&openvino());
    for answers in &ANSWERS {
        let model = manifest().model(answers.model).expect("verified");
        let start = std::time::Instant::now();
        let session = runtime.session(answers.model, &model);
        let loaded = start.elapsed();
        let mut session = session.expect("loads");
        let mut cpu = runtime.build(Provider::Cpu, &model).expect("loads");
        for one in super::differences(answers, &mut cpu, &mut session).expect("runs") {
            eprintln!("{} {one} loaded in {loaded:?}", answers.model);
        }
    }
    let bytes = std::fs::read("/tmp/h/ov/part.onnx").expect("read");
    let model = VerifiedModel { bytes, session: Default::default() };
    eprintln!("part: {:?}", runtime.session("part", &model).map(|_| ()).map_err(|e| e.to_string()));
    let threads = std::fs::read_dir("/proc/self/task").expect("proc").count();
    eprintln!("threads {threads}");
}
