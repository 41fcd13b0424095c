//! A line of the audit log.

use sea_orm::entity::prelude::*;

use crate::ids::{AuditId, ChatId, Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditId,
    pub at: Timestamp,
    pub action: String,
    pub actor_id: Option<UserId>,
    pub subject_id: Option<UserId>,
    pub chat_id: Option<ChatId>,
    pub detail: Option<String>,
    /// The address from which it was asked.
    pub origin: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
