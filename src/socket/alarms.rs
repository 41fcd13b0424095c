//! What seldom happens to a socket, in one future: four tokens, two of them locked by all sockets alike, and two timers.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::hub::people::Connection;
use crate::protocol::CloseCode;
use crate::socket::Lifecycle;

/// Something that seldom happens.
pub(in crate::socket) enum Alarm {
    Close(CloseCode),
    /// The server is about to close.
    Closing,
    /// It is time for a heartbeat.
    Beat,
    /// The session may be over.
    Expired,
}

/// The alarms of one socket.
pub(in crate::socket) struct Alarms {
    ended: CancellationToken,
    stuck: CancellationToken,
    lifecycle: Lifecycle,
    /// When the next heartbeat is due.
    pub beat: Instant,
    /// When the session is over.
    pub expiry: Instant,
    is_closing: bool,
    next: Option<Pin<Box<dyn Future<Output = Alarm> + Send>>>,
}

impl Alarms {
    pub(in crate::socket) fn new(
        connection: &Connection,
        lifecycle: &Lifecycle,
        beat: Instant,
        expiry: Instant,
    ) -> Self {
        let (ended, stuck) = (connection.ended.clone(), connection.stuck.clone());
        let lifecycle = lifecycle.clone();
        Self { ended, stuck, lifecycle, beat, expiry, is_closing: false, next: None }
    }

    /// The next alarm; `beat` and `expiry` count as they stood when it began to be waited for.
    pub(in crate::socket) fn poll_next(&mut self, cx: &mut task::Context<'_>) -> Poll<Alarm> {
        let mut next = self.next.take().unwrap_or_else(|| Box::pin(self.wait()));
        let Poll::Ready(alarm) = next.as_mut().poll(cx) else {
            self.next = Some(next);
            return Poll::Pending;
        };
        self.is_closing |= matches!(alarm, Alarm::Closing);
        Poll::Ready(alarm)
    }

    fn wait(&self) -> impl Future<Output = Alarm> + Send + use<> {
        let (ended, stuck, lifecycle) = (self.ended.clone(), self.stuck.clone(), self.lifecycle.clone());
        let (beat, expiry, is_closing) = (self.beat, self.expiry, self.is_closing);
        async move {
            tokio::select! {
                biased;
                () = ended.cancelled() => Alarm::Close(CloseCode::SessionEnded),
                () = stuck.cancelled() => Alarm::Close(CloseCode::Stuck),
                () = lifecycle.closing.cancelled(), if !is_closing => Alarm::Closing,
                () = lifecycle.close.cancelled() => Alarm::Close(CloseCode::Restarting),
                () = sleep_until(beat.min(expiry)) => if expiry <= beat { Alarm::Expired } else { Alarm::Beat },
            }
        }
    }
}
