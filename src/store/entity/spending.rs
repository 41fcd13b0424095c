//! What somebody's calls of a day have used and cost, with what is reserved for those being made: the sums of `calls`.

use sea_orm::entity::prelude::*;

use crate::ids::Day;

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "spending")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: String,
    /// A person or a chat; nil where it is the server.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Day,
    pub tokens: i64,
    pub microusd: i64,
}

impl ActiveModelBehavior for ActiveModel {}
