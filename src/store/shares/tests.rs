//! What a share tells, to whom, and for how long: attacks by trainers, colleagues, root and clocks.

use serde_json::{Value, json};

use super::super::tests::{Place, has, keeping, raw_pages, secret_of, take_in};
use super::super::{Decided, NewRecord, Receipt};
use super::*;
use crate::clock::{Clock, ManualClock};
use crate::config::SharingConfig;
use crate::control::{Answer, OwnQuestion, Proof, Question, Rules, SecretText, SharingAnswer, SharingQuestion, Status};

/// A figure that stands in a summary and nowhere else.
const FIGURE: f64 = 0.83;
const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A store with two people, who have worked, and two trainers.
fn shared(trainer: &str, secret: &str) -> SharingQuestion {
    SharingQuestion::Shared { proof: Proof::secret(trainer, text(secret)), of: None }
}

struct Counter {
    place: Place,
    store: Store,
    clock: ManualClock,
    rules: Rules,
}

fn text(name: &str) -> SecretText {
    SecretText::new(&format!("{name}'s own secret"))
}

impl Counter {
    fn new() -> Self {
        let place = Place::new();
        let clock = ManualClock::at("2026-03-04T12:00:00Z".parse().expect("a time"));
        let mut store = place.open().expect("opens");
        for name in ["Aino", "Eero"] {
            take_in(&mut store, name, clock.now());
        }
        let trainers = vec!["Tuula".to_owned(), "Teppo".to_owned()];
        let sharing = SharingConfig { trainers, never: vec!["Martti".into()] };
        let rules = Rules { retention: keeping(), sharing };
        store.retain(&rules.retention, clock.now(), None).expect("retained");
        let mut counter = Self { place, store, clock, rules };
        counter.work("Aino", 12, FIGURE);
        counter.work("Eero", 7, 0.25);
        for trainer in ["Tuula", "Teppo"] {
            counter.trainer(trainer);
        }
        counter
    }

    /// A shift that adds up to this.
    fn work(&mut self, name: &str, transactions: u32, median: f64) {
        let summary = json!({
            "transactions": transactions + 2, "voided": 1, "signals": {
                "smile.all": {"behind": transactions, "shown_in": 3, "median": median,
                              "hundredths": {(format!("{}", median * 100.0).split('.').next().expect("digits")): transactions},
                              "not_observable": {"signal_off": 2}},
                "nods": {"behind": 0, "not_observable": {"signal_off": transactions + 2}}
            }
        });
        let person = self.store.staff_member(name).expect("invited").person;
        let now = self.clock.now();
        let shift = self.store.start_shift(&person, "1", now).expect("started");
        let records = [NewRecord { opened_at: now, closed_at: now, json: "{}".into() }];
        let summary = summary.to_string();
        let decided = Decided { records: &records, handled: &[], summary: Some((1, &summary)) };
        self.store.commit_decisions(&shift, &decided, now).expect("written");
        self.clock.advance_ms(1000);
        self.store.end_shift(shift.id, self.clock.now()).expect("ended");
    }

    fn ask_own(&mut self, name: &str, ask: OwnQuestion) -> Result<SharingAnswer, String> {
        self.put(&Question::own(name, text(name), ask))
    }

    fn ask(&mut self, question: SharingQuestion) -> Result<SharingAnswer, String> {
        self.put(&Question::Sharing(question))
    }

    fn put(&mut self, question: &Question) -> Result<SharingAnswer, String> {
        match crate::control::answer(&mut self.store, question, &Status::default(), &self.clock, &self.rules) {
            Answer::Sharing(answer) => Ok(answer),
            Answer::Refused { reason, .. } => Err(reason),
            other => panic!("{other:?}"),
        }
    }

    /// A trainer is invited and chooses a secret, or does so anew.
    fn trainer(&mut self, name: &str) {
        let invited = self.ask(SharingQuestion::InviteTrainer { trainer: name.into() }).expect("invited");
        let SharingAnswer::TrainerInvited { invitation, .. } = invited else { panic!("{invited:?}") };
        let secret = SharingQuestion::TrainerSecret { trainer: name.into(), invitation, secret: text(name) };
        self.ask(secret.clone()).expect("chosen");
        assert!(self.ask(secret).expect_err("once").contains("used before"));
    }

