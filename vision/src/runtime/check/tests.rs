//! Providers against the CPU's answers. A process loads one library, so what needs OpenVINO's runs in a child: this
//! test program again, with one ignored test.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use super::{ANSWERS, Difference, Within, check};
use crate::error::VisionError;
use crate::manifest::{Manifest, VerifiedModel};
use crate::runtime::{LIBRARY_VARIABLE, Provider, Runtime, RuntimeSettings};

/// A Relu, which every provider has, and a Binarizer, which OpenVINO lacks; as onnx 1.23 wrote it.
const PARTLY_FOREIGN: &[u8] = b"\x08\x08:o\n\x0c\n\x01x\x12\x01m\"\x04Relu\n2\n\x01m\x12\x01y\"\tBinarizer*\x13\n\t\
    threshold\x15\x00\x00\x00?\xa0\x01\x01:\nai.onnx.ml\x12\x01gZ\x13\n\x01x\x12\x0e\n\x0c\x08\x01\x12\x08\n\x02\x08\
    \x01\n\x02\x08\x04b\x13\n\x01y\x12\x0e\n\x0c\x08\x01\x12\x08\n\x02\x08\x01\n\x02\x08\x04B\x04\n\x00\x10\x11B\x0e\
    \n\nai.onnx.ml\x10\x02";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn manifest() -> Manifest {
    Manifest::read(&workspace().join("models")).expect("the manifest is sound")
}

fn runtime(settings: &RuntimeSettings) -> Arc<Runtime> {
    Runtime::load(settings, &workspace().join("models")).expect("the library loads")
}

fn openvino_library() -> PathBuf {
    workspace().join("runtime-openvino/libonnxruntime.so")
}

#[test]
fn every_output_of_every_model_has_a_tolerance() {
    let text = std::fs::read_to_string(workspace().join("models/manifest.toml")).expect("the manifest is there");
    let manifest: toml::Table = text.parse().expect("the manifest is sound");
    let name = |table: &toml::Value| table["name"].as_str().expect("a name").to_owned();
    let pairs: BTreeSet<(String, String)> = manifest["model"]
        .as_array()
        .expect("models")
        .iter()
        .flat_map(|model| model["output"].as_array().expect("outputs").iter().map(move |one| (name(model), name(one))))
        .collect();
    let stated: BTreeSet<(String, String)> = ANSWERS
        .iter()
        .flat_map(|answers| answers.outputs.iter().map(|(output, _)| (answers.model.to_owned(), (*output).to_owned())))
        .collect();
    assert_eq!(stated, pairs);
}

#[test]
fn the_cpu_provider_answers_as_itself() {
    let runtime = runtime(&RuntimeSettings::default());
    for answers in &ANSWERS {
        let model = manifest().model(answers.model).expect("verified");
        let mut session = runtime.build(Provider::Cpu, &model).expect("loads");
        check(&runtime, answers.model, &model, &mut session).expect("the same");
    }
}

#[test]
fn other_answers_are_refused_with_model_output_and_amount() {
    let runtime = runtime(&RuntimeSettings::default());
    let model = manifest().model("face_blendshapes").expect("verified");
    let mut bytes = model.bytes.clone();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 4000].fill(0);
    let spoilt = VerifiedModel { sha256: String::new(), bytes, session: BTreeMap::new() };
    let mut session = runtime.build(Provider::Cpu, &spoilt).expect("its weights differ, not its form");
    let refused = check(&runtime, "face_blendshapes", &model, &mut session).expect_err("it computes something else");
    assert!(matches!(refused, VisionError::Answers { .. }), "{refused}");
    let said = refused.to_string();
    for part in ["`face_blendshapes`", "`coefficients` is off by up to 0.", "and 0.02 is allowed", "runtime.provider"] {
        assert!(said.contains(part), "{said:?} lacks {part:?}");
    }
}

#[test]
fn what_is_no_number_is_never_within() {
    for within in [Within::Each(1.0), Within::RootMeanSquare(1.0)] {
        assert!(Difference::of("o", within, &[1.0, 2.0], &[1.5, 2.0]).is_within());
        assert!(!Difference::of("o", within, &[1.0, 2.0], &[4.0, 2.0]).is_within());
        assert!(!Difference::of("o", within, &[1.0, 2.0], &[f32::NAN, 2.0]).is_within());
        assert!(!Difference::of("o", within, &[f32::NAN, 2.0], &[f32::NAN, 2.0]).is_within());
    }
}

#[test]
#[ignore = "runs in a child of the test below"]
fn child_that_loads_a_partly_foreign_model() {
    let settings =
        |provider| RuntimeSettings { library: Some(openvino_library()), provider, ..RuntimeSettings::default() };
    let model = VerifiedModel { sha256: String::new(), bytes: PARTLY_FOREIGN.to_vec(), session: BTreeMap::new() };
    runtime(&settings(Provider::Cpu)).session("partly_foreign", &model).expect("the CPU provider has both");
    match runtime(&settings(Provider::OpenVino)).session("partly_foreign", &model) {
        Ok(_) => eprintln!("taken"),
        Err(error) => eprintln!("refused: {error}"),
    }
}

#[test]
fn a_model_that_the_provider_cannot_take_whole_is_refused_and_not_computed_elsewhere() {
    if !openvino_library().is_file() {
        let name = "a_model_that_the_provider_cannot_take_whole_is_refused_and_not_computed_elsewhere";
        return eprintln!("not run: {name} (no OpenVINO library; make openvino)");
    }
    let child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "--ignored", "--nocapture"])
        .arg("runtime::check::tests::child_that_loads_a_partly_foreign_model")
        .env_remove(LIBRARY_VARIABLE)
        .output()
        .expect("this program starts");
    let said = String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success(), "{said}");
    for part in ["refused: execution provider `openvino`", "cannot compute model `partly_foreign`", "fallback"] {
        assert!(said.contains(part), "{said:?} lacks {part:?}");
    }
}
