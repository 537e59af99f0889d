//! Checks of the staged demo: the script against itself, the pictures against the script, the portraits' origin.

use sha2::{Digest, Sha256};

use super::script::{FRAMES, Portrait, till_events, transactions, truth};
use super::{FRAME_BYTES, HEIGHT_PX, Scene, StagedError, WIDTH_PX, script};

/// Where the staff member's face may be drawn, in every act: pixels outside never depend on the head's turn.
const HEAD_PX: (std::ops::Range<usize>, std::ops::Range<usize>) = (330..580, 0..330);

fn composed(scene: &mut Scene, t_ms: u64) -> Vec<u8> {
    let mut out = vec![0; FRAME_BYTES];
    scene.compose(script::stage(t_ms).as_ref(), &mut out).unwrap();
    out
}

fn differing(a: &[u8], b: &[u8]) -> Vec<(usize, usize)> {
    (0..WIDTH_PX * HEIGHT_PX)
        .filter(|i| a[i * 3..i * 3 + 3] != b[i * 3..i * 3 + 3])
        .map(|i| (i % WIDTH_PX, i / WIDTH_PX))
        .collect()
}

#[test]
fn till_events_are_in_order_and_belong_to_the_transactions() {
    let events = till_events();
    assert!(events.windows(2).all(|w| w[0].t_ms < w[1].t_ms));
    for (three, t) in events.chunks(3).zip(transactions()) {
        assert_eq!([three[0].t_ms, three[1].t_ms, three[2].t_ms], [t.opened_ms, t.payment_ms, t.closed_ms]);
        assert_eq!(three.iter().map(|e| e.event.name()).collect::<Vec<_>>(), ["opened", "payment", "closed"]);
        assert!((12_000..=16_000).contains(&(t.closed_ms - t.opened_ms)));
    }
    assert!(truth(FRAMES - 1).t_ms > events[8].t_ms);
}

#[test]
fn someone_serves_during_every_transaction_and_the_counter_is_empty_between_them() {
    for t in transactions() {
        for frame in (0..FRAMES).filter(|&f| (t.opened_ms..=t.closed_ms).contains(&script::t_ms(f))) {
            let truth = truth(frame);
            assert!(truth.staff == Some(t.staff) && truth.customer_present, "frame {frame}");
        }
        assert_eq!(t.smiling, t.staff == Portrait::Collins);
    }
    for gap in [0..50, 500..510, 1000..1035, 1535..FRAMES] {
        assert!(gap.map(truth).all(|t| t.staff.is_none() && !t.customer_present));
    }
}

#[test]
fn truth_is_continuous() {
    let frames: Vec<_> = (0..FRAMES).map(truth).collect();
    for w in frames.windows(2) {
        // The quickest scripted movement is a nod: 13 degrees in 300 ms, at most 2.8 degrees a frame.
        assert!((w[1].yaw_deg - w[0].yaw_deg).abs() < 3.1, "{:?}", w[1]);
        assert!((w[1].pitch_deg - w[0].pitch_deg).abs() < 3.1, "{:?}", w[1]);
        assert!(w[1].t_ms == w[0].t_ms + 40);
        if w[0].covered != w[1].covered || w[0].second_face != w[1].second_face {
            assert!(w[0].moving || w[1].moving, "{:?}", w[1]);
        }
    }
    let seconds =
        |what: fn(&script::ScriptedFrame) -> bool| frames.iter().filter(|f| what(f)).count() as u64 / script::FPS;
    assert_eq!(seconds(|f| f.covered), 4);
    assert_eq!(seconds(|f| f.second_face), 3);
}

#[test]
fn nods_equal_the_dips_of_pitch() {
    for t in transactions() {
        let pitch: Vec<_> = (0..FRAMES)
            .map(truth)
            .filter(|f| (t.opened_ms..t.closed_ms).contains(&f.t_ms))
            .map(|f| f.pitch_deg)
            .collect();
        // A nod is down and up again within 0.6 s; a look at the till stays down.
        let mut dips = 0;
        let mut down_since = None;
        for (i, pair) in pitch.windows(2).enumerate() {
            if pair[0] > -6.5 && pair[1] <= -6.5 {
                down_since = Some(i);
            }
            if pair[0] <= -6.5 && pair[1] > -6.5 {
                dips += u32::from(down_since.is_some_and(|since| (i - since) * 40 <= 600));
            }
        }
        assert_eq!(dips, t.nods, "{t:?}");
    }
}

