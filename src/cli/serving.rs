//! The pages of a kiosk, opened where the configuration or the command line says: in the clear on loopback, and with TLS
//! for other machines.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use hymy::clock::Clock;
use hymy::config::{Config, TillConfig, TlsConfig};
use hymy::kiosk::KioskHandle;
use hymy::mqtt::Publisher;
use hymy::setup::{self, Machine, Placed};
use hymy::till::{self, Plausible, SourceSetting, WayKind};
use hymy::tls::{self, Certificate};
use hymy::web::{self, Limits, Pages, Reach, Tls, Tokens, WebState};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How often renewed files are looked for, and whether the kiosk's own certificate soon ends.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(60);

/// Opens what the configuration switches on: the till's endpoint, the other ways to the till, the broker, and the pages.
pub async fn open(
    config: &Config,
    kiosk: &KioskHandle,
    clock: &Arc<dyn Clock>,
    machine: &Arc<Machine>,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let served = Served { tls: certificate(config, clock, stopped)?, ..Served::here(config, kiosk, clock, machine) };
    if let Some(till) = served.till() {
        let opened = served.open("[till] listen", config.till.listen, till, stopped).await?;
        served.opened(opened);
        tracing::info!(address = %opened, "till_endpoint_opened");
    }
    till::start_sources(
        &config.till_sources,
        &SourceSetting {
            kiosk,
            clock,
            plausible: plausible(&config.till),
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
        let app = served.pages();
        let opened = served.open("[pages] listen", config.pages.listen, app.clone(), stopped).await?;
        served.opened(opened);
        tracing::info!(address = %opened, "pages_opened");
        if let Some(local) = config.pages.local() {
            let opened = served.open("[pages] local_listen", local, app, stopped).await?;
            tracing::info!(address = %opened, "local_pages_opened");
        }
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
    let served = Served { tls: certificate(config, clock, stopped)?, ..Served::here(config, kiosk, clock, machine) };
    let listen = config.pages.listen;
    let app = served.setup();
    let opened = served.open("[pages] listen", listen, app.clone(), stopped).await?;
    tracing::info!(address = %opened, "setup_opened");
    // The camera opens at the kiosk's own screen only, where it is seen.
    let local = match config.pages.local() {
        Some(local) => served.open("[pages] local_listen", local, app, stopped).await?,
        None => opened,
    };
    super::print(&format!("Set this kiosk up at http://{local}/setup, until Ctrl-C. No shift can begin."));
    Ok(())
}

/// What everything that is served here shares.
pub struct Served<'kiosk> {
    config: &'kiosk Config,
    kiosk: &'kiosk KioskHandle,
    clock: &'kiosk Arc<dyn Clock>,
    machine: &'kiosk Arc<Machine>,
    limits: Arc<Limits>,
    tls: Option<Tls>,
}

impl<'kiosk> Served<'kiosk> {
    /// On this machine only.
    pub fn here(
        config: &'kiosk Config,
        kiosk: &'kiosk KioskHandle,
        clock: &'kiosk Arc<dyn Clock>,
        machine: &'kiosk Arc<Machine>,
    ) -> Self {
        Self { config, kiosk, clock, machine, limits: Arc::default(), tls: None }
    }

    /// The till's endpoint, if it is on.
    fn till(&self) -> Option<Router> {
        let routes = self.till_events()?;
        let health = web::till_health(self.kiosk.clone(), self.tokens());
        Some(self.guarded(routes.merge(health)))
    }

    /// Every page, and what machines ask beside them.
    pub fn pages(&self) -> Router {
        self.guarded(web::pages(self.state()).merge(self.till_events().unwrap_or_default()))
    }

    /// The pages of set-up alone.
    fn setup(&self) -> Router {
        self.guarded(web::setup_pages(self.state()))
    }

    /// With what holds here, behind the guard.
    fn guarded(&self, routes: Router) -> Router {
        let routes = routes.merge(web::about_page(self.config));
        web::guarded(Reach::of(self.config, &self.limits), routes)
    }

    /// Where the till posts its events, if it may.
    fn till_events(&self) -> Option<Router> {
        let till = Some(&self.config.till).filter(|till| till.enabled)?;
        let (kiosk, clock) = (self.kiosk.clone(), Arc::clone(self.clock));
        Some(web::till_events(WebState { kiosk, tokens: self.tokens(), plausible: plausible(till), clock }))
    }

    fn tokens(&self) -> Tokens {
        Tokens::of(self.config, &self.limits)
    }

    /// What the pages need.
    fn state(&self) -> Pages {
        let config = self.config;
        Pages {
            kiosk: self.kiosk.clone(),
            clock: Arc::clone(self.clock),
            language: config.language,
            data_dir: config.kiosk.data_dir.clone(),
            checks: setup::checks(config).into(),
            placed: Arc::new(Placed::of(config)),
            machine: Arc::clone(self.machine),
            started: self.clock.now(),
            signals: config.signals.clone(),
            tokens: self.tokens(),
            tls: self.tls.clone(),
        }
    }

    /// Set-up shows where the till can post.
    pub fn opened(&self, address: SocketAddr) {
        if self.config.till.enabled {
            let scheme = if self.tls_at(address).is_some() { "https" } else { "http" };
            let place = format!("{scheme}://{address}/api/v1/till/events");
            self.kiosk.ways().add(WayKind::Http, "", &place).opened();
        }
    }

    /// TLS for other machines; what is on loopback does without.
    fn tls_at(&self, address: SocketAddr) -> Option<Tls> {
        self.tls.clone().filter(|_| !address.ip().is_loopback())
    }

    async fn open(
        &self,
        key: &str,
        listen: SocketAddr,
        app: Router,
        stopped: &watch::Receiver<bool>,
    ) -> anyhow::Result<SocketAddr> {
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("{}: {key} = \"{listen}\" cannot be opened", self.config.file.display()))?;
        let address = listener.local_addr()?;
        tokio::spawn(web::serve(listener, self.tls_at(listen), app, stopped.clone()));
        Ok(address)
    }
}

