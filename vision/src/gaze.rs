//! Gaze direction from head and irises together, with the spread of each of its angles.
//!
//! Two readings of one direction are fused by their variances. The head alone says where the eyes look within
//! [`EYE_IN_HEAD_DEG`]. The iris's offset from the middle between the eye corners, in head axes, gives the eye's turn
//! in the head (an eyeball of 12 mm radius), as well as the irises were seen: with small, narrow, turned or disagreeing
//! eyes the direction goes over into the head's, and its spread into the head's, without a step. Up and down is less
//! certain than left and right, because the lids cover the iris's upper and lower edge and the mesh guesses them.
//!
//! It never looks at a pixel, remembers nothing, and never says what a look means.

use crate::head_pose::HeadAxes;
use crate::models::face_mesh::Mesh;
use crate::observation::{Gaze, HeadPose};

/// Iris centre, outer corner, inner corner, middle of the upper lid, middle of the lower lid; the person's right eye
/// and left eye.
const EYES: [[usize; 5]; 2] = [[468, 33, 133, 159, 145], [473, 263, 362, 386, 374]];
/// Turn of the eye per centimetre of iris offset: one radian per radius of 1.2 cm.
const DEG_PER_CM: f32 = 48.0;
/// How far above the middle of the corners a level eye's iris lies: the offset at which the median of 3,930 portraits
/// with open eyes looks into the lens.
const LEVEL_IRIS_CM: f32 = 0.165;
/// How much farther towards the camera an iris lies than the mesh says, which sets it 0.24 cm before the corners (in a
/// skull it is about a centimetre): without this a head that nods seems to roll its eyes. It makes the pitch of those
/// portraits' gaze vary least (3.2 degrees instead of 7.5) and take no part in the head's (a slope of 0.1 instead of
/// 0.8). Left and right is not corrected: portraits ask for it there too, but in the labelled turned heads the eyes
/// would then look into the lens, and they do not.
const IRIS_NEARER_CM: f32 = 0.9;
/// How much farther apart the irises lie than the middles of the eyes, whose inner corners reach towards the nose:
/// between the mean of those portraits (0.24) and of the counter clips (0.05).
const APART_CM: f32 = 0.15;
/// Below this opening (0..1) the eyes are closed: a gaze is not observable.
const MIN_EYES_OPEN: f32 = 0.5;
/// Blink coefficient at which an eye counts as half open, and how sharply: narrow smiling eyes reach 0.6.
const HALF_OPEN_BLINK: f32 = 0.65;
const BLINK_WIDTH: f32 = 0.06;
/// One standard deviation of the eye's turn in the head. Heads begin to follow at about 15 degrees, so that eyes stay
/// within about twice that.
const EYE_IN_HEAD_DEG: f32 = 14.0;
/// One standard deviation of the head's own angles: what two passes of the mesh and MediaPipe's own pose differ by.
const HEAD_DEG: f32 = 3.0;
/// How far off the mesh sets an iris, in pixels of the frame: across and up. Half a pixel was seen on enlarged counter
/// frames, always up or down.
const IRIS_ACROSS_PX: f32 = 0.4;
const IRIS_UP_PX: f32 = 0.5;
/// Height of a whole iris: where lids cover a part of it, up and down is known less well.
const IRIS_CM: f32 = 1.17;
/// Eyes narrower than this are taken to be this open: the mesh does not tell slits apart.
const MIN_OPENING_CM: f32 = 0.15;
/// Width of an eye from corner to corner in the canonical face.
const EYE_CM: f32 = 2.6;
/// Width of an eye, in pixels, at which raised irises in a lowered head are uncertain by as much as they disagree with
/// the head. In smaller eyes brow and upper lid run into one and the mesh sets the iris too high (the same portrait
/// reads 3 degrees higher when it is made small), and a look down must not become one into the lens; in larger ones it
/// vanishes as fast as edges come apart. Set on the labelled counter clips, which 17 to 20 decide in the same way but for one frame.
const UNDER_THE_BROW_PX: f32 = 17.0;

/// 1 open, 0 closed, from the mean blink coefficient.
pub(crate) fn eyes_open(blink: f32) -> f32 {
    1.0 / (1.0 + ((blink - HALF_OPEN_BLINK) / BLINK_WIDTH).exp())
}

