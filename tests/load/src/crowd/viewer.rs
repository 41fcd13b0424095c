//! One who only watches a room, with a cursor that outlives sockets and the server.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::watch;

use crate::client::Person;
use crate::crowd::{Scene, Work};
use crate::frame::{Frame, is_settled};
use crate::history::{Line, Told};
use crate::socket::{Arrival, Socket};

const RETRY: Duration = Duration::from_millis(50);

/// A viewer.
pub(crate) struct Viewer {
    person: Person,
    chat: String,
    name: String,
    scene: Arc<Scene>,
    /// The last event told; none before the first join.
    seq: Option<i64>,
    /// Replies that are being written, as they are shown: the text, and the next chunk's number.
    drafts: BTreeMap<String, (String, u64)>,
    /// How often it was told to start afresh.
    pub(crate) resets: usize,
    pub(crate) joins: usize,
    /// Whether the membership was ended.
    is_out: bool,
}

impl Viewer {
    /// Has seen nothing.
    pub(crate) fn new(person: Person, chat: &str, name: String, scene: Arc<Scene>) -> Self {
        let (seq, drafts) = (None, BTreeMap::new());
        Self { person, chat: chat.to_owned(), name, scene, seq, drafts, resets: 0, joins: 0, is_out: false }
    }

    /// Watches, whatever becomes of sockets, until the end that it is told was shown.
    ///
    /// # Errors
    /// When the server's words make no sense.
    pub(crate) async fn watch(mut self, mut work: watch::Receiver<Work>) -> Result<Self> {
        loop {
            if let Ok(socket) = self.enter().await
                && self.follow(socket, &mut work).await?
            {
                self.show_drafts();
                return Ok(self);
            }
            self.show_drafts();
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Opens a socket and joins with it.
    ///
    /// # Errors
    /// When it cannot be opened, or the server refuses.
    pub(crate) async fn enter(&mut self) -> Result<Socket> {
        let mut socket = self.person.connect().await?;
        self.joins += 1;
        match self.seq {
            None => self.start_at(&socket.join(&self.chat).await?)?,
            Some(seq) => socket.rejoin(&self.chat, seq).await?,
        }
        Ok(socket)
    }

    /// Whether everything was shown; otherwise the socket ended.
    ///
    /// # Errors
    /// When the server's words make no sense.
    pub(crate) async fn follow(
        &mut self,
        mut socket: Socket,
        work: &mut watch::Receiver<Work>,
    ) -> Result<bool> {
        loop {
            if let Work::ReadTo(heads) = &*work.borrow()
                && self.seq >= heads.get(&self.chat).copied()
            {
                return Ok(true);
            }
            tokio::select! {
                changed = work.changed() => changed.context("the crowd was left alone")?,
                arrival = socket.arrival() => match arrival? {
                    Arrival::Frame(frame) => {
                        let goes_on = self.see(&mut socket, &frame).await?;
                        if self.is_out {
                            self.overhear(&mut socket).await?;
                            return Ok(true);
                        }
                        if !goes_on {
                            return Ok(false);
                        }
                    }
                    Arrival::End(code) => {
                        self.scene.note_end(&self.name, code);
                        return Ok(false);
                    }
                },
            }
        }
    }

    /// Reads what arrives although the membership has ended.
    async fn overhear(&mut self, socket: &mut Socket) -> Result<()> {
        // The room talks on meanwhile.
        tokio::time::sleep(RETRY).await;
        for frame in socket.settle().await? {
            self.see(socket, &frame).await?;
        }
        Ok(())
    }

    fn is_removed(&self, frame: &Frame) -> Result<bool> {
        let frame: serde_json::Value = serde_json::from_str(&frame.text)?;
        Ok(frame["user"]["id"] == self.person.id)
    }

    /// False when the socket is to be given up.
    async fn see(&mut self, socket: &mut Socket, frame: &Frame) -> Result<bool> {
        match frame.kind.as_str() {
            "error" => return Ok(false),
            "joined" if frame.reset => {
                self.resets += 1;
                self.start_at(frame)?;
            }
            "joined" => self.take_drafts(frame),
            "resync" => return Ok(socket.rejoin(&self.chat, self.seq.unwrap_or(0)).await.is_ok()),
            _ => {}
        }
        if let Some(seq) = frame.event_seq().filter(|_| frame.chat_id.as_ref() == Some(&self.chat)) {
            let told = match &frame.message_id {
                Some(id) if frame.kind == "message" => Told::Posted(id.clone()),
                Some(id) => Told::Changed(id.clone()),
                None => Told::Room,
            };
            let (viewer, chat) = (self.name.clone(), self.chat.clone());
            self.scene.log.add(Line::Seen { viewer, chat, seq, told });
            self.seq = self.seq.max(Some(seq));
            if frame.kind == "participant_removed" && self.is_removed(frame)? {
                let (viewer, chat) = (self.name.clone(), self.chat.clone());
                self.scene.log.add(Line::Left { viewer, chat, seq });
                self.is_out = true;
            }
        }
        self.read_reply(frame);
        Ok(true)
    }

    fn start_at(&mut self, joined: &Frame) -> Result<()> {
        let seq = joined.head_seq.context("a joined frame without head_seq")?;
        self.scene.log.add(Line::Joined { viewer: self.name.clone(), chat: self.chat.clone(), seq });
        self.seq = Some(seq);
        self.take_drafts(joined);
        Ok(())
    }

    fn take_drafts(&mut self, joined: &Frame) {
        for draft in &joined.streams {
            self.show(&draft.message_id);
            self.drafts.insert(draft.message_id.clone(), (draft.content.clone(), draft.next_index));
        }
    }

    fn read_reply(&mut self, frame: &Frame) {
        let Some(id) = &frame.message_id else { return };
        if frame.is_chunk() {
            let draft = self.drafts.entry(id.clone()).or_default();
            if frame.index == Some(draft.1) {
                draft.0.push_str(frame.chunk.as_deref().unwrap_or_default());
                draft.1 += 1;
            }
        } else if frame.status.as_deref().is_some_and(is_settled) {
            self.show(id);
            self.drafts.remove(id);
            if let Some(text) = &frame.full_response {
                let text = text.clone();
                self.scene.log.add(Line::Shown { viewer: self.name.clone(), id: id.clone(), text });
            }
        }
    }

    fn show(&self, id: &str) {
        if let Some((text, _)) = self.drafts.get(id) {
            let (id, text) = (id.to_owned(), text.clone());
            self.scene.log.add(Line::Shown { viewer: self.name.clone(), id, text });
        }
    }

    fn show_drafts(&self) {
        self.drafts.keys().for_each(|id| self.show(id));
    }
}
