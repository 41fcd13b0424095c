//! Agents, the prompts that people keep for them, how a room is served by them, and what a reply saw.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{MessageId, PromptId, Seq, Timestamp, UserId};
use crate::protocol::model::ModelSettings;

/// Who finds something that somebody made.
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
pub enum Visibility {
    /// Everybody on the server.
    Shared,
    /// Whoever made it.
    #[default]
    Private,
}

/// A participant that is a program: its user, and what makes it answer as it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    pub id: UserId,
    /// By which it is mentioned and invited; never changed.
    pub username: String,
    pub display_name: String,
    pub description: String,
    pub instruction: String,
    pub settings: ModelSettings,
    /// A sign or two, such as an emoji.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
    pub visibility: Visibility,
    /// Missing where the server brought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<UserId>,
    pub created_at: Timestamp,
}

/// An instruction that somebody keeps, to be put into agents and rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Prompt {
    pub id: PromptId,
    pub owner_id: UserId,
    pub title: String,
    pub content: String,
    pub visibility: Visibility,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// When a room's agents answer. Never what is addressed to another person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Manners {
    /// To `/bot`, and where they are mentioned.
    #[default]
    OnMention,
    /// Also to what the same person says next, for a while.
    Follow,
    /// To every message.
    Always,
}

/// What a question may choose for itself, in the place of its room and its agent: everything, where nobody has set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Overrides {
    pub model: bool,
    /// `temperature`, `top_p`, `max_tokens` and `thinking`.
    pub generation: bool,
    pub system_prompt: bool,
}

impl Default for Overrides {
    fn default() -> Self {
        Self { model: true, generation: true, system_prompt: true }
    }
}

impl Overrides {
    /// Whether nobody has set anything.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How a room is served by its agents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoomSettings {
    #[serde(default)]
    pub manners: Manners,
    /// What every agent is told here, after its own instruction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// Who answers `/bot`; the agent that has been here longest if not given, or gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_agent_id: Option<UserId>,
    /// Stronger than the agents' own.
    #[serde(default)]
    pub model: ModelSettings,
    /// Missing where a question may choose everything.
    #[serde(default, skip_serializing_if = "Overrides::is_default")]
    pub overrides: Overrides,
}

impl RoomSettings {
    /// Whether nobody has set anything.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What the model was shown for a reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplyContext {
    /// The instruction, word for word.
    pub instruction: String,
    /// What stood for earlier messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<ContextSummary>,
    /// Oldest first; the last one is the question. What was deleted since is gone from here too.
    pub messages: Vec<ContextMessage>,
    pub settings: ModelSettings,
    /// The model that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// A message that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContextMessage {
    pub message_id: MessageId,
    pub seq: Seq,
}

/// A summary that was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContextSummary {
    /// It tells of all messages up to this place.
    pub up_to_seq: Seq,
    /// Missing where one of these messages was changed or deleted since, which withdraws the summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}
