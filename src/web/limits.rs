//! How often one address may ask for what costs something: beyond it the answer is 429, and the kiosk's task is not asked.
//!
//! In memory only, and by address only: nothing here knows a name. A till's events have no limit as long as its token is
//! right; a person's wrong codes are slowed by the store as well, wherever they come from.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::Method;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::connection::Connection;

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Area {
    /// Whatever takes somebody's code: trying one costs the kiosk a fifth of a second.
    Codes,
    /// Customers' answers.
    Answers,
    /// Every other change that a page asks for.
    Changes,
    /// What machines read.
    Reading,
    /// Wrong tokens, wherever they are presented.
    WrongTokens,
    /// Everything that other machines ask for: pages and what belongs to them.
    Elsewhere,
}

/// For each area how many requests may come at once, and how many a second after that. A person at a page, and a test
/// that clicks as fast as a browser does, stay well below.
const LIMITS: [(Area, u32, u32); 6] = [
    (Area::Codes, 30, 1),
    (Area::Answers, 20, 1),
    (Area::Changes, 60, 5),
    (Area::Reading, 60, 10),
    (Area::WrongTokens, 60, 5),
    (Area::Elsewhere, 300, 50),
];

/// So many addresses are kept before those that have not asked for a while are forgotten.
const ADDRESSES_KEPT: usize = 1_024;

/// Who asked how often.
pub struct Limits {
    areas: Vec<(Area, DefaultKeyedRateLimiter<IpAddr>)>,
    clock: DefaultClock,
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Limits")
    }
}

impl Default for Limits {
    fn default() -> Self {
        let limiter = |(area, at_once, a_second): (Area, u32, u32)| {
            let [at_once, a_second] =
                [at_once, a_second].map(|count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN));
            (area, RateLimiter::keyed(Quota::per_second(a_second).allow_burst(at_once)))
        };
        Self { areas: LIMITS.map(limiter).into(), clock: DefaultClock::default() }
    }
}

impl Limits {
    /// Counts a request in an area; otherwise how many seconds to wait.
    ///
    /// # Errors
    /// The seconds, at least one.
    pub fn count(&self, area: Area, who: Connection) -> Result<(), u64> {
        let Some((_, limiter)) = self.areas.iter().find(|(known, _)| *known == area) else { return Ok(()) };
        if limiter.len() > ADDRESSES_KEPT {
            limiter.retain_recent();
        }
        limiter.check_key(&who.counted_by()).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            wait.saturating_add(Duration::from_millis(999)).as_secs().max(1)
        })
    }

    /// Counts a request for a page or a change wherever it belongs.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn count_page(&self, method: &Method, path: &str, who: Connection) -> Result<(), u64> {
        if !who.is_local() && !is_api(path) {
            self.count(Area::Elsewhere, who)?;
        }
        area(method, path).map_or(Ok(()), |area| self.count(area, who))
    }
}

/// Interfaces for machines count for themselves: by their tokens.
fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Where a request is counted, if anywhere. What takes a code is named by how its address ends.
fn area(method: &Method, path: &str) -> Option<Area> {
    const CODES: [&str; 6] = ["/open", "/sign-in", "/resume", "/secret", "/withdraw", "/agree"];
    match path {
        _ if method != Method::POST || is_api(path) => None,
        "/customer" => Some(Area::Answers),
        _ if CODES.iter().any(|code| path.ends_with(code)) => Some(Area::Codes),
        _ => Some(Area::Changes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_a_code_is_counted_as_that() {
        for path in ["/me/open", "/trainer/open", "/setup/open", "/shift/sign-in", "/shift/resume", "/me/secret"] {
            assert_eq!(area(&Method::POST, path), Some(Area::Codes), "{path}");
        }
        assert_eq!(area(&Method::POST, "/shift/pause"), Some(Area::Changes));
        assert_eq!(area(&Method::POST, "/customer"), Some(Area::Answers));
        assert_eq!(area(&Method::POST, "/api/v1/till/events"), None, "a till may send what it has");
        assert_eq!(area(&Method::GET, "/state"), None);
    }

    #[test]
    fn an_address_that_asks_too_often_waits_and_no_other_does() {
        let limits = Limits::default();
        let who = |last| Connection { peer: IpAddr::from([10, 0, 0, last]), secure: true };
        let asked = |last| (0..40).filter(|_| limits.count(Area::Codes, who(last)).is_err()).count();
        assert!((9..=10).contains(&asked(1)), "thirty at once");
        assert!((9..=10).contains(&asked(2)), "another address has its own thirty");
        assert!(limits.count(Area::Codes, who(1)).is_err_and(|wait_s| wait_s == 1));
        assert!(limits.count(Area::Answers, who(1)).is_ok(), "another area");
    }

    #[test]
    fn addresses_that_ask_once_are_forgotten() {
        let limits = Limits::default();
        for last in 0..4_000_u32 {
            let peer = IpAddr::from(std::net::Ipv4Addr::from_bits(0x0a00_0000 + last));
            limits.count(Area::Elsewhere, Connection { peer, secure: true }).expect("its first");
        }
        // A second gives back fifty requests, and each of them asked once.
        std::thread::sleep(Duration::from_secs(1));
        let peer = IpAddr::from([10, 0, 0, 1]);
        limits.count(Area::Elsewhere, Connection { peer, secure: true }).expect("there is room again");
        let (_, limiter) = limits.areas.iter().find(|(area, _)| *area == Area::Elsewhere).expect("counted");
        assert!(limiter.len() <= ADDRESSES_KEPT, "{}", limiter.len());
    }
}
