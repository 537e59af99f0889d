//! At most two things to try, for the person alone, from what repeats over their own shifts.
//!
//! Pure: summaries and the person's own choices in, kinds of tips out, each with the shifts that it comes from; the words
//! stand in the pages' texts. Nothing is said before there is enough to say it from, nothing of what is off or could mostly
//! not be seen, and never two things about one behaviour, so that no tip asks for more of what another asks less of. It
//! compares nobody with anybody: with a half of the person's own customers, or with the person's own band.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::consent::Band;
use crate::signals::{Reason, SignalKey};
use crate::summary::{Line, Summary, interval};

/// More would be a list of faults.
pub const TIPS_MAX: usize = 2;
/// Feedback is worth acting on when it repeats: nothing is said of fewer transactions,
pub const TRANSACTIONS_MIN: u32 = 30;
/// nor of fewer shifts; and what is said was so in each of this many latest ones.
pub const SHIFTS_MIN: usize = 3;
/// So often a shift has to have known a signal: of one or two customers, everything is so in each shift by chance.
const KNOWN_MIN: u32 = 3;
/// Below this share of a shift's customers something was shown seldom: in fewer than every other.
const SELDOM: f64 = 0.5;
/// Above this share of a shift's customers a phone-like thing was in the hand often: with every fourth.
const OFTEN: f64 = 0.25;

/// What there is to try. In the order in which they are thought of: what the person's own bands ask for goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TipKind {
    /// The first look comes later than the own band.
    FirstLookSooner,
    /// Looks at the customer are longer than the own band.
    ShorterLooks,
    /// Looks away are longer than the own band.
    ShorterLooksAway,
    /// More smile than the own band.
    LessSmile,
    /// Fewer nods than the own band.
    MoreNods,
    /// More nods than the own band.
    FewerNods,
    /// More leaning than the own band.
    StandUp,
    /// Seldom a look in the greeting.
    LookInGreeting,
    /// Seldom a smile in the greeting.
    SmileInGreeting,
    /// Seldom a look at the payment.
    LookAtPayment,
    /// Seldom a look in the farewell.
    LookInFarewell,
    /// Seldom a smile in the farewell.
    SmileInFarewell,
    /// Often a phone-like thing in the hand.
    PhoneAside,
    /// Those who wait are seldom looked at.
    LookAtQueue,
}

/// What a tip is about: of each there is one tip at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Behaviour {
    /// Where the eyes go while somebody is served.
    Look,
    /// The smile.
    Smile,
    /// Nods.
    Nod,
    /// How one stands.
    Posture,
    /// The phone.
    Phone,
    /// Those who wait.
    Queue,
}

/// When a tip is given.
#[derive(Clone, Copy)]
enum Pattern {
    /// Shown with fewer than [`SELDOM`] of the customers.
    Seldom,
    /// More than nothing with more than [`OFTEN`] of the customers.
    Often,
    /// The middle value above the upper end of the own band.
    Above,
    /// The middle value below the lower end of the own band.
    Below,
}

impl TipKind {
    /// Every kind.
    pub const ALL: [Self; 14] = [
        Self::FirstLookSooner,
        Self::ShorterLooks,
        Self::ShorterLooksAway,
        Self::LessSmile,
        Self::MoreNods,
        Self::FewerNods,
        Self::StandUp,
        Self::LookInGreeting,
        Self::SmileInGreeting,
        Self::LookAtPayment,
        Self::LookInFarewell,
        Self::SmileInFarewell,
        Self::PhoneAside,
        Self::LookAtQueue,
    ];

    /// By which its texts are called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstLookSooner => "first-look-sooner",
            Self::ShorterLooks => "shorter-looks",
            Self::ShorterLooksAway => "shorter-looks-away",
            Self::LessSmile => "less-smile",
            Self::MoreNods => "more-nods",
            Self::FewerNods => "fewer-nods",
            Self::StandUp => "stand-up",
            Self::LookInGreeting => "look-in-greeting",
            Self::SmileInGreeting => "smile-in-greeting",
            Self::LookAtPayment => "look-at-payment",
            Self::LookInFarewell => "look-in-farewell",
            Self::SmileInFarewell => "smile-in-farewell",
            Self::PhoneAside => "phone-aside",
            Self::LookAtQueue => "look-at-queue",
        }
    }

    /// The signal that it comes from.
    #[must_use]
    pub const fn signal(self) -> SignalKey {
        match self {
            Self::FirstLookSooner => SignalKey::GreetDelay,
            Self::ShorterLooks => SignalKey::LongestLook,
            Self::ShorterLooksAway => SignalKey::LongestLookAway,
            Self::LessSmile => SignalKey::SmileAll,
            Self::MoreNods | Self::FewerNods => SignalKey::Nods,
            Self::StandUp => SignalKey::Leaning,
            Self::LookInGreeting => SignalKey::GazeGreeting,
            Self::SmileInGreeting => SignalKey::SmileGreeting,
            Self::LookAtPayment => SignalKey::GazePayment,
            Self::LookInFarewell => SignalKey::GazeFarewell,
            Self::SmileInFarewell => SignalKey::SmileFarewell,
            Self::PhoneAside => SignalKey::PhoneInHand,
            Self::LookAtQueue => SignalKey::QueueLook,
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn behaviour(self) -> Behaviour {
        match self {
            Self::FirstLookSooner
            | Self::ShorterLooks
            | Self::ShorterLooksAway
            | Self::LookInGreeting
            | Self::LookAtPayment
            | Self::LookInFarewell => Behaviour::Look,
            Self::LessSmile | Self::SmileInGreeting | Self::SmileInFarewell => Behaviour::Smile,
            Self::MoreNods | Self::FewerNods => Behaviour::Nod,
            Self::StandUp => Behaviour::Posture,
            Self::PhoneAside => Behaviour::Phone,
            Self::LookAtQueue => Behaviour::Queue,
        }
    }

    const fn pattern(self) -> Pattern {
        match self {
            Self::FirstLookSooner
            | Self::ShorterLooks
            | Self::ShorterLooksAway
            | Self::LessSmile
            | Self::FewerNods
            | Self::StandUp => Pattern::Above,
            Self::MoreNods => Pattern::Below,
            Self::PhoneAside => Pattern::Often,
            Self::LookInGreeting
            | Self::SmileInGreeting
            | Self::LookAtPayment
            | Self::LookInFarewell
            | Self::SmileInFarewell
            | Self::LookAtQueue => Pattern::Seldom,
        }
    }
}

/// One thing to try.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tip {
    /// What.
    pub kind: TipKind,
    /// The latest shifts, oldest first: in each of them it was so.
    pub shifts: Vec<Moments>,
}

