//! C9: people come in the middle of a reply.

use std::time::Duration;

use anyhow::{Context, Result};
use rand::RngExt;
use standin::script::{Script, numbered_text};
use standin::server::Standin;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::{Person, register};
use crate::faults::bench::Bench;
use crate::faults::finding::{Finding, in_short};
use crate::replica::Replica;
use crate::server::Server;
use crate::socket::within;
use crate::spread::Spread;

const COMERS: usize = 20;
/// From joining to the first text.
const FIRST_TEXT: Duration = Duration::from_millis(300);
const INTERVAL: Duration = Duration::from_millis(20);

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let chunks = bench.pick(60, 250);
    let length = INTERVAL * chunks;
    let standin = Standin::start().await;
    standin.play(Script::chunks(chunks as usize, INTERVAL));
    let server = Server::start(&bench.settings("late")?.gemini(standin.base_url())).await?;
    let people = register(&server.base(), 4).await?;
    let mut rng = bench.rng();
    let mut finding = Finding::new(0, "late joins");
    let mut first_texts = Spread::default();
    for _ in 0..bench.pick(1, 2) {
        let chat = people[0].group(&people[1..]).await?;
        let mut asker = people[0].connect().await?;
        asker.join(&chat).await?;
        asker.post(&chat, "question", "/bot count").await?;
        asker.wait_for("the first chunk", |frame| frame.is_chunk()).await?;
        let mut comers = JoinSet::new();
        for person in people.iter().cycle().take(COMERS) {
            // Not in its last moments: there would be no more text to wait for.
            let moment = length.mul_f64(rng.random_range(0.0..0.9));
            comers.spawn(come(person.clone(), chat.clone(), moment));
        }
        while let Some(came) = comers.join_next().await {
            let (replica, first_text) = came??;
            first_texts.add(first_text);
            finding.trials += 1;
            let whole = numbered_text(chunks as usize);
            finding.require(replica.text() == whole, || {
                format!("{} bytes of {}", replica.text().len(), whole.len())
            });
            finding.breaches.extend(replica.breaches());
        }
    }
    finding.note(format!("from joining to the first text {}", in_short(&first_texts)));
    let [most] = first_texts.at([0.95]);
    finding.bound("p95 from joining to the first text", most, FIRST_TEXT);
    Ok(finding)
}

/// What one holds in the end who comes at that moment, and how long the first text took.
async fn come(person: Person, chat: String, moment: Duration) -> Result<(Replica, Duration)> {
    tokio::time::sleep(moment).await;
    let mut socket = person.connect().await?;
    let since = Instant::now();
    let joined = socket.join(&chat).await?;
    let head = joined.head_seq.context("a joined frame without head_seq")?;
    let mut replica = Replica::new("a late comer", &chat, head);
    replica.apply(&joined);
    let mut first_text = None;
    within("the end of the reply", async {
        loop {
            if !replica.text().is_empty() {
                first_text.get_or_insert_with(|| since.elapsed());
            }
            if replica.settled().is_some() {
                return anyhow::Ok(());
            }
            replica.apply(&socket.next().await?);
        }
    })
    .await??;
    Ok((replica, first_text.context("a reply without text")?))
}
