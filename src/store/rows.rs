//! Plain structs that go in and out of the store where a protocol resource says too much or too little.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::budget::{Allowance, Scope};
use crate::ids::{
    CallId, ChatId, Day, LinkId, MessageId, RunId, Seq, SessionId, SummaryId, Timestamp, UserId,
};
use crate::protocol::{
    AuditAction, CallStatus, ChatKind, Event, MemberRole, Message, MessageKind, MessageStatus, ModelSettings,
    NotifyLevel, OverBudget, Reason, RoomSettings, RunState, ServerRole, SystemData, Usage, User, UserKind,
    UserRef, Visibility,
};

/// A durable change, as told to whoever watches commits.
#[derive(Clone, Debug)]
pub struct Committed {
    pub chat_id: ChatId,
    pub seq: Seq,
    pub event: Event,
}

/// A user with what only the rules may see.
#[derive(Clone, Debug)]
pub struct Account {
    pub user: User,
    pub email: Option<String>,
    pub role: ServerRole,
    /// PHC string; none for agents and deleted accounts.
    pub password_hash: Option<String>,
    pub disabled_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

/// A user to be.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: UserId,
    pub kind: UserKind,
    pub username: String,
    pub display_name: String,
    pub email: Option<String>,
    pub password_hash: Option<String>,
    pub role: ServerRole,
    pub created_at: Timestamp,
}

/// What is already taken, where a user could not be added or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Username,
    Email,
}

/// What makes a user an agent.
#[derive(Clone, Debug)]
pub struct NewAgent {
    pub user_id: UserId,
    pub description: String,
    pub instruction: String,
    pub settings: ModelSettings,
    pub avatar: Option<String>,
    pub visibility: Visibility,
    /// None where the server brings it.
    pub created_by: Option<UserId>,
}

/// A line of the audit log to be.
#[derive(Clone, Debug)]
pub struct NewAuditEntry {
    pub at: Timestamp,
    pub action: AuditAction,
    pub actor: Option<UserId>,
    pub subject: Option<UserId>,
    pub chat: Option<ChatId>,
    pub detail: Option<String>,
    pub from: Option<IpAddr>,
}

/// A log-in to be.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub id: SessionId,
    pub user_id: UserId,
    pub user_agent: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A log-in with its account.
#[derive(Clone, Debug)]
pub struct SessionAccount {
    pub session_id: SessionId,
    pub expires_at: Timestamp,
    pub account: Account,
}

/// What a presented refresh token turned out to be.
#[derive(Clone, Debug)]
pub enum Refresh {
    Unknown,
    /// Valid, and used up by this call or by one whose answer got lost.
    Fresh(SessionAccount),
    /// Used before, and not by a lost answer: somebody has a copy.
    Reused {
        session_id: SessionId,
        user_id: UserId,
    },
}

/// A chat without anybody's view of it.
#[derive(Clone, Debug)]
pub struct ChatRow {
    pub id: ChatId,
    pub kind: ChatKind,
    pub name: Option<String>,
    pub owner_id: Option<UserId>,
    pub head_seq: Seq,
    pub created_at: Timestamp,
    pub settings: RoomSettings,
}

/// One's place in a chat.
#[derive(Clone, Copy, Debug)]
pub struct Membership {
    pub role: MemberRole,
    pub last_read_seq: Seq,
    pub joined_at: Timestamp,
    pub notify: NotifyLevel,
}

/// A chat to be; its members and first message are added in the same transaction.
#[derive(Clone, Debug)]
pub struct NewChat {
    pub id: ChatId,
    pub kind: ChatKind,
    pub name: Option<String>,
    pub owner_id: UserId,
    /// The two people of a private chat; at most one living chat has this pair.
    pub pair: Option<(UserId, UserId)>,
    pub created_at: Timestamp,
}

/// A link into a chat, without its code.
#[derive(Clone, Debug)]
pub struct LinkRow {
    pub id: LinkId,
    pub chat_id: ChatId,
    pub created_by: UserRef,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub max_uses: Option<u32>,
    pub uses: u32,
}

/// A message to be; its `seq` is given in the transaction.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub id: MessageId,
    pub kind: MessageKind,
    pub author: UserRef,
    pub is_bot: bool,
    pub content: String,
    pub status: MessageStatus,
    pub reply_to: Option<MessageId>,
    pub client_id: Option<String>,
    pub data: Option<SystemData>,
    pub created_at: Timestamp,
}

/// A reply to be: the bot's placeholder and the run that will fill it.
#[derive(Clone, Debug)]
pub struct NewReply {
    pub run_id: RunId,
    pub message_id: MessageId,
    pub agent: UserRef,
    pub asked: Asked,
}

/// How a reply was asked for; goes before what its agent and its room say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    pub settings: ModelSettings,
    /// Stands behind every other instruction.
    pub instruction: Option<String>,
}

/// A reply that is to be written once more.
#[derive(Clone, Debug)]
pub struct Retry {
    pub run_id: RunId,
    pub by: UserRef,
    /// Whether the text there is stays, and the reply goes on with it.
    pub continues: bool,
    pub at: Timestamp,
}

/// The person's message from which agents went on to ask each other, and who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    pub message_id: MessageId,
    pub asked_by: UserId,
}

/// A person's message on its way in.
#[derive(Clone, Debug)]
pub struct Post {
    pub chat_id: ChatId,
    pub message: NewMessage,
    /// One for each agent that it asks; their placeholders get the `seq`s after the question's.
    pub replies: Vec<NewReply>,
}

