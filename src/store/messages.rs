//! Messages: writing them, reading them, and what became of their text.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    FromQueryResult, InsertMany, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _, RelationDef,
    RelationTrait as _, Select,
};

use crate::ids::{ChatId, MessageId, RunId, Seq, Timestamp, UserId};
use crate::protocol::resource::MessageBody;
use crate::protocol::{Event, Message, MessageStatus, ReplyRun, Revision, UserRef};
use crate::store::entity::{message, revision, run, user};
use crate::store::error::{StoreResult, corrupt};
use crate::store::events::{self, Take};
use crate::store::rows::{Committed, MessagePage, NewMessage, Window};
use crate::store::users::referring;
use crate::store::{Store, Tx, from_json, meaning, to_json, word};

impl Store {
    /// The message as it is now. `None`: no such message of this chat.
    pub async fn message(&self, chat: ChatId, id: MessageId) -> StoreResult<Option<Message>> {
        one(&self.inner.reader, chat, id).await
    }

    /// The message that `user` posted in `chat` with this `client_id`.
    pub async fn message_by_client_id(
        &self,
        chat: ChatId,
        user: UserId,
        client_id: &str,
    ) -> StoreResult<Option<Message>> {
        let found = views()
            .filter(message::Column::ChatId.eq(chat))
            .filter(message::Column::AuthorId.eq(user))
            .filter(message::Column::ClientId.eq(client_id));
        Ok(read(&self.inner.reader, found).await?.pop())
    }

    /// The window's messages, oldest first, at most `limit` (a window around a place: half on either side).
    pub async fn page(&self, chat: ChatId, window: Window, limit: u32) -> StoreResult<MessagePage> {
        let (older, newer) = match window {
            Window::Latest => (Some((Seq(i64::MAX), limit)), None),
            Window::Before(seq) => (Some((seq, limit)), None),
            Window::After(seq) => (None, Some((seq, limit))),
            // The place itself belongs to the newer half.
            Window::Around(seq) => {
                (Some((seq, limit / 2)), Some((Seq(seq.0.saturating_sub(1)), limit - limit / 2)))
            }
        };
        let mut page = MessagePage { messages: Vec::new(), has_older: false, has_newer: false };
        if let Some((before, limit)) = older {
            let side = views().filter(message::Column::Seq.lt(before)).order_by_desc(message::Column::Seq);
            let (messages, more) = self.side(chat, side, limit).await?;
            page.messages.extend(messages.into_iter().rev());
            page.has_older = more;
        }
        if let Some((after, limit)) = newer {
            let side = views().filter(message::Column::Seq.gt(after)).order_by_asc(message::Column::Seq);
            let (messages, more) = self.side(chat, side, limit).await?;
            page.messages.extend(messages);
            page.has_newer = more;
        }
        // On the side that was not asked there is something iff the bound lies inside the chat.
        match window {
            Window::Latest | Window::Around(_) => {}
            Window::Before(seq) => page.has_newer = self.any(chat, message::Column::Seq.gte(seq)).await?,
            Window::After(seq) => page.has_older = self.any(chat, message::Column::Seq.lte(seq)).await?,
        }
        Ok(page)
    }

    /// Those of these messages that are in the chat, oldest first.
    pub async fn messages_among(&self, chat: ChatId, ids: &[MessageId]) -> StoreResult<Vec<Message>> {
        let found = views()
            .filter(message::Column::ChatId.eq(chat))
            .filter(message::Column::Id.is_in(ids.iter().copied()))
            .order_by_asc(message::Column::Seq);
        read(&self.inner.reader, found).await
    }

