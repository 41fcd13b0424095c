//! `gemini-coop doctor`: can the server run here?
//!
//! Looks and says what to do; changes nothing but what a start of the server would change.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;

use crate::app::descriptors;
use crate::config::Config;
use crate::config::auth::SECRET_FILE;
use crate::config::database::DatabaseConfig;
use crate::config::llm::LlmConfig;
use crate::config::providers::GEMINI;
use crate::llm::models::{Catalogue, Models};
use crate::store::{Store, free_bytes};

const PROVIDER_PATIENCE: Duration = Duration::from_secs(5);
const SERVER_PATIENCE: Duration = Duration::from_secs(2);
const GIB: u64 = 1 << 30;
/// Less than this and the next busy day may fill the disk.
const LITTLE_SPACE: u64 = GIB;
/// Less than this and SQLite's log may not find room.
const NO_SPACE: u64 = GIB / 10;

/// Prints a line for each check; the exit code says whether one failed.
pub(super) async fn run(config: Config) -> ExitCode {
    let address = SocketAddr::new(config.server.host, config.server.port);
    let mut findings = vec![Finding::ok("configuration", "every value is valid".into()), reach(&config)];
    findings.push(open_files(config.limits.connections));
    findings.push(data_dir(&config.database.data_dir));
    findings.extend(space(&config.database.data_dir));
    findings.push(secret_file(&config.database.data_dir));
    if let Some(ready) = running_server(address).await {
        // It holds the port, and SQLite's file: both are as they should be.
        findings.push(ready);
    } else {
        findings.push(port(address).await);
        findings.push(database(&config.database).await);
    }
    findings.extend(providers(&config.llm).await);
    for finding in &findings {
        println!("{finding}");
    }
    if findings.iter().any(|finding| finding.level == Level::Fail) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Ok,
    Warn,
    Fail,
}

/// What a check found out, and what to do about it.
#[derive(Debug)]
struct Finding {
    level: Level,
    subject: &'static str,
    text: String,
}

impl Finding {
    fn ok(subject: &'static str, text: String) -> Self {
        Self { level: Level::Ok, subject, text }
    }

    fn warn(subject: &'static str, text: String) -> Self {
        Self { level: Level::Warn, subject, text }
    }

    fn fail(subject: &'static str, text: String) -> Self {
        Self { level: Level::Fail, subject, text }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Ok => "ok",
            Level::Warn => "warn",
            Level::Fail => "fail",
        };
        write!(f, "{level:<5}{:<15}{}", self.subject, self.text)
    }
}

fn reach(config: &Config) -> Finding {
    let subject = "address";
    match &config.server.public_url {
        Some(url) => {
            Finding::ok(subject, format!("people reach it as {}", url.origin().ascii_serialization()))
        }
        None if config.server.host.is_loopback() => {
            Finding::ok(subject, "it is reached from this machine alone".into())
        }
        None => Finding::warn(
            subject,
            format!(
                "it listens on {} and does not know its name: set PUBLIC_URL to the address that people use, \
                 so that links and cookies fit",
                config.server.host
            ),
        ),
    }
}

fn open_files(connections: usize) -> Finding {
    let (available, needed) = (descriptors::available(), descriptors::needed(connections));
    if available < needed {
        return Finding::warn(
            "open files",
            format!(
                "{available} are allowed, {needed} may be needed: raise the limit, or lower MAX_CONNECTIONS"
            ),
        );
    }
    Finding::ok("open files", format!("enough for {connections} connections"))
}

fn data_dir(path: &Path) -> Finding {
    let subject = "data directory";
    let shown = path.display();
    // Where the directory is still to be made, what counts is the place for it.
    let existing = path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
    match tempfile_in(existing) {
        Ok(()) if existing == path => Finding::ok(subject, format!("{shown} can be written")),
        Ok(()) => Finding::ok(subject, format!("{shown} does not exist yet and can be made")),
        Err(error) => Finding::fail(
            subject,
            format!("{shown} cannot be written ({error}): give it to the server's user, or set DATA_DIR"),
        ),
    }
}

/// Writes a file and removes it: rights alone do not tell a full or read-only disk.
fn tempfile_in(directory: &Path) -> io::Result<()> {
    let path = directory.join(format!(".doctor-{}", std::process::id()));
    std::fs::write(&path, b"doctor")?;
    std::fs::remove_file(&path)
}

fn space(path: &Path) -> Option<Finding> {
    let subject = "disk space";
    let existing = path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
    let free = free_bytes(existing)?;
    let text = format!("{:.1} GiB free", free as f64 / GIB as f64);
    Some(if free < NO_SPACE {
        Finding::fail(subject, format!("{text}: make room, or set DATA_DIR to another disk"))
    } else if free < LITTLE_SPACE {
        Finding::warn(subject, format!("{text}: make room before it is full"))
    } else {
        Finding::ok(subject, text)
    })
}

fn secret_file(data_dir: &Path) -> Finding {
    let subject = "secret file";
    let path = data_dir.join(SECRET_FILE);
    let shown = path.display();
    match std::fs::metadata(&path) {
        Ok(file) if file.permissions().mode() & 0o077 == 0 => {
            Finding::ok(subject, format!("{shown} is for its owner's eyes only"))
        }
        Ok(_) => Finding::fail(subject, format!("others can read {shown}: chmod 600 {shown}")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Finding::ok(subject, format!("{shown} does not exist; it is made at the first start if needed"))
        }
        Err(error) => Finding::fail(subject, format!("{shown} cannot be read: {error}")),
    }
}

