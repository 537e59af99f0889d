//! `[mqtt]`: the shop's broker, where there is one.

use std::net::IpAddr;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::document::Section;
use super::till::private_text;

const BROKER: &str =
    "mqtt://HOST or mqtts://HOST, with a port if it is not the usual one, such as \"mqtts://192.0.2.9:8883\"";
const TOPIC: &str = "1 to 128 characters without #, + and blanks, and with no / at an end, such as \"shop/hymy\"";
const CLIENT_ID: &str = "1 to 23 of a-z, A-Z, 0-9 and -";

/// `[mqtt]`, resolved.
#[derive(Clone)]
pub struct MqttConfig {
    /// The broker.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The certificates that sign the broker's; TLS with them, none without.
    pub ca_file: Option<PathBuf>,
    /// How the kiosk is called there.
    pub client_id: String,
    /// What every topic begins with.
    pub topic: String,
    /// Name and password.
    pub credentials: Option<(String, Zeroizing<String>)>,
}

impl std::fmt::Debug for MqttConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the password.
        f.debug_struct("MqttConfig").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

struct Broker {
    host: String,
    port: u16,
    tls: bool,
}

/// Reads the section; `None` without a broker.
pub(super) fn read(section: &mut Section<'_, '_>) -> Option<MqttConfig> {
    let broker = section.text("broker", BROKER, broker);
    let client_id = section.text("client_id", CLIENT_ID, client_id).unwrap_or_else(|| "hymy".into());
    let topic = section.text("topic", TOPIC, topic).unwrap_or_else(|| "hymy".into());
    let username = section.text("username", "the name that the broker knows", super::named);
    let password = section.path("password_file", "the path of a file with the password, readable by its owner only");
    let ca_file = section.path("ca_file", "the path of the certificates that sign the broker's, as PEM");
    if section.present() {
        section.require("broker", broker.as_ref(), BROKER);
    }
    let broker = broker?;
    if broker.tls {
        section.require("ca_file", ca_file.as_ref(), "the certificates that sign the broker's, for mqtts://");
    } else if ca_file.is_some() {
        section.fail("ca_file", "is set, and the broker's address has no TLS".into(), "an address with mqtts://");
    }
    let password = password.and_then(|path| match private_text(&path) {
        Ok(text) => Some(Zeroizing::new(text.trim().to_owned())),
        Err(found) => {
            section.fail("password_file", found, "a file that can be read, of mode 0600");
            None
        }
    });
    if username.is_some() && !section.has_fault("password_file") {
        section.require("password_file", password.as_ref(), "the file of the password, beside username");
    }
    if password.is_some() {
        section.require("username", username.as_ref(), "the name, beside password_file");
        if !broker.tls && !is_this_machine(&broker.host) {
            section.fail("password_file", "is set, and would be sent in the clear".into(), "a broker with mqtts://");
        }
    }
    let credentials = username.zip(password);
    Some(MqttConfig { host: broker.host, port: broker.port, ca_file, client_id, topic, credentials })
}

/// A password in the address is refused, without being repeated.
fn broker(text: &str) -> Result<Broker, String> {
    let (tls, usual, rest) = match text.split_once("://") {
        Some(("mqtt", rest)) => (false, 1883, rest),
        Some(("mqtts", rest)) => (true, 8883, rest),
        _ => return Err("has another scheme".into()),
    };
    if rest.contains('@') {
        return Err("has a name or a password in it; set username and password_file".into());
    }
    let (host, port) = match rest.rsplit_once(':') {
        // The last colon of an IPv6 address in brackets is in them, where it names no port.
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok().filter(|port| *port != 0)),
        _ => (rest, Some(usual)),
    };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | ':');
    match port {
        Some(port) if !host.is_empty() && host.chars().all(fits) => Ok(Broker { host: host.to_owned(), port, tls }),
        _ => Err("has no host, or no port from 1 to 65535".into()),
    }
}

