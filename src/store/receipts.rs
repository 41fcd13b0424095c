//! How far each member has read.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::ids::{ChatId, Seq, Timestamp, UserId};
use crate::protocol::{ReadReceipt, UserKind};
use crate::store::entity::{chat, member, user};
use crate::store::error::StoreResult;
use crate::store::{Store, word};

impl Store {
    /// Forward only, never past the head; the position after, and whether it moved. `None`: not a member.
    pub async fn mark_read(
        &self,
        chat: ChatId,
        user: UserId,
        seq: Seq,
        now: Timestamp,
    ) -> StoreResult<Option<(Seq, bool)>> {
        // Looked up first, because most calls move nothing and a look disturbs no writer.
        let Some((position, head)) = self.position(chat, user).await? else { return Ok(None) };
        let target = seq.min(head);
        if target <= position {
            return Ok(Some((position, false)));
        }
        let moved = member::Entity::update_many()
            .col_expr(member::Column::LastReadSeq, Expr::value(target))
            .col_expr(member::Column::ReadAt, Expr::value(now))
            .filter(member::Column::ChatId.eq(chat))
            .filter(member::Column::UserId.eq(user))
            .filter(member::Column::LastReadSeq.lt(target))
            .exec(&self.inner.writer)
            .await?;
        if moved.rows_affected > 0 {
            return Ok(Some((target, true)));
        }
        // Another of the user's devices was quicker, or the user was removed meanwhile.
        Ok(self.position(chat, user).await?.map(|(position, _)| (position, false)))
    }

    /// Every person's position, by joining time.
    pub async fn receipts(&self, chat: ChatId) -> StoreResult<Vec<ReadReceipt>> {
        #[derive(FromQueryResult)]
        struct Row {
            user_id: UserId,
            username: String,
            last_read_seq: Seq,
            read_at: Option<Timestamp>,
        }
        let rows: Vec<Row> = member::Entity::find()
            .select_only()
            .columns([member::Column::UserId, member::Column::LastReadSeq, member::Column::ReadAt])
            .column(user::Column::Username)
            .inner_join(user::Entity)
            .filter(member::Column::ChatId.eq(chat))
            .filter(user::Column::Kind.eq(word(UserKind::Person)))
            .order_by_asc(member::Column::JoinedAt)
            .order_by_asc(member::Column::UserId)
            .into_model()
            .all(&self.inner.reader)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| ReadReceipt {
                user_id: row.user_id,
                username: row.username,
                last_read_seq: row.last_read_seq,
                read_at: row.read_at,
            })
            .collect())
    }

    /// The member's position and the living chat's head.
    async fn position(&self, chat: ChatId, user: UserId) -> StoreResult<Option<(Seq, Seq)>> {
        let found = member::Entity::find_by_id((chat, user))
            .select_only()
            .column(member::Column::LastReadSeq)
            .column(chat::Column::HeadSeq)
            .inner_join(chat::Entity)
            .filter(chat::Column::DeletedAt.is_null())
            .into_tuple()
            .one(&self.inner.reader)
            .await?;
        Ok(found)
    }
}
