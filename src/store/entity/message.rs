//! A message, the bot's replies included.

use sea_orm::entity::prelude::*;

use crate::ids::{ChatId, MessageId, Seq, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MessageId,
    pub chat_id: ChatId,
    pub seq: Seq,
    pub updated_seq: Seq,
    pub kind: String,
    pub author_id: UserId,
    pub is_bot: bool,
    pub content: String,
    pub status: String,
    pub reply_to: Option<MessageId>,
    pub client_id: Option<String>,
    pub data: Option<Json>,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    #[sea_orm(belongs_to, from = "author_id", to = "id")]
    pub author: BelongsTo<super::user::Entity>,
    #[sea_orm(has_one)]
    pub run: HasOne<super::run::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