    fn share(&mut self, name: &str, with: &str, days: u32) -> Result<SharingAnswer, String> {
        self.ask_own(name, OwnQuestion::Share { with: with.into(), days })
    }

    fn unshare(&mut self, name: &str, with: Option<&str>) -> usize {
        match self.ask_own(name, OwnQuestion::Unshare { with: with.map(Into::into) }) {
            Ok(SharingAnswer::Unshared { shares }) => shares,
            other => panic!("{other:?}"),
        }
    }

    /// What a trainer sees.
    fn seen_by(&mut self, trainer: &str) -> Vec<SharedSummary> {
        let question = shared(trainer, trainer);
        match self.ask(question) {
            Ok(SharingAnswer::SharedWithTrainer { summaries }) => summaries,
            other => panic!("{other:?}"),
        }
    }

    fn names_seen_by(&mut self, trainer: &str) -> Vec<String> {
        self.seen_by(trainer).into_iter().map(|share| share.name).collect()
    }

    fn shares_of(&mut self, name: &str) -> Vec<OwnShare> {
        match self.ask_own(name, OwnQuestion::Shares) {
            Ok(SharingAnswer::Shares { shares, .. }) => shares,
            other => panic!("{other:?}"),
        }
    }

    /// How often a trainer stands in a person's own log.
    fn times_in_log(&mut self, name: &str, trainer: &str) -> usize {
        match self.ask_own(name, OwnQuestion::Seen) {
            Ok(SharingAnswer::Seen { entries }) => {
                entries.iter().filter(|entry| entry.who == Who::Trainer(trainer.into())).count()
            }
            other => panic!("{other:?}"),
        }
    }

    fn rows(&self) -> i64 {
        self.store.connection.query_row("SELECT count(*) FROM share", [], |row| row.get(0)).expect("counted")
    }

    fn pages(&self) -> Vec<u8> {
        raw_pages(&self.place.data_dir())
    }
}

/// The bytes of a share as it is sealed.
fn sealed_bytes(store: &Store) -> Vec<u8> {
    store.connection.query_row("SELECT substr(summary, 1, 64) FROM share", [], |row| row.get(0)).expect("a share")
}

#[test]
fn the_trainer_sees_what_was_shared_and_the_person_sees_that_they_did() {
    let mut counter = Counter::new();
    counter.share("Aino", "tuula ", 14).expect("shared");
    let seen = counter.seen_by("Tuula");
    let windows: Vec<Value> = seen[0].windows.iter().map(|window| json!(window)).collect();
    let line = json!({"signal": "smile.all", "known_in": 12, "shown_in": 3, "median": FIGURE});
    assert_eq!(seen[0].name, "Aino");
    assert_eq!(windows[0], json!({"kind": "shift", "from": "2026-03-04", "lines": [line]}), "and nothing of nods");
    assert_eq!(windows.len(), 3);
    assert_eq!(counter.times_in_log("Aino", "Tuula"), 1);
    counter.seen_by("Tuula");
    let shares = counter.shares_of("Aino");
    assert_eq!((shares.len(), shares[0].trainer.as_str(), shares[0].seen, shares[0].closed), (1, "Tuula", 2, false));
    assert_eq!(shares[0].windows, seen[0].windows, "what they shared is theirs to see");
    assert_eq!((counter.shares_of("Eero").len(), counter.times_in_log("Eero", "Tuula")), (0, 0));
}

