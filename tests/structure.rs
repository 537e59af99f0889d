//! The promises that the shape of the sources keeps: who may name a pixel, what is never called, where every binary file
//! came from. It reads the tree, and needs neither network nor models.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hymy_vision::Observation;
use sha2::{Digest, Sha256};

#[path = "support/tree.rs"]
mod tree;

use tree::{files_under, root};

fn rust_files_under(folders: &[&str]) -> Vec<PathBuf> {
    let rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    let files: Vec<PathBuf> = folders.iter().flat_map(|folder| files_under(folder)).filter(rust).collect();
    assert!(files.len() >= folders.len(), "no sources under {folders:?}");
    files
}

fn text_of(path: &Path) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn toml_of(path: &str) -> toml::Table {
    text_of(Path::new(path)).parse().unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The lines of code of a source, with their numbers: no comments, and nothing that only tests compile. Relies on
/// rustfmt: the end of an item is a closing line as far in as its beginning.
fn code_lines(text: &str) -> Vec<(usize, &str)> {
    let mut code = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        if line.trim() != "#[cfg(test)]" {
            code.push((index + 1, line));
            continue;
        }
        let depth = line.len() - line.trim_start().len();
        let ends = |line: &str| {
            line.len() - line.trim_start().len() == depth
                && !line.trim_start().starts_with(['#', '/'])
                && line.ends_with([';', ',', '}'])
        };
        lines.by_ref().find(|(_, line)| ends(line));
    }
    code
}

/// Where `text` has `word`, not as a part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let part_of_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(part_of_name)
            && (word.ends_with(|letter| !part_of_name(letter)) || !text[at + word.len()..].starts_with(part_of_name))
    })
}

/// Fails with every line of code, outside tests, in which `found` sees something.
#[track_caller]
fn no_code_line(folders: &[&str], found: impl Fn(&Path, &str) -> bool, promise: &str) {
    let mut places = Vec::new();
    for path in rust_files_under(folders) {
        // The tests of a large module lie in files of their own.
        if path.components().any(|part| ["tests", "tests.rs"].iter().any(|name| part.as_os_str() == *name)) {
            continue;
        }
        let text = text_of(&path);
        for (number, line) in code_lines(&text) {
            if found(&path, line) {
                places.push(format!("{}:{number}: {}", path.display(), line.trim()));
            }
        }
    }
    assert!(places.is_empty(), "{promise}:\n{}", places.join("\n"));
}

/// The packages that a manifest depends on, whatever for but tests.
fn dependencies(manifest: &toml::Table) -> Vec<String> {
    let of_target = manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(|targets| {
        targets.values().filter_map(toml::Value::as_table).flat_map(|target| target.get("dependencies"))
    });
    let own = ["dependencies", "build-dependencies"].into_iter().filter_map(|key| manifest.get(key));
    let tables = own.chain(of_target).filter_map(toml::Value::as_table);
    tables
        .flatten()
        .map(|(name, value)| value.get("package").and_then(toml::Value::as_str).unwrap_or(name).to_owned())
        .collect()
}

#[test]
fn after_the_observation_nothing_can_name_a_pixel() {
    const PIXELS: [&str; 4] = ["opencv", "ort", "image", "ndarray"];
    let named = dependencies(&toml_of("Cargo.toml"));
    assert!(named.iter().any(|name| name == "hymy-vision"), "the root package knows the vision crate");
    for pixels in PIXELS {
        assert!(!named.iter().any(|name| name == pixels), "Cargo.toml: {pixels} belongs to vision/ alone");
    }
    let paths = ["opencv::", "ort::"];
    no_code_line(&["src"], |_, line| paths.iter().any(|path| has_word(line, path)), "src/ may not name these");
    // What the vision crate shows: no frame, no tensor, no library of either.
    let lib = text_of(Path::new("vision/src/lib.rs"));
    for line in lib.lines().filter(|line| line.starts_with("pub ")) {
        let hidden = ["frame", "preprocess", "models", "pipeline", "opencv", "ort", "image", "ndarray"];
        assert!(!hidden.iter().any(|name| has_word(line, name)), "vision/src/lib.rs shows too much: {line}");
    }
}

