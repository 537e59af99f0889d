//! How the rest of the process reaches the task: requests with a way to answer, never waiting for room.

use std::sync::Arc;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::REQUEST_CHANNEL;
use crate::control::{Answer, Question, Why};
use crate::till::{Report, Ways};

/// What came of a reported till event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TillAnswer {
    /// It is on the disk.
    Accepted,
    /// It was there already.
    Duplicate,
    /// Too many wait; nothing was kept.
    Full,
    /// It could not be written; nothing was kept.
    Failed,
}

pub(super) enum Request {
    Till(Report, oneshot::Sender<TillAnswer>),
    Writable(oneshot::Sender<bool>),
    Question(Question, oneshot::Sender<Answer>),
}

/// A way to the task; cheap to clone.
#[derive(Clone, Debug)]
pub struct KioskHandle {
    requests: mpsc::Sender<Request>,
    /// What only closes the camera; it waits behind nobody's secret.
    urgent: mpsc::Sender<Request>,
    ways: Arc<Ways>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Till(..) => "Till",
            Self::Writable(_) => "Writable",
            Self::Question(..) => "Question",
        })
    }
}

/// What waits for the task.
pub(super) struct Requests {
    usual: mpsc::Receiver<Request>,
    urgent: mpsc::Receiver<Request>,
}

impl Requests {
    /// The next one; `None` when there will be none any more.
    pub async fn recv(&mut self) -> Option<Request> {
        tokio::select! {
            biased;
            Some(request) = self.urgent.recv() => Some(request),
            Some(request) = self.usual.recv() => Some(request),
            else => None,
        }
    }

    /// Takes no more.
    pub fn close(&mut self) {
        self.usual.close();
        self.urgent.close();
    }
}

pub(super) fn channel() -> (KioskHandle, Requests) {
    let (requests, usual) = mpsc::channel(REQUEST_CHANNEL);
    let (sender, urgent) = mpsc::channel(REQUEST_CHANNEL);
    (KioskHandle { requests, urgent: sender, ways: Arc::default() }, Requests { usual, urgent })
}

impl KioskHandle {
    /// How the ways to the till stand.
    #[must_use]
    pub fn ways(&self) -> &Arc<Ways> {
        &self.ways
    }

    /// Appends a reported event to the inbox.
    pub async fn till_event(&self, report: Report) -> TillAnswer {
        let (reply, answer) = oneshot::channel();
        match self.requests.try_send(Request::Till(report, reply)) {
            Ok(()) => answer.await.unwrap_or(TillAnswer::Failed),
            Err(TrySendError::Full(_)) => TillAnswer::Full,
            Err(TrySendError::Closed(_)) => TillAnswer::Failed,
        }
    }

    /// How many more requests may wait.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.requests.capacity()
    }

    /// Whether the store would take a write now.
    pub async fn writable(&self) -> bool {
        let (reply, answer) = oneshot::channel();
        self.requests.try_send(Request::Writable(reply)).is_ok() && answer.await.unwrap_or(false)
    }

    /// Answers a command beside the kiosk.
    pub async fn question(&self, question: Question) -> Answer {
        let busy = || Answer::refused(Why::Busy, "the kiosk is busy or stopping; try again");
        let (reply, answer) = oneshot::channel();
        let urgent = matches!(question, Question::Pause { .. } | Question::SignOut { .. } | Question::EndTrial);
        let requests = if urgent { &self.urgent } else { &self.requests };
        match requests.try_send(Request::Question(question, reply)) {
            Ok(()) => answer.await.unwrap_or_else(|_| busy()),
            Err(_) => busy(),
        }
    }
}
