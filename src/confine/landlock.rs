//! The kernel's own word on what a kiosk may write and where it may connect: Landlock.
//!
//! Reading is left alone. Of the network Landlock knows TCP ports and no hosts, and of UDP nothing.

use std::path::PathBuf;

use hymy_vision::SourceSpec;
use hymy_vision::runtime::Provider;
use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, NetPort, PathBeneath, PathFd, PathFdError, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};

use crate::camera;
use crate::config::Config;
use crate::till::{Place, Source};

/// The rules that are asked for: files (Linux 5.13 to 6.2), TCP ports (6.7), devices (6.10), abstract sockets (6.12).
const RULES: ABI = ABI::V6;

/// Cameras and accelerators. The whole folder: a camera that is plugged in again is a new file in it.
const DEVICES: &str = "/dev";

/// Ports of addresses that name none, as FFmpeg has them.
const DEFAULT_PORTS: [(&str, u16); 4] = [("rtsp", 554), ("rtsps", 322), ("http", 80), ("https", 443)];

/// What a kiosk may write, and where it may connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The one folder in which files may be made, changed and removed.
    pub data_dir: PathBuf,
    /// Whether devices may be written to, which capturing from one is.
    pub devices: bool,
    /// Whether a serial line may be set up. It is read, and never written to.
    pub serial: bool,
    /// TCP ports that may be connected to: the camera's, those of tills, and the broker's.
    pub connect: Vec<u16>,
    /// TCP ports that may be listened at: the till's and the pages'.
    pub listen: Vec<u16>,
}

impl Allowed {
    /// Writing in this folder, and nothing else.
    #[must_use]
    pub fn only(data_dir: PathBuf) -> Self {
        Self { data_dir, devices: false, serial: false, connect: Vec::new(), listen: Vec::new() }
    }

    /// What this configuration needs, and nothing else.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let source = camera::source(config);
        let device = matches!(source, Some(SourceSpec::Device(_)));
        let camera = match &source {
            Some(SourceSpec::Stream(address)) => tcp_port(address),
            _ => None,
        };
        let till = |source: &Source| match &source.place {
            Place::Tcp(address) => Some(address.port()),
            Place::File(_) | Place::Serial { .. } => None,
        };
        Self {
            data_dir: config.kiosk.data_dir.clone(),
            devices: device || config.runtime.provider != Provider::Cpu,
            serial: config.till_sources.iter().any(|source| matches!(source.place, Place::Serial { .. })),
            connect: camera
                .into_iter()
                .chain(config.till_sources.iter().filter_map(till))
                .chain(config.mqtt.as_ref().map(|broker| broker.port))
                .collect(),
            listen: [
                config.till.enabled.then(|| config.till.listen.port()),
                config.pages.enabled.then(|| config.pages.listen.port()),
                config.pages.local().map(|local| local.port()),
            ]
            .into_iter()
            .flatten()
            .collect(),
        }
    }
}

/// How far the kernel enforces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confined {
    /// All of it.
    Fully,
    /// All that a kernel with this version of Landlock knows.
    Partly(i32),
    /// None: the kernel has no Landlock, or it is switched off.
    Not,
}

