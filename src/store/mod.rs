//! The database: SeaORM over SQLite or PostgreSQL.
//!
//! Returns protocol resources or small plain structs, never entities and never HTTP types. Knows no
//! rules. Whoever commits a durable change announces it, in commit order: nobody can forget to.

mod agents;
mod append;
mod audit;
pub mod backup;
mod budgets;
mod calls;
mod chats;
mod connect;
mod context;
mod entity;
pub mod error;
mod events;
mod exchanges;
mod held;
mod links;
mod members;
mod messages;
mod posts;
mod prompts;
mod prune;
mod queue;
mod receipts;
pub mod rows;
mod runs;
mod sessions;
mod summaries;
#[cfg(test)]
mod tests;
mod usage;
mod users;
mod versions;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ConnAcquireErr, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, timeout};

use crate::ids::{ChatId, Seq};
use crate::store::append::Lanes;
use crate::store::error::{StoreError, StoreResult, corrupt};
use crate::store::held::Opening;
use crate::store::rows::{Committed, Replay};

/// How long a caller waits for a connection before the database counts as unavailable.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it is tried to find out what became of a commit whose answer was lost, and how often.
const IN_DOUBT: Duration = Duration::from_secs(600);
const DOUBT_PAUSE: Duration = Duration::from_millis(250);
/// With less, SQLite's log, which grows to some 4 MiB between two checkpoints, may not find room.
const ROOM_BYTES: u64 = 8 << 20;

/// The database, for reading and for single changes.
pub struct Store {
    inner: Arc<Inner>,
    lanes: Lanes,
}

/// A write transaction; dropping it rolls back.
pub struct Tx {
    // Dropped in this order: the transaction ends before the next writer has its turn.
    database: DatabaseTransaction,
    turn: Option<OwnedMutexGuard<()>>,
    appended: Mutex<Vec<Committed>>,
    inner: Arc<Inner>,
}

/// What the store and its lanes share.
struct Inner {
    /// On SQLite a pool of one, for all but posts.
    writer: DatabaseConnection,
    /// On PostgreSQL the same pool as `writer`.
    reader: DatabaseConnection,
    /// SQLite knows one writer at a time, and here they queue without polling. Held until the announcement, so that changes are announced in the order
    /// of their commits. PostgreSQL has none: there one process cannot know the order of another's commits
    /// anyway, posts keep it by their lane, and who listens puts the rest in order by `seq`.
    turn: Option<Arc<tokio::sync::Mutex<()>>>,
    /// How SQLite is opened for posts, which have a connection of their own.
    posting: Option<Opening>,
    announce: OnceLock<Box<dyn Fn(Committed) + Send + Sync>>,
    /// Keeps a second process off the SQLite file until `close`.
    lock: Mutex<Option<File>>,
    /// Where SQLite's file is.
    directory: Option<PathBuf>,
}

impl Store {
    /// Hands every durable change to `announce` after its commit; on SQLite in the order of commits, on
    /// PostgreSQL each chat's posts in order. It must not block. To be called once, at assembly.
    pub fn on_commit(&self, announce: impl Fn(Committed) + Send + Sync + 'static) {
        let first = self.inner.announce.set(Box::new(announce)).is_ok();
        debug_assert!(first, "commits are announced to one listener, set by the assembly");
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> StoreResult<()> {
        Ok(self.inner.reader.ping().await?)
    }

    /// Whether there is room to write. PostgreSQL's disk is another machine's affair.
    ///
    /// Told by the disk and not by the last write: a full SQLite takes a small change now and then, and a server
    /// that is sent nobody any more would never write, and never learn that there is room again.
    pub fn has_room(&self) -> bool {
        let Some(directory) = &self.inner.directory else { return true };
        // A file system that cannot be asked says nothing about its room.
        free_bytes(directory).is_none_or(|free| free >= ROOM_BYTES)
    }

    /// Begins a write transaction. On SQLite nobody else writes until it ends: keep it short.
    pub async fn begin(&self) -> StoreResult<Tx> {
        self.inner.begin().await
    }

    /// Writes what waits in the lanes, then lets go of the database.
    pub async fn close(&self) {
        self.lanes.close().await;
        let closed = [self.inner.reader.close_by_ref().await, self.inner.writer.close_by_ref().await];
        for error in closed.into_iter().filter_map(Result::err) {
            tracing::warn!(%error, "the database did not close cleanly");
        }
        *self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// `"sqlite"` or `"postgresql"`.
    pub fn engine(&self) -> &'static str {
        match self.inner.backend() {
            DbBackend::Sqlite => "sqlite",
            _ => "postgresql",
        }
    }
}

impl Inner {
    fn backend(&self) -> DbBackend {
        self.writer.get_database_backend()
    }

