//! A person or an agent.

use sea_orm::entity::prelude::*;

use crate::ids::{Timestamp, UserId};

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub kind: String,
    pub username: String,
    pub username_key: String,
    pub display_name: String,
    pub display_key: String,
    pub email: Option<String>,
    pub password_hash: Option<String>,
    pub role: String,
    pub created_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}