/// What one eye shows, in centimetres of head axes.
#[derive(Clone, Copy, Debug, Default)]
struct Eye {
    across_cm: f32,
    up_cm: f32,
    opening_cm: f32,
    /// How wide it is in the picture: a nearer or less turned eye counts for more.
    width_px: f32,
}

/// The gaze of a face, or `None` with eyes closed. `resolved` is the share of its pixels that a sharp picture would need
/// to show as much.
pub(crate) fn gaze(mesh: &Mesh, axes: &HeadAxes, head: &HeadPose, eyes_open: f32, resolved: f32) -> Option<Gaze> {
    if eyes_open.is_nan() || eyes_open < MIN_EYES_OPEN {
        return None;
    }
    let nearer_up_cm = IRIS_NEARER_CM * axes.up_towards_camera();
    let eyes = EYES.map(|[iris, outer, inner, upper, lower]| {
        let [iris, from, to, upper, lower] = [iris, outer, inner, upper, lower].map(|index| axes.point_cm(mesh, index));
        Eye {
            across_cm: iris[0] - (from[0] + to[0]) / 2.0,
            up_cm: iris[1] - (from[1] + to[1]) / 2.0 + nearer_up_cm - LEVEL_IRIS_CM,
            opening_cm: upper[1] - lower[1],
            width_px: mesh.distance_px(outer, inner),
        }
    });
    Some(fused(&eyes, head, resolved * axes.px_per_cm()))
}

/// `px_per_cm` counts pixels of a sharp picture.
fn fused(eyes: &[Eye; 2], head: &HeadPose, px_per_cm: f32) -> Gaze {
    let [right, left] = eyes;
    // Angles go with the pixels of an eye, variances with their square.
    let weights = eyes.map(|eye| eye.width_px.powi(2));
    let mean = |of: fn(&Eye) -> f32| (of(right) * weights[0] + of(left) * weights[1]) / (weights[0] + weights[1]);
    let across_deg = DEG_PER_CM * mean(|eye| eye.across_cm);
    let up_deg = DEG_PER_CM * mean(|eye| eye.up_cm);
    let opening_cm = mean(|eye| eye.opening_cm).max(MIN_OPENING_CM);

    let pixel_deg = DEG_PER_CM / px_per_cm;
    let foreshortening = head.yaw_deg.to_radians().cos().max(0.2);
    // Half of what the eyes differ by is how far off their mean may be: a glint on glasses moves one of them.
    let differ_across_deg = DEG_PER_CM * (right.across_cm - left.across_cm + APART_CM) / 2.0;
    let differ_up_deg = DEG_PER_CM * (right.up_cm - left.up_cm) / 2.0;
    let covered = (IRIS_CM / opening_cm).max(1.0).sqrt();
    let under_the_brow_deg =
        (-head.pitch_deg).min(up_deg).max(0.0) * (UNDER_THE_BROW_PX / (EYE_CM * px_per_cm)).powi(4);
    let across_variance = (IRIS_ACROSS_PX * pixel_deg / foreshortening).powi(2) + differ_across_deg.powi(2);
    let up_variance = (IRIS_UP_PX * pixel_deg * covered).powi(2) + differ_up_deg.powi(2) + under_the_brow_deg.powi(2);

    let (yaw_deg, yaw_spread_deg) = with_the_head(head.yaw_deg, across_deg, across_variance);
    let (pitch_deg, pitch_spread_deg) = with_the_head(head.pitch_deg, up_deg, up_variance);
    Gaze { yaw_deg, pitch_deg, yaw_spread_deg, pitch_spread_deg }
}

