//! Windows in a running kiosk, and what a person leaves out while it runs.

use super::shifts::Still;
use super::*;
use crate::release::{Books, Plan, PlanSettings, Statistic, WindowId};
use crate::signals::{Reason, Signals};
use crate::store::{OwnWindow, Unsettled};
use crate::summary::LeftOut;
use crate::terms::ReleaseTerms;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// One statistic, of people with one transaction at least.
fn releasing() -> Terms {
    let settings = PlanSettings { transactions_floor: 1, ..PlanSettings::of(&[Statistic::GreetingSmile]) };
    let release = Some(ReleaseTerms { plan: Plan::new(settings).expect("a plan"), window_days: 7 });
    Terms { release, ..Terms::under(AGREEMENT) }
}

fn leave_out(left_out: LeftOut) -> Question {
    Question::own("Aino", SecretText::new("Aino's own secret"), OwnQuestion::LeaveOut { left_out, at: None })
}

impl Place {
    /// With a window that is open, and that Aino may contribute to.
    async fn in_a_window() -> Self {
        let place = Self::under(releasing());
        place.run(None).stopped().await;
        place.clock.advance_ms(DAY_MS);
        place
    }

    fn rows(&self) -> Vec<String> {
        let rows = self.store().contributions(WindowId(1)).expect("read");
        rows.iter().map(|row| serde_json::to_string(row).expect("JSON")).collect()
    }

    fn own_windows(&self) -> Vec<OwnWindow> {
        let mut store = self.store();
        let aino = store.sign_in("Aino", &secret_of("Aino"), self.clock.now()).expect("her own secret");
        store.own_windows(&aino).expect("opened")
    }

    /// Transactions of Aino's that are counted, and what is contributed of them.
    fn counted(&self) -> (u32, Option<f64>) {
        let windows = self.own_windows();
        windows.first().map_or((0, None), |window| (window.figures[0].transactions, window.figures[0].contributed))
    }

    fn unsettled(&self) -> Vec<Unsettled> {
        let mut store = self.store();
        let aino = store.sign_in("Aino", &secret_of("Aino"), self.clock.now()).expect("her own secret");
        store.open_tallies(&aino, &jiff::tz::TimeZone::UTC).expect("opened").unsettled().to_vec()
    }

    fn left_out(&self) -> Vec<bool> {
        let off = Signals::unknown(Reason::SignalOff);
        self.records("Aino").iter().map(|record| record.signals == off).collect()
    }
}

impl Running {
    /// A customer served and watched; what is reported is settled only at the end of the shift, or after five minutes.
    async fn served(&self, from_ms: u64) {
        assert_eq!(self.report("1", TillEventKind::Opened).await, TillAnswer::Accepted);
        self.watch(from_ms, 100, true).await;
        assert_eq!(self.report("1", TillEventKind::Closed).await, TillAnswer::Accepted);
        self.watch(from_ms + 10_000, 50, false).await;
    }