/// Why the rules could not be laid down.
#[derive(Debug, thiserror::Error)]
pub enum ConfineError {
    /// A folder that they name cannot be opened.
    #[error("Landlock: {0}; check [kiosk] data_dir")]
    Path(#[from] PathFdError),
    /// The kernel has Landlock and refused.
    #[error("Landlock refused its rules: {0}; a container may forbid the call, allow landlock_restrict_self there")]
    Rules(#[from] RulesetError),
}

/// Takes every other write and connection from this thread and those that it starts from now on, for good. Has to be
/// called before there are other threads, and after everything outside the data folder that is written was opened.
///
/// # Errors
/// [`ConfineError`]; that the kernel lacks Landlock is none.
pub fn confine(allowed: &Allowed) -> Result<Confined, ConfineError> {
    let Allowed { data_dir, devices, serial, connect, listen } = allowed;
    let writes = AccessFs::from_write(RULES);
    let mut rules = Ruleset::default()
        .handle_access(writes)?
        .handle_access(AccessNet::from_all(RULES))?
        .scope(Scope::AbstractUnixSocket)?
        .create()?
        .add_rule(PathBeneath::new(PathFd::new(data_dir)?, writes))?;
    if *devices {
        let use_one = AccessFs::WriteFile | AccessFs::IoctlDev;
        rules = rules.add_rule(PathBeneath::new(PathFd::new(DEVICES)?, use_one))?;
    }
    if *serial && !*devices {
        rules = rules.add_rule(PathBeneath::new(PathFd::new(DEVICES)?, AccessFs::IoctlDev))?;
    }
    for port in connect {
        rules = rules.add_rule(NetPort::new(*port, AccessNet::ConnectTcp))?;
    }
    for port in listen {
        rules = rules.add_rule(NetPort::new(*port, AccessNet::BindTcp))?;
    }
    let status = rules.restrict_self()?;
    Ok(match (status.ruleset, status.landlock) {
        (RulesetStatus::FullyEnforced, _) => Confined::Fully,
        (RulesetStatus::PartiallyEnforced, LandlockStatus::Available { effective_abi, .. }) => {
            Confined::Partly(effective_abi as i32)
        }
        _ => Confined::Not,
    })
}

/// How far this kernel would enforce such rules: tried on a thread that ends at once, so that nothing else is confined.
///
/// # Errors
/// [`ConfineError`].
pub fn probe() -> Result<Confined, ConfineError> {
    let everywhere = Allowed::only(PathBuf::from("/"));
    std::thread::spawn(move || confine(&everywhere)).join().unwrap_or(Ok(Confined::Not))
}

/// The port of an address, found as FFmpeg finds it.
fn tcp_port(address: &str) -> Option<u16> {
    let (scheme, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let after_host = host.rsplit_once(']').map_or(host, |(_, after)| after);
    let named = after_host.split_once(':').and_then(|(_, port)| port.parse().ok());
    let scheme = scheme.to_ascii_lowercase();
    named.or_else(|| DEFAULT_PORTS.iter().find(|(name, _)| *name == scheme).map(|(_, port)| *port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_the_one_that_is_connected_to() {
        for (address, port) in [
            ("rtsp://10.0.0.2/stream", 554),
            ("rtsp://user:p:8@10.0.0.2:8554/a:1", 8554),
            ("rtsp://[fe80::1]:8554/a", 8554),
            ("rtsps://[fe80::1]/a", 322),
            ("http://camera/v.mjpg?to=x:1", 80),
            ("HTTPS://camera", 443),
        ] {
            assert_eq!(tcp_port(address), Some(port), "{address}");
        }
    }

    #[test]
    fn a_probe_confines_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = Allowed::only(folder.path().join("missing"));
        assert!(matches!(confine(&nowhere), Err(ConfineError::Path(_))), "before anything is enforced");
        probe().unwrap();
        std::fs::write(folder.path().join("file"), "written").unwrap();
        std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    }

    #[test]
    fn a_configuration_allows_what_it_names() {
        let allowed = |camera: &str, rest: &str| {
            let text = format!("[kiosk]\ndata_dir = \"/var/lib/hymy\"\n[camera]\n{camera}\n{rest}");
            Allowed::of(&Config::parse(std::path::Path::new("/etc/kiosk.toml"), &text).unwrap())
        };
        let nothing = Allowed::only("/var/lib/hymy".into());
        assert_eq!(allowed("", ""), nothing);
        assert_eq!(allowed("source = \"/dev/video0\"", ""), Allowed { devices: true, ..nothing.clone() });
        let till = "[till]\nenabled = true\nlisten = \"127.0.0.1:8095\"\ntoken = \"0123456789abcdef\"\n";
        let stream = allowed("source = \"rtsp://camera:8554/a\"", till);
        assert_eq!(stream, Allowed { connect: vec![8554], listen: vec![8095], ..nothing.clone() });
        let accelerator = allowed("", "[runtime]\nprovider = \"openvino\"\n");
        assert_eq!(accelerator, Allowed { devices: true, ..nothing.clone() });
        let patterns = "patterns = [{ pattern = \"x\", event = \"opened\" }]\n";
        let line = |place: &str| format!("[[till_source]]\nname = \"a\"\n{place}\n{patterns}");
        let tcp = allowed("", &line("kind = \"tcp\"\naddress = \"192.0.2.7:4001\""));
        assert_eq!(tcp, Allowed { connect: vec![4001], ..nothing.clone() });
        let broker = allowed("", "[mqtt]\nbroker = \"mqtt://192.0.2.9\"\n");
        assert_eq!(broker, Allowed { connect: vec![1883], ..nothing.clone() });
        let serial = allowed("", &line("kind = \"serial\"\ndevice = \"/dev/ttyUSB0\""));
        assert_eq!(serial, Allowed { serial: true, ..nothing.clone() });
        assert_eq!(allowed("", &line("kind = \"file\"\npath = \"/var/log/till.log\"")), nothing);
    }
}