/// The direction and its spread, from the head's angle and the eye's turn in it with the variance of that.
fn with_the_head(head_deg: f32, eye_deg: f32, eye_variance: f32) -> (f32, f32) {
    let prior = EYE_IN_HEAD_DEG.powi(2);
    // No number (both eyes edge-on) or one that overflows says nothing: the head alone.
    let weight = prior / (prior + eye_variance);
    let (weight, eye_deg) = if weight.is_finite() && eye_deg.is_finite() { (weight, eye_deg) } else { (0.0, 0.0) };
    (head_deg + weight * eye_deg, (HEAD_DEG.powi(2) + prior * (1.0 - weight)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Eyes of the counter clips: 4.8 pixels a centimetre.
    const SMALL: f32 = 4.8;
    const LARGE: f32 = 12.0;

    fn eyes(across_cm: f32, up_cm: f32, px_per_cm: f32) -> [Eye; 2] {
        let eye = |across_cm| Eye { across_cm, up_cm, opening_cm: 0.7, width_px: EYE_CM * px_per_cm };
        [eye(across_cm - APART_CM / 2.0), eye(across_cm + APART_CM / 2.0)]
    }

    fn head(yaw_deg: f32, pitch_deg: f32) -> HeadPose {
        HeadPose { yaw_deg, pitch_deg, roll_deg: 0.0 }
    }

    #[test]
    fn narrow_smiling_eyes_are_open_and_shut_ones_are_not() {
        assert!(eyes_open(0.45) > 0.9 && eyes_open(0.6) > 0.5 && eyes_open(0.8) < 0.1);
    }

    #[test]
    fn well_seen_irises_turn_the_gaze_and_tiny_ones_leave_it_to_the_head() {
        let turned = |px_per_cm| fused(&eyes(0.3, 0.0, px_per_cm), &head(-14.4, 0.0), px_per_cm);
        assert!(turned(40.0).yaw_deg.abs() < 1.0, "{:?}", turned(40.0));
        assert!(turned(0.5).yaw_deg < -12.0, "{:?}", turned(0.5));
        let spreads: Vec<f32> = [40.0, LARGE, SMALL, 2.0, 0.5].map(|px| turned(px).yaw_spread_deg).into();
        assert!(spreads.windows(2).all(|pair| pair[0] < pair[1]), "{spreads:?}");
        assert!(spreads[0] < 3.5 && spreads[4] > 12.0, "{spreads:?}");
    }

    #[test]
    fn up_and_down_is_less_certain_than_left_and_right_and_least_with_narrow_eyes() {
        let open = fused(&eyes(0.0, 0.0, SMALL), &head(0.0, 0.0), SMALL);
        assert!(open.pitch_spread_deg > open.yaw_spread_deg, "{open:?}");
        let narrow = eyes(0.0, 0.0, SMALL).map(|eye| Eye { opening_cm: 0.2, ..eye });
        let narrow = fused(&narrow, &head(0.0, 0.0), SMALL);
        assert!(narrow.pitch_spread_deg > open.pitch_spread_deg + 1.0, "{narrow:?}");
        assert!((narrow.yaw_spread_deg - open.yaw_spread_deg).abs() < 1e-3);
    }

    #[test]
    fn raised_irises_of_small_eyes_in_a_lowered_head_are_uncertain() {
        let under = |pitch, up, px| fused(&eyes(0.0, up, px), &head(0.0, pitch), px).pitch_spread_deg;
        assert!(under(-8.0, 0.09, SMALL) > under(8.0, 0.09, SMALL) + 2.0);
        assert!(under(-8.0, 0.09, SMALL) > under(-8.0, -0.09, SMALL) + 2.0);
        assert!(under(-8.0, 0.09, LARGE) < under(-8.0, 0.09, SMALL) - 2.0);
    }

    #[test]
    fn eyes_that_disagree_are_believed_less() {
        let mut glint = eyes(0.0, 0.0, LARGE);
        glint[0].across_cm += 0.5;
        let (one, both) =
            (fused(&glint, &head(0.0, 0.0), LARGE), fused(&eyes(0.25, 0.0, LARGE), &head(0.0, 0.0), LARGE));
        assert!(one.yaw_spread_deg > both.yaw_spread_deg + 2.0, "{one:?} {both:?}");
        assert!(one.yaw_deg < both.yaw_deg, "nearer to the head: {one:?} {both:?}");
    }

    #[test]
    fn points_that_coincide_leave_the_head_alone() {
        let nothing = [Eye::default(); 2];
        for px_per_cm in [0.0, f32::NAN] {
            let gaze = fused(&nothing, &head(10.0, -5.0), px_per_cm);
            assert_eq!((gaze.yaw_deg, gaze.pitch_deg), (10.0, -5.0));
            assert!(gaze.yaw_spread_deg > EYE_IN_HEAD_DEG && gaze.pitch_spread_deg.is_finite());
        }
    }
}
