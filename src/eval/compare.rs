//! Another tool's observations of the same clips, one line of JSON a frame, counted by the same rules.
//!
//! Keys of Hymy's own observation line mean what they mean there. Of a tool that has fewer keys, a smile of at least
//! 0.5 is "smiling", and a phone that is there is a phone in the hand. What a tool does not say at all is
//! `signal_off`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};

use super::labels::{Class, ClipLabels};
use super::metrics::Count;
use super::reading::{FrameReading, Reading, from_lens_deg};
use super::run::ClipResult;
use super::score::{Figures, Score, scored_label};
use crate::signals::{FACE_MIN_PX, Reason};

/// Probability from which a tool without decisions of its own is taken to say "smiling".
const SMILING: f64 = 0.5;

/// Why another tool's file is refused.
#[derive(Debug, thiserror::Error)]
pub enum OtherError {
    /// It cannot be read.
    #[error("{path}: cannot be read: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: std::io::Error,
    },
    /// A line is not what `docs/eval.md` describes.
    #[error("{path}, line {line}: {why}; docs/eval.md describes such a line")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
}

/// One line. Keys that are not known are passed over: they are another tool's own.
#[derive(Deserialize)]
struct Line {
    frame: u64,
    #[serde(default, deserialize_with = "present")]
    face: Option<Option<FaceLine>>,
    #[serde(default, deserialize_with = "present")]
    phone: Option<Option<PhoneLine>>,
    #[serde(default)]
    phone_observable: Option<bool>,
    #[serde(default)]
    not_alone: bool,
}

#[derive(Deserialize)]
struct FaceLine {
    #[serde(default)]
    smile: Option<f64>,
    #[serde(default)]
    smiling: Option<bool>,
    #[serde(default)]
    on_target: Option<bool>,
    #[serde(default)]
    head_deg: Option<[f32; 3]>,
    #[serde(default)]
    gaze_deg: Option<[f32; 2]>,
    #[serde(default)]
    turned_away: bool,
    #[serde(default)]
    mouth_visible: Option<bool>,
    #[serde(default)]
    width_px: Option<f32>,
}

#[derive(Deserialize)]
struct PhoneLine {
    #[serde(default)]
    score: Option<f64>,
    #[serde(default)]
    in_hand: Option<bool>,
}

/// Tells `null` from a key that is not there.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

impl Line {
    /// What cannot be: probabilities lie between 0 and 1, angles and widths are numbers.
    fn fault(&self) -> Option<String> {
        let face = self.face.as_ref().and_then(Option::as_ref);
        let phone = self.phone.as_ref().and_then(Option::as_ref);
        let probabilities =
            [("face.smile", face.and_then(|face| face.smile)), ("phone.score", phone.and_then(|phone| phone.score))];
        for (key, value) in probabilities {
            if let Some(value) = value.filter(|value| !(0.0..=1.0).contains(value)) {
                return Some(format!("{key} is {value}; it lies between 0 and 1"));
            }
        }
        let head = face.and_then(|face| face.head_deg).is_some_and(|head| !head.iter().all(|angle| is_angle(*angle)));
        let gaze = face.and_then(|face| face.gaze_deg).is_some_and(|gaze| !gaze.iter().all(|angle| is_angle(*angle)));
        let width = face.and_then(|face| face.width_px).is_some_and(|width| !width.is_finite() || width < 0.0);
        let faults = [
            (head, "face.head_deg: angles lie between -180 and 180"),
            (gaze, "face.gaze_deg: angles lie between -180 and 180"),
            (width, "face.width_px is no width"),
        ];
        faults.into_iter().find(|(is_one, _)| *is_one).map(|(_, why)| why.to_owned())
    }

    fn reading(&self, nobody: bool) -> FrameReading {
        let face = self.face.as_ref().and_then(Option::as_ref);
        FrameReading::new(
            self.frame,
            face.is_some(),
            Class::ALL.map(|class| match class {
                _ if self.not_alone => Reading::unknown(Reason::NotAlone),
                Class::Phone => self.phone(nobody),
                _ => match (&self.face, face) {
                    (None, _) => Reading::unknown(Reason::SignalOff),
                    (_, None) => Reading::unknown(Reason::NoFace),
                    (_, Some(face)) if face.width_px.is_some_and(|width| width < FACE_MIN_PX) => {
                        Reading::unknown(Reason::TooSmall)
                    }
                    (_, Some(face)) => face.reading(class),
                },
            }),
        )
    }

