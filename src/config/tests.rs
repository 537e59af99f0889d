//! Every fault at once, each at its place; the shipped files are valid and explain every key.

use std::path::Path;

use proptest::prelude::*;

use super::*;

fn faults(text: &str) -> Vec<Fault> {
    match Config::parse(Path::new("conf/kiosk.toml"), text) {
        Ok(_) => Vec::new(),
        Err(ConfigError::Faulty { faults, .. }) => faults,
        Err(error) => panic!("{error}"),
    }
}

fn shipped(name: &str) -> (PathBuf, String) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs").join(name);
    let text = std::fs::read_to_string(&file).expect("a shipped file");
    (file, text)
}

#[test]
fn all_faults_are_reported_at_once_with_place_and_remedy() {
    let text = "\
[kiosk]
data_dri = \"/tmp/x\"
register = 1
[camera]
open_timeout_ms = 5
read_timeout_ms = \"soon\"
source = \"ftp://user:secret@host/x\"
[zones]
staff = [[0.1, 0.1], [0.9, 0.1]]
customer = [[0.0, 0.0], [2.0, 0.0], [1.0, 1.0]]
[target]
yaw_deg = [20, -20]
[[work_direction]]
name = \"till\"
yaw_deg = [0, 10]
pitch_deg = [0, 10]
colour = 1
[runtime]
provider = \"gpu\"
threads = 0
[till]
enabled = true
listen = \"0.0.0.0:80\"
token = \"short\"
[signals]
choices = [\"smil\", \"gaze\", \"gaze\", 3]
[telemetry]
log = \"info,x=loud\"
[zone]
";
    let error = Config::parse(Path::new("conf/kiosk.toml"), text).expect_err("faulty");
    insta::assert_snapshot!(error.to_string());
    assert!(!error.to_string().contains("secret"), "a password in a URL is never repeated");
    assert!(!error.to_string().contains("\"short\""), "a token is never repeated");
}

#[test]
fn syntax_errors_do_not_hide_other_faults() {
    let found = faults("[kiosk]\ndata_dir = \nregister = 1\n[camera]\nopen_timeout_ms = 1\n");
    assert!(found.iter().any(|f| f.key == "syntax" && f.line == 2), "{found:?}");
    assert!(found.iter().any(|f| f.key == "camera.open_timeout_ms" && f.line == 5), "{found:?}");
}

#[test]
fn shipped_files_are_valid_and_explain_every_key() {
    for name in ["kiosk.toml", "demo.toml"] {
        let (file, text) = shipped(name);
        let config = Config::parse(&file, &text).unwrap_or_else(|error| panic!("{error}"));
        assert!(config.zones.staff.is_some() && config.zones.customer.is_some(), "{name}");
    }
    let (_, text) = shipped("kiosk.toml");
    for Declared { section, key, .. } in Config::declared() {
        let headers = ["\n[", "\n[[", "\n# [", "\n# [["].map(|before| format!("{before}{section}]"));
        let start = headers.iter().find_map(|header| text.find(header));
        let start = start.unwrap_or_else(|| panic!("[{section}] is not explained"));
        let body = text[start + 1..].split("\n[").next().unwrap_or_default();
        assert!(body.contains(&format!("{key} = ")), "{section}.{key} is not explained");
    }
    assert!(SIGNALS.iter().all(|signal| text.contains(&format!("\"{signal}\""))));
}

/// What an administrator gets by removing every `#` before a key has to be valid as well.
#[test]
fn commented_examples_are_valid() {
    let (file, text) = shipped("kiosk.toml");
    let shown: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.starts_with('[') || rest.split_once(" = ").is_some_and(|(k, _)| !k.contains(' ')) => {
                rest
            }
            _ => line,
        })
        .filter(|line| {
            !["token = ", "credential", "technician_code_file", "password_file", "username", "certificate_"]
                .iter()
                .any(|key| line.starts_with(key))
        })
        .filter(|line| !line.starts_with("token_file = \"/etc/hymy/till"))
        .map(|line| format!("{line}\n"))
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let shown = shown.replace("/etc/hymy/head-office-token", &private_file(folder.path(), "0123456789abcdef"));
    let config = Config::parse(&file, &shown).unwrap_or_else(|error| panic!("{error}"));
    let directions = &config.directions;
    assert!(directions.target.is_some() && directions.queue.is_some() && directions.work.len() == 1);
    assert!(config.till_sources.len() == 1 && config.mqtt.is_some());
    assert!(config.zones.queue.is_some() && config.till_zone.is_some() && config.till.token.is_none());
    assert!(config.tls.is_some() && config.api_tokens.len() == 1);
}

fn private_file(folder: &Path, text: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    let file = folder.join("private");
    std::fs::write(&file, text).expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).expect("mode");
    file.display().to_string()
}

