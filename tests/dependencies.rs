//! Which crates of others get where: those next to pixels are all listed, and of the rest those that could encode a
//! picture or speak to a network.
//!
//! `cargo metadata` says what is linked. A new crate wants a look at what it does, and then a line in a list here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// What the vision crate may use, and what for.
const NEXT_TO_PIXELS: [(&str, &str); 12] = [
    ("hymy-kernels", "loops of the face mesh; arrays in, arrays out"),
    ("image", "decodes stills"),
    ("libc", "steps of the system that std lacks"),
    ("ndarray", "tensors"),
    ("opencv", "capture, colour conversion, warps"),
    ("ort", "runs the models"),
    ("serde", "reads the manifests"),
    ("sha2", "checks the models"),
    ("smallvec", "short lists that need no heap; arrays in, arrays out"),
    ("thiserror", "errors"),
    ("toml", "reads the manifests"),
    ("tracing", "logs; no pixel is Debug or Display, so none can be logged"),
];

/// Crates of the whole program that say of themselves, on their registry page, that they are about pictures, video,
/// sound or the network, and why each is here all the same.
const LOOKED_AT: [(&str, &str); 33] = [
    ("axum", "the pages and the till endpoint, a server"),
    ("axum-core", "the till endpoint"),
    ("bytes", "buffers of the till endpoint"),
    ("governor", "counts requests by address, in memory; it sends nothing"),
    ("http", "the till endpoint"),
    ("http-body", "the till endpoint"),
    ("http-body-util", "the till endpoint"),
    ("httparse", "the till endpoint"),
    ("httpdate", "the till endpoint"),
    ("hyper", "the till endpoint; its client is switched off"),
    ("hyper-util", "the till endpoint; its client is switched off"),
    ("image", "decodes stills; its encoders are not linked (tests/wall.rs)"),
    ("image-webp", "decodes stills"),
    ("matchit", "paths of the till endpoint"),
    ("moxcms", "colour profiles of stills"),
    ("opencv", "capture, colour conversion, warps"),
    ("png", "decodes stills"),
    ("rumqttc", "tells a configured broker of health and releases; subscribes to nothing"),
    ("rustix", "limits of the process, a till's serial line, keep-alive of its TCP line"),
    ("rustls", "TLS of the pages, a server, and to a configured broker; it opens no connection by itself"),
    ("rustls-native-certs", "of rumqttc; not called, as the certificates are given in the configuration"),
    ("rustls-pemfile", "of rumqttc; reads certificates"),
    ("rustls-pki-types", "certificates and keys of the pages and of a broker"),
    ("serde_urlencoded", "forms of the pages"),
    ("socket2", "the till endpoint's socket"),
    ("tokio", "the till endpoint, lines of a till and the Unix socket"),
    ("tokio-rustls", "TLS of the pages and to a configured broker"),
    ("tower", "layers of the till endpoint"),
    ("tower-layer", "layers of the till endpoint"),
    ("tower-service", "layers of the till endpoint"),
    ("utoipa", "describes the till endpoint; it serves and fetches nothing"),
    ("zune-core", "decodes stills"),
    ("zune-jpeg", "decodes stills"),
];

/// Categories and keywords of the registry by which such a crate is known.
const CATEGORIES: [&str; 5] =
    ["multimedia", "network-programming", "web-programming", "email", "rendering::data-formats"];
const KEYWORDS: [&str; 26] = [
    "image",
    "images",
    "jpeg",
    "png",
    "gif",
    "webp",
    "avif",
    "video",
    "camera",
    "codec",
    "encoder",
    "h264",
    "ffmpeg",
    "audio",
    "sound",
    "http",
    "network",
    "networking",
    "socket",
    "tcp",
    "udp",
    "tls",
    "quic",
    "dns",
    "websocket",
    "mqtt",
];

/// Features that would let pixels be serialised or something be fetched while building.
const NEVER: [(&str, &[&str]); 5] = [
    ("image", &["serde", "default", "default-formats", "avif", "gif"]),
    ("ndarray", &["serde", "serde-1"]),
    ("ort", &["default", "download-binaries", "fetch-models"]),
    ("hyper", &["client", "full"]),
    ("hyper-util", &["client", "client-legacy", "client-proxy", "full"]),
];

struct Tree {
    packages: BTreeMap<String, Value>,
    nodes: BTreeMap<String, Value>,
}

