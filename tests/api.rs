//! The interface for machines, asked from outside: the OpenAPI document is valid, whatever it allows and forbids is
//! answered as it says, and a machine that reaches the kiosk by TLS sees the certificate whose fingerprint was told.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use hymy::config::Config;
use hymy::demo;
use hymy::store::Store;
use support::kiosk::Kiosk;
use support::{not_run, root};

const TILL_TOKEN: &str = "a-made-up-till-token";
const RELEASES_TOKEN: &str = "a-made-up-releases-token";
const HEALTH_TOKEN: &str = "a-made-up-health-token";

/// Questions for each way in: enough to come by every answer, and over in seconds.
const EXAMPLES: &str = "100";

/// A folder with the configuration of the demo, its till and tokens for reading, and what is appended.
fn place(more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let mut tokens = String::new();
    for (purpose, token) in [("releases", RELEASES_TOKEN), ("health", HEALTH_TOKEN)] {
        let file = folder.path().join(purpose);
        let mut made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).expect("made");
        made.write_all(token.as_bytes()).expect("written");
        tokens +=
            &format!("[[api_token]]\nname = \"{purpose}\"\npurpose = \"{purpose}\"\ntoken_file = \"{purpose}\"\n");
    }
    let till = format!("[till]\nenabled = true\nlisten = \"127.0.0.1:0\"\ntoken = \"{TILL_TOKEN}\"");
    let config = demo::CONFIG.replace("[till]\nenabled = false", &till).replace("log = \"warn\"", "log = \"info\"");
    assert!(config.contains(TILL_TOKEN) && config.contains("\"info\""), "configs/demo.toml has changed");
    std::fs::write(folder.path().join("kiosk.toml"), format!("{config}\n{tokens}{more}")).expect("written");
    folder
}

/// The kiosk of a place, running.
fn kiosk(folder: &Path) -> Kiosk {
    let mut command = support::hymy(["run", "--config"]);
    command.arg(folder.join("kiosk.toml")).current_dir(folder).env("HOME", folder).env("TMPDIR", folder);
    Kiosk::of_command(&folder.join("demo-data"), &mut command)
}

/// Where it said that it opened something.
fn opened(kiosk: &Kiosk, what: &str) -> String {
    let lines = kiosk.lines_with(&format!("{what} address="));
    lines[0].rsplit('=').next().expect("an address").trim().to_owned()
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("connects");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("set");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

#[test]
fn every_answer_is_the_one_that_the_document_says() {
    let test = "every_answer_is_the_one_that_the_document_says";
    let venv = root().join("target/api-venv/bin");
    if !venv.join("st").exists() {
        return not_run(test, "no target/api-venv; run: setup/api.sh");
    }
    let folder = place("[pages]\nenabled = true\nlisten = \"127.0.0.1:0\"\n");
    let config = Config::load(&folder.path().join("kiosk.toml")).expect("valid");
    let mut store = Store::open(&config.kiosk.data_dir, &config.kiosk.data_dir.join("hymy.key")).expect("opens");
    demo::fill(&mut store, &config, demo::Scale::DEMO, jiff::Timestamp::now()).expect("filled");
    drop(store);
    let kiosk = kiosk(folder.path());
    let address = opened(&kiosk, "pages_opened");

    let answer = get(&address, "/api/v1/openapi.json");
    let (head, document) = answer.split_once("\r\n\r\n").expect("a body");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, document).expect("written");
    said_yes(Command::new(venv.join("openapi-spec-validator")).arg(&file));

    let config = root().join("tests/api/schemathesis.toml");
    let mut asks = Command::new(venv.join("st"));
    asks.arg("--config-file").arg(config);
    asks.arg("run").arg(&file).args(["--url", &format!("http://{address}"), "--checks", "all"]);
    asks.args(["--max-examples", EXAMPLES, "--seed", "1", "--continue-on-failure", "--warnings", "off"]);
    for (name, token) in [("TILL", TILL_TOKEN), ("RELEASES", RELEASES_TOKEN), ("HEALTH", HEALTH_TOKEN)] {
        asks.env(format!("HYMY_{name}_TOKEN"), token);
    }
    // What it remembers of earlier runs would make this one another.
    said_yes(asks.current_dir(folder.path()));
    assert!(get(&address, "/healthz").contains("\"status\":\"ok\""), "{}", kiosk.told());
    assert!(get(&address, "/api/v1/releases").starts_with("HTTP/1.1 401"), "on this machine too");
}

fn said_yes(command: &mut Command) {
    let ended = command.stdin(Stdio::null()).output().expect("starts");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned() + &String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
}

#[test]
fn another_machine_sees_the_certificate_whose_fingerprint_was_told() {
    let more = "[pages]\nenabled = true\nlisten = \"0.0.0.0:0\"\nlocal_listen = \"127.0.0.1:0\"\n\
                [tls]\nnames = [\"kiosk.shop.lan\"]\n";
    let folder = place(more);
    let kiosk = kiosk(folder.path());
    let told = kiosk.lines_with("certificate_of_its_own fingerprint=").remove(0);
    let fingerprint = told.split_once("fingerprint=").expect("told").1.split(' ').next().expect("a word").to_owned();
    let port = opened(&kiosk, "\u{20}pages_opened").rsplit(':').next().expect("a port").to_owned();

    let mut asked = Command::new("openssl")
        .args(["s_client", "-connect", &format!("127.0.0.1:{port}"), "-servername", "kiosk.shop.lan", "-quiet"])
        .args(["-verify_quiet", "-ign_eof"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl starts");
    let ask = "GET / HTTP/1.1\r\nHost: kiosk.shop.lan\r\nConnection: close\r\n\r\n";
    asked.stdin.take().expect("piped").write_all(ask.as_bytes()).expect("sent");
    let page = String::from_utf8(asked.wait_with_output().expect("ended").stdout).expect("text");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("<html"), "{page}");

    let pem = folder.path().join("demo-data/hymy-tls.pem");
    let seen = Command::new("openssl").args(["x509", "-noout", "-fingerprint", "-sha256", "-in"]).arg(pem).output();
    let seen = String::from_utf8(seen.expect("openssl starts").stdout).expect("text");
    assert_eq!(seen.trim().split_once('=').expect("a fingerprint").1, fingerprint);

    let local = opened(&kiosk, "local_pages_opened");
    assert!(get(&local, "/healthz").starts_with("HTTP/1.1 200"), "the kiosk's own screen needs no certificate");
    assert!(get(&local, "/").contains("<html"));
}
