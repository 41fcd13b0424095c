//! A fresh database for each server: SQLite in its data directory, or one of its own in the PostgreSQL
//! that `COOP_TEST_DATABASE` names.

use sea_orm::{ConnectionTrait, Database};

/// Where a server's data lives; removed with it.
pub(crate) struct TestDatabase {
    postgres: Option<Postgres>,
}

struct Postgres {
    admin: String,
    name: String,
}

impl TestDatabase {
    /// Makes one.
    pub(crate) async fn create() -> Self {
        let Ok(admin) = std::env::var("COOP_TEST_DATABASE") else { return Self { postgres: None } };
        let name = format!("coop_{}", uuid::Uuid::now_v7().simple());
        execute(&admin, &format!("CREATE DATABASE {name}")).await;
        Self { postgres: Some(Postgres { admin, name }) }
    }

    /// SQLite, whatever the other tests run on.
    pub(crate) fn sqlite() -> Self {
        Self { postgres: None }
    }

    /// The `DATABASE_URL`, where it is not the default.
    pub(crate) fn url(&self) -> Option<String> {
        let Postgres { admin, name } = self.postgres.as_ref()?;
        let mut url = url::Url::parse(admin).expect("COOP_TEST_DATABASE is a URL");
        url.set_path(name);
        Some(url.into())
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Some(Postgres { admin, name }) = self.postgres.take() else { return };
        // A thread of its own: a runtime cannot be blocked from within itself.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(execute(&admin, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        });
        let _ = dropped.join();
    }
}

async fn execute(admin: &str, statement: &str) {
    let connection = Database::connect(admin).await.expect("the test database answers");
    connection.execute_unprepared(statement).await.expect("the test database obeys");
    connection.close().await.expect("the test database lets go");
}
