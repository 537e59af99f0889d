//! What a technician's trial finds: the camera closes with it, and it goes with the technician's pages.

use hymy_vision::Gaze;

use super::*;
use crate::control::{SceneLines, SetUpFound, SettingUp, WalkNow};

fn lines() -> SceneLines {
    SceneLines { height: 0.75, lines: vec![[0.0, 0.5, 1.0, 0.5]] }
}

fn found(answer: Answer) -> SetUpFound {
    match answer {
        Answer::Found(found) => found,
        other => panic!("{other:?}"),
    }
}

impl Still {
    /// The camera, open as it is wished now, was looked at for lines.
    fn outlines(&mut self, empty_ms: u64, found: Option<SceneLines>) {
        let CameraWish::Open { run, .. } = self.wish() else { panic!("closed") };
        self.kiosk.see(VisionEvent::Opening { run });
        self.kiosk.see(VisionEvent::Outlined { empty_ms, outline: None });
        self.kiosk.outlined(empty_ms, found);
    }

    fn setting_up(&mut self, token: &SecretText) -> SettingUp {
        *self.now(token).setting_up.expect("a technician's")
    }

    fn walk(&mut self, token: &SecretText) -> WalkNow {
        match self.setting_up(token) {
            SettingUp::Calibration(walk) => walk,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_camera_closes_with_the_outline_which_is_the_technicians_while_their_pages_are_open() {
    let place = Place::new();
    let mut kiosk = Still::begun(&place, &[]);
    let technician = kiosk.technician();
    kiosk.begins(&technician, TrialFor::Outline);
    assert_eq!(kiosk.setting_up(&technician), SettingUp::Outline { empty_ms: None });
    kiosk.outlines(0, None);
    kiosk.outlines(4_000, None);
    assert_eq!(kiosk.setting_up(&technician), SettingUp::Outline { empty_ms: Some(4_000) });
    kiosk.outlines(10_000, Some(lines()));
    assert_eq!((kiosk.wish(), kiosk.status().trying), (CameraWish::Closed, None), "nothing more is wanted of it");
    assert_eq!(kiosk.tries(&technician, TrialQuestion::Now), Answer::NoTrial);
    assert_eq!(found(kiosk.tries(&technician, TrialQuestion::Found)).outline, Some(lines()));
    let aino = kiosk.visit("Aino");
    assert_eq!(kiosk.tries(&aino, TrialQuestion::Found), Answer::NotOpen);
    let another = kiosk.technician();
    assert_eq!(found(kiosk.tries(&another, TrialQuestion::Found)), SetUpFound::default());
    kiosk.ask(Question::Close { token: technician.clone() });
    assert_eq!(kiosk.tries(&technician, TrialQuestion::Found), Answer::NotOpen);
}

#[test]
fn directions_are_found_by_looking_and_nobody_elses_trial_calibrates() {
    let place = Place::new();
    let mut kiosk = Still::begun(&place, &[]);
    let (aino, technician) = (kiosk.visit("Aino"), kiosk.technician());
    let calibrate =
        |token: &SecretText| Question::Calibrate { token: token.clone(), target: false, work: vec!["drawer".into()] };
    assert_eq!(kiosk.ask(calibrate(&aino)), Answer::NotOpen);
    assert_eq!(kiosk.wish(), CameraWish::Closed);
    assert!(matches!(kiosk.ask(calibrate(&technician)), Answer::Trial(_)));
    assert_eq!(kiosk.wish(), trial(0));
    let before = columns(&kiosk.kiosk.store);
    let looks = |t_ms: u64, closed: bool| {
        let mut seen = smiling(t_ms, false);
        let gaze = Gaze { yaw_deg: 30.0, pitch_deg: -10.0, yaw_spread_deg: 3.0, pitch_spread_deg: 3.0 };
        if let Some(face) = &mut seen.face {
            face.gaze = (!closed).then_some(gaze);
        }
        seen
    };
    // The first look is with closed eyes, and is asked for again.
    for t_ms in (0..=6_000).step_by(100) {
        kiosk.shows(looks(t_ms, true));
    }
    let walk = kiosk.walk(&technician);
    assert_eq!(walk.trouble, Some(crate::calibrate::Trouble::EyesHidden));
    assert_eq!((walk.done, walk.of), (0, 1));
    for t_ms in (6_100..12_100).step_by(100) {
        kiosk.shows(looks(t_ms, false));
    }
    // Whoever stands there may never have agreed to anything: their figures are not the technician's.
    let Answer::Trial(now) = kiosk.tries(&technician, TrialQuestion::Now) else { panic!("it is on") };
    assert_eq!((now.seen, now.nods), (None, 0));
    assert_eq!(kiosk.walk(&technician).count, 0, "it holds");
    kiosk.shows(looks(12_100, false));
    assert_eq!(kiosk.wish(), CameraWish::Closed, "nothing more is wanted of it");
    let regions = found(kiosk.tries(&technician, TrialQuestion::Found)).regions.expect("found");
    let (yaw, pitch) = regions.work[0].1.middle_deg();
    assert!((yaw - 30.0).abs() < 0.1 && (pitch + 10.0).abs() < 0.1, "{yaw} {pitch}");
    assert_eq!(columns(&kiosk.kiosk.store), before);
}

#[test]
fn no_shift_begins_where_the_program_was_started_to_set_up() {
    let place = Place::new();
    let camera = CameraSwitch::of(place.folder.path());
    let setting_up = KioskSettings { setting_up: true, ..settings() };
    let kiosk = Kiosk::begin(place.store(), setting_up, &[], camera.clone(), place.clock.clone()).expect("begun");
    let mut kiosk = Still { kiosk, camera, clock: place.clock.clone() };
    assert_eq!(why(kiosk.ask(sign_in(&["Aino"]))), Why::SettingUp);
    assert_eq!(kiosk.wish(), CameraWish::Closed);
    let technician = kiosk.technician();
    kiosk.begins(&technician, TrialFor::Outline);
}
