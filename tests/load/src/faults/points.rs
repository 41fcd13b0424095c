//! C1 at named points: killed on entering the system call that would write, sync or answer.
//!
//! strace kills: the server needs no code for it, and what is tried is the program that people run.

use std::time::Duration;

use anyhow::Result;
use rand::RngExt;

use crate::crowd::{Crowd, Size};
use crate::faults::bench::{Bench, command, require_program};
use crate::faults::finding::{CannotRun, Finding};
use crate::server::Server;

/// A system call, and what has happened when it is entered.
const POINTS: [(&str, &str); 3] = [
    ("pwrite64", "before a page is written"),
    ("fsync,fdatasync", "after the writing, before the sync"),
    ("sendto", "after the commit, before the frame that tells it"),
];
/// strace needs this many calls at least before the server has come up; then chance takes over.
const CALLS: std::ops::Range<u32> = 5..80;
const SMALL: Size = Size { rooms: 1, writers: 4, askers: 0, viewers: 2, pace: Duration::from_millis(5) };
/// How long a server that is to die may live; a point that is not reached tells nothing.
const LIFE: Duration = Duration::from_secs(8);

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    require_program("strace")?;
    if command(&["strace", "-o", "/dev/null", "true"]).is_err() {
        return Err(CannotRun("strace may not trace here".into()).into());
    }
    let plain = bench.settings("points")?;
    let mut rng = bench.rng();
    let mut server = Server::start(&plain).await?;
    let crowd = Crowd::gather(&server.base(), &server.base(), SMALL).await?;
    let mut finding = Finding::new(0, "deaths");
    let mut reached = [0; POINTS.len()];
    for _ in 0..bench.pick(1, 12) {
        for (number, (call, _)) in POINTS.iter().enumerate() {
            crowd.expect_trouble();
            server.kill()?;
            let inject = format!("inject={call}:signal=SIGKILL:when={}", rng.random_range(CALLS));
            let trace = format!("trace={call}");
            // -D: strace is the child's child, so that the server is ours to kill.
            let doomed =
                plain.clone().under(&["strace", "-D", "-f", "-o", "/dev/null", "-e", &trace, "-e", &inject]);
            server.change(doomed);
            // It may die before it is ready, and that is a trial as well.
            let _ = server.restart().await;
            reached[number] += usize::from(tokio::time::timeout(LIFE, server.ended()).await.is_ok());
            server.change(plain.clone());
            server.end();
            let ready = server.restart().await?;
            finding.recovered.add(ready + crowd.next_ack().await?);
        }
    }
    finding.trials = reached.iter().sum();
    let account = crowd.finish().await?;
    account.log.save(&plain.workspace().join("history.jsonl"))?;
    finding.take(&account);
    for ((_, point), count) in POINTS.iter().zip(reached) {
        finding.note(format!("{count} {point}"));
    }
    Ok(finding)
}
