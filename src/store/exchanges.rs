//! Who talks with whom: the person who began what agents ask of each other, and the agent that has just answered.

use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};

use crate::ids::{ChatId, RunId, Seq, Timestamp, UserId};
use crate::protocol::{Message, MessageStatus};
use crate::store::entity::{event, message, run};
use crate::store::error::StoreResult;
use crate::store::rows::{Origin, PassedOn};
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
    /// Has agents asked by a reply that has just ended, on behalf of the person who began, who pays for it: if they
    /// are still there. The chat is held, so that of two replies that end together the second counts what the first
    /// has asked.
    pub(super) async fn pass_on(&self, run: RunId, reply: &Message, passed_on: &PassedOn) -> StoreResult<()> {
        let chat = reply.body.chat_id;
        let Some(run) = run::Entity::find_by_id(run).one(&self.database).await? else { return Ok(()) };
        if self.membership(chat, run.asked_by).await?.is_none() {
            return Ok(());
        }
        let origin = Origin { message_id: run.origin_id.unwrap_or(run.question_id), asked_by: run.asked_by };
        let because = run::Entity::find().filter(run::Column::OriginId.eq(origin.message_id));
        let left = u64::from(passed_on.at_most).saturating_sub(because.count(&self.database).await?);
        for next in passed_on.replies.iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
            self.append_reply(chat, reply.id, next, origin, passed_on.at).await?;
        }
        Ok(())
    }
}
