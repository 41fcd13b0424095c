//! What one client holds of a chat with one reply of the bot: a reducer over frames. Pure.

use crate::frame::{Frame, is_settled};

/// A client's copy, and what was wrong with what it was told.
#[derive(Clone, Debug)]
pub(crate) struct Replica {
    name: String,
    chat: String,
    /// The last event told.
    seq: i64,
    reply: Option<Reply>,
    breaches: Vec<String>,
}

/// The bot's reply as far as it is known.
#[derive(Clone, Debug)]
struct Reply {
    id: String,
    text: String,
    next_index: u64,
    status: String,
}

impl Replica {
    /// Knows everything up to `seq`, and no reply.
    pub(crate) fn new(name: impl Into<String>, chat: &str, seq: i64) -> Self {
        Self { name: name.into(), chat: chat.to_owned(), seq, reply: None, breaches: vec![] }
    }

    /// The last event told.
    pub(crate) fn seq(&self) -> i64 {
        self.seq
    }

    /// The reply's id.
    pub(crate) fn reply_id(&self) -> Option<&str> {
        self.reply.as_ref().map(|reply| reply.id.as_str())
    }

    /// The reply's text so far.
    pub(crate) fn text(&self) -> &str {
        self.reply.as_ref().map_or("", |reply| reply.text.as_str())
    }

    /// How many chunks of the reply are known.
    pub(crate) fn chunks(&self) -> u64 {
        self.reply.as_ref().map_or(0, |reply| reply.next_index)
    }

    /// The reply's status, once it will not change any more.
    pub(crate) fn settled(&self) -> Option<&str> {
        self.reply.as_ref().map(|reply| reply.status.as_str()).filter(|status| is_settled(status))
    }

    /// What was told wrongly: holes, repetitions, chunks that do not make the whole.
    pub(crate) fn breaches(&self) -> impl Iterator<Item = String> {
        self.breaches.iter().map(|breach| format!("{}: {breach}", self.name))
    }

    /// Takes a frame.
    pub(crate) fn apply(&mut self, frame: &Frame) {
        if frame.chat_id.as_deref() != Some(self.chat.as_str()) {
            return;
        }
        if let Some(seq) = frame.event_seq() {
            if seq != self.seq + 1 {
                self.breaches.push(format!("event {seq} came after event {}", self.seq));
            }
            self.seq = seq.max(self.seq);
        }
        match frame.kind.as_str() {
            "joined" => self.join(frame),
            "bot_stream" if frame.is_complete => self.settle(frame, frame.full_response.as_deref()),
            "bot_stream" => self.grow(frame),
            "message" if frame.is_bot => self.place(frame),
            "message_updated" if frame.is_bot => self.settle(frame, frame.content.as_deref()),
            _ => {}
        }
    }

    fn join(&mut self, frame: &Frame) {
        if frame.reset {
            self.breaches.push("told to start afresh after a few events".to_owned());
        }
        for draft in &frame.streams {
            // What was shown before must be how this begins.
            if let Some(reply) = self.reply.as_ref().filter(|reply| reply.id == draft.message_id)
                && !draft.content.starts_with(&reply.text)
            {
                let (old, new) = (reply.text.len(), draft.content.len());
                self.breaches
                    .push(format!("{old} bytes shown are not how the snapshot of {new} bytes begins"));
            }
            self.reply = Some(Reply {
                id: draft.message_id.clone(),
                text: draft.content.clone(),
                next_index: draft.next_index,
                status: "streaming".to_owned(),
            });
        }
    }

    // On catch-up the message may be whole already, and the snapshot before it newer than its text.
    fn place(&mut self, frame: &Frame) {
        let (Some(id), Some(status)) = (&frame.message_id, &frame.status) else { return };
        if is_settled(status) {
            self.settle(frame, frame.content.as_deref());
        } else if self.reply_id() != Some(id) {
            let (id, status) = (id.clone(), status.clone());
            self.reply = Some(Reply { id, text: String::new(), next_index: 0, status });
        }
    }

    fn grow(&mut self, frame: &Frame) {
        let (Some(id), Some(index), Some(chunk)) = (&frame.message_id, frame.index, &frame.chunk) else {
            return;
        };
        let Some(reply) = self.reply.as_mut().filter(|reply| &reply.id == id) else {
            self.breaches.push(format!("chunk {index} of a reply that is not known"));
            return;
        };
        if index != reply.next_index {
            self.breaches.push(format!("chunk {index} came where {} was next", reply.next_index));
        }
        if is_settled(&reply.status) {
            self.breaches.push(format!("chunk {index} came after the end"));
        }
        reply.text.push_str(chunk);
        reply.next_index = index + 1;
    }

