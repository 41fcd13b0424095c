//! Runs: a row before a task, claimed for a while, and fenced by an epoch in every later write.
//!
//! Leases are measured by the database's clock, the one that all nodes share.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, DbBackend, EntityTrait as _, ExprTrait as _,
    FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::ids::{ChatId, MessageId, RunId, Seq, Timestamp, UserId};
use crate::protocol::{Event, Message, MessageStatus, ReplyRun, RunState, UserRef};
use crate::store::entity::{message, run, user};
use crate::store::error::{StoreError, StoreResult, corrupt};
use crate::store::events::Take;
use crate::store::rows::{Asked, ClaimedRun, Lease, Outcome, Retry, RunRow};
use crate::store::users::referring;
use crate::store::{Store, Tx, database_now, from_json, meaning, to_json, word};

impl Store {
    /// The run that fills this message, the last one.
    pub async fn run_of(&self, chat: ChatId, message: MessageId) -> StoreResult<Option<RunRow>> {
        let row = run::Entity::find()
            .filter(run_for(message))
            .filter(run::Column::ChatId.eq(chat))
            .one(&self.inner.reader)
            .await?;
        row.map(view).transpose()
    }

    /// The run, also one that a retry has replaced.
    pub async fn run(&self, run: RunId) -> StoreResult<Option<RunRow>> {
        run::Entity::find_by_id(run).one(&self.inner.reader).await?.map(view).transpose()
    }

    /// The reply that answers this question, the first one where there are several.
    pub async fn reply_to(&self, chat: ChatId, question: MessageId) -> StoreResult<Option<Message>> {
        let reply: Option<MessageId> = run::Entity::find()
            .select_only()
            .column(run::Column::MessageId)
            .filter(run::Column::ChatId.eq(chat))
            .filter(run::Column::QuestionId.eq(question))
            .order_by_asc(run::Column::Seq)
            .into_tuple()
            .one(&self.inner.reader)
            .await?;
        match reply {
            Some(reply) => self.message(chat, reply).await,
            None => Ok(None),
        }
    }

    /// The chats in which a run waits.
    pub async fn chats_with_queued_runs(&self) -> StoreResult<Vec<ChatId>> {
        let chats = run::Entity::find()
            .select_only()
            .column(run::Column::ChatId)
            .distinct()
            .filter(run::Column::State.eq(word(RunState::Queued)))
            .into_tuple()
            .all(&self.inner.reader)
            .await?;
        Ok(chats)
    }

    /// Takes the run whose turn it is if fewer than `at_once`, or than the room's own number, are running: the reply
    /// becomes `streaming` (`Event::Updated`), the epoch rises, and the lease ends `lease` from now by the database's clock.
    pub async fn claim_run(
        &self,
        chat: ChatId,
        node: &str,
        at_once: u32,
        lease: Duration,
    ) -> StoreResult<Option<ClaimedRun>> {
        // A look first: most calls find nothing, and a look disturbs no writer.
        let waiting = run::Entity::find().filter(open_runs(chat, RunState::Queued));
        if waiting.one(&self.inner.reader).await?.is_none() {
            return Ok(None);
        }
        let tx = self.begin().await?;
        // The chat is held, so that of two nodes the second counts what the first has claimed.
        if tx.lock_chat(chat).await?.is_none() {
            return Ok(None);
        }
        let Some(next) = tx.next_in_line(chat, at_once).await? else { return Ok(None) };
        let Some(found) = tx.waiting_run(next).await? else { return Ok(None) };
        let epoch = found.epoch + 1;
        run::Entity::update_many()
            .col_expr(run::Column::State, Expr::value(word(RunState::Running)))
            .col_expr(run::Column::Node, Expr::value(node))
            .col_expr(run::Column::Epoch, Expr::value(epoch))
            .col_expr(run::Column::LeaseUntil, lease_end(tx.backend(), lease))
            .filter(run::Column::Id.eq(found.id))
            .exec(&tx.database)
            .await?;
        let reply = tx
            .change_reply(chat, found.message_id, |update| {
                update.col_expr(message::Column::Status, Expr::value(word(MessageStatus::Streaming)))
            })
            .await?;
        let (agent, text) = (reply.author(), reply.body.content.clone());
        tx.announce_reply(Event::Updated(reply)).await?;
        tx.commit().await?;
        Ok(Some(ClaimedRun {
            lease: Lease { run_id: found.id, epoch },
            chat_id: chat,
            message_id: found.message_id,
            question_id: found.question_id,
            question_seq: found.question_seq,
            asked_by: found.asked_by,
            agent,
            text,
            asked: Asked {
                settings: from_json(found.settings)?.unwrap_or_default(),
                instruction: found.instruction,
            },
        }))
    }

