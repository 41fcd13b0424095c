//! A question to the bot and what became of it.

use sea_orm::entity::prelude::*;

use crate::ids::{ChatId, MessageId, RunId, Seq, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RunId,
    pub chat_id: ChatId,
    #[sea_orm(unique)]
    pub message_id: MessageId,
    pub seq: Seq,
    pub question_id: MessageId,
    pub asked_by: UserId,
    pub state: String,
    pub node: Option<String>,
    pub epoch: i64,
    pub lease_until: Option<Timestamp>,
    pub model: Option<String>,
    pub reason: Option<String>,
    pub detail: Option<String>,
    pub usage: Option<Json>,
    pub created_at: Timestamp,
    #[sea_orm(belongs_to, from = "message_id", to = "id")]
    pub message: BelongsTo<super::message::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
