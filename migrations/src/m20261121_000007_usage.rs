//! What was asked of a model's provider, what it used and cost, what may be spent, and what has been.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer, integer_null, string_len, string_len_null, uuid,
};
use sea_orm_migration::sea_query::{Index, Table};
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261121_000007_usage"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        calls(manager).await?;
        let spending = Table::create()
            .table("spending")
            .col(string_len("scope", 8))
            // Nil where it is the server.
            .col(uuid("subject_id"))
            .col(integer("day"))
            .col(big_integer("tokens"))
            .col(big_integer("microusd"))
            .primary_key(Index::create().col("scope").col("subject_id").col("day"))
            .take();
        manager.create_table(spending).await?;
        let budgets = Table::create()
            .table("budgets")
            .col(string_len("scope", 8))
            .col(uuid("subject_id"))
            .col(string_len("period", 8))
            .col(string_len("unit", 8))
            .col(big_integer("amount"))
            .primary_key(Index::create().col("scope").col("subject_id").col("period").col("unit"))
            .take();
        manager.create_table(budgets).await
    }

    // A crash half-way would otherwise leave SQLite with half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn calls(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // No foreign keys: what was spent was spent, whatever becomes of those who spent it.
    let table = Table::create()
        .table("calls")
        .col(uuid("id").primary_key())
        .col(uuid("run_id"))
        .col(uuid("chat_id"))
        .col(uuid("message_id"))
        .col(uuid("asked_by"))
        .col(uuid("agent_id"))
        .col(string_len("provider", 32))
        .col(string_len("model", 128))
        // None while it is being made.
        .col(string_len_null("status", 16))
        .col(big_integer_null("prompt_tokens"))
        .col(big_integer_null("cached_tokens"))
        .col(big_integer_null("thought_tokens"))
        .col(big_integer_null("reply_tokens"))
        .col(big_integer_null("total_tokens"))
        // None where nobody knows: never 0 instead.
        .col(big_integer_null("cost_microusd"))
        // What is reserved for it while it is being made.
        .col(big_integer("held_tokens"))
        .col(big_integer("held_microusd"))
        .col(integer_null("first_chunk_ms"))
        .col(integer_null("duration_ms"))
        // The day since 1970, in UTC, on which it was made and for which it counts.
        .col(integer("day"))
        .col(big_integer("created_at"))
        .take();
    manager.create_table(table).await?;
    for (name, columns) in [
        ("calls_run_id", &["run_id"][..]),
        ("calls_asked_by_day", &["asked_by", "day"]),
        ("calls_chat_id_day", &["chat_id", "day"]),
        ("calls_day", &["day"]),
    ] {
        let mut index = Index::create().name(name).table("calls").take();
        for column in columns {
            index.col(*column);
        }
        manager.create_index(index).await?;
    }
    Ok(())
}
