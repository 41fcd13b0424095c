//! Why the database did not do it.

use sea_orm::{DbErr, RuntimeErr, SqlxError, SqlxPostgresError, SqlxSqliteError};

/// What every query returns.
pub type StoreResult<T> = Result<T, StoreError>;

/// A failure of the database, named by what the caller can do about it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Away, full, busy or read-only: trying again may help. Nothing was written, unless the connection
    /// broke during the very commit: then it is open, and a retry with the same `client_id` finds out.
    #[error("the database is not available: {0}")]
    Unavailable(DbErr),
    /// A defect of ours or of the data.
    #[error("the database refused: {0}")]
    Broken(DbErr),
}

/// Why the server will not start on this database.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("cannot open the database: {}", said(.0))]
    Open(DbErr),
    /// Of a kind or version that is not served, or served by another process.
    #[error("{0}")]
    Unsupported(String),
    /// It could lose what it has acknowledged.
    #[error("{0}")]
    Unsafe(String),
}

impl From<DbErr> for ConnectError {
    fn from(error: DbErr) -> Self {
        Self::Open(error)
    }
}

/// What the operator can do something about; the error's own words repeat it at each of its layers.
fn said(error: &DbErr) -> String {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause)) => match &**cause {
            // While nobody listens at the address, connecting is tried again until time is up.
            SqlxError::PoolTimedOut => "nothing answers at its address (DATABASE_URL)".into(),
            cause => cause.to_string(),
        },
        other => other.to_string(),
    }
}

impl From<DbErr> for StoreError {
    /// Counts, as every failure of the database passes here.
    fn from(error: DbErr) -> Self {
        metrics::counter!("coop_db_errors_total").increment(1);
        let may_pass = match &error {
            DbErr::ConnectionAcquire(_) => true,
            DbErr::Conn(RuntimeErr::SqlxError(cause))
            | DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause)) => may_pass(cause),
            _ => false,
        };
        if may_pass { Self::Unavailable(error) } else { Self::Broken(error) }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        metrics::counter!("coop_db_errors_total").increment(1);
        let may_pass = error.sqlite_error().is_some_and(|cause| sqlite_may_pass(cause.extended_code));
        let error = DbErr::Custom(error.to_string());
        if may_pass { Self::Unavailable(error) } else { Self::Broken(error) }
    }
}

/// A stored value that is none of those we write.
pub(super) fn corrupt(what: impl Into<String>) -> StoreError {
    StoreError::Broken(DbErr::Type(what.into()))
}

fn may_pass(error: &SqlxError) -> bool {
    match error {
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed
        | SqlxError::BeginFailed => true,
        SqlxError::Database(cause) => {
            let code = cause.code().unwrap_or_default();
            if cause.try_downcast_ref::<SqlxSqliteError>().is_some() {
                code.parse().is_ok_and(sqlite_may_pass)
            } else {
                cause.try_downcast_ref::<SqlxPostgresError>().is_some() && postgres_may_pass(&code)
            }
        }
        _ => false,
    }
}

/// The primary result code is the extended one's lowest byte.
fn sqlite_may_pass(code: i32) -> bool {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    const READONLY: i32 = 8;
    const IOERR: i32 = 10;
    const FULL: i32 = 13;
    const CANTOPEN: i32 = 14;
    const PROTOCOL: i32 = 15;
    matches!(code & 0xff, BUSY | LOCKED | READONLY | IOERR | FULL | CANTOPEN | PROTOCOL)
}

fn postgres_may_pass(code: &str) -> bool {
    const READ_ONLY_TRANSACTION: &str = "25006";
    const LOCK_NOT_AVAILABLE: &str = "55P03";
    // We were asleep for too long in a transaction, and the connection is gone.
    const IDLE_IN_TRANSACTION: &str = "25P03";
    // Connection, transaction rollback, resources, operator intervention, system error.
    const CLASSES: [&str; 5] = ["08", "40", "53", "57", "58"];
    [READ_ONLY_TRANSACTION, LOCK_NOT_AVAILABLE, IDLE_IN_TRANSACTION].contains(&code)
        || code.get(..2).is_some_and(|class| CLASSES.contains(&class))
}

#[cfg(test)]
mod tests {
    use super::{postgres_may_pass, sqlite_may_pass};

    #[test]
    fn full_busy_and_failing_disks_may_pass_but_constraints_and_corruption_do_not() {
        for (code, expected) in [(13, true), (5, true), (517, true), (266, true), (2067, false), (11, false)]
        {
            assert_eq!(sqlite_may_pass(code), expected, "{code}");
        }
        for (code, expected) in [
            ("53100", true),
            ("57P01", true),
            ("40P01", true),
            ("25006", true),
            ("25P03", true),
            ("23505", false),
            ("", false),
        ] {
            assert_eq!(postgres_may_pass(code), expected, "{code}");
        }
    }
}
