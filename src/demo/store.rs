//! The made-up people's store: six weeks of work, written through the same doors as a kiosk's, so that every rule can be
//! seen at work. Its clock is moved by hand; nobody is behind any of it.

use std::collections::BTreeMap;

use jiff::civil::Weekday;
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::people::{History, MadeUpPerson, crowd, people};
use crate::clock::{Clock, ManualClock};
use crate::config::Config;
use crate::consent::{Band, Consent, Language, TEXT_VERSION, Unit};
use crate::control::{
    self, Answer, OwnQuestion, Proof, Question, Rules, SecretText, SharingAnswer, SharingQuestion, Status,
};
use crate::customer::Face;
use crate::release::{Release, SETTLES_AFTER, Window};
use crate::store::{Decided, Looked, NewRecord, OwnWindow, SignedIn, Store, StoreError};
use crate::summary::{LeftOut, Summary, TransactionRecord};
use crate::vault::Secret;

/// The secret of every made-up person and trainer.
pub const SECRET: &str = "a made-up secret";
/// The made-up trainer, as the demo's configuration names them.
pub const TRAINER: &str = "Tuula";
/// Invited people who did not agree: the list of who is invited does not tell them from the others.
const NEVER_AGREED: [&str; 2] = ["Pekka", "Ulla"];

/// How many people there are, and how long ago they agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// The twenty-four, or more.
    pub people: usize,
    /// Days, of which a window of four weeks is released by now, and the next one is open.
    pub days: i64,
}

impl Scale {
    /// Of the demo.
    pub const DEMO: Self = Self { people: 24, days: 45 };
}

/// When [`History::AgreesLate`] agrees, in days from the beginning: the window is open by then.
const LATE_DAYS: i64 = 10;
/// Days of the week on which a person works: each has three, so that every day somebody does.
const WORKDAYS: [[Weekday; 3]; 2] =
    [[Weekday::Monday, Weekday::Wednesday, Weekday::Friday], [Weekday::Tuesday, Weekday::Thursday, Weekday::Saturday]];

/// How long a shift lasts: of a part of the week, half an hour at the least is duty.
const SHIFT: SignedDuration = SignedDuration::from_hours(4);
/// Customers who touch a face on a weekday, and on a Saturday: the latter are too few to be told.
const ANSWERS: [usize; 2] = [5, 3];

/// What the demo's store shows of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The rule.
    pub rule: &'static str,
    /// What the store says.
    pub says: String,
}

/// The store, as told.
#[derive(Clone, Debug)]
pub struct Told {
    /// Rules at work.
    pub shown: Vec<Shown>,
    /// The window that was released,
    pub window: Window,
    /// and what it says.
    pub release: Release,
}

/// Why the store could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A release.
    #[error(transparent)]
    Release(#[from] crate::release::ReleaseError<StoreError>),
    /// A record that JSON cannot hold.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// What was asked was refused, or said something else than it should.
    #[error("the made-up store answered: {0}")]
    Answered(String),
}

/// One who takes part, with what was added up.
struct Worker {
    person: MadeUpPerson,
    signed_in: SignedIn,
    shifts: u64,
    /// What the first window had of them, when it closed.
    contributed: Option<Vec<OwnWindow>>,
}

