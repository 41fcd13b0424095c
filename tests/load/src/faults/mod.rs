//! The faults, clause by clause of the delivery contract: what is promised, what is done to the server, what came of it.
//!
//! Every clause has a server of its own and one way to end: a finding, or the reason why it cannot be tried here.

mod bench;
mod busy;
mod clock;
mod death;
mod disk;
mod finding;
mod full;
mod kill;
mod late;
mod order;
mod points;
mod postgres;
mod power;
mod presence;
mod proxy;
mod restart;
mod resume;
mod retry;
mod room;
mod slow;
mod stop;
mod table;
mod upstream;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use crate::faults::bench::{Bench, Form};
use crate::faults::finding::{CannotRun, Finding};
use crate::faults::table::Row;
use crate::report::Report;
use crate::server::Settings;

/// One clause, whatever hangs; the whole has the scenario's own bound.
const LONGEST: Duration = Duration::from_secs(10 * 60);
/// All of them together: less than the scenario's bound, so that what was found is still told.
const ENOUGH: Duration = Duration::from_secs(19 * 60);

/// What does not hold yet, and why. A clause that is kept again must leave this list.
const KNOWN: &[(Clause, &str)] = &[];

#[derive(Args)]
pub(crate) struct Options {
    /// The long form, as documented; otherwise the short one of every push
    #[arg(long)]
    long: bool,
    /// Only these clauses
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CLAUSE,…")]
    only: Vec<Clause>,
    /// Seed of what is random; a new one if not given
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Document in which to replace the table
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// What is promised, in the order in which it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Clause {
    Kill,
    Points,
    PowerSqlite,
    PowerPostgres,
    Order,
    Retry,
    Resume,
    Slow,
    Late,
    Death,
    Stop,
    Upstream,
    Restart,
    Clock,
    Full,
    Busy,
    Presence,
    Backup,
    Actions,
}

impl Clause {
    /// Its number in the delivery contract.
    fn number(self) -> &'static str {
        match self {
            Self::Kill | Self::Points => "C1",
            Self::PowerSqlite | Self::PowerPostgres => "C2",
            Self::Order => "C3, C4",
            Self::Retry => "C5",
            Self::Resume => "C6",
            Self::Slow => "C7",
            Self::Late => "C9",
            Self::Death => "C10",
            Self::Stop => "C12",
            Self::Upstream => "C13",
            Self::Restart => "C16",
            Self::Clock => "C18",
            Self::Full => "C19",
            Self::Busy => "C20",
            Self::Presence => "C21",
            Self::Backup => "C22",
            Self::Actions => "I8",
        }
    }

    fn promise(self) -> &'static str {
        match self {
            Self::Kill => "what was acknowledged survives the death of the process at any moment",
            Self::Points => "… and just before it writes, before it syncs and before it answers",
            Self::PowerSqlite => "… and the loss of power, on SQLite",
            Self::PowerPostgres => "… and the loss of power, on PostgreSQL",
            Self::Order => {
                "one order in a room, the same for all, without holes, and never against an acknowledgement"
            }
            Self::Retry => "a retry never makes a second message",
            Self::Resume => "who comes back misses nothing and sees nothing twice",
            Self::Slow => "a slow reader sees no hole and hurts nobody",
            Self::Late => "who comes in the middle of a reply sees what the others see",
            Self::Death => "a reply whose process dies is interrupted, keeps its text and can be retried",
            Self::Stop => "a stop is quick and final, whoever asks and however often",
            Self::Upstream => "trouble upstream ends a reply in time and with its name",
            Self::Restart => "a restart of PostgreSQL loses nothing and doubles nothing",
            Self::Clock => "a clock that is wrong, jumps or runs fast changes no order and no session",
            Self::Full => "a full disk refuses, tells it, and serves again without a restart",
            Self::Busy => "a database that somebody else holds costs time and no message",
            Self::Presence => "who is there is known, and who is gone too",
            Self::Backup => "a backup taken under load is a beginning of what was said",
            Self::Actions => "what one saw and what came since make what a newcomer sees, for every action",
        }
    }

    async fn run(self, bench: &Bench) -> Result<Finding> {
        match self {
            Self::Kill => kill::run(bench).await,
            Self::Points => points::run(bench).await,
            Self::PowerSqlite => power::sqlite(bench).await,
            Self::PowerPostgres => power::postgres(bench).await,
            Self::Order => order::run(bench).await,
            Self::Retry => retry::run(bench).await,
            Self::Resume => resume::run(bench).await,
            Self::Slow => slow::run(bench).await,
            Self::Late => late::run(bench).await,
            Self::Death => death::run(bench).await,
            Self::Stop => stop::run(bench).await,
            Self::Upstream => upstream::run(bench).await,
            Self::Restart => restart::run(bench).await,
            Self::Clock => clock::run(bench).await,
            Self::Full => full::run(bench).await,
            Self::Busy => busy::run(bench).await,
            Self::Presence => presence::run(bench).await,
            Self::Backup => Err(CannotRun("see tests/it/backup, which tries it under load".into()).into()),
            Self::Actions => room::run(bench).await,
        }
    }
}

/// Runs the clauses, unless somebody ends it: mounts and databases are taken down then too.
pub(crate) async fn run(options: &Options, settings: Settings) -> Result<Report> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        report = run_all(options, settings) => report,
        _ = tokio::signal::ctrl_c() => Err(anyhow!("interrupted")),
        _ = terminated.recv() => Err(anyhow!("terminated")),
    }
}

/// The clauses one after the other.
async fn run_all(options: &Options, settings: Settings) -> Result<Report> {
    let seed = options.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    let form = if options.long { Form::Long } else { Form::Short };
    let bench = Bench::new(settings, form, seed);
    let mut report = Report::new("faults");
    report.condition(format!("seed {seed}, the {} form", form.name()));
    eprintln!("seed {seed}, the {} form", form.name());
    let chosen = Clause::value_variants()
        .iter()
        .filter(|clause| options.only.is_empty() || options.only.contains(clause));
    let begun = Instant::now();
    let mut rows = Vec::new();
    for clause in chosen.copied() {
        let since = Instant::now();
        let left = ENOUGH.saturating_sub(begun.elapsed());
        let run = Box::pin(clause.run(&bench));
        let result = match tokio::time::timeout(left.min(LONGEST), run).await {
            Ok(result) => result,
            Err(_) if left < LONGEST => Err(CannotRun("there was no time left for it".into()).into()),
            Err(_) => Err(anyhow!("given up after {LONGEST:?}")),
        };
        let row = Row { clause, took: since.elapsed(), result: settle(result) };
        row.print();
        rows.push(row);
    }
    for row in &rows {
        row.add_to(&mut report);
    }
    if let Some(path) = &options.write {
        table::write(path, &rows, &bench)?;
    }
    Ok(report)
}

/// A clause that broke off is broken; only one that said why it cannot run was not tried.
fn settle(result: Result<Finding>) -> Result<Finding, String> {
    result.or_else(|error| match error.downcast::<CannotRun>() {
        Ok(reason) => Err(reason.0),
        Err(error) => {
            let mut finding = Finding::new(0, "trials");
            finding.breaches.push(format!("broke off: {error:#}"));
            Ok(finding)
        }
    })
}