#[test]
fn nobody_sees_what_is_not_shared_with_them() {
    let mut counter = Counter::new();
    counter.share("Aino", "Tuula", 14).expect("shared");
    counter.share("Eero", "Teppo", 14).expect("shared");
    assert_eq!(counter.names_seen_by("Tuula"), ["Aino"]);
    assert_eq!(counter.names_seen_by("Teppo"), ["Eero"]);
    let with_anothers_secret = shared("Tuula", "Teppo");
    assert!(counter.ask(with_anothers_secret).expect_err("not hers").contains("not the secret"));
    let of_another = SharingQuestion::Shared { proof: Proof::secret("Tuula", text("Tuula")), of: Some("Eero".into()) };
    assert_eq!(counter.ask(of_another), Ok(SharingAnswer::SharedWithTrainer { summaries: Vec::new() }));
    // Whoever moves the row to another trainer's key, or a key to another name, opens nothing.
    counter.store.connection.execute_batch(
        "UPDATE trainer SET wrapped_key = (SELECT wrapped_key FROM trainer WHERE name = 'Tuula') WHERE name = 'Teppo'",
    ).expect("moved");
    let moved = shared("Teppo", "Tuula");
    assert!(counter.ask(moved).expect_err("bound to its name").contains("not the secret"));
}

#[test]
fn root_with_the_database_key_finds_no_figure_and_not_with_whom() {
    let mut counter = Counter::new();
    counter.share("Aino", "Tuula", 14).expect("shared");
    let pages = counter.pages();
    assert!(has(&pages, &sealed_bytes(&counter.store)), "the search does find what is there");
    for told in ["\"median\":0.83", "smile.all", "known_in"] {
        assert!(!has(&pages, told.as_bytes()), "{told}");
    }
    counter.share("Eero", "Teppo", 14).expect("shared");
    let forms = "SELECT length(own), length(summary) FROM share";
    let mut rows = counter.store.connection.prepare(forms).expect("sql");
    let forms: Vec<(i64, i64)> = rows
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("read");
    assert!(
        forms[0] == forms[1] && forms[0].0 == forms[0].1,
        "{forms:?}: of one length, whoever shares what with whom"
    );
    // The row says whose it is, and which trainer it is for stands nowhere beside it.
    let columns: Vec<String> = {
        let mut rows = counter.store.connection.prepare("SELECT name FROM pragma_table_info('share')").expect("sql");
        rows.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("read")
    };
    assert_eq!(columns, ["id", "person", "expires_at", "lives_until_ms", "own", "summary"]);
}

#[test]
fn the_largest_share_is_as_long_as_the_smallest() {
    use crate::signals::SignalKey;
    use crate::summary::{SharedLine, SharedWindow, WindowKind};
    let window = |lines: &[SignalKey]| {
        let line = |signal: &SignalKey| SharedLine {
            signal: *signal,
            known_in: u32::MAX,
            shown_in: Some(u32::MAX),
            median: Some(-123_456.789_012_345_6),
        };
        let lines = lines.iter().map(line).collect();
        SharedWindow { kind: WindowKind::FourWeeks, from: jiff::civil::date(2026, 3, 2), lines }
    };
    let key = crate::vault::OpeningKey::generate().sealing_key();
    let lengths = [&SignalKey::ALL[..1], SignalKey::ALL].map(|signals| {
        let summary = SharedSummary {
            name: "ä".repeat(64),
            shared_at: Timestamp::MAX,
            until: Timestamp::MAX,
            windows: vec![window(signals); 3],
        };
        let subject = LogSubject([255; 16]);
        key.seal_share(&json(&Sealed { summary, subject }).expect("JSON")).expect("sealed").len()
    });
    assert_eq!(lengths[0], lengths[1]);
}

#[test]
fn taken_back_is_gone_at_once_and_from_every_page() {
    let mut counter = Counter::new();
    counter.share("Aino", "Tuula", 14).expect("shared");
    let sealed = sealed_bytes(&counter.store);
    assert_eq!(counter.unshare("Aino", None), 1);
    assert_eq!(counter.rows(), 0);
    assert!(!has(&counter.pages(), &sealed), "overwritten, in the write-ahead log too");
    assert_eq!(counter.seen_by("Tuula"), []);
    assert_eq!(counter.times_in_log("Aino", "Tuula"), 0);
    assert_eq!(counter.unshare("Aino", None), 0);
    for trainer in ["Tuula", "Teppo"] {
        counter.share("Aino", trainer, 14).expect("shared");
    }
    assert_eq!(counter.unshare("Aino", Some("TUULA")), 1);
    assert_eq!((counter.names_seen_by("Tuula").len(), counter.names_seen_by("Teppo").len()), (0, 1));
}

