//! The server under test, in this process.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use gemini_coop::app::{self, Running};
use gemini_coop::config::Config;
use gemini_coop::domain::Context;
use gemini_coop::http::web::WebApp;
use sea_orm::{Database, DatabaseConnection};
use serde_json::json;
use standin::server::Standin;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::support::client::Client;
use crate::support::database::TestDatabase;
use crate::support::proxy::Proxy;
use crate::support::{web, within};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A server with the stand-in behind it.
pub(crate) struct TestServer {
    pub(crate) base: String,
    pub(crate) standin: Standin,
    running: Option<Running>,
    arguments: Vec<String>,
    // The data goes with the server.
    data: TempDir,
    database: TestDatabase,
}

impl TestServer {
    /// With the defaults.
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With these flags.
    pub(crate) async fn with(flags: &[&str]) -> Self {
        Self::on(TestDatabase::create().await, None, flags, web::built()).await
    }

    /// On SQLite, whatever the other tests run on.
    pub(crate) async fn on_sqlite(flags: &[&str]) -> Self {
        Self::on(TestDatabase::sqlite(), None, flags, web::built()).await
    }

    /// As it is where the web app was not built.
    pub(crate) async fn without_web_app() -> Self {
        Self::on(TestDatabase::create().await, None, &[], web::not_built()).await
    }

    /// On PostgreSQL, by a way that can be cut. `None` on SQLite, to which there is no way.
    pub(crate) async fn with_proxy(flags: &[&str]) -> Option<(Self, Proxy)> {
        let database = TestDatabase::create().await;
        let url = database.url()?;
        let proxy = Proxy::before(&url).await;
        let server = Self::on(database, Some(proxy.url(&url)), flags, web::built()).await;
        Some((server, proxy))
    }

    async fn on(database: TestDatabase, way: Option<String>, flags: &[&str], web: WebApp) -> Self {
        let standin = Standin::start().await;
        let data = tempfile::tempdir().expect("a temporary directory");
        let mut arguments: Vec<String> = vec![
            "gemini-coop".into(),
            format!("--data-dir={}", data.path().display()),
            format!("--gemini-base-url={}", standin.base_url()),
        ];
        if !flags.iter().any(|flag| flag.starts_with("--gemini-api-key")) {
            arguments.push("--gemini-api-key=test-key".into());
        }
        arguments.extend(way.or(database.url()).map(|url| format!("--database-url={url}")));
        arguments.extend(flags.iter().map(|flag| (*flag).to_owned()));
        let (running, base) = launch(&arguments, web).await;
        Self { base, standin, running: Some(running), arguments, data, database }
    }

    /// Ends it in order and starts it again on the same data; people have to connect anew.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        let (running, base) = launch(&self.arguments, web::built()).await;
        (self.running, self.base) = (Some(running), base);
    }

    /// Ends it in order, as on a machine whose disk is lost: its data directory is another one, and empty.
    pub(crate) async fn lose_data(&mut self) {
        self.stop().await;
        self.data = tempfile::tempdir().expect("a temporary directory");
        let place = self.arguments.iter_mut().find(|flag| flag.starts_with("--data-dir="));
        *place.expect("it has one") = format!("--data-dir={}", self.data.path().display());
    }

    /// Where its data is.
    pub(crate) fn data_dir(&self) -> &Path {
        self.data.path()
    }

    /// Ends it in order.
    pub(crate) async fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.shutdown();
            within("an ordered shutdown", running.wait()).await.expect("the shutdown succeeds");
        }
    }

    /// Begins the ordered end without waiting for it.
    pub(crate) fn begin_shutdown(&self) {
        self.running.as_ref().expect("the server runs").shutdown();
    }

    /// Runs the program itself beside this server, on the same data.
    pub(crate) async fn command(&self, arguments: &[&str]) -> Output {
        let storage = |flag: &&String| flag.starts_with("--data-dir=") || flag.starts_with("--database-url=");
        let mut command = Command::new(env!("CARGO_BIN_EXE_gemini-coop"));
        command.args(arguments).args(self.arguments.iter().filter(storage)).env_clear();
        let output = tokio::task::spawn_blocking(move || command.output());
        within("the command", output).await.expect("no panic").expect("the program runs")
    }

    /// What the rules run on.
    pub(crate) fn context(&self) -> Arc<Context> {
        Arc::clone(&self.running.as_ref().expect("the server runs").context)
    }

    /// A connection past the server, to its tables.
    pub(crate) async fn tables(&self) -> DatabaseConnection {
        let file = || format!("sqlite://{}", self.data.path().join("gemini-coop.db").display());
        Database::connect(self.database.url().unwrap_or_else(file)).await.expect("the database opens")
    }

    /// Somebody new, registered and logged in.
    pub(crate) async fn person(&self, name: &str) -> Client {
        let nobody = Client::anonymous(&self.base);
        let account = json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD});
        nobody.post("/api/auth/register", account).await.expect(201);
        self.log_in(name).await
    }

    /// Somebody known, with a new session.
    pub(crate) async fn log_in(&self, name: &str) -> Client {
        Client::anonymous(&self.base).log_in(name, PASSWORD).await
    }
}

async fn launch(arguments: &[String], web: WebApp) -> (Running, String) {
    let config = Config::try_parse_from(arguments).expect("the flags are valid");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let running = app::start(config, web, listener).await.expect("the server starts");
    let base = format!("http://{}", running.local_addr);
    (running, base)
}