    fn announce(&self, change: Committed) {
        if let Some(announce) = self.announce.get() {
            announce(change);
        }
    }

    /// After a commit of which nobody knows whether it was done: finds out as soon as the database answers,
    /// and announces what is there. Whoever listens goes by `seq`, so that another's change told twice is harmless.
    async fn clear_up(self: Arc<Self>, doubtful: Vec<Committed>) {
        let mut places: BTreeMap<ChatId, (Seq, u32)> = BTreeMap::new();
        for change in &doubtful {
            let (first, count) = places.entry(change.chat_id).or_insert((change.seq, 0));
            *first = change.seq.min(*first);
            *count += 1;
        }
        let deadline = Instant::now() + IN_DOUBT;
        while !places.is_empty() && Instant::now() < deadline {
            tokio::time::sleep(DOUBT_PAUSE).await;
            let (chat_id, (first, count)) = places.pop_first().expect("it was not empty");
            match self.replay(chat_id, Seq(first.0 - 1), count).await {
                Ok(Replay::Events { events, .. }) => {
                    events
                        .into_iter()
                        .for_each(|(seq, event)| self.announce(Committed { chat_id, seq, event }));
                }
                // The number was never reached: it was not done.
                Ok(Replay::Gone) => {}
                Err(_) => {
                    places.insert(chat_id, (first, count));
                }
            }
        }
    }

    /// Waits for the turn of a writer, where they have turns.
    async fn turn(&self) -> StoreResult<Option<OwnedMutexGuard<()>>> {
        let Some(turn) = &self.turn else { return Ok(None) };
        let late = |_| StoreError::Unavailable(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout));
        timeout(PATIENCE, turn.clone().lock_owned()).await.map(Some).map_err(late)
    }

    async fn begin(self: &Arc<Self>) -> StoreResult<Tx> {
        let turn = self.turn().await?;
        // Immediate, because a reader that turns writer half-way is refused by SQLite without waiting.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let database = self.writer.begin_with_options(options).await?;
        Ok(Tx { database, turn, appended: Mutex::default(), inner: self.clone() })
    }
}

impl Tx {
    /// Commits, then announces what was appended.
    pub async fn commit(self) -> StoreResult<()> {
        // On a task of its own: a caller that goes away meanwhile must not take the announcement along.
        match tokio::spawn(self.finish()).await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(StoreError::Unavailable(DbErr::Custom("the server is stopping".into()))),
            },
        }
    }

    async fn finish(self) -> StoreResult<()> {
        let Self { database, turn, appended, inner } = self;
        let appended = appended.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = database.commit().await {
            // Whatever it looks like: it may have been done, so nobody here must try it again on their own.
            tokio::spawn(inner.clear_up(appended));
            return Err(StoreError::Unavailable(error));
        }
        appended.into_iter().for_each(|change| inner.announce(change));
        drop(turn);
        Ok(())
    }

    fn backend(&self) -> DbBackend {
        self.inner.backend()
    }

    fn will_announce(&self, change: Committed) {
        self.appended.lock().unwrap_or_else(PoisonError::into_inner).push(change);
    }
}

/// What is left on the disk for whoever is not its administrator. `None`: it cannot be asked.
pub fn free_bytes(directory: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(directory).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// The database's clock, in milliseconds since 1970: the one clock that several nodes share.
fn database_now(backend: DbBackend) -> Expr {
    match backend {
        DbBackend::Sqlite => Expr::cust("CAST(unixepoch('subsec') * 1000 AS INTEGER)"),
        _ => Expr::cust("CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"),
    }
}

/// A word as it stands in a column.
fn word(value: impl Into<&'static str>) -> String {
    value.into().into()
}

/// A column's word as what it means.
fn meaning<T: std::str::FromStr>(word: &str) -> StoreResult<T> {
    word.parse().map_err(|_| corrupt(format!("unknown word '{word}' in a column")))
}

/// A column's JSON as what it means.
fn from_json<T: serde::de::DeserializeOwned>(json: Option<serde_json::Value>) -> StoreResult<Option<T>> {
    json.map(serde_json::from_value).transpose().map_err(|error| corrupt(error.to_string()))
}

/// What it means as a column's JSON.
fn to_json<T: serde::Serialize>(value: Option<&T>) -> StoreResult<Option<serde_json::Value>> {
    value.map(serde_json::to_value).transpose().map_err(|error| corrupt(error.to_string()))
}
