//! The name of a deleted account, by its hash: never given again, and not to be read here.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "retired_usernames")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
