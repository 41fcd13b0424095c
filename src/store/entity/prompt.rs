//! An instruction that somebody keeps for agents and rooms.

use sea_orm::entity::prelude::*;

use crate::ids::{PromptId, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "prompts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PromptId,
    pub owner_id: UserId,
    pub title: String,
    pub content: String,
    pub visibility: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
