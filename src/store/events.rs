//! The log: every durable change of a chat takes the chat's next number, in the transaction that made it.
//!
//! Rows hold references, never text, so that replay shows messages as they are now.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, Func, IntoIden as _, IntoValueTuple as _, Query, TableRef, UpdateStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait as _, DbErr, EntityTrait as _, ExprTrait as _,
    InsertMany, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::ids::{ChatId, MessageId, Seq, Timestamp, UserId};
use crate::protocol::{Event, Message, User, UserRef};
use crate::store::entity::{chat, event, message, user};
use crate::store::error::{StoreError, StoreResult, corrupt};
use crate::store::messages;
use crate::store::rows::{Committed, Replay};
use crate::store::users::user_view;
use crate::store::{Inner, Store, Tx, database_now, from_json, meaning, word};

/// A statement can name only so many messages.
const MOST_EVENTS: u32 = 10_000;

impl Store {
    /// The number of the chat's last change; of a deleted chat too.
    pub async fn head(&self, chat: ChatId) -> StoreResult<Option<Seq>> {
        let head = chat::Entity::find_by_id(chat)
            .select_only()
            .column(chat::Column::HeadSeq)
            .into_tuple()
            .one(&self.inner.reader)
            .await?;
        Ok(head)
    }

    /// The log after `after`: messages as they are now, so that an earlier or deleted text never comes back.
    /// At most `limit` events, and never more than 10,000.
    pub async fn replay(&self, chat: ChatId, after: Seq, limit: u32) -> StoreResult<Replay> {
        self.inner.replay(chat, after, limit).await
    }
}

impl Inner {
    pub(super) async fn replay(&self, chat: ChatId, after: Seq, limit: u32) -> StoreResult<Replay> {
        let Some(room) = chat::Entity::find_by_id(chat).one(&self.reader).await? else {
            return Ok(Replay::Gone);
        };
        if after > room.head_seq || after < Seq::ZERO {
            return Ok(Replay::Gone);
        }
        let limit = std::cmp::min(limit, MOST_EVENTS);
        let rows = event::Entity::find()
            .filter(event::Column::ChatId.eq(chat))
            .filter(event::Column::Seq.gt(after))
            .order_by_asc(event::Column::Seq)
            .limit(u64::from(limit))
            .all(&self.reader)
            .await?;
        // Pruning goes by the clock, and clocks jump: a hole anywhere means that the log was cut there.
        let contiguous = rows.iter().zip(after.0 + 1..).all(|(row, expected)| row.seq.0 == expected);
        if !contiguous || (rows.is_empty() && limit > 0 && after < room.head_seq) {
            return Ok(Replay::Gone);
        }
        let complete = rows.last().map_or(after, |row| row.seq) >= room.head_seq;
        let shown = self.shown(&rows, room).await?;
        let events =
            rows.into_iter().map(|row| Ok((row.seq, shown.event(row)?))).collect::<StoreResult<Vec<_>>>()?;
        Ok(Replay::Events { events, complete })
    }

    async fn shown(&self, rows: &[event::Model], room: chat::Model) -> StoreResult<Shown> {
        let mut ids: Vec<MessageId> = rows.iter().filter_map(|row| row.message_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut people: Vec<UserId> =
            rows.iter().flat_map(|row| [row.user_id, row.by_id]).flatten().collect();
        people.sort_unstable();
        people.dedup();
        let mut shown = Shown { room, messages: HashMap::new(), users: HashMap::new() };
        if !ids.is_empty() {
            let query = messages::views().filter(message::Column::Id.is_in(ids));
            let found = messages::read(&self.reader, query).await?;
            shown.messages = found.into_iter().map(|message| (message.id, message)).collect();
        }
        if !people.is_empty() {
            let query = user::Entity::find().filter(user::Column::Id.is_in(people));
            for row in query.all(&self.reader).await? {
                shown.users.insert(row.id, user_view(row)?);
            }
        }
        Ok(shown)
    }
}

impl Tx {
    /// The last event of a chat.
    pub async fn append_chat_deleted(&self, chat: ChatId, by: UserRef) -> StoreResult<Seq> {
        let seq = self.take_seq(Take { chat_id: chat, count: 1, latest: None }).await?;
        let at = self.now().await?;
        self.append(chat, seq, Event::ChatDeleted { by }, at).await?;
        Ok(seq)
    }

    /// The chat's next number; holds the chat until the transaction's end.
    pub(super) async fn take_seq(&self, take: Take) -> StoreResult<Seq> {
        let chat = take.chat_id;
        let taking = taking(&[take]).returning(Query::returning().column(chat::Column::HeadSeq)).take();
        let head = self.database.query_one(&taking).await?;
        let head = head.ok_or_else(|| StoreError::Broken(DbErr::RecordNotFound(chat.to_string())))?;
        Ok(head.try_get_by_index(0)?)
    }

    /// Writes the event and has it announced at the commit.
    pub(super) async fn append(
        &self,
        chat_id: ChatId,
        seq: Seq,
        event: Event,
        at: Timestamp,
    ) -> StoreResult<()> {
        let change = Committed { chat_id, seq, event };
        insertion([(&change, at)]).exec_without_returning(&self.database).await?;
        self.will_announce(change);
        Ok(())
    }

