//! Opening the database: which one, how durable, and the schema.
//!
//! Knows the two engines' settings so that nothing else has to.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, SqlxError, Statement,
    TransactionTrait as _,
};

use crate::config::database::DatabaseConfig;
use crate::store::append::Lanes;
use crate::store::error::ConnectError;
use crate::store::held::Opening;
use crate::store::{Inner, PATIENCE, Store};

/// SQLite's default name in the data directory.
pub(super) const FILE_NAME: &str = "gemini-coop.db";
/// Connections that read SQLite beside the one that writes.
const SQLITE_READERS: u32 = 4;
/// How every connection that writes to SQLite is opened.
const WRITING: [(&str, &str); 4] = [
    ("journal_mode", "WAL"),
    // NORMAL would lose acknowledged messages at a power cut.
    ("synchronous", "FULL"),
    ("journal_size_limit", "67108864"),
    ("cache_size", "-8192"),
];
const POSTGRES_CONNECTIONS: u32 = 16;
/// The lanes of posts; on SQLite, with one writer, more would only take turns.
const POSTGRES_LANES: usize = 4;
const OLDEST_POSTGRES: u32 = 15;

impl Store {
    /// Opens the database to serve it, refuses weak durability (unless the operator insists), and brings the
    /// schema up to date. On SQLite no second process may serve the file.
    pub async fn connect(config: &DatabaseConfig) -> Result<Self, ConnectError> {
        Self::open(config, Place::Server).await
    }

    /// Opens the database for a command's short work, whether or not a server has it open. Where one has, the
    /// schema is its own affair: another version's is refused.
    pub async fn connect_beside(config: &DatabaseConfig) -> Result<Self, ConnectError> {
        Self::open(config, Place::Beside).await
    }

    /// False where the database is a file that is not there: opening would make it.
    pub fn may_exist(config: &DatabaseConfig) -> bool {
        match Address::of(config) {
            Ok(Address::Sqlite(file)) => file.exists(),
            Ok(Address::Postgres(_)) | Err(_) => true,
        }
    }

    async fn open(config: &DatabaseConfig, place: Place) -> Result<Self, ConnectError> {
        let weak = config.allow_weak_durability;
        let inner = match Address::of(config)? {
            Address::Postgres(url) => open_postgres(url, weak).await?,
            Address::Sqlite(file) => open_sqlite(&file, weak, place).await?,
        };
        Ok(Self::over(inner))
    }

    pub(super) fn over(inner: Inner) -> Self {
        let inner = Arc::new(inner);
        let lanes = if inner.turn.is_some() { 1 } else { POSTGRES_LANES };
        Self { lanes: Lanes::start(&inner, lanes), inner }
    }
}

/// What a process wants with the database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Server,
    Beside,
}

/// Where the database is.
pub(super) enum Address<'a> {
    Sqlite(PathBuf),
    Postgres(&'a str),
}

impl<'a> Address<'a> {
    pub(super) fn of(config: &'a DatabaseConfig) -> Result<Self, ConnectError> {
        Ok(match &config.database_url {
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Self::Postgres(url)
            }
            Some(url) => Self::Sqlite(sqlite_path(url)?),
            None => Self::Sqlite(config.data_dir.join(FILE_NAME)),
        })
    }
}

fn sqlite_path(url: &str) -> Result<PathBuf, ConnectError> {
    let Some(rest) = url.strip_prefix("sqlite:") else {
        return Err(ConnectError::Unsupported(
            "DATABASE_URL must begin with postgres:// or sqlite://".into(),
        ));
    };
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let path = path.strip_suffix("?mode=rwc").unwrap_or(path);
    if path.is_empty() || path.contains([':', '?']) {
        return Err(ConnectError::Unsupported(
            "DATABASE_URL must name a plain file after sqlite://; databases in memory and SQLite's options are not supported".into(),
        ));
    }
    Ok(path.into())
}