/// What a server that already runs here says of itself; `None` if there is none.
async fn running_server(address: SocketAddr) -> Option<Finding> {
    let subject = "running server";
    let client = reqwest::Client::builder().no_proxy().timeout(SERVER_PATIENCE).build().ok()?;
    // The wildcard addresses lead to this machine.
    let health = client.get(format!("http://{address}/health")).send().await.ok()?;
    if !health.status().is_success() {
        return None;
    }
    let ready = client.get(format!("http://{address}/ready")).send().await;
    Some(match ready {
        Ok(answer) if answer.status().is_success() => {
            Finding::ok(subject, format!("a server at {address} is ready, its database included"))
        }
        _ => Finding::fail(subject, format!("the server at {address} is not ready: its logs say why")),
    })
}

async fn port(address: SocketAddr) -> Finding {
    match TcpListener::bind(address).await {
        Ok(_) => Finding::ok("port", format!("{address} is free")),
        Err(error) => {
            Finding::fail("port", format!("cannot listen on {address} ({error}): set HOST and PORT"))
        }
    }
}

async fn database(config: &DatabaseConfig) -> Finding {
    let subject = "database";
    // A check leaves nothing behind: made by another user than the server's, the files would lock it out.
    if !Store::may_exist(config) {
        return Finding::ok(subject, "there is none yet; it is made at the first start".into());
    }
    let store = match Store::connect_beside(config).await {
        Ok(store) => store,
        Err(error) => return Finding::fail(subject, error.to_string()),
    };
    let answer = store.ping().await;
    let engine = store.engine();
    store.close().await;
    match answer {
        Ok(()) => Finding::ok(subject, format!("{engine} answers, is durable, and its schema is up to date")),
        Err(error) => Finding::fail(subject, error.to_string()),
    }
}

async fn providers(config: &LlmConfig) -> Vec<Finding> {
    let subject = "providers";
    let all = match config.providers() {
        Ok(all) => all,
        Err(error) => return vec![Finding::fail(subject, error.to_string())],
    };
    let mut findings = Vec::new();
    if all.iter().any(|provider| provider.name == GEMINI) {
        findings.push(provider(config).await);
    }
    let models = match Models::new(config, all) {
        Ok(models) => models,
        Err(error) => return vec![Finding::fail(subject, error.to_string())],
    };
    let others = models.catalogues().await.into_iter().filter(|it| it.provider != GEMINI);
    findings.extend(others.map(|Catalogue { provider, models, is_listed, .. }| match is_listed {
        true => Finding::ok(subject, format!("{provider} lists {} models", models.len())),
        false => {
            Finding::warn(subject, format!("{provider} does not list its models: check its base_url and key"))
        }
    }));
    findings
}

async fn provider(config: &LlmConfig) -> Finding {
    let subject = "gemini";
    let Some(key) = &config.gemini_api_key else {
        return Finding::warn(
            subject,
            "there is no key and the bot cannot answer: set GEMINI_API_KEY (https://aistudio.google.com/apikey)"
                .into(),
        );
    };
    let base = config.gemini_base_url.as_str().trim_end_matches('/');
    match list_models(base, key).await {
        Ok(status) if status.is_success() => Finding::ok(subject, format!("{base} accepts the key")),
        Ok(status) => Finding::fail(
            subject,
            format!("{base} answers {status}: check GEMINI_API_KEY and GEMINI_BASE_URL"),
        ),
        // The error's own text holds the address, but no header.
        Err(error) => Finding::fail(
            subject,
            format!(
                "{base} cannot be reached ({}): check the network and GEMINI_BASE_URL",
                error.without_url()
            ),
        ),
    }
}

async fn list_models(base: &str, key: &SecretString) -> reqwest::Result<reqwest::StatusCode> {
    let client = reqwest::Client::builder().timeout(PROVIDER_PATIENCE).build()?;
    let url = format!("{base}/v1beta/models?pageSize=1");
    Ok(client.get(url).header("x-goog-api-key", key.expose_secret()).send().await?.status())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;
    use tokio::net::TcpListener;

    use super::{Level, data_dir, port, running_server, secret_file};

    #[test]
    fn a_secret_that_others_can_read_is_a_failure() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(secret_file(dir.path()).level, Level::Ok);
        let path = dir.path().join("jwt_secret");
        std::fs::write(&path, "x").unwrap();
        for (mode, level) in [(0o644, Level::Fail), (0o640, Level::Fail), (0o600, Level::Ok)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(secret_file(dir.path()).level, level, "{mode:o}");
        }
    }

    #[test]
    fn a_data_directory_that_is_a_file_is_a_failure_and_a_missing_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(data_dir(dir.path()).level, Level::Ok);
        assert_eq!(data_dir(&dir.path().join("later")).level, Level::Ok);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(data_dir(&file).level, Level::Fail);
    }

    #[tokio::test]
    async fn a_taken_port_is_a_failure() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        assert_eq!(port(address).await.level, Level::Fail);
    }

    #[tokio::test]
    async fn a_server_that_runs_already_is_asked_itself() {
        for (health, ready, expected) in [
            (StatusCode::OK, StatusCode::OK, Some(Level::Ok)),
            (StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE, Some(Level::Fail)),
            (StatusCode::NOT_FOUND, StatusCode::OK, None),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let router = Router::new()
                .route("/health", get(move || async move { health }))
                .route("/ready", get(move || async move { ready }));
            let server = tokio::spawn(async move { axum::serve(listener, router).await });
            assert_eq!(running_server(address).await.map(|finding| finding.level), expected);
            server.abort();
        }
    }
}
