//! A room in which one speaks at a fixed rate and many listen: who heard what, and how late.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::client::Person;
use crate::frame::Frame;
use crate::socket::{PATIENCE, Socket, within};
use crate::spread::Spread;

/// The speaker's last word; who hears it has heard everything.
const END: &str = "end";

/// Sockets that have joined a room and wait for the talk.
pub(crate) struct Audience {
    chat: String,
    listeners: Vec<(Socket, i64)>,
}

/// What one listener heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    deliveries: Vec<Delivery>,
    breaches: Vec<String>,
}

/// One message at one listener.
#[derive(Clone, Copy, Debug)]
struct Delivery {
    /// When it was due to be spoken, after the talk's beginning.
    due: Duration,
    latency: Duration,
}

/// What was spoken.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spoken {
    pub(crate) messages: u64,
    acked: u64,
}

impl Audience {
    /// Opens `count` sockets of these people in turn and joins the chat with each.
    ///
    /// # Errors
    /// When one is refused.
    pub(crate) async fn gather(people: &[Person], chat: &str, count: usize) -> Result<Self> {
        let mut listeners = Vec::with_capacity(count);
        for person in people.iter().cycle().take(count) {
            let mut socket = person.connect().await?;
            let head = socket.join(chat).await?.head_seq.context("a joined frame without head_seq")?;
            listeners.push((socket, head));
        }
        Ok(Self { chat: chat.to_owned(), listeners })
    }

    /// Listens with every socket until the end of the talk that began at `start`.
    pub(crate) fn listen(self, start: Instant) -> JoinSet<Result<Heard>> {
        let mut tasks = JoinSet::new();
        for (socket, head) in self.listeners {
            tasks.spawn(listen(socket, self.chat.clone(), head, start));
        }
        tasks
    }
}

/// Waits for all listeners.
///
/// # Errors
/// When one did not hear the end in time, or its socket broke.
pub(crate) async fn all_heard(mut tasks: JoinSet<Result<Heard>>) -> Result<Vec<Heard>> {
    let mut all = Vec::with_capacity(tasks.len());
    let count = tasks.len();
    let deadline = Instant::now() + PATIENCE;
    while !tasks.is_empty() {
        match tokio::time::timeout_at(deadline, tasks.join_next()).await {
            Ok(Some(heard)) => all.push(heard??),
            Ok(None) => break,
            Err(_) => bail!("only {} of {count} listeners heard the end of the talk", all.len()),
        }
    }
    Ok(all)
}

/// Speaks at `rate` messages a second, the first one at `start`, until `done`; then says the last word. The speaker has
/// not joined, so that reading what it says itself costs it nothing.
///
/// # Errors
/// When a message is refused or not acknowledged in time.
pub(crate) async fn speak<T>(
    mut socket: Socket,
    chat: &str,
    rate: u32,
    start: Instant,
    done: impl Future<Output = T>,
) -> Result<(Spoken, T)> {
    let mut ticks = interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut done = std::pin::pin!(done);
    let mut spoken = Spoken::default();
    let outcome = loop {
        tokio::select! {
            outcome = &mut done => break outcome,
            // The time that counts is when it was due: a speaker who is held up must not hide the delay.
            due = ticks.tick() => {
                let content = format!("{} {}", spoken.messages, (due - start).as_micros());
                socket.post(chat, &format!("talk-{}", spoken.messages), &content).await?;
                spoken.messages += 1;
            }
            frame = socket.next() => spoken.hear(&frame?)?,
        }
    };
    within("the acknowledgement of every message", async {
        while spoken.acked < spoken.messages {
            spoken.hear(&socket.next().await?)?;
        }
        anyhow::Ok(())
    })
    .await??;
    socket.send(&json!({"type": "message", "chat_id": chat, "content": END, "ref": END})).await?;
    socket.answer(END).await?;
    Ok((spoken, outcome))
}

impl Spoken {
    fn hear(&mut self, frame: &Frame) -> Result<()> {
        match frame.kind.as_str() {
            "ack" => self.acked += 1,
            "error" => bail!("a message was refused: {}", frame.text),
            _ => {}
        }
        Ok(())
    }
}

async fn listen(mut socket: Socket, chat: String, head: i64, start: Instant) -> Result<Heard> {
    let mut heard = Heard::default();
    let mut last = head;
    loop {
        let frame = socket.next().await?;
        let Some(seq) = frame.event_seq().filter(|_| frame.chat_id.as_deref() == Some(&chat)) else {
            continue;
        };
        if seq != last + 1 {
            heard.breaches.push(format!("event {seq} came after event {last}"));
        }
        last = seq.max(last);
        match frame.content.as_deref() {
            Some(END) => break,
            Some(content) if frame.kind == "message" => heard.message(content, start)?,
            _ => {}
        }
    }
    let late = socket.settle().await?;
    let late = late.iter().filter(|frame| frame.kind == "message");
    heard.breaches.extend(late.map(|frame| format!("after the last word came {}", frame.text)));
    Ok(heard)
}

impl Heard {
    fn message(&mut self, content: &str, start: Instant) -> Result<()> {
        let arrived = start.elapsed();
        let (ordinal, due) = content.split_once(' ').context("a message that was never spoken")?;
        let (ordinal, due): (usize, u64) = (ordinal.parse()?, due.parse()?);
        if ordinal != self.deliveries.len() {
            self.breaches.push(format!("message {ordinal} came where {} was next", self.deliveries.len()));
        }
        let due = Duration::from_micros(due);
        self.deliveries.push(Delivery { due, latency: arrived.saturating_sub(due) });
        Ok(())
    }
}

/// What was not as promised: each of `spoken` messages once, in order, at each listener.
pub(crate) fn breaches(heard: &[Heard], spoken: Spoken) -> Vec<String> {
    let mut breaches = Vec::new();
    for (number, listener) in heard.iter().enumerate() {
        breaches.extend(listener.breaches.iter().map(|breach| format!("listener {number}: {breach}")));
        let count = listener.deliveries.len() as u64;
        if count != spoken.messages {
            breaches.push(format!("listener {number} heard {count} of {} messages", spoken.messages));
        }
    }
    breaches
}

/// How many messages arrived at all listeners together.
pub(crate) fn deliveries(heard: &[Heard]) -> usize {
    heard.iter().map(|listener| listener.deliveries.len()).sum()
}

/// From when a message was due to when it was heard, for messages due in this stretch of the talk.
pub(crate) fn latencies(heard: &[Heard], from: Duration, to: Duration) -> Spread {
    let deliveries = heard.iter().flat_map(|listener| &listener.deliveries);
    deliveries
        .filter(|delivery| (from..to).contains(&delivery.due))
        .map(|delivery| delivery.latency)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Heard, Spoken, breaches, deliveries};
    use tokio::time::Instant;

    fn heard(contents: &[&str]) -> Heard {
        let mut heard = Heard::default();
        contents.iter().for_each(|content| heard.message(content, Instant::now()).unwrap());
        heard
    }

    #[test]
    fn lost_doubled_and_swapped_messages_are_found() {
        let spoken = Spoken { messages: 3, acked: 3 };
        let good = heard(&["0 0", "1 20", "2 40"]);
        assert_eq!(deliveries(std::slice::from_ref(&good)), 3);
        assert_eq!(breaches(&[good], spoken), [""; 0]);
        for bad in [vec!["0 0", "2 40"], vec!["0 0", "1 20", "1 20", "2 40"], vec!["1 20", "0 0", "2 40"]] {
            assert!(!breaches(&[heard(&bad)], spoken).is_empty(), "{bad:?}");
        }
    }
}
