//! Which budget had no room for a reply.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::schema::json_binary_null;
use sea_orm_migration::sea_query::Table;
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261122_000011_refusals"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = json_binary_null("budget");
        manager.alter_table(Table::alter().table("runs").add_column(column).take()).await
    }

    // A crash half-way would otherwise leave SQLite with half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
