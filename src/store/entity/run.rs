//! A question to the bot and what became of it. A retried reply has several, of which one is the current.

use sea_orm::entity::prelude::*;

use crate::ids::{ChatId, MessageId, RunId, Seq, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RunId,
    pub chat_id: ChatId,
    pub message_id: MessageId,
    /// The number of the change that queued it, which is its place in the queue.
    pub seq: Seq,
    pub question_id: MessageId,
    pub asked_by: UserId,
    pub state: String,
    pub node: Option<String>,
    pub epoch: i64,
    pub lease_until: Option<Timestamp>,
    pub model: Option<String>,
    /// The chosen model, where another one was asked in its place.
    pub fallback_from: Option<String>,
    pub reason: Option<String>,
    pub detail: Option<String>,
    /// The budget that had no room for it.
    pub budget: Option<Json>,
    pub usage: Option<Json>,
    pub created_at: Timestamp,
    /// The number of the retry that put another run in its place; the text of then is the revision of that number.
    pub replaced_seq: Option<Seq>,
    /// What was sent to the model, without texts.
    pub context: Option<Json>,
    /// The person's message from which agents went on to ask each other; none where a person asked.
    pub origin_id: Option<MessageId>,
    /// How the reply stood when it was replaced; until then the message has it.
    pub status: Option<String>,
    pub stopped_by: Option<Json>,
    pub retried_by: Option<Json>,
    /// Whether it goes on with the text of the run before it.
    pub continues: bool,
    pub settings: Option<Json>,
    pub instruction: Option<String>,
    #[sea_orm(belongs_to, from = "message_id", to = "id")]
    pub message: BelongsTo<super::message::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
