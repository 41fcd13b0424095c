//! A room's replies in the order in which they are written, and how many at once.
//!
//! Turns are counted from the moment at which no reply of the room was open: whoever has had fewer since then comes
//! first, and of those who have had as many, who asked first.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, FromQueryResult,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::ids::{ChatId, MessageId, RunId, Seq, UserId};
use crate::protocol::{Queue, QueueEntry, RunState};
use crate::store::entity::{chat, run};
use crate::store::error::StoreResult;
use crate::store::{Store, Tx, meaning, word};

impl Store {
    /// The chat's replies that are being written or wait, each in order; the room's own number at once, where it is
    /// below `at_most`.
    pub async fn queue(&self, chat: ChatId, at_most: u32) -> StoreResult<Queue> {
        let database = &self.inner.reader;
        let Some(room) = room(database, chat).await? else { return Ok(Queue::default()) };
        let line = line(database, chat, room.idle_seq).await?;
        Ok(Queue {
            running: entries(line.running),
            waiting: entries(line.waiting),
            at_once: room.at_once(at_most),
        })
    }
}

impl Tx {
    /// Sets how many replies are written at once in the room; none: as many as the server allows.
    pub async fn set_replies_at_once(&self, chat: ChatId, at_once: Option<u32>) -> StoreResult<()> {
        let at_once = at_once.map(|number| i32::try_from(number).unwrap_or(i32::MAX));
        chat::Entity::update_many()
            .col_expr(chat::Column::RepliesAtOnce, Expr::value(at_once))
            .filter(chat::Column::Id.eq(chat))
            .exec(&self.database)
            .await?;
        Ok(())
    }

    /// The run whose turn it is, if the room may have another reply written. The chat is to be held.
    pub(super) async fn next_in_line(&self, chat: ChatId, at_most: u32) -> StoreResult<Option<RunId>> {
        let Some(room) = room(&self.database, chat).await? else { return Ok(None) };
        let line = line(&self.database, chat, room.idle_seq).await?;
        let is_full = line.running.len() >= room.at_once(at_most) as usize;
        Ok(line.waiting.first().filter(|_| !is_full).map(|next| next.id))
    }

    /// Counts turns anew from this change on, if it left no reply of the chat open.
    pub(super) async fn count_turns_anew(&self, chat: ChatId, seq: Seq) -> StoreResult<()> {
        let open = Query::select()
            .expr(Expr::value(1))
            .from(run::Entity)
            .and_where(run::Column::ChatId.eq(chat))
            .and_where(run::Column::State.is_in(OPEN.map(word)))
            .take();
        chat::Entity::update_many()
            .col_expr(chat::Column::IdleSeq, Expr::value(seq))
            .filter(chat::Column::Id.eq(chat))
            .filter(Expr::exists(open).not())
            .exec(&self.database)
            .await?;
        Ok(())
    }
}

const OPEN: [RunState; 2] = [RunState::Running, RunState::Queued];

/// What a room's row says of its replies.
#[derive(FromQueryResult)]
struct Room {
    idle_seq: Seq,
    replies_at_once: Option<i32>,
}

impl Room {
    fn at_once(&self, at_most: u32) -> u32 {
        let own = self.replies_at_once.and_then(|number| u32::try_from(number).ok());
        own.map_or(at_most, |own| std::cmp::min(own, at_most))
    }
}

/// A run that is being written or waits.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
struct Open {
    id: RunId,
    message_id: MessageId,
    asked_by: UserId,
    state: String,
}

/// A room's open runs.
struct Line {
    running: Vec<Open>,
    waiting: Vec<Open>,
}

async fn room(database: &impl ConnectionTrait, chat: ChatId) -> StoreResult<Option<Room>> {
    let found = chat::Entity::find_by_id(chat)
        .select_only()
        .columns([chat::Column::IdleSeq, chat::Column::RepliesAtOnce])
        .into_model()
        .one(database)
        .await?;
    Ok(found)
}

async fn line(database: &impl ConnectionTrait, chat: ChatId, idle_seq: Seq) -> StoreResult<Line> {
    let open: Vec<Open> = run::Entity::find()
        .select_only()
        .columns([run::Column::Id, run::Column::MessageId, run::Column::AskedBy, run::Column::State])
        .filter(run::Column::ChatId.eq(chat))
        .filter(run::Column::State.is_in(OPEN.map(word)))
        .order_by_asc(run::Column::Seq)
        .into_model()
        .all(database)
        .await?;
    let mut line = Line { running: Vec::new(), waiting: Vec::new() };
    for run in open {
        match meaning(&run.state)? {
            RunState::Running => line.running.push(run),
            RunState::Queued | RunState::Done => line.waiting.push(run),
        }
    }
    // One alone has nobody to give way to.
    if line.waiting.len() > 1 {
        let had = turns_had(database, chat, idle_seq).await?;
        line.waiting = fair(line.waiting, |run| run.asked_by, had);
    }
    Ok(line)
}

