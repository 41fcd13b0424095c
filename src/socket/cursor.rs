//! What one socket has heard of one room, and so what comes next. Pure: places in, verdicts out.
//!
//! Frames may come late, twice or not at all; by this cursor a socket delivers each of a chat's numbers
//! once and in order, and each of a reply's chunks without holes.

use std::collections::BTreeMap;

use crate::hub::frame::{Place, Reply};
use crate::ids::{MessageId, RunId, Seq};
use crate::protocol::StreamSnapshot;

/// In place of the next chunk: the run has ended. Its chunks may still wait in the room's ring when the log has
/// already told its end.
const OVER: u64 = u64::MAX;
/// Ended replies that are remembered; more cannot have chunks in a ring of any sensible size.
const ENDED: usize = 64;

/// The last number delivered, and the next chunk expected of each reply being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    seq: Seq,
    replies: BTreeMap<MessageId, Heard>,
}

/// How much of a reply's text was heard: a retry begins anew, under a run of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Heard {
    run_id: RunId,
    next: u64,
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
        let heard = |stream: &StreamSnapshot| Heard { run_id: stream.run_id, next: stream.next_index };
        Self { seq, replies: streams.iter().map(|stream| (stream.message_id, heard(stream))).collect() }
    }

    /// From now on the reply's text is what this run writes: nothing more of an earlier one is heard, and of this
    /// one neither, if it has ended.
    pub fn follow(&mut self, reply: Reply) {
        let Reply { message_id, run_id, is_settled } = reply;
        let heard = self.replies.entry(message_id).or_insert(Heard { run_id, next: 0 });
        if heard.run_id != run_id {
            *heard = Heard { run_id, next: 0 };
        }
        if is_settled {
            heard.next = OVER;
            self.forget_the_oldest();
        }
    }

    /// The last number delivered.
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// The next chunk of this run that is expected; of a run that is not the reply's last known one, none.
    pub fn next_chunk(&self, reply: MessageId, run_id: RunId) -> u64 {
        match self.replies.get(&reply) {
            None => 0,
            Some(heard) if heard.run_id == run_id => heard.next,
            Some(_) => OVER,
        }
    }

    /// Judges a frame by its place, and moves on if it is to be delivered.
    pub fn judge(&mut self, place: Place) -> Verdict {
        match place {
            Place::Ephemeral => Verdict::Deliver,
            Place::Durable { seq, .. } if seq <= self.seq => Verdict::Drop,
            Place::Durable { seq, reply, .. } if seq == self.seq.next() => {
                self.seq = seq;
                if let Some(reply) = reply {
                    self.follow(reply);
                }
                Verdict::Deliver
            }
            Place::Durable { .. } => Verdict::Missing,
            Place::Chunk { message_id, run_id, index } => {
                let expected = self.next_chunk(message_id, run_id);
                match index.cmp(&expected) {
                    std::cmp::Ordering::Less => Verdict::Drop,
                    std::cmp::Ordering::Equal => {
                        self.replies.insert(message_id, Heard { run_id, next: expected + 1 });
                        Verdict::Deliver
                    }
                    std::cmp::Ordering::Greater => Verdict::Missing,
                }
            }
        }
    }

    fn forget_the_oldest(&mut self) {
        let ended = self.replies.iter().filter(|(_, heard)| heard.next == OVER);
        if ended.clone().count() > ENDED
            // Ids of runs rise with time; that of a retried reply is as old as the reply.
            && let Some((&oldest, _)) = ended.min_by_key(|(_, heard)| heard.run_id)
        {
            self.replies.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, ENDED, Verdict};
    use crate::hub::frame::{Ends, Place, Reply};
    use crate::ids::{MessageId, RunId, Seq};
    use proptest::prelude::*;

    fn durable(seq: i64) -> Place {
        Place::Durable { seq: Seq(seq), reply: None, ends: Ends::Nobody }
    }

    fn shows(seq: i64, reply: Reply) -> Place {
        Place::Durable { seq: Seq(seq), reply: Some(reply), ends: Ends::Nobody }
    }

    fn being_written() -> Reply {
        Reply { message_id: MessageId::new(), run_id: RunId::new(), is_settled: false }
    }

    fn settled(reply: Reply) -> Reply {
        Reply { is_settled: true, ..reply }
    }

    fn chunk(reply: Reply, index: u64) -> Place {
        Place::Chunk { message_id: reply.message_id, run_id: reply.run_id, index }
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
            let reply = being_written();
            let mut cursor = Cursor::new(Seq::ZERO, &[]);
            let mut heard = Vec::new();
            for index in arrivals {
                if cursor.judge(chunk(reply, index)) == Verdict::Deliver {
                    heard.push(index);
                }
            }
            prop_assert_eq!(heard.clone(), (0..heard.len() as u64).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_settled_reply_is_over_whatever_still_waits_in_the_ring() {
        let reply = being_written();
        let mut cursor = Cursor::new(Seq(4), &[]);
        assert_eq!(cursor.judge(chunk(reply, 0)), Verdict::Deliver);
        let end = shows(5, settled(reply));
        assert_eq!(cursor.judge(end), Verdict::Deliver);
        for index in 0..3 {
            assert_eq!(cursor.judge(chunk(reply, index)), Verdict::Drop);
        }
        assert_eq!((cursor.judge(end), cursor.seq()), (Verdict::Drop, Seq(5)));
    }

    #[test]
    fn a_retried_reply_is_heard_from_its_first_chunk_and_nothing_more_of_the_former_run() {
        let former = being_written();
        let retried = Reply { run_id: RunId::new(), ..former };
        for shown_settled in [true, false] {
            let mut cursor = Cursor::new(Seq(4), &[]);
            assert_eq!(cursor.judge(chunk(former, 0)), Verdict::Deliver);
            // The log shows things as they are now: it may never say that the former run has ended.
            let fifth = if shown_settled { settled(former) } else { retried };
            assert_eq!(cursor.judge(shows(5, fifth)), Verdict::Deliver);
            assert_eq!(cursor.judge(shows(6, retried)), Verdict::Deliver);
            for index in 0..3 {
                assert_eq!(cursor.judge(chunk(former, index)), Verdict::Drop);
                assert_eq!(cursor.next_chunk(retried.message_id, retried.run_id), index);
                assert_eq!(cursor.judge(chunk(retried, index)), Verdict::Deliver);
            }
        }
    }

    #[test]
    fn a_socket_that_stays_for_ever_remembers_only_so_many_replies() {
        let mut cursor = Cursor::new(Seq::ZERO, &[]);
        let written = being_written();
        assert_eq!(cursor.judge(chunk(written, 0)), Verdict::Deliver);
        (0..1_000).for_each(|_| cursor.follow(settled(being_written())));
        assert_eq!(cursor.replies.len(), ENDED + 1);
        assert_eq!(cursor.judge(chunk(written, 1)), Verdict::Deliver);
        let retried_long_after = Reply { run_id: RunId::new(), is_settled: true, ..written };
        cursor.follow(retried_long_after);
        assert_eq!(cursor.judge(chunk(retried_long_after, 0)), Verdict::Drop);
    }
}
