//! The nouns that clients see.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{ChatId, LinkId, MessageId, RunId, Seq, SessionId, Timestamp, UserId};
use crate::protocol::agent::RoomSettings;
use crate::protocol::usage::{OverBudget, Usage};

/// Whether an author is a human being or a program.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum UserKind {
    Person,
    Agent,
}

/// What a person may do on the whole server.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ServerRole {
    Member,
    Admin,
}

/// A person or an agent, as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    pub id: UserId,
    pub kind: UserKind,
    /// Never changed or reused; unique without regard to case.
    pub username: String,
    pub display_name: String,
    pub created_at: Timestamp,
}

impl User {
    /// The user by id and names.
    pub fn as_ref(&self) -> UserRef {
        UserRef { id: self.id, username: self.username.clone(), display_name: self.display_name.clone() }
    }
}

/// A user by id and names, where more would be noise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(from = "WrittenRef")]
pub struct UserRef {
    pub id: UserId,
    pub username: String,
    /// What people call them.
    pub display_name: String,
}

/// A reference as it may stand in a system message: those of before had no display name, and stay as they were written.
#[derive(Deserialize)]
struct WrittenRef {
    id: UserId,
    username: String,
    display_name: Option<String>,
}

impl From<WrittenRef> for UserRef {
    fn from(written: WrittenRef) -> Self {
        let display_name = written.display_name.unwrap_or_else(|| written.username.clone());
        Self { id: written.id, username: written.username, display_name }
    }
}

/// A user as they see themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    #[serde(flatten)]
    pub user: User,
    pub email: String,
    pub role: ServerRole,
}

/// A log-in of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    pub id: SessionId,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
    /// The `User-Agent` at log-in, cut to 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Whether this request came with it.
    pub current: bool,
}

/// What kind of room it is; fixed for its life.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ChatKind {
    Group,
    /// Two people, at most one chat for each pair.
    Private,
    /// One person and the bot; every message asks.
    Ai,
}

/// What a member may do in a chat.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MemberRole {
    Member,
    Admin,
    Owner,
}

/// What of a chat a member wants to be notified of; their own clients go by it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum NotifyLevel {
    #[default]
    All,
    /// Being named, and the replies that one asked for.
    Mentions,
    None,
}

/// A chat as one of its members sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Chat {
    pub id: ChatId,
    pub kind: ChatKind,
    /// A private chat has none: clients show the other person.
    pub name: Option<String>,
    pub owner_id: Option<UserId>,
    pub is_group: bool,
    pub is_ai_chat: bool,
    pub created_at: Timestamp,
    /// The number of the chat's last durable change.
    pub head_seq: Seq,
    pub my_role: MemberRole,
    pub last_read_seq: Seq,
    pub notify: NotifyLevel,
    /// Missing where nobody has set anything.
    #[serde(default, skip_serializing_if = "RoomSettings::is_default")]
    pub settings: RoomSettings,
}

/// A chat in the list of one's chats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChatListItem {
    #[serde(flatten)]
    pub chat: Chat,
    /// Others' ordinary messages after my read position, not deleted; counted to 100 and no further.
    pub unread_count: u32,
    pub last_message: Option<Preview>,
    pub last_message_time: Option<Timestamp>,
    /// The other people of a private chat, so that a list can be drawn without further requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<UserRef>,
}

/// The beginning of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Preview {
    pub message_id: MessageId,
    pub seq: Seq,
    pub kind: MessageKind,
    pub user_id: UserId,
    pub username: String,
    pub display_name: String,
    pub is_bot: bool,
    pub status: MessageStatus,
    /// At most 200 characters; empty when the message was deleted, and of a reply that has no text (yet).
    pub content: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// What a system message reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<SystemData>,
    /// Who asked for it, if it is a reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<UserId>,
}

/// A participant of a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    pub user_id: UserId,
    pub kind: UserKind,
    pub username: String,
    pub display_name: String,
    pub is_bot: bool,
    pub role: MemberRole,
    pub joined_at: Timestamp,
}

