//! C6: clients are dropped at random and come back, having missed nothing, little or much.

use std::time::Duration;

use anyhow::{Context, Result};
use rand::RngExt;
use tokio::time::Instant;

use crate::client::{Person, register};
use crate::crowd::{Crowd, Size};
use crate::faults::bench::Bench;
use crate::faults::finding::{Finding, in_short};
use crate::faults::proxy::{Fault, Proxy, Way};
use crate::server::Server;
use crate::socket::{Socket, within};
use crate::spread::Spread;

/// The most events that are replayed; beyond, one starts afresh.
const REPLAYED: usize = 1_000;
const WANDERERS: Size =
    Size { rooms: 2, writers: 4, askers: 2, viewers: 12, pace: Duration::from_millis(30) };
/// Between two drops, in milliseconds.
const STAY: std::ops::RangeInclusive<u64> = 50..=500;
/// Posts that wait for their acknowledgement at once.
const WINDOW: usize = 50;

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let settings = bench.settings("resume")?;
    let server = Server::start(&settings).await?;
    let mut finding = Finding::new(0, "returns");
    let people = register(&server.base(), 1).await?;
    let missed: &[usize] = bench.pick(&[0, 1, 1_001], &[0, 1, 499, 500, 501, 999, 1_000, 1_001, 10_000]);
    for &missed in missed {
        miss(&people[0], missed, &mut finding).await?;
    }
    drop_at_random(bench, &server, &mut finding).await?;
    Ok(finding)
}

async fn miss(person: &Person, missed: usize, finding: &mut Finding) -> Result<()> {
    let chat = person.group(&[]).await?;
    let mut reader = person.connect().await?;
    let head = reader.join(&chat).await?.head_seq.context("a joined frame without head_seq")?;
    drop(reader);
    post(person, &chat, missed).await?;
    finding.sent += missed;
    finding.acked += missed;
    let since = Instant::now();
    let mut reader = person.connect().await?;
    reader.rejoin(&chat, head).await?;
    let joined = reader.wait_for("joined", |frame| frame.kind == "joined").await?;
    let wants_reset = missed > REPLAYED;
    finding.require(joined.reset == wants_reset, || format!("{missed} missed, reset: {}", joined.reset));
    if !joined.reset {
        let told = catch_up(&mut reader, head, missed).await?;
        finding.require(told == missed, || format!("{told} of {missed} missed events came in order"));
        finding.lost += missed - told;
    }
    finding.recovered.add(since.elapsed());
    finding.trials += 1;
    Ok(())
}

/// How many events came, each after the one before.
async fn catch_up(reader: &mut Socket, head: i64, missed: usize) -> Result<usize> {
    let mut told = 0;
    let mut next = head + 1;
    while told < missed {
        let frame = reader.wait_for("what was missed", |frame| frame.event_seq().is_some()).await?;
        if frame.event_seq() != Some(next) {
            break;
        }
        next += 1;
        told += 1;
    }
    let more = reader.settle().await?;
    Ok(if more.iter().any(|frame| frame.event_seq().is_some()) { 0 } else { told })
}

async fn post(person: &Person, chat: &str, count: usize) -> Result<()> {
    let mut socket = person.connect().await?;
    let (mut sent, mut acked) = (0, 0);
    within("acknowledgements", async {
        while acked < count {
            while sent < count && sent - acked < WINDOW {
                let op = format!("missed-{sent}");
                socket.post(chat, &op, "said while nobody was there").await?;
                sent += 1;
            }
            acked += usize::from(socket.next().await?.kind == "ack");
        }
        anyhow::Ok(())
    })
    .await?
}

async fn drop_at_random(bench: &Bench, server: &Server, finding: &mut Finding) -> Result<()> {
    let proxy = Proxy::before(server.port()).await?;
    proxy.set(Way::ToClient, Fault::Delay(Duration::from_millis(1)));
    let crowd = Crowd::gather(&server.base(), &proxy.base(), WANDERERS).await?;
    crowd.expect_trouble();
    let mut rng = bench.rng();
    let mut caught_up = Spread::default();
    for drops in 0..bench.pick(4, 90) {
        tokio::time::sleep(Duration::from_millis(rng.random_range(STAY))).await;
        match drops % 3 {
            0 => proxy.reset(),
            1 => proxy.half_close(),
            _ => proxy.cut_after(Way::ToClient, rng.random_range(0..2_000)),
        }
        caught_up.add(crowd.next_ack().await?);
    }
    let account = crowd.finish().await?;
    let returns = account.joins - WANDERERS.viewers;
    finding.trials += returns;
    finding.note(format!(
        "{returns} random drops, {} told to start afresh; next acknowledgement after {}",
        account.resets,
        in_short(&caught_up)
    ));
    finding.require(account.resets == 0, || "told to start afresh after a few events".into());
    finding.take(&account);
    Ok(())
}
