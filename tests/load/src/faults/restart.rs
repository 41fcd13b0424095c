//! C16: PostgreSQL is restarted, killed and held while people write.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use rustix::process::Signal;
use tokio::time::Instant;

use crate::crowd::{Crowd, Size};
use crate::faults::bench::Bench;
use crate::faults::finding::{Finding, in_short};
use crate::faults::postgres::Cluster;
use crate::server::Server;
use crate::spread::Spread;

const SMALL: Size = Size { rooms: 2, writers: 6, askers: 0, viewers: 4, pace: Duration::from_millis(20) };
/// Between two troubles.
const CALM: Duration = Duration::from_millis(700);

#[derive(Clone, Copy, Debug)]
enum Trouble {
    Fast,
    Immediate,
    Killed,
    Held(Duration),
}

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let place = tempfile::Builder::new()
        .prefix("coop-restart-")
        .permissions(Permissions::from_mode(0o755))
        .tempdir()?;
    let cluster = Arc::new(Cluster::create(place.path())?);
    cluster.start("")?;
    let settings = bench.settings("restart")?.database(cluster.url());
    let server = Server::start(&settings).await?;
    let crowd = Crowd::gather(&server.base(), &server.base(), SMALL).await?;
    let mut finding = Finding::new(0, "restarts");
    let mut away = Spread::default();
    let short = [Trouble::Fast, Trouble::Killed];
    let held = Trouble::Held(Duration::from_secs(20));
    let long: Vec<Trouble> =
        [short; 4].concat().into_iter().chain([Trouble::Immediate; 4]).chain([held]).collect();
    for &trouble in bench.pick(short.as_slice(), long.as_slice()) {
        crowd.next_ack().await?;
        tokio::time::sleep(CALM).await;
        let since = Instant::now();
        make(Arc::clone(&cluster), trouble).await?;
        away.add(since.elapsed());
        finding.recovered.add(crowd.next_ack().await?);
        finding.trials += 1;
    }
    let account = crowd.finish().await?;
    account.log.save(&settings.workspace().join("history.jsonl"))?;
    finding.take(&account);
    let codes = &account.wrote.put_off;
    finding.require(codes.keys().all(|code| code == "unavailable"), || format!("refused with {codes:?}"));
    finding.note(format!(
        "away for {}; told to try again: {codes:?}; in doubt and found stored: {}",
        in_short(&away),
        account.wrote.duplicates
    ));
    Ok(finding)
}

/// On a thread of its own: people go on writing meanwhile.
async fn make(cluster: Arc<Cluster>, trouble: Trouble) -> Result<()> {
    tokio::task::spawn_blocking(move || match trouble {
        Trouble::Fast => cluster.restart("fast"),
        Trouble::Immediate => cluster.restart("immediate"),
        Trouble::Killed => {
            cluster.kill()?;
            cluster.start("")
        }
        Trouble::Held(time) => {
            cluster.signal(Signal::STOP)?;
            std::thread::sleep(time);
            cluster.signal(Signal::CONT)
        }
    })
    .await?
}
