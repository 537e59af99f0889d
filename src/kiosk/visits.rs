//! Own pages that are open: whoever gave their secret at a page is known by a random token for a while, so that the
//! secret is not typed for every page.
//!
//! A visit holds the person's opening key in memory. It ends when it is closed, when nothing was asked for some minutes,
//! when it has lasted for long, or when what the person agreed to is no longer the same.

use getrandom::fill;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::pause::Pauser;
use super::task::Kiosk;
use crate::control::{
    self, Answer, Credentials, OwnQuestion, Proof, SecretText, SetUpFound, SharingAnswer, Visitor, Why,
};
use crate::store::{PersonId, SignedIn, Store, StoreError, TrainerIn, waits_ms};
use crate::vault::VaultError;

/// Random bytes of a token: nobody guesses them, however often they try.
const TOKEN_BYTES: usize = 32;
/// A page that was left open at a counter is closed to whoever comes next.
const IDLE_MS: u64 = 3 * 60 * 1000;
/// However much is asked, the secret is typed again after so long.
const LASTS_MS: u64 = 30 * 60 * 1000;
/// More than a counter and a few laptops need; the one that was idle for longest makes room.
const VISITS_MAX: usize = 16;

/// A random token in hexadecimal, as it is given back and shown again.
pub(super) struct RandomToken(Zeroizing<[u8; TOKEN_BYTES]>);

impl RandomToken {
    pub(super) fn random() -> Result<Self, StoreError> {
        let mut token = Zeroizing::new([0; TOKEN_BYTES]);
        fill(token.as_mut()).map_err(|_| VaultError::System)?;
        Ok(Self(token))
    }

    pub(super) fn is(&self, typed: &SecretText) -> bool {
        let mut bytes = Zeroizing::new([0; TOKEN_BYTES]);
        hex::decode_to_slice(typed.as_str(), bytes.as_mut()).is_ok() && bytes.ct_eq(self.0.as_ref()).into()
    }

    pub(super) fn told(&self) -> SecretText {
        SecretText::new(&Zeroizing::new(hex::encode(self.0.as_ref())))
    }
}

/// Who has pages open.
pub(super) enum Visiting {
    /// A person, their own.
    Person { name: String, signed_in: SignedIn },
    /// A trainer, what was shared with them and what was released.
    Trainer(TrainerIn),
    /// Whoever sets the kiosk up, and what the camera found for them.
    Technician(SetUpFound),
}

impl Visiting {
    fn visitor(&self) -> Visitor {
        match self {
            Self::Person { name, .. } => Visitor::Person { name: name.clone() },
            Self::Trainer(trainer) => Visitor::Trainer { name: trainer.name().to_owned() },
            Self::Technician(_) => Visitor::Technician,
        }
    }

    /// What the camera found for a technician.
    pub(super) fn found(&self) -> Option<SetUpFound> {
        match self {
            Self::Technician(found) => Some(found.clone()),
            Self::Person { .. } | Self::Trainer(_) => None,
        }
    }
}

/// One visit.
struct Visit {
    /// Which; never the same twice.
    id: u64,
    token: RandomToken,
    visiting: Visiting,
    since_ms: u64,
    asked_ms: u64,
}

/// The visits that last, and how often a wrong code was given.
#[derive(Default)]
pub(super) struct Visits {
    open: Vec<Visit>,
    opened: u64,
    wrong_codes: u32,
    wrong_at_ms: u64,
}

impl Visits {
    /// Takes a visit out that lasts; whoever takes it puts it back.
    fn take(&mut self, token: &SecretText, now_ms: u64) -> Option<Visit> {
        self.end_old(now_ms);
        let place = self.open.iter().position(|visit| visit.token.is(token))?;
        let mut visit = self.open.swap_remove(place);
        visit.asked_ms = now_ms;
        Some(visit)
    }

    fn put(&mut self, visit: Visit) {
        if self.open.len() >= VISITS_MAX
            && let Some((place, _)) = self.open.iter().enumerate().min_by_key(|(_, visit)| visit.asked_ms)
        {
            self.open.swap_remove(place);
        }
        self.open.push(visit);
    }