    /// The database's clock.
    pub(super) async fn now(&self) -> StoreResult<Timestamp> {
        let question = Query::select().expr(database_now(self.backend())).take();
        let row = self.database.query_one(&question).await?;
        let row = row.ok_or_else(|| corrupt("the database does not know the time"))?;
        Ok(Timestamp(row.try_get_by_index(0)?))
    }
}

/// Numbers wanted of a chat.
pub(super) struct Take {
    pub(super) chat_id: ChatId,
    pub(super) count: i64,
    /// The chat's latest message and its time, if the change brings one.
    pub(super) latest: Option<(MessageId, Timestamp)>,
}

/// Takes numbers of several chats, and notes the chats' latest messages. The chats stay locked until the
/// transaction's end.
pub(super) fn taking(takes: &[Take]) -> UpdateStatement {
    let wanted = takes.iter().map(|take| {
        let (message, at) = take.latest.unzip();
        (take.chat_id, take.count, message, at).into_value_tuple()
    });
    let column = |number: &'static str| Expr::col(("wanted", number));
    let keep =
        |new: &'static str, old: chat::Column| Func::coalesce([column(new), Expr::col((chat::Entity, old))]);
    Query::update()
        .table(chat::Entity)
        .value(chat::Column::HeadSeq, Expr::col((chat::Entity, chat::Column::HeadSeq)).add(column("column2")))
        .value(chat::Column::LastMessageId, keep("column3", chat::Column::LastMessageId))
        .value(chat::Column::ActiveAt, keep("column4", chat::Column::ActiveAt))
        .from(TableRef::ValuesList(wanted.collect(), "wanted".into_iden()))
        .and_where(Expr::col((chat::Entity, chat::Column::Id)).eq(column("column1")))
        .take()
}

/// The statement that writes events with their times.
pub(super) fn insertion<'a>(
    changes: impl IntoIterator<Item = (&'a Committed, Timestamp)>,
) -> InsertMany<event::ActiveModel> {
    event::Entity::insert_many(changes.into_iter().map(|(change, at)| row(change, at)))
}

/// What an event reports, as it stands in its column.
#[derive(Clone, Copy, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
enum EventKind {
    Posted,
    Updated,
    Deleted,
    Settled,
    ParticipantAdded,
    ParticipantRemoved,
    ParticipantRole,
    ChatUpdated,
    ChatDeleted,
}

fn row(change: &Committed, at: Timestamp) -> event::ActiveModel {
    let (kind, user, by, role) = match &change.event {
        Event::Posted(_) => (EventKind::Posted, None, None, None),
        Event::Updated(_) => (EventKind::Updated, None, None, None),
        Event::Deleted(_) => (EventKind::Deleted, None, None, None),
        Event::Settled(_) => (EventKind::Settled, None, None, None),
        Event::ParticipantAdded { user, by, .. } => {
            (EventKind::ParticipantAdded, Some(user.id), Some(by.id), None)
        }
        Event::ParticipantRemoved { user, by, .. } => {
            (EventKind::ParticipantRemoved, Some(user.id), Some(by.id), None)
        }
        Event::ParticipantRole { user, role, by, .. } => {
            (EventKind::ParticipantRole, Some(user.id), Some(by.id), Some(word(*role)))
        }
        Event::ChatUpdated { by, .. } => (EventKind::ChatUpdated, None, Some(by.id), None),
        Event::ChatDeleted { by } => (EventKind::ChatDeleted, None, Some(by.id), None),
    };
    event::ActiveModel {
        chat_id: Set(change.chat_id),
        seq: Set(change.seq),
        kind: Set(word(kind)),
        message_id: Set(change.event.message().map(|message| message.id)),
        user_id: Set(user),
        by_id: Set(by),
        role: Set(role),
        created_at: Set(at),
    }
}

/// What the log's references point at, as it is now.
struct Shown {
    room: chat::Model,
    messages: HashMap<MessageId, Message>,
    users: HashMap<UserId, User>,
}

impl Shown {
    fn event(&self, row: event::Model) -> StoreResult<Event> {
        let message = || self.message(row.message_id);
        let user = || self.user(row.user_id);
        let by = || self.user(row.by_id).map(|user| user.as_ref());
        Ok(match meaning(&row.kind)? {
            EventKind::Posted => Event::Posted(message()?),
            EventKind::Updated => Event::Updated(message()?),
            EventKind::Deleted => Event::Deleted(message()?),
            EventKind::Settled => Event::Settled(message()?),
            EventKind::ParticipantAdded => {
                Event::ParticipantAdded { user: user()?, by: by()?, message: message()? }
            }
            EventKind::ParticipantRemoved => {
                Event::ParticipantRemoved { user: user()?, by: by()?, message: message()? }
            }
            EventKind::ParticipantRole => Event::ParticipantRole {
                user: user()?,
                role: meaning(row.role.as_deref().unwrap_or_default())?,
                by: by()?,
                message: message()?,
            },
            EventKind::ChatUpdated => Event::ChatUpdated {
                name: self.room.name.clone(),
                owner_id: self.room.owner_id,
                settings: from_json(self.room.settings.clone())?.unwrap_or_default(),
                by: by()?,
                message: message()?,
            },
            EventKind::ChatDeleted => Event::ChatDeleted { by: by()? },
        })
    }

    fn message(&self, id: Option<MessageId>) -> StoreResult<Message> {
        id.and_then(|id| self.messages.get(&id))
            .cloned()
            .ok_or_else(|| corrupt("an event without its message"))
    }

    fn user(&self, id: Option<UserId>) -> StoreResult<User> {
        id.and_then(|id| self.users.get(&id)).cloned().ok_or_else(|| corrupt("an event without its user"))
    }
}
