//! `/setup/till/try`: lines of a till and patterns, pasted to see which event each line would be; and the lines for the
//! configuration that say the same. What is pasted is in the answer and nowhere else.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::places;
use crate::till::{EVENTS, LINE_BYTES_MAX, NotUnderstood, Pattern, Patterns, RawPattern, Understood, kind_name};
use crate::web::Pages;
use crate::web::form::Form;
use crate::web::page::{Chrome, shown};
use crate::web::text::Texts;
use crate::web::visits::Technician;

/// Patterns and lines that a form may have: more than a till's handbook shows.
const ROWS_MAX: usize = 12;
const LINES_MAX: usize = 100;

/// What the form begins with, to be changed.
const EXAMPLE: [(&str, &str); 3] = [
    (r"^(?<at>\d\d:\d\d:\d\d) SALE (?<id>\d+) BEGIN", "opened"),
    (r"^(?<at>\d\d:\d\d:\d\d) SALE \d+ PAID", "payment"),
    (r"^(?<at>\d\d:\d\d:\d\d) SALE \d+ END", "closed"),
];
const EXAMPLE_FORMAT: &str = "%H:%M:%S";
const EXAMPLE_LINES: &str =
    "12:00:01 SALE 4711 BEGIN\n12:00:04 ITEM MILK 1.20\n12:00:31 SALE 4711 PAID CARD\n12:00:35 SALE 4711 END";

/// The routes.
pub fn routes() -> Router<Pages> {
    Router::new().route("/setup/till/try", get(example).post(tried))
}

#[derive(Template)]
#[template(path = "setup_till_try.html")]
struct TryPage {
    chrome: Chrome,
    menu: Vec<(&'static str, String, bool)>,
    /// Patterns, with an empty one at the end.
    rows: Vec<Row>,
    lines: String,
    kind: String,
    place: String,
    /// What each line is; nothing before it was tried, or where a pattern is wrong.
    verdicts: Vec<Verdict>,
    /// For the configuration.
    toml: Option<String>,
}

/// One pattern.
#[derive(Default)]
struct Row {
    raw: RawPattern,
    /// What is wrong with it.
    wrong: Option<String>,
}

impl Row {
    fn register(&self) -> &str {
        self.raw.register.as_deref().unwrap_or_default()
    }

    fn at_format(&self) -> &str {
        self.raw.at_format.as_deref().unwrap_or_default()
    }
}

/// One line.
struct Verdict {
    line: String,
    understood: bool,
    said: String,
}

impl TryPage {
    /// Each pattern with its number, in words.
    fn numbered(&self) -> Vec<(String, &Row)> {
        let numbers = (1_u32..).map(|number| self.chrome.t.count("try-pattern-number", number));
        numbers.zip(&self.rows).collect()
    }

    fn events(&self) -> [&'static str; 4] {
        EVENTS
    }

    fn kinds(&self) -> [&'static str; 3] {
        ["file", "tcp", "serial"]
    }

    /// What an event is called.
    fn event(&self, event: &str) -> String {
        self.chrome.t.say(&format!("till-event-{event}"))
    }

