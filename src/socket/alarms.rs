//! What seldom happens to a socket, in one future that is polled only once some of it has happened.
//!
//! `select!` polls its branches at every turn. Four tokens, two of them locked by all sockets alike, and two timers would
//! be asked at every frame, which cost more than what the frame itself does.

use std::future::Future;
use std::pin::Pin;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
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
    // One future; the set is for its waker, which spares the future being asked in vain.
    next: FuturesUnordered<Pin<Box<dyn Future<Output = Alarm> + Send>>>,
}

impl Alarms {
    pub(in crate::socket) fn new(
        connection: &Connection,
        lifecycle: &Lifecycle,
        beat: Instant,
        expiry: Instant,
    ) -> Self {
        let (ended, stuck) = (connection.ended.clone(), connection.stuck.clone());
        let (lifecycle, next) = (lifecycle.clone(), FuturesUnordered::new());
        Self { ended, stuck, lifecycle, beat, expiry, is_closing: false, next }
    }

    /// The next alarm; `beat` and `expiry` count as they stood when it began to wait. Dropping the future loses nothing.
    pub(in crate::socket) async fn next(&mut self) -> Alarm {
        if self.next.is_empty() {
            self.next.push(Box::pin(self.wait()));
        }
        let alarm = self.next.next().await.expect("one was put in");
        self.is_closing |= matches!(alarm, Alarm::Closing);
        alarm
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
                () = sleep_until(expiry) => Alarm::Expired,
                () = sleep_until(beat) => Alarm::Beat,
            }
        }
    }
}
