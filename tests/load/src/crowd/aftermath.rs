//! What is stored when all is quiet again.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::Instant;

use crate::client::{Message, Person};
use crate::frame::is_settled;
use crate::history::Line;

/// Longest wait for the replies that are waiting or being written.
const DRAIN: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(100);

/// Every message of every chat, in the order of the pages.
pub(super) struct Aftermath {
    chats: Vec<(String, Vec<Message>)>,
}

impl Aftermath {
    /// Pages through the chats, once no reply waits or is being written.
    ///
    /// # Errors
    /// When the server refuses, or a reply never settles.
    pub(super) async fn read(person: &Person, chats: &[String]) -> Result<Self> {
        let mut all = Vec::with_capacity(chats.len());
        for chat in chats {
            let mut messages = person.history(chat).await?;
            // Only what the bot writes changes by itself, so nothing else need be read again.
            for message in messages.iter_mut().filter(|message| !is_settled(&message.status)) {
                *message = settled(person, chat, message.seq).await?;
            }
            all.push((chat.clone(), messages));
        }
        Ok(Self { chats: all })
    }

    /// The history's lines for it.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line> {
        self.chats.iter().flat_map(|(chat, messages)| {
            messages.iter().flat_map(|message| {
                let kept = message.is_bot.then(|| Line::Kept {
                    id: message.id.clone(),
                    status: message.status.clone(),
                    text: message.content.clone(),
                });
                let stored = Line::Stored {
                    chat: chat.clone(),
                    seq: message.seq,
                    id: message.id.clone(),
                    op: message.client_id.clone(),
                };
                std::iter::once(stored).chain(kept)
            })
        })
    }

    /// How many of the bot's replies ended how.
    pub(super) fn endings(&self) -> BTreeMap<String, usize> {
        let mut endings = BTreeMap::new();
        for message in self.chats.iter().flat_map(|(_, messages)| messages).filter(|message| message.is_bot) {
            *endings.entry(message.status.clone()).or_default() += 1;
        }
        endings
    }

    /// All of them.
    pub(super) fn into_messages(self) -> Vec<Message> {
        self.chats.into_iter().flat_map(|(_, messages)| messages).collect()
    }
}

async fn settled(person: &Person, chat: &str, seq: i64) -> Result<Message> {
    let deadline = Instant::now() + DRAIN;
    loop {
        match person.message(chat, seq).await? {
            Some(message) if is_settled(&message.status) => return Ok(message),
            message if Instant::now() > deadline => bail!("not settled after {DRAIN:?}: {message:?}"),
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}
