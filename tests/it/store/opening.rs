//! Opening a database: schema, durability, and who else has it.

use std::os::unix::fs::PermissionsExt as _;

use gemini_coop::config::database::DatabaseConfig;
use gemini_coop::store::Store;
use gemini_coop::store::error::ConnectError;

use crate::store::support::Bench;

#[tokio::test]
async fn what_was_written_is_there_after_opening_again() {
    let bench = Bench::new().await;
    let ada = bench.person("ada").await;
    let chat = bench.group(&[&ada]).await;
    let last = bench.store.post(crate::store::support::post(chat, &ada, "waits in the lane"));
    bench.store.close().await;
    assert!(last.await.is_ok());
    assert!(bench.store.ping().await.is_err());
    let again = Store::connect(&bench.config).await.unwrap();
    again.ping().await.unwrap();
    assert_eq!(
        again.page(chat, gemini_coop::store::rows::Window::Latest, 9).await.unwrap().messages.len(),
        2
    );
    again.close().await;
}

#[tokio::test]
async fn a_second_process_on_the_same_sqlite_file_is_refused() {
    let bench = Bench::new().await;
    if !bench.is_sqlite() {
        return;
    }
    let refused = Store::connect(&bench.config).await;
    assert!(
        matches!(refused, Err(ConnectError::Unsupported(sentence)) if sentence.contains("another process"))
    );
    let file = bench.config.data_dir.join("gemini-coop.db");
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&bench.config.data_dir), mode(&file)), (0o700, 0o600));
}

#[tokio::test]
async fn a_database_that_is_not_served_is_refused_in_a_sentence() {
    for url in ["mysql://localhost/rooms", "sqlite::memory:", "rooms.db"] {
        let config = DatabaseConfig {
            data_dir: "unused".into(),
            database_url: Some(url.into()),
            allow_weak_durability: false,
        };
        assert!(matches!(Store::connect(&config).await, Err(ConnectError::Unsupported(_))), "{url}");
    }
}

#[tokio::test]
async fn a_postgresql_that_forgets_is_refused_unless_allowed() {
    let bench = Bench::new().await;
    let Some(url) = bench.config.database_url.clone() else { return };
    let (_, name) = url.rsplit_once('/').unwrap();
    use sea_orm::ConnectionTrait as _;
    let forget = format!("ALTER DATABASE {name} SET synchronous_commit = off");
    bench.raw().await.execute_unprepared(&forget).await.unwrap();
    let mut config = bench.config.clone();
    let refused = Store::connect(&config).await;
    assert!(
        matches!(refused, Err(ConnectError::Unsafe(sentence)) if sentence.contains("synchronous_commit=off"))
    );
    config.allow_weak_durability = true;
    Store::connect(&config).await.unwrap();
}