/// A link that brings whoever opens it into a chat. Without `Debug`: a code in a log would open the chat.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InviteLink {
    pub id: LinkId,
    pub chat_id: ChatId,
    /// What opens the chat; the link's page is `/join/{code}`.
    pub code: String,
    pub created_by: UserRef,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// Without it, as many as the chat has room for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_uses: Option<u32>,
    pub uses: u32,
}

/// What an invite link shows to whoever has it, before they come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvitePreview {
    pub chat_name: String,
    pub invited_by: UserRef,
    /// People and agents.
    pub member_count: u32,
    pub expires_at: Timestamp,
}

/// Whether somebody said it, or the room reports a change.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MessageKind {
    Text,
    System,
}

/// How far a message has come. People's messages are always `complete`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MessageStatus {
    Complete,
    Queued,
    Streaming,
    Stopped,
    Interrupted,
    Failed,
}

impl MessageStatus {
    /// Whether nothing more will come.
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Queued | Self::Streaming)
    }
}

/// Why a reply is not simply complete.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Reason {
    BotUnavailable,
    BlockedPrompt,
    BlockedReply,
    Cut,
    Empty,
    RateLimited,
    Quota,
    /// Somebody's budget has no room for it.
    Budget,
    Timeout,
    ProviderError,
    ProviderRefused,
    Incomplete,
    Restarted,
}

/// What a bot's reply answers, and how it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplyRun {
    pub id: RunId,
    pub asked_by: UserId,
    pub question_id: MessageId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The chosen model, `provider/name`, where another one was asked in its place; `detail` says why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The reason as a sentence for people; also who stopped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The budget that had no room for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<OverBudget>,
    /// Of all calls that this run took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Who stopped it, as they were called then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped_by: Option<UserRef>,
    /// Who had the reply written once more, or go on, by this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retried_by: Option<UserRef>,
    /// Whether it goes on with the text of the run before it, instead of beginning anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub continues: bool,
}

/// What a system message reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SystemData {
    ChatCreated {
        by: UserRef,
    },
    MemberAdded {
        user: UserRef,
        by: UserRef,
    },
    MemberJoined {
        user: UserRef,
        invited_by: UserRef,
    },
    MemberRemoved {
        user: UserRef,
        by: UserRef,
    },
    MemberLeft {
        user: UserRef,
    },
    RoleChanged {
        user: UserRef,
        role: MemberRole,
        by: UserRef,
    },
    ChatRenamed {
        name: String,
        by: UserRef,
    },
    /// How the room is served by its agents.
    SettingsChanged {
        by: UserRef,
    },
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    pub id: MessageId,
    #[serde(flatten)]
    pub body: MessageBody,
    /// Its place: the number it was posted with.
    pub seq: Seq,
}

/// A message without its id and place, which frames name differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageBody {
    pub chat_id: ChatId,
    /// The number of its last change: of two copies the higher wins.
    pub updated_seq: Seq,
    pub kind: MessageKind,
    pub user_id: UserId,
    pub username: String,
    pub display_name: String,
    pub content: String,
    pub is_bot: bool,
    pub status: MessageStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    pub created_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<SystemData>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<ReplyRun>,
}

impl Message {
    /// Who wrote it.
    pub fn author(&self) -> UserRef {
        let MessageBody { user_id, username, display_name, .. } = &self.body;
        UserRef { id: *user_id, username: username.clone(), display_name: display_name.clone() }
    }

    /// The beginning of it, for chat lists and notices.
    pub fn preview(&self) -> Preview {
        Preview {
            message_id: self.id,
            seq: self.seq,
            kind: self.body.kind,
            user_id: self.body.user_id,
            username: self.body.username.clone(),
            display_name: self.body.display_name.clone(),
            is_bot: self.body.is_bot,
            status: self.body.status,
            content: self.body.content.chars().take(200).collect(),
            deleted_at: self.body.deleted_at,
            data: self.body.data.clone(),
            asked_by: self.body.run.as_ref().map(|run| run.asked_by),
        }
    }
}

/// An earlier text of a message that was edited, or of a reply that was retried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    pub content: String,
    /// When this text was replaced.
    pub replaced_at: Timestamp,
}

/// How far a member has read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadReceipt {
    pub user_id: UserId,
    pub username: String,
    pub last_read_seq: Seq,
    pub read_at: Option<Timestamp>,
}
