//! What was done to accounts, sessions, rights and rooms, by whom.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::schema::{big_integer, string_len, string_len_null, uuid, uuid_null};
use sea_orm_migration::sea_query::{Index, Table};
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261121_000006_audit"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No foreign keys: a line stays as it is, whatever becomes of those it names.
        let table = Table::create()
            .table("audit")
            .col(uuid("id").primary_key())
            .col(big_integer("at"))
            .col(string_len("action", 32))
            .col(uuid_null("actor_id"))
            .col(uuid_null("subject_id"))
            .col(uuid_null("chat_id"))
            .col(string_len_null("detail", 64))
            .col(string_len_null("origin", 45))
            .take();
        manager.create_table(table).await?;
        manager.create_index(Index::create().name("audit_at").table("audit").col("at").take()).await
    }

    // A crash half-way would otherwise leave SQLite with half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
