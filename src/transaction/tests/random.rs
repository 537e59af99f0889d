//! Promises that hold for any till events and any presence.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
struct Play {
    events: Vec<TillEvent>,
    presence: Vec<(u64, Option<bool>)>,
}

fn play() -> impl Strategy<Value = Play> {
    let kinds = prop_oneof![
        3 => Just(TillEventKind::Opened),
        3 => Just(TillEventKind::Payment),
        3 => Just(TillEventKind::Closed),
        1 => Just(TillEventKind::Voided),
    ];
    let events = prop::collection::vec((0..120u64, kinds, prop::option::weighted(0.5, 0..9u8)), 0..25);
    let stays = prop::collection::vec((1..15_000u64, prop::option::weighted(0.9, any::<bool>())), 0..15);
    (events, stays).prop_map(|(events, stays)| {
        let named = |(s, kind, id): (u64, TillEventKind, Option<u8>)| TillEvent {
            id: id.map(|id| format!("{id}")),
            ..event(kind, s * 1_000)
        };
        let mut t_ms = 0;
        let mut presence = Vec::new();
        for (length_ms, present) in stays {
            for _ in 0..length_ms / 333 {
                t_ms += 333;
                presence.push((t_ms, present));
            }
            t_ms += length_ms % 3_000;
        }
        // One id, one event: what differs under the same id is a till's own fault and decided by who comes first.
        let mut seen = std::collections::BTreeSet::new();
        let events =
            events.into_iter().map(named).filter(|event| event.id.as_ref().is_none_or(|id| seen.insert(id.clone())));
        Play { events: events.collect(), presence }
    })
}

/// Gives the events in their order, each at latest when presence reaches its time plus `late_ms`.
fn perform(play: &Play, lateness_ms: u64, late_ms: u64) -> Vec<Transaction> {
    let mut register = Register::new("1", lateness_ms);
    let mut transactions = Vec::new();
    let mut given = vec![false; play.events.len()];
    for (t_ms, present) in &play.presence {
        for (event, given) in play.events.iter().zip(&mut given) {
            if !*given && event.t_ms + late_ms <= *t_ms {
                *given = true;
                register.till(event);
            }
        }
        register.observe(*t_ms, *present);
        register.check_invariants().unwrap();
        let needs_from_ms = register.needs_from_ms();
        let finished = register.take_finished();
        for transaction in &finished {
            assert!(needs_from_ms <= transaction.arrived_ms.unwrap_or(u64::MAX).min(transaction.starts_ms()));
        }
        transactions.extend(finished);
    }
    for (event, given) in play.events.iter().zip(given) {
        if !given {
            register.till(event);
        }
    }
    register.finish(200_000);
    register.check_invariants().unwrap();
    transactions.extend(register.take_finished());
    transactions
}

proptest! {
    #[test]
    fn never_two_at_once_and_always_in_order(play in play(), late_ms in 0..90_000u64) {
        let transactions = perform(&play, 30_000, late_ms);
        let mut previous_ms = 0;
        for transaction in &transactions {
            transaction.check_invariants().unwrap();
            prop_assert!(previous_ms <= transaction.starts_ms(), "{:?}", draw(&transactions));
            previous_ms = transaction.ended_ms;
        }
    }

    #[test]
    fn late_events_in_any_order_change_nothing(play in play(), late_ms in 0..30_000u64, seed in any::<u64>()) {
        let in_time = perform(&play, 0, 0);
        let mut shuffled = play.clone();
        shuffled.events.sort_by_key(|event| (event.t_ms ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        // A frame may be up to 3.3 s after the one before; an event is given only with a frame.
        prop_assert_eq!(draw(&in_time), draw(&perform(&shuffled, 40_000, late_ms)));
    }

    #[test]
    fn duplicates_change_nothing(play in play(), again in prop::collection::vec(any::<prop::sample::Index>(), 0..10)) {
        let mut doubled = play.clone();
        if !play.events.is_empty() {
            doubled.events.extend(again.iter().map(|index| index.get(&play.events).clone()));
        }
        prop_assert_eq!(draw(&perform(&play, 10_000, 0)), draw(&perform(&doubled, 10_000, 0)));
    }

    #[test]
    fn moments_cover_a_transaction_without_overlap(play in play()) {
        for transaction in perform(&play, 0, 0) {
            let moments = Moments::of(&transaction);
            let mut reached_ms = transaction.starts_ms();
            for piece in moments.pieces() {
                prop_assert_eq!(piece.from_ms, reached_ms);
                prop_assert!(piece.from_ms < piece.to_ms);
                reached_ms = piece.to_ms;
            }
            prop_assert_eq!(reached_ms, transaction.ended_ms);
            for paid_ms in &transaction.payments_ms {
                prop_assert!(
                    moments.stretches(Moment::Payment).iter().any(|(from_ms, to_ms)| (*from_ms..=*to_ms).contains(paid_ms))
                        || transaction.starts_ms() == transaction.ended_ms
                );
            }
        }
    }
}
