//! One room on this node: who is there, what is being written, and the channel to every socket in it.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::broadcast;

use crate::hub::frame::Frame;
use crate::ids::{ChatId, MessageId, Seq, UserId};
use crate::protocol::{Signal, StreamSnapshot, UserRef};

/// A room. Exists while a socket listens or a reply is being written.
pub(in crate::hub) struct Room {
    sender: broadcast::Sender<Arc<Frame>>,
    /// People in the room, with the number of their sockets.
    roster: HashMap<UserId, (UserRef, usize)>,
    streams: HashMap<MessageId, Stream>,
    head: Seq,
}

/// The text of a reply so far, with its chunks' borders, so that a missed chunk can be sent again as it was.
#[derive(Default)]
struct Stream {
    content: String,
    ends: Vec<usize>,
}

impl Room {
    pub(in crate::hub) fn new(ring: usize) -> Self {
        Self {
            sender: broadcast::Sender::new(ring.max(1)),
            roster: HashMap::new(),
            streams: HashMap::new(),
            head: Seq::ZERO,
        }
    }

    /// Whether nobody would miss it.
    pub(in crate::hub) fn is_idle(&self) -> bool {
        self.sender.receiver_count() == 0 && self.roster.is_empty() && self.streams.is_empty()
    }

    pub(in crate::hub) fn subscribe(&self) -> broadcast::Receiver<Arc<Frame>> {
        self.sender.subscribe()
    }

    pub(in crate::hub) fn send(&self, frame: Frame) {
        // Without a listener there is nobody to tell: not an error.
        let _ = self.sender.send(Arc::new(frame));
    }

    pub(in crate::hub) fn head(&self) -> Seq {
        self.head
    }

    pub(in crate::hub) fn advance(&mut self, seq: Seq) {
        self.head = self.head.max(seq);
    }

    pub(in crate::hub) fn online(&self) -> Vec<UserId> {
        let mut online: Vec<UserId> = self.roster.keys().copied().collect();
        online.sort_unstable();
        online
    }

    /// Counts a socket in; tells the room if it is the person's first.
    pub(in crate::hub) fn enter(&mut self, chat_id: ChatId, user: &UserRef) {
        let entry = self.roster.entry(user.id).or_insert_with(|| (user.clone(), 0));
        entry.1 += 1;
        if entry.1 == 1 {
            self.send(Frame::signal(chat_id, Signal::UserJoined(user.clone()), Some(user.id)));
        }
    }

    /// Counts a socket out; tells the room if it was the person's last.
    pub(in crate::hub) fn exit(&mut self, chat_id: ChatId, user: UserId) {
        let Some(entry) = self.roster.get_mut(&user) else { return };
        entry.1 -= 1;
        if entry.1 == 0
            && let Some((user, _)) = self.roster.remove(&user)
        {
            let except = Some(user.id);
            self.send(Frame::signal(chat_id, Signal::UserLeft(user), except));
        }
    }

    /// A reply begins to be written.
    pub(in crate::hub) fn begin(&mut self, message_id: MessageId) {
        self.streams.entry(message_id).or_default();
    }

    /// Adds a chunk to its reply's text. False for a chunk that nobody may hear: its reply has ended, and only
    /// its writer does not know yet; the text would stay for ever.
    pub(in crate::hub) fn grow(&mut self, message_id: MessageId, index: u64, chunk: &str) -> bool {
        let Some(stream) = self.streams.get_mut(&message_id) else { return false };
        if index != stream.ends.len() as u64 {
            return false;
        }
        stream.content.push_str(chunk);
        stream.ends.push(stream.content.len());
        true
    }

    /// Forgets a reply's text: the stored message has it now.
    pub(in crate::hub) fn settle(&mut self, message_id: MessageId) {
        self.streams.remove(&message_id);
    }

    /// Forgets every reply's text: the chat is no more.
    pub(in crate::hub) fn settle_all(&mut self) {
        self.streams.clear();
    }

    /// The replies being written that have said something.
    pub(in crate::hub) fn streams(&self) -> Vec<StreamSnapshot> {
        self.streams
            .iter()
            .filter(|(_, stream)| !stream.ends.is_empty())
            .map(|(id, stream)| StreamSnapshot {
                message_id: *id,
                content: stream.content.clone(),
                next_index: stream.ends.len() as u64,
            })
            .collect()
    }

    /// The chunks of every reply being written, from the index that `next` gives for it.
    pub(in crate::hub) fn chunks(&self, next: impl Fn(MessageId) -> u64) -> Vec<(MessageId, u64, String)> {
        let mut chunks = Vec::new();
        for (id, stream) in &self.streams {
            let first = usize::try_from(next(*id)).unwrap_or(usize::MAX);
            let mut start =
                if first == 0 { 0 } else { stream.ends.get(first - 1).copied().unwrap_or(usize::MAX) };
            for (index, end) in stream.ends.iter().enumerate().skip(first) {
                chunks.push((*id, index as u64, stream.content[start..*end].to_owned()));
                start = *end;
            }
        }
        chunks
    }
}
