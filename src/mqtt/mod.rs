//! What a shop's MQTT broker is told: whether the kiosk is well, by the figures of [`crate::health`] and no others; and
//! what was released to trainers, as it was released, each window once. Never a tally, and nothing is listened to.
//!
//! It connects to the configured broker only, and again with pauses that grow. What waits is bounded: a message about
//! health that cannot be sent is forgotten, and releases are read from the store each time it connects.

mod message;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rumqttc::{AsyncClient, Event, EventLoop, LastWill, MqttOptions, Packet, QoS, TlsConfiguration, Transport};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::config::MqttConfig;
use crate::control::{Answer, Question};
use crate::health::Figures;
use crate::kiosk::KioskHandle;

/// How often health is told.
const TOLD_EVERY: Duration = Duration::from_secs(60);
/// Messages that wait to be sent: the most windows that the store gives at once, and health.
const WAITING_MAX: usize = 32;
/// The longest message; a release of four statistics in hours has a hundredth of it.
const MESSAGE_BYTES_MAX: usize = 256 * 1024;
/// How long saying goodbye may take.
const ENDS_WITHIN: Duration = Duration::from_millis(500);
/// The first pause before connecting again, and the longest.
const PAUSE_SHORTEST: Duration = Duration::from_secs(1);
const PAUSE_LONGEST: Duration = Duration::from_secs(60);

const ONLINE: &str = "online";
const OFFLINE: &str = "offline";

/// Why nothing can be published.
#[derive(Debug, thiserror::Error)]
pub enum MqttError {
    /// The broker's certificates cannot be used.
    #[error("[mqtt] ca_file {}: {found}; it has to hold the certificates that sign the broker's, as PEM", file.display())]
    Certificates {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        found: String,
    },
}

/// What is published, and where.
pub struct Publisher {
    options: MqttOptions,
    topic: String,
    kiosk: KioskHandle,
    data_dir: PathBuf,
    started: Timestamp,
    every: Duration,
}

/// Why a connection ended.
enum Ended {
    Stopped,
    Lost(String),
}

impl Publisher {
    /// Reads what is needed to connect; nothing is connected yet.
    ///
    /// # Errors
    /// [`MqttError`].
    pub fn new(
        config: &MqttConfig,
        kiosk: KioskHandle,
        data_dir: PathBuf,
        started: Timestamp,
    ) -> Result<Self, MqttError> {
        let mut options = MqttOptions::new(&config.client_id, &config.host, config.port);
        options.set_keep_alive(Duration::from_secs(30)).set_max_packet_size(MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX);
        options.set_last_will(LastWill::new(format!("{}/status", config.topic), OFFLINE, QoS::AtLeastOnce, true));
        if let Some((user, password)) = &config.credentials {
            options.set_credentials(user, password.as_str());
        }
        if let Some(file) = &config.ca_file {
            let wrong = |found: String| MqttError::Certificates { file: file.clone(), found };
            options.set_transport(Transport::Tls(TlsConfiguration::Rustls(Arc::new(tls(file).map_err(wrong)?))));
        }
        Ok(Self { options, topic: config.topic.clone(), kiosk, data_dir, started, every: TOLD_EVERY })
    }

    /// Publishes until it is told to stop.
    pub async fn publish(self, mut stopped: watch::Receiver<bool>) {
        let (mut pause, mut said) = (PAUSE_SHORTEST, false);
        loop {
            // A new one each time: what the earlier one had not sent is gone with it.
            let (client, events) = AsyncClient::new(self.options.clone(), WAITING_MAX);
            let mut connected = false;
            match self.converse(&client, events, &mut stopped, &mut connected).await {
                Ended::Stopped => return,
                // Told once, until it was connected again.
                Ended::Lost(reason) if connected || !said => tracing::warn!(reason, "mqtt_broker_lost"),
                Ended::Lost(_) => {}
            }
            said = true;
            pause = if connected { PAUSE_SHORTEST } else { pause };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = told_to_stop(&mut stopped) => return,
            }
            pause = pause.saturating_mul(2).min(PAUSE_LONGEST);
        }
    }

    async fn converse(
        &self,
        client: &AsyncClient,
        mut events: EventLoop,
        stopped: &mut watch::Receiver<bool>,
        connected: &mut bool,
    ) -> Ended {
        let mut published = BTreeSet::new();
        let mut tick = tokio::time::interval(self.every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = events.poll() => match event {
                    Ok(Event::Incoming(Packet::ConnAck(_))) => {
                        tracing::info!("mqtt_broker_connected");
                        *connected = true;
                        self.tell(client, "status", ONLINE.to_owned());
                        tick.reset_immediately();
                    }
                    Ok(_) => {}
                    Err(error) => return Ended::Lost(error.to_string()),
                },
                _ = tick.tick(), if *connected => {
                    let figures = Figures::now(&self.kiosk, &self.data_dir, self.started).await;
                    self.tell(client, "health", message::health(&figures));
                    self.tell_releases(client, &mut published).await;
                },
                () = told_to_stop(stopped) => {
                    if *connected {
                        self.say_goodbye(client, &mut events).await;
                    }
                    return Ended::Stopped;
                }
            }
        }
    }

    /// Every window that was released, and was not told on this connection.
    async fn tell_releases(&self, client: &AsyncClient, published: &mut BTreeSet<u32>) {
        let Answer::Releases { windows } = self.kiosk.question(Question::Releases).await else { return };
        for (window, release) in &windows {
            let number = window.id.0;
            if !published.contains(&number)
                && self.tell(client, &format!("releases/{number}"), message::release(window, release))
            {
                published.insert(number);
            }
        }
    }

    /// Puts a message in the queue; whether there was room.
    fn tell(&self, client: &AsyncClient, what: &str, text: String) -> bool {
        client.try_publish(format!("{}/{what}", self.topic), QoS::AtLeastOnce, true, text).is_ok()
    }

    /// The last will is for a kiosk that breaks off; one that ends says so itself.
    async fn say_goodbye(&self, client: &AsyncClient, events: &mut EventLoop) {
        self.tell(client, "status", OFFLINE.to_owned());
        let _ = client.try_disconnect();
        let sent = async { while events.poll().await.is_ok() {} };
        let _ = tokio::time::timeout(ENDS_WITHIN, sent).await;
    }
}

async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// TLS that trusts these certificates and no others.
fn tls(file: &std::path::Path) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| error.to_string())? {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() {
        return Err("has no certificate".into());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(builder.map_err(|error| error.to_string())?.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests;
