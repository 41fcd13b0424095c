//! SQLite's connection for posts: held for good by their lane, on the lane's own thread.
//!
//! SeaORM's driver keeps each connection on a thread of its own: every statement is a trip there and back, and wakes
//! whoever waits once for each row and each end. For a lone post all this costs more than the disk. Here the lane itself is
//! the thread, and a batch is plain calls.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::types::Value as Bound;
use rusqlite::{CachedStatement, Connection, Row, params_from_iter};
use sea_orm::sea_query::{SelectStatement, SqliteQueryBuilder};
use sea_orm::{Statement, Value};

use crate::ids::{ChatId, MessageId, Seq, UserId};
use crate::store::error::{StoreResult, corrupt};
use crate::store::posts::Found;

/// Prepared statements: their texts differ by how many posts there are at once.
const STATEMENTS: usize = 256;

/// How the connection is opened.
#[derive(Clone)]
pub(super) struct Opening {
    pub(super) file: PathBuf,
    pub(super) busy_timeout: Duration,
    pub(super) pragmas: Vec<(&'static str, &'static str)>,
}

impl Opening {
    pub(super) fn open(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(&self.file)?;
        connection.busy_timeout(self.busy_timeout)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        for (name, value) in &self.pragmas {
            connection.pragma_update(None, name, value)?;
        }
        Ok(connection)
    }
}

/// The connection. Whoever uses it has SQLite's writers' turn.
pub(super) struct Held {
    opening: Opening,
    connection: Option<Connection>,
}

impl Held {
    pub(super) fn new(opening: Opening) -> Self {
        Self { opening, connection: None }
    }

    /// Begins a transaction, with its first question.
    pub(super) fn begin_and_ask(&mut self, question: &SelectStatement) -> StoreResult<Vec<Found>> {
        // A batch that failed half-way may have left its transaction open.
        if self.connection.as_ref().is_some_and(|connection| !connection.is_autocommit()) {
            self.close();
        }
        let (sql, values) = question.build(SqliteQueryBuilder);
        let values = bound(values.0)?;
        self.checked(|connection| {
            run(connection, "BEGIN IMMEDIATE", [])?;
            let mut question = connection.prepare_cached(&sql)?;
            question.query_map(params_from_iter(values), found)?.collect()
        })
    }

    /// Makes the changes, in order, and commits them. Whether a failure was the commit's own stays open.
    pub(super) fn change_and_commit(&mut self, changes: Vec<Statement>) -> StoreResult<()> {
        let bind = |Statement { sql, values, .. }: Statement| {
            Ok((sql, bound(values.map(|values| values.0).unwrap_or_default())?))
        };
        let changes = changes.into_iter().map(bind).collect::<StoreResult<Vec<_>>>()?;
        self.checked(|connection| {
            for (sql, values) in changes {
                run(connection, &sql, values)?;
            }
            run(connection, "COMMIT", [])
        })
    }

    /// Gives the transaction up.
    pub(super) fn roll_back(&mut self) -> StoreResult<()> {
        self.checked(|connection| run(connection, "ROLLBACK", []))
    }

    /// Lets go of the connection, which rolls back what it has begun.
    pub(super) fn close(&mut self) {
        if let Some(connection) = self.connection.take()
            && let Err((_, error)) = connection.close()
        {
            tracing::warn!(%error, "the connection for posts did not close cleanly");
        }
    }

    /// After any failure the next batch gets a new connection. A full or failing disk makes SQLite end a transaction by
    /// itself, and what state this one is in need not be guessed.
    fn checked<T>(&mut self, step: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> StoreResult<T> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.opening.open()?,
        };
        let result = step(self.connection.insert(connection));
        if result.is_err() {
            self.close();
        }
        Ok(result?)
    }
}

fn run(connection: &Connection, sql: &str, values: impl IntoIterator<Item = Bound>) -> rusqlite::Result<()> {
    let mut statement: CachedStatement<'_> = connection.prepare_cached(sql)?;
    statement.execute(params_from_iter(values)).map(drop)
}

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        chat_id: ChatId(row.get(0)?),
        user_id: UserId(row.get(1)?),
        head: Seq(row.get(2)?),
        repeated: row.get::<_, Option<_>>(3)?.map(MessageId),
    })
}

/// As SeaORM's driver binds them.
fn bound(values: Vec<Value>) -> StoreResult<Vec<Bound>> {
    let bind = |value| {
        Ok(match value {
            Value::Bool(value) => value.into(),
            Value::Int(value) => value.into(),
            Value::BigInt(value) => value.into(),
            Value::String(value) => value.into(),
            Value::Uuid(value) => value.map(|id| id.as_bytes().to_vec()).into(),
            Value::Json(value) => value.map(|json| json.to_string()).into(),
            other => return Err(corrupt(format!("no column of a post takes {other:?}"))),
        })
    };
    values.into_iter().map(bind).collect()
}
