//! The socket's frames, both ways. One frame is one JSON text message.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{ChatId, ConnectionId, MessageId, Seq, UserId};
use crate::protocol::agent::RoomSettings;
use crate::protocol::error::ErrorCode;
use crate::protocol::event::{Event, Notice, Queue, QueueEntry, Signal, StreamSnapshot};
use crate::protocol::resource::{
    Chat, Me, Member, MemberRole, Message, MessageBody, MessageStatus, NotifyLevel, Preview, ReadReceipt,
    Reason, User, UserRef,
};
use crate::protocol::usage::{OverBudget, Usage};

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClientFrame {
    /// Comes back in the answer; at most 64 characters.
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(flatten)]
    pub command: Command,
}

/// What a client wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Hear a chat; with `after`, first everything since that `seq`.
    Join {
        chat_id: ChatId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Seq>,
    },
    /// Stop hearing a chat; membership stays.
    Leave {
        chat_id: ChatId,
    },
    /// Post; the `ack` comes once it is durable.
    Message {
        chat_id: ChatId,
        content: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        client_id: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<MessageId>,
    },
    Typing {
        chat_id: ChatId,
    },
    Read {
        chat_id: ChatId,
        last_read_seq: Seq,
    },
    /// Stop a waiting or written reply.
    Stop {
        chat_id: ChatId,
        message_id: MessageId,
    },
    /// Have a reply written once more, in its place.
    Retry {
        chat_id: ChatId,
        message_id: MessageId,
    },
    Ping,
}

/// The snapshot that answers `join`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Joined {
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    pub chat_id: ChatId,
    pub head_seq: Seq,
    pub participants: Vec<Member>,
    /// Who is in the room now.
    pub online: Vec<UserId>,
    pub read_positions: Vec<ReadReceipt>,
    /// Replies being written.
    pub streams: Vec<StreamSnapshot>,
    /// Drop what you hold of this chat and page it by REST.
    pub reset: bool,
}

/// What the server sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    Hello {
        connection_id: ConnectionId,
        user: Me,
        protocol: String,
        heartbeat_s: u64,
    },
    Ack {
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        message_id: Option<MessageId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        seq: Option<Seq>,
        #[serde(skip_serializing_if = "Option::is_none")]
        duplicate: Option<bool>,
    },
    Pong {
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
    Error {
        #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
        code: ErrorCode,
        detail: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        chat_id: Option<ChatId>,
        /// Seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    Joined(Joined),
    Message {
        message_id: MessageId,
        seq: Seq,
        #[serde(flatten)]
        message: MessageBody,
    },
    MessageUpdated {
        message_id: MessageId,
        seq: Seq,
        message_seq: Seq,
        #[serde(flatten)]
        message: MessageBody,
    },
    MessageDeleted {
        message_id: MessageId,
        seq: Seq,
        message_seq: Seq,
        #[serde(flatten)]
        message: MessageBody,
    },
    BotStream(BotStream),
    BotQueue {
        chat_id: ChatId,
        running: Vec<QueueEntry>,
        waiting: Vec<QueueEntry>,
        at_once: u32,
    },
    UserJoined {
        chat_id: ChatId,
        user_id: UserId,
        username: String,
        display_name: String,
    },
    UserLeft {
        chat_id: ChatId,
        user_id: UserId,
        username: String,
        display_name: String,
    },
    ParticipantAdded {
        seq: Seq,
        chat_id: ChatId,
        user: User,
        by: UserRef,
        message: Message,
    },
    ParticipantRemoved {
        seq: Seq,
        chat_id: ChatId,
        user: User,
        by: UserRef,
        message: Message,
    },
    ParticipantRole {
        seq: Seq,
        chat_id: ChatId,
        user: User,
        role: MemberRole,
        by: UserRef,
        message: Message,
    },
    ChatUpdated {
        seq: Seq,
        chat_id: ChatId,
        name: Option<String>,
        owner_id: Option<UserId>,
        /// Missing where nobody has set anything.
        #[serde(default, skip_serializing_if = "RoomSettings::is_default")]
        settings: RoomSettings,
        by: UserRef,
        message: Message,
    },
    ChatDeleted {
        seq: Seq,
        chat_id: ChatId,
        by: UserRef,
    },
    UserUpdated {
        user: User,
    },
    Typing {
        chat_id: ChatId,
        user_id: UserId,
        username: String,
        display_name: String,
    },
    Read {
        chat_id: ChatId,
        user_id: UserId,
        last_read_seq: Seq,
    },
    ChatCreated {
        chat: Chat,
    },
    ChatInvite {
        chat: Chat,
    },
    ChatActivity {
        chat_id: ChatId,
        head_seq: Seq,
        #[serde(skip_serializing_if = "Option::is_none")]
        preview: Option<Preview>,
        /// Since the last such frame somebody named you, or a reply that you asked for was settled.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        mention: bool,
    },
    ChatPreferences {
        chat_id: ChatId,
        notify: NotifyLevel,
    },
    /// Each joined chat's head, with every heartbeat: a lost last frame is noticed too.
    Heads {
        #[schema(value_type = std::collections::HashMap<String, i64>)]
        chats: std::collections::BTreeMap<ChatId, Seq>,
    },
    /// This socket fell too far behind in a chat; it hears nothing more of it until it joins again.
    Resync {
        chat_id: ChatId,
        after: Seq,
    },
    ServerClosing {
        reconnect_after_ms: u64,
    },
}

/// New text of a reply, or its end: `is_complete` says which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BotStream {
    /// Only at the end, which is durable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    pub chat_id: ChatId,
    pub message_id: MessageId,
    /// Counts the run's chunks from 0; not at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    pub chunk: String,
    pub is_complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_response: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MessageStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The budget that had no room for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<OverBudget>,
    /// The model that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The chosen model, where another one was asked in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<UserRef>,
}

