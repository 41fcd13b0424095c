//! What a chat's earlier messages were about.

use sea_orm::entity::prelude::*;

use crate::ids::{ChatId, Seq, SummaryId, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "summaries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SummaryId,
    pub chat_id: ChatId,
    /// It tells of all messages up to this place.
    pub up_to_seq: Seq,
    pub content: String,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