#[test]
fn an_observation_is_small_and_plain_data() {
    fn plain<T: Copy + Send + Sync + 'static>() -> usize {
        size_of::<T>()
    }
    assert!(plain::<Observation>() <= 256);
}

#[test]
fn no_image_encoder_or_video_writer_is_called() {
    let of_opencv = ["imwrite", "imencode", "imshow", "VideoWriter"];
    let of_image = ["save_with_format", "save_buffer", "write_with_encoder", "write_to("];
    let found = |_: &Path, line: &str| {
        of_opencv.iter().chain(&of_image).any(|call| has_word(line, call))
            || ["Encoder", ".save("].iter().any(|part| line.contains(part))
    };
    no_code_line(&["src", "vision/src", "vision/kernels/src"], found, "no image is ever written");
    // The modules of OpenCV that write and show pictures are not even bound.
    let vision = toml_of("vision/Cargo.toml");
    let opencv = &vision["dependencies"]["opencv"];
    assert_eq!(opencv["default-features"].as_bool(), Some(false));
    let features: Vec<&str> = opencv["features"].as_array().unwrap().iter().filter_map(toml::Value::as_str).collect();
    assert_eq!(
        features,
        ["videoio", "imgproc", "clang-runtime"],
        "a new module of OpenCV wants a look at what it does"
    );
}

#[test]
fn audio_is_never_opened() {
    let found = |_: &Path, line: &str| line.to_ascii_lowercase().contains("audio");
    no_code_line(&["src", "vision/src", "vision/kernels/src"], found, "audio is never opened");
    let lock = toml_of("Cargo.lock");
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let audio = ["alsa", "cpal", "coreaudio-rs", "jack", "libpulse-binding", "portaudio", "rodio", "symphonia"];
        assert!(!audio.contains(&name), "Cargo.lock: {name} is for sound");
    }
}

#[test]
fn every_source_says_what_it_is_for() {
    for path in rust_files_under(&["src", "vision", "tests", "benches"]) {
        assert!(text_of(&path).starts_with("//!"), "{} does not open with //!", path.display());
    }
}

