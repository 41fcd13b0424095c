//! New text on its way to the room: joined into at most 20 chunks a second, counted without holes.

use std::time::Duration;

use tokio::time::Instant;

use crate::bus::{Bus, Envelope};
use crate::ids::{ChatId, MessageId, RunId};
use crate::protocol::Signal;
use crate::store::rows::ClaimedRun;

/// Between two chunks of one reply.
const PAUSE: Duration = Duration::from_millis(50);

/// Publishes one reply's text as it grows.
pub struct Publisher<'a> {
    bus: &'a Bus,
    chat_id: ChatId,
    message_id: MessageId,
    run_id: RunId,
    next_index: u64,
    waiting: String,
    sent: Option<Instant>,
}

impl<'a> Publisher<'a> {
    /// Nothing published yet.
    pub fn new(bus: &'a Bus, run: &ClaimedRun) -> Self {
        let ClaimedRun { chat_id, message_id, lease, .. } = run;
        Self {
            bus,
            chat_id: *chat_id,
            message_id: *message_id,
            run_id: lease.run_id,
            next_index: 0,
            waiting: String::new(),
            sent: None,
        }
    }

    /// Adds text; it goes out now if the last chunk is long enough ago.
    pub fn push(&mut self, text: &str) {
        self.waiting.push_str(text);
        if self.due().is_some_and(|due| due <= Instant::now()) {
            self.flush();
        }
    }

    /// When the waiting text is to go out; `None` while there is none.
    pub fn due(&self) -> Option<Instant> {
        if self.waiting.is_empty() {
            return None;
        }
        Some(self.sent.map_or_else(Instant::now, |sent| sent + PAUSE))
    }

    /// Sends what waits.
    pub fn flush(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let signal = Signal::Chunk {
            message_id: self.message_id,
            run_id: self.run_id,
            index: self.next_index,
            chunk: std::mem::take(&mut self.waiting),
        };
        self.bus.publish(&Envelope::Signal { chat_id: self.chat_id, signal, except: None });
        self.next_index += 1;
        self.sent = Some(Instant::now());
    }
}
