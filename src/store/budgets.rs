//! What was set as budgets, and what has been spent.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, QueryFilter as _,
    QueryOrder as _,
};

use crate::budget::{Allowance, Unit};
use crate::ids::Day;
use crate::store::entity::{budget, spending};
use crate::store::error::{StoreResult, corrupt};
use crate::store::rows::Subject;
use crate::store::{Inner, Store, Tx, meaning, word};

impl Store {
    /// What was set for one of these subjects, and for whom.
    pub async fn budgets(&self, subjects: &[Subject]) -> StoreResult<Vec<(Subject, Allowance)>> {
        let rows = budget::Entity::find()
            .filter(budget::Column::SubjectId.is_in(subjects.iter().map(|subject| subject.id())))
            .order_by_asc(budget::Column::Period)
            .order_by_asc(budget::Column::Unit)
            .all(&self.inner.reader)
            .await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let scope = meaning(&row.scope)?;
            let of = subjects.iter().find(|it| it.id() == row.subject_id && it.scope() == scope);
            let Some(subject) = of else { continue };
            let allowance =
                Allowance { period: meaning(&row.period)?, unit: meaning(&row.unit)?, amount: row.amount };
            found.push((*subject, allowance));
        }
        Ok(found)
    }

    /// What a subject has spent and reserved between two days, the second one excluded.
    pub async fn spent(&self, subject: Subject, unit: Unit, begins: Day, renews: Day) -> StoreResult<i64> {
        self.inner.spent(&self.inner.reader, subject, unit, begins, renews).await
    }
}

impl Inner {
    pub(super) async fn spent(
        &self,
        database: &impl ConnectionTrait,
        subject: Subject,
        unit: Unit,
        begins: Day,
        renews: Day,
    ) -> StoreResult<i64> {
        let column = match unit {
            Unit::Tokens => spending::Column::Tokens,
            Unit::Microusd => spending::Column::Microusd,
        };
        let query = Query::select()
            // PostgreSQL's sum of large integers is of another type.
            .expr(Expr::col(column).sum().cast_as("bigint"))
            .from(spending::Entity)
            .and_where(spending::Column::Scope.eq(word(subject.scope())))
            .and_where(spending::Column::SubjectId.eq(subject.id()))
            .and_where(spending::Column::Day.gte(begins))
            .and_where(spending::Column::Day.lt(renews))
            .take();
        let row = database.query_one(&query).await?.ok_or_else(|| corrupt("a sum without a row"))?;
        Ok(row.try_get_by_index::<Option<i64>>(0)?.unwrap_or(0))
    }
}

impl Tx {
    /// Replaces all that was set for a subject.
    pub async fn set_budgets(&self, subject: Subject, allowances: &[Allowance]) -> StoreResult<()> {
        budget::Entity::delete_many()
            .filter(budget::Column::Scope.eq(word(subject.scope())))
            .filter(budget::Column::SubjectId.eq(subject.id()))
            .exec(&self.database)
            .await?;
        if allowances.is_empty() {
            return Ok(());
        }
        let rows = allowances.iter().map(|Allowance { period, unit, amount }| budget::ActiveModel {
            scope: Set(word(subject.scope())),
            subject_id: Set(subject.id()),
            period: Set(word(*period)),
            unit: Set(word(*unit)),
            amount: Set(*amount),
        });
        budget::Entity::insert_many(rows).exec_without_returning(&self.database).await?;
        Ok(())
    }
}