impl Tree {
    /// The dependencies as they are built for this machine, developers' tools included.
    fn read() -> Self {
        let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--locked", "--offline", "--all-features"])
            .args(["--filter-platform", &platform])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("cargo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let by_id = |list: &Value| {
            let list = list.as_array().expect("a list");
            list.iter().map(|entry| (text(&entry["id"]), entry.clone())).collect()
        };
        Self { packages: by_id(&metadata["packages"]), nodes: by_id(&metadata["resolve"]["nodes"]) }
    }

    fn id(&self, name: &str) -> &str {
        let mut found = self.packages.iter().filter(|(_, package)| package["name"] == name);
        found.next().unwrap_or_else(|| panic!("{name} is not in the tree")).0
    }

    fn name(&self, id: &str) -> String {
        text(&self.packages[id]["name"])
    }

    /// What a package needs to run, tests and build scripts left out.
    fn needs(&self, id: &str) -> Vec<&str> {
        let needed = self.nodes[id]["deps"].as_array().expect("a list").iter();
        let linked =
            |needed: &&Value| needed["dep_kinds"].as_array().expect("a list").iter().any(|kind| kind["kind"].is_null());
        needed.filter(linked).map(|needed| needed["pkg"].as_str().expect("an id")).collect()
    }

    /// The package and all that it needs.
    fn under<'t>(&'t self, id: &'t str) -> BTreeSet<&'t str> {
        let (mut found, mut waiting) = (BTreeSet::new(), vec![id]);
        while let Some(id) = waiting.pop() {
            if found.insert(id) {
                waiting.extend(self.needs(id));
            }
        }
        found
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

#[test]
fn next_to_pixels_there_is_nothing_that_was_not_looked_at() {
    let tree = Tree::read();
    let direct: BTreeSet<String> = tree.needs(tree.id("hymy-vision")).into_iter().map(|id| tree.name(id)).collect();
    let known: BTreeSet<String> = NEXT_TO_PIXELS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(direct, known, "a new dependency of vision/ wants a look, and a line in NEXT_TO_PIXELS");

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("vision/tests/dependencies.txt");
    let found: BTreeSet<String> = tree.under(tree.id("hymy-vision")).into_iter().map(|id| tree.name(id)).collect();
    if std::env::var_os("HYMY_BLESS").is_some() {
        let lines: Vec<String> = found.iter().cloned().collect();
        std::fs::write(&file, lines.join("\n") + "\n").expect("written");
    }
    let known: BTreeSet<String> = std::fs::read_to_string(&file).expect("read").lines().map(str::to_owned).collect();
    let new: Vec<_> = found.difference(&known).collect();
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(new.is_empty() && gone.is_empty(), "vision/tests/dependencies.txt differs: new {new:?}, gone {gone:?}");
}

#[test]
fn only_crates_that_were_looked_at_could_encode_a_picture_or_speak_to_a_network() {
    let tree = Tree::read();
    let has = |package: &Value, key: &str, meant: &dyn Fn(&str) -> bool| {
        package[key].as_array().expect("a list").iter().any(|entry| meant(entry.as_str().expect("a text")))
    };
    let mut found = BTreeSet::new();
    for id in tree.under(tree.id("hymy")) {
        let package = &tree.packages[id];
        let category = |entry: &str| CATEGORIES.iter().any(|category| entry.starts_with(category));
        let keyword = |entry: &str| KEYWORDS.contains(&entry.to_ascii_lowercase().as_str());
        if has(package, "categories", &category) || has(package, "keywords", &keyword) {
            found.insert(tree.name(id));
        }
    }
    let known: BTreeSet<String> = LOOKED_AT.iter().map(|(name, _)| (*name).to_owned()).collect();
    let new: Vec<_> = found.difference(&known).collect();
    let gone: Vec<_> = known.difference(&found).collect();
    assert!(new.is_empty() && gone.is_empty(), "LOOKED_AT differs: new {new:?}, gone {gone:?}");
}

#[test]
fn no_feature_serialises_pixels_or_fetches_anything() {
    let tree = Tree::read();
    for (name, never) in NEVER {
        let features = tree.nodes[tree.id(name)]["features"].as_array().expect("a list");
        let on: Vec<&Value> = features.iter().filter(|on| never.iter().any(|feature| *on == feature)).collect();
        assert!(on.is_empty(), "{name}: {on:?}");
    }
    for pixels in ["image", "ndarray", "opencv", "ort"] {
        let serialises = tree.needs(tree.id(pixels)).into_iter().any(|id| tree.name(id).starts_with("serde"));
        assert!(!serialises, "{pixels} can be serialised");
    }
}
