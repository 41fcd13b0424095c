//! C19: the disk is full, and then is not.

use std::time::Duration;

use anyhow::Result;
use tokio::time::Instant;

use crate::crowd::{Crowd, Size};
use crate::faults::bench::Bench;
use crate::faults::busy::integrity;
use crate::faults::disk::Small;
use crate::faults::finding::Finding;
use crate::server::Server;

const MEBIBYTES: u32 = 24;
const SMALL: Size = Size { rooms: 1, writers: 4, askers: 0, viewers: 2, pace: Duration::from_millis(10) };
/// From space to service.
const BACK: Duration = Duration::from_secs(5);

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let settings = bench.settings("full")?;
    let disk = Small::create(settings.workspace(), MEBIBYTES)?;
    let settings = settings.data(&disk.path().join("data"));
    let server = Server::start(&settings).await?;
    let crowd = Crowd::gather(&server.base(), &server.base(), SMALL).await?;
    let mut finding = Finding::new(bench.pick(1, 5), "times full");
    for _ in 0..finding.trials {
        crowd.next_ack().await?;
        disk.fill();
        crowd.next_put_off().await?;
        let (reader, chats) = crowd.reader();
        let page = reader.history(&chats[0]).await;
        finding.require(page.is_ok_and(|page| !page.is_empty()), || "nothing can be read".into());
        let full = server.readiness().await;
        finding.require(full == Some(503), || format!("/ready answers {full:?} on a full disk"));
        disk.free()?;
        let freed = Instant::now();
        crowd.next_ack().await?;
        finding.recovered.add(freed.elapsed());
        finding.bound("from space to service", freed.elapsed(), BACK);
        let ready = server.readiness().await;
        finding.require(ready == Some(200), || format!("/ready answers {ready:?} with space"));
    }
    let account = crowd.finish().await?;
    account.log.save(&settings.workspace().join("history.jsonl"))?;
    finding.take(&account);
    let codes = &account.wrote.put_off;
    finding.require(codes.keys().all(|code| code == "unavailable"), || format!("refused with {codes:?}"));
    finding.note(format!("told to try again: {codes:?}"));
    if let Some(verdict) = integrity(&settings.data_dir().join("gemini-coop.db"))? {
        finding.require(verdict == "ok", || format!("integrity_check: {verdict}"));
        finding.note(format!("integrity_check: {verdict}"));
    }
    Ok(finding)
}
