//! `/me/choices`: which signals are on for a person, and their own bands. What holds now is what is marked; nothing is
//! chosen for anybody. Not while their shift is on, so that one shift is measured by one choice.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::{Entry, Outcome, ask, menu, turned_away};
use crate::consent::{Band, Consent, NoBand, Unit};
use crate::control::{Answer, OwnQuestion, Why};
use crate::web::form::Form;
use crate::web::page::{Chrome, see, shown};
use crate::web::text::Texts;
use crate::web::visits::Me;
use crate::web::{Pages, cookies, said};

#[derive(Template)]
#[template(path = "me_choices.html")]
struct ChoicesPage {
    chrome: Chrome,
    menu: Vec<Entry>,
    rows: Vec<Row>,
    outcome: Outcome,
}

/// One signal that this place offers.
struct Row {
    signal: &'static str,
    name: String,
    means: String,
    on: bool,
    /// What its band is typed in; `None` of a signal that is only yes or no.
    unit: Option<String>,
    from: String,
    to: String,
    /// Why what was typed is no band.
    fault: Option<String>,
}

pub(super) async fn page(State(pages): State<Pages>, chrome: Chrome, me: Me, headers: HeaderMap) -> Response {
    match ask(&pages, &me, OwnQuestion::Consent).await {
        Answer::OwnConsent(consent) => {
            let outcome = Outcome::said(said(&headers, &["me-chosen"]));
            let rows = pages.signals.iter().map(|signal| Row::of(signal, &consent, chrome.t)).collect();
            show(chrome, rows, outcome)
        }
        answer => on_shift_or_away(chrome, &answer),
    }
}

fn show(chrome: Chrome, rows: Vec<Row>, outcome: Outcome) -> Response {
    shown(outcome.code, &ChoicesPage { menu: menu(&chrome, "choices"), chrome, rows, outcome })
}

/// While a shift is on, the page says so; nothing can be chosen.
fn on_shift_or_away(chrome: Chrome, answer: &Answer) -> Response {
    if matches!(answer, Answer::Refused { why: Why::OnShift, .. }) {
        let refused = chrome.t.say("me-choices-on-shift");
        let outcome = Outcome { code: StatusCode::CONFLICT, said: None, refused: Some(refused) };
        return show(chrome, Vec::new(), outcome);
    }
    turned_away(chrome, answer)
}

/// What a signal is called where it is chosen.
pub(super) fn choice_name(signal: &str, t: &Texts) -> String {
    t.say(&format!("choice-{}", signal.replace('_', "-")))
}

impl Row {
    fn of(signal: &'static str, consent: &Consent, t: &Texts) -> Self {
        let unit = Unit::of(signal);
        let ends = consent.bands.get(signal).zip(unit).map(|(band, unit)| {
            let (from, to) = band.ends();
            [from, to].map(|end| as_typed(unit, end, t))
        });
        let [from, to] = ends.unwrap_or_default();
        Self { on: consent.signals.contains(signal), from, to, ..Self::blank(signal, t) }
    }

    fn blank(signal: &'static str, t: &Texts) -> Self {
        let text = signal.replace('_', "-");
        let unit = Unit::of(signal).map(|unit| {
            t.say(match unit {
                Unit::Share => "me-band-percent",
                Unit::Seconds => "me-band-seconds",
                Unit::PerMinute => "me-band-per-minute",
            })
        });
        Self {
            signal,
            name: choice_name(signal, t),
            means: t.say(&format!("choice-means-{text}")),
            on: false,
            unit,
            from: String::new(),
            to: String::new(),
            fault: None,
        }
    }

    /// As it was typed, and its band if that is one.
    fn typed(signal: &'static str, typed: &Typed, t: &Texts) -> (Self, Option<Band>) {
        let of = |end: &str| typed.ends.get(&format!("{end}.{signal}")).cloned().unwrap_or_default();
        let mut row = Self { on: typed.on.contains(signal), from: of("from"), to: of("to"), ..Self::blank(signal, t) };
        let Some(unit) = Unit::of(signal).filter(|_| row.on && !(row.from.is_empty() && row.to.is_empty())) else {
            return (row, None);
        };
        match Band::typed(&format!("{} {}", row.from, row.to), unit) {
            Ok(band) => (row, Some(band)),
            Err(fault) => {
                row.fault = Some(match fault {
                    NoBand::NotTwoNumbers => t.say("me-band-two-numbers"),
                    NoBand::OutOfRange(most) => t.count("me-band-out-of-range", most),
                });
                (row, None)
            }
        }
    }
}

/// What a form says, by the names of its fields.
struct Typed {
    on: BTreeSet<String>,
    ends: BTreeMap<String, String>,
}

impl Typed {
    fn read(fields: Vec<(String, String)>) -> Self {
        let mut typed = Self { on: BTreeSet::new(), ends: BTreeMap::new() };
        for (name, value) in fields {
            if name == "on" {
                typed.on.insert(value);
            } else {
                typed.ends.insert(name, value.trim().to_owned());
            }
        }
        typed
    }
}

pub(super) async fn choose(
    State(pages): State<Pages>,
    chrome: Chrome,
    me: Me,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let before = match ask(&pages, &me, OwnQuestion::Consent).await {
        Answer::OwnConsent(consent) => consent,
        answer => return on_shift_or_away(chrome, &answer),
    };
    let typed = Typed::read(fields);
    let offered = |signal: &String| pages.signals.contains(&signal.as_str());
    // Not asked about, so left as it is: what this place does not offer now.
    let mut signals: BTreeSet<String> = before.signals.iter().filter(|signal| !offered(signal)).cloned().collect();
    let kept = before.bands.iter().filter(|(signal, _)| !offered(signal));
    let mut bands: BTreeMap<String, Band> = kept.map(|(signal, band)| (signal.clone(), *band)).collect();
    let mut rows = Vec::new();
    for signal in &pages.signals {
        let (row, band) = Row::typed(signal, &typed, chrome.t);
        if row.on {
            signals.insert((*signal).to_owned());
        }
        bands.extend(band.map(|band| ((*signal).to_owned(), band)));
        rows.push(row);
    }
    if rows.iter().any(|row| row.fault.is_some()) {
        let outcome = Outcome::unclear(chrome.t.say("me-band-unclear"));
        return show(chrome, rows, outcome);
    }
    let consent = Consent { signals, bands, ..*before };
    match ask(&pages, &me, OwnQuestion::AgreeAnew { consent }).await {
        Answer::Agreed => see("/me/choices", [cookies::say("me-chosen")]),
        Answer::NotOpen => turned_away(chrome, &Answer::NotOpen),
        answer => {
            let outcome = Outcome::refused(&chrome, &answer);
            show(chrome, rows, outcome)
        }
    }
}

/// An end of a band as a person types it: no more decimals than it has.
fn as_typed(unit: Unit, end: f64, t: &Texts) -> String {
    let typed = if unit == Unit::Share { end * 100.0 } else { end };
    let decimals = (0..2).find(|decimals| {
        let scaled = typed * 10_f64.powi(*decimals);
        (scaled - scaled.round()).abs() < 1e-6
    });
    t.number(typed, usize::try_from(decimals.unwrap_or(2)).unwrap_or(2))
}
