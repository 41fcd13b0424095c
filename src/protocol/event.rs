//! What happens: durable events, ephemeral signals, and notices to one person.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{ChatId, MessageId, RunId, Seq, UserId};
use crate::protocol::agent::RoomSettings;
use crate::protocol::resource::{Chat, MemberRole, Message, NotifyLevel, Preview, User, UserRef};

/// A durable change of a chat; carries the `seq` of the transaction that made it true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    Posted(Message),
    Updated(Message),
    Deleted(Message),
    /// A bot's reply came to its end.
    Settled(Message),
    ParticipantAdded {
        user: User,
        by: UserRef,
        message: Message,
    },
    ParticipantRemoved {
        user: User,
        by: UserRef,
        message: Message,
    },
    ParticipantRole {
        user: User,
        role: MemberRole,
        by: UserRef,
        message: Message,
    },
    ChatUpdated {
        name: Option<String>,
        owner_id: Option<UserId>,
        settings: RoomSettings,
        by: UserRef,
        message: Message,
    },
    ChatDeleted {
        by: UserRef,
    },
}

impl Event {
    /// The message that this event shows, if it shows one.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::Posted(message)
            | Self::Updated(message)
            | Self::Deleted(message)
            | Self::Settled(message) => Some(message),
            Self::ParticipantAdded { message, .. }
            | Self::ParticipantRemoved { message, .. }
            | Self::ParticipantRole { message, .. }
            | Self::ChatUpdated { message, .. } => Some(message),
            Self::ChatDeleted { .. } => None,
        }
    }
}

/// Something that joined clients may miss without harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Signal {
    /// New text of a reply; `index` counts its run's chunks from 0 without holes.
    Chunk {
        message_id: MessageId,
        run_id: RunId,
        index: u64,
        chunk: String,
    },
    Queue(Queue),
    UserJoined(UserRef),
    UserLeft(UserRef),
    Typing(UserRef),
    Read {
        user_id: UserId,
        last_read_seq: Seq,
    },
    UserUpdated(User),
}

/// A chat's replies that are being written or wait for their turn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Queue {
    pub running: Vec<QueueEntry>,
    /// In the order in which they will be written, unless somebody asks or stops one meanwhile.
    pub waiting: Vec<QueueEntry>,
    /// So many are written at the same time in this room.
    pub at_once: u32,
}

impl Queue {
    /// Whether nothing is written and nothing waits.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty() && self.waiting.is_empty()
    }
}

/// A reply in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueEntry {
    pub message_id: MessageId,
    pub run_id: RunId,
    pub asked_by: UserId,
    /// From 1 within its list.
    pub position: u32,
}

/// A reply being written, as somebody who joins now needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StreamSnapshot {
    pub message_id: MessageId,
    /// Which of the reply's runs writes it: a retry begins the text anew.
    pub run_id: RunId,
    pub content: String,
    pub next_index: u64,
}

/// Something told to one person on every socket, whatever chats are joined there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    ChatCreated(Chat),
    ChatInvite(Chat),
    /// A chat that this socket has not joined went on.
    ChatActivity {
        chat_id: ChatId,
        head_seq: Seq,
        preview: Option<Box<Preview>>,
        /// Since the last such notice somebody named this person, or a reply that they asked for was settled.
        mention: bool,
    },
    /// What this person wants of a chat, set on one of their devices.
    ChatPreferences {
        chat_id: ChatId,
        notify: NotifyLevel,
    },
    /// A durable event for somebody who may not have joined: removed, or the chat is gone.
    ChatEvent {
        chat_id: ChatId,
        seq: Seq,
        event: Box<Event>,
    },
    UserUpdated(User),
}