/// Fills an empty store with what so many made-up people did until `now`, under the terms of this configuration.
///
/// # Errors
/// [`DemoError`].
pub fn fill(store: &mut Store, config: &Config, scale: Scale, now: Timestamp) -> Result<Told, DemoError> {
    let began = now.saturating_sub(SignedDuration::from_hours(24 * scale.days)).unwrap_or(now);
    let clock = ManualClock::at(began);
    let secret = Secret::typed(Zeroizing::new(SECRET.to_owned()));
    let terms = config.terms.release.as_ref().ok_or_else(|| DemoError::Answered("no release is configured".into()))?;
    let rules = Rules::of(config);
    let mut workers = Vec::new();
    for name in NEVER_AGREED {
        store.add_staff(name, clock.now())?;
    }
    let mut later = Vec::new();
    for person in crowd(scale.people) {
        if person.history == History::AgreesLate {
            later.push(person);
        } else {
            workers.push(take_in(store, person, config, &secret, clock.now())?);
        }
    }
    store.announce_window(terms, clock.now(), &clock.time_zone())?;
    let closes = store.windows()?.first().map_or(now, |window| window.closes);
    let mut withdrawn = None;
    for day in 1..scale.days {
        clock.advance_ms(24 * 60 * 60 * 1000);
        let today = clock.now();
        if day == LATE_DAYS {
            for person in later.drain(..) {
                workers.push(take_in(store, person, config, &secret, today)?);
            }
        }
        let weekday = today.to_zoned(clock.time_zone()).weekday();
        for (worker, days) in workers.iter_mut().zip(WORKDAYS.iter().cycle()) {
            let works = days.contains(&weekday) && (worker.person.history != History::Seldom || worker.shifts == 0);
            if works {
                work(store, worker, config, &clock)?;
            }
        }
        if withdrawn.is_none() && today >= closes {
            // The window has closed and is not released: what may still be taken back is taken back now.
            take_back(store, &mut workers, &clock)?;
            withdrawn = withdraws(store, &rules, &clock)?;
            workers.retain(|worker| worker.person.history != History::Withdraws);
        }
        customers_answer(store, today, &clock)?;
        let zone = clock.time_zone();
        store.keep_customers(terms.plan.people_floor(), today, &zone)?;
        store.settle_windows(today)?;
        store.announce_window(terms, today, &clock.time_zone())?;
    }
    store.retain(&rules.retention, now, None)?;
    let shared = share(store, &rules, now)?;
    let released = store.released(1)?.pop();
    let (window, release) = released.ok_or_else(|| DemoError::Answered("no window is released".into()))?;
    let mut shown = shown(store, &workers, now)?;
    shown.extend(withdrawn.map(|says| Shown { rule: "withdrawing erases, and gives a receipt", says }));
    shown.push(Shown { rule: "a trainer sees what was shared, and the person sees that", says: shared });
    Ok(Told { shown, window, release })
}

fn take_in(
    store: &mut Store,
    person: MadeUpPerson,
    config: &Config,
    secret: &Secret,
    now: Timestamp,
) -> Result<Worker, DemoError> {
    let (_, invitation) = store.add_staff(&person.name, now)?;
    let consent = Consent {
        text_version: TEXT_VERSION,
        language: Language::default(),
        given_at: now,
        own_request: true,
        terms: Some(config.terms.clone()),
        signals: person.signals.iter().map(|signal| (*signal).to_owned()).collect(),
        bands: bands(&person),
    };
    store.give_consent(&person.name, &invitation, secret, &consent)?;
    let signed_in = store.sign_in(&person.name, secret, now)?;
    Ok(Worker { person, signed_in, shifts: 0, contributed: None })
}

/// Their own bands; a test reads every one.
fn bands(person: &MadeUpPerson) -> BTreeMap<String, Band> {
    let band = |(signal, typed): &(&str, &str)| {
        let band = Unit::of(signal).and_then(|unit| Band::typed(typed, unit).ok())?;
        Some(((*signal).to_owned(), band))
    };
    person.bands.iter().filter_map(band).collect()
}

