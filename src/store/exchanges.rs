//! Who talks with whom: the person who began what agents ask of each other, and the agent that has just answered.

use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::ids::{ChatId, MessageId, Seq, Timestamp, UserId};
use crate::protocol::MessageStatus;
use crate::store::entity::{event, message, run};
use crate::store::error::StoreResult;
use crate::store::rows::{ClaimedRun, Origin};
use crate::store::{Store, Tx, meaning};

impl Store {
    /// The agent whose reply is the last that this person asked for, if it is still to come or came after `since`.
    pub async fn answered_since(
        &self,
        chat: ChatId,
        asker: UserId,
        since: Timestamp,
    ) -> StoreResult<Option<UserId>> {
        let found: Option<(UserId, String, Seq)> = run::Entity::find()
            .select_only()
            .columns([message::Column::AuthorId, message::Column::Status, message::Column::UpdatedSeq])
            .inner_join(message::Entity)
            .filter(run::Column::ChatId.eq(chat))
            .filter(run::Column::AskedBy.eq(asker))
            .filter(message::Column::DeletedAt.is_null())
            .order_by_desc(run::Column::Seq)
            .into_tuple()
            .one(&self.inner.reader)
            .await?;
        let Some((agent, status, settled)) = found else { return Ok(None) };
        if !meaning::<MessageStatus>(&status)?.is_settled() {
            return Ok(Some(agent));
        }
        // Its last change was its end; a log that does not reach back so far tells of nothing that has just happened.
        let ended = event::Entity::find_by_id((chat, settled)).one(&self.inner.reader).await?;
        Ok(ended.filter(|event| event.created_at >= since).map(|_| agent))
    }
}

impl Tx {
    /// What a run goes back to.
    pub async fn origin(&self, run: &ClaimedRun) -> StoreResult<Origin> {
        let before: Option<Option<MessageId>> = run::Entity::find_by_id(run.lease.run_id)
            .select_only()
            .column(run::Column::OriginId)
            .into_tuple()
            .one(&self.database)
            .await?;
        let message_id = before.flatten().unwrap_or(run.question_id);
        Ok(Origin { message_id, asked_by: run.asked_by.id })
    }

    /// How many replies agents have asked of each other because of this message.
    pub async fn count_passed_on(&self, origin: MessageId) -> StoreResult<u64> {
        Ok(run::Entity::find().filter(run::Column::OriginId.eq(origin)).count(&self.database).await?)
    }
}