    /// Earlier texts, oldest first.
    pub async fn revisions(&self, message: MessageId) -> StoreResult<Vec<Revision>> {
        let rows = revision::Entity::find()
            .filter(revision::Column::MessageId.eq(message))
            .order_by_asc(revision::Column::Seq)
            .all(&self.inner.reader)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| Revision { content: row.content, replaced_at: row.replaced_at })
            .collect())
    }

    async fn side(
        &self,
        chat: ChatId,
        side: Select<message::Entity>,
        limit: u32,
    ) -> StoreResult<(Vec<Message>, bool)> {
        let limit = u64::from(limit);
        let asked = side.filter(message::Column::ChatId.eq(chat)).limit(limit + 1);
        let mut messages = read(&self.inner.reader, asked).await?;
        let more = messages.len() as u64 > limit;
        messages.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok((messages, more))
    }

    async fn any(&self, chat: ChatId, bound: Expr) -> StoreResult<bool> {
        let found: Option<Seq> = message::Entity::find()
            .select_only()
            .column(message::Column::Seq)
            .filter(message::Column::ChatId.eq(chat))
            .filter(bound)
            .into_tuple()
            .one(&self.inner.reader)
            .await?;
        Ok(found.is_some())
    }
}

impl Tx {
    /// Posts a message; `event` makes its event: `Event::Posted`, or a participant's with this system message.
    pub async fn append_message(
        &self,
        chat: ChatId,
        message: NewMessage,
        event: impl FnOnce(Message) -> Event + Send,
    ) -> StoreResult<Message> {
        let at = message.created_at;
        let seq = self.take_seq(Take { chat_id: chat, count: 1, latest: Some((message.id, at)) }).await?;
        let placed = Placed { chat_id: chat, seq, message: &message };
        insertion(&[placed])?.exec_without_returning(&self.database).await?;
        let message = placed.view(None);
        self.append(chat, seq, event(message.clone()), at).await?;
        Ok(message)
    }

    /// Adds messages that were said elsewhere, in this order; the number of the last one. At least one.
    pub async fn append_copies(
        &self,
        chat: ChatId,
        copies: Vec<NewMessage>,
        at: Timestamp,
    ) -> StoreResult<Seq> {
        let latest = copies.last().map(|last| (last.id, at));
        let count = i64::try_from(copies.len()).map_err(|_| corrupt("too many copies"))?;
        let head = self.take_seq(Take { chat_id: chat, count, latest }).await?;
        let seqs = (head.0 - count + 1..=head.0).map(Seq);
        let placed: Vec<Placed<'_>> =
            seqs.zip(&copies).map(|(seq, message)| Placed { chat_id: chat, seq, message }).collect();
        insertion(&placed)?.exec_without_returning(&self.database).await?;
        let changes: Vec<Committed> = placed
            .iter()
            .map(|placed| Committed {
                chat_id: chat,
                seq: placed.seq,
                event: Event::Posted(placed.view(None)),
            })
            .collect();
        events::insertion(changes.iter().map(|change| (change, at)))
            .exec_without_returning(&self.database)
            .await?;
        changes.into_iter().for_each(|change| self.will_announce(change));
        Ok(head)
    }

    /// Keeps the earlier text as a revision. `None`: no such message of this chat, or deleted.
    pub async fn edit_message(
        &self,
        chat: ChatId,
        message: MessageId,
        content: &str,
        at: Timestamp,
    ) -> StoreResult<Option<Message>> {
        let Some(mut edited) = self.living(chat, message).await? else { return Ok(None) };
        let seq = self.take_seq(Take { chat_id: chat, count: 1, latest: None }).await?;
        let earlier = std::mem::replace(&mut edited.body.content, content.into());
        self.keep_revision(message, seq, earlier, at).await?;
        self.withdraw_summaries(chat, edited.seq).await?;
        message::Entity::update_many()
            .col_expr(message::Column::Content, Expr::value(content))
            .col_expr(message::Column::EditedAt, Expr::value(at))
            .col_expr(message::Column::UpdatedSeq, Expr::value(seq))
            .filter(message::Column::Id.eq(message))
            .exec(&self.database)
            .await?;
        edited.body.edited_at = Some(at);
        edited.body.updated_seq = seq;
        self.append(chat, seq, Event::Updated(edited.clone()), at).await?;
        Ok(Some(edited))
    }

