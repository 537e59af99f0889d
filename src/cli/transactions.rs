//! A person's own transactions at the terminal: listed, and left out.

use clap::Args;
use hymy::clock::Clock;
use hymy::control::{OwnQuestion, Question};
use hymy::store::OwnTransaction;
use hymy::summary::LeftOut;
use jiff::civil::{DateTime, Time};
use jiff::{Timestamp, ToSpan};

use super::WrongUsage;
use super::secrets::secret;
use super::staff::StoreOf;

/// One of a person's own transactions.
#[derive(Debug, Args)]
pub struct OneOfTheirs {
    /// Their name.
    #[arg(value_name = "PERSON")]
    name: String,
    /// A time at which it was going on, as `hymy staff transactions` lists it; the latest transaction unless told.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    #[command(flatten)]
    pub store: StoreOf,
}

impl OneOfTheirs {
    /// What to ask, once the person has typed their secret.
    pub fn question(self, left_out: LeftOut, clock: &dyn Clock) -> anyhow::Result<Question> {
        let at = self.at.map(|typed| time(&typed, clock)).transpose()?;
        Ok(Question::own(&self.name, secret("Your secret")?, OwnQuestion::LeaveOut { left_out, at }))
    }
}

/// A local time; without a date, the latest such time.
fn time(typed: &str, clock: &dyn Clock) -> Result<Timestamp, WrongUsage> {
    let (now, zone) = (clock.now(), clock.time_zone());
    let there = |local: DateTime| local.to_zoned(zone.clone()).map(|zoned| zoned.timestamp()).ok();
    // A date and time would be taken for a time as well.
    let found = match (typed.parse::<DateTime>(), typed.parse::<Time>()) {
        (Ok(local), _) => there(local),
        (_, Ok(time)) => {
            let today = now.to_zoned(zone.clone()).date();
            let on = |date: jiff::civil::Date| there(date.to_datetime(time));
            on(today).filter(|at| *at <= now).or_else(|| today.checked_sub(1.day()).ok().and_then(on))
        }
        _ => None,
    };
    found
        .ok_or_else(|| WrongUsage(format!("--at {typed}: must be a time such as 14:05:30, or \"2026-03-04 14:05:30\"")))
}

/// A list of one's own transactions.
pub fn listed(transactions: &[OwnTransaction], clock: &dyn Clock) -> String {
    if transactions.is_empty() {
        return "no transactions of the last days".to_owned();
    }
    let zone = clock.time_zone();
    let local = |at: Timestamp| at.to_zoned(zone.clone()).datetime();
    let line = |one: &OwnTransaction| {
        let (opened, closed) = (local(one.opened_at), local(one.closed_at).time());
        let released = if one.can_be_left_out { "" } else { "  released: can no longer be left out" };
        let format = "%Y-%m-%d %H:%M:%S";
        let (opened, closed) = (opened.strftime(format), closed.strftime("%H:%M:%S"));
        format!("{opened} to {closed}  register {}{released}", one.register)
    };
    transactions.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// That a transaction is left out.
pub fn left_out(opened_at: Timestamp, clock: &dyn Clock) -> String {
    let opened = opened_at.to_zoned(clock.time_zone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    format!("done, for the transaction of {opened}; nobody else can see it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hymy::clock::ManualClock;

    fn clock() -> ManualClock {
        ManualClock::at("2026-03-04T00:10:00Z".parse().expect("a time"))
    }

    #[test]
    fn a_time_is_taken_as_it_is_listed() {
        let clock = clock();
        let of = |typed: &str| time(typed, &clock).map(|at| at.to_string()).map_err(|error| error.to_string());
        assert_eq!(of("00:05:30").as_deref(), Ok("2026-03-04T00:05:30Z"));
        assert_eq!(of("23:50").as_deref(), Ok("2026-03-03T23:50:00Z"), "yesterday's");
        assert_eq!(of("2026-02-28 14:05:30").as_deref(), Ok("2026-02-28T14:05:30Z"));
        assert!(of("noon").expect_err("no time").contains("14:05:30"));
    }

    #[test]
    fn transactions_are_listed_without_a_figure() {
        let at = |text: &str| text.parse().expect("a time");
        let one = |opened: &str, can_be_left_out| OwnTransaction {
            opened_at: at(opened),
            closed_at: at("2026-03-03T23:51:10.9Z"),
            register: "1".to_owned(),
            can_be_left_out,
        };
        let listed = listed(&[one("2026-03-03T23:50:05.4Z", false), one("2026-03-03T23:51:00Z", true)], &clock());
        assert_eq!(
            listed,
            "2026-03-03 23:50:05 to 23:51:10  register 1  released: can no longer be left out\n\
             2026-03-03 23:51:00 to 23:51:10  register 1"
        );
    }
}
