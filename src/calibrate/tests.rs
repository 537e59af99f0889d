//! The walk through the places, look by look, and the file that the result is put into.

use std::path::Path;

use hymy_vision::{Face, Gaze, HeadPose, Rect};

use super::*;
use crate::config::Config;

const FRAME_MS: u64 = 100;

/// What one frame of a look shows.
#[derive(Clone, Copy)]
enum Frame {
    Gaze(f32, f32),
    Closed,
    Turned(f32, f32),
    Nobody,
    Two,
}

fn observation(t_ms: u64, frame: Frame) -> Observation {
    let face = |head: (f32, f32), gaze, turned_away| Face {
        bounds: Rect { x: 0.4, y: 0.4, w: 0.1, h: 0.1 },
        score: 0.9,
        width_px: 60.0,
        head: HeadPose { yaw_deg: head.0, pitch_deg: head.1, roll_deg: 0.0 },
        gaze,
        turned_away,
        smile: None,
        eyes_open: Some(1.0),
        mouth_visible: true,
    };
    let face = match frame {
        Frame::Gaze(yaw_deg, pitch_deg) => {
            Some(face((0.0, 0.0), Some(Gaze { yaw_deg, pitch_deg, yaw_spread_deg: 4.0, pitch_spread_deg: 6.0 }), false))
        }
        Frame::Closed => Some(face((0.0, 0.0), None, false)),
        Frame::Turned(yaw, pitch) => Some(face((yaw, pitch), None, true)),
        Frame::Nobody | Frame::Two => None,
    };
    Observation {
        frame: t_ms / FRAME_MS,
        t_ms,
        face,
        faces: 1,
        not_alone: matches!(frame, Frame::Two),
        followed: true,
        lost_near_another: false,
        phone: None,
        phone_observable: false,
        posture: None,
        customer_present: None,
        queue_present: None,
    }
}

/// Walks with one frame kind a try; gives what was said but the counting.
fn walked(walk: &mut Walk, tries: &[&dyn Fn(u64) -> Frame]) -> Vec<Say> {
    let mut t_ms = 0;
    let mut said = Vec::new();
    for frame in tries {
        loop {
            let now = walk.observe(&observation(t_ms, frame(t_ms)));
            t_ms += FRAME_MS;
            let ended = now.iter().any(|say| matches!(say, Say::Good | Say::Again(_)));
            said.extend(now.into_iter().filter(|say| !matches!(say, Say::Count(_) | Say::Hold | Say::LookAt(_))));
            if ended {
                break;
            }
        }
    }
    said
}

fn still(yaw: f32, pitch: f32) -> impl Fn(u64) -> Frame {
    // A little sway, and one frame that is far off.
    move |t_ms| match t_ms % 2_000 {
        0 => Frame::Gaze(80.0, 40.0),
        _ => Frame::Gaze(yaw + (t_ms % 300) as f32 / 300.0, pitch),
    }
}

#[test]
fn four_steady_looks_make_a_target_from_child_to_tall() {
    let mut walk = Walk::new(true, &[]);
    let (low, high, left, right) = (still(0.0, -20.0), still(0.0, 8.0), still(-25.0, 0.0), still(15.0, 0.0));
    assert_eq!(walked(&mut walk, &[&low, &high, &left, &right]), vec![Say::Good; 4]);
    assert!(walk.is_done() && walk.stuck().is_none());
    let target = walk.regions().expect("in range").target.expect("asked for");
    let [(left, right), (low, high)] = target.bounds_deg();
    // Each edge lies 1.28 spreads beyond the look at it.
    assert!((left + 25.0 + 5.1).abs() < 1.0 && (right - 15.0 - 5.1).abs() < 1.0, "{left} {right}");
    assert!((low + 20.0 + 7.7).abs() < 0.5 && (high - 8.0 - 7.7).abs() < 0.5, "{low} {high}");
}

