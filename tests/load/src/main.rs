//! Shows what Gemini Coop promises under load and faults, against a real server process on this machine.
//!
//! Each scenario starts the server on a loopback port with data of its own, prints its figures as a table and
//! as one JSON line, and ends with 1 when a promise was broken. It sees the server as a client and as `/proc`
//! show it, and must never share code with it: a mistake in both would be seen by nobody.

mod bench;
mod client;
mod crowd;
mod faults;
mod frame;
mod history;
mod process;
mod replica;
mod report;
mod scenario;
mod server;
mod socket;
mod spread;
mod talk;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use clap::{Args, Parser, Subcommand};

use crate::report::Report;
use crate::scenario::{fanout, idle, posts, quiet, rejoin, revoke, stop};

/// No scenario takes longer, whatever hangs.
const LONGEST: Duration = Duration::from_secs(20 * 60);

/// Shows what Gemini Coop promises under load and faults, against a server process that it starts itself
#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    work: Work,
}

impl Target {
    fn binary(&self) -> Result<PathBuf> {
        let binary = match &self.server {
            Some(path) => path.clone(),
            None => std::env::current_exe()?.with_file_name("gemini-coop"),
        };
        binary.canonicalize().with_context(|| {
            format!("there is no server at {}: build it, or name it with --server", binary.display())
        })
    }
}

#[derive(Subcommand)]
enum Work {
    /// What a delivered message costs, beside a bare relay and other servers
    Bench(bench::Options),
    #[command(flatten)]
    Scenario(Scenario),
}

/// Which server, on what data.
#[derive(Args)]
struct Target {
    /// The server's binary; the `gemini-coop` beside this one if not given
    #[arg(long, global = true, value_name = "FILE")]
    server: Option<PathBuf>,
    /// A PostgreSQL database to throw away afterwards; SQLite in a temporary directory if not given
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
}

#[derive(Subcommand)]
enum Scenario {
    /// One room, many sockets, one speaker: all delivered, in order, none twice; CPU a delivery
    Fanout(fanout::Options),
    /// Many joined sockets and nobody talks: memory a connection
    Idle(idle::Options),
    /// Deaths, cuts, full disks and wrong clocks, clause by clause of the delivery contract
    Faults(faults::Options),
    /// Clients drop and rejoin during one long reply and end with its bytes; what a viewer who stays pays
    Rejoin(rejoin::Options),
    /// Stop during a reply: upstream closed and last chunk out within 300 ms
    Stop(stop::Options),
    /// Acknowledged posts a second
    Posts(posts::Options),
    /// Removal and log-out in the middle of a reply: nothing of the chat arrives afterwards
    Revoke(revoke::Options),
    /// Many log-ins at once while a room talks: what the room feels
    Quiet(quiet::Options),
}

impl Scenario {
    async fn run(&self, settings: server::Settings) -> Result<Report> {
        match self {
            Self::Fanout(options) => fanout::run(options, settings).await,
            Self::Idle(options) => idle::run(options, settings).await,
            Self::Faults(options) => faults::run(options, settings).await,
            Self::Rejoin(options) => rejoin::run(options, settings).await,
            Self::Stop(options) => stop::run(options, settings).await,
            Self::Posts(options) => posts::run(options, settings).await,
            Self::Revoke(options) => revoke::run(options, settings).await,
            Self::Quiet(options) => quiet::run(options, settings).await,
        }
    }
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    process::raise_file_limit()?;
    let binary = cli.target.binary()?;
    let scenario = match &cli.work {
        Work::Bench(options) => {
            let is_whole = bench::run(options, binary)?;
            return Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Work::Scenario(scenario) => scenario,
    };
    let workspace = tempfile::Builder::new().prefix("coop-load-").tempdir()?;
    let settings = server::Settings::new(binary, workspace.path(), cli.target.database_url);
    let outcome = run(scenario, settings);
    let verdict = match &outcome {
        Ok(report) => {
            report.print();
            if report.is_kept() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(_) => ExitCode::FAILURE,
    };
    if verdict == ExitCode::FAILURE {
        eprintln!("the server's data and log are kept in {}", workspace.keep().display());
    }
    outcome.map(|_| verdict)
}

fn run(scenario: &Scenario, settings: server::Settings) -> Result<Report> {
    // One thread: the clients must leave the other cores to the server, and a figure must not depend on where
    // the scheduler puts them.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        tokio::time::timeout(LONGEST, scenario.run(settings))
            .await
            .map_err(|_| anyhow!("the scenario was given up after {LONGEST:?}"))?
    })
}
