//! The vision thread's loop: opens and closes the camera as the kiosk wishes, shift after shift.

use std::panic::AssertUnwindSafe;

use tokio::runtime::Handle;
use tokio::sync::watch::Receiver;

use super::{CameraSwitch, CameraWish, Purpose, VisionEvent};

/// Blocks this thread until the switch ends, the source does, or `emit` says `false`, and tells of each opening.
///
/// `look` is one opening, for so many people and this purpose: the camera is open from its call until it returns, which
/// it does soon after the camera is no longer wished (its last argument), or with why the source failed for good. While
/// it looks, and not longer, other programs are kept from the camera.
pub fn follow(
    switch: &CameraSwitch,
    runtime: &Handle,
    emit: impl Fn(VisionEvent) -> bool,
    mut look: impl FnMut(u8, Purpose, &dyn Fn() -> bool) -> Result<(), String>,
) {
    let mut wish = switch.follow();
    while let Some((opened, run, people, purpose)) = runtime.block_on(next_opening(&mut wish)) {
        let wished = || *wish.borrow() == opened;
        match opening(switch, run, &wished, &emit, || look(people, purpose, &wished)) {
            Ended::AsWished if emit(VisionEvent::Closed) => {}
            Ended::AsWished => return,
            Ended::ByItself(reason) => {
                emit(VisionEvent::Ended { reason });
                return;
            }
        }
    }
    emit(VisionEvent::Ended { reason: None });
}

/// One opening; the camera is closed and its lock let go of when this returns.
fn opening(
    switch: &CameraSwitch,
    run: u64,
    wished: &dyn Fn() -> bool,
    emit: &impl Fn(VisionEvent) -> bool,
    look: impl FnOnce() -> Result<(), String>,
) -> Ended {
    // The shift, or the trial, has the lock already, unless it has just ended: then another program may have it.
    let claim = switch.claim();
    if !wished() {
        return Ended::AsWished;
    }
    if let Err(error) = claim {
        return Ended::ByItself(Some(error.to_string()));
    }
    if !emit(VisionEvent::Opening { run }) {
        return Ended::ByItself(None);
    }
    // A panic would leave a shift in which nobody is ever seen; it ends the run as any failure does.
    match std::panic::catch_unwind(AssertUnwindSafe(look)) {
        Ok(looked) if !wished() => {
            if let Err(reason) = looked {
                tracing::warn!(reason, "camera_failed_while_closing");
            }
            Ended::AsWished
        }
        Ok(looked) => Ended::ByItself(looked.err()),
        Err(_) => Ended::ByItself(Some("the camera's thread broke off; what it said stands above".to_owned())),
    }
}

/// How an opening ended.
enum Ended {
    /// It was no longer wished; whatever failed then is no matter of the next one.
    AsWished,
    /// The source ended; with a reason, it failed for good.
    ByItself(Option<String>),
}

/// Waits until the camera is to be open: which wish that is, the opening's number, for how many people and what for;
/// `None` when it never will be again.
async fn next_opening(wish: &mut Receiver<CameraWish>) -> Option<(CameraWish, u64, u8, Purpose)> {
    let wished = wish.wait_for(|wish| *wish != CameraWish::Closed).await.map(|wish| *wish).ok()?;
    match wished {
        CameraWish::Open { run, people, purpose } => Some((wished, run, people, purpose)),
        CameraWish::Closed | CameraWish::End => None,
    }
}