    /// Ends those whose time is over: what they held is wiped.
    pub(super) fn end_old(&mut self, now_ms: u64) {
        self.open.retain(|visit| {
            now_ms.saturating_sub(visit.asked_ms) < IDLE_MS && now_ms.saturating_sub(visit.since_ms) < LASTS_MS
        });
    }

    /// Which visit this is the token of, and whose; it was asked for just now.
    pub(super) fn of(&mut self, token: &SecretText, now_ms: u64) -> Option<(u64, &Visiting)> {
        let visit = self.take(token, now_ms)?;
        self.put(visit);
        self.open.last().map(|visit| (visit.id, &visit.visiting))
    }

    /// Keeps what the camera found for a technician, beside what it found before.
    pub(super) fn found(&mut self, id: u64, new: SetUpFound) {
        let visiting = self.open.iter_mut().find(|visit| visit.id == id).map(|visit| &mut visit.visiting);
        if let Some(Visiting::Technician(found)) = visiting {
            let SetUpFound { outline, regions } = new;
            found.outline = outline.or(found.outline.take());
            found.regions = regions.or(found.regions.take());
        }
    }

    /// Whether this visit lasts.
    pub(super) fn lasts(&self, id: u64) -> bool {
        self.open.iter().any(|visit| visit.id == id)
    }

    /// Ends those of a person.
    pub fn end_of(&mut self, person: &PersonId) {
        self.open.retain(
            |visit| !matches!(&visit.visiting, Visiting::Person { signed_in, .. } if signed_in.person() == person),
        );
    }
}

impl Kiosk {
    /// Opens pages for whoever gives their secret.
    pub(super) fn open_visit(&mut self, visitor: &Visitor, secret: &SecretText) -> Answer {
        let now_ms = self.clock.monotonic_ms();
        let opened = self.visiting(visitor, secret).and_then(|visiting| {
            let id = self.visits.opened;
            self.visits.opened += 1;
            let visit = Visit { id, token: RandomToken::random()?, visiting, since_ms: now_ms, asked_ms: now_ms };
            let answer = Answer::Opened { token: visit.token.told(), visitor: visit.visiting.visitor() };
            self.visits.end_old(now_ms);
            self.visits.put(visit);
            Ok(answer)
        });
        opened.unwrap_or_else(|refused| refused)
    }

    fn visiting(&mut self, visitor: &Visitor, secret: &SecretText) -> Result<Visiting, Answer> {
        let now = self.clock.now();
        match visitor {
            Visitor::Person { name } => {
                let signed_in = self.store.sign_in(name, &secret.typed(), now)?;
                Ok(Visiting::Person { name: name.trim().to_owned(), signed_in })
            }
            Visitor::Trainer { name } => {
                let name =
                    self.settings.sharing.trainer(name).map_err(|error| Answer::refused(Why::WrongSecret, error))?;
                Ok(Visiting::Trainer(self.store.trainer_in(name, &secret.typed(), now)?))
            }
            Visitor::Technician => self.technician(secret),
        }
    }

    fn technician(&mut self, code: &SecretText) -> Result<Visiting, Answer> {
        let now_ms = self.clock.monotonic_ms();
        let Some(expected) = &self.settings.technician_code else {
            let reason = "the configuration has no [pages] technician_code_file, so nobody can set up here";
            return Err(Answer::refused(Why::WrongSecret, reason));
        };
        let ago_ms = i64::try_from(now_ms.saturating_sub(self.visits.wrong_at_ms)).unwrap_or(i64::MAX);
        let wait_ms = waits_ms(self.visits.wrong_codes, ago_ms);
        if wait_ms > 0 {
            return Err(StoreError::Wait { wait_s: (wait_ms + 999) / 1_000 }.into());
        }
        if !bool::from(code.as_str().as_bytes().ct_eq(expected.as_bytes())) {
            self.visits.wrong_codes = self.visits.wrong_codes.saturating_add(1);
            self.visits.wrong_at_ms = now_ms;
            return Err(Answer::refused(Why::WrongSecret, "this is not the code of [pages] technician_code_file"));
        }
        self.visits.wrong_codes = 0;
        Ok(Visiting::Technician(SetUpFound::default()))
    }

