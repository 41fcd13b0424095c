//! The database schema, one file per change, for SQLite and PostgreSQL from one source.
//!
//! Knows nothing of the server. A migration that was released is never edited: a new one follows it.

mod m20261121_000001_accounts;
mod m20261121_000002_rooms;
mod m20261121_000003_invite_links;
mod m20261121_000004_retries;
mod m20261121_000005_notify;
mod m20261121_000006_audit;
mod m20261121_000007_usage;
mod m20261121_000008_agents;
mod m20261121_000009_replies;
mod m20261121_000010_fallbacks;
mod m20261122_000011_refusals;
mod m20261122_000012_unread;

use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::sea_orm::DatabaseConnection;
use sea_orm_migration::{DbErr, MigrationTrait, MigratorTrait};

/// Brings the database to this version's schema; one that is newer is refused.
pub async fn up(database: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(database, None).await
}

/// Whether the database has this version's schema; looks and changes nothing.
pub async fn is_current(database: &DatabaseConnection) -> Result<bool, DbErr> {
    Ok(Migrator::get_pending_migrations(database).await?.is_empty())
}

struct Migrator;

#[async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_accounts::Migration),
            Box::new(m20261121_000002_rooms::Migration),
            Box::new(m20261121_000003_invite_links::Migration),
            Box::new(m20261121_000004_retries::Migration),
            Box::new(m20261121_000005_notify::Migration),
            Box::new(m20261121_000006_audit::Migration),
            Box::new(m20261121_000007_usage::Migration),
            Box::new(m20261121_000008_agents::Migration),
            Box::new(m20261121_000009_replies::Migration),
            Box::new(m20261121_000010_fallbacks::Migration),
            Box::new(m20261122_000011_refusals::Migration),
            Box::new(m20261122_000012_unread::Migration),
        ]
    }
}
