//! Chats, their members, messages, event log and runs.
//!
//! What points at a message without an index of its own (`reply_to`, `question_id`, an event's `message_id`)
//! has no foreign key: SQLite would read those tables whole to check a batch of messages in which one is bad.
//! Messages are never deleted, only emptied, so that nothing can come to point at nothing.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, json_binary_null, string_len, string_len_null, text, text_null,
    uuid, uuid_null,
};
use sea_orm_migration::sea_orm::ConnectionTrait as _;
use sea_orm_migration::sea_query::{
    ForeignKey, ForeignKeyAction, ForeignKeyCreateStatement, Index, IndexCreateStatement, Table,
};
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261121_000002_rooms"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        chats(manager).await?;
        members(manager).await?;
        messages(manager).await?;
        events(manager).await?;
        runs(manager).await
    }

    // A crash half-way would otherwise leave SQLite with half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn chats(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let chats = Table::create()
        .table("chats")
        .col(uuid("id").primary_key())
        .col(string_len("kind", 16))
        .col(text_null("name"))
        .col(uuid_null("owner_id"))
        // The number of the last durable change; whoever raises it holds the chat until the commit.
        .col(big_integer("head_seq").default(0))
        // Both ids of a private chat, the smaller first; emptied when the chat is deleted.
        .col(string_len_null("pair_key", 80))
        // No foreign key: a chat and its first message point at each other.
        .col(uuid_null("last_message_id"))
        .col(big_integer("active_at"))
        .col(big_integer("created_at"))
        .col(big_integer_null("deleted_at"))
        .foreign_key(&mut reference("chats_owner_id", "chats", "owner_id", "users"))
        .take();
    manager.create_table(chats).await?;
    manager
        .create_index(Index::create().name("chats_pair_key").table("chats").col("pair_key").unique().take())
        .await?;
    let keys = Table::create()
        .table("idempotency_keys")
        .col(uuid("user_id"))
        .col(string_len("key", 64))
        .col(uuid("chat_id"))
        .col(big_integer("created_at"))
        .primary_key(Index::create().col("user_id").col("key"))
        .foreign_key(&mut reference("idempotency_keys_user_id", "idempotency_keys", "user_id", "users"))
        .foreign_key(&mut reference("idempotency_keys_chat_id", "idempotency_keys", "chat_id", "chats"))
        .take();
    manager.create_table(keys).await?;
    manager.create_index(index("idempotency_keys_created_at", "idempotency_keys", &["created_at"])).await
}

async fn members(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("members")
        .col(uuid("chat_id"))
        .col(uuid("user_id"))
        .col(string_len("role", 16))
        .col(big_integer("joined_at"))
        .col(big_integer("last_read_seq"))
        .col(big_integer_null("read_at"))
        .primary_key(Index::create().col("chat_id").col("user_id"))
        .foreign_key(&mut reference("members_chat_id", "members", "chat_id", "chats"))
        .foreign_key(&mut reference("members_user_id", "members", "user_id", "users"))
        .take();
    manager.create_table(table).await?;
    manager.create_index(index("members_user_id", "members", &["user_id", "chat_id"])).await
}

async fn messages(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("messages")
        .col(uuid("id").primary_key())
        .col(uuid("chat_id"))
        .col(big_integer("seq"))
        .col(big_integer("updated_seq"))
        .col(string_len("kind", 16))
        .col(uuid("author_id"))
        .col(boolean("is_bot"))
        .col(text("content"))
        .col(string_len("status", 16))
        .col(uuid_null("reply_to"))
        .col(string_len_null("client_id", 64))
        .col(json_binary_null("data"))
        .col(big_integer("created_at"))
        .col(big_integer_null("edited_at"))
        .col(big_integer_null("deleted_at"))
        .foreign_key(&mut reference("messages_chat_id", "messages", "chat_id", "chats"))
        .foreign_key(&mut reference("messages_author_id", "messages", "author_id", "users"))
        .take();
    manager.create_table(table).await?;
    let mut place = index("messages_chat_id_seq", "messages", &["chat_id", "seq"]);
    manager.create_index(place.unique().take()).await?;
    // Written out because the builder knows no partial indexes. Only messages that carry a client's id
    // are in it; the same words serve both databases.
    manager
        .get_connection()
        .execute_unprepared(
            "CREATE UNIQUE INDEX messages_client_id ON messages (chat_id, author_id, client_id) \
             WHERE client_id IS NOT NULL",
        )
        .await?;
    let revisions = Table::create()
        .table("revisions")
        .col(uuid("message_id"))
        // The number of the edit that replaced this text.
        .col(big_integer("seq"))
        .col(text("content"))
        .col(big_integer("replaced_at"))
        .primary_key(Index::create().col("message_id").col("seq"))
        .foreign_key(&mut reference("revisions_message_id", "revisions", "message_id", "messages"))
        .take();
    manager.create_table(revisions).await
}

/// The log holds references only: a text that was edited or deleted cannot come back from it.
async fn events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("events")
        .col(uuid("chat_id"))
        .col(big_integer("seq"))
        .col(string_len("kind", 32))
        .col(uuid_null("message_id"))
        .col(uuid_null("user_id"))
        .col(uuid_null("by_id"))
        .col(string_len_null("role", 16))
        .col(big_integer("created_at"))
        .primary_key(Index::create().col("chat_id").col("seq"))
        .foreign_key(&mut reference("events_chat_id", "events", "chat_id", "chats"))
        .take();
    manager.create_table(table).await?;
    manager.create_index(index("events_created_at", "events", &["created_at"])).await
}

async fn runs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("runs")
        .col(uuid("id").primary_key())
        .col(uuid("chat_id"))
        // The reply that the run fills, and its place, which is the run's place in the queue.
        .col(uuid("message_id"))
        .col(big_integer("seq"))
        .col(uuid("question_id"))
        .col(uuid("asked_by"))
        .col(string_len("state", 16))
        .col(text_null("node"))
        // Raised by each claim and each forced end; a write that says an older one is refused.
        .col(big_integer("epoch").default(0))
        // By the database's clock.
        .col(big_integer_null("lease_until"))
        .col(text_null("model"))
        .col(string_len_null("reason", 32))
        .col(text_null("detail"))
        .col(json_binary_null("usage"))
        .col(big_integer("created_at"))
        .foreign_key(&mut reference("runs_chat_id", "runs", "chat_id", "chats"))
        .foreign_key(&mut reference("runs_message_id", "runs", "message_id", "messages"))
        .foreign_key(&mut reference("runs_asked_by", "runs", "asked_by", "users"))
        .take();
    manager.create_table(table).await?;
    let mut reply = index("runs_message_id", "runs", &["message_id"]);
    manager.create_index(reply.unique().take()).await?;
    manager.create_index(index("runs_state", "runs", &["state", "chat_id", "seq"])).await
}

fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index.take()
}

/// Rows are not deleted under those who refer to them: chats and users stay as tombstones.
fn reference(
    name: &'static str,
    table: &'static str,
    column: &'static str,
    target: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(name)
        .from(table, column)
        .to(target, "id")
        .on_delete(ForeignKeyAction::Restrict)
        .take()
}