    /// Stores the text so far and renews the lease; false when the run is no longer ours. No event, no seq.
    pub async fn checkpoint(&self, lease: Lease, content: &str, renew: Duration) -> StoreResult<bool> {
        let tx = self.begin().await?;
        let Some(run) = tx.renew(lease, renew).await? else { return Ok(false) };
        message::Entity::update_many()
            .col_expr(message::Column::Content, Expr::value(content))
            .filter(message::Column::Id.eq(run.message_id))
            .exec(&tx.database)
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Renews the lease without text; false when the run is no longer ours.
    pub async fn renew(&self, lease: Lease, renew: Duration) -> StoreResult<bool> {
        let tx = self.begin().await?;
        let ours = tx.renew(lease, renew).await?.is_some();
        if ours {
            tx.commit().await?;
        }
        Ok(ours)
    }

    /// Gives a claimed run back before its first word (`Event::Updated`): it waits again, for whoever is next.
    /// False when the run is no longer ours.
    pub async fn hand_back(&self, chat: ChatId, lease: Lease) -> StoreResult<bool> {
        let tx = self.begin().await?;
        if tx.lock_chat(chat).await?.is_none() {
            return Ok(false);
        }
        let given = run::Entity::update_many()
            .col_expr(run::Column::State, Expr::value(word(RunState::Queued)))
            .col_expr(run::Column::Epoch, Expr::col(run::Column::Epoch).add(1))
            .filter(run::Column::Id.eq(lease.run_id))
            .filter(run::Column::Epoch.eq(lease.epoch))
            .filter(run::Column::State.eq(word(RunState::Running)))
            .exec_with_returning(&tx.database)
            .await?;
        let Some(run) = given.into_iter().next() else { return Ok(false) };
        let reply = tx
            .change_reply(chat, run.message_id, |update| {
                update.col_expr(message::Column::Status, Expr::value(word(MessageStatus::Queued)))
            })
            .await?;
        tx.announce_reply(Event::Updated(reply)).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Ends a run of ours (`Event::Settled`); `None` when it is no longer ours.
    pub async fn settle(&self, lease: Lease, outcome: Outcome) -> StoreResult<Option<Message>> {
        let ours = Condition::all()
            .add(run::Column::State.eq(word(RunState::Running)))
            .add(run::Column::Epoch.eq(lease.epoch));
        self.end_run(lease.run_id, ours, &outcome).await
    }

    /// Ends a run that is still queued (`Event::Settled`); `None` when it is not queued (any more).
    pub async fn settle_queued(&self, run: RunId, outcome: Outcome) -> StoreResult<Option<Message>> {
        let queued = Condition::all().add(run::Column::State.eq(word(RunState::Queued)));
        self.end_run(run, queued, &outcome).await
    }

    /// Ends as `outcome` every run whose lease has ended by the database's clock, and, on SQLite, every
    /// running run not of `node` (one process only), but none of `writing`. Returns the chats touched.
    pub async fn interrupt_abandoned(
        &self,
        node: &str,
        writing: &[RunId],
        outcome: Outcome,
    ) -> StoreResult<Vec<ChatId>> {
        let backend = self.inner.backend();
        let mut late = Condition::any().add(Expr::col(run::Column::LeaseUntil).lt(database_now(backend)));
        if backend == DbBackend::Sqlite {
            late = late.add(run::Column::Node.ne(node));
        }
        let abandoned = Condition::all()
            .add(run::Column::State.eq(word(RunState::Running)))
            .add(run::Column::Id.is_not_in(writing.iter().copied()))
            .add(late);
        let found: Vec<(RunId, ChatId)> = run::Entity::find()
            .select_only()
            .columns([run::Column::Id, run::Column::ChatId])
            .filter(abandoned.clone())
            .into_tuple()
            .all(&self.inner.reader)
            .await?;
        let mut chats = Vec::new();
        for (run, chat) in found {
            // Asked again in the same words: the node may have come back to life and renewed.
            let ended = self.end_run(run, abandoned.clone(), &outcome).await?;
            if ended.is_some() && !chats.contains(&chat) {
                chats.push(chat);
            }
        }
        Ok(chats)
    }

    /// Ends the run if `still` holds; the epoch rises, so that whoever had it cannot write any more.
    async fn end_run(&self, id: RunId, still: Condition, outcome: &Outcome) -> StoreResult<Option<Message>> {
        let place: Option<(ChatId, MessageId)> = run::Entity::find_by_id(id)
            .select_only()
            .columns([run::Column::ChatId, run::Column::MessageId])
            .filter(still.clone())
            .into_tuple()
            .one(&self.inner.reader)
            .await?;
        let Some((chat, reply)) = place else { return Ok(None) };
        let usage = to_json(outcome.usage.as_ref())?;
        let tx = self.begin().await?;
        // Chat first, run second, everywhere: two who wait for each other would wait for ever.
        if tx.lock_chat(chat).await?.is_none() {
            return Ok(None);
        }
        let ended = run::Entity::update_many()
            .col_expr(run::Column::State, Expr::value(word(RunState::Done)))
            .col_expr(run::Column::Epoch, Expr::col(run::Column::Epoch).add(1))
            .col_expr(run::Column::Model, Expr::value(outcome.model.clone()))
            .col_expr(run::Column::Reason, Expr::value(outcome.reason.map(word)))
            .col_expr(run::Column::Detail, Expr::value(outcome.detail.clone()))
            .col_expr(run::Column::Budget, Expr::value(to_json(outcome.budget.as_ref())?))
            .col_expr(run::Column::FallbackFrom, Expr::value(outcome.fallback_from.clone()))
            .col_expr(run::Column::Usage, Expr::value(usage))
            .col_expr(run::Column::StoppedBy, Expr::value(to_json(outcome.stopped_by.as_ref())?))
            .filter(run::Column::Id.eq(id))
            .filter(still)
            .exec(&tx.database)
            .await?;
        if ended.rows_affected == 0 {
            return Ok(None);
        }
        let message = tx
            .change_reply(chat, reply, |update| {
                let update = update.col_expr(message::Column::Status, Expr::value(word(outcome.status)));
                match &outcome.content {
                    Some(content) => update.col_expr(message::Column::Content, Expr::value(content)),
                    None => update,
                }
            })
            .await?;
        tx.announce_reply(Event::Settled(message.clone())).await?;
        tx.count_turns_anew(chat, message.body.updated_seq).await?;
        tx.end_calls(id, &outcome.calls).await?;
        if let Some(passed_on) = &outcome.passed_on {
            tx.pass_on(id, &message, passed_on).await?;
        }
        tx.commit().await?;
        Ok(Some(message))
    }
}

/// A waiting run with what its writer has to know.
#[derive(FromQueryResult)]
struct Queued {
    id: RunId,
    epoch: i64,
    message_id: MessageId,
    question_id: MessageId,
    question_seq: Seq,
    settings: Option<serde_json::Value>,
    instruction: Option<String>,
    #[sea_orm(nested)]
    asked_by: UserRef,
}

impl Tx {
    /// Has a settled reply written once more, in its place (`Event::Updated`), from the beginning or on from its text:
    /// its run waits for its turn. What there was is kept under the number of this change: the text as a revision, and
    /// the former run. `None`: no such reply of this chat, not settled, or deleted.
    pub async fn retry_reply(
        &self,
        chat: ChatId,
        reply: MessageId,
        retry: Retry,
    ) -> StoreResult<Option<Message>> {
        let Retry { run_id, by, continues, at } = retry;
        let Some(mut retried) = self.living(chat, reply).await? else { return Ok(None) };
        let status = retried.body.status;
        let Some(former) = retried.body.run.take_if(|_| status.is_settled()) else { return Ok(None) };
        let seq = self.take_seq(Take { chat_id: chat, count: 1, latest: None }).await?;
        let replaced = run::Entity::update_many()
            .col_expr(run::Column::ReplacedSeq, Expr::value(seq))
            .col_expr(run::Column::Status, Expr::value(word(status)))
            .filter(run::Column::Id.eq(former.id))
            .exec_with_returning(&self.database)
            .await?;
        let replaced = replaced.into_iter().next().ok_or_else(|| corrupt("a reply without its run"))?;
        let run = ReplyRun {
            retried_by: Some(by),
            continues,
            ..unwritten(run_id, former.asked_by, former.question_id)
        };
        retried.body.updated_seq = seq;
        retried.body.status = MessageStatus::Queued;
        retried.body.run = Some(run.clone());
        let earlier = retried.body.content.clone();
        if !continues {
            retried.body.content.clear();
        }
        let queued = run::ActiveModel {
            // It is asked for in the same words.
            settings: Set(replaced.settings),
            instruction: Set(replaced.instruction),
            ..queued(&retried, &run, at)?
        };
        run::Entity::insert(queued).exec_without_returning(&self.database).await?;
        // Stopped before its first word, it had no text.
        if !earlier.is_empty() {
            self.keep_revision(reply, seq, earlier, at).await?;
        }
        message::Entity::update_many()
            .col_expr(message::Column::Content, Expr::value(retried.body.content.as_str()))
            .col_expr(message::Column::Status, Expr::value(word(MessageStatus::Queued)))
            .col_expr(message::Column::UpdatedSeq, Expr::value(seq))
            .filter(message::Column::Id.eq(reply))
            .exec(&self.database)
            .await?;
        self.announce_reply(Event::Updated(retried.clone())).await?;
        Ok(Some(retried))
    }

    async fn waiting_run(&self, run: RunId) -> StoreResult<Option<Queued>> {
        let question = run::Entity::belongs_to(message::Entity)
            .from(run::Column::QuestionId)
            .to(message::Column::Id)
            .into();
        let asker: sea_orm::RelationDef =
            run::Entity::belongs_to(user::Entity).from(run::Column::AskedBy).to(user::Column::Id).into();
        let found = referring(run::Entity::find().select_only())
            .columns([
                run::Column::Id,
                run::Column::Epoch,
                run::Column::MessageId,
                run::Column::QuestionId,
                run::Column::Settings,
                run::Column::Instruction,
            ])
            .column_as(message::Column::Seq, "question_seq")
            .join(sea_orm::JoinType::InnerJoin, question)
            .join(sea_orm::JoinType::InnerJoin, asker)
            .filter(run::Column::Id.eq(run))
            .into_model()
            .one(&self.database)
            .await?;
        Ok(found)
    }

    /// The run, if it is still ours; nobody else changes it until the transaction's end.
    pub(super) async fn renew(&self, lease: Lease, renew: Duration) -> StoreResult<Option<run::Model>> {
        let renewed = run::Entity::update_many()
            .col_expr(run::Column::LeaseUntil, lease_end(self.backend(), renew))
            .filter(run::Column::Id.eq(lease.run_id))
            .filter(run::Column::Epoch.eq(lease.epoch))
            .filter(run::Column::State.eq(word(RunState::Running)))
            .exec_with_returning(&self.database)
            .await?;
        Ok(renewed.into_iter().next())
    }

    /// Ends a deleted reply's run if it has not ended; its writer learns so from its next write.
    pub(super) async fn end_run_of_deleted(&self, reply: MessageId) -> StoreResult<()> {
        let ended = run::Entity::update_many()
            .col_expr(run::Column::State, Expr::value(word(RunState::Done)))
            .col_expr(run::Column::Epoch, Expr::col(run::Column::Epoch).add(1))
            .filter(run_for(reply))
            .filter(run::Column::State.ne(word(RunState::Done)))
            .exec_with_returning(&self.database)
            .await?;
        self.abandon_calls(&ended).await
    }

    /// Changes a reply and gives the change its number.
    async fn change_reply(
        &self,
        chat: ChatId,
        reply: MessageId,
        change: impl FnOnce(sea_orm::UpdateMany<message::Entity>) -> sea_orm::UpdateMany<message::Entity>,
    ) -> StoreResult<Message> {
        let seq = self.take_seq(Take { chat_id: chat, count: 1, latest: None }).await?;
        change(message::Entity::update_many())
            .col_expr(message::Column::UpdatedSeq, Expr::value(seq))
            .filter(message::Column::Id.eq(reply))
            .exec(&self.database)
            .await?;
        let changed = self.message(chat, reply).await?;
        changed.ok_or_else(|| StoreError::Broken(sea_orm::DbErr::RecordNotFound(reply.to_string())))
    }

    async fn announce_reply(&self, event: Event) -> StoreResult<()> {
        let message = event.message().ok_or_else(|| corrupt("a run's event without its reply"))?;
        let (chat, seq) = (message.body.chat_id, message.body.updated_seq);
        let at = self.now().await?;
        self.append(chat, seq, event, at).await
    }
}

fn view(row: run::Model) -> StoreResult<RunRow> {
    Ok(RunRow {
        id: row.id,
        chat_id: row.chat_id,
        message_id: row.message_id,
        asked_by: row.asked_by,
        state: meaning(&row.state)?,
    })
}

/// A run of which nothing is known yet.
pub(super) fn unwritten(id: RunId, asked_by: UserId, question_id: MessageId) -> ReplyRun {
    ReplyRun {
        id,
        asked_by,
        question_id,
        model: None,
        fallback_from: None,
        reason: None,
        detail: None,
        budget: None,
        usage: None,
        stopped_by: None,
        retried_by: None,
        continues: false,
    }
}

/// The row of a run that is to fill `reply`, and waits from the reply's last change on.
pub(super) fn queued(reply: &Message, run: &ReplyRun, at: Timestamp) -> StoreResult<run::ActiveModel> {
    Ok(run::ActiveModel {
        id: Set(run.id),
        chat_id: Set(reply.body.chat_id),
        message_id: Set(reply.id),
        seq: Set(reply.body.updated_seq),
        question_id: Set(run.question_id),
        asked_by: Set(run.asked_by),
        state: Set(word(RunState::Queued)),
        node: Set(None),
        epoch: Set(0),
        lease_until: Set(None),
        model: Set(None),
        reason: Set(None),
        fallback_from: Set(None),
        detail: Set(None),
        budget: Set(None),
        usage: Set(None),
        created_at: Set(at),
        replaced_seq: Set(None),
        status: Set(None),
        stopped_by: Set(None),
        retried_by: Set(to_json(run.retried_by.as_ref())?),
        continues: Set(run.continues),
        settings: Set(None),
        instruction: Set(None),
        context: Set(None),
        origin_id: Set(None),
    })
}

/// The run that fills this reply, and none that a retry has replaced.
fn run_for(reply: MessageId) -> Condition {
    Condition::all().add(run::Column::MessageId.eq(reply)).add(run::Column::ReplacedSeq.is_null())
}

fn open_runs(chat: ChatId, state: RunState) -> Condition {
    Condition::all().add(run::Column::ChatId.eq(chat)).add(run::Column::State.eq(word(state)))
}

fn lease_end(backend: DbBackend, lease: Duration) -> Expr {
    database_now(backend).add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX / 2))
}