    /// Purges text and revisions; the tombstone keeps the place. A reply that is not settled is `stopped`:
    /// its writer cannot bring the text back. `None`: no such message, or deleted before.
    pub async fn delete_message(
        &self,
        chat: ChatId,
        message: MessageId,
        at: Timestamp,
    ) -> StoreResult<Option<Message>> {
        let Some(mut gone) = self.living(chat, message).await? else { return Ok(None) };
        let seq = self.take_seq(Take { chat_id: chat, count: 1, latest: None }).await?;
        let status = if gone.body.status.is_settled() { gone.body.status } else { MessageStatus::Stopped };
        if gone.body.run.is_some() {
            self.end_run_of_deleted(message).await?;
        }
        self.withdraw_summaries(chat, gone.seq).await?;
        revision::Entity::delete_many()
            .filter(revision::Column::MessageId.eq(message))
            .exec(&self.database)
            .await?;
        message::Entity::update_many()
            .col_expr(message::Column::Content, Expr::value(""))
            .col_expr(message::Column::Status, Expr::value(word(status)))
            .col_expr(message::Column::DeletedAt, Expr::value(at))
            .col_expr(message::Column::UpdatedSeq, Expr::value(seq))
            .filter(message::Column::Id.eq(message))
            .exec(&self.database)
            .await?;
        gone.body.content.clear();
        gone.body.status = status;
        gone.body.deleted_at = Some(at);
        gone.body.updated_seq = seq;
        self.append(chat, seq, Event::Deleted(gone.clone()), at).await?;
        Ok(Some(gone))
    }

    /// The store's `message`, inside the transaction.
    pub async fn message(&self, chat: ChatId, message: MessageId) -> StoreResult<Option<Message>> {
        one(&self.database, chat, message).await
    }

    /// Keeps a text that the change of this number replaces.
    pub(super) async fn keep_revision(
        &self,
        message: MessageId,
        seq: Seq,
        content: String,
        at: Timestamp,
    ) -> StoreResult<()> {
        let earlier = revision::ActiveModel {
            message_id: Set(message),
            seq: Set(seq),
            content: Set(content),
            replaced_at: Set(at),
        };
        revision::Entity::insert(earlier).exec_without_returning(&self.database).await?;
        Ok(())
    }

    /// A message that is not deleted, and that nobody else changes before the transaction's end.
    pub(super) async fn living(&self, chat: ChatId, message: MessageId) -> StoreResult<Option<Message>> {
        self.lock_chat(chat).await?;
        let found = one(&self.database, chat, message).await?;
        Ok(found.filter(|message| message.body.deleted_at.is_none()))
    }
}

/// A message that has its place.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) chat_id: ChatId,
    pub(super) seq: Seq,
    pub(super) message: &'a NewMessage,
}

impl Placed<'_> {
    /// The message as everybody will see it; built from the draft, because reading back would cost a query.
    pub(super) fn view(&self, run: Option<ReplyRun>) -> Message {
        let NewMessage {
            id,
            kind,
            author,
            is_bot,
            content,
            status,
            reply_to,
            client_id,
            data,
            created_at,
            ..
        } = self.message.clone();
        Message {
            id,
            seq: self.seq,
            body: MessageBody {
                chat_id: self.chat_id,
                updated_seq: self.seq,
                kind,
                user_id: author.id,
                username: author.username,
                display_name: author.display_name,
                content,
                is_bot,
                status,
                reply_to,
                client_id,
                edited_at: None,
                deleted_at: None,
                created_at,
                data,
                run,
            },
        }
    }

    fn row(&self) -> StoreResult<message::ActiveModel> {
        let message = self.message;
        Ok(message::ActiveModel {
            id: Set(message.id),
            chat_id: Set(self.chat_id),
            seq: Set(self.seq),
            updated_seq: Set(self.seq),
            kind: Set(word(message.kind)),
            author_id: Set(message.author.id),
            is_bot: Set(message.is_bot),
            content: Set(message.content.clone()),
            status: Set(word(message.status)),
            reply_to: Set(message.reply_to),
            client_id: Set(message.client_id.clone()),
            data: Set(to_json(message.data.as_ref())?),
            created_at: Set(message.created_at),
            edited_at: Set(None),
            deleted_at: Set(None),
        })
    }
}

