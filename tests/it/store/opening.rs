//! Opening a database: schema, durability, and who else has it.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use gemini_coop::config::database::DatabaseConfig;
use gemini_coop::protocol::{MessageStatus, NotifyLevel};
use gemini_coop::store::Store;
use gemini_coop::store::error::ConnectError;
use gemini_coop::store::rows::Outcome;
use sea_orm::ConnectionTrait as _;

use crate::store::support::{Bench, retry_by_somebody};

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
async fn a_database_from_before_retries_and_notification_levels_is_brought_up_to_date_with_its_rows() {
    let bench = Bench::new().await;
    let (ada, gem) = (bench.person("ada").await, bench.agent("gem").await);
    let chat = bench.group(&[&ada, &gem]).await;
    let reply = bench.ask(chat, &ada, &gem).await.1.message_id;
    bench.store.close().await;
    let tables = bench.raw().await;
    for undo in [
        "DROP INDEX runs_current",
        "DROP INDEX runs_message_id",
        "ALTER TABLE runs DROP COLUMN replaced_seq",
        "CREATE UNIQUE INDEX runs_message_id ON runs (message_id)",
        "ALTER TABLE members DROP COLUMN notify",
        "DELETE FROM seaql_migrations WHERE version IN ('m20261121_000004_retries', 'm20261121_000005_notify')",
    ] {
        tables.execute_unprepared(undo).await.unwrap();
    }
    tables.close().await.unwrap();
    let again = Store::connect(&bench.config).await.unwrap();
    assert_eq!(again.chat(chat, ada.id).await.unwrap().unwrap().1.notify, NotifyLevel::All);
    let lease = Duration::from_secs(9);
    let run = again.claim_run(chat, "node", 1, lease).await.unwrap().unwrap();
    let outcome = Outcome { content: Some("half".into()), ..Outcome::of(MessageStatus::Stopped) };
    again.settle(run.lease, outcome).await.unwrap().unwrap();
    let tx = again.begin().await.unwrap();
    tx.retry_reply(chat, reply, retry_by_somebody()).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    // Of the runs of a reply one is the current one, and no other can be.
    bench.raw().await.execute_unprepared("UPDATE runs SET replaced_seq = NULL").await.unwrap_err();
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
