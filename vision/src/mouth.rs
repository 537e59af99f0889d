//! Whether the mouth is visible, or hidden by a hand, a mug, a card or a mask.
//!
//! Each frame gives a logit from what the lower face looks like ([`features`]); decisions compare it with a fixed
//! bound and with this face's own usual level, over a short time. Only logits are kept between frames, never pixels.

mod features;

use std::collections::VecDeque;

use crate::models::face_mesh::Mesh;

/// A logit over this is a hidden mouth whatever is usual for the face.
const HIDDEN: f32 = 1.0;
/// Where one frame stands alone and has no colour, more is asked for.
const HIDDEN_WITHOUT_COLOUR: f32 = 2.0;
/// Above the usual level by more than this, and over the lowest logit, is hidden too.
const ABOVE_USUAL: f32 = 2.4;
const LOWEST_HIDDEN: f32 = -2.0;
/// What is enough to stay hidden.
const ABOVE_USUAL_TO_STAY: f32 = 1.8;
const LOWEST_TO_STAY: f32 = -2.4;
/// Hidden when this many of the frames of the last moments were: of three at 30 frames a second, of the last two
/// where frames come more slowly. One frame alone may be odd at any rate.
const ENTER: usize = 2;
const RECENT_MS: u64 = 80;
/// Visible again after this long without a hidden frame.
const LEAVE_MS: u64 = 230;
/// The usual level: the middle of the first visible moments (three frames at least), then a slow mean with this time
/// constant, within bounds.
const SETTLING_MS: u64 = 130;
const SETTLING_FRAMES_MIN: usize = 3;
const FOLLOW_MS: f32 = 650.0;
/// A frame stands for at most this long.
const MAX_STEP_MS: u64 = 250;
const USUAL: std::ops::RangeInclusive<f32> = -5.0..=-2.0;
/// Beyond this turn of the head the lower face is not judged; from a smaller one on, more is asked for, because a
/// turned mouth is uneven by itself.
const MAX_YAW_DEG: f32 = 35.0;
const FRONTAL_YAW_DEG: f32 = 10.0;
const TURN_ALLOWANCE_PER_DEG: f32 = 0.1;
/// A face that comes back after this long may be another one: its usual level is learnt anew.
const FORGET_AFTER_MS: u64 = 2_000;

/// What is remembered between frames.
#[derive(Default)]
pub(crate) struct MouthReader {
    /// When, and whether hidden, of the last moments.
    recent: VecDeque<(u64, bool)>,
    first_visible: Vec<f32>,
    first_visible_ms: u64,
    usual: Option<f32>,
    hidden: bool,
    last_hidden_ms: u64,
    last_ms: u64,
}

impl MouthReader {
    /// Reads one face: its mesh, the crop that the mesh was fitted to (RGB, 0..1), the turn of its head.
    pub(crate) fn is_visible(&mut self, mesh: &Mesh, crop: &[f32], yaw_deg: f32, t_ms: u64) -> bool {
        if yaw_deg.abs() <= MAX_YAW_DEG {
            let look = features::look(mesh, crop);
            let turned_deg = (yaw_deg.abs() - FRONTAL_YAW_DEG).max(0.0);
            self.add(look.logit - TURN_ALLOWANCE_PER_DEG * turned_deg, look.has_colour, t_ms);
        }
        !self.hidden
    }

    /// Forgets everything; the room for it is kept.
    fn begin_anew(&mut self) {
        let Self { mut recent, mut first_visible, .. } = std::mem::take(self);
        recent.clear();
        first_visible.clear();
        *self = Self { recent, first_visible, ..Self::default() };
    }

