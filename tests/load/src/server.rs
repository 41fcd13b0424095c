//! The server as a process: started on a free port, killed, started again on the same data.

use std::fs::OpenOptions;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use rand::RngExt;
use tokio::time::Instant;

use crate::process::{self, Usage};
use crate::report::Report;
use crate::socket::within;

/// Longest time from start to ready.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at `/ready`, and so the precision of the time to ready.
const READY_STEP: Duration = Duration::from_millis(2);

/// How to start a server.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    binary: PathBuf,
    workspace: PathBuf,
    database_url: Option<String>,
    gemini_url: Option<String>,
    limits: Vec<String>,
    /// Where its data is, if not in the workspace.
    data: Option<PathBuf>,
    variables: Vec<(String, String)>,
    /// A program and its arguments that run the server in their own process.
    wrapper: Vec<String>,
}

impl Settings {
    /// With the default limits and no Gemini.
    pub(crate) fn new(binary: PathBuf, workspace: &Path, database_url: Option<String>) -> Self {
        Self {
            binary,
            workspace: workspace.to_owned(),
            database_url,
            gemini_url: None,
            limits: vec![],
            data: None,
            variables: vec![],
            wrapper: vec![],
        }
    }

    /// The same server on nobody's data yet, with a workspace of its own within this one.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub(crate) fn apart(&self, name: &str) -> Result<Self> {
        let workspace = self.workspace.join(name);
        std::fs::create_dir_all(&workspace)?;
        Ok(Self { workspace, ..self.clone() })
    }

    /// With its data in this directory.
    pub(crate) fn data(mut self, directory: &Path) -> Self {
        self.data = Some(directory.to_owned());
        self
    }

    /// Where its data is.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| self.workspace.join("data"))
    }

    /// On this database.
    pub(crate) fn database(mut self, url: String) -> Self {
        self.database_url = Some(url);
        self
    }

    /// With a variable in its environment.
    pub(crate) fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Run by this program, which must become the server itself.
    pub(crate) fn under(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    /// With Gemini at this address, which people may ask as often as they like.
    pub(crate) fn gemini(mut self, url: String) -> Self {
        self.gemini_url = Some(url);
        self.limit("questions-per-minute", 1_000_000)
    }

    /// With a limit other than the default, by its flag's name.
    pub(crate) fn limit(mut self, flag: &str, value: usize) -> Self {
        self.limits.push(format!("--{flag}={value}"));
        self
    }

    /// Where to put what may be of use after a failure.
    pub(crate) fn workspace(&self) -> &Path {
        &self.workspace
    }

    /// Says what was special about this server.
    pub(crate) fn describe(&self, report: &mut Report) {
        report.condition(if self.database_url.is_some() { "on PostgreSQL" } else { "on SQLite" });
        if !self.limits.is_empty() {
            report.condition(format!("limits changed for this: {}", self.limits.join(" ")));
        }
    }
}

/// A running server; killed when dropped.
pub(crate) struct Server {
    settings: Settings,
    port: u16,
    child: Child,
}

impl Server {
    /// Starts one and waits until it is ready.
    ///
    /// # Errors
    /// When it ends, or is not ready in time.
    pub(crate) async fn start(settings: &Settings) -> Result<Self> {
        let port = free_port()?;
        let mut server = Self { settings: settings.clone(), port, child: spawn(settings, port)? };
        server.ready().await?;
        Ok(server)
    }

    /// Scheme, host and port.
    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What the process has used.
    ///
    /// # Errors
    /// When it is gone.
    pub(crate) fn usage(&self) -> Result<Usage> {
        process::usage(self.child.id()).context("the server is gone")
    }

    /// The port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// When it does not.
    pub(crate) async fn ended(&mut self) -> Result<ExitStatus> {
        within("the server to end", async {
            loop {
                if let Some(status) = self.child.try_wait()? {
                    return Ok(status);
                }
                tokio::time::sleep(READY_STEP).await;
            }
        })
        .await?
    }

    /// What it answers at `/ready`: the status, or nothing.
    pub(crate) async fn readiness(&self) -> Option<u16> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().ok()?;
        let answer = http.get(format!("{}/ready", self.base())).send().await.ok()?;
        Some(answer.status().as_u16())
    }

    /// Uses other settings from the next start on.
    pub(crate) fn change(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Kills it as `kill -9` does.
    ///
    /// # Errors
    /// When it ended before.
    pub(crate) fn kill(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the server ended by itself: {status}");
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Makes sure that it has ended, however.
    pub(crate) fn end(&mut self) {
        // One that is dead already is as wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again on the same data and port; the time from start to ready.
    ///
    /// # Errors
    /// When it ends, or is not ready in time.
    pub(crate) async fn restart(&mut self) -> Result<Duration> {
        let started = Instant::now();
        self.child = spawn(&self.settings, self.port)?;
        self.ready().await?;
        Ok(started.elapsed())
    }

    async fn ready(&mut self) -> Result<()> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build()?;
        let deadline = Instant::now() + START_PATIENCE;
        let url = format!("{}/ready", self.base());
        loop {
            if http.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(anyhow!("the server ended at its start: {status}\n{}", self.last_words()));
            }
            if Instant::now() > deadline {
                return Err(anyhow!(
                    "the server was not ready within {START_PATIENCE:?}\n{}",
                    self.last_words()
                ));
            }
            tokio::time::sleep(READY_STEP).await;
        }
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(log_path(&self.settings)).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn log_path(settings: &Settings) -> PathBuf {
    settings.workspace.join("server.log")
}

fn spawn(settings: &Settings, port: u16) -> Result<Child> {
    let log = OpenOptions::new().create(true).append(true).open(log_path(settings))?;
    let mut command = match settings.wrapper.split_first() {
        Some((wrapper, arguments)) => {
            let mut command = Command::new(wrapper);
            command.args(arguments).arg(&settings.binary);
            command
        }
        None => Command::new(&settings.binary),
    };
    // Neither the caller's environment nor a `.env` in its directory may decide what is measured.
    command.env_clear().current_dir(&settings.workspace);
    command.arg("--host=127.0.0.1").arg(format!("--port={port}"));
    command.arg(format!("--data-dir={}", settings.data_dir().display()));
    command.args(&settings.limits).envs(settings.variables.iter().map(|(name, value)| (name, value)));
    if let Some(url) = &settings.database_url {
        command.env("DATABASE_URL", url);
    }
    if let Some(url) = &settings.gemini_url {
        command.env("GEMINI_BASE_URL", url).env("GEMINI_API_KEY", "load");
    }
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    command.spawn().with_context(|| format!("cannot start {}", settings.binary.display()))
}

// Below the range from which the kernel takes the ports of outgoing connections: one of the clients could
// otherwise sit on the server's port while it is down.
pub(crate) fn free_port() -> Result<u16> {
    const TRIES: usize = 100;
    let mut rng = rand::rng();
    (0..TRIES)
        .map(|_| rng.random_range(20_000..30_000))
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .context("no free port was found")
}
