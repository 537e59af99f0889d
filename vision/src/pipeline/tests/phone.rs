//! Whose phone it is: places decide, with zones that touch, overlap, or are not there.

use super::super::phone::Whose::{Nobodys, Staffs, Unclear};
use super::pipeline;
use crate::frame::Frame;
use crate::models::object_detector::DetectedObject;
use crate::timings::Stage;
use crate::zone::{Polygon, Zones};

const WIDTH_PX: f32 = 640.0;
const HEIGHT_PX: f32 = 360.0;

fn upright(x: f32, w: f32) -> Polygon {
    Polygon::new(vec![(x, 0.0), (x + w, 0.0), (x + w, 1.0), (x, 1.0)]).expect("a rectangle")
}

/// A phone 40 x 80 pixels large, its centre at this share of the picture's width, half way down.
fn phone(x: f32) -> DetectedObject {
    let (x, y) = (x * WIDTH_PX, HEIGHT_PX / 2.0);
    DetectedObject { bounds: [x - 20.0, y - 40.0, x + 20.0, y + 40.0], score: 0.9 }
}

#[test]
fn a_phone_in_a_zone_of_customers_or_across_a_border_is_not_the_staff_members() {
    let frame = Frame::black(WIDTH_PX as u32, HEIGHT_PX as u32).expect("memory");
    let whose = |zones: &Zones, x: f32| pipeline(zones.clone(), 3.0, 4.0).whose(&phone(x), &frame);
    let apart = Zones { staff: Some(upright(0.5, 0.5)), customer: Some(upright(0.0, 0.5)), queue: None };
    assert_eq!([0.2, 0.49, 0.51, 0.53, 0.6].map(|x| whose(&apart, x)), [Nobodys, Nobodys, Unclear, Unclear, Staffs]);
    assert_eq!(whose(&apart, 0.99), Staffs, "the picture's edge is no border");
    let overlapping = Zones { staff: Some(upright(0.3, 0.7)), customer: Some(upright(0.0, 0.5)), queue: None };
    assert_eq!(whose(&overlapping, 0.4), Nobodys, "where zones overlap it counts for nobody");
    let queue = Zones { queue: Some(upright(0.0, 0.5)), ..Zones::default() };
    assert_eq!([0.2, 0.52, 0.8].map(|x| whose(&queue, x)), [Nobodys, Unclear, Staffs]);
    assert_eq!(whose(&Zones::default(), 0.2), Staffs);
}

/// Nothing but fill lies where the holding hand would be: the frame is searched as the pipeline searches it.
#[test]
fn an_empty_staff_zone_is_searched_and_holds_nothing() {
    let mut pipeline = pipeline(Zones { staff: Some(upright(0.5, 0.5)), ..Zones::default() }, 3.0, 4.0);
    for n in 0..20 {
        let mut frame = Frame::black(WIDTH_PX as u32, HEIGHT_PX as u32).expect("memory");
        frame.bytes_mut().expect("memory").fill(150);
        let observation = pipeline.process(&mut frame, n, n * 334).expect("the frame is processed");
        assert!(observation.phone.is_none_or(|phone| !phone.in_hand) && observation.phone_observable);
    }
}

#[test]
fn in_the_dark_no_phone_is_not_an_observation() {
    let mut pipeline = pipeline(Zones::default(), 3.0, 4.0);
    let mut frame = Frame::black(WIDTH_PX as u32, HEIGHT_PX as u32).expect("memory");
    let observation = pipeline.process(&mut frame, 0, 0).expect("the frame is processed");
    assert!(!observation.phone_observable && observation.phone.is_none());
}

#[test]
fn at_rest_presence_is_looked_for_and_a_phone_is_not_nor_known_from_before() {
    let zones = Zones { staff: Some(upright(0.5, 0.5)), customer: Some(upright(0.0, 0.4)), queue: None };
    let mut pipeline = pipeline(zones, 3.0, 4.0);
    let mut looks = |resting: bool, from_ms: u64| {
        pipeline.rest(resting);
        let before = pipeline.timings.of(Stage::Objects).runs;
        let mut observable = false;
        for n in 0..4 {
            let mut frame = Frame::black(WIDTH_PX as u32, HEIGHT_PX as u32).expect("memory");
            frame.bytes_mut().expect("memory").fill(150);
            let observation = pipeline.process(&mut frame, n, from_ms + n * 450).expect("the frame is processed");
            assert_eq!(observation.customer_present, Some(false));
            observable = observation.phone_observable;
        }
        (pipeline.timings.of(Stage::Objects).runs - before, observable)
    };
    let (awake, observable) = looks(false, 0);
    assert!(awake >= 8 && observable, "the whole frame and a region each time: {awake}");
    assert_eq!(looks(true, 10_000), (2, false), "the whole frame every other time");
    let (awake, observable) = looks(false, 20_000);
    assert!(awake >= 8 && observable, "{awake}");
}