#[test]
fn a_share_ends_with_its_days_and_with_the_clock() {
    // It lasts to the end of a day, so two days are more than enough. The clock runs; it is set forward; it is set back while the program runs; it is set back in between.
    for (run_ms, jump_ms, in_between) in
        [(2 * DAY_MS, 0, false), (0, 2 * DAY_MS, false), (0, -DAY_MS, false), (0, -DAY_MS, true)]
    {
        let mut counter = Counter::new();
        counter.share("Aino", "Tuula", 1).expect("shared");
        counter.clock.advance_ms(1000);
        assert_eq!(counter.names_seen_by("Tuula"), ["Aino"]);
        counter.clock.advance_ms(run_ms.unsigned_abs());
        counter.clock.jump_ms(jump_ms);
        assert_eq!(counter.names_seen_by("Tuula"), [""; 0], "{run_ms} {jump_ms}: before the job");
        let since = (!in_between).then_some(counter.clock.monotonic_ms());
        counter.store.retain(&keeping(), counter.clock.now(), since).expect("retained");
        assert_eq!(counter.rows(), 0, "{run_ms} {jump_ms}");
    }
    // Its days pass by the monotonic clock, while the other one is held where it is by an hour at a time.
    let mut counter = Counter::new();
    counter.share("Aino", "Tuula", 1).expect("shared");
    for _ in 0..14 * 24 {
        counter.clock.advance_ms(10 * 60 * 1000);
        counter.clock.jump_ms(-9 * 60 * 1000);
        counter.store.retain(&keeping(), counter.clock.now(), Some(10 * 60 * 1000)).expect("retained");
    }
    assert_eq!((counter.rows(), counter.shares_of("Aino").len()), (0, 0));
}

#[test]
fn shared_again_replaces_and_tells_of_nobody_else() {
    let mut counter = Counter::new();
    counter.share("Aino", "Tuula", 14).expect("shared");
    let before = counter.seen_by("Tuula");
    // One transaction more of another person changes nothing of what was shared, now or anew.
    counter.clock.advance_ms(1000);
    counter.work("Eero", 1, 0.5);
    assert_eq!(counter.seen_by("Tuula"), before);
    counter.unshare("Aino", None);
    counter.share("Aino", "Tuula", 14).expect("shared again");
    let lines = |shares: &[SharedSummary]| shares[0].windows.clone();
    let again = counter.seen_by("Tuula");
    assert_eq!(lines(&again), lines(&before));
    // One of their own shows once they share anew, and not before.
    counter.clock.advance_ms(1000);
    counter.work("Aino", 1, 0.5);
    assert_eq!(counter.seen_by("Tuula"), again);
    counter.share("Aino", "Tuula", 14).expect("shared anew");
    let anew = counter.seen_by("Tuula");
    assert_eq!((counter.rows(), anew.len()), (1, 1), "in the place of the earlier one");
    assert_eq!(lines(&anew)[1].lines[0].known_in, 13);
    // Another person shares, withdraws or is erased: nothing moves.
    counter.share("Eero", "Teppo", 14).expect("shared");
    counter.store.erase("Eero").expect("erased");
    assert_eq!(counter.seen_by("Tuula"), anew);
}

#[test]
fn a_trainer_who_is_named_no_longer_sees_nothing_any_more() {
    let mut counter = Counter::new();
    counter.share("Aino", "Tuula", 14).expect("shared");
    let shared = || shared("Tuula", "Tuula");
    counter.rules.sharing.trainers.retain(|name| name != "Tuula");
    assert!(counter.ask(shared()).expect_err("not named").contains("not a trainer here"));
    counter.store.keep_trainers(&counter.rules.sharing.trainers).expect("kept");
    counter.rules.sharing.trainers.push("Tuula".into());
    assert!(counter.ask(shared()).expect_err("the key is gone").contains("no secret yet"));
    counter.trainer("Tuula");
    assert_eq!(counter.seen_by("Tuula"), [], "nor with a new key");
    assert!(counter.shares_of("Aino")[0].closed, "and the person is told so");
    assert_eq!(counter.unshare("Aino", Some("Tuula")), 1);
}

