//! One who only watches a room, from one life of the server to the next.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};

use crate::client::Person;
use crate::frame::{Frame, is_settled};
use crate::history::Line;
use crate::scenario::kill::Log;
use crate::socket::{Arrival, Socket};

/// A viewer, whose cursor outlives the server.
pub(super) struct Viewer {
    person: Person,
    chat: String,
    name: String,
    log: Log,
    /// The last event told; none before the first join.
    seq: Option<i64>,
    /// The bot's replies and their numbers.
    replies: BTreeMap<String, i64>,
    /// Of these, the ones that were being written when last heard of.
    streaming: BTreeSet<String>,
}

impl Viewer {
    /// Has seen nothing.
    pub(super) fn new(person: Person, chat: &str, name: String, log: Log) -> Self {
        let (replies, streaming) = (BTreeMap::new(), BTreeSet::new());
        Self { person, chat: chat.to_owned(), name, log, seq: None, replies, streaming }
    }

    /// The chat that it watches.
    pub(super) fn chat(&self) -> &str {
        &self.chat
    }

    /// Watches until the event `until` was told, or the socket ends.
    ///
    /// # Errors
    /// When the socket cannot be opened or joined, or the server's words make no sense.
    pub(super) async fn watch(&mut self, until: i64) -> Result<()> {
        let mut socket = self.person.connect().await?;
        match self.seq {
            None => self.start_at(&socket.join(&self.chat).await?)?,
            Some(seq) => socket.rejoin(&self.chat, seq).await?,
        }
        while self.seq < Some(until) {
            match socket.arrival().await? {
                Arrival::Frame(frame) => self.see(&mut socket, &frame).await?,
                Arrival::End(_) => break,
            }
        }
        Ok(())
    }

    async fn see(&mut self, socket: &mut Socket, frame: &Frame) -> Result<()> {
        match frame.kind.as_str() {
            "error" => bail!("refused: {}", frame.text),
            "joined" if frame.reset => self.start_at(frame)?,
            "resync" => socket.rejoin(&self.chat, self.seq.unwrap_or(0)).await?,
            _ => {}
        }
        if let Some(seq) = frame.event_seq() {
            let message = frame.message_id.clone().filter(|_| frame.kind == "message");
            let (viewer, chat) = (self.name.clone(), self.chat.clone());
            self.log.add(Line::Seen { viewer, chat, seq, message });
            self.seq = self.seq.max(Some(seq));
        }
        self.note_reply(frame);
        Ok(())
    }

    fn start_at(&mut self, joined: &Frame) -> Result<()> {
        let seq = joined.head_seq.context("a joined frame without head_seq")?;
        self.log.add(Line::Joined { viewer: self.name.clone(), chat: self.chat.clone(), seq });
        self.seq = Some(seq);
        Ok(())
    }

    fn note_reply(&mut self, frame: &Frame) {
        self.streaming.extend(frame.streams.iter().map(|draft| draft.message_id.clone()));
        let Some(id) = &frame.message_id else { return };
        if frame.kind == "message" && frame.is_bot {
            self.replies.extend(frame.seq.map(|seq| (id.clone(), seq)));
        }
        if frame.is_chunk() {
            self.streaming.insert(id.clone());
        } else if frame.status.as_deref().is_some_and(is_settled) {
            self.streaming.remove(id);
        }
    }

    /// After a restart: the replies that were being written before and are not settled yet.
    ///
    /// # Errors
    /// When the server refuses.
    pub(super) async fn left_streaming(&mut self) -> Result<Vec<String>> {
        let mut left = Vec::new();
        for id in std::mem::take(&mut self.streaming) {
            // A reply known from a snapshot alone: its posting comes with the next catch-up.
            let Some(seq) = self.replies.get(&id) else { continue };
            let message = self.person.message(&self.chat, *seq).await?;
            let status = message.map_or_else(|| "missing".to_owned(), |message| message.status);
            if status == "missing" || !is_settled(&status) {
                left.push(format!("reply {id} is {status}"));
                self.streaming.insert(id);
            }
        }
        Ok(left)
    }
}