pub(super) async fn open_sqlite(path: &Path, allow_weak: bool, place: Place) -> Result<Inner, ConnectError> {
    let lock = take_file(path)?;
    if lock.is_none() && place == Place::Server {
        return Err(ConnectError::Unsupported(format!(
            "another process already serves {}; SQLite is for one process, use PostgreSQL for more",
            path.display()
        )));
    }
    let writer = Database::connect(sqlite_options(path, 1, writing)).await?;
    let journal = text(&writer, "PRAGMA journal_mode").await?;
    let synchronous: i32 = number(&writer, "PRAGMA synchronous").await?;
    if journal != "wal" || synchronous < 2 {
        weak(allow_weak, format!("SQLite runs with journal_mode={journal}, synchronous={synchronous}"))?;
    }
    if lock.is_some() {
        migrations::up(&writer).await?;
    } else if !migrations::is_current(&writer).await? {
        return Err(ConnectError::Unsupported(format!(
            "the server that has {} open is of another version than this command, or not ready yet",
            path.display()
        )));
    }
    let reader = Database::connect(sqlite_options(path, SQLITE_READERS, |sqlite| {
        sqlite.pragma("query_only", "ON").pragma("cache_size", "-2048")
    }))
    .await?;
    Ok(Inner {
        writer,
        reader,
        turn: Some(Arc::default()),
        posting: Some(Opening {
            file: path.to_owned(),
            busy_timeout: PATIENCE,
            pragmas: [("foreign_keys", "ON")].into_iter().chain(WRITING).collect(),
        }),
        announce: OnceLock::new(),
        // Beside a server to come, the file is not to be kept from it.
        lock: Mutex::new(lock.filter(|_| place == Place::Server)),
        // A file without a directory in its name is in the one we are in.
        directory: path.parent().map(|directory| {
            if directory.as_os_str().is_empty() { ".".into() } else { directory.to_owned() }
        }),
    })
}

fn writing(settings: SqliteConnectOptions) -> SqliteConnectOptions {
    WRITING.into_iter().fold(settings, |settings, (name, value)| settings.pragma(name, value))
}

/// How every connection to SQLite is opened. No memory map: a disk error would arrive as a signal that ends the process.
fn sqlite_settings(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .disable_statement_logging()
}

pub(super) fn sqlite_options(
    path: &Path,
    connections: u32,
    pragmas: impl Fn(SqliteConnectOptions) -> SqliteConnectOptions + Send + Sync + 'static,
) -> ConnectOptions {
    let path = path.to_owned();
    // The path is given below as it is: in a URL it would have to be escaped.
    let mut options = ConnectOptions::new("sqlite:file");
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        // Readers beyond the first, each with its thread and cache, go when it is quiet again.
        .idle_timeout(Duration::from_secs(60))
        .max_lifetime(None)
        // There is no network that could have cut the connection.
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_pool_opts(|pool| pool.before_acquire(|connection, _| Box::pin(is_sound(connection))))
        .map_sqlx_sqlite_opts(move |_| pragmas(sqlite_settings(&path)));
    options
}

