//! An instruction as it was sent, once for all replies that stood under it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "instructions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    /// SHA-256, in hexadecimal digits.
    pub hash: String,
    pub content: String,
}

impl ActiveModelBehavior for ActiveModel {}