#[test]
fn line_managers_personnel_and_strangers_are_refused_in_plain_words() {
    let mut counter = Counter::new();
    for (with, told) in [
        ("Martti", "Martti is a line manager or of personnel: nobody can share their summary with them"),
        (" martti", "martti is a line manager or of personnel"),
        ("Eero", "Eero is not a trainer here"),
        ("", " is not a trainer here"),
    ] {
        assert!(counter.share("Aino", with, 14).expect_err("refused").starts_with(told), "{with}");
        assert!(counter.ask(SharingQuestion::InviteTrainer { trainer: with.into() }).is_err());
        let shared = shared(with, "Aino");
        assert!(counter.ask(shared).is_err());
    }
    // Named a line manager later, although they have a key.
    counter.share("Aino", "Tuula", 14).expect("shared");
    counter.rules.sharing.never.push("tuula".into());
    assert!(counter.share("Aino", "Tuula", 14).expect_err("refused").contains("line manager"));
    let shared = shared("Tuula", "Tuula");
    assert!(counter.ask(shared).expect_err("refused").contains("line manager"));
    assert_eq!(counter.unshare("Aino", Some("Tuula")), 1, "and it can be taken back");
}

#[test]
fn days_have_limits_and_without_anything_observed_there_is_nothing_to_share() {
    let mut counter = Counter::new();
    for days in [0, 91, u32::MAX] {
        assert_eq!(counter.share("Aino", "Tuula", days).expect_err("refused"), "a share lasts 1 to 90 days");
    }
    take_in(&mut counter.store, "Helena", counter.clock.now());
    assert!(counter.share("Helena", "Tuula", 14).expect_err("nothing").contains("nothing to share"));
    let wrong = Question::own("Aino", text("Eero"), OwnQuestion::Share { with: "Tuula".into(), days: 14 });
    assert!(counter.put(&wrong).is_err());
    assert_eq!(counter.rows(), 0);
}

#[test]
fn wrong_secrets_of_trainers_are_slowed() {
    let mut counter = Counter::new();
    let shared = |secret: &str| shared("Tuula", secret);
    for _ in 0..5 {
        assert!(counter.ask(shared("nobody")).expect_err("wrong").contains("not the secret"));
    }
    assert!(counter.ask(shared("Tuula")).expect_err("even the right one waits").contains("try again in 30 s"));
    counter.clock.advance_ms(30_000);
    counter.ask(shared("Tuula")).expect("after the wait");
}

#[test]
fn nothing_is_shown_to_a_trainer_that_could_not_be_logged() {
    let mut counter = Counter::new();
    counter.share("Aino", "Tuula", 14).expect("shared");
    let fails = "CREATE TEMP TRIGGER full BEFORE INSERT ON access_log BEGIN SELECT raise(ABORT, 'full'); END";
    counter.store.connection.execute_batch(fails).expect("set");
    let shared = shared("Tuula", "Tuula");
    assert!(counter.ask(shared).expect_err("not logged").contains("full"));
}

#[test]
fn who_withdraws_or_is_erased_shares_nothing_any_more() {
    let mut counter = Counter::new();
    for name in ["Aino", "Eero"] {
        counter.share(name, "Tuula", 14).expect("shared");
    }
    counter.seen_by("Tuula");
    let now = counter.clock.now();
    let aino = counter.store.sign_in("Aino", &secret_of("Aino"), now).expect("her own");
    let seed = String::from(aino.subject().clone());
    let logged = aino.subject().seen_by(&Who::Trainer("Tuula".into()));
    let receipt = counter.store.withdraw(&aino).expect("withdrawn");
    assert_eq!(receipt, Receipt { records: 1, summaries: 1, shifts: 1, shares: 1, rewritten: true });
    assert_eq!(counter.names_seen_by("Tuula"), ["Eero"]);
    assert_eq!(counter.store.erase("Eero").expect("erased").shares, 1);
    assert_eq!((counter.seen_by("Tuula").len(), counter.rows()), (0, 0));
    let pages = counter.pages();
    assert!(has(&pages, &logged.0), "the entry stays in the log");
    assert!(!has(&pages, seed.as_bytes()), "and what led from it to her does not");
}
