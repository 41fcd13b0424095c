//! A room.

use sea_orm::entity::prelude::*;

use crate::ids::{ChatId, MessageId, Seq, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "chats")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChatId,
    pub kind: String,
    pub name: Option<String>,
    pub owner_id: Option<UserId>,
    pub head_seq: Seq,
    pub pair_key: Option<String>,
    pub last_message_id: Option<MessageId>,
    pub active_at: Timestamp,
    pub created_at: Timestamp,
    pub deleted_at: Option<Timestamp>,
    /// None for those of every new room.
    pub settings: Option<Json>,
    /// The number of the change that left no reply open: from there on turns are counted.
    pub idle_seq: Seq,
    /// Fewer replies at once than the server allows.
    pub replies_at_once: Option<i32>,
    #[sea_orm(belongs_to, from = "last_message_id", to = "id", skip_fk)]
    pub last_message: BelongsTo<Option<super::message::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