#[test]
fn a_head_at_rest_is_the_portrait_as_it_is() {
    let mut scene = Scene::new().unwrap();
    let picture = composed(&mut scene, 6_000);
    let file = include_bytes!("../../assets/portraits/collins.png");
    let portrait = image::load_from_memory(file).unwrap().into_rgb8();
    // Collins stands at scale 1, so the middle of the face is the file's own, pixel for pixel.
    let left = 452 - 224;
    let top = 168 - 123;
    for (x, y) in (190..250).flat_map(|x| (60..160).map(move |y| (x, y))) {
        let [r, g, b] = portrait.get_pixel(x, y).0;
        let at = ((y as usize + top) * WIDTH_PX + x as usize + left) * 3;
        assert_eq!(picture[at..at + 3], [b, g, r], "{x}, {y}");
    }
}

#[test]
fn turning_the_head_leaves_the_rest_of_the_picture_alone() {
    let mut scene = Scene::new().unwrap();
    for (rest_ms, turned_ms) in [(6_000, 8_000), (6_000, 10_300), (24_000, 26_000), (24_000, 32_500)] {
        let (rest, turned) = (composed(&mut scene, rest_ms), composed(&mut scene, turned_ms));
        let changed = differing(&rest, &turned);
        assert!(changed.len() > 4_000, "the head moved");
        let stray = changed.iter().find(|(x, y)| !HEAD_PX.0.contains(x) || !HEAD_PX.1.contains(y));
        assert_eq!(stray, None, "{turned_ms}");
    }
}

#[test]
fn nobody_stands_in_the_others_zone() {
    let mut scene = Scene::new().unwrap();
    let empty = composed(&mut scene, 0);
    let edge = (0.4 * WIDTH_PX as f32) as usize;
    // 2.8 s: only the customer of the first act is in the picture; 18.5 s: mostly the staff member.
    let customer = differing(&empty, &composed(&mut scene, 2_800));
    assert!(!customer.is_empty() && customer.iter().all(|&(x, _)| x < edge));
    let staff = differing(&empty, &composed(&mut scene, 18_500));
    assert!(!staff.is_empty() && staff.iter().all(|&(x, _)| x >= edge));
}

#[test]
fn frames_are_deterministic_and_not_frozen() {
    let draw = |scene: &mut Scene, frame| {
        let mut out = vec![0; FRAME_BYTES];
        scene.render(frame, &mut out).unwrap();
        out
    };
    let mut scene = Scene::new().unwrap();
    let once = draw(&mut scene, 150);
    let next = draw(&mut scene, 151);
    assert!(once == draw(&mut Scene::new().unwrap(), 150));
    assert!(once.iter().zip(&next).all(|(a, b)| a.abs_diff(*b) <= 4) && once != next);
    assert!(matches!(scene.render(0, &mut [0; 12]), Err(StagedError::Buffer { len: 12 })));
}

#[test]
fn zones_split_the_picture() {
    let zones = Scene::zones().unwrap();
    let (staff, customer) = (zones.staff.unwrap(), zones.customer.unwrap());
    assert!(staff.contains(452.0 / 640.0, 0.35) && !staff.contains(118.0 / 640.0, 0.35));
    assert!(customer.contains(118.0 / 640.0, 0.35) && !customer.contains(452.0 / 640.0, 0.35));
}

#[test]
fn portraits_are_the_files_that_the_manifest_names() {
    let manifest: toml::Table = toml::from_str(include_str!("../../assets/portraits/manifest.toml")).unwrap();
    let portraits = manifest["portrait"].as_array().unwrap();
    assert_eq!(portraits.len(), 2);
    for portrait in portraits {
        let text = |key: &str| portrait[key].as_str().unwrap().to_owned();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/portraits/");
        let bytes = std::fs::read(folder.to_owned() + &text("file")).unwrap();
        let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, text("sha256"), "{}", text("file"));
        for key in ["person", "author", "origin", "package", "version", "path", "licence", "changes"] {
            assert!(!text(key).is_empty());
        }
    }
}