/// The only statement by which messages come into being.
pub(super) fn insertion(placed: &[Placed<'_>]) -> StoreResult<InsertMany<message::ActiveModel>> {
    Ok(message::Entity::insert_many(placed.iter().map(Placed::row).collect::<StoreResult<Vec<_>>>()?))
}

/// A message's row with what its view needs beside it.
#[derive(FromQueryResult)]
struct View {
    #[sea_orm(nested)]
    message: message::Model,
    #[sea_orm(nested)]
    author: UserRef,
    run_id: Option<RunId>,
    asked_by: Option<UserId>,
    question_id: Option<MessageId>,
    model: Option<String>,
    fallback_from: Option<String>,
    reason: Option<String>,
    detail: Option<String>,
    budget: Option<serde_json::Value>,
    usage: Option<serde_json::Value>,
    stopped_by: Option<serde_json::Value>,
    retried_by: Option<serde_json::Value>,
    continues: Option<bool>,
}

/// Messages with author and run; to be filtered and then `read`.
pub(super) fn views() -> Select<message::Entity> {
    referring(message::Entity::find())
        .inner_join(user::Entity)
        .join(JoinType::LeftJoin, current_run())
        .column_as(run::Column::Id, "run_id")
        .columns([
            run::Column::AskedBy,
            run::Column::QuestionId,
            run::Column::Model,
            run::Column::FallbackFrom,
            run::Column::Reason,
            run::Column::Detail,
            run::Column::Budget,
            run::Column::Usage,
            run::Column::StoppedBy,
            run::Column::RetriedBy,
            run::Column::Continues,
        ])
}

/// From a reply to the run that fills it, past those that a retry has replaced.
pub(super) fn current_run() -> RelationDef {
    message::Relation::Run
        .def()
        .on_condition(|_, run| Condition::all().add(Expr::col((run, run::Column::ReplacedSeq)).is_null()))
}

/// What `views` selected.
pub(super) async fn read(
    database: &impl ConnectionTrait,
    views: Select<message::Entity>,
) -> StoreResult<Vec<Message>> {
    let rows: Vec<View> = views.into_model().all(database).await?;
    rows.into_iter().map(View::message).collect()
}

async fn one(database: &impl ConnectionTrait, chat: ChatId, id: MessageId) -> StoreResult<Option<Message>> {
    let wanted = Condition::all().add(message::Column::Id.eq(id)).add(message::Column::ChatId.eq(chat));
    Ok(read(database, views().filter(wanted)).await?.pop())
}

impl View {
    fn message(self) -> StoreResult<Message> {
        let row = self.message;
        let run = match self.run_id {
            Some(id) => Some(ReplyRun {
                id,
                asked_by: self.asked_by.ok_or_else(|| corrupt("a run nobody asked for"))?,
                question_id: self.question_id.ok_or_else(|| corrupt("a run without a question"))?,
                model: self.model,
                fallback_from: self.fallback_from,
                reason: self.reason.as_deref().map(meaning).transpose()?,
                detail: self.detail,
                budget: from_json(self.budget)?,
                usage: from_json(self.usage)?,
                stopped_by: from_json(self.stopped_by)?,
                retried_by: from_json(self.retried_by)?,
                continues: self.continues.unwrap_or(false),
            }),
            None => None,
        };
        Ok(Message {
            id: row.id,
            seq: row.seq,
            body: MessageBody {
                chat_id: row.chat_id,
                updated_seq: row.updated_seq,
                kind: meaning(&row.kind)?,
                user_id: self.author.id,
                username: self.author.username,
                display_name: self.author.display_name,
                content: row.content,
                is_bot: row.is_bot,
                status: meaning(&row.status)?,
                reply_to: row.reply_to,
                client_id: row.client_id,
                edited_at: row.edited_at,
                deleted_at: row.deleted_at,
                created_at: row.created_at,
                data: from_json(row.data)?,
                run,
            },
        })
    }
}
