//! An earlier text of a message that was edited, or of a reply that was retried.

use sea_orm::entity::prelude::*;

use crate::ids::{MessageId, Seq, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "revisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub message_id: MessageId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: Seq,
    pub content: String,
    pub replaced_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
