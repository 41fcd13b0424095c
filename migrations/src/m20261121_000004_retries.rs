//! A reply that is retried: its former runs stay, and one at most is the one that fills it.

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::schema::big_integer_null;
use sea_orm_migration::sea_orm::ConnectionTrait as _;
use sea_orm_migration::sea_query::{Index, Table};
use sea_orm_migration::{DbErr, MigrationName, MigrationTrait, SchemaManager};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261121_000004_retries"
    }
}

#[async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The number of the retry, which is also that of the revision that keeps the run's text.
        let replaced = Table::alter().table("runs").add_column(big_integer_null("replaced_seq")).take();
        manager.alter_table(replaced).await?;
        manager.drop_index(Index::drop().name("runs_message_id").table("runs").to_owned()).await?;
        // Of all runs, although only the current ones are looked up: SQLite reads the table whole to check the
        // foreign key where no index has every row.
        manager
            .create_index(Index::create().name("runs_message_id").table("runs").col("message_id").take())
            .await?;
        // Written out because the builder knows no partial indexes; the same words serve both databases.
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX runs_current ON runs (message_id) WHERE replaced_seq IS NULL",
            )
            .await?;
        Ok(())
    }

    // A crash half-way would otherwise leave SQLite with half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
