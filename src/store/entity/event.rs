//! A place in a chat's log: what happened, by reference only, never with text.

use sea_orm::entity::prelude::*;

use crate::ids::{ChatId, MessageId, Seq, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub chat_id: ChatId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: Seq,
    pub kind: String,
    pub message_id: Option<MessageId>,
    pub user_id: Option<UserId>,
    pub by_id: Option<UserId>,
    pub role: Option<String>,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
