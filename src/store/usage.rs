//! Calls as people look at them: one by one, and added up.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, Func, Order, Query, SelectStatement};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait as _, EntityTrait as _, ExprTrait as _, IdenStatic as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::ids::{CallId, ChatId, Day, RunId, UserId};
use crate::protocol::{Call, Grouping, Usage, UsageSum};
use crate::store::entity::{call, user};
use crate::store::error::{StoreResult, corrupt};
use crate::store::rows::Subject;
use crate::store::{Inner, Store, meaning};

/// The sums of a group, in the order in which they are read.
const SUMS: [call::Column; 6] = [
    call::Column::PromptTokens,
    call::Column::CachedTokens,
    call::Column::ThoughtTokens,
    call::Column::ReplyTokens,
    call::Column::TotalTokens,
    call::Column::CostMicrousd,
];

impl Store {
    /// The calls of a subject from one day to another, both included, that have ended, the latest first: the first
    /// `limit` of those before `before`.
    pub async fn calls(
        &self,
        of: Subject,
        (from, to): (Day, Day),
        before: Option<CallId>,
        limit: u64,
    ) -> StoreResult<Vec<Call>> {
        let mut found = call::Entity::find().filter(ended(of, from, to));
        if let Some(before) = before {
            found = found.filter(call::Column::Id.lt(before));
        }
        let rows = found.order_by_desc(call::Column::Id).limit(limit).all(&self.inner.reader).await?;
        let names = self.inner.usernames(rows.iter().map(|row| row.asked_by).collect()).await?;
        rows.into_iter().map(|row| view(row, &names)).collect()
    }

    /// The same calls added up: days the latest first, everything else the dearest, and then the longest, first.
    pub async fn usage(
        &self,
        of: Subject,
        (from, to): (Day, Day),
        by: Grouping,
        offset: u64,
        limit: u64,
    ) -> StoreResult<Vec<UsageSum>> {
        let mut query = sums(of, from, to);
        let key = match by {
            Grouping::Total => None,
            Grouping::Day => Some(call::Column::Day),
            Grouping::Model => Some(call::Column::Model),
            Grouping::Room => Some(call::Column::ChatId),
            Grouping::Person => Some(call::Column::AskedBy),
        };
        if let Some(key) = key {
            query.column(key).group_by_col(key);
            if by != Grouping::Day {
                query.order_by("sum_of_cost_microusd", Order::Desc);
                query.order_by("sum_of_total_tokens", Order::Desc);
            }
            query.order_by(key, if by == Grouping::Day { Order::Desc } else { Order::Asc });
        }
        query.offset(offset).limit(limit);
        let mut groups = Vec::new();
        for row in self.inner.reader.query_all(&query).await? {
            let sum = |index: usize| row.try_get_by_index::<i64>(index);
            let (calls, priced) = (sum(SUMS.len())?, sum(SUMS.len() + 1)?);
            let mut group = UsageSum {
                prompt_tokens: sum(0)?,
                cached_tokens: sum(1)?,
                thought_tokens: sum(2)?,
                reply_tokens: sum(3)?,
                total_tokens: sum(4)?,
                cost_microusd: sum(5)?,
                calls,
                unpriced_calls: calls - priced,
                ..UsageSum::default()
            };
            let key = SUMS.len() + 2;
            match by {
                Grouping::Total => {}
                Grouping::Day => group.day = Some(row.try_get_by_index(key)?),
                Grouping::Model => group.model = Some(row.try_get_by_index(key)?),
                Grouping::Room => {
                    group.chat_id = Some(row.try_get_by_index(key)?).filter(|chat| *chat != ChatId::NIL);
                }
                Grouping::Person => group.user_id = Some(row.try_get_by_index(key)?),
            }
            groups.push(group);
        }
        let names = self.inner.usernames(groups.iter().filter_map(|group| group.user_id).collect()).await?;
        for group in &mut groups {
            group.username = group.user_id.and_then(|id| names.get(&id)).cloned();
        }
        Ok(groups)
    }
}

impl Inner {
    /// These users' names, as they are now.
    pub(super) async fn usernames(&self, ids: Vec<UserId>) -> StoreResult<HashMap<UserId, String>> {
        let names: Vec<(UserId, String)> = user::Entity::find()
            .select_only()
            .columns([user::Column::Id, user::Column::Username])
            .filter(user::Column::Id.is_in(ids))
            .into_tuple()
            .all(&self.reader)
            .await?;
        Ok(names.into_iter().collect())
    }
}

fn ended(of: Subject, from: Day, to: Day) -> Condition {
    let all =
        Condition::all().add(call::Column::Status.is_not_null()).add(call::Column::Day.between(from, to));
    match of {
        Subject::Person(user) => all.add(call::Column::AskedBy.eq(user)),
        Subject::Room(chat) => all.add(call::Column::ChatId.eq(chat)),
        Subject::Server => all,
    }
}

fn sums(of: Subject, from: Day, to: Day) -> SelectStatement {
    let mut query = Query::select();
    query.from(call::Entity).cond_where(ended(of, from, to));
    for column in SUMS {
        // PostgreSQL's sum of large integers is of another type, and of nothing it is null.
        let sum = Func::coalesce([Expr::col(column).sum().cast_as("bigint"), Expr::value(0_i64)]);
        query.expr_as(sum, format!("sum_of_{}", column.as_str()));
    }
    query.expr(Expr::col(call::Column::Id).count()).expr(Expr::col(call::Column::CostMicrousd).count());
    query
}

fn view(row: call::Model, names: &HashMap<UserId, String>) -> StoreResult<Call> {
    let small = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
    let span = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    let status = row.status.as_deref().ok_or_else(|| corrupt("a call that has not ended"))?;
    let of_reply = row.run_id != RunId::NIL;
    Ok(Call {
        id: row.id,
        at: row.created_at,
        chat_id: of_reply.then_some(row.chat_id),
        message_id: of_reply.then_some(row.message_id),
        run_id: of_reply.then_some(row.run_id),
        asked_by: row.asked_by,
        username: names.get(&row.asked_by).cloned().unwrap_or_default(),
        agent_id: of_reply.then_some(row.agent_id),
        provider: row.provider,
        model: row.model,
        usage: Usage {
            prompt_tokens: small(row.prompt_tokens),
            cached_tokens: small(row.cached_tokens),
            thought_tokens: small(row.thought_tokens),
            reply_tokens: small(row.reply_tokens),
            total_tokens: small(row.total_tokens),
            cost_microusd: row.cost_microusd,
            unpriced: row.cost_microusd.is_none(),
        },
        first_chunk_ms: span(row.first_chunk_ms),
        duration_ms: span(row.duration_ms),
        status: meaning(status)?,
    })
}
