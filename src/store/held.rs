//! SQLite's connection for posts: held for good, so that a batch costs two trips to it.
//!
//! The driver keeps SQLite on a thread of its own. Every statement is a trip there and back; a BEGIN or COMMIT of the
//! driver's own waits once more until its answer was taken, and the pool asks each connection that comes back whether it
//! lives. For a lone post all this costs more than the disk. Here BEGIN rides along with the first question and COMMIT
//! with the last change, as SQLite takes several statements at once.

use sea_orm::sea_query::{SelectStatement, SqliteQueryBuilder, Values};
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection};
use sea_orm::{DbErr, QueryResult, RuntimeErr, SqlxError, Statement};
use sea_query_sqlx::SqlxValues;

use crate::store::error::StoreResult;

/// The connection. Whoever uses it has SQLite's writers' turn.
pub(super) struct Held {
    settings: SqliteConnectOptions,
    connection: Option<SqliteConnection>,
    /// Begun, and neither committed nor rolled back: it may have been lost in the middle.
    is_open: bool,
}

impl Held {
    pub(super) fn new(settings: SqliteConnectOptions) -> Self {
        Self { settings, connection: None, is_open: false }
    }

    /// Begins a transaction, with its first question.
    pub(super) async fn begin_and_ask(
        &mut self,
        question: &SelectStatement,
    ) -> StoreResult<Vec<QueryResult>> {
        if self.is_open {
            self.close().await;
        }
        let (question, values) = question.build(SqliteQueryBuilder);
        let sql = format!("BEGIN IMMEDIATE; {question}");
        let rows = match self.begun().await {
            Ok(connection) => {
                sqlx::query_with(AssertSqlSafe(sql), SqlxValues(values)).fetch_all(connection).await
            }
            Err(error) => Err(error),
        };
        Ok(self.checked(rows).await?.into_iter().map(QueryResult::from).collect())
    }

    /// Makes the changes, in order, and commits them. Whether a failure was the commit's own stays open.
    pub(super) async fn change_and_commit(&mut self, changes: Vec<Statement>) -> StoreResult<()> {
        let mut sql = String::new();
        let mut values = Vec::new();
        for change in changes {
            sql.push_str(&change.sql);
            sql.push_str("; ");
            values.extend(change.values.into_iter().flat_map(|values| values.0));
        }
        sql.push_str("COMMIT");
        self.end(sql, Values(values)).await
    }

    /// Gives the transaction up.
    pub(super) async fn roll_back(&mut self) -> StoreResult<()> {
        self.end("ROLLBACK".into(), Values(Vec::new())).await
    }

    /// Lets go of the connection, which rolls back what it has begun.
    pub(super) async fn close(&mut self) {
        self.is_open = false;
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the connection for posts did not close cleanly");
        }
    }

    async fn begun(&mut self) -> Result<&mut SqliteConnection, SqlxError> {
        self.is_open = true;
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.settings.connect().await?,
        };
        Ok(self.connection.insert(connection))
    }

    async fn end(&mut self, sql: String, values: Values) -> StoreResult<()> {
        let done = match &mut self.connection {
            Some(connection) => {
                sqlx::query_with(AssertSqlSafe(sql), SqlxValues(values)).execute(connection).await
            }
            None => Err(SqlxError::BeginFailed),
        };
        self.checked(done).await?;
        self.is_open = false;
        Ok(())
    }

    /// After any failure the next batch gets a new connection. A full or failing disk makes SQLite end a transaction by
    /// itself, and what state this one is in need not be guessed.
    async fn checked<T>(&mut self, result: Result<T, SqlxError>) -> StoreResult<T> {
        if result.is_err() {
            self.close().await;
        }
        Ok(result.map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(error.into())))?)
    }
}
