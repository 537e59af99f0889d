//! The pages of a kiosk, opened where the configuration or the command line says.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use hymy::about::About;
use hymy::clock::Clock;
use hymy::config::Config;
use hymy::kiosk::KioskHandle;
use hymy::mqtt::Publisher;
use hymy::setup;
use hymy::till::{self, Plausible, SourceSetting, WayKind};
use hymy::web::{self, Pages, WebState};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Opens what the configuration switches on: the till's endpoint, the other ways to the till,
/// the broker, and the pages.
pub async fn open(
    config: &Config,
    kiosk: &KioskHandle,
    clock: &Arc<dyn Clock>,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<()> {
    if let Some(endpoint) = till_endpoint(config, kiosk, clock) {
        let opened = serve(config, "till", config.till.listen, endpoint, stopped.clone()).await?;
        kiosk.ways().add(WayKind::Http, "", &format!("http://{opened}/api/v1/till/events")).opened();
        tracing::info!(address = %opened, "till_endpoint_opened");
    }
    till::start_sources(
        &config.till_sources,
        &SourceSetting {
            kiosk,
            clock,
            plausible: plausible(config),
            register: &config.kiosk.register,
            data_dir: &config.kiosk.data_dir,
            stopped,
        },
    );
    if let Some(broker) = &config.mqtt {
        let publisher = Publisher::new(broker, kiosk.clone(), config.kiosk.data_dir.clone(), clock.now())?;
        tokio::spawn(publisher.publish(stopped.clone()));
    }
    if config.pages.enabled {
        let opened = serve(config, "pages", config.pages.listen, pages(config, kiosk, clock), stopped.clone()).await?;
        tracing::info!(address = %opened, "pages_opened");
    }
    Ok(())
}

/// The till's endpoint, if it is on.
fn till_endpoint(config: &Config, kiosk: &KioskHandle, clock: &Arc<dyn Clock>) -> Option<Router> {
    let routes = till_events(config, kiosk, clock)?;
    Some(routes.merge(web::till_health(kiosk.clone())).merge(web::about_page(&About::of(config))))
}

/// Where the till posts its events, if it may.
fn till_events(config: &Config, kiosk: &KioskHandle, clock: &Arc<dyn Clock>) -> Option<Router> {
    let token = config.till.token.clone().filter(|_| config.till.enabled)?;
    let (kiosk, clock) = (kiosk.clone(), Arc::clone(clock));
    Some(web::till_events(WebState { kiosk, token, plausible: plausible(config), clock }))
}

/// How far an event's time may lie from the clock.
fn plausible(config: &Config) -> Plausible {
    Plausible { max_late_s: config.till.max_late_s, max_ahead_s: config.till.max_ahead_s }
}

/// Every page.
pub fn pages(config: &Config, kiosk: &KioskHandle, clock: &Arc<dyn Clock>) -> Router {
    let state = Pages {
        kiosk: kiosk.clone(),
        clock: Arc::clone(clock),
        language: config.language,
        data_dir: config.kiosk.data_dir.clone(),
        checks: setup::checks(config).into(),
        started: clock.now(),
        signals: config.signals.clone(),
    };
    let till = till_events(config, kiosk, clock).unwrap_or_default();
    web::pages(state).merge(till).merge(web::about_page(&About::of(config)))
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