    fn phone(&self, nobody: bool) -> Reading {
        let Some(phone) = &self.phone else { return Reading::unknown(Reason::SignalOff) };
        let in_hand = phone.as_ref().is_some_and(|phone| phone.in_hand.unwrap_or(true));
        let has_face = matches!(self.face, Some(Some(_)));
        let answer = match self.phone_observable {
            Some(false) => Err(if has_face { Reason::TooShort } else { Reason::NoFace }),
            Some(true) if !in_hand && !has_face && !nobody => Err(Reason::NoFace),
            _ => Ok(in_hand),
        };
        // A tool that gives no score of its own has only its yes or no to lay a threshold at.
        let score = phone.as_ref().map_or(0.0, |phone| phone.score.unwrap_or(1.0));
        Reading { answer, score: answer.is_ok().then_some(score) }
    }
}

fn is_angle(degrees: f32) -> bool {
    (-180.0..=180.0).contains(&degrees)
}

impl FaceLine {
    fn reading(&self, class: Class) -> Reading {
        let away = || Reading::unknown(Reason::TurnedAway);
        match class {
            Class::Smile | Class::MouthHidden if self.turned_away => away(),
            Class::Smile => {
                let answer = self.smiling.or(self.smile.map(|smile| smile >= SMILING));
                let hidden = match self.mouth_visible {
                    Some(false) => Reason::MouthHidden,
                    Some(true) => Reason::TooSmall,
                    None => Reason::SignalOff,
                };
                Reading { answer: answer.ok_or(hidden), score: self.smile }
            }
            Class::Camera => {
                let answer = if self.turned_away { Some(false) } else { self.on_target };
                let angle = self.gaze_deg.or(self.head_deg.map(|[yaw, pitch, _]| [yaw, pitch]));
                let score = angle.filter(|_| answer.is_some()).map(|[yaw, pitch]| -from_lens_deg(yaw, pitch));
                // A tool that tells the mouth and not the look has looked at the eyes as Hymy does.
                let reason = if self.mouth_visible.is_some() { Reason::EyesHidden } else { Reason::SignalOff };
                Reading { answer: answer.ok_or(reason), score }
            }
            Class::MouthHidden => {
                Reading { answer: self.mouth_visible.map(|visible| !visible).ok_or(Reason::SignalOff), score: None }
            }
            Class::Phone => Reading::unknown(Reason::SignalOff),
        }
    }
}

/// The file with another tool's observations of a clip; `None` where there is none.
#[must_use]
pub fn file_of(folder: &Path, clip: &str) -> Option<PathBuf> {
    let whole = folder.join(format!("{clip}.jsonl"));
    let without_ending = folder.join(clip).with_extension("jsonl");
    [whole, without_ending].into_iter().find(|path| path.is_file())
}

/// What another tool said of a clip, by frame.
#[derive(Clone, Debug, Default)]
pub struct OtherClip(BTreeMap<u64, FrameReading>);

