//! Who keeps what until a window is released, and that it is released once.
//!
//! The store implements [`Books`]; everything that must hold of the order of steps is here. A figure that was computed
//! but not kept was seen by nobody, so a crash before [`Books::keep`] is done spends nothing; after it, there is
//! nothing left to compute from.

use jiff::Timestamp;

use super::noise::NoiseError;
use super::tally::{Contribution, ContributionId};
use super::{Epsilon, Release, Window, WindowId};

/// What a store keeps for releases. Each method is durable when it returns.
pub trait Books {
    /// What can go wrong in the store.
    type Error: std::error::Error + Send + Sync + 'static;

    /// A window, and so its plan.
    ///
    /// # Errors
    /// The store's.
    fn window(&self, window: WindowId) -> Result<Option<Window>, Self::Error>;

    /// What a window released, if it has.
    ///
    /// # Errors
    /// The store's.
    fn release(&self, window: WindowId) -> Result<Option<Release>, Self::Error>;

    /// All contributions of a window, in no order that tells anything.
    ///
    /// # Errors
    /// The store's.
    fn contributions(&self, window: WindowId) -> Result<Vec<Contribution>, Self::Error>;

    /// In one transaction that is wholly done or not at all: keeps the release, unless the window has one already, and
    /// removes the window's contributions.
    ///
    /// # Errors
    /// The store's.
    fn keep(&mut self, release: &Release) -> Result<(), Self::Error>;

    /// Puts one contribution in the place of the one with this id; without one, removes it.
    ///
    /// # Errors
    /// The store's.
    fn put(
        &mut self,
        window: WindowId,
        id: ContributionId,
        contribution: Option<&Contribution>,
    ) -> Result<(), Self::Error>;
}

/// Why nothing was released or stored.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError<E: std::error::Error + 'static> {
    /// The store's.
    #[error(transparent)]
    Store(E),
    /// No noise, no release.
    #[error(transparent)]
    Noise(#[from] NoiseError),
    /// Never announced.
    #[error("there is no window {}: a window is announced, with what it releases, before it opens", .0.0)]
    Unknown(WindowId),
    /// Too early.
    #[error("window {} is still open, or closed less than three days ago; until then people may leave things out", .0.0)]
    NotYet(WindowId),
    /// Too late.
    #[error("window {} is released; nothing of it can change any more", .0.0)]
    Released(WindowId),
}

/// Releases a window, or reads what it released. The second call, and every one after it, returns what the first one
/// kept; nothing about the people can change it.
///
/// # Errors
/// When the window is not there or not over, or the store or the noise fails. Then nothing was released.
pub fn settle<B: Books>(books: &mut B, window: WindowId, now: Timestamp) -> Result<Release, ReleaseError<B::Error>> {
    if let Some(release) = books.release(window).map_err(ReleaseError::Store)? {
        return Ok(release);
    }
    let found = books.window(window).map_err(ReleaseError::Store)?.ok_or(ReleaseError::Unknown(window))?;
    if !found.may_settle(now) {
        return Err(ReleaseError::NotYet(window));
    }
    let contributions = books.contributions(window).map_err(ReleaseError::Store)?;
    books.keep(&Release::compute(&found, &contributions)?).map_err(ReleaseError::Store)?;
    // What the store kept, not what was computed here: should somebody else have been first, theirs is the release.
    books.release(window).map_err(ReleaseError::Store)?.ok_or(ReleaseError::Unknown(window))
}

/// Stores what a person contributes to a window, in the place of what they contributed before: at sign-out, and after
/// something was left out.
///
/// # Errors
/// When the window is released or not there, or the store fails.
pub fn contribute<B: Books>(
    books: &mut B,
    window: WindowId,
    id: ContributionId,
    contribution: &Contribution,
) -> Result<(), ReleaseError<B::Error>> {
    unreleased(books, window)?;
    // A person without a share has no row either: it would say that somebody worked a little.
    let some = contribution.shares().iter().any(Option::is_some);
    books.put(window, id, some.then_some(contribution)).map_err(ReleaseError::Store)
}

/// Removes what a person contributed: on withdrawal and erasure. Of a released window nothing is left to remove, and
/// nothing is done.
///
/// # Errors
/// When the store fails.
pub fn forget<B: Books>(books: &mut B, window: WindowId, id: ContributionId) -> Result<(), ReleaseError<B::Error>> {
    match unreleased(books, window) {
        Ok(()) => books.put(window, id, None).map_err(ReleaseError::Store),
        Err(ReleaseError::Released(_) | ReleaseError::Unknown(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn unreleased<B: Books>(books: &B, window: WindowId) -> Result<(), ReleaseError<B::Error>> {
    if books.release(window).map_err(ReleaseError::Store)?.is_some() {
        return Err(ReleaseError::Released(window));
    }
    match books.window(window).map_err(ReleaseError::Store)? {
        Some(_) => Ok(()),
        None => Err(ReleaseError::Unknown(window)),
    }
}

/// What a person who contributed to all of these windows has spent: budgets add up (basic composition).
#[must_use]
pub fn spent<'windows>(windows: impl IntoIterator<Item = &'windows Window>) -> Epsilon {
    let sum = windows.into_iter().map(|window| window.plan.epsilon().thousandths()).fold(0, u32::saturating_add);
    Epsilon::from_thousandths(sum)
}