#[test]
fn each_look_that_fails_says_why_and_is_asked_for_again() {
    let wandering = |t_ms: u64| Frame::Gaze((t_ms % 3_000) as f32 / 100.0, 0.0);
    let tries: [(&dyn Fn(u64) -> Frame, Trouble); 5] = [
        (&|_| Frame::Nobody, Trouble::NoFace),
        (&|_| Frame::Two, Trouble::NotAlone),
        (&|_| Frame::Closed, Trouble::EyesHidden),
        (&|_| Frame::Turned(70.0, 0.0), Trouble::TurnedAway),
        (&wandering, Trouble::NotSteady),
    ];
    for (frame, trouble) in tries {
        let mut walk = Walk::new(true, &[]);
        assert_eq!(walked(&mut walk, &[frame, &still(0.0, 0.0)]), [Say::Again(trouble), Say::Good]);
        assert_eq!(walk.stuck().map(|(place, _)| place.clone()), Some(Place::High));
        assert!(trouble.to_string().contains(';'), "what is wrong; what to do: {trouble}");
    }
}

#[test]
fn heights_that_come_out_the_wrong_way_round_are_both_asked_for_again() {
    let mut walk = Walk::new(true, &[]);
    let said = walked(&mut walk, &[&still(0.0, 5.0), &still(0.0, 4.0)]);
    assert_eq!(said, [Say::Good, Say::Good, Say::HeightsAgain]);
    assert_eq!(walk.stuck().map(|(place, _)| place.clone()), Some(Place::Low));
}

#[test]
fn a_work_place_beyond_the_readable_range_is_known_by_the_head() {
    let mut walk = Walk::new(false, &["till".into(), "drawer".into()]);
    assert_eq!(walked(&mut walk, &[&|_| Frame::Turned(62.0, -30.0), &still(20.0, -30.0)]), vec![Say::Good; 2]);
    let regions = walk.regions().expect("in range");
    assert_eq!(regions.target, None);
    assert_eq!(regions.work.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["till", "drawer"]);
    let (yaw, pitch) = regions.work[0].1.middle_deg();
    assert!((yaw - 62.0).abs() < 0.1 && (pitch + 30.0).abs() < 0.1);
}

const FILE: &str = "\
# the kiosk by the door
[kiosk]
data_dir = \"data\" # here

[target] # measured by hand
yaw_deg = [-1.0, 1.0] # too narrow
pitch_deg = [-1.0, 1.0]

[[work_direction]]
name = \"till\"
yaw_deg = [20.0, 60.0]
pitch_deg = [-60.0, -15.0]
";

fn regions() -> Regions {
    let region = |yaw, pitch| Region::new(yaw, pitch).expect("in range");
    Regions {
        target: Some(region((-30.12, 20.0), (-27.0, 15.0))),
        work: vec![
            ("till".into(), region((30.0, 50.0), (-50.0, -20.0))),
            ("drawer".into(), region((-80.0, -60.0), (-50.0, -20.0))),
        ],
    }
}

#[test]
fn the_file_keeps_its_comments_and_gets_the_regions() {
    let edited = with_regions(Path::new("kiosk.toml"), FILE, &regions()).expect("edited");
    for kept in ["# the kiosk by the door", "# here", "# measured by hand", "# too narrow"] {
        assert!(edited.contains(kept), "{kept} is gone from: {edited}");
    }
    let config = Config::parse(Path::new("kiosk.toml"), &edited).expect("valid");
    assert_eq!(config.directions.target.expect("set").0.bounds_deg(), [(-30.1, 20.0), (-27.0, 15.0)]);
    let names: Vec<&str> = config.directions.work.iter().map(|work| work.name.as_str()).collect();
    assert_eq!(names, ["till", "drawer"]);
    // What is printed is what is written.
    let alone = format!("[kiosk]\ndata_dir = \"d\"\n{}", snippet(&regions()));
    let alone = Config::parse(Path::new("kiosk.toml"), &alone).expect("valid");
    assert_eq!(alone.directions, config.directions);
}

#[test]
fn a_file_that_cannot_be_edited_is_left_and_one_that_can_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let inline = "kiosk = { data_dir = \"d\" }\nwork_direction = []\n";
    assert!(matches!(with_regions(Path::new("k"), inline, &regions()), Err(EditError::Shape { .. })));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("kiosk.toml");
    std::fs::write(&file, FILE).expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("set");
    let link = folder.path().join("link.toml");
    std::os::unix::fs::symlink(&file, &link).expect("linked");
    replace(&link, "[kiosk]\n").expect("replaced");
    assert_eq!(std::fs::read_to_string(&file).expect("read"), "[kiosk]\n");
    assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o640);
    assert!(link.is_symlink());
    assert_eq!(std::fs::read_dir(folder.path()).expect("read").count(), 2, "nothing is left beside it");
}
