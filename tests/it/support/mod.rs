//! A real server on a real port with a fresh database and the stand-in as Gemini; people who use it.

pub(crate) mod client;
pub(crate) mod database;
pub(crate) mod proxy;
pub(crate) mod server;
pub(crate) mod web;

/// How long anything awaited may take before the test says what it waited for.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(15);

/// Awaits `future`, or fails naming `what`.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("waited in vain for {what}"),
    }
}
