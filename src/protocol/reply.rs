//! A reply's versions, and the runs behind them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{ChatId, MessageId, RunId, Seq, Timestamp};
use crate::protocol::model::ModelSettings;
use crate::protocol::resource::{MessageStatus, ReplyRun, UserRef};
use crate::protocol::usage::Usage;

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

/// What somebody has missed in a chat, told to them alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CatchUp {
    /// Their read position: all of it was said after this `seq`.
    pub after: Seq,
    /// How many messages of others it tells of.
    pub messages: usize,
    /// Whether these are all; otherwise the latest of them.
    pub is_whole: bool,
    /// Markdown; `[#12]` refers to the message of that `seq`. Empty where nothing was missed.
    pub summary: String,
    /// The messages that it refers to, in the order of the summary.
    pub links: Vec<CatchUpLink>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

/// A message that a summary refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CatchUpLink {
    pub seq: Seq,
    pub message_id: MessageId,
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
