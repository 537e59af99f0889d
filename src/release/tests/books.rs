//! Once and never again: settling, beside crashes at every step.

use std::cell::Cell;

use super::super::*;
use super::{Memory, closes, four, one, person, plan, settles, window};

fn forty(plan: &Plan) -> Vec<Contribution> {
    (0..40).map(|index| person(plan, index * 2)).collect()
}

#[test]
fn a_window_is_released_once_and_read_ever_after() {
    let plan = plan(four());
    let window = window(plan.clone());
    let mut books = Memory::with(&window, &forty(&plan));
    let first = settle(&mut books, window.id, settles()).expect("released");
    assert!(books.rows.is_empty(), "nothing is left to compute from");
    for _ in 0..1_000 {
        assert_eq!(settle(&mut books, window.id, settles()).expect("read"), first);
    }
    // Not even with the clock put back, or with somebody's contribution put in by other means.
    books.rows.insert((window.id, ContributionId::random().expect("random bytes")), person(&plan, 100));
    assert_eq!(settle(&mut books, window.id, closes()).expect("read"), first);
}

#[test]
fn nothing_is_released_early_or_unannounced() {
    let window = window(one());
    let mut books = Memory::with(&window, &forty(&one()));
    assert!(matches!(settle(&mut books, window.id, closes()), Err(ReleaseError::NotYet(_))));
    assert!(matches!(settle(&mut books, WindowId(9), settles()), Err(ReleaseError::Unknown(_))));
    assert_eq!(books.rows.len(), 40);
}

#[test]
fn a_released_window_takes_nothing_and_forgetting_is_silent() {
    let window = window(one());
    let mut books = Memory::with(&window, &forty(&one()));
    let id = books.rows.keys().next().expect("a row").1;
    let first = settle(&mut books, window.id, settles()).expect("released");
    assert!(matches!(contribute(&mut books, window.id, id, &person(&one(), 3)), Err(ReleaseError::Released(_))));
    forget(&mut books, window.id, id).expect("nothing to do");
    forget(&mut books, WindowId(9), id).expect("nothing to do");
    assert_eq!(settle(&mut books, window.id, settles()).expect("read"), first);
}

/// Books of a machine that loses its power at one of its steps, before or after the step's effect.
struct Failing {
    durable: Memory,
    fails_at: usize,
    after_effect: bool,
    step: Cell<usize>,
}

#[derive(Debug, thiserror::Error)]
#[error("the power is gone")]
struct PowerIsGone;

impl Failing {
    /// Whether this step has its effect, and whether the caller lives to see it.
    fn step(&self) -> (bool, bool) {
        let step = self.step.replace(self.step.get() + 1);
        let fails = step == self.fails_at;
        (!fails || self.after_effect, !fails)
    }

    fn reading<T>(&self, read: impl FnOnce(&Memory) -> Result<T, std::convert::Infallible>) -> Result<T, PowerIsGone> {
        let (_, lives) = self.step();
        if lives { read(&self.durable).map_err(|never| match never {}) } else { Err(PowerIsGone) }
    }

    fn writing(
        &mut self,
        write: impl FnOnce(&mut Memory) -> Result<(), std::convert::Infallible>,
    ) -> Result<(), PowerIsGone> {
        let (effect, lives) = self.step();
        if effect {
            write(&mut self.durable).map_err(|never| match never {})?;
        }
        if lives { Ok(()) } else { Err(PowerIsGone) }
    }
}

impl Books for Failing {
    type Error = PowerIsGone;

    fn window(&self, window: WindowId) -> Result<Option<Window>, PowerIsGone> {
        self.reading(|books| books.window(window))
    }

    fn release(&self, window: WindowId) -> Result<Option<Release>, PowerIsGone> {
        self.reading(|books| books.release(window))
    }

    fn contributions(&self, window: WindowId) -> Result<Vec<Contribution>, PowerIsGone> {
        self.reading(|books| books.contributions(window))
    }

    fn keep(&mut self, release: &Release) -> Result<(), PowerIsGone> {
        self.writing(|books| books.keep(release))
    }

    fn put(&mut self, window: WindowId, id: ContributionId, row: Option<&Contribution>) -> Result<(), PowerIsGone> {
        self.writing(|books| books.put(window, id, row))
    }
}

/// Release, window, contributions, keep, release.
const STEPS: usize = 5;

#[test]
fn a_crash_at_any_step_releases_nothing_or_one_thing() {
    let plan = plan(four());
    let window = window(plan.clone());
    let start = Memory::with(&window, &forty(&plan));
    let mut crashes = 0;
    for fails_at in 0..STEPS {
        for after_effect in [false, true] {
            let mut books = Failing { durable: start.clone(), fails_at, after_effect, step: Cell::new(0) };
            let first = settle(&mut books, window.id, settles());
            crashes += usize::from(first.is_err());
            // Whatever happened, the contributions are there exactly as long as there is no release.
            let kept = books.durable.released.get(&window.id).cloned();
            assert_eq!(books.durable.rows.len(), if kept.is_some() { 0 } else { 40 });
            assert!(first.is_err() || first.ok() == kept, "what was told was kept before");
            let again = settle(&mut books.durable, window.id, settles()).expect("after the crash");
            assert!(kept.is_none_or(|kept| kept == again), "what was kept is what is told");
            assert!(books.durable.rows.is_empty());
        }
    }
    assert_eq!(crashes, 2 * STEPS, "each step is cut before and after its effect");
    let mut whole = Failing { durable: start, fails_at: STEPS, after_effect: false, step: Cell::new(0) };
    settle(&mut whole, window.id, settles()).expect("there are no more steps than these");
}

#[test]
fn of_two_who_settle_at_once_the_first_to_keep_wins() {
    let plan = plan(four());
    let window = window(plan.clone());
    let people = forty(&plan);
    let mut books = Memory::with(&window, &people);
    let slow = Release::compute(&window, &people).expect("computed");
    let first = settle(&mut books, window.id, settles()).expect("released");
    assert_ne!(slow, first, "two computations have different noise");
    books.keep(&slow).expect("nothing to do");
    assert_eq!(settle(&mut books, window.id, settles()).expect("read"), first);
}

#[test]
fn budgets_add_up_over_windows() {
    let first = window(plan(four()));
    let windows = [first.clone(), Window { id: WindowId(2), ..first }];
    assert_eq!(spent(&windows), Epsilon::from_thousandths(4_000));
    assert_eq!(spent([]), Epsilon::from_thousandths(0));
}
