//! The manifest of the models: what each file is, where it came from, and its hash.
//!
//! A model is loaded only from bytes whose SHA-256 is the manifest's; the bytes that were hashed are the
//! bytes that are loaded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::VisionError;

/// `models/manifest.toml`, as far as the program reads it.
#[derive(Clone, Debug, Deserialize)]
pub struct Manifest {
    /// The models.
    #[serde(rename = "model")]
    pub models: Vec<ModelEntry>,
    /// Data files beside the models.
    #[serde(rename = "data", default)]
    pub data: Vec<ModelEntry>,
    /// Weights that this project fitted itself, with the data as their origin.
    #[serde(default)]
    pub fitted: Vec<ModelEntry>,
    #[serde(skip)]
    folder: PathBuf,
}

/// One file of the manifest.
#[derive(Clone, Debug, Deserialize)]
pub struct ModelEntry {
    /// Short name, as in error messages and reports.
    pub name: String,
    /// File name inside the models folder.
    pub file: String,
    /// What it is for.
    pub purpose: String,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// Size of the file in bytes.
    pub size_bytes: u64,
    /// SPDX name of the licence.
    pub licence: String,
    /// Where the licence's text is, from the root of the repository.
    pub licence_text: String,
    /// Entries that a session needs on an x86-64 processor without VNNI: there onnxruntime's products of UINT8 and
    /// INT8 saturate, and scores come out wrong. With VNNI they would only make it three times slower.
    #[serde(default)]
    pub session_without_vnni: BTreeMap<String, String>,
    /// Where it came from.
    pub upstream: Upstream,
}

impl ModelEntry {
    fn session_entries(&self) -> BTreeMap<String, String> {
        if has_vnni() { BTreeMap::new() } else { self.session_without_vnni.clone() }
    }
}

#[cfg(target_arch = "x86_64")]
fn has_vnni() -> bool {
    std::arch::is_x86_feature_detected!("avx512vnni") || std::arch::is_x86_feature_detected!("avxvnni")
}

/// Other processors do not saturate.
#[cfg(not(target_arch = "x86_64"))]
fn has_vnni() -> bool {
    true
}

/// A model's verified bytes and what its session needs.
pub(crate) struct VerifiedModel {
    /// Of the bytes, lower-case hexadecimal.
    pub sha256: String,
    pub bytes: Vec<u8>,
    pub session: BTreeMap<String, String>,
}

/// Where a file came from.
#[derive(Clone, Debug, Deserialize)]
pub struct Upstream {
    /// Name of the package that carries it.
    pub package: String,
    /// Version of that package.
    pub version: String,
    /// The file's path inside the package.
    pub path: String,
    /// SHA-256 of the upstream file.
    pub sha256: String,
}

impl Manifest {
    /// Reads `manifest.toml` in a folder.
    ///
    /// # Errors
    /// [`VisionError::Manifest`] when the file is missing or malformed.
    pub fn read(folder: &Path) -> Result<Self, VisionError> {
        let path = folder.join("manifest.toml");
        let text = std::fs::read_to_string(&path)
            .map_err(|error| VisionError::Manifest { path: path.clone(), why: error.to_string() })?;
        let mut manifest: Self = toml::from_str(&text)
            .map_err(|error| VisionError::Manifest { path: path.clone(), why: error.to_string() })?;
        manifest.folder = folder.to_owned();
        Ok(manifest)
    }

    /// Every file: models first, then data, then what was fitted.
    pub fn files(&self) -> impl Iterator<Item = &ModelEntry> {
        self.models.iter().chain(&self.data).chain(&self.fitted)
    }

    /// Where an entry's file is.
    #[must_use]
    pub fn path_of(&self, entry: &ModelEntry) -> PathBuf {
        self.folder.join(&entry.file)
    }

    /// Reads a file and checks its size and hash.
    ///
    /// # Errors
    /// [`VisionError::Model`], naming the model, when the file is missing or is not the manifest's.
    pub fn verified_bytes(&self, entry: &ModelEntry) -> Result<Vec<u8>, VisionError> {
        let path = self.path_of(entry);
        let refuse = |why: String| VisionError::Model { name: entry.name.clone(), path: path.clone(), why };
        let bytes = std::fs::read(&path).map_err(|error| refuse(format!("cannot be read: {error}")))?;
        let found = sha256_hex(&bytes);
        if found != entry.sha256 {
            return Err(refuse(format!(
                "has {} bytes and the hash {found}, but the manifest says {} bytes and {}",
                bytes.len(),
                entry.size_bytes,
                entry.sha256
            )));
        }
        Ok(bytes)
    }

    /// The model of that name, verified; refused as by [`Self::verified_bytes`].
    pub(crate) fn model(&self, name: &str) -> Result<VerifiedModel, VisionError> {
        let entry = self.models.iter().find(|entry| entry.name == name).ok_or_else(|| VisionError::Manifest {
            path: self.folder.join("manifest.toml"),
            why: format!("has no model named `{name}`"),
        })?;
        let bytes = self.verified_bytes(entry)?;
        Ok(VerifiedModel { sha256: entry.sha256.clone(), bytes, session: entry.session_entries() })
    }
}

/// SHA-256 as lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
