//! Log-ins, and what proves them once: refresh tokens and tickets, of which only hashes are kept.

use std::collections::HashSet;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::IntoCondition,
};

use crate::ids::{SessionId, Timestamp, UserId};
use crate::protocol::Session;
use crate::store::entity::{refresh_token, session, ticket, user};
use crate::store::error::{StoreResult, corrupt};
use crate::store::rows::{NewSession, Refresh, SessionAccount};
use crate::store::users::account_view;
use crate::store::{Store, Tx};

impl Store {
    /// A log-in with its account; whether it has expired or the account is closed is for the caller to see.
    pub async fn session(&self, id: SessionId) -> StoreResult<Option<SessionAccount>> {
        session_account(&self.inner.reader, id).await
    }

    /// Which of these log-ins are still good at `now`.
    pub async fn living_sessions(
        &self,
        ids: &[SessionId],
        now: Timestamp,
    ) -> StoreResult<HashSet<SessionId>> {
        let living = session::Entity::find()
            .select_only()
            .column(session::Column::Id)
            .inner_join(user::Entity)
            .filter(session::Column::Id.is_in(ids.iter().copied()))
            .filter(session::Column::ExpiresAt.gt(now))
            .filter(user::Column::DisabledAt.is_null())
            .into_tuple::<SessionId>()
            .all(&self.inner.reader)
            .await?;
        Ok(living.into_iter().collect())
    }

    /// Newest first; `current` is left false.
    pub async fn sessions(&self, user: UserId) -> StoreResult<Vec<Session>> {
        let rows = session::Entity::find()
            .filter(session::Column::UserId.eq(user))
            .order_by_desc(session::Column::CreatedAt)
            .order_by_desc(session::Column::Id)
            .all(&self.inner.reader)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| Session {
                id: row.id,
                created_at: row.created_at,
                last_used_at: row.last_used_at,
                expires_at: row.expires_at,
                user_agent: row.user_agent,
                current: false,
            })
            .collect())
    }
}

impl Tx {
    /// Begins a log-in.
    pub async fn insert_session(&self, new: NewSession) -> StoreResult<()> {
        let row = session::ActiveModel {
            id: Set(new.id),
            user_id: Set(new.user_id),
            user_agent: Set(new.user_agent),
            created_at: Set(new.created_at),
            last_used_at: Set(new.created_at),
            expires_at: Set(new.expires_at),
        };
        session::Entity::insert(row).exec_without_returning(&self.database).await?;
        Ok(())
    }

    /// Ends one log-in with its tokens and tickets; false when it is not this user's or gone.
    pub async fn delete_session(&self, user: UserId, session: SessionId) -> StoreResult<bool> {
        let ended = session::Entity::delete_many()
            .filter(session::Column::Id.eq(session))
            .filter(session::Column::UserId.eq(user))
            .exec(&self.database)
            .await?;
        Ok(ended.rows_affected > 0)
    }