/// How many replies of each person were begun since the room was last idle.
async fn turns_had(
    database: &impl ConnectionTrait,
    chat: ChatId,
    idle_seq: Seq,
) -> StoreResult<HashMap<UserId, i64>> {
    let begun = Condition::all()
        .add(run::Column::ChatId.eq(chat))
        .add(run::Column::Seq.gt(idle_seq))
        .add(run::Column::State.ne(word(RunState::Queued)))
        // What was stopped while it waited was nobody's turn.
        .add(run::Column::Node.is_not_null());
    let counts: Vec<(UserId, i64)> = run::Entity::find()
        .select_only()
        .column(run::Column::AskedBy)
        .column_as(run::Column::Id.count(), "turns")
        .filter(begun)
        .group_by(run::Column::AskedBy)
        .into_tuple()
        .all(database)
        .await?;
    Ok(counts.into_iter().collect())
}

/// Those who wait, by the turns that their people will have `had` before each, and then in the order given.
fn fair<T, P: Copy + Eq + std::hash::Hash>(
    waiting: Vec<T>,
    person: impl Fn(&T) -> P,
    mut had: HashMap<P, i64>,
) -> Vec<T> {
    let mut turns: Vec<(i64, T)> = waiting
        .into_iter()
        .map(|one| {
            let turns = had.entry(person(&one)).or_default();
            *turns += 1;
            (*turns, one)
        })
        .collect();
    // Stable: of as many turns, the earlier one stays the earlier.
    turns.sort_by_key(|(turn, _)| *turn);
    turns.into_iter().map(|(_, one)| one).collect()
}

fn entries(runs: Vec<Open>) -> Vec<QueueEntry> {
    let entry = |(position, run): (u32, Open)| {
        let Open { id, message_id, asked_by, .. } = run;
        QueueEntry { message_id, run_id: id, asked_by, position }
    };
    (1..).zip(runs).map(entry).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::fair;
    use proptest::prelude::*;

    /// What happens to a room's queue.
    #[derive(Clone, Debug)]
    enum Step {
        Ask(u8),
        /// The next one is written.
        Take,
        /// One that is written ends.
        End,
        /// One that waits is stopped.
        Stop(usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (0_u8..4).prop_map(Step::Ask),
            3 => Just(Step::Take),
            2 => Just(Step::End),
            1 => (0_usize..8).prop_map(Step::Stop),
        ];
        proptest::collection::vec(step, 0..80)
    }

    /// People by the number of their question.
    #[derive(Default)]
    struct Room {
        waiting: Vec<(u32, u8)>,
        running: u32,
        had: HashMap<u8, i64>,
        asked: u32,
    }

    impl Room {
        fn line(&self) -> Vec<(u32, u8)> {
            fair(self.waiting.clone(), |(_, person)| *person, self.had.clone())
        }

        fn take(&mut self) -> Option<(u32, u8)> {
            let next = *self.line().first()?;
            self.waiting.retain(|one| *one != next);
            *self.had.entry(next.1).or_default() += 1;
            self.running += 1;
            Some(next)
        }

        fn rest(&mut self) {
            if self.running == 0 && self.waiting.is_empty() {
                self.had.clear();
            }
        }
    }

    proptest! {
        #[test]
        fn nobodys_second_question_is_written_before_each_who_waits_has_had_a_first(steps in steps()) {
            let mut room = Room::default();
            for step in steps {
                match step {
                    Step::Ask(person) => {
                        room.waiting.push((room.asked, person));
                        room.asked += 1;
                    }
                    Step::Take => {
                        let before = room.had.clone();
                        let waited = room.waiting.clone();
                        let had = |person: u8| before.get(&person).copied().unwrap_or(0);
                        if let Some((question, person)) = room.take() {
                            for (other_question, other) in waited {
                                prop_assert!(had(person) <= had(other), "{person} went before {other}");
                                prop_assert!(had(person) < had(other) || question <= other_question);
                            }
                        }
                    }
                    Step::End => room.running = room.running.saturating_sub(1),
                    Step::Stop(at) if at < room.waiting.len() => drop(room.waiting.remove(at)),
                    Step::Stop(_) => {}
                }
                room.rest();
            }
            // What was shown is what comes, as long as nobody asks or stops.
            let shown = room.line();
            let taken: Vec<_> = std::iter::from_fn(|| room.take()).collect();
            prop_assert_eq!(shown, taken);
        }
    }
}
