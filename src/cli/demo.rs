//! `hymy demo`: the real models over the staged scene, script beside measurement, and a stored summary.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use clap::Args;
use comfy_table::{Table, presets};
use hymy::analysis::{Analysis, Boundaries};
use hymy::camera;
use hymy::clock::{Clock, SystemClock};
use hymy::consent::Consent;
use hymy::demo::{self, Comparison, Pair, Share, TransactionComparison, till_events};
use hymy::kiosk::{self, CameraSwitch, KioskSettings, VISION_CHANNEL};
use hymy::setup::{Machine, Speed};
use hymy::store::{Decided, Looked, NewRecord, Store};
use hymy::summary::{Summary, TransactionRecord};
use hymy::terms::Terms;
use hymy::vault::Secret;
use hymy::web;
use hymy_vision::{Event, SourceSpec, Vision, staged};
use tokio::sync::{mpsc, watch};

use zeroize::Zeroizing;

use super::made_up::{self, Place};
use super::watch::Camera;
use super::{figures, progress, serving};

/// Whose summary the demo stores, in its own temporary store.
const PERSON: &str = "demo";

/// See Hymy work, without a camera: three staged transactions, scripted truth beside measurement.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy demo --no-serve      run it, print, end
  hymy demo                 and then serve the pages of the made-up store on this machine until Ctrl-C
  hymy demo --keep made-up  and keep the made-up store, to try what each person and a trainer see

The scene is composed in code from two public-domain portraits; a script moves the faces and knows every
angle, nod and cover. The models see only the rendered frames. Beside it a store is made of twenty-four
made-up people, who agreed, worked for six weeks, left things out, shared and withdrew. Nothing is downloaded, and the
stores are temporary ones that are deleted at the end.")]
pub struct Demo {
    /// End after printing, without serving the pages.
    #[arg(long)]
    no_serve: bool,
    /// Keep the store of the made-up people in this folder, which does not exist yet.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Where to serve the pages; loopback only.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", conflicts_with = "no_serve")]
    listen: SocketAddr,
}

impl Demo {
    /// Runs the scene, prints the comparison, stores and shows the summary.
    pub fn run(self) -> anyhow::Result<()> {
        if !self.listen.ip().is_loopback() {
            let wrong = format!("--listen {} is not a loopback address; use 127.0.0.1 or [::1]", self.listen);
            return Err(super::WrongUsage(wrong).into());
        }
        let stop = progress::stop_on_signal()?;
        let place = Place::new(self.keep.as_deref())?;
        let told = std::thread::scope(|scope| {
            let made = scope.spawn(|| place.fill());
            scene(&stop)?;
            made.join().map_err(|_| anyhow::anyhow!("the made-up store broke off; what it said stands above"))?
        })?;
        made_up::tell(&told);
        if let Some(to_try) = place.to_try() {
            super::print(&to_try);
        }
        if self.no_serve {
            return Ok(());
        }
        serve(self.listen, &place)
    }
}

/// Runs the scene, and prints the comparison and its summary, as stored.
fn scene(stop: &AtomicBool) -> anyhow::Result<()> {
    let config = demo::config()?;
    let mut vision = Vision::load(&camera::vision_settings(&config))?;
    let events = till_events();
    let mut analysis = Analysis::new(config.directions.clone(), Boundaries::Till(&events));
    let mut pairs: Vec<Pair> = Vec::new();
    let bar = progress::frames(Vision::stated_frames(&SourceSpec::Staged)?);
    let ended = vision.run(&SourceSpec::Staged, stop, |_, event| {
        if let Event::Observed { observation, .. } = event {
            pairs.push(Pair::new(analysis.observe(&observation)));
            bar.inc(1);
        }
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    let run = ended?;
    anyhow::ensure!(!stop.load(Ordering::Relaxed), "stopped after {} frames", run.processed);
    let analysed = analysis.finish();
    let comparison = Comparison::of(&pairs, &analysed);
    let records: Vec<TransactionRecord> = analysed.into_iter().map(|analysed| analysed.record).collect();

    super::print(&format!("Three staged transactions, {} frames. Scripted truth beside measurement:", run.processed));
    super::print(&comparison_table(&comparison).to_string());
    super::print("What a transaction's record says:");
    super::print(&figures::of_transactions(&records).to_string());
    let summary = store_and_read(&records)?;
    super::print("The stored summary, read back from the demo's own encrypted store:");
    super::print(&figures::of_summary(&summary).to_string());
    Ok(())
}

fn comparison_table(comparison: &Comparison) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    let columns = &comparison.transactions;
    let title = |(index, column): (usize, &TransactionComparison)| {
        let scripted = &column.scripted;
        let [from, to] = [scripted.opened_ms, scripted.closed_ms].map(|ms| ms as f64 / 1000.0);
        format!("transaction {}\n{:?}, {from:.1} to {to:.1} s", index + 1, scripted.staff)
    };
    table.set_header(std::iter::once(String::new()).chain(columns.iter().enumerate().map(title)));
    let mut row = |name: &str, cell: &dyn Fn(&TransactionComparison) -> String| {
        table.add_row(std::iter::once(name.to_owned()).chain(columns.iter().map(cell)));
    };
    row("head yaw, median error", &|c| degrees(c.yaw_error_deg));
    row("head pitch, median error", &|c| degrees(c.pitch_error_deg));
    row("of turned frames, median error", &|c| degrees(c.turned_error_deg));
    row("gaze of turned frames, median error", &|c| degrees(c.gaze_turned_error_deg));
    row("nods scripted / counted", &|c| {
        let counted = c.nods.map_or_else(|| "-".to_owned(), |nods| nods.to_string());
        format!("{} / {counted}", c.scripted.nods)
    });
    row("portrait smiles / frames smiling", &|c| {
        format!("{} / {}", if c.scripted.smiling { "yes" } else { "no" }, share(c.smiling))
    });
    row("covered: hidden or no face", &|c| share(c.covered));
    row("second face: not alone", &|c| share(c.second_face));
    row("readable frames", &|c| share(c.readable));
    table.add_row(["empty counter: no face".to_owned(), share(comparison.empty)]);
    table
}

fn degrees(value: Option<f32>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}°"))
}

