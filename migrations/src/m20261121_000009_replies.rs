//! Who has a reply written, stopped or continued, how it is asked for, and in which order a room's replies are written.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::schema::{
    big_integer, boolean, integer_null, json_binary_null, string_len_null, text_null,
};
use sea_orm_migration::sea_orm::ConnectionTrait as _;
use sea_orm_migration::sea_query::{ColumnDef, Index, Table};
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261121_000009_replies"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            // How the reply stood when a retry put another run in the place of this one.
            string_len_null("status", 16),
            // As they were called then.
            json_binary_null("stopped_by"),
            json_binary_null("retried_by"),
            // Whether it goes on with the text of the run before it.
            boolean("continues").default(false).take(),
            json_binary_null("settings"),
            text_null("instruction"),
        ] {
            add(manager, "runs", column).await?;
        }
        // The number of the change since which no reply was open any more: from there on turns are counted.
        add(manager, "chats", big_integer("idle_seq").default(0).take()).await?;
        add(manager, "chats", integer_null("replies_at_once")).await?;
        for (name, column) in [("runs_chat_id_seq", "seq"), ("runs_chat_id_question_id", "question_id")] {
            let index = Index::create().name(name).table("runs").col("chat_id").col(column).take();
            manager.create_index(index).await?;
        }
        for statement in [
            "UPDATE chats SET idle_seq = head_seq",
            "UPDATE runs SET status = CASE WHEN reason = 'restarted' THEN 'interrupted' \
             WHEN reason = 'cut' THEN 'complete' WHEN reason IS NOT NULL THEN 'failed' ELSE 'stopped' END \
             WHERE replaced_seq IS NOT NULL",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    // A crash half-way would otherwise leave SQLite with half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

// SQLite adds one column at a time.
async fn add(manager: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(column).take()).await
}