/// Whether a connection may be used again: not while it believes itself in a transaction.
///
/// A full or failing disk makes SQLite end a transaction by itself. The driver's own ROLLBACK is then refused and its count
/// stays at one for good: it would take every later BEGIN for a savepoint, and what we commit and acknowledge would be
/// released within a transaction that nobody ever ends. The count cannot be mended from here, so the connection goes.
async fn is_sound(connection: &mut SqliteConnection) -> Result<bool, SqlxError> {
    if connection.is_in_transaction() {
        // A rollback that is only under way is done once the connection has answered.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}

/// Makes sure of the directory and the file, for nobody else's eyes, and takes its lock; `None` where another
/// process has it.
pub(super) fn take_file(path: &Path) -> Result<Option<File>, ConnectError> {
    let failed = |error: io::Error| {
        ConnectError::Unsupported(format!("cannot open the database file {}: {error}", path.display()))
    };
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(|error| {
            ConnectError::Unsupported(format!("cannot make the directory {}: {error}", directory.display()))
        })?;
    }
    let open = |path: &Path| OpenOptions::new().append(true).create(true).mode(0o600).open(path);
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = open(Path::new(&name)).map_err(failed)?;
    let taken = match lock.try_lock() {
        Ok(()) => Some(lock),
        Err(TryLockError::WouldBlock) => None,
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    };
    // SQLite gives its own files the rights of this one.
    open(path).map_err(failed)?;
    Ok(taken)
}

async fn open_postgres(url: &str, allow_weak: bool) -> Result<Inner, ConnectError> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(POSTGRES_CONNECTIONS)
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .idle_timeout(Duration::from_secs(60))
        // A connection that a restart has cut is found out without a question before every use.
        .test_before_acquire_if_idle_for(Duration::from_secs(1))
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(|postgres| {
            postgres.application_name("gemini-coop").options([
                ("default_transaction_isolation", "read committed"),
                ("lock_timeout", "5s"),
                ("statement_timeout", "15s"),
                // A node that died without a word must not hold a room.
                ("idle_in_transaction_session_timeout", "15s"),
            ])
        });
    let database = Database::connect(options).await?;
    let version = text(&database, "SHOW server_version_num").await?;
    if version.parse::<u32>().is_ok_and(|number| number < OLDEST_POSTGRES * 10_000) {
        return Err(ConnectError::Unsupported(format!(
            "PostgreSQL {OLDEST_POSTGRES} or newer is needed; this one is number {version}"
        )));
    }
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        if text(&database, &format!("SHOW {setting}")).await? == "off" {
            weak(allow_weak, format!("PostgreSQL runs with {setting}=off"))?;
        }
    }
    // Several nodes may start at once; the first changes the schema, the others wait and find it done.
    let turn = database.begin().await?;
    turn.execute_unprepared(
        "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; \
         SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock(7207001)",
    )
    .await?;
    migrations::up(&database).await?;
    turn.commit().await?;
    Ok(Inner {
        writer: database.clone(),
        reader: database,
        turn: None,
        posting: None,
        announce: OnceLock::new(),
        lock: Mutex::default(),
        directory: None,
    })
}

fn weak(allowed: bool, finding: String) -> Result<(), ConnectError> {
    if allowed {
        tracing::warn!("{finding}: acknowledged messages may be lost at a power cut");
        return Ok(());
    }
    Err(ConnectError::Unsafe(format!(
        "{finding}: acknowledged messages could be lost at a power cut; set ALLOW_WEAK_DURABILITY=true to start all the same"
    )))
}

pub(super) async fn text(database: &DatabaseConnection, question: &str) -> Result<String, DbErr> {
    answer(database, question).await?.try_get_by_index(0)
}

async fn number(database: &DatabaseConnection, question: &str) -> Result<i32, DbErr> {
    answer(database, question).await?.try_get_by_index(0)
}

async fn answer(database: &DatabaseConnection, question: &str) -> Result<sea_orm::QueryResult, DbErr> {
    let statement = Statement::from_string(database.get_database_backend(), question);
    let row = database.query_one_raw(statement).await?;
    row.ok_or_else(|| DbErr::RecordNotFound(question.into()))
}

#[cfg(test)]
mod tests {
    use super::sqlite_path;

    #[test]
    fn a_sqlite_url_names_a_plain_file() {
        assert_eq!(sqlite_path("sqlite:///srv/a b.db").unwrap().to_str(), Some("/srv/a b.db"));
        assert_eq!(sqlite_path("sqlite://rooms.db?mode=rwc").unwrap().to_str(), Some("rooms.db"));
        for refused in ["sqlite::memory:", "sqlite://", "sqlite://a.db?mode=memory", "mysql://localhost/a"] {
            assert!(sqlite_path(refused).is_err(), "{refused}");
        }
    }
}
