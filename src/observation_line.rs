//! One observation as a line of JSON: the form that `hymy analyze --observations` writes.
//!
//! Keys are stable: add, never rename. `null` means "not observable". Numbers are rounded to what the models can
//! tell apart, so that lines stay short.

use hymy_vision::{Face, Observation, Rect};
use serde::Serialize;

use crate::decide::Decided;

/// A line about one processed frame.
#[derive(Debug, Serialize)]
pub struct ObservationLine<'a> {
    frame: u64,
    t_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    face: Option<FaceLine>,
    faces: u8,
    not_alone: bool,
    phone: Option<PhoneLine>,
    phone_observable: bool,
    posture: Option<PostureLine>,
    customer_present: Option<bool>,
    queue_present: Option<bool>,
    followed: bool,
    lost_near_another: bool,
}

#[derive(Debug, Serialize)]
struct FaceLine {
    #[serde(rename = "box")]
    bounds: [f64; 4],
    score: f64,
    width_px: f64,
    head_deg: [f64; 3],
    gaze_deg: Option<[f64; 2]>,
    gaze_spread_deg: Option<f64>,
    /// Of yaw and of pitch.
    gaze_spread_axes_deg: Option<[f64; 2]>,
    on_target: Option<bool>,
    turned_away: bool,
    smile: Option<f64>,
    smiling: Option<bool>,
    eyes_open: Option<f64>,
    mouth_visible: bool,
}

#[derive(Debug, Serialize)]
struct PhoneLine {
    #[serde(rename = "box")]
    bounds: [f64; 4],
    score: f64,
    in_hand: bool,
}

#[derive(Debug, Serialize)]
struct PostureLine {
    upright: f64,
    leaning: bool,
}

impl<'a> ObservationLine<'a> {
    /// The line of a decided observation; `file` is the name of a still.
    #[must_use]
    pub fn new(decided: &Decided, file: Option<&'a str>) -> Self {
        let Observation {
            frame,
            t_ms,
            face,
            faces,
            not_alone,
            followed,
            lost_near_another,
            phone,
            phone_observable,
            posture,
            customer_present,
            queue_present,
        } = decided.observation;
        Self {
            frame,
            t_ms,
            file,
            face: face.map(|face| face_line(&face, decided)),
            faces,
            not_alone,
            phone: phone.map(|phone| PhoneLine {
                bounds: fractions(phone.bounds),
                score: rounded(phone.score, 3),
                in_hand: phone.in_hand,
            }),
            phone_observable,
            posture: posture
                .map(|posture| PostureLine { upright: rounded(posture.upright, 2), leaning: posture.leaning }),
            customer_present,
            queue_present,
            followed,
            lost_near_another,
        }
    }
}

fn face_line(face: &Face, decided: &Decided) -> FaceLine {
    let Face { bounds, score, width_px, head, gaze, turned_away: _, smile, eyes_open, mouth_visible } = *face;
    FaceLine {
        bounds: fractions(bounds),
        score: rounded(score, 3),
        width_px: rounded(width_px, 1),
        head_deg: [head.yaw_deg, head.pitch_deg, head.roll_deg].map(|angle| rounded(angle, 1)),
        gaze_deg: gaze.map(|gaze| [rounded(gaze.yaw_deg, 1), rounded(gaze.pitch_deg, 1)]),
        gaze_spread_deg: gaze.map(|gaze| rounded(gaze.spread_deg(), 1)),
        gaze_spread_axes_deg: gaze
            .map(|gaze| [gaze.yaw_spread_deg, gaze.pitch_spread_deg].map(|spread| rounded(spread, 1))),
        on_target: decided.on_target,
        turned_away: decided.turned_away,
        smile: smile.map(|smile| rounded(smile, 3)),
        smiling: decided.smiling,
        eyes_open: eyes_open.map(|open| rounded(open, 2)),
        mouth_visible,
    }
}

fn fractions(Rect { x, y, w, h }: Rect) -> [f64; 4] {
    [x, y, w, h].map(|value| rounded(value, 4))
}

fn rounded(value: f32, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (f64::from(value) * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use hymy_vision::{Gaze, HeadPose, Phone, Posture};

    use super::*;
    use crate::decide::{Decider, Directions};

    fn line(observation: &Observation, file: Option<&str>) -> String {
        let decided = Decider::new(Directions::default()).decide(observation);
        serde_json::to_string(&ObservationLine::new(&decided, file)).expect("plain data")
    }

    #[test]
    fn every_key_of_the_contract_is_there() {
        let bounds = Rect { x: 0.1, y: 0.2, w: 0.123_456, h: 0.3 };
        let face = Face {
            bounds,
            score: 0.97,
            width_px: 58.04,
            head: HeadPose { yaw_deg: 1.0, pitch_deg: -2.04, roll_deg: 0.5 },
            gaze: Some(Gaze { yaw_deg: 1.0, pitch_deg: 2.0, yaw_spread_deg: 6.0, pitch_spread_deg: 6.0 }),
            turned_away: false,
            smile: Some(0.91),
            eyes_open: Some(0.95),
            mouth_visible: true,
        };
        let observation = Observation {
            frame: 12,
            t_ms: 400,
            face: Some(face),
            faces: 1,
            not_alone: false,
            followed: true,
            lost_near_another: false,
            phone: Some(Phone { bounds, score: 0.55, in_hand: true }),
            phone_observable: true,
            posture: Some(Posture { upright: 0.9, leaning: false }),
            customer_present: Some(false),
            queue_present: None,
        };
        assert_eq!(
            line(&observation, None),
            concat!(
                r#"{"frame":12,"t_ms":400,"face":{"box":[0.1,0.2,0.1235,0.3],"score":0.97,"width_px":58.0,"#,
                r#""head_deg":[1.0,-2.0,0.5],"gaze_deg":[1.0,2.0],"gaze_spread_deg":6.0,"#,
                r#""gaze_spread_axes_deg":[6.0,6.0],"on_target":true,"#,
                r#""turned_away":false,"smile":0.91,"smiling":true,"eyes_open":0.95,"mouth_visible":true},"faces":1,"#,
                r#""not_alone":false,"phone":{"box":[0.1,0.2,0.1235,0.3],"score":0.55,"in_hand":true},"#,
                r#""phone_observable":true,"posture":{"upright":0.9,"leaning":false},"customer_present":false,"#,
                r#""queue_present":null,"followed":true,"lost_near_another":false}"#
            )
        );
    }

    #[test]
    fn nothing_seen_is_null_and_a_still_has_its_name() {
        let observation = Observation {
            frame: 0,
            t_ms: 0,
            face: None,
            faces: 0,
            not_alone: false,
            followed: false,
            lost_near_another: false,
            phone: None,
            phone_observable: false,
            posture: None,
            customer_present: None,
            queue_present: None,
        };
        assert_eq!(
            line(&observation, Some("7.jpg")),
            concat!(
                r#"{"frame":0,"t_ms":0,"file":"7.jpg","face":null,"faces":0,"not_alone":false,"phone":null,"#,
                r#""phone_observable":false,"posture":null,"customer_present":null,"queue_present":null,"#,
                r#""followed":false,"lost_near_another":false}"#
            )
        );
    }
}
