//! A fresh database for each server: SQLite in its data directory, or one of its own in the PostgreSQL
//! that `COOP_TEST_DATABASE` names.

use std::sync::{Arc, Weak};

use sea_orm::{ConnectionTrait, Database};
use tokio::sync::Mutex;

/// What this process copies its databases from. It goes with the last of them and is made again when there is one more.
static TEMPLATE: Mutex<Weak<Postgres>> = Mutex::const_new(Weak::new());

/// Where a server's data lives; removed with it.
pub(crate) struct TestDatabase {
    postgres: Option<Copied>,
}

struct Copied {
    database: Postgres,
    _template: Arc<Postgres>,
}

/// A database in PostgreSQL; dropped with this.
struct Postgres {
    admin: String,
    name: String,
}

impl TestDatabase {
    /// Makes one.
    pub(crate) async fn create() -> Self {
        let Ok(admin) = std::env::var("COOP_TEST_DATABASE") else { return Self { postgres: None } };
        let template = template(&admin).await;
        let database = Postgres::create(&admin, &template.name).await;
        Self { postgres: Some(Copied { database, _template: template }) }
    }

    /// SQLite, whatever the other tests run on.
    pub(crate) fn sqlite() -> Self {
        Self { postgres: None }
    }

    /// The `DATABASE_URL`, where it is not the default.
    pub(crate) fn url(&self) -> Option<String> {
        self.postgres.as_ref().map(|copy| copy.database.url())
    }
}

/// One with all tables: a copy costs a fraction of what the migrations do, each a change with a commit of its own.
async fn template(admin: &str) -> Arc<Postgres> {
    let mut shared = TEMPLATE.lock().await;
    if let Some(template) = shared.upgrade() {
        return template;
    }
    let template = Postgres::create(admin, "template1").await;
    let connection = Database::connect(template.url()).await.expect("the template answers");
    migrations::up(&connection).await.expect("the migrations run");
    // Nobody may be connected to what is copied.
    connection.close().await.expect("the template lets go");
    let template = Arc::new(template);
    *shared = Arc::downgrade(&template);
    template
}

impl Postgres {
    async fn create(admin: &str, template: &str) -> Self {
        let name = format!("coop_{}", uuid::Uuid::now_v7().simple());
        execute(admin, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        Self { admin: admin.to_owned(), name }
    }

    fn url(&self) -> String {
        let mut url = url::Url::parse(&self.admin).expect("COOP_TEST_DATABASE is a URL");
        url.set_path(&self.name);
        url.into()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let (admin, name) = (self.admin.clone(), self.name.clone());
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
