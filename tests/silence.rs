//! Without a person's secret nothing says a figure of theirs: not the log at its most talkative, not the socket whatever
//! it is asked, not the files nor a backup. With the secret, the export has all of them.

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hymy::clock::{Clock, ManualClock};
use hymy::consent::Consent;
use hymy::control::{self, Answer, OwnQuestion, Proof, Question, SecretText, SharingQuestion, Status};
use hymy::decide::Directions;
use hymy::kiosk::{self, CameraSwitch, KioskHandle, KioskSettings, TillAnswer, VisionEvent};
use hymy::store::Store;
use hymy::summary::LeftOut;
use hymy::terms::Terms;
use hymy::till::Report;
use hymy::transaction::TillEventKind;
use hymy::vault::Secret;
use hymy_vision::{Face, Gaze, HeadPose, Observation, Rect};
use tokio::sync::{mpsc, watch};

const NAME: &str = "Aino";
const SECRET: &str = "Aino's own secret";
/// A frame every tenth of a second.
const FRAME_MS: u64 = 100;

/// What the log says, at every level.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<u8>>>);

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn settings() -> KioskSettings {
    KioskSettings {
        register: "1".into(),
        max_late_s: 0,
        signals: vec!["smile", "gaze", "longest_look", "longest_look_away"],
        directions: Directions::default(),
        terms: Terms::under("made up"),
        sharing: Default::default(),
        idle_ms: 30 * 60_000,
        has_source: true,
        technician_code: None,
        setting_up: false,
    }
}

fn open(folder: &Path) -> Store {
    Store::open(folder, &folder.join("hymy.key")).expect("opens")
}

/// A face that now and then smiles, and looks at the customer and away, so that shares have odd digits.
fn seen(frame: u64) -> Observation {
    let looks_away = frame % 17 < 6;
    let yaw_deg = if looks_away { 60.0 } else { 0.0 };
    let face = Face {
        bounds: Rect { x: 0.6, y: 0.2, w: 0.2, h: 0.3 },
        score: 0.9,
        width_px: 90.0,
        head: HeadPose { yaw_deg, pitch_deg: 0.0, roll_deg: 0.0 },
        gaze: Some(Gaze { yaw_deg, pitch_deg: 0.0, yaw_spread_deg: 4.0, pitch_spread_deg: 4.0 }),
        turned_away: false,
        smile: Some(if frame % 23 < 9 { 0.97 } else { 0.02 }),
        eyes_open: Some(0.9),
        mouth_visible: true,
    };
    Observation {
        frame,
        t_ms: frame * FRAME_MS,
        face: Some(face),
        faces: 1,
        not_alone: false,
        followed: true,
        lost_near_another: false,
        phone: None,
        phone_observable: true,
        posture: None,
        customer_present: Some(true),
        queue_present: None,
    }
}

/// Everything that can be asked without the person's secret.
fn questions() -> Vec<Question> {
    let wrong = || SecretText::new("another secret");
    vec![
        Question::ListStaff,
        Question::Status,
        Question::Releases,
        Question::own(NAME, wrong(), OwnQuestion::Summaries),
        Question::own(NAME, wrong(), OwnQuestion::Export),
        Question::own(NAME, wrong(), OwnQuestion::Transactions),
        Question::own(NAME, wrong(), OwnQuestion::Consent),
        Question::own(NAME, wrong(), OwnQuestion::LeaveOut { left_out: LeftOut::Whole, at: None }),
        Question::Resume { proof: Proof::secret(NAME, wrong()) },
        Question::PhoneForWork { proof: Proof::Token(wrong()) },
        Question::own(NAME, wrong(), OwnQuestion::Seen),
        Question::own(NAME, wrong(), OwnQuestion::Shares),
        Question::Sharing(SharingQuestion::CheckLog { noted: None }),
    ]
}