#[test]
fn nothing_outside_tests_panics_by_name() {
    // A const fn: its panic stops the build, never the program.
    let at_build = (Path::new("vision/src/models/blendshapes.rs"), r#"panic!("no such blendshape")"#);
    let calls = [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!("];
    let found =
        |path: &Path, line: &str| (path, line.trim()) != at_build && calls.iter().any(|call| line.contains(call));
    no_code_line(&["src", "vision/src", "vision/kernels/src"], found, "a kiosk must not die of one; return an error");
}

/// One file that was made elsewhere.
struct Foreign {
    path: PathBuf,
    entry: toml::Table,
    /// Where package, version and path in it stand.
    upstream: toml::Table,
}

fn foreign_files() -> Vec<Foreign> {
    let mut found = Vec::new();
    for (folder, lists) in [("models", &["model", "data", "fitted"][..]), ("vision/assets/portraits", &["portrait"])] {
        let manifest = toml_of(&format!("{folder}/manifest.toml"));
        for entry in lists.iter().flat_map(|list| manifest[*list].as_array().unwrap()) {
            let entry = entry.as_table().unwrap().clone();
            let upstream = entry.get("upstream").and_then(toml::Value::as_table).unwrap_or(&entry).clone();
            let path = Path::new(folder).join(entry["file"].as_str().unwrap());
            found.push(Foreign { path, entry, upstream });
        }
    }
    found
}

#[test]
fn every_binary_file_has_its_origin_hash_and_licence_beside_it() {
    let foreign = foreign_files();
    for Foreign { path, entry, upstream } in &foreign {
        let name = path.display();
        let bytes = std::fs::read(root().join(path)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(entry["size_bytes"].as_integer(), i64::try_from(bytes.len()).ok(), "{name}: size_bytes");
        assert_eq!(entry["sha256"].as_str(), Some(hex::encode(Sha256::digest(&bytes)).as_str()), "{name}: sha256");
        for key in ["package", "version", "path"] {
            assert!(upstream[key].as_str().is_some_and(|text| !text.is_empty()), "{name}: {key} of its origin");
        }
        let licence = entry["licence"].as_str().unwrap_or_default();
        match entry.get("licence_text").and_then(toml::Value::as_str) {
            Some(text) => assert!(text_of(Path::new(text)).contains("License"), "{name}: {text} is no licence"),
            None => assert!(licence.starts_with("public domain"), "{name}: {licence} without its text"),
        }
    }
    let known: BTreeMap<&Path, &Foreign> = foreign.iter().map(|file| (file.path.as_path(), file)).collect();
    for path in files_under("") {
        let binary = String::from_utf8(std::fs::read(root().join(&path)).unwrap()).is_err();
        let pictures = ["jpg", "jpeg", "png", "gif", "webp", "bmp", "svg", "mp4", "mkv", "avi", "mov", "webm", "onnx"];
        let picture = path.extension().is_some_and(|extension| pictures.iter().any(|known| extension == *known));
        assert!(!(binary || picture) || known.contains_key(path.as_path()), "{}: no manifest names it", path.display());
    }
}

#[test]
fn fitted_weights_say_from_what_and_how_and_are_few() {
    let manifest = toml_of("models/manifest.toml");
    let fitted = manifest["fitted"].as_array().unwrap();
    assert!(!fitted.is_empty());
    for entry in fitted {
        let text = |key: &str| entry[key].as_str().unwrap_or_else(|| panic!("{key} of {entry}")).to_owned();
        let file = text("file");
        let command = text("command");
        assert!(command.starts_with("hymy ") && command.ends_with(&format!("models/{file}")), "{command}");
        for key in ["method", "measured", "not_in_the_tree"] {
            assert!(text(key).len() > 20, "{file}: {key}");
        }
        assert_eq!(entry["upstream"]["sha256"].as_str().map(str::len), Some(64), "{file}: the data's hash");
        let table = text_of(&Path::new("models").join(&file));
        let weights = table.lines().skip(1).count();
        assert_eq!(entry["weights"].as_integer(), i64::try_from(weights).ok(), "{file}: weights");
        assert!(weights <= 500, "{file}: {weights} weights can remember the faces that they were fitted to");
    }
}

/// What stands between backquotes on one line of a document.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[test]
fn documents_name_only_what_exists() {
    let documents = files_under("").into_iter().filter(|path| path.extension().is_some_and(|md| md == "md"));
    let mut checked = 0;
    for document in documents {
        let text = text_of(&document);
        let name = document.display();
        let folder = root().join(&document).parent().unwrap().to_owned();
        for line in text.lines() {
            for quoted in quoted(line) {
                let (path, test) = quoted
                    .split_once(".rs::")
                    .map_or((quoted.to_owned(), None), |(file, test)| (format!("{file}.rs"), Some(test)));
                let begins_in_tree =
                    ["src/", "vision/", "models/", "configs/", "docs/", "tests/", "benches/", "setup/"]
                        .iter()
                        .any(|folder| path.starts_with(folder));
                if !begins_in_tree || path.contains([' ', '*']) {
                    continue;
                }
                checked += 1;
                assert!(root().join(&path).exists(), "{name}: {path} does not exist");
                if let Some(test) = test {
                    let has_it = text_of(Path::new(&path)).contains(&format!("fn {test}("));
                    assert!(has_it, "{name}: {path} has no test {test}");
                }
            }
            for link in line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
                checked += 1;
                assert!(folder.join(link).exists(), "{name}: the link to {link} leads nowhere");
            }
        }
    }
    assert!(checked > 40, "only {checked} paths were found in the documents");
}

#[test]
fn the_architecture_names_every_module() {
    let architecture = text_of(Path::new("docs/architecture.md"));
    let modules = ["src/lib.rs", "vision/src/lib.rs"].map(|file| text_of(Path::new(file)));
    let modules = modules.iter().flat_map(|text| text.lines()).filter_map(|line| {
        line.trim_start_matches("pub ").strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'))
    });
    // Named for what they hold: the errors are a section of their own there.
    for module in modules.filter(|module| *module != "error") {
        let named = architecture.lines().filter(|line| line.starts_with("| `"));
        let named = named.filter_map(|line| line.split('|').nth(1)).flat_map(quoted).any(|name| name == module);
        assert!(named, "docs/architecture.md does not say what `{module}` does");
    }
}