    /// Closes pages; those that are not open are closed already.
    pub(super) fn close_visit(&mut self, token: &SecretText) -> Answer {
        drop(self.visits.take(token, self.clock.monotonic_ms()));
        Answer::Closed
    }

    /// Who has these pages open.
    pub(super) fn visitor(&mut self, token: &SecretText) -> Answer {
        let Some(visit) = self.visits.take(token, self.clock.monotonic_ms()) else { return Answer::NotOpen };
        let visitor = visit.visiting.visitor();
        self.visits.put(visit);
        Answer::Visiting(visitor)
    }

    /// What a person asks of their own.
    pub(super) fn own(&mut self, proof: &Proof, ask: &OwnQuestion) -> Answer {
        match proof {
            Proof::Secret(Credentials { name, secret }) => {
                if matches!(ask, OwnQuestion::Withdraw) && self.own_shift(name).is_ok() {
                    // Trying the secret takes its time.
                    self.pause(Pauser::Person);
                }
                match self.store.sign_in(name, &secret.typed(), self.clock.now()) {
                    Ok(mut person) => self.own_of(&mut person, ask),
                    Err(error) => error.into(),
                }
            }
            Proof::Token(token) => {
                let Some(mut visit) = self.visits.take(token, self.clock.monotonic_ms()) else {
                    return Answer::NotOpen;
                };
                let Visiting::Person { signed_in, .. } = &mut visit.visiting else {
                    self.visits.put(visit);
                    return Answer::NotOpen;
                };
                let answer = self.own_of(signed_in, ask);
                if !matches!(answer, Answer::Erased { .. }) {
                    self.visits.put(visit);
                }
                answer
            }
        }
    }

    fn own_of(&mut self, person: &mut SignedIn, ask: &OwnQuestion) -> Answer {
        let answered = match ask {
            OwnQuestion::LeaveOut { left_out, at } => self.left_out(person, *left_out, *at),
            OwnQuestion::LeaveWindowsOut => self.windows_left_out(person),
            OwnQuestion::Consent | OwnQuestion::AgreeAnew { .. } if self.is_busy_with(person.person()) => {
                let member = self.store.staff_member_of(person.person());
                let name = member.map_or_else(|_| "this person".to_owned(), |member| member.name);
                return Answer::refused(Why::OnShift, format!("{name} is on shift; sign out first"));
            }
            ask => {
                if matches!(ask, OwnQuestion::Withdraw) {
                    self.forget_shift_of(person.person());
                }
                control::answer_own(&mut self.store, person, ask, self.clock.as_ref(), &self.rules)
            }
        };
        // What other pages of theirs know of what they agreed to holds no longer.
        if matches!(answered, Ok(Answer::Agreed | Answer::SecretChanged | Answer::Erased { .. })) {
            self.visits.end_of(person.person());
        }
        answered.unwrap_or_else(Answer::from)
    }

    /// What is shared with a trainer who has pages open.
    pub(super) fn shared(&mut self, token: &SecretText, of: Option<&str>) -> Answer {
        let now = self.clock.now();
        self.of_trainer(token, |store, trainer| {
            store.shared_with(trainer, of, now).map(|summaries| SharingAnswer::SharedWithTrainer { summaries })
        })
    }

    /// Who shares with a trainer who has pages open.
    pub(super) fn sharers(&mut self, token: &SecretText) -> Answer {
        let now = self.clock.now();
        self.of_trainer(token, |store, trainer| {
            store.sharers(trainer, now).map(|people| SharingAnswer::Sharers { people })
        })
    }

    fn of_trainer(
        &mut self,
        token: &SecretText,
        ask: impl FnOnce(&mut Store, &TrainerIn) -> Result<SharingAnswer, StoreError>,
    ) -> Answer {
        let Some(visit) = self.visits.take(token, self.clock.monotonic_ms()) else { return Answer::NotOpen };
        let answer = match &visit.visiting {
            Visiting::Trainer(trainer) => ask(&mut self.store, trainer).map_or_else(Answer::from, Answer::Sharing),
            _ => Answer::NotOpen,
        };
        self.visits.put(visit);
        answer
    }
}
