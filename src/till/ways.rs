//! How each way to the till stands, for whoever sets the kiosk up; in memory only.
//!
//! When customers were served says, while one person is on shift, what that person did and when. So nothing of events
//! is counted, dated or listed but in the five minutes after "listen" was pressed, and in these only while nobody is on
//! shift: when somebody signs in, what was heard is dropped and listening is over. At any other time a way tells
//! whether it is connected, and whether it ever heard a line that it understood, or did not: neither changes with the
//! next customer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::transaction::TillEventKind;

/// How long set-up listens: as long as it may open the camera.
pub const LISTENS_FOR: Duration = Duration::from_secs(5 * 60);

/// The latest events that are listed.
const EVENTS_MAX: usize = 50;

/// What a way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayKind {
    /// The till posts.
    Http,
    /// A file is followed.
    File,
    /// A TCP connection is kept.
    Tcp,
    /// A serial line is open.
    Serial,
}

impl WayKind {
    /// As the configuration has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::File => "file",
            Self::Tcp => "tcp",
            Self::Serial => "serial",
        }
    }
}

/// Whether a way is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Not yet, or no longer; it is being tried.
    Waiting,
    /// Events may come.
    Open,
}

/// What came by a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// An event that is on the disk.
    Event {
        /// Which register.
        register: String,
        /// What happened.
        kind: TillEventKind,
        /// When, by the till's clock.
        at: Timestamp,
    },
    /// A line or a request that is no event.
    NotUnderstood,
    /// An event whose time is too far from the kiosk's clock.
    WrongTime,
    /// A request without the token.
    WrongToken,
}

/// How ways stand; shared by all of them, the kiosk and the page.
#[derive(Debug, Default)]
pub struct Ways(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    ways: Vec<Standing>,
    on_shift: bool,
    listening: Option<Listening>,
}

#[derive(Debug)]
struct Standing {
    kind: WayKind,
    name: String,
    place: String,
    link: Link,
    trouble: Option<String>,
    understood: bool,
    not_understood: bool,
}

#[derive(Debug)]
struct Listening {
    /// By the wall clock: what happened before is not listed, however late it comes.
    since: Timestamp,
    until_ms: u64,
    counts: Vec<Counts>,
    events: VecDeque<(usize, Heard)>,
}

/// What was heard while listening.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events.
    pub understood: u32,
    /// Lines or requests that are no event.
    pub not_understood: u32,
    /// Events of a wrong time.
    pub wrong_time: u32,
    /// Requests without the token.
    pub wrong_token: u32,
    /// When the last of them came, on the monotonic clock.
    pub last_ms: Option<u64>,
}

/// One way, to tell of.
#[derive(Clone, Debug)]
pub struct Way {
    ways: Arc<Ways>,
    number: usize,
}

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Somebody is on shift: nothing is heard for set-up.
    pub on_shift: bool,
    /// For how many more milliseconds it listens; `None` while it does not.
    pub listens_for_ms: Option<u64>,
    /// In the order in which they were opened.
    pub ways: Vec<ShownWay>,
    /// The latest first, each with the number of its way, from 0.
    pub events: Vec<(usize, Heard)>,
}

/// One way on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownWay {
    /// What it is.
    pub kind: WayKind,
    /// Its name in the configuration.
    pub name: String,
    /// Where it leads.
    pub place: String,
    /// Whether it is open.
    pub link: Link,
    /// What the system said when it was last tried to open.
    pub trouble: Option<String>,
    /// Whether it ever heard an event.
    pub understood: bool,
    /// Whether it ever heard what is none.
    pub not_understood: bool,
    /// What was heard while listening.
    pub counts: Option<Counts>,
}

