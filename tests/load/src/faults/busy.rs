//! C20: another process holds SQLite's writing lock, or reads for long.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use crate::crowd::{Crowd, Size};
use crate::faults::bench::{Bench, command, require_program};
use crate::faults::finding::Finding;
use crate::server::Server;

const SMALL: Size = Size { rooms: 2, writers: 4, askers: 0, viewers: 4, pace: Duration::from_millis(20) };
/// The server waits so long for its turn before it says to try again.
const PATIENCE: u64 = 5;
/// How large the log may have become when a long reader is gone.
const LOG: u64 = 96 * 1024 * 1024;
/// The other process: begins, says so, waits, ends.
const OTHER: &str = "
import sqlite3, sys, time
path, begin, seconds = sys.argv[1:]
other = sqlite3.connect(path, isolation_level=None, timeout=10)
other.execute(begin)
other.execute('SELECT count(*) FROM chats').fetchone()
print('begun', flush=True)
time.sleep(float(seconds))
other.execute('ROLLBACK')
";
const CHECK: &str = "
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchone()[0])
";

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    require_program("python3")?;
    let settings = bench.settings("busy")?;
    let server = Server::start(&settings).await?;
    let database = settings.data_dir().join("gemini-coop.db");
    let crowd = Crowd::gather(&server.base(), &server.base(), SMALL).await?;
    let mut finding = Finding::new(0, "locks held");
    let held: &[u64] = bench.pick(&[1], &[1, 4, 8]);
    for &seconds in held {
        crowd.next_ack().await?;
        let other = other(&database, "BEGIN IMMEDIATE", seconds).await?;
        // What was on its way may still arrive.
        let early = crowd.acked();
        ended(other).await?;
        finding.recovered.add(crowd.next_ack().await?);
        finding.note(format!("held for {seconds} s: {} acknowledged meanwhile", crowd.acked() - early));
        finding.trials += 1;
    }
    let reading = bench.pick(1, 20);
    let reader = other(&database, "BEGIN", reading).await?;
    let before = crowd.acked();
    ended(reader).await?;
    finding.require(crowd.acked() > before, || "a reader keeps writers out".into());
    crowd.next_ack().await?;
    let log = std::fs::metadata(database.with_extension("db-wal"))?.len();
    finding.note(format!("a reader of {reading} s: the log has {} KiB", log / 1024));
    finding.require(log < LOG, || format!("the log has {} KiB", log / 1024));
    let account = crowd.finish().await?;
    account.log.save(&settings.workspace().join("history.jsonl"))?;
    finding.take(&account);
    let put_off: usize = account.wrote.put_off.values().sum();
    finding.note(format!("{put_off} told to try again"));
    let expects = held.iter().any(|seconds| *seconds > PATIENCE);
    finding.require(expects || put_off == 0, || {
        format!("{put_off} were told to try again after less than {PATIENCE} s")
    });
    if let Some(verdict) = integrity(&database)? {
        finding.require(verdict == "ok", || format!("integrity_check: {verdict}"));
    }
    Ok(finding)
}

/// Starts the other process and waits until it has begun.
async fn other(database: &Path, begin: &str, seconds: u64) -> Result<Child> {
    let mut other = Command::new("python3")
        .args(["-c", OTHER])
        .arg(database)
        .args([begin, &seconds.to_string()])
        .stdout(Stdio::piped())
        .spawn()?;
    let output = other.stdout.take().context("it has an output")?;
    let begun = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).map(|_| line)
    });
    anyhow::ensure!(begun.await??.trim() == "begun", "the other process could not begin");
    Ok(other)
}

/// Waits on a thread of its own: people go on writing meanwhile.
async fn ended(mut other: Child) -> Result<()> {
    tokio::task::spawn_blocking(move || other.wait()).await??;
    Ok(())
}

/// What SQLite says of the file; nothing where there is no Python to ask it.
pub(super) fn integrity(database: &Path) -> Result<Option<String>> {
    if require_program("python3").is_err() {
        return Ok(None);
    }
    command(&["python3", "-c", CHECK, &database.display().to_string()]).map(Some)
}