fn topic(text: &str) -> Result<String, String> {
    let fits = |letter: char| !letter.is_control() && !letter.is_whitespace() && !matches!(letter, '#' | '+' | '$');
    let length = text.chars().count();
    if (1..=128).contains(&length) && text.chars().all(fits) && !text.starts_with('/') && !text.ends_with('/') {
        Ok(text.to_owned())
    } else {
        Err(format!("is \"{text}\""))
    }
}

fn client_id(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if (1..=23).contains(&text.len()) && text.bytes().all(fits) {
        Ok(text.to_owned())
    } else {
        Err(format!("is \"{text}\""))
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::config::Config;

    #[test]
    fn a_broker_is_read_and_each_fault_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let password = folder.path().join("password");
        std::fs::write(&password, "s3cret\n").expect("written");
        std::fs::set_permissions(&password, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("mode");
        let parse = |text: &str| {
            let text = format!("[kiosk]\ndata_dir = \"d\"\n{text}");
            Config::parse(&folder.path().join("k.toml"), &text).map_err(|error| error.to_string())
        };
        assert!(parse("").expect("valid").mqtt.is_none(), "off unless it is configured");
        let whole = "[mqtt]\nbroker = \"mqtts://[2001:db8::9]:8884\"\nca_file = \"ca.pem\"\nclient_id = \"hymy-1\"\n\
                     topic = \"shop/hymy\"\nusername = \"hymy\"\npassword_file = \"password\"\n";
        let mqtt = parse(whole).expect("valid").mqtt.expect("there");
        assert_eq!((mqtt.host.as_str(), mqtt.port, mqtt.topic.as_str()), ("2001:db8::9", 8884, "shop/hymy"));
        assert_eq!(mqtt.credentials.as_ref().map(|(_, password)| password.as_str()), Some("s3cret"));
        assert!(!format!("{mqtt:?}").contains("s3cret"));
        let usual = parse("[mqtt]\nbroker = \"mqtt://broker.shop\"\n").expect("valid").mqtt.expect("there");
        assert_eq!((usual.host.as_str(), usual.port, usual.client_id.as_str()), ("broker.shop", 1883, "hymy"));
        assert!(
            parse("[mqtt]\nbroker = \"mqtt://127.0.0.1\"\nusername = \"a\"\npassword_file = \"password\"\n").is_ok()
        );

        for (text, fault) in [
            ("[mqtt]\ntopic = \"a\"\n", ":3:2: mqtt.broker: is missing"),
            ("[mqtt]\nbroker = \"http://x\"\n", ":4:10: mqtt.broker: has another scheme; allowed: mqtt://HOST"),
            ("[mqtt]\nbroker = \"mqtt://a:s3cret@x\"\n", ":4:10: mqtt.broker: has a name or a password in it"),
            ("[mqtt]\nbroker = \"mqtt://x:0\"\n", ":4:10: mqtt.broker: has no host, or no port"),
            ("[mqtt]\nbroker = \"mqtts://x\"\n", ":3:2: mqtt.ca_file: is missing"),
            ("[mqtt]\nbroker = \"mqtt://x\"\nca_file = \"c\"\n", ":5:11: mqtt.ca_file: is set, and the broker's"),
            ("[mqtt]\nbroker = \"mqtt://x\"\ntopic = \"a/#\"\n", ":5:9: mqtt.topic: is \"a/#\""),
            ("[mqtt]\nbroker = \"mqtt://x\"\nusername = \"a\"\n", ":3:2: mqtt.password_file: is missing"),
            (
                "[mqtt]\nbroker = \"mqtt://x\"\nusername = \"a\"\npassword_file = \"password\"\n",
                ":6:17: mqtt.password_file: is set, and would be sent in the clear; allowed: a broker with mqtts://",
            ),
        ] {
            let told = parse(text).expect_err("faulty");
            assert!(told.contains(fault) && !told.contains("s3cret"), "`{fault}` is not in: {told}");
        }
        assert!(Path::new(&password).exists());
    }
}
