//! Calls of providers: a row before the call, which reserves what it may use, and its end in the transaction that
//! ends the run.
//!
//! `spending` holds the sums of the calls' rows by day, for each person, room and the server: changed here and
//! nowhere else, in the transaction that changes the rows. Whoever changes a sum holds it until the commit, and all
//! take them in one order, so that of many calls at once each sees what the others have reserved.

use std::collections::BTreeMap;
use std::time::Duration;

use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, ExprTrait as _, IntoActiveModel as _,
    QueryFilter as _, QuerySelect as _,
};

use crate::budget::Unit;
use crate::ids::{ChatId, Day, MessageId, RunId, Timestamp, UserId};
use crate::protocol::{CallStatus, Usage};
use crate::store::entity::{call, run, spending};
use crate::store::error::StoreResult;
use crate::store::rows::{Bound, EndedCall, Exceeded, Lease, NewCall, Opened, Spent, Subject};
use crate::store::{Store, Tx, word};

/// Longer than any provider is waited for.
const LOST_AFTER_MS: i64 = 2 * 3_600_000;

/// Changes of sums, in the order in which everybody takes them.
type Changes = BTreeMap<(Subject, Day), Amounts>;

/// Tokens and micro-dollars.
#[derive(Clone, Copy, Default)]
struct Amounts {
    tokens: i64,
    microusd: i64,
}

impl Store {
    /// Reserves what a call may use, if all bounds have room for it, and renews the run's lease.
    pub async fn open_call(
        &self,
        lease: Lease,
        renew: Duration,
        new: NewCall,
        bounds: &[Bound],
    ) -> StoreResult<Opened> {
        let tx = self.begin().await?;
        // Held, so that whoever ends the run finds the call that is to be ended with it.
        let Some(run) = tx.renew(lease, renew).await? else { return Ok(Opened::Fenced) };
        let of = Reply { run: run.id, chat: run.chat_id, message: run.message_id };
        tx.open(opened(of, run.asked_by, new), bounds).await
    }

    /// The same for a call beside a run: because of a reply, after its end.
    pub async fn open_call_beside(&self, of: Spent, new: NewCall, bounds: &[Bound]) -> StoreResult<Opened> {
        let reply = Reply { run: of.run_id, chat: of.chat_id, message: of.message_id };
        self.begin().await?.open(opened(reply, of.asked_by, new), bounds).await
    }

    /// Ends the calls beside runs that a process left open which ended in the middle of them. Where another process
    /// makes them still, they are written down as they end all the same.
    pub async fn abandon_calls_beside(&self, since: Day) -> StoreResult<()> {
        let runs = Query::select().column(run::Column::Id).from(run::Entity).take();
        let left: Vec<RunId> = call::Entity::find()
            .select_only()
            .column(call::Column::RunId)
            .filter(call::Column::Day.gte(since))
            .filter(call::Column::Status.is_null())
            .filter(call::Column::RunId.ne(RunId::NIL))
            .filter(call::Column::RunId.not_in_subquery(runs))
            .into_tuple()
            .all(&self.inner.reader)
            .await?;
        for run in left {
            self.end_calls(run, &[]).await?;
        }
        Ok(())
    }

    /// Reserves what a call for no reply may use, likewise.
    pub async fn open_call_alone(
        &self,
        asked_by: UserId,
        new: NewCall,
        bounds: &[Bound],
    ) -> StoreResult<Opened> {
        let tx = self.begin().await?;
        tx.abandon_lost(asked_by, new.at).await?;
        tx.open(opened(NO_REPLY, asked_by, new), bounds).await
    }

    /// Ends a call that was for no reply.
    pub async fn end_call(&self, ended: &EndedCall) -> StoreResult<()> {
        let tx = self.begin().await?;
        let Some(row) = call::Entity::find_by_id(ended.id).one(&tx.database).await? else { return Ok(()) };
        tx.close(vec![closed(row.clone(), ended)], &[row]).await?;
        tx.commit().await
    }

    /// Writes down how the calls of a run ended that was taken from its writer: what was spent was spent.
    pub async fn end_calls(&self, run: RunId, ended: &[EndedCall]) -> StoreResult<()> {
        let tx = self.begin().await?;
        tx.end_calls(run, ended).await?;
        tx.commit().await
    }
}

