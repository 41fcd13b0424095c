//! Agents that people make, prompts that they keep, how a room's agents behave, what a reply saw, and what is told of
//! messages that are shown no more.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::schema::{
    big_integer, json_binary, json_binary_null, string_len, string_len_null, text, uuid, uuid_null,
};
use sea_orm_migration::sea_query::{Index, Table};
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261121_000008_agents"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        agents(manager).await?;
        prompts(manager).await?;
        let settings = Table::alter().table("chats").add_column(json_binary_null("settings")).take();
        manager.alter_table(settings).await?;
        replies(manager).await?;
        let summaries = Table::create()
            .table("summaries")
            .col(uuid("id").primary_key())
            .col(uuid("chat_id"))
            // It tells of all messages up to this place.
            .col(big_integer("up_to_seq"))
            .col(text("content"))
            .col(big_integer("created_at"))
            .take();
        manager.create_table(summaries).await?;
        let mut place = Index::create().name("summaries_chat_id").table("summaries").col("chat_id").take();
        manager.create_index(place.col("up_to_seq").unique().take()).await
    }

    // A crash half-way would otherwise leave SQLite with half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Beside the row that every user has. No foreign keys: users stay as tombstones.
async fn agents(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("agents")
        .col(uuid("user_id").primary_key())
        .col(text("description"))
        .col(text("instruction"))
        .col(json_binary("settings"))
        .col(string_len_null("avatar", 64))
        .col(string_len("visibility", 16))
        // None where the server brought it.
        .col(uuid_null("created_by"))
        .take();
    manager.create_table(table).await?;
    let makers = Index::create().name("agents_created_by").table("agents").col("created_by").take();
    manager.create_index(makers).await?;
    let shared = Index::create().name("agents_visibility").table("agents").col("visibility").take();
    manager.create_index(shared).await
}

async fn prompts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("prompts")
        .col(uuid("id").primary_key())
        .col(uuid("owner_id"))
        .col(text("title"))
        .col(text("content"))
        .col(string_len("visibility", 16))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .take();
    manager.create_table(table).await?;
    let owners = Index::create().name("prompts_owner_id").table("prompts").col("owner_id").take();
    manager.create_index(owners).await?;
    let shared = Index::create().name("prompts_visibility").table("prompts").col("visibility").take();
    manager.create_index(shared).await
}

async fn replies(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // What was sent: places of messages and no text, so that what is deleted is not kept here.
    let context = Table::alter().table("runs").add_column(json_binary_null("context")).take();
    manager.alter_table(context).await?;
    // The person's message from which agents went on to ask each other.
    let origin = Table::alter().table("runs").add_column(uuid_null("origin_id")).take();
    manager.alter_table(origin).await?;
    manager
        .create_index(Index::create().name("runs_origin_id").table("runs").col("origin_id").take())
        .await?;
    // For whom somebody has just talked with.
    let mut askers = Index::create().name("runs_asked_by").table("runs").col("chat_id").take();
    manager.create_index(askers.col("asked_by").col("seq").take()).await?;
    // The same for many replies, so each is kept once.
    let instructions = Table::create()
        .table("instructions")
        .col(string_len("hash", 64).primary_key())
        .col(text("content"))
        .take();
    manager.create_table(instructions).await
}