fn share(share: Share) -> String {
    share
        .value()
        .map_or_else(|| "-".to_owned(), |value| format!("{} of {} ({:.1} %)", share.part, share.of, 100.0 * value))
}

/// Seals the records and their summary in a temporary store, and opens the summary with the made-up person's secret.
fn store_and_read(records: &[TransactionRecord]) -> anyhow::Result<Summary> {
    let folder = tempfile::tempdir().context("no temporary folder for the demo's store")?;
    let mut store = Store::open(folder.path(), &folder.path().join("hymy.key"))?;
    let started = SystemClock::default().now();
    let (member, invitation) = store.add_staff(PERSON, started)?;
    let secret = Secret::chosen(Zeroizing::new("a made-up person".to_owned()))?;
    let consent = Consent::made_up(&Terms::under("a made-up agreement"), started);
    store.give_consent(PERSON, &invitation, &secret, &consent)?;
    let shift = store.start_shift(&member.person, staged::script::REGISTER, started)?;
    let at = |ms: u64| started + std::time::Duration::from_millis(ms);
    let rows: Vec<NewRecord> = records
        .iter()
        .map(|record| {
            let (opened_at, closed_at) = (at(record.transaction.opened_ms), at(record.transaction.closed_ms));
            Ok(NewRecord { opened_at, closed_at, json: serde_json::to_string(record)? })
        })
        .collect::<Result<_, serde_json::Error>>()?;
    let summary = serde_json::to_string(&Summary::of(records))?;
    let decided = Decided { records: &rows, handled: &[], summary: Some((1, &summary)) };
    store.commit_decisions(&shift, &decided, started)?;
    let person = store.sign_in(PERSON, &secret, started)?;
    let opened = store.opened_by_themself(&person, Looked::Summary, started)?;
    let stored = store.summaries(&opened, started)?;
    let summary = stored.first().context("the summary was not stored")?;
    Ok(serde_json::from_str(&summary.json)?)
}

/// Serves the pages of the made-up store until Ctrl-C; who signs in there is seen as the staged scene.
fn serve(listen: SocketAddr, place: &Place) -> anyhow::Result<()> {
    let (store, config) = place.open()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await.with_context(|| {
            format!("--listen {listen} cannot be opened; choose another, as in --listen 127.0.0.1:0")
        })?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let switch = CameraSwitch::of(&config.kiosk.data_dir);
        let (observed, vision) = mpsc::channel(VISION_CHANNEL);
        let (stop, stopped) = watch::channel(false);
        let settings = KioskSettings::of(&config);
        let speed = Speed::default();
        let camera = Camera::staged(&config, &speed)?;
        let machine = Arc::new(Machine::of(&config, Some(camera.loaded()), None, speed));
        let (kiosk, thread) =
            kiosk::spawn(store, settings, &[], switch.clone(), Arc::clone(&clock), vision, stopped.clone())?;
        let camera = camera.start(&switch, move |event| observed.blocking_send(event).is_ok())?;
        let served = serving::Served::here(&config, &kiosk, &clock, &machine);
        served.opened(listener.local_addr()?);
        super::print(&made_up::who_can_sign_in(&format!("http://{}/", listener.local_addr()?)));
        let pages = tokio::spawn(web::serve(listener, None, served.pages(), stopped));
        tokio::signal::ctrl_c().await?;
        switch.end();
        stop.send_replace(true);
        let joined = tokio::task::spawn_blocking(move || {
            let _ = camera.join();
            thread.join()
        });
        let _ = pages.await;
        joined.await?.map_err(|_| anyhow::anyhow!("the kiosk's thread broke off; see the log"))??;
        Ok(())
    })
}
