//! C1: kill -9 at random moments while people write and the bot replies.

use std::time::Duration;

use anyhow::Result;
use rand::RngExt;
use standin::script::{Script, numbered_text};
use standin::server::Standin;

use crate::crowd::{Account, Crowd, USUAL};
use crate::faults::bench::Bench;
use crate::faults::finding::Finding;
use crate::server::Server;

/// Replies while the server is killed: a second long each.
const CHUNKS: usize = 100;
const INTERVAL: Duration = Duration::from_millis(10);
/// What the bot says once nobody kills any more.
const SHORT: &str = "Nothing more to count.";
/// When the server is killed, after it was ready, in milliseconds.
const MOMENT: std::ops::RangeInclusive<u64> = 50..=900;
/// From start to ready.
const READY: Duration = Duration::from_secs(2);

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let standin = Standin::start().await;
    standin.play(Script::chunks(CHUNKS, INTERVAL));
    let settings = bench.settings("kill")?.gemini(standin.base_url());
    let mut rng = bench.rng();
    let mut server = Server::start(&settings).await?;
    let crowd = Crowd::gather(&server.base(), &server.base(), USUAL).await?;
    let mut finding = Finding::new(bench.pick(4, 300), "kills");
    for _ in 0..finding.trials {
        crowd.next_ack().await?;
        tokio::time::sleep(Duration::from_millis(rng.random_range(MOMENT))).await;
        crowd.expect_trouble();
        server.kill()?;
        let ready = server.restart().await?;
        finding.recovered.add(ready + crowd.next_ack().await?);
        finding.bound("from start to ready", ready, READY);
        crowd.expect_calm();
    }
    // What waits is answered shortly from now on.
    standin.play(Script::text(SHORT, 8));
    let account = crowd.finish().await?;
    account.log.save(&settings.workspace().join("history.jsonl"))?;
    finding.take(&account);
    describe(&mut finding, &account);
    Ok(finding)
}

fn describe(finding: &mut Finding, account: &Account) {
    let endings: Vec<String> =
        account.endings.iter().map(|(status, count)| format!("{count} {status}")).collect();
    finding.note(format!(
        "{} handed in again, of which {} had been stored; replies: {}",
        account.wrote.again,
        account.wrote.duplicates,
        endings.join(", ")
    ));
    let whole = numbered_text(CHUNKS);
    for reply in account.messages.iter().filter(|message| message.is_bot) {
        let is_plausible = match reply.status.as_str() {
            "complete" => reply.content == whole || reply.content == SHORT,
            "interrupted" => whole.starts_with(&reply.content),
            _ => false,
        };
        finding.require(is_plausible, || {
            format!("the reply {} is {} with {} bytes", reply.id, reply.status, reply.content.len())
        });
    }
}
