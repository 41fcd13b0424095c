//! Summaries of what a chat's agents are shown no more.
//!
//! A summary tells of all messages up to a place. When one of them is changed or deleted, it goes: what was deleted
//! does not live on in it.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _,
};

use crate::ids::{ChatId, Seq, Timestamp};
use crate::store::entity::{message, summary};
use crate::store::error::StoreResult;
use crate::store::rows::{Summarised, Summary};
use crate::store::{Store, Tx};

impl Store {
    /// The latest summary that tells of nothing at or after `before`.
    pub async fn summary(&self, chat: ChatId, before: Seq) -> StoreResult<Option<Summary>> {
        let found = summary::Entity::find()
            .filter(summary::Column::ChatId.eq(chat))
            .filter(summary::Column::UpToSeq.lt(before))
            .order_by_desc(summary::Column::UpToSeq)
            .one(&self.inner.reader)
            .await?;
        Ok(found.map(|row| Summary {
            of: Summarised { id: row.id, up_to_seq: row.up_to_seq },
            content: row.content,
        }))
    }

    /// Keeps a summary that was made of the messages as they were when the chat's head was `as_of`; false when one
    /// of them has changed since, or another summary has got as far.
    pub async fn keep_summary(
        &self,
        chat: ChatId,
        new: Summary,
        as_of: Seq,
        at: Timestamp,
    ) -> StoreResult<bool> {
        let tx = self.begin().await?;
        // Held, so that no message is changed between the look and the writing.
        if tx.lock_chat(chat).await?.is_none() {
            return Ok(false);
        }
        let changed = message::Entity::find()
            .filter(message::Column::ChatId.eq(chat))
            .filter(message::Column::Seq.lte(new.of.up_to_seq))
            .filter(message::Column::UpdatedSeq.gt(as_of))
            .count(&tx.database)
            .await?;
        let there = summary::Entity::find()
            .filter(summary::Column::ChatId.eq(chat))
            .filter(summary::Column::UpToSeq.gte(new.of.up_to_seq))
            .count(&tx.database)
            .await?;
        if changed > 0 || there > 0 {
            return Ok(false);
        }
        let row = summary::ActiveModel {
            id: Set(new.of.id),
            chat_id: Set(chat),
            up_to_seq: Set(new.of.up_to_seq),
            content: Set(new.content),
            created_at: Set(at),
        };
        summary::Entity::insert(row).exec_without_returning(&tx.database).await?;
        tx.commit().await?;
        Ok(true)
    }
}

impl Tx {
    /// Withdraws every summary that tells of the message at this place.
    pub(super) async fn withdraw_summaries(&self, chat: ChatId, of: Seq) -> StoreResult<()> {
        summary::Entity::delete_many()
            .filter(summary::Column::ChatId.eq(chat))
            .filter(summary::Column::UpToSeq.gte(of))
            .exec(&self.database)
            .await?;
        Ok(())
    }
}
