//! Forgetting what is over, a little at a time so that writers need not wait.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _};

use crate::ids::Timestamp;
use crate::store::Store;
use crate::store::chats::key_horizon;
use crate::store::entity::{event, idempotency_key, invite_link, session, ticket};
use crate::store::error::StoreResult;

/// Events deleted by one transaction.
const AT_ONCE: u64 = 1_000;

impl Store {
    /// Deletes expired sessions (with their refresh tokens and tickets), expired tickets and invite
    /// links, idempotency keys older than 24 h, and events older than `events_before`.
    pub async fn prune(&self, now: Timestamp, events_before: Timestamp) -> StoreResult<()> {
        let tx = self.begin().await?;
        ticket::Entity::delete_many().filter(ticket::Column::ExpiresAt.lte(now)).exec(&tx.database).await?;
        session::Entity::delete_many().filter(session::Column::ExpiresAt.lte(now)).exec(&tx.database).await?;
        invite_link::Entity::delete_many()
            .filter(invite_link::Column::ExpiresAt.lte(now))
            .exec(&tx.database)
            .await?;
        idempotency_key::Entity::delete_many()
            .filter(idempotency_key::Column::CreatedAt.lte(key_horizon(now)))
            .exec(&tx.database)
            .await?;
        tx.commit().await?;
        while self.prune_events(events_before).await? == AT_ONCE {}
        Ok(())
    }

    async fn prune_events(&self, before: Timestamp) -> StoreResult<u64> {
        let old = Query::select()
            .columns([event::Column::ChatId, event::Column::Seq])
            .from(event::Entity)
            .and_where(event::Column::CreatedAt.lt(before))
            .limit(AT_ONCE)
            .take();
        let key = Expr::tuple([Expr::col(event::Column::ChatId), Expr::col(event::Column::Seq)]);
        let tx = self.begin().await?;
        let gone = event::Entity::delete_many().filter(key.in_subquery(old)).exec(&tx.database).await?;
        tx.commit().await?;
        Ok(gone.rows_affected)
    }
}