    /// Ends all of a user's log-ins but `except`; the ids of those ended.
    pub async fn delete_sessions(
        &self,
        user: UserId,
        except: Option<SessionId>,
    ) -> StoreResult<Vec<SessionId>> {
        let mut ended = session::Entity::delete_many().filter(session::Column::UserId.eq(user));
        if let Some(except) = except {
            ended = ended.filter(session::Column::Id.ne(except));
        }
        let rows = ended.exec_with_returning(&self.database).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// `hash`: SHA-256 of the token.
    pub async fn insert_refresh(
        &self,
        hash: [u8; 32],
        session: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let row = refresh_token::ActiveModel {
            hash: Set(hash.to_vec()),
            session_id: Set(session),
            created_at: Set(now),
            used_at: Set(None),
        };
        refresh_token::Entity::insert(row).exec_without_returning(&self.database).await?;
        Ok(())
    }

    /// Uses the token up, if it has not been; `hash`: SHA-256 of the token. One that was used after
    /// `forgiven` still counts while none that came after it has been used: its answer was lost on the way,
    /// or two tabs asked at once.
    pub async fn use_refresh(
        &self,
        hash: [u8; 32],
        now: Timestamp,
        forgiven: Timestamp,
    ) -> StoreResult<Refresh> {
        // One statement decides: of two who present it at the same moment, one is second.
        let fresh = self.use_refreshes(now, refresh_token::Column::Hash.eq(hash.to_vec())).await?;
        let token = refresh_token::Entity::find_by_id(hash.to_vec()).one(&self.database).await?;
        let Some(token) = token else { return Ok(Refresh::Unknown) };
        let Some(found) = session_account(&self.database, token.session_id).await? else {
            return Ok(Refresh::Unknown);
        };
        let of_session = refresh_token::Column::SessionId.eq(token.session_id);
        if fresh {
            // A thief whom the forgiveness let in does not go on beside the owner: the next use of one's
            // token makes the other's a used one.
            self.use_refreshes(now, of_session).await?;
        } else {
            let gone_on = refresh_token::Entity::find()
                .filter(of_session)
                .filter(refresh_token::Column::UsedAt.gt(token.used_at))
                .count(&self.database)
                .await?;
            if gone_on > 0 || token.used_at.is_none_or(|used| used < forgiven) {
                return Ok(Refresh::Reused { session_id: found.session_id, user_id: found.account.user.id });
            }
        }
        if found.expires_at <= now {
            return Ok(Refresh::Unknown);
        }
        session::Entity::update_many()
            .col_expr(session::Column::LastUsedAt, Expr::value(now))
            .filter(session::Column::Id.eq(found.session_id))
            .exec(&self.database)
            .await?;
        Ok(Refresh::Fresh(found))
    }

    /// Marks those of them that have not been used; whether there were any.
    async fn use_refreshes(&self, now: Timestamp, which: impl IntoCondition) -> StoreResult<bool> {
        let used = refresh_token::Entity::update_many()
            .col_expr(refresh_token::Column::UsedAt, Expr::value(now))
            .filter(refresh_token::Column::UsedAt.is_null())
            .filter(which.into_condition())
            .exec(&self.database)
            .await?;
        Ok(used.rows_affected > 0)
    }

    /// `hash`: SHA-256 of the ticket.
    pub async fn insert_ticket(
        &self,
        hash: [u8; 32],
        session: SessionId,
        expires_at: Timestamp,
    ) -> StoreResult<()> {
        let row = ticket::ActiveModel {
            hash: Set(hash.to_vec()),
            session_id: Set(session),
            expires_at: Set(expires_at),
        };
        ticket::Entity::insert(row).exec_without_returning(&self.database).await?;
        Ok(())
    }

    /// One use: deleted by this very call. `None`: unknown, used, or it or its session has expired.
    pub async fn use_ticket(&self, hash: [u8; 32], now: Timestamp) -> StoreResult<Option<SessionAccount>> {
        let used = ticket::Entity::delete_many()
            .filter(ticket::Column::Hash.eq(hash.to_vec()))
            .exec_with_returning(&self.database)
            .await?;
        let Some(ticket) = used.into_iter().find(|ticket| ticket.expires_at > now) else { return Ok(None) };
        let found = session_account(&self.database, ticket.session_id).await?;
        Ok(found.filter(|session| session.expires_at > now))
    }
}

async fn session_account(
    database: &impl ConnectionTrait,
    id: SessionId,
) -> StoreResult<Option<SessionAccount>> {
    let found = session::Entity::find_by_id(id).find_also_related(user::Entity).one(database).await?;
    let Some((session, owner)) = found else { return Ok(None) };
    let owner = owner.ok_or_else(|| corrupt("a session of nobody"))?;
    Ok(Some(SessionAccount {
        session_id: session.id,
        expires_at: session.expires_at,
        account: account_view(owner)?,
    }))
}
