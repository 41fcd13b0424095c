//! What one socket has heard of one room, and so what comes next. Pure: places in, verdicts out.
//!
//! Frames may come late, twice or not at all; by this cursor a socket delivers each of a chat's numbers
//! once and in order, and each of a reply's chunks without holes.

use std::collections::BTreeMap;

use crate::hub::frame::Place;
use crate::ids::{MessageId, Seq};
use crate::protocol::StreamSnapshot;

/// In place of the next chunk: the reply has ended. Its chunks may still wait in the room's ring when the log has
/// already told its end.
const OVER: u64 = u64::MAX;
/// Ended replies that are remembered; more cannot have chunks in a ring of any sensible size.
const ENDED: usize = 64;

/// The last number delivered, and the next chunk expected of each reply being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    seq: Seq,
    chunks: BTreeMap<MessageId, u64>,
}

/// What to do with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Deliver,
    /// Heard before.
    Drop,
    /// Something before it is missing: replay from the log, or from the room's text; this frame comes with it.
    Missing,
}

impl Cursor {
    /// Everything up to `seq` is known, and the text so far of the replies being written.
    pub fn new(seq: Seq, streams: &[StreamSnapshot]) -> Self {
        Self { seq, chunks: streams.iter().map(|stream| (stream.message_id, stream.next_index)).collect() }
    }

    /// Nothing more is heard of this reply's text.
    pub fn end(&mut self, reply: MessageId) {
        self.chunks.insert(reply, OVER);
        let ended = || self.chunks.iter().filter(|(_, next)| **next == OVER).map(|(id, _)| *id);
        // Ids rise with time: the first is the oldest.
        if let Some(oldest) = ended().next().filter(|_| ended().count() > ENDED) {
            self.chunks.remove(&oldest);
        }
    }

    /// The last number delivered.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// The next chunk expected of each reply.
    pub fn chunks(&self) -> &BTreeMap<MessageId, u64> {
        &self.chunks
    }

    /// Judges a frame by its place, and moves on if it is to be delivered.
    pub fn judge(&mut self, place: Place) -> Verdict {
        match place {
            Place::Ephemeral => Verdict::Deliver,
            Place::Durable { seq, .. } if seq <= self.seq => Verdict::Drop,
            Place::Durable { seq, settles, .. } if seq == self.seq.next() => {
                self.seq = seq;
                if let Some(reply) = settles {
                    self.end(reply);
                }
                Verdict::Deliver
            }
            Place::Durable { .. } => Verdict::Missing,
            Place::Chunk { message_id, index } => {
                let expected = self.chunks.get(&message_id).copied().unwrap_or(0);
                match index.cmp(&expected) {
                    std::cmp::Ordering::Less => Verdict::Drop,
                    std::cmp::Ordering::Equal => {
                        self.chunks.insert(message_id, expected + 1);
                        Verdict::Deliver
                    }
                    std::cmp::Ordering::Greater => Verdict::Missing,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, ENDED, Verdict};
    use crate::hub::frame::{Ends, Place};
    use crate::ids::{MessageId, Seq};
    use proptest::prelude::*;

    fn durable(seq: i64) -> Place {
        Place::Durable { seq: Seq(seq), settles: None, ends: Ends::Nobody }
    }

    /// Plays `arrivals` through a cursor; whatever is missing is replayed from the log up to `head`.
    fn delivered(arrivals: &[i64], head: i64) -> Vec<i64> {
        let mut cursor = Cursor::new(Seq::ZERO, &[]);
        let mut heard = Vec::new();
        let mut take = |seq: i64| match cursor.judge(durable(seq)) {
            Verdict::Deliver => {
                heard.push(seq);
                true
            }
            Verdict::Drop => true,
            Verdict::Missing => false,
        };
        for &seq in arrivals.iter().chain([&head]) {
            if !take(seq) {
                (1..=head).for_each(|seq| assert!(take(seq)));
            }
        }
        heard
    }

    proptest! {
        #[test]
        fn any_order_loss_and_repetition_delivers_each_number_once_and_in_order(
            arrivals in proptest::collection::vec(1_i64..=40, 0..120)
        ) {
            prop_assert_eq!(delivered(&arrivals, 40), (1..=40).collect::<Vec<_>>());
        }

        #[test]
        fn chunks_come_without_holes_and_never_twice(arrivals in proptest::collection::vec(0_u64..20, 0..80)) {
            let message_id = MessageId::new();
            let mut cursor = Cursor::new(Seq::ZERO, &[]);
            let mut heard = Vec::new();
            for index in arrivals {
                if cursor.judge(Place::Chunk { message_id, index }) == Verdict::Deliver {
                    heard.push(index);
                }
            }
            prop_assert_eq!(heard.clone(), (0..heard.len() as u64).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_settled_reply_is_over_whatever_still_waits_in_the_ring() {
        let message_id = MessageId::new();
        let chunk = |index| Place::Chunk { message_id, index };
        let mut cursor = Cursor::new(Seq(4), &[]);
        assert_eq!(cursor.judge(chunk(0)), Verdict::Deliver);
        let end = Place::Durable { seq: Seq(5), settles: Some(message_id), ends: Ends::Nobody };
        assert_eq!(cursor.judge(end), Verdict::Deliver);
        for index in 0..3 {
            assert_eq!(cursor.judge(chunk(index)), Verdict::Drop);
        }
        assert_eq!((cursor.judge(end), cursor.seq()), (Verdict::Drop, Seq(5)));
    }

    #[test]
    fn a_socket_that_stays_for_ever_remembers_only_so_many_replies() {
        let mut cursor = Cursor::new(Seq::ZERO, &[]);
        let written = MessageId::new();
        assert_eq!(cursor.judge(Place::Chunk { message_id: written, index: 0 }), Verdict::Deliver);
        (0..1_000).for_each(|_| cursor.end(MessageId::new()));
        assert_eq!(cursor.chunks().len(), ENDED + 1);
        assert_eq!(cursor.judge(Place::Chunk { message_id: written, index: 1 }), Verdict::Deliver);
    }
}