/// One shift, from signing in to signing out.
fn work(store: &mut Store, worker: &mut Worker, config: &Config, clock: &ManualClock) -> Result<(), DemoError> {
    let Worker { person, signed_in, shifts, .. } = worker;
    let (now, zone) = (clock.now(), clock.time_zone());
    *shifts += 1;
    let records = person.shift(&config.kiosk.register, *shifts, person.customers());
    let own = store.open_tallies(signed_in, &zone)?;
    let shift = store.start_shift(signed_in.person(), &config.kiosk.register, now)?;
    let at = |ms: u64| crate::clock::shifted(now, i64::try_from(ms).unwrap_or(i64::MAX));
    let row = |record: &TransactionRecord| -> Result<NewRecord, serde_json::Error> {
        let (opened_at, closed_at) = (at(record.transaction.opened_ms), at(record.transaction.closed_ms));
        Ok(NewRecord { opened_at, closed_at, json: serde_json::to_string(record)? })
    };
    let rows: Vec<NewRecord> = records.iter().map(row).collect::<Result<_, _>>()?;
    let summary = Zeroizing::new(serde_json::to_string(&Summary::of(&records))?);
    let decided = Decided { records: &rows, handled: &[], summary: Some((1, &summary)) };
    let own = store.commit_counted(&shift, &decided, Some(&own), &zone, now)?;
    let last = rows.last().map_or(now, |row| row.closed_at);
    match person.history {
        History::LeavesOut if *shifts % 4 == 0 => drop(store.leave_out(signed_in, None, LeftOut::Whole, &zone)?),
        History::Complaint if *shifts == 5 => drop(store.leave_out(signed_in, None, LeftOut::Smile, &zone)?),
        _ => {
            if let Some(own) = own {
                store.contribute_own(&own)?;
            }
        }
    }
    store.end_shift(shift.id, last.max(now.saturating_add(SHIFT).unwrap_or(last)))?;
    Ok(())
}

/// A day's customers, by the way out.
fn customers_answer(store: &mut Store, today: Timestamp, clock: &ManualClock) -> Result<(), DemoError> {
    let day = today.to_zoned(clock.time_zone());
    let [on_weekdays, on_saturdays] = ANSWERS;
    let answers = match day.weekday() {
        Weekday::Sunday => 0,
        Weekday::Saturday => on_saturdays,
        _ => on_weekdays,
    };
    // Most touch the first two; each day begins elsewhere in the row.
    let row = [Face::VeryWell, Face::Well, Face::VeryWell, Face::NotSoWell, Face::Well, Face::VeryWell, Face::Badly];
    let from = usize::from(day.date().day().unsigned_abs());
    for face in row.iter().cycle().skip(from).take(answers) {
        store.count_customer(*face, today, &clock.time_zone())?;
    }
    Ok(())
}

/// What people do with a window that has closed, while it is not released.
fn take_back(store: &mut Store, workers: &mut [Worker], clock: &ManualClock) -> Result<(), DemoError> {
    for worker in workers {
        let opened = store.opened_by_themself(&worker.signed_in, Looked::Export, clock.now())?;
        worker.contributed = Some(store.own_windows(&opened)?);
        if worker.person.history == History::LeavesWindowOut {
            store.leave_windows_out(&worker.signed_in, &clock.time_zone(), clock.now())?;
        }
    }
    Ok(())
}

fn withdraws(store: &mut Store, rules: &Rules, clock: &ManualClock) -> Result<Option<String>, DemoError> {
    let Some(person) = people().into_iter().find(|person| person.history == History::Withdraws) else {
        return Ok(None);
    };
    let question = Question::own(&person.name, SecretText::new(SECRET), OwnQuestion::Withdraw);
    match control::answer(store, &question, &Status::default(), clock, rules) {
        Answer::Erased { receipt } => Ok(Some(format!(
            "{}: {} transactions, {} summaries and {} shifts are gone",
            person.name, receipt.records, receipt.summaries, receipt.shifts
        ))),
        other => Err(DemoError::Answered(format!("{other:?}"))),
    }
}