/// How far an event's time may lie from the clock.
fn plausible(till: &TillConfig) -> Plausible {
    Plausible { max_late_s: till.max_late_s, max_ahead_s: till.max_ahead_s }
}

/// The certificate for other machines where one is configured; it is looked at now and again from now on.
fn certificate(
    config: &Config,
    clock: &Arc<dyn Clock>,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<Option<Tls>> {
    let Some(tls) = &config.tls else { return Ok(None) };
    // Before they are read: what is written in between counts as new.
    let written = tls.given.as_ref().and_then(tls::written);
    let certificate = tls::certificate(tls, &config.kiosk.data_dir, clock.now())
        .with_context(|| format!("{}: [tls]", config.file.display()))?;
    told(&certificate);
    super::print(&format!("SHA-256 fingerprint of the pages' certificate: {}", certificate.fingerprint));
    let (sender, receiver) = watch::channel(certificate);
    let renewal = Renewal {
        tls: tls.clone(),
        data_dir: config.kiosk.data_dir.clone(),
        clock: Arc::clone(clock),
        written,
        certificate: sender,
    };
    tokio::spawn(renewal.run(stopped.clone()));
    Ok(Some(receiver))
}

fn told(certificate: &Certificate) {
    let fingerprint = &certificate.fingerprint;
    match certificate.own_until {
        Some(until) => tracing::info!(%fingerprint, %until, "certificate_of_its_own"),
        None => tracing::info!(%fingerprint, "certificate_given"),
    }
}

/// Looks for another certificate, and keeps the one there is where it is not sound.
struct Renewal {
    tls: TlsConfig,
    data_dir: std::path::PathBuf,
    clock: Arc<dyn Clock>,
    written: Option<[std::time::SystemTime; 2]>,
    certificate: watch::Sender<Certificate>,
}

impl Renewal {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stopped| *stopped) => return,
                () = tokio::time::sleep(LOOKED_AT_EVERY) => self.look(),
            }
        }
    }

    fn look(&mut self) {
        let written = self.tls.given.as_ref().and_then(tls::written);
        if self.tls.given.is_some() && (written.is_none() || written == self.written) {
            return;
        }
        match tls::certificate(&self.tls, &self.data_dir, self.clock.now()) {
            Ok(found) => {
                self.written = written;
                if found.fingerprint != self.certificate.borrow().fingerprint {
                    told(&found);
                    self.certificate.send_replace(found);
                }
            }
            Err(error) => tracing::warn!(%error, "certificate_not_renewed: the one before it is kept"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::time::SystemTime;

    use hymy::clock::SystemClock;
    use hymy::config::GivenFiles;

    use super::*;

    /// A certificate of its own key in these files, as if written so many seconds ago.
    fn write(files: &GivenFiles, seconds_ago: u64) {
        let key = rcgen::KeyPair::generate().expect("a key");
        let made = rcgen::CertificateParams::new(["kiosk.shop.lan".to_owned()]).expect("a name").self_signed(&key);
        fs::write(&files.certificate, made.expect("made").pem()).expect("written");
        fs::write(&files.key, key.serialize_pem()).expect("written");
        fs::set_permissions(&files.key, fs::Permissions::from_mode(0o600)).expect("changed");
        age(&files.certificate, seconds_ago);
    }

    fn age(file: &std::path::Path, seconds_ago: u64) {
        let then = SystemTime::now() - Duration::from_secs(seconds_ago);
        fs::File::options().write(true).open(file).and_then(|file| file.set_modified(then)).expect("aged");
    }

    #[test]
    fn a_renewed_certificate_is_taken_and_one_that_is_not_sound_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let given =
            GivenFiles { certificate: folder.path().join("kiosk.pem"), key: folder.path().join("kiosk-key.pem") };
        write(&given, 300);
        let first = tls::given(&given).expect("sound");
        let fingerprint = first.fingerprint.clone();
        let (certificate, seen) = watch::channel(first);
        let mut renewal = Renewal {
            tls: TlsConfig { names: vec!["kiosk.shop.lan".to_owned()], given: Some(given.clone()) },
            data_dir: folder.path().to_owned(),
            clock: Arc::new(SystemClock::default()),
            written: tls::written(&given),
            certificate,
        };
        renewal.look();
        assert!(!seen.has_changed().expect("open"), "nothing was written");
        let sound = fs::read(&given.certificate).expect("read");
        fs::write(&given.certificate, "half a certif").expect("written");
        age(&given.certificate, 200);
        renewal.look();
        assert_eq!(seen.borrow().fingerprint, fingerprint, "the one before it is kept");
        fs::write(&given.certificate, sound).expect("written");
        write(&given, 100);
        renewal.look();
        assert_ne!(seen.borrow().fingerprint, fingerprint, "renewed");
    }
}
