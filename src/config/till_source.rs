//! `[[till_source]]`: ways by which a till's lines come without HTTP, and the patterns that say what they mean.

use std::net::SocketAddr;

use super::document::Section;
use super::values::{misnamed, quoted};
use crate::till::{EVENTS, Key, PATTERNS_MAX, Pattern, Patterns, Place, RawPattern, Source};

const PATTERN: &str = "a regular expression, with groups named register, at and id where a line has these, such as \
                       '^(?<at>[0-9:]+) SALE (?<id>[0-9]+)'";
const AT_FORMAT: &str = "a format as of strftime, such as \"%d.%m.%Y %H:%M:%S\"; without it RFC 3339";
const NAME: &str = "1 to 32 of a-z, 0-9 and -";
/// What is used where the speed is not said.
const BAUD: u64 = 9_600;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Tcp,
    Serial,
}

const KINDS: [(&str, Kind); 3] = [("file", Kind::File), ("tcp", Kind::Tcp), ("serial", Kind::Serial)];

/// Reads one; `None` where a fault says why. `names` are those of the ones before.
pub(super) fn read(section: &mut Section<'_, '_>, names: &mut Vec<String>) -> Option<Source> {
    let name = section.text("name", NAME, named);
    if let Some(name) = &name {
        // Its position is kept under this name.
        if names.contains(name) {
            section.fail("name", format!("is \"{name}\", as is another one"), "another name");
        }
        names.push(name.clone());
    }
    let name = section.require("name", name, NAME);
    let kind = section.text("kind", "\"file\", \"tcp\" or \"serial\"", |text| {
        let found = KINDS.iter().find(|(name, _)| *name == text);
        found.map(|(_, kind)| *kind).ok_or_else(|| misnamed(text, &KINDS.map(|(name, _)| name)))
    });
    let kind = section.require("kind", kind, "\"file\", \"tcp\" or \"serial\"");
    let path = section.path("path", "the file that the till writes to");
    let address = section.text("address", "an IP address and a port, such as \"192.0.2.7:4001\"", address);
    let device = section.path("device", "the device of the line, such as \"/dev/ttyUSB0\"");
    let baud = section.int("baud", 50..=4_000_000, BAUD) as u32;
    let patterns = section.tables("patterns", "till_source.patterns", pattern);
    if patterns.len() > PATTERNS_MAX || (patterns.is_empty() && !section.has_fault("patterns")) {
        let found = format!("has {} members", patterns.len());
        section.fail("patterns", found, &format!("1 to {PATTERNS_MAX} patterns, the first that matches wins"));
    }
    let place = match kind? {
        Kind::File => section.require("path", path, "the file that the till writes to").map(Place::File),
        Kind::Tcp => section.require("address", address, "an IP address and a port").map(Place::Tcp),
        Kind::Serial => {
            let device = section.require("device", device, "the device of the line");
            device.map(|device| Place::Serial { device, baud })
        }
    };
    let patterns = patterns.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Source { name: name?, place: place?, patterns: Patterns::new(patterns) })
}

fn pattern(section: &mut Section<'_, '_>) -> Option<Pattern> {
    let whole = |text: &str| Ok(text.to_owned());
    let event_allowed = format!("one of {}", quoted(&EVENTS));
    let pattern = section.text("pattern", PATTERN, whole);
    let pattern = section.require("pattern", pattern, PATTERN);
    let event = section.text("event", &event_allowed, |text| {
        if EVENTS.contains(&text) { Ok(text.to_owned()) } else { Err(misnamed(text, &EVENTS)) }
    });
    let event = section.require("event", event, &event_allowed);
    let register =
        section.text("register", "the register of these events; without it, and without a group, ours", super::named);
    let at_format = section.text("at_format", AT_FORMAT, whole);
    if ["register", "at_format"].iter().any(|key| section.has_fault(key)) {
        return None;
    }
    match Pattern::new(&RawPattern { pattern: pattern?, event: event?, register, at_format }) {
        Ok(pattern) => Some(pattern),
        Err((key, found)) => {
            let allowed = match key {
                Key::Pattern => PATTERN,
                Key::Event => &event_allowed,
                Key::Register => "one register, or a group named register",
                Key::AtFormat => AT_FORMAT,
            };
            section.fail(key.name(), found, allowed);
            None
        }
    }
}

/// It is part of a file's name.
fn named(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=32).contains(&text.len()) && text.bytes().all(fits) {
        Ok(text.to_owned())
    } else {
        Err(format!("is \"{text}\""))
    }
}

/// Not a host's name: asking for its address would be another connection, to a name server.
fn address(text: &str) -> Result<SocketAddr, String> {
    match text.parse::<SocketAddr>() {
        Ok(address) if address.port() != 0 => Ok(address),
        _ => Err(format!("is \"{text}\"")),
    }
}

#[cfg(test)]
mod tests;
