//! What a reply's context is made of, and what is kept of it: places and a hash, so that a text that is deleted does
//! not live on here.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Select,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::ids::{ChatId, MessageId, RunId, Seq, Timestamp};
use crate::protocol::{ContextMessage, ContextSummary, MessageKind, MessageStatus, ReplyContext, UserRef};
use crate::store::entity::{instruction, message, run, summary, user};
use crate::store::error::{StoreResult, corrupt};
use crate::store::rows::{HistoryMessage, Saw, Summarised};
use crate::store::users::referring;
use crate::store::{Store, from_json, to_json, word};

/// What stands in the run's row.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Its hash.
    instruction: String,
    #[serde(flatten)]
    saw: Saw,
}

impl Store {
    /// Ordinary, settled, not deleted, not failed, not empty messages before `seq`: the latest `limit`,
    /// oldest first.
    pub async fn history(&self, chat: ChatId, before: Seq, limit: u32) -> StoreResult<Vec<HistoryMessage>> {
        let latest = said(chat).filter(message::Column::Seq.lt(before)).order_by_desc(message::Column::Seq);
        let mut rows = self.read_history(latest, limit).await?;
        rows.reverse();
        Ok(rows)
    }

    /// The same between two places, both excluded: the first `limit`.
    pub async fn history_between(
        &self,
        chat: ChatId,
        after: Seq,
        before: Seq,
        limit: u32,
    ) -> StoreResult<Vec<HistoryMessage>> {
        let first = said(chat)
            .filter(message::Column::Seq.gt(after))
            .filter(message::Column::Seq.lt(before))
            .order_by_asc(message::Column::Seq);
        self.read_history(first, limit).await
    }

    async fn read_history(
        &self,
        query: Select<message::Entity>,
        limit: u32,
    ) -> StoreResult<Vec<HistoryMessage>> {
        #[derive(FromQueryResult)]
        struct Row {
            seq: Seq,
            #[sea_orm(nested)]
            author: UserRef,
            is_bot: bool,
            content: String,
            created_at: Timestamp,
        }
        let rows: Vec<Row> = query.limit(u64::from(limit)).into_model().all(&self.inner.reader).await?;
        Ok(rows
            .into_iter()
            .map(|row| HistoryMessage {
                seq: row.seq,
                at: row.created_at,
                author: row.author,
                is_bot: row.is_bot,
                content: row.content,
            })
            .collect())
    }

    /// Keeps what is about to be sent for a run.
    pub async fn keep_context(&self, run: RunId, saw: Saw, instruction: &str) -> StoreResult<()> {
        let hash = hex(&Sha256::digest(instruction));
        let kept = Kept { instruction: hash.clone(), saw };
        let tx = self.begin().await?;
        let row = instruction::ActiveModel { hash: Set(hash), content: Set(instruction.into()) };
        instruction::Entity::insert(row)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&tx.database)
            .await?;
        run::Entity::update_many()
            .col_expr(run::Column::Context, Expr::value(to_json(Some(&kept))?))
            .filter(run::Column::Id.eq(run))
            .exec(&tx.database)
            .await?;
        tx.commit().await
    }

    /// What was sent for the reply, as far as it is still there. `None`: nothing was sent, or there is no such reply.
    pub async fn kept_context(&self, chat: ChatId, reply: MessageId) -> StoreResult<Option<ReplyContext>> {
        let run = run::Entity::find()
            .filter(run::Column::MessageId.eq(reply))
            .filter(run::Column::ChatId.eq(chat))
            .filter(run::Column::ReplacedSeq.is_null())
            .one(&self.inner.reader)
            .await?;
        let Some(run) = run else { return Ok(None) };
        let Some(Kept { instruction, saw }) = from_json(run.context)? else { return Ok(None) };
        let instruction = instruction::Entity::find_by_id(instruction)
            .one(&self.inner.reader)
            .await?
            .ok_or_else(|| corrupt("an instruction that was not kept"))?;
        let shown: Vec<(MessageId, Seq)> = message::Entity::find()
            .select_only()
            .columns([message::Column::Id, message::Column::Seq])
            .filter(message::Column::ChatId.eq(chat))
            .filter(message::Column::Seq.is_in(saw.messages))
            .filter(message::Column::DeletedAt.is_null())
            .order_by_asc(message::Column::Seq)
            .into_tuple()
            .all(&self.inner.reader)
            .await?;
        let summary = match saw.summary {
            Some(Summarised { id, up_to_seq }) => {
                let found = summary::Entity::find_by_id(id).one(&self.inner.reader).await?;
                Some(ContextSummary { up_to_seq, content: found.map(|summary| summary.content) })
            }
            None => None,
        };
        Ok(Some(ReplyContext {
            instruction: instruction.content,
            summary,
            messages: shown.into_iter().map(|(message_id, seq)| ContextMessage { message_id, seq }).collect(),
            settings: saw.settings,
            model: run.model,
        }))
    }
}

/// What a chat's agents may be shown.
fn said(chat: ChatId) -> Select<message::Entity> {
    let settled = [MessageStatus::Complete, MessageStatus::Stopped, MessageStatus::Interrupted];
    referring(message::Entity::find().select_only())
        .columns([
            message::Column::Seq,
            message::Column::IsBot,
            message::Column::Content,
            message::Column::CreatedAt,
        ])
        .inner_join(user::Entity)
        .filter(message::Column::ChatId.eq(chat))
        .filter(message::Column::Kind.eq(word(MessageKind::Text)))
        .filter(message::Column::Status.is_in(settled.map(word)))
        .filter(message::Column::DeletedAt.is_null())
        .filter(message::Column::Content.ne(""))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
