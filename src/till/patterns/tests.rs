//! What patterns make of lines, and how a till writes the time.

use proptest::prelude::*;

use super::*;

fn raw(pattern: &str, event: &str) -> RawPattern {
    RawPattern { pattern: pattern.into(), event: event.into(), ..RawPattern::default() }
}

fn read(raw: &RawPattern, line: &str, now: &str, zone: &str) -> Result<Understood, NotUnderstood> {
    let patterns = Patterns::new(vec![Pattern::new(raw).expect("good")]);
    let zone = TimeZone::get(zone).expect("known");
    patterns.read(line.as_bytes(), now.parse().expect("a time"), &zone)
}

#[test]
fn the_first_pattern_that_matches_wins() {
    let patterns = [raw("VOID", "voided"), raw("^[0-9]+ (SALE|VOID)", "opened"), raw("", "x")];
    let patterns = Patterns::new(patterns.iter().take(2).map(|raw| Pattern::new(raw).expect("good")).collect());
    let said = |line: &[u8]| {
        let read = patterns.read(line, Timestamp::UNIX_EPOCH, &TimeZone::UTC);
        read.map(|understood| (understood.pattern, understood.kind))
    };
    assert_eq!(said(b"1 VOID"), Ok((1, TillEventKind::Voided)));
    assert_eq!(said(b"1 SALE"), Ok((2, TillEventKind::Opened)));
    assert_eq!(said(b"milk 1,20"), Err(NotUnderstood::NoPattern));
    assert_eq!(said(b"1 SALE\0"), Err(NotUnderstood::NoText));
    assert_eq!(said(b"1 SALE \xff"), Err(NotUnderstood::NoText));
}

#[test]
fn groups_give_register_number_and_time() {
    let pattern = raw(r"^(?<at>\S+) R(?<register>\d+) #(?<id> *\d*)", "payment");
    let line = |line| read(&pattern, line, "2026-03-02T12:00:00Z", "UTC");
    let understood = line("2026-03-02T13:59:00+02:00 R4 # 17").expect("understood");
    assert_eq!((understood.register.as_deref(), understood.id.as_deref()), (Some("4"), Some("17")));
    assert_eq!(understood.at.map(|at| at.to_string()).as_deref(), Some("2026-03-02T11:59:00Z"));
    assert_eq!(line("2026-03-02T13:59:00 R4 #17"), Err(NotUnderstood::Time { pattern: 1 }), "no zone");
    assert_eq!(line("2026-03-02T13:59:00Z R4 #"), Err(NotUnderstood::Name { pattern: 1 }));
    let fixed = RawPattern { register: Some("7".into()), ..raw("^SALE", "opened") };
    let understood = read(&fixed, "SALE", "2026-03-02T12:00:00Z", "UTC").expect("understood");
    assert_eq!((understood.register.as_deref(), understood.at), (Some("7"), None));
}

#[test]
fn what_a_clock_does_not_say_is_as_near_to_now_as_it_can_be() {
    for (format, text, now, zone, at) in [
        ("%d.%m.%Y %H:%M:%S", "02.03.2026 13:59:58", "2026-03-02T12:00:00Z", "Europe/Helsinki", "2026-03-02T11:59:58Z"),
        ("%H:%M:%S", "13:59:58", "2026-03-02T12:00:00Z", "Europe/Helsinki", "2026-03-02T11:59:58Z"),
        // Just before midnight, read just after it; and the other way round.
        ("%H:%M:%S", "23:59:59", "2026-03-02T00:00:01Z", "UTC", "2026-03-01T23:59:59Z"),
        ("%H:%M:%S", "00:00:01", "2026-03-01T23:59:59Z", "UTC", "2026-03-02T00:00:01Z"),
        ("%b %e %H:%M:%S", "Dec 31 23:59:59", "2026-01-01T00:00:01Z", "UTC", "2025-12-31T23:59:59Z"),
        // The hour that comes twice.
        ("%H:%M", "03:30", "2026-10-25T00:30:00Z", "Europe/Helsinki", "2026-10-25T00:30:00Z"),
        ("%H:%M", "03:30", "2026-10-25T01:30:00Z", "Europe/Helsinki", "2026-10-25T01:30:00Z"),
        ("%Y%m%d%H%M%S%z", "20260302140000+0200", "2026-03-02T12:00:00Z", "UTC", "2026-03-02T12:00:00Z"),
        ("%s", "1772452800", "2026-03-02T12:00:00Z", "Europe/Helsinki", "2026-03-02T12:00:00Z"),
    ] {
        let pattern = RawPattern { at_format: Some(format.into()), ..raw("^(?<at>.+)$", "opened") };
        let understood = read(&pattern, text, now, zone).unwrap_or_else(|error| panic!("{format} {text}: {error:?}"));
        assert_eq!(understood.at.map(|at| at.to_string()).as_deref(), Some(at), "{format} {text}");
        assert_eq!(read(&pattern, "soon", now, zone), Err(NotUnderstood::Time { pattern: 1 }), "{format}");
    }
}

#[test]
fn a_pattern_that_cannot_be_meant_is_refused_with_its_key() {
    let with = |register: Option<&str>, format: Option<&str>, raw: RawPattern| RawPattern {
        register: register.map(Into::into),
        at_format: format.map(Into::into),
        ..raw
    };
    for (raw, key, says) in [
        (raw("(", "opened"), Key::Pattern, "is no regular expression: unclosed group"),
        (raw("a{1000}{1000}", "opened"), Key::Pattern, "exceeds size limit"),
        (raw("", "opened"), Key::Pattern, "matches every line"),
        (raw("x*", "opened"), Key::Pattern, "matches every line"),
        (raw("(?<regster>1)", "opened"), Key::Pattern, "has a group \"regster\"; groups are register, at, id"),
        (raw("x", "sold"), Key::Event, "is \"sold\""),
        (with(Some("1"), None, raw("(?<register>1)", "opened")), Key::Register, "keep one of them"),
        (with(None, Some("%H:%M"), raw("x", "opened")), Key::AtFormat, "no group \"at\""),
        (with(None, Some("%!"), raw("(?<at>x)", "opened")), Key::AtFormat, "is no format"),
        (with(None, Some("%d.%m.%Y"), raw("(?<at>x)", "opened")), Key::AtFormat, "no hour and minute"),
    ] {
        let (found, said) = Pattern::new(&raw).expect_err("wrong");
        assert_eq!(found, key, "{said}");
        assert!(said.contains(says) && !said.contains('\n'), "{says}: {said}");
    }
}

proptest! {
    #[test]
    fn no_line_panics(line in proptest::collection::vec(any::<u8>(), 0..200)) {
        let formats = ["%H:%M:%S", "%b %e %H:%M", "%s"];
        let pattern = |format: &str| RawPattern { at_format: Some(format.into()), ..raw("(?<at>[0-9:]+) *(?<id>.*)", "opened") };
        let patterns = formats.iter().map(|format| Pattern::new(&pattern(format)).expect("good")).collect();
        let _ = Patterns::new(patterns).read(&line, Timestamp::UNIX_EPOCH, &TimeZone::UTC);
    }
}