impl Tx {
    /// Ends a run's calls as `ended`, which may hold more than were opened; open ones that it does not name were
    /// abandoned. What was reserved gives way to what was used.
    pub(super) async fn end_calls(&self, run: RunId, ended: &[EndedCall]) -> StoreResult<()> {
        let rows = call::Entity::find().filter(call::Column::RunId.eq(run)).all(&self.database).await?;
        // A run that was never written has none.
        let Some(first) = rows.first() else { return Ok(()) };
        let abandoned = rows
            .iter()
            .filter(|row| row.status.is_none() && !ended.iter().any(|ended| ended.id == row.id))
            .map(|row| call::Model { status: Some(word(CallStatus::Error)), ..row.clone() });
        let known = ended.iter().map(|ended| match rows.iter().find(|row| row.id == ended.id) {
            Some(row) => closed(row.clone(), ended),
            None => closed(another(first, ended), ended),
        });
        self.close(known.chain(abandoned).collect(), &rows).await
    }

    /// Writes a call that is to be made, if all bounds have room for it.
    async fn open(self, row: call::Model, bounds: &[Bound]) -> StoreResult<Opened> {
        call::Entity::insert(row.clone().into_active_model()).exec_without_returning(&self.database).await?;
        let mut changes = Changes::new();
        count(&mut changes, &row, Amounts { tokens: row.held_tokens, microusd: row.held_microusd });
        // Changed first and looked at second: from the change on nobody else can change them.
        self.spend(changes).await?;
        for bound in bounds {
            let Bound { subject, allowance, begins, renews } = *bound;
            let spent = self.inner.spent(&self.database, subject, allowance.unit, begins, renews).await?;
            if spent > allowance.amount {
                let own = match allowance.unit {
                    Unit::Tokens => row.held_tokens,
                    Unit::Microusd => row.held_microusd,
                };
                return Ok(Opened::Over(Exceeded { bound: *bound, used: spent - own }));
            }
        }
        self.commit().await?;
        Ok(Opened::Yes)
    }

    /// Ends what a person's lost calls have reserved: nobody sweeps for those that are for no reply.
    async fn abandon_lost(&self, asked_by: UserId, now: Timestamp) -> StoreResult<()> {
        let lost = call::Entity::find()
            .filter(call::Column::AskedBy.eq(asked_by))
            .filter(call::Column::Day.gte(Day::of(now).plus(-1)))
            .filter(call::Column::RunId.eq(RunId::NIL))
            .filter(call::Column::Status.is_null())
            .filter(call::Column::CreatedAt.lt(Timestamp(now.0 - LOST_AFTER_MS)))
            .all(&self.database)
            .await?;
        let ended =
            lost.iter().map(|row| call::Model { status: Some(word(CallStatus::Error)), ..row.clone() });
        self.close(ended.collect(), &lost).await
    }

    /// Writes calls as they ended in place of what they were; what was reserved gives way to what was used.
    async fn close(&self, ended: Vec<call::Model>, rows: &[call::Model]) -> StoreResult<()> {
        let written: Vec<call::Model> =
            ended.into_iter().map(|row| call::Model { held_tokens: 0, held_microusd: 0, ..row }).collect();
        if written.is_empty() {
            return Ok(());
        }
        let mut changes = Changes::new();
        for row in &written {
            count(&mut changes, row, counted(row));
            if let Some(before) = rows.iter().find(|before| before.id == row.id) {
                let Amounts { tokens, microusd } = counted(before);
                count(&mut changes, before, Amounts { tokens: -tokens, microusd: -microusd });
            }
        }
        call::Entity::insert_many(written.into_iter().map(call::Model::into_active_model))
            .on_conflict(OnConflict::column(call::Column::Id).update_columns(ENDS).to_owned())
            .exec_without_returning(&self.database)
            .await?;
        self.spend(changes).await
    }

    /// Ends the open calls of runs that ended without their writers.
    pub(super) async fn abandon_calls(&self, runs: &[run::Model]) -> StoreResult<()> {
        for run in runs {
            self.end_calls(run.id, &[]).await?;
        }
        Ok(())
    }

