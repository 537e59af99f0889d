//! Signing in, pausing and signing out in any order and at any moment, with a camera that is slow to close and somebody
//! who calibrates beside it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::shifts::{IDLE_MS, Still, sign_in, sign_out, signed_in, with_token};
use super::*;
use crate::camera::CameraLock;

/// A busy machine with a slow disk takes a minute for what takes seconds here.
const GIVES_UP_AFTER: Duration = Duration::from_secs(300);

/// Numbers that are the same at each run (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[test]
fn whatever_comes_in_whatever_order_the_camera_is_open_only_in_a_shift_that_is_not_paused() {
    let place = Place::new();
    let mut store = place.store();
    let [aino, eero, both] =
        [&["Aino"][..], &["Eero"], &["Aino", "Eero"]].map(|names| signed_in(&mut store, names, &place));
    drop(store);
    let mut kiosk = Still::begun(&place, &[]);
    let (mut dice, mut opened, mut ended, mut paused) = (Dice(0x5EED), 0, 0, 0);
    for step in 0..1_000 {
        let before = (kiosk.kiosk.session.is_some(), kiosk.wish());
        let what = dice.roll(13);
        match what {
            0..=2 => {
                let people = [&aino, &eero, &both][what as usize];
                assert_eq!(kiosk.kiosk.begin_shift(people).is_ok(), !before.0, "step {step}");
            }
            3 => drop(kiosk.ask(sign_out())),
            4 => drop(kiosk.ask(Question::Pause { name: None })),
            5 | 6 => {
                let token = kiosk.kiosk.held.as_ref().map_or_else(|| SecretText::new(""), |held| held.told());
                drop(kiosk.ask(with_token(&token)));
            }
            7 => kiosk.kiosk.see(VisionEvent::Opening { run: dice.roll(kiosk.kiosk.runs + 1) }),
            8 => kiosk.kiosk.see(VisionEvent::Closed),
            9 => kiosk.kiosk.see(VisionEvent::SourceLost { reason: "unplugged".into() }),
            10 => {
                let lost_near_another = dice.roll(4) == 0;
                let seen = Observation { lost_near_another, ..smiling(step * 100, dice.roll(2) == 0) };
                kiosk.kiosk.see(VisionEvent::Observation(seen));
            }
            11 => kiosk.passes([100, 30_000, 61_000, IDLE_MS][dice.roll(4) as usize]),
            _ => kiosk.till("1", [TillEventKind::Opened, TillEventKind::Closed][dice.roll(2) as usize]),
        }
        kiosk.clock.advance_ms(1);
        let (shift, wish, status) = (kiosk.kiosk.session.is_some(), kiosk.wish(), kiosk.status());
        let is_paused = kiosk.kiosk.session.as_ref().is_some_and(|session| session.shift.paused);
        assert_eq!(matches!(wish, CameraWish::Open { .. }), shift && !is_paused, "step {step}, {what}");
        assert_eq!((status.shift, status.paused), (shift, is_paused), "step {step}, {what}");
        assert!(!status.camera || shift && !is_paused, "step {step}, {what}");
        assert_eq!(CameraLock::take(place.folder.path()).is_err(), shift, "step {step}, {what}: the camera's lock");
        assert_eq!(kiosk.kiosk.held.is_some(), shift, "step {step}, {what}");
        opened += usize::from(before.1 != wish && wish != CameraWish::Closed);
        ended += usize::from(before.0 && !shift);
        paused += usize::from(before.1 != wish && is_paused);
    }
    assert!(opened > 60 && ended > 50 && paused > 30, "too little happened: {opened}, {ended}, {paused}");
}

