//! SQLite's backup, made while a server runs, and the way back. PostgreSQL has tools of its own.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use sea_orm::sea_query::Expr;
use sea_orm::{
    ConnectionTrait as _, Database, DatabaseConnection, DbBackend, DbErr, EntityTrait as _, ExprTrait as _,
    Statement,
};

use crate::config::database::DatabaseConfig;
use crate::store::Store;
use crate::store::connect::{Address, FILE_NAME, sqlite_options, take_file, text};
use crate::store::entity::{chat, session};
use crate::store::error::ConnectError;

/// Numbers that every chat skips on the way back. What came after the backup was seen by clients and is gone: with new
/// events under the old numbers they would believe that they had heard them. Behind a hole everybody begins afresh.
const SKIPPED: i64 = 1_000_000;

/// Why there is no backup, or no way back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("PostgreSQL is backed up by pg_dump and restored by pg_restore: see docs/OPERATING.md")]
    Postgres,
    #[error("{} is there already", .0.display())]
    Taken(PathBuf),
    #[error("there is no {}", .0.display())]
    Missing(PathBuf),
    #[error("a server runs on {}: stop it first", .0.display())]
    Served(PathBuf),
    #[error("{} is damaged: {said}", file.display())]
    Damaged { file: PathBuf, said: String },
    #[error(transparent)]
    Open(#[from] ConnectError),
    #[error("the database: {0}")]
    Database(#[from] DbErr),
    #[error("{}: {cause}", path.display())]
    Io { path: PathBuf, cause: io::Error },
}

/// Makes the directory, with the database as it is at this moment in it: checked, and on disk when this returns.
/// A server may run meanwhile, and its writers are not kept waiting.
pub async fn back_up(config: &DatabaseConfig, directory: &Path) -> Result<(), BackupError> {
    let Address::Sqlite(source) = Address::of(config)? else { return Err(BackupError::Postgres) };
    if !source.is_file() {
        return Err(BackupError::Missing(source));
    }
    let store = Store::connect_beside(config).await?;
    let failed = |cause| BackupError::Io { path: directory.to_owned(), cause };
    DirBuilder::new().mode(0o700).create(directory).map_err(failed)?;
    let made = copy(&store, &directory.join(FILE_NAME)).await;
    store.close().await;
    if made.is_err() {
        // Empty, it would be in the next one's way.
        let _ = fs::remove_dir(directory);
    }
    made
}

async fn copy(store: &Store, to: &Path) -> Result<(), BackupError> {
    let draft = Draft::make(to)?;
    let path = draft.part.to_string_lossy().into_owned();
    let copy = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO ?", [path.into()]);
    store.inner.writer.execute_raw(copy).await?;
    draft.open().await?.close().await?;
    draft.keep()
}

/// Puts the backup in this directory in the database's place, which must be empty. Everybody has to log in again:
/// a session that was ended after the backup must not live again.
pub async fn restore(config: &DatabaseConfig, directory: &Path) -> Result<(), BackupError> {
    let Address::Sqlite(target) = Address::of(config)? else { return Err(BackupError::Postgres) };
    let backup = directory.join(FILE_NAME);
    if !backup.is_file() {
        return Err(BackupError::Missing(backup));
    }
    for file in [target.clone(), beside(&target, "-wal"), beside(&target, "-shm")] {
        if file.exists() {
            return Err(BackupError::Taken(file));
        }
    }
    let draft = Draft::make(&target)?;
    let failed = |cause| BackupError::Io { path: backup.clone(), cause };
    let mut source = File::open(&backup).map_err(failed)?;
    let mut part = OpenOptions::new().write(true).open(&draft.part).map_err(failed)?;
    io::copy(&mut source, &mut part).map_err(failed)?;
    let database = draft.open().await?;
    migrations::up(&database).await?;
    session::Entity::delete_many().exec(&database).await?;
    chat::Entity::update_many()
        .col_expr(chat::Column::HeadSeq, Expr::col(chat::Column::HeadSeq).add(SKIPPED))
        .exec(&database)
        .await?;
    database.close().await?;
    // Until now nobody could know of a database here; from now on a server may.
    let lock = take_file(&target)?.ok_or_else(|| BackupError::Served(target.clone()))?;
    draft.keep()?;
    drop(lock);
    Ok(())
}

/// A database file that has its name only when it is whole.
struct Draft {
    part: PathBuf,
    file: PathBuf,
}

impl Draft {
    fn make(file: &Path) -> Result<Self, BackupError> {
        if file.exists() {
            return Err(BackupError::Taken(file.to_owned()));
        }
        let part = beside(file, ".part");
        let failed = |cause| BackupError::Io { path: part.clone(), cause };
        let directory = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory).map_err(failed)?;
        // For nobody else's eyes. SQLite writes into a file that is there, if it is empty.
        let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part);
        opened.map_err(failed)?;
        Ok(Self { part, file: file.to_owned() })
    }

    /// Opens what was written, if it is a whole database.
    async fn open(&self) -> Result<DatabaseConnection, BackupError> {
        // Without a log beside it, which would be left behind.
        let options = sqlite_options(&self.part, 1, |sqlite| sqlite.pragma("journal_mode", "DELETE"));
        let damaged = |said| BackupError::Damaged { file: self.file.clone(), said };
        let database = Database::connect(options).await.map_err(|error| damaged(error.to_string()))?;
        match text(&database, "PRAGMA integrity_check").await {
            Ok(said) if said == "ok" => Ok(database),
            Ok(said) => Err(damaged(said)),
            Err(error) => Err(damaged(error.to_string())),
        }
    }

    /// To disk, and then under its name: a power cut leaves the whole of it or nothing.
    fn keep(self) -> Result<(), BackupError> {
        let kept = || {
            File::open(&self.part)?.sync_all()?;
            fs::rename(&self.part, &self.file)?;
            File::open(self.file.parent().unwrap_or(Path::new(".")))?.sync_all()
        };
        kept().map_err(|cause| BackupError::Io { path: self.file.clone(), cause })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Gone already where all went well.
        let _ = fs::remove_file(&self.part);
    }
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
