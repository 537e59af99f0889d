//! What `hymy analyze` does when something is wrong: the exit code, a message that names the thing and says what to
//! do, what was read is kept, and never a panic.

mod support;

use std::path::{Path, PathBuf};

use support::{Ended, has_ffmpeg, hymy, json_lines, root, test_pattern};

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), content).expect("written");
        self.path(name)
    }

    /// A folder with a portrait in it.
    fn stills(&self) -> PathBuf {
        let folder = self.path("stills");
        std::fs::create_dir(&folder).expect("made");
        std::fs::copy(portraits().join("hopper.jpg"), folder.join("hopper.jpg")).expect("copied");
        folder
    }

    /// Runs `analyze` in this place, where relative names are.
    fn analyze(&self, args: &[&str]) -> Ended {
        Ended::of(hymy(["analyze"]).args(args).current_dir(self.folder.path()))
    }
}

fn portraits() -> PathBuf {
    root().join("vision/assets/portraits")
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("made");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("listed");
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
        }
    }
}

#[test]
fn a_source_that_is_no_source_is_told_apart() {
    let place = Place::new();
    place.file("text.mp4", "hello");
    place.file("none.mp4", "");
    place.stills();
    std::fs::create_dir(place.path("empty")).expect("made");
    place.analyze(&["clip.mkv"]).failed(1, &["clip.mkv", "No such file", "Name a video file"]);
    for file in ["text.mp4", "none.mp4"] {
        place.analyze(&[file]).failed(1, &[file, "is not a video", "ffprobe"]);
    }
    place.analyze(&["stills"]).failed(1, &["stills", "is a folder", "--stills"]);
    place.analyze(&["empty", "--stills"]).failed(1, &["empty", "holds no image", "png"]);
    place.analyze(&["text.mp4", "--stills"]).failed(1, &["text.mp4", "folder"]);
    place.analyze(&["/dev/hymy-no-camera"]).failed(1, &["/dev/hymy-no-camera", "no such camera", "/dev/v4l/by-id"]);
}

#[test]
fn an_unreadable_source_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let file = place.file("secret.mp4", "x");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).expect("mode");
    if std::fs::File::open(&file).is_ok() {
        support::not_run("an_unreadable_source_is_named", "this user reads every file");
        return;
    }
    place.analyze(&["secret.mp4"]).failed(1, &["secret.mp4", "Permission denied"]);
}

#[test]
fn wrong_usage_ends_with_2() {
    let place = Place::new();
    place.stills();
    place.analyze(&[]).failed(2, &["<SOURCE>"]);
    place.analyze(&["clip.mkv", "--loop", "0"]).failed(2, &["--loop"]);
    place.analyze(&["stills", "--stills", "--loop", "2"]).failed(2, &["--stills", "--loop"]);
    place.analyze(&["stills", "--stills", "--till", "t.jsonl"]).failed(2, &["--stills", "--till"]);
    place.analyze(&["rtsp://127.0.0.1:1/a", "--loop", "2"]).failed(2, &["--loop is for video files"]);
}