/// What became of a post.
#[derive(Clone, Debug)]
pub enum Posted {
    New(Message),
    /// The sender's `client_id` was here before: the first message, as it is now.
    Duplicate(Message),
    /// The sender is not (any more) in the chat, or it is gone.
    NotMember,
}

/// Which part of a chat's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    Latest,
    Before(Seq),
    After(Seq),
    Around(Seq),
}

/// A page of messages, oldest first, and whether there are more on either side.
#[derive(Clone, Debug)]
pub struct MessagePage {
    pub messages: Vec<Message>,
    pub has_older: bool,
    pub has_newer: bool,
}

/// What the log says since a cursor.
#[derive(Clone, Debug)]
pub enum Replay {
    /// Every event after the cursor, in order, at most the asked number; `complete` when the head is reached.
    Events { events: Vec<(Seq, Event)>, complete: bool },
    /// The log does not reach back to the cursor, or the cursor lies beyond the head.
    Gone,
}

/// A run that this node may write, until its lease ends.
#[derive(Clone, Debug)]
pub struct ClaimedRun {
    pub lease: Lease,
    pub chat_id: ChatId,
    pub message_id: MessageId,
    pub question_id: MessageId,
    pub question_seq: Seq,
    pub asked_by: UserRef,
    pub agent: UserRef,
    /// What the reply goes on from; empty where it is written from its beginning.
    pub text: String,
    pub asked: Asked,
}

/// The right to write a run: every write says its epoch, so that a node that was only paused cannot write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub run_id: RunId,
    pub epoch: i64,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// `None` keeps the text that was checkpointed.
    pub content: Option<String>,
    pub status: MessageStatus,
    pub reason: Option<Reason>,
    pub detail: Option<String>,
    /// The budget that had no room for it.
    pub budget: Option<OverBudget>,
    pub model: Option<String>,
    /// The chosen model, where another one was asked in its place.
    pub fallback_from: Option<String>,
    pub usage: Option<Usage>,
    pub stopped_by: Option<UserRef>,
    /// The calls that it took, as they ended.
    pub calls: Vec<EndedCall>,
    /// What it asks of other agents, with its end.
    pub passed_on: Option<PassedOn>,
}

/// Replies that a reply asks of other agents.
#[derive(Clone, Debug)]
pub struct PassedOn {
    pub replies: Vec<NewReply>,
    /// As many as there may be because of one message of a person's.
    pub at_most: u32,
    pub at: Timestamp,
}

impl Outcome {
    /// It ended like this, and no more is known of it.
    pub fn of(status: MessageStatus) -> Self {
        Self {
            content: None,
            status,
            reason: None,
            detail: None,
            budget: None,
            model: None,
            fallback_from: None,
            usage: None,
            stopped_by: None,
            calls: Vec::new(),
            passed_on: None,
        }
    }
}

/// Who spends, and for whom a budget is: each call counts for all three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    Person(UserId),
    Room(ChatId),
    Server,
}

impl Subject {
    /// What kind of subject it is.
    pub fn scope(self) -> Scope {
        match self {
            Self::Person(_) => Scope::Person,
            Self::Room(_) => Scope::Room,
            Self::Server => Scope::Server,
        }
    }

    /// Its id; nil for the server.
    pub fn id(self) -> Uuid {
        match self {
            Self::Person(user) => user.0,
            Self::Room(chat) => chat.0,
            Self::Server => Uuid::nil(),
        }
    }
}

/// What a subject may spend between two days, the second one excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    pub subject: Subject,
    pub allowance: Allowance,
    pub begins: Day,
    pub renews: Day,
}

/// A bound without room for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    pub bound: Bound,
    /// Spent and reserved without this call.
    pub used: i64,
}

/// A call about to be made, and what is reserved for it.
#[derive(Clone, Debug)]
pub struct NewCall {
    pub id: CallId,
    pub agent_id: UserId,
    pub provider: String,
    pub model: String,
    pub tokens: i64,
    /// 0 where nobody knows.
    pub microusd: i64,
    pub at: Timestamp,
}

/// For what a call is made. A call beside a run has a `run_id` of its own.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
    pub run_id: RunId,
    pub chat_id: ChatId,
    pub message_id: MessageId,
    pub asked_by: UserId,
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    Yes,
    /// There is no room for it within this bound; nothing was reserved.
    Over(Exceeded),
    /// The run belongs to somebody else by now.
    Fenced,
}

/// A call that has ended.
#[derive(Clone, Debug)]
pub struct EndedCall {
    pub id: CallId,
    pub provider: String,
    /// The model that answered; the one that was asked, where none answered.
    pub model: String,
    pub status: CallStatus,
    /// Without a cost it is unpriced.
    pub usage: Usage,
    pub first_chunk_ms: Option<i32>,
    pub duration_ms: i32,
    pub at: Timestamp,
}

/// A run, as the rules need it.
#[derive(Clone, Debug)]
pub struct RunRow {
    pub id: RunId,
    pub chat_id: ChatId,
    pub message_id: MessageId,
    pub asked_by: UserId,
    pub state: RunState,
}

/// What was sent to the model for a reply: places and a hash, no text of anybody's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saw {
    /// Oldest first; the last one is the question.
    pub messages: Vec<Seq>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summarised>,
    pub settings: ModelSettings,
}

/// A summary, and the place up to which it tells of a chat's messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summarised {
    pub id: SummaryId,
    pub up_to_seq: Seq,
}

/// A summary with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub of: Summarised,
    pub content: String,
}

/// A message of the room's history, as the bot's context needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryMessage {
    pub seq: Seq,
    pub at: Timestamp,
    pub author: UserRef,
    pub is_bot: bool,
    pub content: String,
}
