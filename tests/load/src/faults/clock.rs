//! C18: the server's clock is wrong, jumps both ways and runs fast while people write.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;

use crate::client::register;
use crate::crowd::{Crowd, Size};
use crate::faults::bench::Bench;
use crate::faults::finding::{CannotRun, Finding};
use crate::faults::proxy::Proxy;
use crate::server::Server;

const SMALL: Size = Size { rooms: 2, writers: 4, askers: 0, viewers: 4, pace: Duration::from_millis(20) };
/// Where Debian and others keep it.
const LIBRARIES: &str = "/usr/lib";
const LIBRARY: &str = "faketime/libfaketimeMT.so.1";
/// What the clock shows, one after the other.
const CLOCKS: [&str; 6] = ["+10m", "-10m", "+0 x5", "+1h", "-1h", "+0"];
/// Longer than an access token lives.
const A_DAY: &str = "+25h";

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let library = library().ok_or_else(|| CannotRun("faketime is not installed".into()))?;
    let settings = bench.settings("clock")?;
    let clock = settings.workspace().join("clock");
    fs::write(&clock, "+0")?;
    let settings = settings
        .variable("LD_PRELOAD", library.display().to_string())
        .variable("FAKETIME_TIMESTAMP_FILE", clock.display().to_string())
        .variable("FAKETIME_NO_CACHE", "1")
        // Timers go by the monotonic clock, which no operator can set.
        .variable("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        .variable("DONT_FAKE_MONOTONIC", "1");
    let server = Server::start(&settings).await?;
    let line = Proxy::before(server.port()).await?;
    let crowd = Crowd::gather(&server.base(), &line.base(), SMALL).await?;
    let mut finding = Finding::new(0, "steps of the clock");
    for _ in 0..bench.pick(1, 3) {
        for shown in CLOCKS {
            fs::write(&clock, shown)?;
            crowd.next_ack().await?;
            tokio::time::sleep(Duration::from_millis(bench.pick(150, 1_000))).await;
            // Sessions of before must be good for a new socket too.
            crowd.expect_trouble();
            line.reset();
            finding.recovered.add(crowd.next_ack().await?);
            finding.trials += 1;
        }
    }
    let account = crowd.finish().await?;
    account.log.save(&settings.workspace().join("history.jsonl"))?;
    finding.take(&account);
    let people = register(&server.base(), 1).await?;
    fs::write(&clock, A_DAY)?;
    finding.require(people[0].connect().await.is_err(), || "a token of 24 hours is good after 25".into());
    fs::write(&clock, "+0")?;
    finding.require(people[0].connect().await.is_ok(), || {
        "a session does not outlive a clock that was wrong".into()
    });
    finding.note(format!("the clock showed {}, each for a while", CLOCKS.join(", ")));
    Ok(finding)
}

fn library() -> Option<PathBuf> {
    let places = fs::read_dir(LIBRARIES).ok()?;
    places.flatten().map(|entry| entry.path().join(LIBRARY)).find(|path| path.exists())
}