impl ServerFrame {
    /// The frame of a durable event for those who are there.
    pub fn live(chat_id: ChatId, seq: Seq, event: Event) -> Self {
        match event {
            // An end that is announced late, after a retry, shows a reply that is not at its end.
            Event::Settled(message) if message.body.status.is_settled() => Self::BotStream(BotStream {
                seq: Some(seq),
                chat_id,
                message_id: message.id,
                index: None,
                chunk: String::new(),
                is_complete: true,
                status: Some(message.body.status),
                reason: message.body.run.as_ref().and_then(|run| run.reason),
                detail: message.body.run.as_ref().and_then(|run| run.detail.clone()),
                budget: message.body.run.as_ref().and_then(|run| run.budget),
                model: message.body.run.as_ref().and_then(|run| run.model.clone()),
                fallback_from: message.body.run.as_ref().and_then(|run| run.fallback_from.clone()),
                usage: message.body.run.as_ref().and_then(|run| run.usage),
                stopped_by: message.body.run.as_ref().and_then(|run| run.stopped_by.clone()),
                full_response: Some(message.body.content),
            }),
            event => Self::replayed(chat_id, seq, event),
        }
    }

    /// The frame of a durable event on catch-up, where a settled reply is an updated message.
    pub fn replayed(chat_id: ChatId, seq: Seq, event: Event) -> Self {
        match event {
            Event::Posted(message) => Self::Message { message_id: message.id, seq, message: message.body },
            Event::Updated(message) | Event::Settled(message) => Self::MessageUpdated {
                message_id: message.id,
                seq,
                message_seq: message.seq,
                message: message.body,
            },
            Event::Deleted(message) => Self::MessageDeleted {
                message_id: message.id,
                seq,
                message_seq: message.seq,
                message: message.body,
            },
            Event::ParticipantAdded { user, by, message } => {
                Self::ParticipantAdded { seq, chat_id, user, by, message }
            }
            Event::ParticipantRemoved { user, by, message } => {
                Self::ParticipantRemoved { seq, chat_id, user, by, message }
            }
            Event::ParticipantRole { user, role, by, message } => {
                Self::ParticipantRole { seq, chat_id, user, role, by, message }
            }
            Event::ChatUpdated { name, owner_id, settings, by, message } => {
                Self::ChatUpdated { seq, chat_id, name, owner_id, settings, by, message }
            }
            Event::ChatDeleted { by } => Self::ChatDeleted { seq, chat_id, by },
        }
    }

    /// The frame of an ephemeral signal.
    pub fn signal(chat_id: ChatId, signal: Signal) -> Self {
        match signal {
            Signal::Chunk { message_id, index, chunk, .. } => Self::BotStream(BotStream {
                seq: None,
                chat_id,
                message_id,
                index: Some(index),
                chunk,
                is_complete: false,
                full_response: None,
                status: None,
                reason: None,
                detail: None,
                budget: None,
                model: None,
                fallback_from: None,
                usage: None,
                stopped_by: None,
            }),
            Signal::Queue(Queue { running, waiting, at_once }) => {
                Self::BotQueue { chat_id, running, waiting, at_once }
            }
            Signal::UserJoined(UserRef { id, username, display_name }) => {
                Self::UserJoined { chat_id, user_id: id, username, display_name }
            }
            Signal::UserLeft(UserRef { id, username, display_name }) => {
                Self::UserLeft { chat_id, user_id: id, username, display_name }
            }
            Signal::Typing(UserRef { id, username, display_name }) => {
                Self::Typing { chat_id, user_id: id, username, display_name }
            }
            Signal::Read { user_id, last_read_seq } => Self::Read { chat_id, user_id, last_read_seq },
            Signal::UserUpdated(user) => Self::UserUpdated { user },
        }
    }

    /// The frame of a notice to one person.
    pub fn notice(notice: Notice) -> Self {
        match notice {
            Notice::ChatCreated(chat) => Self::ChatCreated { chat },
            Notice::ChatInvite(chat) => Self::ChatInvite { chat },
            Notice::ChatActivity { chat_id, head_seq, preview, mention } => {
                Self::ChatActivity { chat_id, head_seq, preview: preview.map(|preview| *preview), mention }
            }
            Notice::ChatPreferences { chat_id, notify } => Self::ChatPreferences { chat_id, notify },
            Notice::ChatEvent { chat_id, seq, event } => Self::replayed(chat_id, seq, *event),
            Notice::UserUpdated(user) => Self::UserUpdated { user },
        }
    }
}