    /// Lets the last transaction be settled and written, and opens the camera again.
    async fn settled(&self) {
        self.clock.advance_ms(400_000);
        let proof = || Proof::secret("Aino", SecretText::new("Aino's own secret"));
        // Time passes for the register with this, and what is decided by then is written before the next is answered.
        assert_eq!(self.kiosk.question(Question::PhoneForWork { proof: proof() }).await, Answer::NotedForWork);
        // Nobody was seen in that time.
        assert_eq!(self.kiosk.question(Question::Pause { name: None }).await, Answer::Paused);
        assert_eq!(self.kiosk.question(Question::Resume { proof: proof() }).await, Answer::Resumed);
        self.tell(VisionEvent::Opening { run: 1 }).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_are_announced_and_released_without_a_shift_at_the_start_and_every_hour() {
    let place = Place::under(releasing());
    let mut kiosk = Still::begun(&place, &[]);
    for _ in 0..20 {
        kiosk.passes(DAY_MS);
        let Answer::Releases { windows } = kiosk.ask(Question::Releases) else { panic!("refused") };
        if !windows.is_empty() {
            break;
        }
    }
    drop(kiosk);
    let windows = place.store().windows().expect("read");
    assert_eq!(windows.len(), 2, "the next one was announced a day before the first closed");
    assert_eq!(windows[0].closes, windows[1].opens);
    assert!(place.store().release(WindowId(1)).expect("read").is_some());
    let first = place.store().released(9).expect("read");
    place.run(None).stopped().await;
    assert_eq!(place.store().released(9).expect("read"), first, "read ever after");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_contributed_is_stored_at_sign_out_and_gone_with_a_withdrawal() {
    let place = Place::in_a_window().await;
    let running = place.run(Some("Aino"));
    running.served(0).await;
    running.served(15_000).await;
    running.settled().await;
    running.stopped().await;
    assert_eq!(place.counted(), (2, Some(1.0)));
    assert_eq!(place.rows(), ["[100]"]);
    // Switched off by the configuration, without a shift: nothing is left to release, and nothing is released.
    let place = Place { terms: Terms::under(AGREEMENT), ..place };
    place.run(None).stopped().await;
    assert!(place.rows().is_empty());
    place.clock.advance_ms(30 * DAY_MS);
    place.run(None).stopped().await;
    assert_eq!(place.store().windows().expect("read").len(), 1);
    assert_eq!(place.store().released(9).expect("read"), []);
    place.clock.jump_ms(-30 * DAY_MS as i64);
    // Switched on again: stored anew as she signs in.
    let place = Place { terms: releasing(), ..place };
    let running = place.run(Some("Aino"));
    let withdraw = Question::own("Aino", SecretText::new("Aino's own secret"), OwnQuestion::Withdraw);
    let copy = running.copied(&place);
    assert_eq!(copy.rows(), ["[100]"]);
    assert!(matches!(running.kiosk.question(withdraw).await, Answer::Erased { .. }));
    running.stopped().await;
    assert!(place.rows().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_waits_for_late_events_can_be_left_out_also_across_a_crash() {
    for crash in [false, true] {
        let place = Place::in_a_window().await;
        let running = place.run(Some("Aino"));
        running.served(0).await;
        running.served(15_000).await;
        let served_at = running.clock.now() - jiff::SignedDuration::from_secs(15);
        let Answer::LeftOut { opened_at } = running.kiosk.question(leave_out(LeftOut::Whole)).await else {
            panic!("refused")
        };
        assert!(served_at.duration_since(opened_at).abs() < jiff::SignedDuration::from_secs(1), "{opened_at}");
        let place = if crash {
            let place = running.crashed(&place).await;
            assert_eq!(place.unsettled().len(), 1, "sealed, until the shift is settled");
            let running = place.run(Some("Aino"));
            running.clock.advance_ms(10_000);
            running.stopped().await;
            place
        } else {
            running.served(30_000).await;
            running.stopped().await;
            place
        };
        let expected: &[bool] = if crash { &[false, true] } else { &[false, true, false] };
        assert_eq!(place.left_out(), expected);
        assert!(place.unsettled().is_empty());
        assert_eq!(place.summary("Aino", WindowKind::Shift), Summary::of(&place.records("Aino")));
        if !crash {
            assert_eq!(place.counted(), (2, Some(1.0)));
            assert_eq!(place.rows(), ["[100]"]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_before_a_crash_holds_when_somebody_else_s_start_settles_the_shift() {
    let place = Place::in_a_window().await;
    let running = place.run(Some("Aino"));
    running.served(0).await;
    assert!(matches!(running.kiosk.question(leave_out(LeftOut::Whole)).await, Answer::LeftOut { .. }));
    let place = running.crashed(&place).await;
    place.run(Some("Eero")).stopped().await;
    assert_eq!(place.records("Aino").len(), 1);
    assert!(place.unsettled().is_empty(), "applied as she signs in");
    assert_eq!(place.left_out(), [true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settled_transaction_of_the_shift_that_is_on_leaves_its_memory_too() {
    let place = Place::in_a_window().await;
    let running = place.run(Some("Aino"));
    running.served(0).await;
    running.settled().await;
    let mut opened = Vec::new();
    for left_out in [LeftOut::Smile, LeftOut::Whole, LeftOut::Whole] {
        match running.kiosk.question(leave_out(left_out)).await {
            Answer::LeftOut { opened_at } => opened.push(opened_at),
            other => panic!("{other:?}"),
        }
    }
    assert!(opened.windows(2).all(|pair| pair[0] == pair[1]), "{opened:?}");
    // What follows is added to what is left, not to what was there.
    running.served(500_000).await;
    running.stopped().await;
    assert_eq!(place.left_out(), [true, false]);
    assert_eq!(place.counted().0, 1);
    let summary = place.summary("Aino", WindowKind::Shift);
    assert_eq!(summary, Summary::of(&place.records("Aino")));
    assert_eq!(summary.transactions, 2, "that somebody was served stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_left_out_during_a_shift_takes_nothing_more_of_it() {
    let place = Place::in_a_window().await;
    let running = place.run(Some("Aino"));
    running.served(0).await;
    running.settled().await;
    let question = Question::own("Aino", SecretText::new("Aino's own secret"), OwnQuestion::LeaveWindowsOut);
    assert_eq!(running.kiosk.question(question).await, Answer::WindowsLeftOut);
    running.served(500_000).await;
    running.stopped().await;
    assert_eq!(place.records("Aino").len(), 2);
    assert!(place.own_windows().is_empty() && place.rows().is_empty());
    assert_eq!(place.left_out(), [false, false], "her own summary keeps them");
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_out_takes_the_person_s_own_secret() {
    let place = Place::in_a_window().await;
    let running = place.run(Some("Aino"));
    running.served(0).await;
    for (name, secret) in [("Aino", "Eero's own secret"), ("Eero", "Aino's own secret")] {
        let secret = SecretText::new(secret);
        let question = Question::own(name, secret, OwnQuestion::LeaveOut { left_out: LeftOut::Whole, at: None });
        assert!(matches!(running.kiosk.question(question).await, Answer::Refused { .. }));
    }
    let secret = SecretText::new("Eero's own secret");
    let question = Question::own("Eero", secret, OwnQuestion::LeaveOut { left_out: LeftOut::Whole, at: None });
    let answer = running.kiosk.question(question).await;
    assert!(matches!(&answer, Answer::Refused { reason, .. } if reason.contains("you served nobody")), "{answer:?}");
    running.stopped().await;
    assert_eq!(place.left_out(), [false]);
}
