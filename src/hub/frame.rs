//! A frame on its way to many sockets: encoded once, with what a socket must know to place it.

use bytes::Bytes;

use crate::ids::{ChatId, MessageId, RunId, Seq, UserId};
use crate::protocol::{Event, Message, ServerFrame, Signal};

/// An encoded frame of one room.
#[derive(Debug)]
pub struct Frame {
    pub place: Place,
    /// UTF-8 JSON.
    pub text: Bytes,
    /// Hears nothing of it.
    pub except: Option<UserId>,
}

/// Where a frame belongs in what a socket hears of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One of the chat's numbers.
    Durable { seq: Seq, reply: Option<Reply>, ends: Ends },
    /// One of a reply's chunks.
    Chunk { message_id: MessageId, run_id: RunId, index: u64 },
    /// Anywhere, or nowhere.
    Ephemeral,
}

impl Place {
    /// Somebody was let in at `head`: an end at or before it is one that they have come back from since.
    pub fn is_history_up_to(&mut self, head: Seq) {
        if let Self::Durable { seq, ends, .. } = self
            && *seq <= head
        {
            *ends = Ends::Nobody;
        }
    }
}

/// How far a durable frame shows a reply to be: by which run it is written, and whether to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    pub message_id: MessageId,
    pub run_id: RunId,
    pub is_settled: bool,
}

impl Reply {
    fn of(message: &Message) -> Option<Self> {
        let run = message.body.run.as_ref()?;
        Some(Self { message_id: message.id, run_id: run.id, is_settled: message.body.status.is_settled() })
    }
}

/// For whom a durable frame is the last of its chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    Nobody,
    Member(UserId),
    Everybody,
}

impl Ends {
    /// Whether it is the last one for `user`.
    pub fn ends_for(self, user: UserId) -> bool {
        match self {
            Self::Nobody => false,
            Self::Member(member) => member == user,
            Self::Everybody => true,
        }
    }
}

/// Encodes any frame.
pub fn encode(frame: &ServerFrame) -> Bytes {
    serde_json::to_vec(frame).expect("a frame is plain data and always encodes").into()
}

impl Frame {
    /// A durable event for those who are there.
    pub fn event(chat_id: ChatId, seq: Seq, event: Event) -> Self {
        let place = place(seq, &event);
        Self { place, text: encode(&ServerFrame::live(chat_id, seq, event)), except: None }
    }

    /// An ephemeral signal.
    pub fn signal(chat_id: ChatId, signal: Signal, except: Option<UserId>) -> Self {
        let place = match &signal {
            Signal::Chunk { message_id, run_id, index, .. } => {
                Place::Chunk { message_id: *message_id, run_id: *run_id, index: *index }
            }
            _ => Place::Ephemeral,
        };
        Self { place, text: encode(&ServerFrame::signal(chat_id, signal)), except }
    }
}

/// The place of a durable event.
pub fn place(seq: Seq, event: &Event) -> Place {
    let ends = match event {
        Event::ParticipantRemoved { user, .. } => Ends::Member(user.id),
        Event::ChatDeleted { .. } => Ends::Everybody,
        _ => Ends::Nobody,
    };
    // By what the message shows and not by the kind of event: on catch-up, the end of a run may show its reply
    // being written by the next one.
    Place::Durable { seq, reply: event.message().and_then(Reply::of), ends }
}