impl Ways {
    /// The way of this kind and name, there from now on; `place` says where it leads.
    pub fn add(self: &Arc<Self>, kind: WayKind, name: &str, place: &str) -> Way {
        let mut inner = self.lock();
        let known = inner.ways.iter().position(|way| way.kind == kind && way.name == name);
        let number = known.unwrap_or(inner.ways.len());
        match inner.ways.get_mut(number) {
            Some(way) if place.is_empty() || way.place.contains(place) => {}
            Some(way) if way.place.is_empty() => place.clone_into(&mut way.place),
            Some(way) => way.place = format!("{}, {place}", way.place),
            None => inner.ways.push(Standing {
                kind,
                name: name.to_owned(),
                place: place.to_owned(),
                link: Link::Waiting,
                trouble: None,
                understood: false,
                not_understood: false,
            }),
        }
        Way { ways: Arc::clone(self), number }
    }

    /// Whether somebody is on shift: then listening is over, and what was heard is gone.
    pub fn on_shift(&self, on_shift: bool) {
        let mut inner = self.lock();
        inner.on_shift = on_shift;
        if on_shift {
            inner.listening = None;
        }
    }

    /// Listens from now on for [`LISTENS_FOR`], and forgets what was heard before; not while somebody is on shift.
    pub fn listen(&self, now_ms: u64, since: Timestamp) {
        let mut inner = self.lock();
        let lasts_ms = u64::try_from(LISTENS_FOR.as_millis()).unwrap_or(u64::MAX);
        let until_ms = now_ms.saturating_add(lasts_ms);
        inner.listening =
            (!inner.on_shift).then(|| Listening { since, until_ms, counts: Vec::new(), events: VecDeque::new() });
    }

    /// Listens no longer; what was heard is gone.
    pub fn stop_listening(&self) {
        self.lock().listening = None;
    }

    /// What may be shown now.
    #[must_use]
    pub fn shown(&self, now_ms: u64) -> Shown {
        let mut inner = self.lock();
        inner.end_if_over(now_ms);
        let listening = inner.listening.as_ref();
        let counts = |number: usize| listening.map(|heard| heard.counts.get(number).copied().unwrap_or_default());
        let way = |(number, way): (usize, &Standing)| ShownWay {
            kind: way.kind,
            name: way.name.clone(),
            place: way.place.clone(),
            link: way.link,
            trouble: way.trouble.clone(),
            understood: way.understood,
            not_understood: way.not_understood,
            counts: counts(number),
        };
        Shown {
            on_shift: inner.on_shift,
            listens_for_ms: listening.map(|listening| listening.until_ms.saturating_sub(now_ms)),
            ways: inner.ways.iter().enumerate().map(way).collect(),
            events: listening.map(|listening| listening.events.iter().rev().cloned().collect()).unwrap_or_default(),
        }
    }

    // What a thread that broke off left half done is a count at worst.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn end_if_over(&mut self, now_ms: u64) {
        self.listening.take_if(|listening| listening.until_ms <= now_ms);
    }

    fn heard(&mut self, number: usize, heard: Heard, now_ms: u64) {
        if let Some(way) = self.ways.get_mut(number) {
            match heard {
                Heard::Event { .. } => way.understood = true,
                Heard::NotUnderstood | Heard::WrongTime | Heard::WrongToken => way.not_understood = true,
            }
        }
        self.end_if_over(now_ms);
        let Some(listening) = &mut self.listening else { return };
        if matches!(heard, Heard::Event { at, .. } if at < listening.since) {
            return;
        }
        if listening.counts.len() <= number {
            listening.counts.resize(number + 1, Counts::default());
        }
        if let Some(counts) = listening.counts.get_mut(number) {
            let count = match heard {
                Heard::Event { .. } => &mut counts.understood,
                Heard::NotUnderstood => &mut counts.not_understood,
                Heard::WrongTime => &mut counts.wrong_time,
                Heard::WrongToken => &mut counts.wrong_token,
            };
            *count = count.saturating_add(1);
            counts.last_ms = Some(now_ms);
        }
        if matches!(heard, Heard::Event { .. }) {
            if listening.events.len() == EVENTS_MAX {
                listening.events.pop_front();
            }
            listening.events.push_back((number, heard));
        }
    }
}

impl Way {
    /// Tells that it is open.
    pub fn opened(&self) {
        self.set(Link::Open, None);
    }

