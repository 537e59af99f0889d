//! Posture against the person's own: how high and how level the head is, compared with its usual place.
//!
//! The usual place is kept in memory while the person is followed, as numbers, and starts anew when the head
//! stays elsewhere (sitting down, standing up).

use crate::observation::{HeadPose, Posture};

/// Observed time before anything is said.
const SETTLING_MS: u64 = 10_000;
/// How slowly the usual place follows.
const FOLLOW_MS: f32 = 60_000.0;
/// Head this many face heights below its usual place: not upright at all.
const LOW_FACE_HEIGHTS: f32 = 1.0;
/// A head tilted more than this, or below this uprightness, leans.
const LEANING_ROLL_DEG: f32 = 15.0;
const LEANING_UPRIGHT: f32 = 0.5;
/// Away from the usual place for this long: the person changed between sitting and standing.
const ANEW_AFTER_MS: u64 = 30_000;
/// The longest step between two frames that counts as observed.
const MAX_STEP_MS: u64 = 500;

/// The person's usual head place.
#[derive(Default)]
pub(crate) struct PostureReader {
    usual: Option<Usual>,
    observed_ms: u64,
    last_ms: Option<u64>,
    low_ms: u64,
}

#[derive(Clone, Copy)]
struct Usual {
    centre_y: f32,
    face_height: f32,
}

impl PostureReader {
    /// Reads one face box (left, top, right, bottom, in frame pixels).
    pub(crate) fn read(&mut self, t_ms: u64, face: &[f32; 4], head: &HeadPose) -> Option<Posture> {
        let step_ms = self.last_ms.map_or(0, |last| t_ms.saturating_sub(last)).min(MAX_STEP_MS);
        self.last_ms = Some(t_ms);
        self.observed_ms += step_ms;
        let (centre_y, face_height) = ((face[1] + face[3]) / 2.0, face[3] - face[1]);
        let usual = self.usual.get_or_insert(Usual { centre_y, face_height });
        let low = (centre_y - usual.centre_y) / usual.face_height.max(1.0);
        let upright = (1.0 - low.max(0.0) / LOW_FACE_HEIGHTS).clamp(0.0, 1.0);
        let weight = if self.observed_ms < SETTLING_MS { 0.1 } else { step_ms as f32 / FOLLOW_MS };
        if upright > LEANING_UPRIGHT || self.observed_ms < SETTLING_MS {
            usual.centre_y += weight * (centre_y - usual.centre_y);
            usual.face_height += weight * (face_height - usual.face_height);
            self.low_ms = 0;
        } else {
            self.low_ms += step_ms;
            if self.low_ms > ANEW_AFTER_MS {
                *self = Self::default();
                return None;
            }
        }
        (self.observed_ms >= SETTLING_MS).then_some(Posture {
            upright,
            leaning: upright < LEANING_UPRIGHT || head.roll_deg.abs() > LEANING_ROLL_DEG,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEVEL: HeadPose = HeadPose { yaw_deg: 0.0, pitch_deg: 0.0, roll_deg: 0.0 };

    #[test]
    fn nothing_is_said_before_the_usual_place_is_known_and_a_low_head_leans() {
        let mut reader = PostureReader::default();
        let high = [100.0, 100.0, 180.0, 200.0];
        let low = [100.0, 190.0, 180.0, 290.0];
        assert_eq!(reader.read(0, &high, &LEVEL), None);
        for t in 1..130 {
            reader.read(t * 100, &high, &LEVEL);
        }
        assert_eq!(reader.read(13_000, &high, &LEVEL), Some(Posture { upright: 1.0, leaning: false }));
        let leaning = reader.read(13_100, &low, &LEVEL).expect("settled");
        assert!(leaning.leaning && leaning.upright < 0.2, "{leaning:?}");
    }

    #[test]
    fn sitting_down_for_good_starts_anew() {
        let mut reader = PostureReader::default();
        for t in 0..130 {
            reader.read(t * 100, &[100.0, 100.0, 180.0, 200.0], &LEVEL);
        }
        let last = (130..1000).map(|t| reader.read(t * 100, &[100.0, 250.0, 180.0, 350.0], &LEVEL)).last();
        assert!(last.flatten().is_some_and(|posture| !posture.leaning));
    }
}