/// What one shift says for a tip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// When the shift began.
    pub shift: Timestamp,
    /// In how many of its transactions it was known.
    pub known_in: u32,
    /// In how many of these it was shown, or the thing was in the hand; `None` where the middle value tells it.
    pub shown_in: Option<u32>,
    /// The middle value, in the signal's unit; `None` where the number tells it.
    pub median: Option<f64>,
}

/// What there is to try, from a person's shifts, oldest first (of a shift that a crash broke off, each part), from the
/// signals that they chose and their own bands.
#[must_use]
pub fn tips(shifts: &[(Timestamp, Summary)], signals: &BTreeSet<String>, bands: &BTreeMap<String, Band>) -> Vec<Tip> {
    let mut whole: BTreeMap<Timestamp, Summary> = BTreeMap::new();
    for (started_at, part) in shifts {
        whole.entry(*started_at).or_default().merge(part);
    }
    whole.retain(|_, shift| shift.transactions > 0);
    let transactions: u32 = whole.values().map(|shift| shift.transactions).sum();
    if transactions < TRANSACTIONS_MIN || whole.len() < SHIFTS_MIN {
        return Vec::new();
    }
    let latest: Vec<_> = whole.iter().skip(whole.len().saturating_sub(SHIFTS_MIN)).collect();
    let mut about = BTreeSet::new();
    let mut tips = Vec::new();
    for kind in TipKind::ALL {
        let chosen = kind.signal().choice();
        if tips.len() >= TIPS_MAX || !signals.contains(chosen) || about.contains(&kind.behaviour()) {
            continue;
        }
        let so = latest.iter().map(|(shift, summary)| said(kind, **shift, summary, bands.get(chosen)));
        let Some(shifts) = so.collect::<Option<Vec<_>>>().filter(|shifts| is_sure(kind, shifts)) else { continue };
        about.insert(kind.behaviour());
        tips.push(Tip { kind, shifts });
    }
    tips
}

/// What a shift says for a tip; `None` where it says nothing, or could mostly not be seen.
fn said(kind: TipKind, shift: Timestamp, summary: &Summary, band: Option<&Band>) -> Option<Moments> {
    let line = summary.signals.get(&kind.signal()).filter(|line| is_mostly_known(line))?;
    let known_in = line.behind;
    let share = |part: u32| f64::from(part) / f64::from(known_in);
    let counted = |shown_in| Moments { shift, known_in, shown_in: Some(shown_in), median: None };
    let valued = |median| Moments { shift, known_in, shown_in: None, median: Some(median) };
    let beyond = |is_beyond: &dyn Fn(f64, (f64, f64)) -> bool| {
        let (median, band) = (line.median?, band?);
        is_beyond(median, band.ends()).then(|| valued(median))
    };
    match kind.pattern() {
        Pattern::Seldom => line.shown_in.filter(|shown| share(*shown) < SELDOM).map(counted),
        Pattern::Often => {
            let more_than_nothing = line.hundredths.iter().filter(|(hundredth, _)| **hundredth > 0);
            let in_hand = more_than_nothing.map(|(_, count)| *count).sum();
            (share(in_hand) > OFTEN).then(|| counted(in_hand))
        }
        Pattern::Above => beyond(&|median, (_, high)| median > high),
        Pattern::Below => beyond(&|median, (low, _)| median < low),
    }
}

/// Known in at least half of the transactions in which there was anything to know: nobody waits with every customer.
fn is_mostly_known(line: &Line) -> bool {
    let unseen = line.not_observable.iter().filter(|(reason, _)| **reason != Reason::NoEvent);
    let unseen: u32 = unseen.map(|(_, count)| *count).sum();
    line.behind >= KNOWN_MIN && line.behind >= unseen
}

/// Whether what the shifts say together lies beyond a half, or a quarter, by its interval too; of a middle value, that it
/// was so in each shift is enough.
fn is_sure(kind: TipKind, shifts: &[Moments]) -> bool {
    let sum = |count: fn(&Moments) -> u32| shifts.iter().map(count).sum();
    let found = interval::of_share(sum(|one| one.shown_in.unwrap_or(0)), sum(|one| one.known_in));
    match kind.pattern() {
        Pattern::Seldom => found.is_some_and(|found| found.high < SELDOM),
        Pattern::Often => found.is_some_and(|found| found.low > OFTEN),
        Pattern::Above | Pattern::Below => true,
    }
}

#[cfg(test)]
mod tests;
