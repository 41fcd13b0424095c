//! A reply's versions, and the runs behind them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{ChatId, MessageId, RunId, Timestamp};
use crate::protocol::model::ModelSettings;
use crate::protocol::resource::{MessageStatus, ReplyRun, UserRef};

/// One of the texts of a reply: what one of its runs wrote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Version {
    pub run: ReplyRun,
    pub content: String,
    pub status: MessageStatus,
    /// Who asked for this version: of the first one, whose question it answers.
    pub requested_by: UserRef,
    pub requested_at: Timestamp,
    /// When another version took its place; the last one has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_at: Option<Timestamp>,
    /// What of the model and its settings was asked for with the question itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<ModelSettings>,
    /// The instruction that came with the question itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
}

/// How far a run is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RunState {
    Queued,
    Running,
    Done,
}

/// A run, and what has become of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BotRun {
    pub id: RunId,
    pub chat_id: ChatId,
    /// The reply that it writes.
    pub message_id: MessageId,
    pub question_id: MessageId,
    pub state: RunState,
    /// Its place among those that wait, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// Characters of its text so far, at most a second old.
    pub written: usize,
    /// What it wrote, once it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Version>,
}