async fn serve_a_customer(kiosk: &KioskHandle, vision: &mpsc::Sender<VisionEvent>, clock: &ManualClock, begins: u64) {
    let mut frame = begins;
    for (kind, frames) in [(TillEventKind::Opened, 170), (TillEventKind::Payment, 60), (TillEventKind::Closed, 90)] {
        let report = Report { id: None, register: "1".into(), kind, at: clock.now() };
        assert_eq!(kiosk.till_event(report).await, TillAnswer::Accepted);
        for _ in 0..frames {
            clock.advance_ms(FRAME_MS);
            vision.send(VisionEvent::Observation(seen(frame))).await.expect("the kiosk listens");
            frame += 1;
            // Their times are given to them as they come in.
            tokio::time::sleep(Duration::from_micros(300)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_secret_nothing_says_a_figure_and_with_it_the_export_has_all() {
    let log = Told::default();
    let writer = log.clone();
    let everything =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone());
    tracing::subscriber::set_global_default(everything.finish()).expect("the only one of this program");
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(ManualClock::at("2026-03-04T12:00:00Z".parse().expect("a time")));
    let secret = Secret::typed(SECRET.to_owned().into());

    let mut store = open(folder.path());
    let (_, invitation) = store.add_staff(NAME, clock.now()).expect("invited");
    let consent = Consent::made_up(&Terms::under("made up"), clock.now());
    store.give_consent(NAME, &invitation, &secret, &consent).expect("agreed");
    let aino = store.sign_in(NAME, &secret, clock.now()).expect("her own secret");
    let (vision, vision_seen) = mpsc::channel(kiosk::VISION_CHANNEL);
    let (stop, stopped) = watch::channel(false);
    let (handle, thread) =
        kiosk::spawn(store, settings(), &[aino], CameraSwitch::default(), clock.clone(), vision_seen, stopped)
            .expect("starts");
    vision.send(VisionEvent::Opening { run: 0 }).await.expect("the kiosk listens");
    serve_a_customer(&handle, &vision, &clock, 0).await;
    serve_a_customer(&handle, &vision, &clock, 401).await;

    let mut answers = String::new();
    for question in questions() {
        answers.push_str(&serde_json::to_string(&handle.question(question).await).expect("an answer"));
    }
    let Answer::BackedUp { file } = handle.question(Question::Backup).await else { panic!("no backup") };
    // While the shift lasts, what is written lies in the write-ahead log.
    let files: Vec<(String, Vec<u8>)> = ["hymy.db".to_owned(), "hymy.db-wal".to_owned(), file]
        .into_iter()
        .map(|name| (name.clone(), std::fs::read(folder.path().join(&name)).expect(&name)))
        .collect();
    stop.send_replace(true);
    drop(vision);
    tokio::task::spawn_blocking(move || thread.join()).await.expect("joined").expect("no panic").expect("ended");

    // Wrong secrets have slowed the right one.
    clock.advance_ms(20 * 60_000);
    let mut store = open(folder.path());
    let question = Question::own(NAME, SecretText::new(SECRET), OwnQuestion::Export);
    let Answer::Exported(export) =
        control::answer(&mut store, &question, &Status::default(), clock.as_ref(), &settings().rules())
    else {
        panic!("no export")
    };
    assert_eq!(export.records.len(), 2);
    let figures: Vec<String> = export
        .records
        .iter()
        .flat_map(|record| record.signals.figures())
        .filter_map(|(_, measured)| measured.known()?.value)
        .map(|value| value.to_string())
        // A rounder number may stand anywhere for something else.
        .filter(|text| text.len() >= 5)
        .collect();
    assert!(figures.len() >= 6, "too few figures with odd digits to look for: {figures:?}");
    let exported = export.files().expect("written");
    let told = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(told.contains("till_event_taken") && answers.contains(NAME), "the log and the socket were heard: {told}");
    for figure in &figures {
        assert!(exported["transactions.csv"].contains(figure.as_str()), "the export lacks {figure}");
        assert!(!told.contains(figure.as_str()), "the log says {figure}");
        assert!(!answers.contains(figure.as_str()), "the socket says {figure}");
        for (name, bytes) in &files {
            assert!(!bytes.windows(figure.len()).any(|part| part == figure.as_bytes()), "{name} holds {figure}");
        }
    }
}