/// The made-up trainer gets a key of their own, a person shares with them, and they look.
fn share(store: &mut Store, rules: &Rules, now: Timestamp) -> Result<String, DemoError> {
    let clock = ManualClock::at(now);
    let Some(person) = people().into_iter().find(|person| person.history == History::Shares) else {
        return Ok(String::new());
    };
    let mut ask = |question: Question| match control::answer(store, &question, &Status::default(), &clock, rules) {
        Answer::Sharing(answer) => Ok(answer),
        other => Err(DemoError::Answered(format!("{other:?}"))),
    };
    let secret = || SecretText::new(SECRET);
    let (name, trainer) = (person.name, TRAINER.to_owned());
    let SharingAnswer::TrainerInvited { invitation, .. } =
        ask(Question::Sharing(SharingQuestion::InviteTrainer { trainer: trainer.clone() }))?
    else {
        return Err(DemoError::Answered("no invitation".into()));
    };
    let chosen = SharingQuestion::TrainerSecret { trainer: trainer.clone(), invitation, secret: secret() };
    ask(Question::Sharing(chosen))?;
    ask(Question::own(&name, secret(), OwnQuestion::Share { with: trainer.clone(), days: 14 }))?;
    ask(Question::Sharing(SharingQuestion::Shared {
        proof: Proof::secret(&trainer, secret()),
        of: Some(name.clone()),
    }))?;
    let SharingAnswer::Seen { entries } = ask(Question::own(&name, secret(), OwnQuestion::Seen))? else {
        return Err(DemoError::Answered("no entries".into()));
    };
    let theirs = entries.iter().filter(|entry| entry.who != crate::store::Who::Themself).count();
    Ok(format!("{name} shared with {TRAINER} for 14 days; {TRAINER} has looked {theirs} time(s), says {name}'s log"))
}

/// What the store says of the rules, asked as the person would.
fn shown(store: &mut Store, workers: &[Worker], now: Timestamp) -> Result<Vec<Shown>, DemoError> {
    let mut shown = Vec::new();
    let mut say = |rule, says| shown.push(Shown { rule, says });
    let invited = store.staff()?.len();
    say("who agreed is on no list", format!("{invited} are invited; nothing in the list tells who takes part"));
    for worker in workers {
        let name = &worker.person.name;
        let opened = store.opened_by_themself(&worker.signed_in, Looked::Transactions, now)?;
        let figure = worker.contributed.iter().flatten().flat_map(|window| &window.figures).next();
        match worker.person.history {
            History::Seldom if worker.shifts > 0 => {
                let count = figure.map_or(0, |figure| figure.transactions);
                let says = format!("{name} had {count} transactions in the window, and is in none of its figures");
                say("a person with fewer than 20 transactions is in no figure", says);
            }
            History::AgreesLate => {
                let in_it = worker.contributed.iter().flatten().count();
                let says = format!("{name} agreed while the window was open, and contributed to {in_it} figures of it");
                say("who agrees is in no figure before the next window opens", says);
            }
            History::LeavesWindowOut => {
                let says = format!("{name} took the whole window back after it had closed");
                say("until a window is released, it can be left out", says);
            }
            History::LeavesOut => {
                let listed = store.own_transactions(&opened)?;
                let open = listed.iter().filter(|transaction| transaction.can_be_left_out).count();
                let says =
                    format!("{name} left some out; {open} of the {} of the last days still can be", listed.len());
                say("a transaction can be left out, no reason asked", says);
            }
            History::Complaint => {
                let says = format!("{name} marked one; it counts without its smiles");
                say("a complaint needs no smile", says);
            }
            History::Shares => {
                let records = store.records(&opened)?.len();
                let shifts = store.summaries(&opened, Timestamp::UNIX_EPOCH)?.len();
                let says =
                    format!("{name}'s {shifts} shifts have their summaries, {records} transactions their records");
                say("records live 14 days, summaries 12 months", says);
            }
            History::Steady | History::Seldom | History::Withdraws => {}
        }
    }
    let open_window = store.windows()?.pop().filter(|window| window.has(now));
    if let Some(window) = open_window {
        let day = window.closes.checked_add(SETTLES_AFTER).unwrap_or(window.closes);
        let says = format!("the next window is open, and is released from {} on", day.strftime("%Y-%m-%d"));
        say("a window is announced with its plan before it opens", says);
    }
    shown.dedup_by(|one, other| one.rule == other.rule);
    Ok(shown)
}

#[cfg(test)]
mod tests;
