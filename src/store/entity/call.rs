//! A call of a model's provider: who asked for it, what it used, what it cost, and how it went.

use sea_orm::entity::prelude::*;

use crate::ids::{CallId, ChatId, Day, MessageId, RunId, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "calls")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CallId,
    pub run_id: RunId,
    pub chat_id: ChatId,
    pub message_id: MessageId,
    pub asked_by: UserId,
    pub agent_id: UserId,
    pub provider: String,
    /// The model that answered; the one that was asked, where none answered.
    pub model: String,
    /// None while it is being made.
    pub status: Option<String>,
    pub prompt_tokens: Option<i64>,
    pub cached_tokens: Option<i64>,
    pub thought_tokens: Option<i64>,
    pub reply_tokens: Option<i64>,
    pub total_tokens: Option<i64>,
    /// None where nobody knows.
    pub cost_microusd: Option<i64>,
    /// What is reserved for it while it is being made; 0 afterwards.
    pub held_tokens: i64,
    pub held_microusd: i64,
    pub first_chunk_ms: Option<i32>,
    pub duration_ms: Option<i32>,
    /// The day since 1970, in UTC, for which it counts.
    pub day: Day,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
