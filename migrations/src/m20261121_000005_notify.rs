//! What of a chat each member wants to be notified of.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::schema::string_len;
use sea_orm_migration::sea_query::Table;
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261121_000005_notify"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut notify = string_len("notify", 16);
        manager.alter_table(Table::alter().table("members").add_column(notify.default("all")).take()).await
    }

    // A crash half-way would otherwise leave SQLite with half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
