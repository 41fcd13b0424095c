//! What is stored when all is quiet again.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, bail};
use standin::script::numbered_text;
use tokio::time::Instant;

use crate::client::{Message, Person};
use crate::frame::is_settled;
use crate::history::Line;
use crate::report::Report;
use crate::scenario::kill::CHUNKS;

/// What the bot says once nobody kills any more.
pub(super) const SHORT: &str = "Nothing more to count.";
/// Longest wait for the replies that were waiting or being written at the last kill.
const DRAIN: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(200);

/// Waits until no reply of the chat waits or is being written.
///
/// # Errors
/// When one never settles.
pub(super) async fn wait_until_settled(person: &Person, chat: &str) -> Result<()> {
    let deadline = Instant::now() + DRAIN;
    loop {
        let mut history = person.history(chat).await?;
        history.retain(|message| !is_settled(&message.status));
        let Some(first) = history.first() else { return Ok(()) };
        if Instant::now() > deadline {
            bail!("{} replies have not settled after {DRAIN:?}, the first is {first:?}", history.len());
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Every message of every chat, in the order of the pages.
pub(super) struct Aftermath {
    chats: Vec<(String, Vec<Message>)>,
}

impl Aftermath {
    /// Pages through the chats.
    ///
    /// # Errors
    /// When the server refuses.
    pub(super) async fn read(person: &Person, chats: &[String]) -> Result<Self> {
        let mut all = Vec::with_capacity(chats.len());
        for chat in chats {
            all.push((chat.clone(), person.history(chat).await?));
        }
        Ok(Self { chats: all })
    }

    /// The history's lines for it.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line> {
        self.chats.iter().flat_map(|(chat, messages)| {
            messages.iter().map(|message| Line::Stored {
                chat: chat.clone(),
                seq: message.seq,
                id: message.id.clone(),
                op: message.client_id.clone(),
            })
        })
    }

    /// Tells how the bot's replies ended; `left_streaming` are those found open after a restart.
    pub(super) fn describe(&self, report: &mut Report, left_streaming: Vec<String>) {
        let messages = || self.chats.iter().flat_map(|(_, messages)| messages);
        let replies: Vec<&Message> = messages().filter(|message| message.is_bot).collect();
        let questions =
            messages().filter(|message| !message.is_bot && message.content.starts_with("/bot ")).count();
        let mut endings: BTreeMap<&str, usize> = BTreeMap::new();
        for reply in &replies {
            *endings.entry(&reply.status).or_default() += 1;
        }
        report.count("messages stored", messages().count());
        report.count("questions to the bot", questions);
        for (status, count) in endings {
            report.count(format!("replies {status}"), count);
        }
        report.promise("no reply is left streaming after a restart (20 s)", left_streaming);
        let differ =
            (replies.len() != questions).then(|| format!("{} replies to {questions}", replies.len()));
        report.promise("every question has one reply", differ);
        let whole = numbered_text(CHUNKS);
        let wrong = replies.iter().filter(|reply| !is_plausible(reply, &whole));
        let wrong = wrong.map(|reply| format!("{} at {} with {:?}", reply.status, reply.seq, reply.content));
        report.promise("every reply is complete, or interrupted with a beginning of its text", wrong);
    }
}

fn is_plausible(reply: &Message, whole: &str) -> bool {
    match reply.status.as_str() {
        "complete" => reply.content == whole || reply.content == SHORT,
        "interrupted" => whole.starts_with(&reply.content),
        _ => false,
    }
}