/// A camera that takes up to 30 ms to open and to close, and is nobody else's while it is open.
fn slow_camera(
    switch: CameraSwitch,
    is_open: Arc<AtomicBool>,
    calibrating: Arc<AtomicBool>,
) -> mpsc::Receiver<VisionEvent> {
    let (told, heard) = mpsc::channel(VISION_CHANNEL);
    let runtime = tokio::runtime::Handle::current();
    std::thread::spawn(move || {
        let mut dice = Dice(0xCA3E);
        let emit = |event| told.blocking_send(event).is_ok();
        follow(&switch, &runtime, emit, |_, wished| {
            is_open.store(true, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(dice.roll(30)));
            while wished() {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_millis(dice.roll(30)));
            let alone = !calibrating.load(Ordering::SeqCst);
            is_open.store(false, Ordering::SeqCst);
            if alone { Ok(()) } else { panic!("the camera was open for two") }
        });
    });
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_that_is_still_closing_is_never_open_for_two_and_opens_for_the_next_shift() {
    let place = Place::new();
    let mut store = place.store();
    let [aino, eero] = [&["Aino"][..], &["Eero"]].map(|names| signed_in(&mut store, names, &place));
    drop(store);
    let mut kiosk = Still::begun(&place, &[]);
    let [is_open, calibrating, stop] = std::array::from_fn(|_| Arc::new(AtomicBool::new(false)));
    let mut heard = slow_camera(kiosk.camera.clone(), is_open.clone(), calibrating.clone());
    let times = Arc::new(AtomicUsize::new(0));
    let (data, open, stopped) = (place.folder.path().to_owned(), is_open.clone(), stop.clone());
    let calibrated = times.clone();
    let calibrator = std::thread::spawn(move || {
        while !stopped.load(Ordering::SeqCst) {
            if let Ok(_lock) = CameraLock::take(&data) {
                calibrating.store(true, Ordering::SeqCst);
                assert!(!open.load(Ordering::SeqCst), "calibrating while the kiosk has the camera");
                std::thread::sleep(Duration::from_millis(2));
                assert!(!open.load(Ordering::SeqCst), "the kiosk opened the camera while it was calibrated");
                calibrating.store(false, Ordering::SeqCst);
                calibrated.fetch_add(1, Ordering::SeqCst);
            }
            std::thread::sleep(Duration::from_millis(3));
        }
    });
    let (mut dice, mut refused, mut closed) = (Dice(0x5EED), 0, 0);
    // Until enough has happened: how much does in a second is a matter of the disk.
    let begun = Instant::now();
    while closed <= 20 || refused <= 5 || times.load(Ordering::SeqCst) <= 20 {
        assert!(begun.elapsed() < GIVES_UP_AFTER, "too little happened: {closed}, {refused}, {times:?}");
        match dice.roll(6) {
            0 | 1 => {
                let begun = kiosk.kiosk.begin_shift(if dice.roll(2) == 0 { &aino } else { &eero });
                refused += usize::from(matches!(begun, Err(NoShift::Camera(_))));
            }
            2 | 3 => drop(kiosk.ask(sign_out())),
            4 => drop(kiosk.ask(Question::Pause { name: None })),
            _ => {
                let token = kiosk.kiosk.held.as_ref().map_or_else(|| SecretText::new(""), |held| held.told());
                drop(kiosk.ask(with_token(&token)));
            }
        }
        if dice.roll(3) == 0 {
            let wished = kiosk.wish() != CameraWish::Closed;
            let asked = Instant::now();
            while is_open.load(Ordering::SeqCst) != wished {
                assert!(asked.elapsed() < GIVES_UP_AFTER, "wished open: {wished}");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            closed += usize::from(!wished);
        }
        while let Ok(event) = heard.try_recv() {
            assert!(!matches!(event, VisionEvent::Ended { .. }), "{event:?}");
            kiosk.kiosk.see(event);
        }
    }
    stop.store(true, Ordering::SeqCst);
    kiosk.camera.end();
    calibrator.join().expect("the camera was its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn withdrawing_while_signing_in_leaves_no_shift_and_no_camera() {
    for _ in 0..3 {
        let place = Place::new();
        let running = place.run(None);
        let withdraw = Question::own("Aino", SecretText::new("Aino's own secret"), OwnQuestion::Withdraw);
        let (_, withdrawn, _) =
            tokio::join!(running.tap(sign_in(&["Aino"])), running.tap(withdraw), running.tap(sign_in(&["Aino"])));
        assert!(matches!(withdrawn, Answer::Erased { .. }), "{withdrawn:?}");
        assert_eq!(running.wish(), CameraWish::Closed);
        running.stopped().await;
        assert!(place.store().open_shifts().expect("read").is_empty());
    }
}
