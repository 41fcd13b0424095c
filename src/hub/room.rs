//! One room on this node: who is there, what is being written, and the channel to every socket in it.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::broadcast;

use crate::hub::frame::Frame;
use crate::ids::{ChatId, MessageId, RunId, Seq, UserId};
use crate::protocol::{Message, MessageStatus, Signal, StreamSnapshot, UserRef};

/// A room. Exists while a socket listens or a reply is being written.
pub(in crate::hub) struct Room {
    sender: broadcast::Sender<Arc<Frame>>,
    /// People in the room, with the number of their sockets.
    roster: HashMap<UserId, (UserRef, usize)>,
    streams: HashMap<MessageId, Stream>,
    head: Seq,
}

/// The text of a reply so far, with its chunks' borders, so that a missed chunk can be sent again as it was.
struct Stream {
    run_id: RunId,
    /// The `updated_seq` of the reply that this run was seen to begin in.
    since: Seq,
    content: String,
    /// Where the text of this run begins: what is before it was there already.
    begins: usize,
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

    pub(in crate::hub) fn sockets_of(&self, user: UserId) -> usize {
        self.roster.get(&user).map_or(0, |(_, sockets)| *sockets)
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

    /// A reply changed: its text is kept while a run writes it; before and afterwards the stored message has it.
    ///
    /// Two changes may be told the other way round, the end of a run after the beginning of the next. The one
    /// with the higher `updated_seq` is the later.
    pub(in crate::hub) fn follow(&mut self, reply: &Message) {
        let (id, body) = (reply.id, &reply.body);
        let Some(run) = &body.run else { return };
        let known = self.streams.get(&id);
        if known.is_some_and(|stream| stream.since > body.updated_seq) {
            return;
        }
        if body.status != MessageStatus::Streaming {
            self.streams.remove(&id);
        } else if known.is_none_or(|stream| stream.run_id != run.id) {
            let content = if run.continues { body.content.clone() } else { String::new() };
            let stream = Stream {
                run_id: run.id,
                since: body.updated_seq,
                begins: content.len(),
                content,
                ends: Vec::new(),
            };
            self.streams.insert(id, stream);
        }
    }

    /// Adds a chunk to its reply's text. False for a chunk that nobody may hear: its run has ended, and only
    /// its writer does not know yet; the text would stay for ever, or mix with that of a retry.
    pub(in crate::hub) fn grow(
        &mut self,
        message_id: MessageId,
        run_id: RunId,
        index: u64,
        chunk: &str,
    ) -> bool {
        let Some(stream) = self.streams.get_mut(&message_id) else { return false };
        if run_id != stream.run_id || index != stream.ends.len() as u64 {
            return false;
        }
        stream.content.push_str(chunk);
        stream.ends.push(stream.content.len());
        true
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
                run_id: stream.run_id,
                content: stream.content.clone(),
                next_index: stream.ends.len() as u64,
            })
            .collect()
    }

    /// The chunks of every reply being written, from the index that `next` gives for its run.
    pub(in crate::hub) fn chunks(&self, next: impl Fn(MessageId, RunId) -> u64) -> Vec<Signal> {
        let mut chunks = Vec::new();
        for (&message_id, stream) in &self.streams {
            let run_id = stream.run_id;
            let first = usize::try_from(next(message_id, run_id)).unwrap_or(usize::MAX);
            let mut start = if first == 0 {
                stream.begins
            } else {
                stream.ends.get(first - 1).copied().unwrap_or(usize::MAX)
            };
            for (index, end) in stream.ends.iter().enumerate().skip(first) {
                let chunk = stream.content[start..*end].to_owned();
                chunks.push(Signal::Chunk { message_id, run_id, index: index as u64, chunk });
                start = *end;
            }
        }
        chunks
    }
}
