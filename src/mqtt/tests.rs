//! What a broker of a test's own is told, over the real task and a real store.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::clock::{Clock, ManualClock};
use crate::kiosk::KioskSettings;
use crate::kiosk::tests::Awaited;
use crate::release::{Books, Plan, PlanSettings, Release, Released, Statistic, Window};
use crate::store::Store;
use crate::store::tests::AGREEMENT;
use crate::terms::{ReleaseTerms, Terms};

/// A connection to the broker of a test: it takes what a client sends, and answers what it has to.
struct Session {
    stream: TcpStream,
    /// The packet that connected.
    connect: Vec<u8>,
}

/// A message that was published.
#[derive(Debug, PartialEq, Eq)]
struct Published {
    topic: String,
    text: String,
    retained: bool,
    quality: u8,
}

impl Session {
    async fn accept(listener: &TcpListener) -> Self {
        let (mut stream, _) = listener.accept().await.expect("connected");
        let (kind, connect) = packet(&mut stream).await.expect("a packet");
        assert_eq!(kind >> 4, 1, "CONNECT");
        stream.write_all(&[0x20, 2, 0, 0]).await.expect("CONNACK");
        Self { stream, connect }
    }

    /// The next message, acknowledged; `None` once the client is gone.
    async fn next(&mut self) -> Option<Published> {
        loop {
            let (first, body) = packet(&mut self.stream).await?;
            match first >> 4 {
                3 => {
                    let length = usize::from(u16::from_be_bytes([body[0], body[1]]));
                    let topic = String::from_utf8(body[2..2 + length].to_vec()).expect("text");
                    let id = &body[2 + length..4 + length];
                    self.stream.write_all(&[0x40, 2, id[0], id[1]]).await.expect("PUBACK");
                    let text = String::from_utf8(body[4 + length..].to_vec()).expect("text");
                    return Some(Published { topic, text, retained: first & 1 == 1, quality: (first >> 1) & 3 });
                }
                12 => self.stream.write_all(&[0xd0, 0]).await.expect("PINGRESP"),
                14 => return None,
                other => panic!("the client sent packet {other}"),
            }
        }
    }

    async fn take(&mut self, count: usize) -> Vec<Published> {
        let mut taken = Vec::new();
        for _ in 0..count {
            taken.push(self.next().await.expect("a message"));
        }
        taken
    }
}

/// The first byte of a packet and its body.
async fn packet(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let first = stream.read_u8().await.ok()?;
    let (mut length, mut shift) = (0, 0);
    loop {
        let byte = stream.read_u8().await.ok()?;
        length |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((first, body))
}

struct Site {
    listener: TcpListener,
    handle: KioskHandle,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
    _kiosk: Awaited,
    _folder: tempfile::TempDir,
}

impl Site {
    /// A kiosk with one window that was released.
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::at("2026-03-02T12:00:00Z".parse().expect("a time")));
        let mut store = Store::open(folder.path(), &folder.path().join("hymy.key")).expect("opens");
        let plan = Plan::new(PlanSettings::of(&Statistic::ALL[..2])).expect("a plan");
        let release_terms = ReleaseTerms { plan, window_days: 28 };
        let terms = Terms { release: Some(release_terms.clone()), ..Terms::under(AGREEMENT) };
        let announced = store.announce_window(&release_terms, clock.now(), &clock.time_zone()).expect("kept");
        let window: Window = announced.expect("announced");
        let figure = |statistic: &Statistic| Released {
            statistic: *statistic,
            cell: None,
            answer: crate::release::Answer::Share {
                share_thousandths: 640,
                half_width_95_thousandths: 50,
                people_about: 12,
            },
        };
        let figures = window.plan.statistics().iter().map(figure).collect();
        store.keep(&Release { window: window.id, plan: window.plan.clone(), figures }).expect("kept");
        let settings = KioskSettings {
            register: "1".into(),
            max_late_s: 300,
            signals: Vec::new(),
            directions: Default::default(),
            terms,
            sharing: Default::default(),
            idle_ms: 30 * 60_000,
            has_source: true,
            technician_code: None,
            setting_up: false,
        };
        let (handle, kiosk) = Awaited::spawn(store, settings, &[], clock.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let config = MqttConfig {
            host: "127.0.0.1".into(),
            port: listener.local_addr().expect("bound").port(),
            ca_file: None,
            client_id: "hymy-1".into(),
            topic: "shop".into(),
            credentials: Some(("user".into(), zeroize::Zeroizing::new("s3cret".into()))),
        };
        let publisher = Publisher::new(&config, handle.clone(), folder.path().to_owned(), clock.now()).expect("good");
        let publisher = Publisher { every: Duration::from_millis(200), ..publisher };
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(publisher.publish(stopped));
        Self { listener, handle, stop, task, _kiosk: kiosk, _folder: folder }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_each_release_once_are_told_and_again_after_the_broker_was_away() {
    let site = Site::new().await;
    let mut session = Session::accept(&site.listener).await;
    let will: &[u8] = b"\0\x0bshop/status\0\x07offline\0\x04user\0\x06s3cret";
    assert!(session.connect.ends_with(will), "{:?}", session.connect);
    let told = session.take(5).await;
    assert!(told.iter().all(|message| message.retained && message.quality == 1), "{told:?}");
    let topics: Vec<&str> = told.iter().map(|message| message.topic.as_str()).collect();
    assert_eq!(topics, ["shop/status", "shop/health", "shop/releases/1", "shop/health", "shop/health"]);
    assert_eq!(told[0].text, "online");
    let health: serde_json::Value = serde_json::from_str(&told[1].text).expect("JSON");
    let mut figures: Vec<&String> = health.as_object().expect("figures").keys().collect();
    figures.sort();
    assert_eq!(figures, ["disk_room_bytes", "started_timestamp_seconds", "store_writable", "version"]);
    let release: serde_json::Value = serde_json::from_str(&told[2].text).expect("JSON");
    let mut keys: Vec<&String> = release.as_object().expect("a release").keys().collect();
    keys.sort();
    assert_eq!(keys, ["closes", "figures", "opens", "window"]);
    assert_eq!(release["figures"][0]["answer"]["share"]["share_thousandths"], 640);

    // The broker goes and comes back: all of it again, from the store.
    drop(session);
    let mut session = Session::accept(&site.listener).await;
    let topics: Vec<String> = session.take(3).await.into_iter().map(|message| message.topic).collect();
    assert_eq!(topics, ["shop/status", "shop/health", "shop/releases/1"]);

    // One that ends says so itself.
    site.stop.send_replace(true);
    let mut last = String::new();
    while let Some(message) = session.next().await {
        last = message.text;
    }
    assert_eq!(last, "offline");
    site.task.await.expect("ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_away_holds_up_nothing() {
    let site = Site::new().await;
    let port = site.listener.local_addr().expect("bound").port();
    drop(site.listener);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(site.handle.writable().await, "the kiosk goes on");
    let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("free again");
    let mut session = Session::accept(&listener).await;
    assert_eq!(session.take(1).await[0].text, "online");
    // Silent from now on: stopping does not wait for it.
    site.stop.send_replace(true);
    tokio::time::timeout(Duration::from_secs(5), site.task).await.expect("in time").expect("ended");
}

#[test]
fn certificates_that_are_none_are_told_with_their_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("ca.pem");
    for text in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        std::fs::write(&file, text).expect("written");
        assert!(tls(&file).is_err(), "{text}");
    }
    assert!(tls(&folder.path().join("none")).is_err());
}