#[test]
fn no_fault_goes_without_words() {
    let text = "[kiosk]\ndata_dir = \"d\"\n[[work_direction]]\nname = \"till\"\nyaw_deg = [1.0, 1.000000000001]\n\
                pitch_deg = [0, 1]\n";
    assert_eq!(faults(text).len(), 1, "bounds that f32 cannot tell apart are a fault like any other");
    for text in
        ["", "x = 1", "[kiosk]", "[till]\nenabled = true", "[[zones]]", "[work_direction]", "work_direction = [1]"]
    {
        assert!(!faults(text).is_empty(), "{text}");
    }
}

#[test]
fn relative_paths_mean_the_folder_of_the_file() {
    let text = "[kiosk]\ndata_dir = \"data\"\n[camera]\nsource = \"clip.mkv\"\n[models]\ndir = \"../models\"\n";
    let config = Config::parse(Path::new("/etc/hymy/kiosk.toml"), text).expect("valid");
    assert_eq!(config.kiosk.data_dir, Path::new("/etc/hymy/data"));
    assert_eq!(config.key, KeyKept::File("/etc/hymy/data/hymy.key".into()));
    assert_eq!(config.camera.source.as_deref(), Some("/etc/hymy/clip.mkv"));
    assert_eq!(config.models_dir.as_deref(), Some(Path::new("/etc/hymy/../models")));
}

#[test]
fn the_key_is_kept_in_one_place_that_is_named_whole() {
    let parse = |store: &str| {
        let text = format!("[kiosk]\ndata_dir = \"d\"\n[store]\n{store}\n");
        Config::parse(Path::new("/etc/kiosk.toml"), &text)
    };
    for (store, kept) in [
        ("key_file = \"k\"", KeyKept::File("/etc/k".into())),
        ("source = \"credential\"\ncredential = \"hymy-key\"", KeyKept::Credential("hymy-key".into())),
        ("source = \"passphrase\"", KeyKept::Passphrase),
    ] {
        assert_eq!(parse(store).expect("valid").key, kept);
    }
    for (store, fault) in [
        ("source = \"tpm\"", ":4:10: store.source: has \"tpm\"; allowed: one of \"file\", \"credential\""),
        ("source = \"credential\"", ":3:2: store.credential: is missing"),
        ("source = \"credential\"\ncredential = \"../key\"", ":5:14: store.credential: is \"../key\""),
        ("source = \"passphrase\"\nkey_file = \"k\"", ":5:12: store.key_file: is set, and the key is not in a file"),
        ("credential = \"hymy-key\"", ":4:14: store.credential: is set, and the key is not in a credential"),
    ] {
        let told = parse(store).expect_err("faulty").to_string();
        assert!(told.contains(fault), "`{fault}` is not in: {told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[test]
fn token_file_has_to_be_private() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    let text = "[kiosk]\ndata_dir = \"d\"\n[till]\nenabled = true\ntoken_file = \"token\"\n";
    let parse = || Config::parse(&folder.path().join("k.toml"), text);
    assert!(parse().expect_err("no file").to_string().contains("cannot be read"));
    std::fs::write(&token, "0123456789abcdef\n").expect("written");
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o644)).expect("mode");
    assert!(parse().expect_err("readable by all").to_string().contains("chmod 600"));
    std::fs::set_permissions(&token, std::fs::Permissions::from_mode(0o600)).expect("mode");
    let config = parse().expect("valid");
    assert_eq!(config.till.token.as_ref().map(Token::as_bytes), Some(b"0123456789abcdef".as_slice()));
    assert!(!format!("{config:?}").contains("0123456789abcdef"));
}