    fn settle(&mut self, frame: &Frame, whole: Option<&str>) {
        let (Some(id), Some(status)) = (&frame.message_id, &frame.status) else { return };
        // An update of a reply that is still being written shows a checkpoint, which is older than the draft.
        if !is_settled(status) {
            return;
        }
        let whole = whole.unwrap_or_default();
        let is_live = frame.kind == "bot_stream";
        let known = self.reply.as_ref().filter(|reply| &reply.id == id);
        if let Some(reply) = known {
            let fits = if is_live { whole == reply.text } else { whole.starts_with(&reply.text) };
            if !fits {
                let (shown, whole) = (reply.text.len(), whole.len());
                self.breaches.push(format!("{shown} bytes shown do not make the {whole} bytes of the whole"));
            }
        }
        let next_index = known.map_or(0, |reply| reply.next_index);
        let (id, text, status) = (id.clone(), whole.to_owned(), status.clone());
        self.reply = Some(Reply { id, text, next_index, status });
    }
}

#[cfg(test)]
mod tests {
    use super::Replica;
    use crate::frame::Frame;
    use serde_json::{Value, json};

    fn told(seq: i64, frames: &[Value]) -> Replica {
        let mut replica = Replica::new("ada", "c", seq);
        for frame in frames {
            let mut frame = frame.clone();
            frame["chat_id"] = "c".into();
            replica.apply(&Frame::parse(frame.to_string().into()).unwrap());
        }
        replica
    }

    fn placeholder() -> Value {
        json!({"type": "message", "seq": 5, "message_id": "r", "is_bot": true, "status": "queued", "content": ""})
    }

    fn chunk(index: u64, text: &str) -> Value {
        json!({"type": "bot_stream", "message_id": "r", "index": index, "chunk": text, "is_complete": false})
    }

    fn end(seq: i64, text: &str) -> Value {
        json!({"type": "bot_stream", "seq": seq, "message_id": "r", "chunk": "", "is_complete": true,
               "full_response": text, "status": "complete"})
    }

    fn breaches(replica: &Replica) -> Vec<String> {
        replica.breaches().collect()
    }

    #[test]
    fn one_who_stays_holds_the_whole_text() {
        let replica = told(4, &[placeholder(), chunk(0, "Hel"), chunk(1, "lo"), end(6, "Hello")]);
        assert_eq!((replica.text(), replica.settled(), replica.seq()), ("Hello", Some("complete"), 6));
        assert_eq!(breaches(&replica), [""; 0]);
    }

    #[test]
    fn one_who_rejoins_goes_on_where_the_snapshot_ends() {
        let joined = json!({"type": "joined", "head_seq": 5, "reset": false,
                            "streams": [{"message_id": "r", "content": "Hel", "next_index": 1}]});
        let replica = told(4, &[joined, placeholder(), chunk(1, "lo"), end(6, "Hello")]);
        assert_eq!((replica.text(), breaches(&replica).len()), ("Hello", 0));
    }

    #[test]
    fn one_who_comes_after_the_end_is_shown_the_whole() {
        let updated = json!({"type": "message_updated", "seq": 6, "message_id": "r", "is_bot": true,
                             "status": "complete", "content": "Hello"});
        let replica = told(5, &[updated]);
        assert_eq!((replica.text(), breaches(&replica).len()), ("Hello", 0));
    }

    #[test]
    fn holes_repetitions_and_wrong_wholes_are_noted() {
        for (frames, what) in [
            (vec![placeholder(), chunk(1, "lo")], "a hole"),
            (vec![placeholder(), chunk(0, "Hel"), chunk(0, "Hel")], "a repetition"),
            (vec![placeholder(), chunk(0, "Hel"), end(6, "Hello")], "a text that is not what was shown"),
            (vec![placeholder(), end(7, "")], "a hole in the events"),
            (vec![placeholder(), end(6, ""), chunk(0, "x")], "a chunk after the end"),
            (vec![chunk(0, "x")], "a chunk of an unknown reply"),
        ] {
            assert!(!breaches(&told(4, &frames)).is_empty(), "{what}");
        }
    }
}