#[test]
fn a_recording_is_never_overwritten_by_the_outputs() {
    let place = Place::new();
    place.file("clip.mp4", "the only copy");
    place.file("t.jsonl", r#"{"register":"1","event":"opened","t_ms":0}"#);
    for (args, named) in [
        (&["clip.mp4", "--observations", "clip.mp4"][..], "clip.mp4"),
        (&["clip.mp4", "--summary", "./clip.mp4"], "clip.mp4"),
        (&["clip.mp4", "--till", "t.jsonl", "--summary", "t.jsonl"], "t.jsonl"),
        (&["clip.mp4", "--observations", "new", "--summary", "new"], "new"),
    ] {
        place.analyze(args).failed(2, &[named, "another file"]);
    }
    // Nor through a link, nor a still of the folder that is read.
    std::fs::hard_link(place.path("clip.mp4"), place.path("link")).expect("linked");
    place.analyze(&["clip.mp4", "--observations", "link"]).failed(2, &["link would overwrite clip.mp4"]);
    place.analyze(&["clip.mp4", "--observations", "new", "--summary", "./new"]).failed(2, &["another file"]);
    let still = place.stills().join("hopper.jpg");
    let whole = std::fs::read(&still).expect("read");
    place.analyze(&["stills", "--stills", "--summary", "./stills/hopper.jpg"]).failed(2, &["hopper.jpg"]);
    assert_eq!(std::fs::read(&still).expect("read"), whole);
    // Nor are earlier results lost to a mistyped source.
    place.file("o.jsonl", "an hour's work");
    place.analyze(&["clop.mp4", "--observations", "o.jsonl"]).failed(1, &["clop.mp4"]);
    let kept = |name: &str| std::fs::read_to_string(place.path(name)).expect("kept");
    assert_eq!((kept("clip.mp4").as_str(), kept("o.jsonl").as_str()), ("the only copy", "an hour's work"));
}

#[test]
fn corrupt_stills_are_named_and_the_others_are_read() {
    let place = Place::new();
    let stills = place.stills();
    std::fs::write(stills.join("garbage.jpg"), [7; 500]).expect("written");
    let whole = std::fs::read(portraits().join("collins.png")).expect("read");
    std::fs::write(stills.join("half.png"), &whole[..whole.len() / 2]).expect("written");
    let ended = place.analyze(&["stills", "--stills", "--observations", "o.jsonl"]);
    ended.failed(1, &["garbage.jpg: ", "half.png: ", "2 of 3 stills could not be read"]);
    let lines = json_lines(&place.path("o.jsonl"));
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["file"], "hopper.jpg");
    assert_eq!(lines[0]["face"]["smiling"], false);
}

#[test]
fn a_truncated_video_gives_what_it_has_and_both_counts() {
    if !has_ffmpeg("a_truncated_video_gives_what_it_has_and_both_counts") {
        return;
    }
    let place = Place::new();
    let whole = std::fs::read(test_pattern(&place.path("whole.mp4"), 100)).expect("read");
    place.file("cut.mp4", &whole[..whole.len() * 6 / 10]);
    let ended = place.analyze(&["cut.mp4", "--observations", "o.jsonl", "--summary", "s.json"]);
    let read = json_lines(&place.path("o.jsonl")).len();
    assert!((10..90).contains(&read), "{read} observations of a cut file");
    ended.failed(1, &["cut.mp4", &format!("{read} of 100"), "truncated"]);
    assert_eq!(support::json_of(&place.path("s.json"))["processed"], read);
}

#[test]
fn a_damaged_video_of_full_length_gives_what_it_has_and_both_counts() {
    if !has_ffmpeg("a_damaged_video_of_full_length_gives_what_it_has_and_both_counts") {
        return;
    }
    let place = Place::new();
    let mut bytes = std::fs::read(test_pattern(&place.path("whole.mkv"), 100)).expect("read");
    let length = bytes.len();
    bytes[length / 2..length * 9 / 10].fill(0);
    place.file("damaged.mkv", bytes);
    let ended = place.analyze(&["damaged.mkv", "--observations", "o.jsonl"]);
    let read = json_lines(&place.path("o.jsonl")).len();
    assert!((10..98).contains(&read), "{read} observations of a damaged file");
    ended.failed(1, &["damaged.mkv", &format!("{read} of 10"), "damaged"]);
}

#[test]
fn a_recording_that_was_stopped_says_so() {
    if !has_ffmpeg("a_recording_that_was_stopped_says_so") {
        return;
    }
    let place = Place::new();
    test_pattern(&place.path("clip.mp4"), 100);
    let mut command = hymy(["analyze", "clip.mp4", "--loop", "1000", "--observations", "o.jsonl"]);
    let ended = support::interrupted_once_there(command.current_dir(place.folder.path()), &place.path("o.jsonl"));
    ended.failed(1, &["stopped after ", " of 100000 frames"]);
}

