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

#[cfg(test)]
mod tests {
    use super::{Ends, Place, place};
    use crate::ids::{Seq, UserId};
    use crate::protocol::{Event, UserRef};

    #[test]
    fn an_end_is_for_whom_it_is_and_past_for_whoever_was_let_in_since() {
        let (ada, ben) = (UserId::new(), UserId::new());
        for (ends, for_ada, for_ben) in
            [(Ends::Nobody, false, false), (Ends::Member(ada), true, false), (Ends::Everybody, true, true)]
        {
            assert_eq!((ends.ends_for(ada), ends.ends_for(ben)), (for_ada, for_ben), "{ends:?}");
        }
        let by = UserRef { id: ada, username: "ada".into(), display_name: "Ada".into() };
        let deleted = place(Seq(5), &Event::ChatDeleted { by });
        for (head, ends) in [(4, Ends::Everybody), (5, Ends::Nobody), (6, Ends::Nobody)] {
            let mut place = deleted;
            place.is_history_up_to(Seq(head));
            assert_eq!(place, Place::Durable { seq: Seq(5), reply: None, ends });
        }
    }
}
