//! The labels of a folder of clips: `labels.json`, read whole and refused with the place of what is wrong.
//!
//! A frame that no span names is not labelled and is not scored. The format stands in `docs/eval.md`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The file's name in the folder.
pub const LABELS_FILE: &str = "labels.json";

/// What can be labelled, and is compared frame by frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The face smiles.
    Smile,
    /// The person looks into the lens or within about 15 degrees of it.
    Camera,
    /// A phone is held in a hand.
    Phone,
    /// Something hides the mouth.
    MouthHidden,
}

impl Class {
    /// Every class, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Smile, Self::Camera, Self::Phone, Self::MouthHidden];

    /// The key in `labels.json` and in the report.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Smile => "smile",
            Self::Camera => "camera",
            Self::Phone => "phone_in_hand",
            Self::MouthHidden => "mouth_hidden",
        }
    }
}

/// Why `labels.json` is refused.
#[derive(Debug, thiserror::Error)]
pub enum LabelsError {
    /// It cannot be read.
    #[error("{path}: cannot be read: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// It is not what `docs/eval.md` describes.
    #[error("{path}: {key}: {why}; docs/eval.md describes the file")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The key, as `clips.counter/eat.mkv.smile.yes[0]`.
        key: String,
        /// What is wrong, with the line.
        why: String,
    },
}

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// Free text; read by nobody.
    #[serde(default)]
    pub about: Option<String>,
    /// Clips by their path from the folder, `/` between folders.
    #[serde(deserialize_with = "each_once")]
    pub clips: BTreeMap<String, ClipLabels>,
}

/// What is known of one clip.
#[derive(Clone, Debug, Default)]
pub struct ClipLabels {
    /// Frames that it has.
    pub frames: Option<u64>,
    /// Frames a second; for readers of the file only.
    pub fps: Option<f64>,
    /// People whose face is to be seen; `None` is not known.
    pub people: Option<u32>,
    /// Groups that it belongs to, for figures of their own.
    pub groups: Vec<String>,
    labels: [Answers; Class::ALL.len()],
}

impl ClipLabels {
    /// What a frame is labelled with; `None` is not labelled.
    #[must_use]
    pub fn of(&self, class: Class, frame: u64) -> Option<bool> {
        self.answers(class).and_then(|answers| answers.of(frame))
    }

    /// The labels of a class.
    #[must_use]
    pub fn answers(&self, class: Class) -> Option<&Answers> {
        self.labels.get(class as usize)
    }

    /// The number of frames that the labels speak of, where they say so.
    #[must_use]
    pub fn expected_frames(&self) -> Option<u64> {
        self.frames
            .or_else(|| self.labels.iter().flat_map(Answers::spans).map(|(_, span)| span.last.saturating_add(1)).max())
    }
}

/// Frames with a yes and frames with a no; all others are not labelled.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Answers {
    yes: Frames,
    no: Frames,
}

impl Answers {
    /// What a frame is labelled with.
    #[must_use]
    pub fn of(&self, frame: u64) -> Option<bool> {
        if self.yes.holds(frame) {
            return Some(true);
        }
        self.no.holds(frame).then_some(false)
    }

    fn spans(&self) -> impl Iterator<Item = (bool, Span)> {
        let yes = self.yes.spans().iter().map(|span| (true, *span));
        yes.chain(self.no.spans().iter().map(|span| (false, *span)))
    }

    fn fault(&self, frames: Option<u64>) -> Option<String> {
        if matches!((&self.yes, &self.no), (Frames::All, other) | (other, Frames::All) if !other.is_empty()) {
            return Some("\"all\" beside another label: no frame is left for it".to_owned());
        }
        let mut spans: Vec<(bool, Span)> = self.spans().collect();
        spans.sort_by_key(|(_, span)| span.first);
        for pair in spans.windows(2) {
            if let [(_, one), (_, other)] = pair
                && other.first <= one.last
            {
                return Some(format!("[{}, {}] and [{}, {}] overlap", one.first, one.last, other.first, other.last));
            }
        }
        let beyond = |(_, span): &(bool, Span)| frames.is_some_and(|frames| span.last >= frames);
        spans.iter().find(|span| beyond(span)).map(|(_, span)| {
            format!(
                "[{}, {}] ends beyond the clip: its last frame is {}",
                span.first,
                span.last,
                frames.unwrap_or(1) - 1
            )
        })
    }
}

/// A set of frames.
#[derive(Clone, Debug)]
enum Frames {
    All,
    Spans(Vec<Span>),
}

impl Default for Frames {
    fn default() -> Self {
        Self::Spans(Vec::new())
    }
}

impl Frames {
    fn holds(&self, frame: u64) -> bool {
        match self {
            Self::All => true,
            Self::Spans(spans) => spans.iter().any(|span| (span.first..=span.last).contains(&frame)),
        }
    }

    fn spans(&self) -> &[Span] {
        match self {
            Self::All => &[],
            Self::Spans(spans) => spans,
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Spans(spans) if spans.is_empty())
    }
}

