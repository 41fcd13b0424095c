//! Why the database did not do it.

use sea_orm::DbErr;

/// What every query returns.
pub type StoreResult<T> = Result<T, StoreError>;

/// A failure of the database, named by what the caller can do about it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Away, full, busy or read-only: trying again may help, and nothing was written.
    #[error("the database is not available: {0}")]
    Unavailable(DbErr),
    /// A defect of ours or of the data.
    #[error("the database refused: {0}")]
    Broken(DbErr),
}

/// Why the server will not start on this database.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("cannot open the database: {0}")]
    Open(DbErr),
    #[error("{0}")]
    Unsafe(String),
}
