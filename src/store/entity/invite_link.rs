//! A link into a chat. It is there only while its chat lives and its creator takes part in it.

use sea_orm::entity::prelude::*;

use crate::ids::{ChatId, LinkId, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "invite_links")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LinkId,
    pub chat_id: ChatId,
    pub created_by: UserId,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub max_uses: Option<i32>,
    pub uses: i32,
    #[sea_orm(belongs_to, from = "chat_id", to = "id")]
    pub chat: BelongsTo<super::chat::Entity>,
    #[sea_orm(belongs_to, from = "created_by", to = "id")]
    pub creator: BelongsTo<super::user::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
