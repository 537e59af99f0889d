//! Whether the mouth is visible, or hidden by a hand, a mug, a card or a mask.
//!
//! Each frame gives a logit from what the lower face looks like ([`features`]); decisions compare it with a fixed
//! bound and with this face's own usual level, over a few frames. Only logits are kept between frames, never pixels.

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
/// Hidden when this many of the latest frames were.
const ENTER: usize = 2;
const RECENT: usize = 3;
/// Visible again after this long without a hidden frame.
const LEAVE_MS: u64 = 230;
/// The usual level: the middle of the first visible frames, then a slow mean, within bounds.
const SETTLING_FRAMES: usize = 5;
const FOLLOW: f32 = 0.05;
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
    recent: VecDeque<bool>,
    first_visible: Vec<f32>,
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

    fn add(&mut self, logit: f32, has_colour: bool, t_ms: u64) {
        if t_ms.abs_diff(self.last_ms) > FORGET_AFTER_MS {
            *self = Self::default();
        }
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
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
        if self.hidden {
            if still {
                self.last_hidden_ms = t_ms;
            }
            self.hidden = t_ms.saturating_sub(self.last_hidden_ms) < LEAVE_MS;
        } else if self.recent.iter().filter(|hidden| **hidden).count() >= ENTER {
            self.hidden = true;
            self.last_hidden_ms = t_ms;
        }
        if !self.hidden && !now && logit < 0.0 {
            self.learn(logit);
        }
    }

    fn learn(&mut self, logit: f32) {
        match &mut self.usual {
            Some(usual) => *usual += FOLLOW * (logit - *usual),
            None => {
                self.first_visible.push(logit);
                if self.first_visible.len() == SETTLING_FRAMES {
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