    fn way(&self, kind: &str) -> String {
        self.chrome.t.say(&format!("till-way-{kind}"))
    }
}

async fn example(chrome: Chrome, _: Technician) -> Response {
    let row = |(pattern, event): (&str, &str)| Row {
        raw: RawPattern {
            pattern: pattern.to_owned(),
            event: event.to_owned(),
            register: None,
            at_format: Some(EXAMPLE_FORMAT.to_owned()),
        },
        wrong: None,
    };
    let rows = EXAMPLE.into_iter().map(row).chain([Row::default()]).collect();
    let (lines, kind) = (EXAMPLE_LINES.to_owned(), "file".to_owned());
    let menu = places::menu(&chrome, "/setup/till/try");
    let page = TryPage { chrome, menu, rows, lines, kind, place: String::new(), verdicts: Vec::new(), toml: None };
    shown(StatusCode::OK, &page)
}

async fn tried(
    State(pages): State<Pages>,
    chrome: Chrome,
    _: Technician,
    Form(form): Form<Vec<(String, String)>>,
) -> Response {
    let t = chrome.t;
    let all =
        |name: &str| form.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect::<Vec<_>>();
    let one = |name: &str| all(name).into_iter().next().unwrap_or_default();
    let (mut rows, mut patterns) = (Vec::new(), Vec::new());
    for raw in written(&all("pattern"), &all("event"), &all("register"), &all("at_format")) {
        let wrong = match Pattern::new(&raw) {
            Ok(pattern) => {
                patterns.push(pattern);
                None
            }
            Err((key, found)) => Some(t.with("try-wrong", &[("key", key.name().into()), ("found", found.into())])),
        };
        rows.push(Row { raw, wrong });
    }
    let sound = !patterns.is_empty() && patterns.len() == rows.len();
    let (kind, place, lines) = (one("kind"), one("place"), one("lines"));
    let (mut verdicts, mut toml) = (Vec::new(), None);
    if sound {
        let patterns = Patterns::new(patterns);
        let (now, zone) = (pages.clock.now(), pages.clock.time_zone());
        let lines =
            lines.lines().filter(|line| !line.trim().is_empty() && line.len() <= LINE_BYTES_MAX).take(LINES_MAX);
        verdicts = lines.map(|line| verdict(&patterns, line, now, &zone, t)).collect();
        toml = Some(configuration(&kind, &place, rows.iter().map(|row| &row.raw)));
    }
    if rows.len() < ROWS_MAX {
        rows.push(Row::default());
    }
    let code = if sound { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let menu = places::menu(&chrome, "/setup/till/try");
    shown(code, &TryPage { chrome, menu, rows, lines, kind, place, verdicts, toml })
}

/// The patterns that were written; a row without one is left out.
fn written(patterns: &[String], events: &[String], registers: &[String], formats: &[String]) -> Vec<RawPattern> {
    let some = |texts: &[String], index: usize| texts.get(index).filter(|text| !text.trim().is_empty()).cloned();
    let row = |(index, pattern): (usize, &String)| RawPattern {
        pattern: pattern.clone(),
        event: events.get(index).cloned().unwrap_or_default(),
        register: some(registers, index),
        at_format: some(formats, index),
    };
    let whole = patterns.iter().enumerate().filter(|(_, pattern)| !pattern.trim().is_empty());
    whole.take(ROWS_MAX).map(row).collect()
}

fn verdict(patterns: &Patterns, line: &str, now: Timestamp, zone: &TimeZone, t: &Texts) -> Verdict {
    let number = |pattern: usize| f64::from(u32::try_from(pattern).unwrap_or(u32::MAX));
    let (understood, said) = match patterns.read(line.as_bytes(), now, zone) {
        Ok(Understood { pattern, id, register, kind, at }) => {
            let or = |what: Option<String>, otherwise: &str| what.unwrap_or_else(|| t.say(otherwise));
            let variables = [
                ("event", t.say(&format!("till-event-{}", kind_name(kind))).into()),
                ("register", or(register, "try-own-register").into()),
                ("time", or(at.map(|at| t.second_of(at, zone)), "try-on-arrival").into()),
                ("id", or(id, "try-no-number").into()),
                ("pattern", number(pattern).into()),
            ];
            (true, t.with("try-understood", &variables))
        }
        Err(NotUnderstood::NoPattern) => (false, t.say("try-no-pattern")),
        Err(NotUnderstood::NoText) => (false, t.say("try-no-text")),
        Err(NotUnderstood::Time { pattern }) => (false, t.count("try-no-time", number(pattern))),
        Err(NotUnderstood::Name { pattern }) => (false, t.count("try-no-name", number(pattern))),
    };
    Verdict { line: line.to_owned(), understood, said }
}

/// A `[[till_source]]` with these patterns.
fn configuration<'r>(kind: &str, place: &str, patterns: impl Iterator<Item = &'r RawPattern>) -> String {
    let quoted = |text: &str| toml_edit::Value::from(text).to_string();
    let (kind, key, place) = match kind {
        "tcp" => ("tcp", "address", or(place, "192.0.2.7:4001")),
        "serial" => ("serial", "device", or(place, "/dev/ttyUSB0")),
        _ => ("file", "path", or(place, "/var/log/till.log")),
    };
    let mut text =
        format!("[[till_source]]\nname = \"till\"\nkind = \"{kind}\"\n{key} = {}\npatterns = [\n", quoted(place));
    for raw in patterns {
        let register = raw.register.iter().map(|register| format!(", register = {}", quoted(register)));
        let format = raw.at_format.iter().map(|format| format!(", at_format = {}", quoted(format)));
        let rest: String = register.chain(format).collect();
        text.push_str(&format!(
            "    {{ pattern = {}, event = {}{rest} }},\n",
            quoted(&raw.pattern),
            quoted(&raw.event)
        ));
    }
    text.push_str("]\n");
    text
}

fn or<'t>(text: &'t str, otherwise: &'t str) -> &'t str {
    if text.trim().is_empty() { otherwise } else { text.trim() }
}
