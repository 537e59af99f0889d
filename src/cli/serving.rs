//! The pages of a kiosk, opened where the configuration or the command line says.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use hymy::about::About;
use hymy::clock::Clock;
use hymy::config::Config;
use hymy::kiosk::KioskHandle;
use hymy::setup::{self, Machine, Placed};
use hymy::till::Plausible;
use hymy::web::{self, Pages, WebState};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Opens what the configuration switches on: the pages, and the till's endpoint.
pub async fn open(
    config: &Config,
    kiosk: &KioskHandle,
    clock: &Arc<dyn Clock>,
    machine: &Arc<Machine>,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<()> {
    if let Some(till) = till(config, kiosk, clock) {
        let opened = serve(config, "till", config.till.listen, till, stopped.clone()).await?;
        tracing::info!(address = %opened, "till_endpoint_opened");
    }
    if config.pages.enabled {
        let opened =
            serve(config, "pages", config.pages.listen, pages(config, kiosk, clock, machine), stopped.clone()).await?;
        tracing::info!(address = %opened, "pages_opened");
    }
    Ok(())
}

/// Opens the pages of set-up alone.
pub async fn open_setup(
    config: &Config,
    kiosk: &KioskHandle,
    clock: &Arc<dyn Clock>,
    machine: &Arc<Machine>,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let app = web::setup_pages(state(config, kiosk, clock, machine)).merge(web::about_page(&About::of(config)));
    let opened = serve(config, "pages", config.pages.listen, app, stopped.clone()).await?;
    tracing::info!(address = %opened, "setup_opened");
    super::print(&format!("Set this kiosk up at http://{opened}/setup, until Ctrl-C. No shift can begin."));
    Ok(())
}

/// The till's endpoint, if it is on.
fn till(config: &Config, kiosk: &KioskHandle, clock: &Arc<dyn Clock>) -> Option<Router> {
    let routes = till_events(config, kiosk, clock)?;
    Some(routes.merge(web::till_health(kiosk.clone())).merge(web::about_page(&About::of(config))))
}

/// Where the till posts its events, if it may.
fn till_events(config: &Config, kiosk: &KioskHandle, clock: &Arc<dyn Clock>) -> Option<Router> {
    let token = config.till.token.clone().filter(|_| config.till.enabled)?;
    let plausible = Plausible { max_late_s: config.till.max_late_s, max_ahead_s: config.till.max_ahead_s };
    Some(web::till_events(WebState { kiosk: kiosk.clone(), token, plausible, clock: Arc::clone(clock) }))
}

/// Every page.
pub fn pages(config: &Config, kiosk: &KioskHandle, clock: &Arc<dyn Clock>, machine: &Arc<Machine>) -> Router {
    let till = till_events(config, kiosk, clock).unwrap_or_default();
    web::pages(state(config, kiosk, clock, machine)).merge(till).merge(web::about_page(&About::of(config)))
}

/// What the pages need.
fn state(config: &Config, kiosk: &KioskHandle, clock: &Arc<dyn Clock>, machine: &Arc<Machine>) -> Pages {
    Pages {
        kiosk: kiosk.clone(),
        clock: Arc::clone(clock),
        language: config.language,
        data_dir: config.kiosk.data_dir.clone(),
        checks: setup::checks(config).into(),
        placed: Arc::new(Placed::of(config)),
        machine: Arc::clone(machine),
        started: clock.now(),
        signals: config.signals.clone(),
    }
}

async fn serve(
    config: &Config,
    section: &str,
    listen: SocketAddr,
    app: Router,
    stopped: watch::Receiver<bool>,
) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(listen)
        .await
        .with_context(|| format!("{}: [{section}] listen = \"{listen}\" cannot be opened", config.file.display()))?;
    let address = listener.local_addr()?;
    tokio::spawn(web::serve(listener, app, stopped));
    Ok(address)
}
