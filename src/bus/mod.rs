//! The wire between those who change things and those who deliver them.
//!
//! Local delivery is a plain call in the publisher's order: no queue that could fill, no hop. Knows
//! neither sockets nor the database.

use std::sync::OnceLock;

use crate::ids::{ChatId, RunId, Seq, SessionId, UserId};
use crate::protocol::{Event, Notice, Signal, UserRef};

/// What travels.
#[derive(Clone, Debug)]
pub enum Envelope {
    /// A durable change of a chat, published after its commit.
    Event { chat_id: ChatId, seq: Seq, event: Box<Event> },
    /// Ephemeral, for those who joined the chat; `except` hears nothing of it.
    Signal { chat_id: ChatId, signal: Signal, except: Option<UserId> },
    /// For one person, on every socket.
    Notice { user_id: UserId, notice: Notice },
    /// These log-ins are over; their sockets close.
    SessionsEnded { user_id: UserId, sessions: Vec<SessionId> },
    /// A chat has a reply to be written.
    RunQueued { chat_id: ChatId },
    /// Somebody stopped a reply that is being written.
    RunStopped { run_id: RunId, by: UserRef },
}

type Handler = Box<dyn Fn(&Envelope) + Send + Sync>;

/// Publishes envelopes to whoever was attached at assembly.
#[derive(Default)]
pub struct Bus {
    handler: OnceLock<Handler>,
}

impl Bus {
    /// Hands every envelope, in the order of publication, to `handler`, on the publisher's task: the
    /// handler must not block. To be called once, before the first publication.
    pub fn attach(&self, handler: impl Fn(&Envelope) + Send + Sync + 'static) {
        let attached = self.handler.set(Box::new(handler)).is_ok();
        debug_assert!(attached, "the bus is attached once, by the assembly");
    }

    /// Delivers `envelope`; before `attach` nobody listens and it is dropped.
    pub fn publish(&self, envelope: &Envelope) {
        if let Some(handler) = self.handler.get() {
            handler(envelope);
        }
    }
}