impl OtherClip {
    /// Reads the file of a clip. With nobody's face to be seen in the clip (`nobody`) a phone needs no face beside it.
    ///
    /// # Errors
    /// [`OtherError`].
    pub fn read(path: &Path, nobody: bool) -> Result<Self, OtherError> {
        let text =
            std::fs::read_to_string(path).map_err(|why| OtherError::Unreadable { path: path.to_owned(), why })?;
        let mut readings = BTreeMap::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let malformed = |why: String| OtherError::Malformed { path: path.to_owned(), line: index + 1, why };
            let line: Line = serde_json::from_str(line).map_err(|error| malformed(error.to_string()))?;
            if let Some(fault) = line.fault() {
                return Err(malformed(fault));
            }
            if readings.insert(line.frame, line.reading(nobody)).is_some() {
                return Err(malformed(format!("frame {} stands here twice", line.frame)));
            }
        }
        Ok(Self(readings))
    }

    /// What of it cannot be about a clip with these readings; a clip that is not `whole` may have had more frames.
    fn misfit(&self, ours: &[FrameReading], whole: bool) -> Option<String> {
        if !ours.is_empty() && !ours.iter().any(|reading| self.0.contains_key(&reading.frame)) {
            return Some("no line is about a frame of the clip".to_owned());
        }
        let last = ours.last().map(|reading| reading.frame)?;
        let beyond = self.0.range(last + 1..).count();
        (whole && beyond > 0).then(|| format!("lines beyond the clip's last frame, which is {last}: {beyond}"))
    }

    /// The readings of the same frames as `ours`; a frame without a line was not observed.
    fn beside(&self, ours: &[FrameReading]) -> Vec<FrameReading> {
        let unknown = [Reading::unknown(Reason::NoFace); Class::ALL.len()];
        let of = |frame| self.0.get(&frame).copied().unwrap_or(FrameReading::new(frame, false, unknown));
        ours.iter().map(|reading| of(reading.frame)).collect()
    }
}

/// Both tools on the frames that both called observable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Both {
    /// Labelled frames that both tools answered.
    pub frames: usize,
    /// Share of them that Hymy answered right.
    pub ours_right: Option<f64>,
    /// Share of them that the other tool answered right.
    pub theirs_right: Option<f64>,
}

/// One class, side by side.
#[derive(Clone, Debug, Serialize)]
pub struct SideBySide {
    /// Hymy.
    pub ours: Figures,
    /// The other tool.
    pub theirs: Figures,
    /// Where both answered.
    pub both: Both,
}

/// Two tools on the same clips.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The folder of the other tool's observations.
    pub folder: String,
    /// Clips that were compared.
    pub clips: Vec<String>,
    /// Clips without a file there.
    pub missing: Vec<String>,
    /// What of the other tool's files does not fit its clip.
    pub misfits: Vec<String>,
    /// Share of frames with a face found, Hymy's and the other tool's.
    pub face_found_share: [Option<f64>; 2],
    /// By class.
    pub classes: BTreeMap<&'static str, SideBySide>,
}

impl Comparison {
    /// Compares the clips that both tools have.
    #[must_use]
    pub fn of(folder: &Path, clips: &[(&ClipLabels, &ClipResult, Option<&OtherClip>)]) -> Self {
        let (mut ours, mut theirs) = (Score::default(), Score::default());
        let mut both: BTreeMap<Class, [Count; 2]> = BTreeMap::new();
        let (mut compared, mut missing, mut misfits) = (Vec::new(), Vec::new(), Vec::new());
        for (labels, clip, other) in clips {
            let Some(other) = other else {
                missing.push(clip.name.clone());
                continue;
            };
            compared.push(clip.name.clone());
            let misfit = other.misfit(&clip.readings, clip.trouble.is_none());
            misfits.extend(misfit.map(|why| format!("{}: {why}", clip.name)));
            let beside = other.beside(&clip.readings);
            ours.extend(&clip.score);
            theirs.extend(&Score::of(labels, &beside));
            for (one, other) in clip.readings.iter().zip(&beside) {
                for class in Class::ALL {
                    let answers = (one.reading(class).answer, other.reading(class).answer);
                    if let (Some(label), (Ok(one), Ok(other))) = (scored_label(labels, class, one.frame), answers) {
                        let [us, them] = both.entry(class).or_default();
                        us.add(one == label);
                        them.add(other == label);
                    }
                }
            }
        }
        let classes = Class::ALL.into_iter().filter(|class| ours.tally(*class).labelled() != [0, 0]);
        let classes = classes.map(|class| {
            let [us, them] = both.get(&class).copied().unwrap_or_default();
            let side_by_side = SideBySide {
                ours: ours.tally(class).figures(class),
                theirs: theirs.tally(class).figures(class),
                both: Both { frames: us.of, ours_right: us.share(), theirs_right: them.share() },
            };
            (class.key(), side_by_side)
        });
        Self {
            folder: folder.display().to_string(),
            classes: classes.collect(),
            clips: compared,
            missing,
            misfits,
            face_found_share: [ours.face.share(), theirs.face.share()],
        }
    }
}

#[cfg(test)]
mod tests;
