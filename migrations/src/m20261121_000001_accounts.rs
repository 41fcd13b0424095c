//! People and agents, their log-ins and what proves them.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary_len, string_len, string_len_null, text, text_null, uuid,
};
use sea_orm_migration::sea_query::{ForeignKey, ForeignKeyAction, Index, IndexCreateStatement, Table};
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261121_000001_accounts"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        users(manager).await?;
        sessions(manager).await?;
        proofs(manager).await
    }

    // A crash half-way would otherwise leave SQLite with half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn users(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("users")
        .col(uuid("id").primary_key())
        .col(string_len("kind", 16))
        .col(string_len("username", 64))
        // Lower case: one name, however it is written.
        .col(string_len("username_key", 64))
        .col(text("display_name"))
        .col(text("display_key"))
        .col(text_null("email"))
        .col(text_null("password_hash"))
        .col(string_len("role", 16))
        .col(big_integer("created_at"))
        .col(big_integer_null("disabled_at"))
        .col(big_integer_null("deleted_at"))
        .take();
    manager.create_table(table).await?;
    manager.create_index(unique("users_username_key", "users", "username_key")).await?;
    manager.create_index(unique("users_email", "users", "email")).await?;
    // The names of deleted accounts: known when met again, unreadable otherwise.
    let retired = Table::create().table("retired_usernames").col(binary_len("hash", 32).primary_key()).take();
    manager.create_table(retired).await
}

async fn sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("sessions")
        .col(uuid("id").primary_key())
        .col(uuid("user_id"))
        .col(string_len_null("user_agent", 200))
        .col(big_integer("created_at"))
        .col(big_integer("last_used_at"))
        .col(big_integer("expires_at"))
        .foreign_key(
            ForeignKey::create()
                .name("sessions_user_id")
                .from("sessions", "user_id")
                .to("users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take();
    manager.create_table(table).await?;
    manager.create_index(index("sessions_user_id", "sessions", "user_id")).await?;
    manager.create_index(index("sessions_expires_at", "sessions", "expires_at")).await
}

async fn proofs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let refresh = Table::create()
        .table("refresh_tokens")
        .col(binary_len("hash", 32).primary_key())
        .col(uuid("session_id"))
        .col(big_integer("created_at"))
        .col(big_integer_null("used_at"))
        .foreign_key(
            ForeignKey::create()
                .name("refresh_tokens_session_id")
                .from("refresh_tokens", "session_id")
                .to("sessions", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take();
    manager.create_table(refresh).await?;
    manager.create_index(index("refresh_tokens_session_id", "refresh_tokens", "session_id")).await?;
    let tickets = Table::create()
        .table("tickets")
        .col(binary_len("hash", 32).primary_key())
        .col(uuid("session_id"))
        .col(big_integer("expires_at"))
        .foreign_key(
            ForeignKey::create()
                .name("tickets_session_id")
                .from("tickets", "session_id")
                .to("sessions", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .take();
    manager.create_table(tickets).await?;
    manager.create_index(index("tickets_session_id", "tickets", "session_id")).await?;
    manager.create_index(index("tickets_expires_at", "tickets", "expires_at")).await
}

fn index(name: &'static str, table: &'static str, column: &'static str) -> IndexCreateStatement {
    Index::create().name(name).table(table).col(column).take()
}

fn unique(name: &'static str, table: &'static str, column: &'static str) -> IndexCreateStatement {
    Index::create().name(name).table(table).col(column).unique().take()
}