    /// Tells that it is not, and why not where the system said.
    pub fn lost(&self, trouble: Option<&str>) {
        self.set(Link::Waiting, trouble);
    }

    fn set(&self, link: Link, trouble: Option<&str>) {
        if let Some(way) = self.ways.lock().ways.get_mut(self.number) {
            (way.link, way.trouble) = (link, trouble.map(str::to_owned));
        }
    }

    /// Tells what came.
    pub fn heard(&self, heard: Heard, now_ms: u64) {
        self.ways.lock().heard(self.number, heard, now_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(second: i64) -> Heard {
        let at = Timestamp::from_second(1_800_000_000 + second).expect("in range");
        Heard::Event { register: "1".into(), kind: TillEventKind::Opened, at }
    }

    #[test]
    fn nothing_is_counted_dated_or_listed_but_while_set_up_listens() {
        let ways = Arc::new(Ways::default());
        let way = ways.add(WayKind::File, "log", "/var/log/till.log");
        way.heard(event(0), 0);
        let before = ways.shown(1);
        assert_eq!((before.listens_for_ms, before.events.len(), before.ways[0].counts), (None, 0, None));
        assert!(before.ways[0].understood && !before.ways[0].not_understood);
        way.heard(event(1), 2);
        assert_eq!(ways.shown(3), before, "the next customer changes nothing that is shown");

        ways.listen(10, Timestamp::UNIX_EPOCH);
        for second in 0..60 {
            way.heard(event(second), 20);
        }
        way.heard(Heard::NotUnderstood, 30);
        let shown = ways.shown(40);
        assert_eq!((shown.events.len(), &shown.events[0]), (EVENTS_MAX, &(0, event(59))));
        let counts = shown.ways[0].counts.expect("listening");
        assert_eq!((counts.understood, counts.not_understood, counts.last_ms), (60, 1, Some(30)));

        let over_ms = 10 + 5 * 60_000;
        assert!(ways.shown(over_ms - 1).listens_for_ms.is_some());
        let over = ways.shown(over_ms);
        assert_eq!((over.listens_for_ms, over.events.len(), over.ways[0].counts), (None, 0, None));
    }

    #[test]
    fn a_shift_that_begins_drops_what_was_heard_and_nothing_is_heard_in_it() {
        let ways = Arc::new(Ways::default());
        let way = ways.add(WayKind::Http, "", "");
        ways.listen(0, Timestamp::UNIX_EPOCH);
        way.heard(event(0), 1);
        ways.on_shift(true);
        let shown = ways.shown(2);
        assert_eq!((shown.on_shift, shown.listens_for_ms, shown.events.len()), (true, None, 0));
        ways.listen(3, Timestamp::UNIX_EPOCH);
        way.heard(event(1), 4);
        ways.on_shift(false);
        assert_eq!(ways.shown(5).events.len(), 0, "what was heard on shift is not shown after it either");
    }

    #[test]
    fn what_happened_before_it_listens_is_not_listed_however_late_it_comes() {
        let ways = Arc::new(Ways::default());
        let way = ways.add(WayKind::File, "log", "/var/log/till.log");
        ways.listen(0, Timestamp::from_second(1_800_000_010).expect("in range"));
        way.heard(event(9), 1);
        assert_eq!(ways.shown(2).events.len(), 0);
        way.heard(event(10), 3);
        assert_eq!(ways.shown(4).events.len(), 1);
    }

    #[test]
    fn a_way_is_added_once_and_leads_to_each_of_its_places() {
        let ways = Arc::new(Ways::default());
        ways.add(WayKind::Http, "", "");
        ways.add(WayKind::Http, "", "127.0.0.1:8750").opened();
        ways.add(WayKind::Http, "", "127.0.0.1:8080");
        ways.add(WayKind::Http, "", "127.0.0.1:8080");
        let shown = ways.shown(0);
        assert_eq!((shown.ways.len(), shown.ways[0].link), (1, Link::Open));
        assert_eq!(shown.ways[0].place, "127.0.0.1:8750, 127.0.0.1:8080");
    }
}
