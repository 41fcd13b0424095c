//! Work that is done to its end, whoever hangs up meanwhile.

use crate::domain::error::{Error, Result};

/// Does it on a task of its own: a request that goes away would otherwise leave a call without an end in the books.
pub(in crate::http) async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    tokio::spawn(work).await.map_err(|error| Error::Internal(Box::new(error)))?
}