    async fn spend(&self, changes: Changes) -> StoreResult<()> {
        let rows = changes.into_iter().map(|((subject, day), amounts)| spending::ActiveModel {
            scope: Set(word(subject.scope())),
            subject_id: Set(subject.id()),
            day: Set(day),
            tokens: Set(amounts.tokens),
            microusd: Set(amounts.microusd),
        });
        let added = |column: spending::Column| {
            Expr::col((spending::Entity, column)).add(Expr::col(("excluded", column)))
        };
        let key = [spending::Column::Scope, spending::Column::SubjectId, spending::Column::Day];
        let add = OnConflict::columns(key)
            .value(spending::Column::Tokens, added(spending::Column::Tokens))
            .value(spending::Column::Microusd, added(spending::Column::Microusd))
            .to_owned();
        spending::Entity::insert_many(rows).on_conflict(add).exec_without_returning(&self.database).await?;
        Ok(())
    }
}

/// What a call's end changes.
const ENDS: [call::Column; 12] = [
    call::Column::Model,
    call::Column::Status,
    call::Column::PromptTokens,
    call::Column::CachedTokens,
    call::Column::ThoughtTokens,
    call::Column::ReplyTokens,
    call::Column::TotalTokens,
    call::Column::CostMicrousd,
    call::Column::HeldTokens,
    call::Column::HeldMicrousd,
    call::Column::FirstChunkMs,
    call::Column::DurationMs,
];

/// What a call is for; nils where it is for no reply.
#[derive(Clone, Copy)]
struct Reply {
    run: RunId,
    chat: ChatId,
    message: MessageId,
}

const NO_REPLY: Reply = Reply { run: RunId::NIL, chat: ChatId::NIL, message: MessageId::NIL };

fn opened(of: Reply, asked_by: UserId, new: NewCall) -> call::Model {
    let NewCall { id, agent_id, provider, model, tokens, microusd, at } = new;
    call::Model {
        id,
        run_id: of.run,
        chat_id: of.chat,
        message_id: of.message,
        asked_by,
        agent_id,
        provider,
        model,
        status: None,
        prompt_tokens: None,
        cached_tokens: None,
        thought_tokens: None,
        reply_tokens: None,
        total_tokens: None,
        cost_microusd: None,
        held_tokens: tokens,
        held_microusd: microusd,
        first_chunk_ms: None,
        duration_ms: None,
        day: Day::of(at),
        created_at: at,
    }
}

/// A call that was made in the place of one that was opened.
fn another(of_run: &call::Model, ended: &EndedCall) -> call::Model {
    call::Model { id: ended.id, day: Day::of(ended.at), created_at: ended.at, ..of_run.clone() }
}

fn closed(row: call::Model, ended: &EndedCall) -> call::Model {
    let Usage { prompt_tokens, cached_tokens, thought_tokens, reply_tokens, total_tokens, .. } = ended.usage;
    call::Model {
        provider: ended.provider.clone(),
        model: ended.model.clone(),
        status: Some(word(ended.status)),
        prompt_tokens: prompt_tokens.map(i64::from),
        cached_tokens: cached_tokens.map(i64::from),
        thought_tokens: thought_tokens.map(i64::from),
        reply_tokens: reply_tokens.map(i64::from),
        total_tokens: total_tokens.map(i64::from),
        cost_microusd: ended.usage.cost_microusd,
        first_chunk_ms: ended.first_chunk_ms,
        duration_ms: Some(ended.duration_ms),
        ..row
    }
}

/// What a call counts for.
fn counted(row: &call::Model) -> Amounts {
    Amounts {
        tokens: row.held_tokens + row.total_tokens.unwrap_or(0),
        microusd: row.held_microusd + row.cost_microusd.unwrap_or(0),
    }
}

fn count(changes: &mut Changes, row: &call::Model, Amounts { tokens, microusd }: Amounts) {
    let room = Some(Subject::Room(row.chat_id)).filter(|_| row.chat_id != ChatId::NIL);
    for subject in [Some(Subject::Person(row.asked_by)), room, Some(Subject::Server)].into_iter().flatten() {
        let sum = changes.entry((subject, row.day)).or_default();
        sum.tokens += tokens;
        sum.microusd += microusd;
    }
}
