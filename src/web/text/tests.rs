//! Both languages say everything, with the same variables, and pages ask for nothing else.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Every message with the variables that it puts in.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, _)) = line.split_once('=').filter(|_| !line.starts_with([' ', '[', '*', '}', '.'])) {
            current = name.trim().to_owned();
            assert!(found.insert(current.clone(), BTreeSet::new()).is_none(), "{current} stands there twice");
        }
        let variables = line.split('$').skip(1).map(|rest| {
            rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect::<String>()
        });
        if let Some(entry) = found.get_mut(&current) {
            entry.extend(variables);
        }
    }
    found
}

#[test]
fn both_languages_have_every_message_with_the_same_variables() {
    let (english, finnish) = (messages(ENGLISH), messages(FINNISH));
    assert!(english.len() > 50, "{} messages", english.len());
    for (one, other, name) in [(&english, &finnish, "fi"), (&finnish, &english, "en")] {
        let missing: Vec<_> = one.keys().filter(|message| !other.contains_key(*message)).collect();
        assert!(missing.is_empty(), "{name}.ftl lacks {missing:?}");
    }
    for (message, variables) in &english {
        assert_eq!(Some(variables), finnish.get(message), "{message}");
    }
}

#[test]
fn every_message_can_be_read() {
    for (language, source) in [(Language::English, ENGLISH), (Language::Finnish, FINNISH)] {
        let faults = FluentResource::try_new(source.to_owned()).err().map(|(_, faults)| faults);
        assert_eq!(faults, None, "{}", language.name());
        for (message, variables) in messages(source) {
            let values: Vec<(&str, FluentValue<'_>)> =
                variables.iter().map(|name| (name.as_str(), FluentValue::from(2.0))).collect();
            let said = texts(language).with(&message, &values);
            assert!(said != message && !said.contains('{'), "{}: {message}: {said}", language.name());
        }
    }
}

/// Names in quotes after these, in templates and in the code of the pages.
const ASKED_BY: [&str; 5] = [".say(\"", ".count(\"", ".about(\"", ".with(\"", "text: \""];

#[test]
fn pages_ask_for_messages_that_exist_and_every_message_is_asked_for() {
    let english = messages(ENGLISH);
    let mut asked = BTreeSet::new();
    let mut all = String::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/web"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("listed") {
            let path = entry.expect("listed").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            if path.ends_with("text/tests.rs") {
                continue;
            }
            for by in ASKED_BY {
                for rest in text.split(by).skip(1) {
                    asked.insert(rest.split('"').next().unwrap_or_default().to_owned());
                }
            }
            all.push_str(&text);
        }
    }
    let unknown: Vec<_> = asked.iter().filter(|name| !english.contains_key(*name)).collect();
    assert!(unknown.is_empty(), "asked for and not there: {unknown:?}");
    // Some names are put together: a beginning and what it is about.
    let unused: Vec<_> = english
        .keys()
        .filter(|name| !all.contains(&format!("\"{name}\"")))
        .filter(|name| {
            let pieces = name.rmatch_indices('-').map(|(at, _)| format!("\"{}{{", &name[..=at]));
            !pieces.into_iter().any(|piece| all.contains(&piece))
        })
        .collect();
    assert!(unused.is_empty(), "nobody asks for {unused:?}");
}

#[test]
fn numbers_and_days_are_written_as_the_language_does() {
    let day = Date::constant(2026, 3, 4);
    let [english, finnish] = [texts(Language::English), texts(Language::Finnish)];
    assert_eq!((english.number(-1.25, 1), finnish.number(1.25, 2)), ("\u{2212}1.2".into(), "1,25".into()));
    assert_eq!((english.day(day), finnish.day(day)), ("4 March 2026".into(), "4.3.2026".into()));
    let at = "2026-03-04T07:05:00Z".parse().expect("a time");
    assert_eq!(finnish.moment(at, &TimeZone::UTC), "4.3.2026 7.05");
}
