//! Links that bring people into a chat.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::schema::{big_integer, integer, integer_null, uuid};
use sea_orm_migration::sea_query::{ForeignKey, ForeignKeyAction, Index, Table};
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261121_000003_invite_links"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut chat = ForeignKey::create();
        chat.name("invite_links_chat_id").from("invite_links", "chat_id").to("chats", "id");
        let mut creator = ForeignKey::create();
        creator.name("invite_links_created_by").from("invite_links", "created_by").to("users", "id");
        // No code: it is made of the id and a secret that is not in the database.
        let table = Table::create()
            .table("invite_links")
            .col(uuid("id").primary_key())
            .col(uuid("chat_id"))
            .col(uuid("created_by"))
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .col(integer_null("max_uses"))
            .col(integer("uses").default(0))
            .foreign_key(chat.on_delete(ForeignKeyAction::Restrict))
            .foreign_key(creator.on_delete(ForeignKeyAction::Restrict))
            .take();
        manager.create_table(table).await?;
        for (name, column) in [("invite_links_chat_id", "chat_id"), ("invite_links_expires_at", "expires_at")]
        {
            let index = Index::create().name(name).table("invite_links").col(column).take();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    // A crash half-way would otherwise leave SQLite with half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
