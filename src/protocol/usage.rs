//! What replies used and cost, and what may be spent on them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::budget::{Period, Scope, Unit};
use crate::ids::{CallId, ChatId, Day, MessageId, RunId, Timestamp, UserId};

/// Tokens and price, as far as they were told and known: of a call, or of all calls of a reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u32>,
    /// Of those of the prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thought_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_tokens: Option<u32>,
    /// Millionths of a dollar, of what has a price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_microusd: Option<i64>,
    /// Whether some or all of it has no known price.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unpriced: bool,
}

impl Usage {
    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        let tokens = |a: Option<u32>, b: Option<u32>| match (a, b) {
            (Some(a), Some(b)) => Some(a.saturating_add(b)),
            (a, b) => a.or(b),
        };
        Self {
            prompt_tokens: tokens(self.prompt_tokens, other.prompt_tokens),
            cached_tokens: tokens(self.cached_tokens, other.cached_tokens),
            thought_tokens: tokens(self.thought_tokens, other.thought_tokens),
            reply_tokens: tokens(self.reply_tokens, other.reply_tokens),
            total_tokens: tokens(self.total_tokens, other.total_tokens),
            cost_microusd: match (self.cost_microusd, other.cost_microusd) {
                (Some(a), Some(b)) => Some(a.saturating_add(b)),
                (a, b) => a.or(b),
            },
            unpriced: self.unpriced || other.unpriced,
        }
    }
}

/// How a call of a model's provider ended.
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
pub enum CallStatus {
    Success,
    Error,
    Timeout,
    RateLimited,
    /// By somebody, or because the server ended.
    Stopped,
}

/// A call of a model's provider. A reply has several where one failed and was tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Call {
    pub id: CallId,
    pub at: Timestamp,
    /// Absent, with `message_id`, `run_id` and `agent_id`, where it was for no reply: texts made into vectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<ChatId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    pub asked_by: UserId,
    /// The asker's username, as it is now.
    pub username: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<UserId>,
    pub provider: String,
    /// The model that answered; the one that was asked, where none answered.
    pub model: String,
    #[serde(flatten)]
    pub usage: Usage,
    /// Milliseconds until the first text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_chunk_ms: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u32>,
    pub status: CallStatus,
}

/// By what calls are added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grouping {
    /// All in one.
    Total,
    #[default]
    Day,
    Model,
    Room,
    Person,
}

/// Calls added up. Of `day`, `model`, `chat_id` and `user_id` it has the one by which they were grouped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsageSum {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<ChatId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// With `user_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    pub calls: i64,
    pub prompt_tokens: i64,
    pub cached_tokens: i64,
    pub thought_tokens: i64,
    pub reply_tokens: i64,
    pub total_tokens: i64,
    /// Millionths of a dollar, of the calls that have a price.
    pub cost_microusd: i64,
    /// Calls whose price is not known.
    pub unpriced_calls: i64,
}

/// The budget that had no room for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OverBudget {
    pub scope: Scope,
    pub period: Period,
    pub unit: Unit,
    pub limit: i64,
    /// Before this call, with what was reserved for those that were being made.
    pub used: i64,
    pub resets_at: Timestamp,
}

/// A budget that is in force, and how far it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Budget {
    pub scope: Scope,
    pub period: Period,
    pub unit: Unit,
    pub amount: i64,
    /// In this day or month, with what is reserved for the replies that are being written.
    pub spent: i64,
    pub renews_at: Timestamp,
    /// Set for this one; otherwise it is the server's default.
    pub set: bool,
}
