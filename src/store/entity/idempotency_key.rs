//! Which chat a repeated request has already made.

use sea_orm::entity::prelude::*;

use crate::ids::{ChatId, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub chat_id: ChatId,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
