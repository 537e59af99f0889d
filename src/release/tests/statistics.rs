//! Shares of one transaction, and cells.

use jiff::civil::date;

use super::super::*;
use crate::signals::tests::{served, timeline};
use crate::signals::{Reason, Signals};
use crate::summary::TransactionRecord;
use crate::transaction::Transaction;

fn share(statistic: Statistic, record: &TransactionRecord) -> Option<u16> {
    statistic.of_record(record).map(ClippedShare::parts)
}

#[test]
fn every_statistic_is_a_share_of_its_signal() {
    let paid = || Transaction { payments_ms: vec![9_000], ..served(20) };
    let seen = TransactionRecord::measure(paid(), &timeline("40S 160L"));
    assert_eq!(share(Statistic::LookedAt, &seen), Some(10_000));
    assert_eq!(share(Statistic::GreetingSmile, &seen), Some(10_000));
    assert_eq!(share(Statistic::GreetingLook, &seen), Some(10_000));
    assert_eq!(share(Statistic::ServiceLook, &seen), Some(10_000));
    assert_eq!(share(Statistic::PaymentLook, &seen), Some(10_000));
    assert_eq!(share(Statistic::FarewellSmile, &seen), Some(0));
    assert_eq!(share(Statistic::FarewellLook, &seen), Some(10_000));
    assert_eq!(share(Statistic::NoPhone, &seen), Some(10_000));
    let away = TransactionRecord::measure(paid(), &timeline("100- 100p"));
    assert_eq!(share(Statistic::LookedAt, &away), Some(0));
    assert_eq!(share(Statistic::NoPhone, &away), Some(0));
}

#[test]
fn what_is_not_known_not_chosen_or_cancelled_is_not_counted() {
    let seen = TransactionRecord::measure(served(20), &timeline("200S"));
    assert!(seen.signals.figures().len() > 1);
    let cancelled = TransactionRecord { transaction: Transaction { voided: true, ..served(20) }, ..seen.clone() };
    let unknown = TransactionRecord { signals: Signals::unknown(Reason::NoFace), ..seen.clone() };
    for statistic in Statistic::ALL {
        assert_eq!(share(*statistic, &cancelled), None, "{}", statistic.as_str());
        assert_eq!(share(*statistic, &unknown), None, "{}", statistic.as_str());
        let off = TransactionRecord { signals: seen.signals.only(|key| key != statistic.signal()), ..seen.clone() };
        assert_eq!(share(*statistic, &off), None, "{}", statistic.as_str());
    }
}

#[test]
fn keys_read_back() {
    for statistic in Statistic::ALL {
        assert_eq!(Statistic::from_key(statistic.as_str()), Some(*statistic));
        assert_eq!(serde_json::to_value(statistic).expect("written"), statistic.as_str());
    }
}

#[test]
fn every_hour_of_every_day_has_one_cell_of_its_kind() {
    for cells in [Cells::Weekday, Cells::Hours] {
        let mut seen = vec![0; cells.count()];
        for day in 2..9 {
            for hour in 0..24 {
                seen[cells.of(date(2026, 3, day).at(hour, 30, 0, 0)).expect("a cell")] += 1;
            }
        }
        assert!(seen.iter().all(|hours| *hours == 7 * 24 / cells.count()), "{seen:?}");
    }
    assert_eq!(Cells::None.of(date(2026, 3, 2).at(8, 0, 0, 0)), None);
    assert_eq!(Cells::Weekday.name(Cells::Weekday.of(date(2026, 3, 2).at(8, 0, 0, 0)).expect("a day")), "Monday");
    assert_eq!(Cells::Hours.name(7), "21:00 to 24:00");
}
