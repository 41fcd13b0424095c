//! C10: the process dies in the middle of replies.

use std::time::Duration;

use anyhow::{Context, Result};
use rand::RngExt;
use reqwest::Method;
use serde_json::json;
use standin::script::{Script, numbered_text};
use standin::server::Standin;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::{Message, Person, register};
use crate::faults::bench::Bench;
use crate::faults::finding::Finding;
use crate::frame::is_settled;
use crate::server::Server;
use crate::socket::{Arrival, Socket, within};

const ROOMS: usize = 8;
const CHUNKS: usize = 100;
const INTERVAL: Duration = Duration::from_millis(15);
/// From ready to the last reply's end.
const SETTLED: Duration = Duration::from_secs(12);
/// What was shown that long before the death is kept: a checkpoint every second, and the time that one takes.
const CHECKPOINT: Duration = Duration::from_millis(1_500);

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let standin = Standin::start().await;
    let settings = bench.settings("death")?.gemini(standin.base_url());
    let mut server = Server::start(&settings).await?;
    let people = register(&server.base(), 1).await?;
    let person = &people[0];
    let mut rng = bench.rng();
    let mut finding = Finding::new(0, "replies cut");
    let (mut whole, mut retried) = (0, 0);
    for _ in 0..bench.pick(1, 13) {
        standin.play(Script::chunks(CHUNKS, INTERVAL));
        let mut watching = JoinSet::new();
        for _ in 0..ROOMS {
            let chat = person.group(&[]).await?;
            let mut socket = person.connect().await?;
            socket.join(&chat).await?;
            socket.post(&chat, "question", "/bot count").await?;
            let placed =
                socket.wait_for("the placeholder", |frame| frame.kind == "message" && frame.is_bot).await?;
            let seq = placed.seq.context("a message without seq")?;
            watching.spawn(watch(socket, chat, seq));
        }
        let length = INTERVAL.as_millis() as u64 * CHUNKS as u64;
        tokio::time::sleep(Duration::from_millis(rng.random_range(0..=length))).await;
        server.kill()?;
        let killed = Instant::now();
        server.restart().await?;
        let ready = Instant::now();
        standin.play(Script::text("after the retry", 5));
        while let Some(watched) = watching.join_next().await {
            let watched = watched??;
            let kept = settled(person, &watched).await?;
            finding.recovered.add(ready.elapsed());
            finding.bound("from ready to the reply's end", ready.elapsed(), SETTLED);
            finding.trials += 1;
            whole += usize::from(kept.status == "complete");
            compare(&mut finding, &kept, watched.shown_before(killed - CHECKPOINT));
            if kept.status == "interrupted" {
                retried += 1;
                retry(&mut finding, person, &watched, &kept).await?;
            }
        }
    }
    finding.note(format!(
        "of what was shown at most {} ms are lost; {whole} were whole all the same, {retried} were retried",
        CHECKPOINT.as_millis()
    ));
    Ok(finding)
}

/// How much of a reply was shown when.
struct Watched {
    chat: String,
    seq: i64,
    shown: Vec<(Instant, usize)>,
}

impl Watched {
    fn shown_before(&self, moment: Instant) -> usize {
        let before = self.shown.iter().rev().find(|(at, _)| *at <= moment);
        before.map_or(0, |(_, bytes)| *bytes)
    }
}

async fn watch(mut socket: Socket, chat: String, seq: i64) -> Result<Watched> {
    let (mut shown, mut bytes) = (Vec::new(), 0);
    while let Arrival::Frame(frame) = socket.arrival().await? {
        if frame.is_chunk() {
            bytes += frame.chunk.map_or(0, |chunk| chunk.len());
            shown.push((Instant::now(), bytes));
        }
    }
    Ok(Watched { chat, seq, shown })
}

async fn settled(person: &Person, watched: &Watched) -> Result<Message> {
    within("the reply to be settled", async {
        loop {
            let message = person.message(&watched.chat, watched.seq).await?.context("the reply is gone")?;
            if is_settled(&message.status) {
                return Ok(message);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await?
}

fn compare(finding: &mut Finding, kept: &Message, shown: usize) {
    let whole = numbered_text(CHUNKS);
    let bytes = kept.content.len();
    // One that had not begun is written afresh after the restart.
    let fits = match kept.status.as_str() {
        "interrupted" => whole.starts_with(&kept.content) && bytes >= shown,
        "complete" => kept.content == whole || kept.content == "after the retry",
        _ => false,
    };
    finding.require(fits, || {
        format!("{} with {bytes} bytes, of which {shown} had been shown long before", kept.status)
    });
}

async fn retry(finding: &mut Finding, person: &Person, watched: &Watched, kept: &Message) -> Result<()> {
    let path = format!("/api/chats/{}/messages/{}/retry", watched.chat, kept.id);
    person.request(Method::POST, &path, Some(json!({}))).await?;
    let again = settled(person, watched).await?;
    finding.require(again.status == "complete" && again.content == "after the retry", || {
        format!("retried, it is {} with {} bytes", again.status, again.content.len())
    });
    Ok(())
}
