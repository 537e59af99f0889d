//! Ways to the till in the configuration: what is read, and where each fault lies.

use std::path::Path;

use crate::config::Config;
use crate::till::Place;

fn parse(text: &str) -> Result<Config, String> {
    let text = format!("[kiosk]\ndata_dir = \"d\"\n{text}");
    Config::parse(Path::new("/etc/k.toml"), &text).map_err(|error| error.to_string())
}

#[test]
fn each_kind_of_way_is_read() {
    let config = parse(
        "[[till_source]]\nname = \"log\"\nkind = \"file\"\npath = \"till.log\"\n\
         patterns = [{ pattern = '^SALE', event = \"opened\" }, { pattern = '^PAY (?<id>\\d+)', event = \"payment\" }]\n\
         [[till_source]]\nname = \"line\"\nkind = \"tcp\"\naddress = \"[::1]:4001\"\n\
         [[till_source.patterns]]\npattern = '(?<at>[0-9:]+) CLOSE'\nevent = \"closed\"\nat_format = \"%H:%M:%S\"\n\
         [[till_source]]\nname = \"serial\"\nkind = \"serial\"\ndevice = \"/dev/ttyS0\"\nbaud = 19200\n\
         patterns = [{ pattern = 'X', event = \"voided\", register = \"2\" }]\n",
    )
    .expect("valid");
    let places: Vec<&Place> = config.till_sources.iter().map(|source| &source.place).collect();
    let line = "[::1]:4001".parse().expect("an address");
    let serial = Place::Serial { device: "/dev/ttyS0".into(), baud: 19_200 };
    assert_eq!(places, [&Place::File("/etc/till.log".into()), &Place::Tcp(line), &serial]);
    assert_eq!(config.till_sources[0].patterns.iter().count(), 2);
}

#[test]
fn each_fault_is_named_with_its_line_and_with_what_is_right() {
    let file = "name = \"a\"\nkind = \"file\"\npath = \"x\"\n";
    let good = "patterns = [{ pattern = \"x\", event = \"opened\" }]\n";
    let source = |rest: &str| format!("[[till_source]]\n{rest}");
    let twice = format!("{}{}", source(&format!("{file}{good}")), source(&format!("{file}{good}")));
    for (text, fault) in [
        (
            source(&format!("name = \"A b\"\nkind = \"file\"\npath = \"x\"\n{good}")),
            ":4:8: till_source.name: is \"A b\"",
        ),
        (
            source(&format!("name = \"a\"\nkind = \"fil\"\n{good}")),
            ":5:8: till_source.kind: has \"fil\" (did you mean \"file\"?)",
        ),
        (source(&format!("name = \"a\"\nkind = \"file\"\n{good}")), ":3:1: till_source.path: is missing"),
        (
            source(&format!("name = \"a\"\nkind = \"tcp\"\naddress = \"till:4001\"\n{good}")),
            ":6:11: till_source.address: is \"till:4001\"; allowed: an IP address and a port",
        ),
        (source(file), ":3:1: till_source.patterns: has 0 members"),
        (
            source(&format!("{file}patterns = [\n  {{ pattern = \"x\", event = \"open\" }},\n]\n")),
            ":8:28: till_source.patterns.event: has \"open\"; allowed: one of \"opened\"",
        ),
        (
            source(&format!("{file}patterns = [\n  {{ pattern = \"(\", event = \"opened\" }},\n]\n")),
            ":8:15: till_source.patterns.pattern: is no regular expression: unclosed group; allowed: a regular",
        ),
        (
            source(&format!("{file}patterns = [{{ pattern = \"x\", event = \"opened\", at = \"%H\" }}]\n")),
            ":7:48: till_source.patterns.at: unknown key; allowed: pattern, event, register, at_format",
        ),
        (twice, ":9:8: till_source.name: is \"a\", as is another one"),
    ] {
        let told = parse(&text).expect_err("faulty");
        assert!(told.contains(fault), "`{fault}` is not in: {told}");
    }
}