    fn add(&mut self, logit: f32, has_colour: bool, t_ms: u64) {
        if t_ms.abs_diff(self.last_ms) > FORGET_AFTER_MS {
            self.begin_anew();
        }
        let step_ms = t_ms.saturating_sub(self.last_ms).min(MAX_STEP_MS);
        self.last_ms = t_ms;
        // A face that no number can be had of hides its mouth.
        let logit = if logit.is_finite() { logit } else { f32::MAX };
        let above = self.usual.map_or(f32::MIN, |usual| logit - usual.clamp(*USUAL.start(), *USUAL.end()));
        let now = logit > HIDDEN || (logit > LOWEST_HIDDEN && above > ABOVE_USUAL);
        let still = logit > HIDDEN || (logit > LOWEST_TO_STAY && above > ABOVE_USUAL_TO_STAY);
        if self.recent.is_empty() {
            self.hidden = logit > if has_colour { HIDDEN } else { HIDDEN_WITHOUT_COLOUR };
            self.last_hidden_ms = t_ms;
        }
        self.recent.push_back((t_ms, now));
        while self.recent.len() > 2 && self.recent.front().is_some_and(|(at_ms, _)| t_ms.abs_diff(*at_ms) > RECENT_MS) {
            self.recent.pop_front();
        }
        if self.hidden {
            if still {
                self.last_hidden_ms = t_ms;
            }
            self.hidden = t_ms.saturating_sub(self.last_hidden_ms) < LEAVE_MS;
        } else if self.recent.iter().filter(|(_, hidden)| *hidden).count() >= ENTER {
            self.hidden = true;
            self.last_hidden_ms = t_ms;
        }
        if !self.hidden && !now && logit < 0.0 {
            self.learn(logit, t_ms, step_ms);
        }
    }

    fn learn(&mut self, logit: f32, t_ms: u64, step_ms: u64) {
        match &mut self.usual {
            Some(usual) => *usual += (1.0 - (-(step_ms as f32) / FOLLOW_MS).exp()) * (logit - *usual),
            None => {
                if self.first_visible.is_empty() {
                    self.first_visible_ms = t_ms;
                }
                self.first_visible.push(logit);
                let lasted_ms = t_ms.saturating_sub(self.first_visible_ms);
                if lasted_ms >= SETTLING_MS && self.first_visible.len() >= SETTLING_FRAMES_MIN {
                    self.usual = Some(features::median(&mut self.first_visible));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(logits: &[f32], expect: &str) {
        let mut reader = MouthReader::default();
        let got: String = logits
            .iter()
            .zip(0..)
            .map(|(logit, frame)| {
                reader.add(*logit, true, frame * 33);
                if reader.hidden { 'h' } else { 'v' }
            })
            .collect();
        assert_eq!(got, expect, "{logits:?}");
    }

    #[test]
    fn one_odd_frame_hides_nothing_and_two_do() {
        check(&[-4.0, -4.0, -4.0, 2.0, -4.0, -4.0, -4.0], "vvvvvvv");
        check(&[-4.0, -4.0, 2.0, 2.0, -4.0, -4.0, -4.0, -4.0, -4.0, -4.0, -4.0], "vvvhhhhhhhv");
    }

    #[test]
    fn a_hand_hides_the_mouth_for_as_long_at_any_frame_rate() {
        // Two seconds of a mouth, one of a hand, two of the mouth.
        let hidden_ms = |fps: u64| -> u64 {
            let mut reader = MouthReader::default();
            let hidden = (0..5 * fps).filter(|frame| {
                let t_ms = frame * 1_000 / fps;
                reader.add(if (2_000..3_000).contains(&t_ms) { -1.0 } else { -4.0 }, true, t_ms);
                reader.hidden
            });
            hidden.count() as u64 * 1_000 / fps
        };
        let usual_ms = hidden_ms(30);
        for fps in [8, 10, 15, 25] {
            // A frame later at the most, and the time between two frames of the other rate.
            let most_ms = 1_000 / fps + 50;
            assert!(hidden_ms(fps).abs_diff(usual_ms) <= most_ms, "{fps}: {} and {usual_ms} ms", hidden_ms(fps));
        }
    }

    #[test]
    fn the_next_face_is_not_measured_by_the_last_ones_usual_level() {
        let mut reader = MouthReader::default();
        for frame in 0..60 {
            reader.add(
                if frame < 30 { -4.0 } else { -1.0 },
                true,
                if frame < 30 { frame * 33 } else { 9_000 + frame * 33 },
            );
            assert!(!reader.hidden, "frame {frame}");
        }
    }

    #[test]
    fn a_still_is_judged_by_itself() {
        check(&[1.5], "h");
        check(&[0.5], "v");
        check(&[f32::NAN], "h");
    }

    #[test]
    fn a_hand_at_the_lips_shows_against_the_usual_level() {
        check(&[-4.5, -4.5, -4.5, -4.5, -4.5, -1.0, -1.0, -1.0], "vvvvvvhh");
    }
}
