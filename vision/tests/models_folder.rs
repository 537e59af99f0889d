//! A models folder that is not the released one: refused by name, before anything is loaded from it.

// A test makes the files that it needs; the ban is for what is shipped.
#![allow(clippy::disallowed_methods)]

mod support;

use std::fs;
use std::path::Path;

use hymy_vision::runtime::{Precision, Provider, RuntimeSettings};
use hymy_vision::{Vision, VisionError, VisionSettings};
use support::{models, settings, workspace};

/// Settings with the models in `folder` and the runtime of the workspace.
fn settings_with(folder: &Path) -> VisionSettings {
    let library = workspace().join("runtime/libonnxruntime.so");
    VisionSettings {
        runtime: RuntimeSettings { library: Some(library), ..RuntimeSettings::default() },
        ..VisionSettings::new(folder)
    }
}

fn copied() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(models()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    folder
}

/// Loads and expects a refusal whose message has all these parts.
fn refused(settings: &VisionSettings, expect: &[&str]) -> VisionError {
    let error = Vision::load(settings).err().expect("the folder is spoilt");
    let message = error.to_string();
    for part in expect {
        assert!(message.contains(part), "{message:?} lacks {part:?}");
    }
    error
}

#[test]
fn one_flipped_bit_in_any_model_is_refused_by_name() {
    let folder = copied();
    for name in [
        "face_detector_full_range",
        "face_detector_short_range",
        "face_mesh",
        "face_blendshapes",
        "object_detector",
        "hand_detector",
        "image_classifier",
    ] {
        let path = folder.path().join(format!("{name}.onnx"));
        let sound = fs::read(&path).unwrap();
        let mut spoilt = sound.clone();
        let middle = spoilt.len() / 2;
        spoilt[middle] ^= 1;
        fs::write(&path, &spoilt).unwrap();
        let expect = [&format!("model `{name}`"), "the manifest says", "is not loaded", "hymy models verify"];
        assert!(matches!(refused(&settings_with(folder.path()), &expect), VisionError::Model { .. }));
        fs::write(&path, &sound).unwrap();
    }
    Vision::load(&settings_with(folder.path())).expect("the folder is sound again");
}

#[test]
fn a_missing_model_is_refused_by_name() {
    let folder = copied();
    fs::remove_file(folder.path().join("face_blendshapes.onnx")).unwrap();
    let expect = ["model `face_blendshapes`", "face_blendshapes.onnx", "No such file", "Restore the file"];
    assert!(matches!(refused(&settings_with(folder.path()), &expect), VisionError::Model { .. }));
}

#[test]
fn a_malformed_or_missing_manifest_says_where() {
    let folder = copied();
    let path = folder.path().join("manifest.toml");
    let sound = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{sound}\n[[model]\n")).unwrap();
    let line = format!("line {}", sound.lines().count() + 2);
    let expect = ["manifest.toml", &line, "restore the `models` folder"];
    assert!(matches!(refused(&settings_with(folder.path()), &expect), VisionError::Manifest { .. }));
    fs::write(&path, sound.replace("\"face_mesh\"", "\"another_mesh\"")).unwrap();
    refused(&settings_with(folder.path()), &["manifest.toml", "has no model named `face_mesh`"]);
    fs::write(&path, "[[model]]\nname = \"face_mesh\"\n").unwrap();
    refused(&settings_with(folder.path()), &["manifest.toml", "missing field"]);
    fs::remove_file(&path).unwrap();
    refused(&settings_with(folder.path()), &["manifest.toml", "No such file", "restore the `models` folder"]);
}

#[test]
fn fewer_digits_than_a_provider_has_are_an_error() {
    let runtime = RuntimeSettings { precision: Precision::Bf16, ..settings_with(&models()).runtime };
    let error = Vision::load(&VisionSettings { runtime, ..settings() }).err().expect("the CPU computes in full");
    assert!(matches!(error, VisionError::Precision { wanted: "bf16", provider: "cpu" }), "{error}");
    assert!(error.to_string().contains("only `openvino` does"), "{error}");
}

#[test]
fn a_provider_that_the_library_lacks_is_an_error_that_lists_what_it_has() {
    let with = |provider| VisionSettings {
        runtime: RuntimeSettings { provider, ..settings_with(&models()).runtime },
        ..settings()
    };
    let report = Vision::load(&with(Provider::Cpu)).expect("the CPU is always there").runtime().clone();
    assert_eq!(report.provider, Provider::Cpu);
    assert_eq!(report.models.len(), 7);
    for provider in [Provider::OpenVino, Provider::CoreMl] {
        let name = format!("`{}`", provider.name());
        let error = Vision::load(&with(provider)).err().expect("the set-up's library has the CPU provider only");
        let VisionError::Provider { available, .. } = &error else { panic!("{error}") };
        assert!(available.split(", ").any(|name| name == "cpu"), "{available}");
        let message = error.to_string();
        for part in [&*name, "is not available in", "libonnxruntime.so", "it has: cpu", "never falls back silently"] {
            assert!(message.contains(part), "{message:?} lacks {part:?}");
        }
    }
}