#[test]
fn every_wrong_line_of_the_till_file_is_named() {
    let place = Place::new();
    place.file("clip.mp4", "never looked at");
    let lines = [
        r#"{"register":"1","event":"opened","t_ms":0}"#,
        r#"{"register":"1","event":"opend","t_ms":5}"#,
        "",
        "xx",
        r#"{"register":"1","event":"closed","at":"2026-01-01T00:00:00Z"}"#,
    ];
    place.file("t.jsonl", lines.join("\n"));
    let ended = place.analyze(&["clip.mp4", "--till", "t.jsonl"]);
    let ended = ended
        .failed(1, &["t.jsonl:2:31: unknown variant `opend`", "t.jsonl:4:1: ", "t.jsonl:5: ", "a line looks like"]);
    assert!(!ended.err.contains("at line 1"), "the line of the file is the only one: {}", ended.err);
    place.analyze(&["clip.mp4", "--till", "none.jsonl"]).failed(1, &["none.jsonl", "one JSON event a line"]);
}

#[test]
fn a_wrong_configuration_ends_with_2_and_names_the_place() {
    let place = Place::new();
    place.file("c.toml", "[kiosk]\ndata_dir = \"d\"\n[runtime]\nthread = 1\n");
    place.analyze(&["clip.mp4", "--config", "c.toml"]).failed(2, &["c.toml:4:1: ", "runtime.thread", "threads"]);
    assert!(!place.path("d").exists(), "analyze never makes a kiosk's store");
}

#[test]
fn a_model_with_another_hash_is_refused_by_name() {
    let place = Place::new();
    let stills = place.stills();
    copy_folder(&root().join("models"), &place.path("models"));
    let model = place.path("models/face_blendshapes.onnx");
    let mut bytes = std::fs::read(&model).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&model, bytes).expect("written");
    let library = root().join("runtime/libonnxruntime.so");
    let config = format!("[kiosk]\ndata_dir = \"d\"\n[models]\ndir = \"models\"\n[runtime]\nlibrary = {library:?}\n");
    place.file("c.toml", config);
    let args = [stills.to_str().expect("text"), "--stills", "--config", "c.toml"];
    place.analyze(&args).failed(1, &["face_blendshapes", "hymy models verify"]);
    let verify = Ended::of(hymy(["models", "verify", "--dir"]).arg(place.path("models")));
    assert_eq!(verify.code, Some(1));
    assert!(verify.out.contains("WRONG") && verify.out.contains("face_blendshapes"), "{}", verify.out);
    std::fs::remove_file(&model).expect("removed");
    place.analyze(&args).failed(1, &["face_blendshapes", "Restore the file"]);
    std::fs::remove_file(place.path("models/manifest.toml")).expect("removed");
    place.analyze(&args).failed(1, &["manifest.toml", "restore the `models` folder"]);
}

#[test]
fn a_missing_runtime_library_or_provider_is_told_with_the_remedy() {
    let place = Place::new();
    place.stills();
    let missing = Ended::of(
        hymy(["analyze", "stills", "--stills"])
            .current_dir(place.folder.path())
            .env("HYMY_ONNXRUNTIME", "/nonexistent/libonnxruntime.so"),
    );
    missing.failed(1, &["/nonexistent/libonnxruntime.so", "make runtime", "HYMY_ONNXRUNTIME"]);
    place.file("c.toml", "[kiosk]\ndata_dir = \"d\"\n[runtime]\nprovider = \"openvino\"\n");
    let ended = place.analyze(&["stills", "--stills", "--config", "c.toml"]);
    ended.failed(1, &["`openvino` is not available", "it has: cpu", "runtime.provider"]);
}

#[test]
fn outputs_that_cannot_be_written_are_told() {
    let place = Place::new();
    place.stills();
    for output in ["--observations", "--summary"] {
        let ended = place.analyze(&["stills", "--stills", output, "no-such-folder/out"]);
        let ended = ended.failed(1, &["no-such-folder/out", "cannot be written", "No such file"]);
        assert!(!ended.out.contains("processed"), "found out before the work, not after it: {}", ended.out);
        let full = place.analyze(&["stills", "--stills", output, "/dev/full"]);
        full.failed(1, &["/dev/full", "cannot be written", "No space left"]);
    }
}
