//! What an hour at the counter costs after the vision crate: decisions, the timeline, transactions and their signals.
//! The observations are made up; nothing is read from a disk. Run it with: make bench-signals

use std::hint::black_box;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use hymy::analysis::{Analysis, Boundaries};
use hymy::decide::{Decider, Directions};
use hymy::signals::Timeline;
use hymy::transaction::{TillEvent, TillEventKind};
use hymy_vision::{Face, Gaze, HeadPose, Observation, Posture, Rect};

const FRAMES_PER_S: u64 = 15;
const HOUR_MS: u64 = 60 * 60 * 1_000;
/// A customer a minute, as at a busy till.
const CUSTOMER_EVERY_MS: u64 = 60 * 1_000;

/// A head that nods and turns, a gaze that wanders over the border of the target, a smile that comes and goes, and a
/// face that is gone for a second now and then.
fn hour() -> Vec<Observation> {
    (0..HOUR_MS * FRAMES_PER_S / 1_000)
        .map(|frame| {
            let t_ms = frame * 1_000 / FRAMES_PER_S;
            let wave = |period_ms: u64| (std::f32::consts::TAU * (t_ms % period_ms) as f32 / period_ms as f32).sin();
            let head =
                HeadPose { yaw_deg: 25.0 * wave(9_700), pitch_deg: 8.0 * wave(700), roll_deg: 2.0 * wave(5_100) };
            let spread_deg = 4.0 + 2.0 * wave(3_300);
            let gaze = Gaze {
                yaw_deg: head.yaw_deg,
                pitch_deg: head.pitch_deg,
                yaw_spread_deg: spread_deg,
                pitch_spread_deg: spread_deg,
            };
            let face = Face {
                bounds: Rect { x: 0.6, y: 0.3, w: 0.1, h: 0.2 },
                score: 0.9,
                width_px: 64.0,
                head,
                gaze: Some(gaze),
                turned_away: false,
                smile: Some(0.5 + 0.5 * wave(12_000)),
                eyes_open: Some(0.9),
                mouth_visible: true,
            };
            Observation {
                frame,
                t_ms,
                face: (t_ms % 41_000 > 1_000).then_some(face),
                faces: 1,
                not_alone: false,
                followed: true,
                lost_near_another: false,
                phone: None,
                phone_observable: true,
                posture: Some(Posture { upright: 0.8, leaning: wave(31_000) > 0.9 }),
                customer_present: Some(t_ms % CUSTOMER_EVERY_MS < 50_000),
                queue_present: Some(false),
            }
        })
        .collect()
}

fn till_events() -> Vec<TillEvent> {
    (0..HOUR_MS / CUSTOMER_EVERY_MS)
        .flat_map(|customer| {
            let at = |kind, after_ms| TillEvent {
                id: None,
                register: "1".to_owned(),
                kind,
                t_ms: customer * CUSTOMER_EVERY_MS + after_ms,
            };
            [at(TillEventKind::Opened, 5_000), at(TillEventKind::Payment, 40_000), at(TillEventKind::Closed, 45_000)]
        })
        .collect()
}

fn an_hour(criterion: &mut Criterion) {
    let (hour, events) = (hour(), till_events());
    let mut group = criterion.benchmark_group("an_hour");
    group.throughput(Throughput::Elements(hour.len() as u64)).sampling_mode(SamplingMode::Flat).sample_size(20);
    group.bench_function("decide", |bencher| {
        bencher.iter(|| {
            let mut decider = Decider::new(Directions::default());
            hour.iter().filter(|observation| decider.decide(observation).on_target == Some(true)).count()
        });
    });
    group.bench_function("decide_and_timeline", |bencher| {
        bencher.iter(|| {
            let mut decider = Decider::new(Directions::default());
            let mut timeline = Timeline::new();
            hour.iter().for_each(|observation| timeline.push(&decider.decide(observation)));
            black_box(timeline)
        });
    });
    group.bench_function("everything_with_sixty_transactions", |bencher| {
        bencher.iter(|| {
            let mut analysis = Analysis::new(Directions::default(), Boundaries::Till(&events));
            hour.iter().for_each(|observation| {
                analysis.observe(observation);
            });
            let transactions = analysis.finish();
            assert_eq!(transactions.len(), 60);
            transactions
        });
    });
    group.finish();
}

criterion_group!(benches, an_hour);
criterion_main!(benches);