/// First and last frame, both included, counted from 0.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "(u64, u64)")]
struct Span {
    first: u64,
    last: u64,
}

impl TryFrom<(u64, u64)> for Span {
    type Error = String;

    fn try_from((first, last): (u64, u64)) -> Result<Self, String> {
        if first > last {
            return Err(format!("[{first}, {last}] ends before it begins; write [first, last], both included"));
        }
        Ok(Self { first, last })
    }
}

impl<'de> Deserialize<'de> for Frames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Frames;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("\"all\" or a list of [first, last] frames")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Frames, E> {
                if text == "all" {
                    Ok(Frames::All)
                } else {
                    Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
                }
            }

            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Frames, A::Error> {
                let mut spans = Vec::new();
                while let Some(span) = list.next_element()? {
                    spans.push(span);
                }
                Ok(Frames::Spans(spans))
            }
        }
        deserializer.deserialize_any(All)
    }
}

/// One group, several, or several with a name each.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a text, a list of texts, or an object of texts")]
enum Groups {
    One(String),
    Several(Vec<String>),
    Named(BTreeMap<String, String>),
}

impl Groups {
    fn list(self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name],
            Self::Several(names) => names,
            Self::Named(names) => names.into_iter().map(|(name, value)| format!("{name} {value}")).collect(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClip {
    frames: Option<u64>,
    fps: Option<f64>,
    people: Option<u32>,
    #[serde(default)]
    smile: Answers,
    #[serde(default)]
    camera: Answers,
    #[serde(default)]
    phone_in_hand: Answers,
    #[serde(default)]
    mouth_hidden: Answers,
    group: Option<Groups>,
    groups: Option<Groups>,
    #[serde(rename = "note")]
    _note: Option<String>,
}

impl<'de> Deserialize<'de> for ClipLabels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = RawClip::deserialize(deserializer)?;
        if raw.frames == Some(0) {
            return Err(D::Error::custom("frames is 0: a clip has at least one; leave the key out if it is not known"));
        }
        // The order of `Class`.
        let labels = [raw.smile, raw.camera, raw.phone_in_hand, raw.mouth_hidden];
        for (class, answers) in Class::ALL.iter().zip(&labels) {
            if let Some(fault) = answers.fault(raw.frames) {
                return Err(D::Error::custom(format!("{}: {fault}", class.key())));
            }
        }
        let mut groups: Vec<String> = [raw.group, raw.groups].into_iter().flatten().flat_map(Groups::list).collect();
        if let Some(name) = groups.iter().find(|name| name.chars().any(char::is_control)) {
            return Err(D::Error::custom(format!("group {name:?} has control characters")));
        }
        groups.sort();
        groups.dedup();
        Ok(Self { frames: raw.frames, fps: raw.fps, people: raw.people, groups, labels })
    }
}

/// A map whose keys come once each: of two labels for one clip, neither is dropped in silence.
fn each_once<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, ClipLabels>, D::Error> {
    struct Once;
    impl<'de> Visitor<'de> for Once {
        type Value = BTreeMap<String, ClipLabels>;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("an object of clips")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut clips = BTreeMap::new();
            while let Some((name, clip)) = map.next_entry::<String, ClipLabels>()? {
                if clips.contains_key(&name) {
                    return Err(A::Error::custom(format!("{name} stands here twice; keep one of them")));
                }
                clips.insert(name, clip);
            }
            Ok(clips)
        }
    }
    deserializer.deserialize_map(Once)
}

impl Labels {
    /// Reads `labels.json` of a folder; `None` where there is none.
    ///
    /// # Errors
    /// [`LabelsError`].
    pub fn read(folder: &Path) -> Result<Option<Self>, LabelsError> {
        let path = folder.join(LABELS_FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&path, &text).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(LabelsError::Unreadable { path, why }),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, LabelsError> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let labels: Self = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let key = error.path().to_string();
            let key = if key == "." { "the file".to_owned() } else { key };
            LabelsError::Malformed { path: path.to_owned(), key, why: error.into_inner().to_string() }
        })?;
        let malformed =
            |key: &str, why: String| LabelsError::Malformed { path: path.to_owned(), key: key.to_owned(), why };
        reader.end().map_err(|error| malformed("the file", error.to_string()))?;
        if let Some(name) = labels.clips.keys().find(|name| name.chars().any(char::is_control)) {
            return Err(malformed("clips", format!("the name {name:?} has control characters")));
        }
        // A clip outside the folder could be any file of the machine.
        let outside = |name: &&String| {
            name.is_empty() || name.starts_with('/') || name.split('/').any(|part| matches!(part, "" | "." | ".."))
        };
        match labels.clips.keys().find(outside) {
            Some(name) => {
                let why = "is not a path inside the folder; write it as sub-folder/clip.mkv".to_owned();
                Err(malformed(&format!("clips.{name}"), why))
            }
            None => Ok(labels),
        }
    }
}

#[cfg(test)]
mod tests;
