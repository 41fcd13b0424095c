//! C12: replies are stopped at random moments, by two people at once, again and again, and at their very end.

use std::time::Duration;

use anyhow::{Context, Result};
use rand::RngExt;
use serde_json::json;
use standin::script::Script;
use standin::server::Standin;
use tokio::time::Instant;

use crate::client::{Person, register};
use crate::faults::bench::Bench;
use crate::faults::finding::{Finding, in_short};
use crate::frame::{Frame, is_settled};
use crate::server::Server;
use crate::socket::{Socket, within};
use crate::spread::Spread;

const CHUNKS: usize = 50;
const INTERVAL: Duration = Duration::from_millis(10);
/// From the stop to the last chunk.
const PROMPT: Duration = Duration::from_millis(300);
/// From the stop to the end of the connection upstream.
const UPSTREAM: Duration = Duration::from_secs(1);
/// Every so many rounds nobody stops and the asker goes away.
const LEAVES: usize = 5;

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let standin = Standin::start().await;
    standin.play(Script::chunks(CHUNKS, INTERVAL));
    let server = Server::start(&bench.settings("stop")?.gemini(standin.base_url())).await?;
    let people = register(&server.base(), 2).await?;
    let chat = people[0].group(&people[1..]).await?;
    let mut owner = people[0].connect().await?;
    owner.join(&chat).await?;
    let mut rng = bench.rng();
    let mut finding = Finding::new(bench.pick(6, 80), "replies");
    let (mut prompt, mut upstream, mut stopped, mut left) = (Spread::default(), Spread::default(), 0, 0);
    for round in 1..=finding.trials {
        let mut asker = people[1].connect().await?;
        let op = format!("question-{round}");
        asker.post(&chat, &op, "/bot count").await?;
        let placed =
            owner.wait_for("the placeholder", |frame| frame.kind == "message" && frame.is_bot).await?;
        let id = placed.message_id.context("a message without an id")?;
        let length = INTERVAL.as_millis() as u64 * CHUNKS as u64;
        let moment = Duration::from_millis(rng.random_range(0..length + length / 5));
        if round % LEAVES == 0 {
            left += 1;
            drop(asker);
            let seen = to_the_end(&mut owner, &id, Vec::new()).await?;
            finding.require(seen.status == "complete", || format!("left alone, it is {}", seen.status));
            continue;
        }
        let before = listen(&mut owner, moment).await?;
        let sent = Instant::now();
        for (socket, name) in [(&mut owner, "owner"), (&mut asker, "asker")] {
            for time in 0..2 {
                let reference = format!("stop-{name}-{time}");
                socket
                    .send(&json!({"type": "stop", "chat_id": chat, "message_id": id, "ref": reference}))
                    .await?;
            }
        }
        let seen = to_the_end(&mut owner, &id, before).await?;
        if seen.status == "stopped" {
            stopped += 1;
            prompt.add(sent.elapsed());
            finding.bound("from the stop to the last frame", sent.elapsed(), PROMPT);
            within("the stream upstream to end", standin.wait_until_idle()).await?;
            upstream.add(sent.elapsed());
            finding.bound("from the stop to the end upstream", sent.elapsed(), UPSTREAM);
        }
        let late = owner.settle().await?;
        judge(&mut finding, &people[0], &chat, &seen, &late).await?;
    }
    finding.recovered = prompt;
    finding.note(format!(
        "{stopped} stopped, the others had ended before; upstream closed after {}; in {left} the asker went away, which stopped none",
        in_short(&upstream)
    ));
    Ok(finding)
}

/// What was shown of a reply up to its end.
struct Seen {
    id: String,
    seq: i64,
    status: String,
    text: String,
}

async fn listen(socket: &mut Socket, time: Duration) -> Result<Vec<Frame>> {
    let mut frames = Vec::new();
    let deadline = Instant::now() + time;
    while let Ok(frame) = tokio::time::timeout_at(deadline, socket.next()).await {
        frames.push(frame?);
    }
    Ok(frames)
}

async fn to_the_end(socket: &mut Socket, id: &str, before: Vec<Frame>) -> Result<Seen> {
    let mut before = before.into_iter();
    within("the end of the reply", async {
        loop {
            let frame = match before.next() {
                Some(frame) => frame,
                None => socket.next().await?,
            };
            if frame.message_id.as_deref() == Some(id) && frame.is_complete {
                let (status, text) =
                    (frame.status.unwrap_or_default(), frame.full_response.unwrap_or_default());
                let seq = frame.seq.context("an end without seq")?;
                return Ok(Seen { id: id.to_owned(), seq, status, text });
            }
        }
    })
    .await?
}

async fn judge(
    finding: &mut Finding,
    reader: &Person,
    chat: &str,
    seen: &Seen,
    late: &[Frame],
) -> Result<()> {
    let late: Vec<&Frame> = late
        .iter()
        .filter(|frame| frame.message_id.as_ref() == Some(&seen.id) && frame.kind != "ack")
        .collect();
    finding.require(late.is_empty(), || format!("after the end came {}", late[0].text));
    let stored = reader.history(chat).await?.into_iter().rfind(|message| message.id == seen.id);
    let stored = stored.context("the reply is not in the history")?;
    let same = is_settled(&stored.status) && stored.status == seen.status && stored.content == seen.text;
    finding
        .require(same, || format!("shown as {} at {}, stored as {}", seen.status, seen.seq, stored.status));
    Ok(())
}