#[test]
fn other_machines_reach_a_kiosk_by_tls_and_by_name_only() {
    let parse = |text: &str| {
        let text = format!("[kiosk]\ndata_dir = \"d\"\n{text}");
        Config::parse(Path::new("/etc/kiosk.toml"), &text)
    };
    let tls = "[tls]\nnames = [\"Kiosk.shop.lan\", \"[FE80::1]\"]\n";
    let config = parse(&format!("[pages]\nenabled = true\nlisten = \"0.0.0.0:8443\"\n{tls}")).expect("valid");
    assert_eq!(config.tls.as_ref().map(|tls| tls.names.join(" ")).as_deref(), Some("kiosk.shop.lan fe80::1"));
    assert_eq!(config.pages.local().map(|local| local.to_string()).as_deref(), Some("127.0.0.1:8080"));
    let on_loopback = parse("[pages]\nenabled = true\n").expect("valid");
    assert!(on_loopback.tls.is_none() && on_loopback.pages.local().is_none());
    for (text, fault) in [
        (
            "[pages]\nlisten = \"0.0.0.0:8443\"\n".to_owned(),
            ":4:10: pages.listen: is \"0.0.0.0:8443\", which other machines can reach, and there is no TLS",
        ),
        ("[till]\nlisten = \"[::]:80\"\n".to_owned(), ":4:10: till.listen: is \"[::]:80\", which other"),
        (format!("[pages]\nlisten = \"0.0.0.0:8080\"\n{tls}"), ":4:10: pages.listen: has the port 8080"),
        (
            format!("[pages]\nlocal_listen = \"0.0.0.0:8081\"\n{tls}"),
            ":4:16: pages.local_listen: is \"0.0.0.0:8081\", which other machines can reach",
        ),
        ("[tls]\n".to_owned(), ":3:2: tls.names: is missing"),
        ("[tls]\nnames = [\"kiosk shop\"]\n".to_owned(), ":4:9: tls.names: has \"kiosk shop\""),
        (format!("{tls}certificate_file = \"c.pem\"\n"), ":3:2: tls.certificate_key_file: is missing"),
        (
            format!("{tls}certificate_file = \"c.pem\"\ncertificate_key_file = \"k.pem\"\n"),
            ":5:20: tls.certificate_file: /etc/k.pem cannot be read",
        ),
    ] {
        let told = parse(&text).expect_err(&text).to_string();
        assert!(told.contains(fault), "`{fault}` is not in: {told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
}

#[test]
fn a_machine_that_reads_has_a_name_a_purpose_and_a_private_token() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = private_file(folder.path(), "0123456789abcdef");
    let parse = |token: &str| {
        let text = format!("[kiosk]\ndata_dir = \"d\"\n[[api_token]]\n{token}\n");
        Config::parse(Path::new("/etc/kiosk.toml"), &text)
    };
    let whole = format!("name = \"head office\"\npurpose = \"releases\"\ntoken_file = \"{file}\"");
    let config = parse(&whole).expect("valid");
    assert_eq!(config.api_tokens[0].purpose, Purpose::Releases);
    assert!(!format!("{config:?}").contains("0123456789abcdef"));
    for (from, to, fault) in [
        ("releases", "till", ":5:11: api_token.purpose: has \"till\"; allowed: one of \"releases\", \"health\""),
        ("purpose = \"releases\"", "", ":3:1: api_token.purpose: is missing"),
        ("name = \"head office\"", "", ":3:1: api_token.name: is missing"),
        ("private", "none", ":6:14: api_token.token_file: names"),
    ] {
        let told = parse(&whole.replace(from, to)).expect_err(fault).to_string();
        assert!(told.contains(fault), "`{fault}` is not in: {told}");
    }
    let twice = parse(&format!("{whole}\n[[api_token]]\n{whole}")).expect_err("one token for two").to_string();
    assert!(twice.contains("api_token.token_file: is the token of head office"), "{twice}");
}

#[test]
fn an_unreadable_file_is_named() {
    let error = Config::load(Path::new("/nowhere/kiosk.toml")).expect_err("no such file");
    assert!(error.to_string().starts_with("/nowhere/kiosk.toml: cannot be read"), "{error}");
}

#[test]
fn fewer_digits_need_the_provider_that_has_them() {
    let with = |runtime: &str| {
        Config::parse(Path::new("k.toml"), &format!("[kiosk]\ndata_dir = \"d\"\n[runtime]\n{runtime}\n"))
    };
    let precision = |runtime: &str| with(runtime).expect("sound").runtime.precision;
    assert_eq!(precision(""), Precision::Full);
    assert_eq!(precision("precision = \"bf16\"\nprovider = \"openvino\""), Precision::Bf16);
    let refused = with("precision = \"bf16\"").expect_err("refused").to_string();
    assert!(
        refused.contains("runtime.precision: is \"bf16\", with the provider \"cpu\"") && refused.contains("openvino"),
        "{refused}"
    );
}

proptest! {
    /// However a file is mangled, each fault's place lies in the file, and nothing panics.
    #[test]
    fn places_lie_in_the_file(cut in 0usize..4000, junk in "[\\[\\]a-zä=\"\\n. 0-9]{0,12}") {
        let (_, mut text) = shipped("kiosk.toml");
        let mut at = cut.min(text.len());
        while !text.is_char_boundary(at) { at -= 1; }
        text.insert_str(at, &junk);
        let lines: Vec<&str> = text.split('\n').collect();
        for fault in faults(&text) {
            prop_assert!(fault.line >= 1 && fault.line <= lines.len(), "{fault:?}");
            prop_assert!(fault.column <= lines[fault.line - 1].chars().count() + 1, "{fault:?}");
        }
    }

    /// An unknown key anywhere is reported at exactly its own line.
    #[test]
    fn an_unknown_key_is_found_at_its_line(line in 0usize..100) {
        let (_, text) = shipped("kiosk.toml");
        let mut lines: Vec<&str> = text.lines().collect();
        let headers = |l: &&str| l.starts_with('[');
        let at = line.min(lines.len()).max(1 + lines.iter().position(headers).expect("a section"));
        lines.insert(at, "zzzzzz = 1");
        let found = faults(&lines.join("\n"));
        prop_assert_eq!(found.len(), 1);
        prop_assert_eq!((found[0].line, found[0].column), (at + 1, 1));
    }
}
