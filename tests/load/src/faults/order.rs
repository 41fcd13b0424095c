//! C3 and C4: many write at once, in one room and in many, and guests come and are removed.

use std::time::Duration;

use anyhow::Result;
use tokio::time::Instant;

use crate::crowd::{Crowd, Size};
use crate::faults::bench::Bench;
use crate::faults::finding::{Finding, in_short};
use crate::server::Server;
use crate::spread::Spread;

const ONE: Size = Size { rooms: 1, writers: 20, askers: 0, viewers: 12, pace: Duration::from_millis(100) };
const MANY: Size = Size { rooms: 20, writers: 20, askers: 0, viewers: 20, pace: Duration::from_millis(50) };

/// How long a guest may watch before being removed.
const STAY: Duration = Duration::from_millis(300);

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let settings = bench.settings("order")?;
    let server = Server::start(&settings).await?;
    let length = Duration::from_secs(bench.pick(1, 15));
    let mut finding = Finding::new(0, "messages in order");
    for (name, size) in [("1 room", ONE), ("20 rooms", MANY)] {
        let crowd = Crowd::gather(&server.base(), &server.base(), size).await?;
        let end = Instant::now() + length;
        let mut guests = 0;
        while Instant::now() < end {
            crowd.guest(guests, STAY).await?;
            guests += 1;
        }
        let rate = crowd.acked() / length.as_secs();
        let account = crowd.finish().await?;
        let took: Spread = account.wrote.took.iter().copied().collect();
        finding.note(format!(
            "{name}: {guests} guests came and were removed; {rate} acknowledgements/s, each after {}",
            in_short(&took)
        ));
        account.log.save(&settings.workspace().join(format!("history-{}.jsonl", size.rooms)))?;
        finding.take(&account);
    }
    finding.trials = finding.acked;
    Ok(finding)
}
