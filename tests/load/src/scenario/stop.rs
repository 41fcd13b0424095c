//! A long reply is stopped by the room's owner, again and again.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use standin::script::Script;
use standin::server::Standin;
use tokio::time::Instant;

use crate::client::{Person, register};
use crate::frame::Frame;
use crate::replica::Replica;
use crate::report::{Report, millis};
use crate::server::{Server, Settings};
use crate::socket::{Socket, within};
use crate::spread::Spread;

/// What is promised, for both ends.
const PROMPT: Duration = Duration::from_millis(300);
/// Far more chunks than are waited for.
const CHUNKS: usize = 100_000;
const INTERVAL: Duration = Duration::from_millis(10);
/// Chunks shown before the stop.
const SHOWN: std::ops::Range<u64> = 1..20;

#[derive(Args)]
pub(crate) struct Options {
    /// Replies to stop
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=500))]
    rounds: u32,
    /// Seed of what is random; a new one if not given
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// Runs it.
pub(crate) async fn run(options: &Options, settings: Settings) -> Result<Report> {
    let standin = Standin::start().await;
    standin.play(Script::chunks(CHUNKS, INTERVAL));
    let settings = settings.gemini(standin.base_url());
    let seed = options.seed.unwrap_or_else(rand::random);
    let mut rng = StdRng::seed_from_u64(seed);
    let mut report = Report::new("stop");
    settings.describe(&mut report);
    report.condition(format!("seed {seed}"));

    let server = Server::start(&settings).await?;
    let people = register(&server.base(), 2).await?;
    let chat = people[0].group(&people[1..]).await?;
    let mut owner = people[0].connect().await?;
    owner.join(&chat).await?;
    let mut asker = people[1].connect().await?;
    let (mut last_chunks, mut upstreams) = (Spread::default(), Spread::default());
    let mut breaches = Vec::new();
    for round in 1..=options.rounds as usize {
        let op = format!("question-{round}");
        let head = people[0].head(&chat).await?;
        asker.post(&chat, &op, "/bot count").await?;
        asker.answer(&op).await?;
        let replica = Replica::new(format!("round {round}"), &chat, head);
        let stopped = stop(&mut owner, replica, &chat, rng.random_range(SHOWN)).await?;
        within("the upstream connection to close", standin.wait_for_aborts(round)).await?;
        let aborted_at = standin.requests().iter().rev().find_map(|request| request.aborted_at);
        let aborted_at = aborted_at.context("the stand-in forgot the request")?;
        last_chunks.add(stopped.last_chunk);
        upstreams.add(aborted_at.saturating_duration_since(stopped.sent));
        breaches.extend(stopped.replica.breaches());
        breaches.extend(compare(&people[0], &chat, &stopped.replica).await?);
        breaches.extend(late_frames(&mut owner, &chat, &stopped.replica).await?);
    }

    report.count("replies stopped", options.rounds as usize);
    report.spread("stop sent to last chunk received", &last_chunks);
    report.spread("stop sent to upstream closed", &upstreams);
    report.promise("the last chunk is out within 300 ms", late(&last_chunks));
    report.promise("the upstream connection is closed within 300 ms", late(&upstreams));
    report.promise(
        "the reply is stored as stopped, with the text that was seen, and nothing follows",
        breaches,
    );
    Ok(report)
}

struct Stopped {
    replica: Replica,
    sent: Instant,
    /// From the stop sent to the last frame of the reply received.
    last_chunk: Duration,
}

/// Watches a reply until it has shown this many chunks, stops it and watches it end.
async fn stop(socket: &mut Socket, mut replica: Replica, chat: &str, shown: u64) -> Result<Stopped> {
    within("the first chunks", async {
        while replica.chunks() < shown {
            replica.apply(&heard(socket).await?);
        }
        anyhow::Ok(())
    })
    .await??;
    let id = replica.reply_id().context("chunks without a reply")?.to_owned();
    let sent = Instant::now();
    socket.send(&json!({"type": "stop", "chat_id": chat, "message_id": id, "ref": "stop"})).await?;
    within("the end of the reply", async {
        while replica.settled().is_none() {
            replica.apply(&heard(socket).await?);
        }
        anyhow::Ok(())
    })
    .await??;
    Ok(Stopped { replica, sent, last_chunk: sent.elapsed() })
}

async fn heard(socket: &mut Socket) -> Result<Frame> {
    let frame = socket.next().await?;
    if frame.kind == "error" {
        bail!("refused: {}", frame.text);
    }
    Ok(frame)
}

async fn compare(person: &Person, chat: &str, seen: &Replica) -> Result<Option<String>> {
    let id = seen.reply_id().context("a stopped reply without an id")?;
    let stored = person.history(chat).await?.into_iter().find(|message| message.id == id);
    let stored = stored.context("the reply is not in the history")?;
    let same =
        stored.status == "stopped" && seen.settled() == Some("stopped") && stored.content == seen.text();
    let (kept, shown) = (stored.content.len(), seen.text().len());
    Ok((!same).then(|| format!("stored as {} with {kept} bytes, {shown} were seen", stored.status)))
}

async fn late_frames(socket: &mut Socket, chat: &str, seen: &Replica) -> Result<Vec<String>> {
    let is_late = |frame: &&Frame| {
        frame.is_chunk()
            && frame.chat_id.as_deref() == Some(chat)
            && frame.message_id.as_deref() == seen.reply_id()
    };
    let frames = socket.settle().await?;
    Ok(frames.iter().filter(is_late).map(|frame| format!("after the end came {}", frame.text)).collect())
}

fn late(spread: &Spread) -> Option<String> {
    let [longest] = spread.at([1.0]);
    (longest > PROMPT).then(|| format!("{:.1} ms", millis(longest)))
}
