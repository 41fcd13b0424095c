//! Chats, and the list of one's own.

use std::collections::HashMap;

use sea_orm::sea_query::{Alias, Asterisk, Expr, Func, LockType, OnConflict, Query, SelectStatement};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, ExprTrait as _, FromQueryResult, JoinType,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, RelationTrait as _, Select,
};

use crate::ids::{ChatId, MessageId, Seq, Timestamp, UserId};
use crate::protocol::{
    Chat, ChatKind, ChatListItem, MemberRole, MessageKind, MessageStatus, NotifyLevel, Preview, RoomSettings,
    RunState, UserKind, UserRef,
};
use crate::store::entity::{chat, idempotency_key, member, message, run, user};
use crate::store::error::{StoreError, StoreResult};
use crate::store::members::membership_view;
use crate::store::messages::current_run;
use crate::store::rows::{ChatRow, Membership, NewChat};
use crate::store::users::referring;
use crate::store::{Store, Tx, from_json, meaning, to_json, word};

/// Unread messages are counted so far and no further.
const MOST_UNREAD: u64 = 100;
/// How long a request's key is remembered, in milliseconds.
const KEY_LIFE: i64 = 24 * 60 * 60 * 1000;

impl Store {
    /// A living chat and one's membership, in one query. `None`: no such chat, deleted, or not a member.
    pub async fn chat(&self, chat: ChatId, user: UserId) -> StoreResult<Option<(ChatRow, Membership)>> {
        let found = member::Entity::find_by_id((chat, user))
            .find_also_related(chat::Entity)
            .filter(chat::Column::DeletedAt.is_null())
            .one(&self.inner.reader)
            .await?;
        let Some((member, Some(chat))) = found else { return Ok(None) };
        Ok(Some((chat_view(chat)?, membership_view(&member)?)))
    }

    /// Newest activity first; three queries in all, whatever the number.
    pub async fn chats(&self, user: UserId, offset: u64, limit: u64) -> StoreResult<Vec<ChatListItem>> {
        // The page first: counting the unread of every chat in order to sort would be dear.
        let page: Vec<ChatId> = member::Entity::find()
            .select_only()
            .column(member::Column::ChatId)
            .inner_join(chat::Entity)
            .filter(member::Column::UserId.eq(user))
            .filter(chat::Column::DeletedAt.is_null())
            .order_by_desc(chat::Column::ActiveAt)
            .order_by_desc(chat::Column::Id)
            .offset(offset)
            .limit(limit)
            .into_tuple()
            .all(&self.inner.reader)
            .await?;
        if page.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<ListRow> =
            list_query(user, page.iter().copied()).into_model().all(&self.inner.reader).await?;
        let items = rows.into_iter().map(ListRow::item).collect::<StoreResult<Vec<_>>>()?;
        let mut items: HashMap<ChatId, ChatListItem> =
            items.into_iter().map(|item| (item.chat.id, item)).collect();
        let private = items.values().filter(|item| item.chat.kind == ChatKind::Private);
        let private: Vec<ChatId> = private.map(|item| item.chat.id).collect();
        if !private.is_empty() {
            for (chat, peer) in self.peers(user, private).await? {
                if let Some(item) = items.get_mut(&chat) {
                    item.peer = Some(peer);
                }
            }
        }
        Ok(page.into_iter().filter_map(|chat| items.remove(&chat)).collect())
    }

    /// The living chats that the user is in.
    pub async fn chat_ids(&self, user: UserId) -> StoreResult<Vec<ChatId>> {
        let ids = member::Entity::find()
            .select_only()
            .column(member::Column::ChatId)
            .inner_join(chat::Entity)
            .filter(member::Column::UserId.eq(user))
            .filter(chat::Column::DeletedAt.is_null())
            .into_tuple()
            .all(&self.inner.reader)
            .await?;
        Ok(ids)
    }

    /// How the room is served by its agents.
    pub async fn settings(&self, chat: ChatId) -> StoreResult<RoomSettings> {
        let found = chat::Entity::find_by_id(chat)
            .select_only()
            .column(chat::Column::Settings)
            .into_tuple::<Option<serde_json::Value>>()
            .one(&self.inner.reader)
            .await?;
        Ok(from_json(found.flatten())?.unwrap_or_default())
    }

    /// The living private chat of these two.
    pub async fn private_chat(&self, a: UserId, b: UserId) -> StoreResult<Option<ChatId>> {
        let id = chat::Entity::find()
            .select_only()
            .column(chat::Column::Id)
            .filter(chat::Column::PairKey.eq(pair_key(a, b)))
            .into_tuple()
            .one(&self.inner.reader)
            .await?;
        Ok(id)
    }

    /// The other person of each private chat.
    async fn peers(&self, user: UserId, chats: Vec<ChatId>) -> StoreResult<Vec<(ChatId, UserRef)>> {
        #[derive(FromQueryResult)]
        struct Row {
            chat_id: ChatId,
            #[sea_orm(nested)]
            peer: UserRef,
        }
        let rows: Vec<Row> = referring(member::Entity::find().select_only())
            .column(member::Column::ChatId)
            .inner_join(user::Entity)
            .filter(member::Column::ChatId.is_in(chats))
            .filter(member::Column::UserId.ne(user))
            .filter(user::Column::Kind.eq(word(UserKind::Person)))
            .into_model()
            .all(&self.inner.reader)
            .await?;
        Ok(rows.into_iter().map(|row| (row.chat_id, row.peer)).collect())
    }
}

impl Tx {
    /// Locks the chat's row against every other change of the chat until the end of the transaction.
    /// `None`: no such chat, or deleted.
    pub async fn lock_chat(&self, chat: ChatId) -> StoreResult<Option<ChatRow>> {
        let locked = chat::Entity::find_by_id(chat)
            .filter(chat::Column::DeletedAt.is_null())
            // Not the strongest lock: rows that only refer to the chat need not wait.
            .lock(LockType::NoKeyUpdate)
            .one(&self.database)
            .await?;
        locked.map(chat_view).transpose()
    }

    /// `Err(existing)` when a living private chat of the pair exists, also when it came to be at the same
    /// moment.
    pub async fn insert_chat(&self, new: NewChat) -> StoreResult<Result<(), ChatId>> {
        let pair_key = new.pair.map(|(a, b)| pair_key(a, b));
        let row = chat::ActiveModel {
            id: Set(new.id),
            kind: Set(word(new.kind)),
            name: Set(new.name),
            owner_id: Set(Some(new.owner_id)),
            head_seq: Set(Seq::ZERO),
            pair_key: Set(pair_key.clone()),
            last_message_id: Set(None),
            active_at: Set(new.created_at),
            created_at: Set(new.created_at),
            deleted_at: Set(None),
            settings: Set(None),
            idle_seq: Set(Seq::ZERO),
            replies_at_once: Set(None),
        };
        // Rather than fail: on PostgreSQL an error would end the whole transaction.
        let inserted = chat::Entity::insert(row)
            .on_conflict(OnConflict::column(chat::Column::PairKey).do_nothing().to_owned())
            .exec_without_returning(&self.database)
            .await?;
        if inserted == 1 {
            return Ok(Ok(()));
        }
        let existing = chat::Entity::find()
            .filter(chat::Column::PairKey.eq(pair_key))
            .one(&self.database)
            .await?
            .ok_or(StoreError::Broken(sea_orm::DbErr::RecordNotInserted))?;
        Ok(Err(existing.id))
    }

    /// The chat made with this key by this user in the last 24 h.
    pub async fn idempotent_chat(
        &self,
        user: UserId,
        key: &str,
        now: Timestamp,
    ) -> StoreResult<Option<ChatId>> {
        let found = idempotency_key::Entity::find_by_id((user, key.to_owned()))
            .filter(idempotency_key::Column::CreatedAt.gt(key_horizon(now)))
            .one(&self.database)
            .await?;
        Ok(found.map(|row| row.chat_id))
    }

    /// `Err(existing)`: the key was used at the same moment.
    pub async fn remember_chat(
        &self,
        user: UserId,
        key: &str,
        chat: ChatId,
        now: Timestamp,
    ) -> StoreResult<Result<(), ChatId>> {
        idempotency_key::Entity::delete_by_id((user, key.to_owned()))
            .filter(idempotency_key::Column::CreatedAt.lte(key_horizon(now)))
            .exec(&self.database)
            .await?;
        let row = idempotency_key::ActiveModel {
            user_id: Set(user),
            key: Set(key.into()),
            chat_id: Set(chat),
            created_at: Set(now),
        };
        let inserted = idempotency_key::Entity::insert(row)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&self.database)
            .await?;
        if inserted == 1 {
            return Ok(Ok(()));
        }
        let existing = idempotency_key::Entity::find_by_id((user, key.to_owned()))
            .one(&self.database)
            .await?
            .ok_or(StoreError::Broken(sea_orm::DbErr::RecordNotInserted))?;
        Ok(Err(existing.chat_id))
    }

    /// The name in lists.
    pub async fn rename_chat(&self, chat: ChatId, name: &str) -> StoreResult<()> {
        self.update_chat(chat, chat::Column::Name, Expr::value(name)).await
    }

    /// How the room is served by its agents, all of it.
    pub async fn set_settings(&self, chat: ChatId, settings: &RoomSettings) -> StoreResult<()> {
        self.update_chat(chat, chat::Column::Settings, Expr::value(to_json(Some(settings))?)).await
    }

    /// The chat's row only; the roles are the members'.
    pub async fn set_owner(&self, chat: ChatId, owner: UserId) -> StoreResult<()> {
        self.update_chat(chat, chat::Column::OwnerId, Expr::value(owner)).await
    }

    /// A private chat that one of the two has left: the pair may begin a new one.
    pub async fn free_pair(&self, chat: ChatId) -> StoreResult<()> {
        self.update_chat(chat, chat::Column::PairKey, Expr::value(None::<String>)).await
    }

    /// Soft: the row stays for its last event; members and links are removed, runs not done are ended, the
    /// pair is freed.
    pub async fn delete_chat(&self, chat: ChatId, at: Timestamp) -> StoreResult<()> {
        chat::Entity::update_many()
            .col_expr(chat::Column::DeletedAt, Expr::value(at))
            .col_expr(chat::Column::PairKey, Expr::value(None::<String>))
            .filter(chat::Column::Id.eq(chat))
            .exec(&self.database)
            .await?;
        // Runs first, messages second, as a checkpoint does: two who wait for each other would wait for ever.
        let ended = run::Entity::update_many()
            .col_expr(run::Column::State, Expr::value(word(RunState::Done)))
            .col_expr(run::Column::Epoch, Expr::col(run::Column::Epoch).add(1))
            .filter(run::Column::ChatId.eq(chat))
            .filter(run::Column::State.is_in([RunState::Queued, RunState::Running].map(word)))
            .exec_with_returning(&self.database)
            .await?;
        // Without a run there is no message to end, and the database would look for it everywhere.
        if !ended.is_empty() {
            self.abandon_calls(&ended).await?;
            let unfinished = [MessageStatus::Queued, MessageStatus::Streaming].map(word);
            message::Entity::update_many()
                .col_expr(message::Column::Status, Expr::value(word(MessageStatus::Interrupted)))
                .filter(message::Column::Id.is_in(ended.into_iter().map(|run| run.message_id)))
                .filter(message::Column::Status.is_in(unfinished))
                .exec(&self.database)
                .await?;
        }
        self.delete_links(chat, None).await?;
        member::Entity::delete_many().filter(member::Column::ChatId.eq(chat)).exec(&self.database).await?;
        Ok(())
    }

    async fn update_chat(&self, chat: ChatId, column: chat::Column, value: Expr) -> StoreResult<()> {
        chat::Entity::update_many()
            .col_expr(column, value)
            .filter(chat::Column::Id.eq(chat))
            .exec(&self.database)
            .await?;
        Ok(())
    }
}

fn chat_view(row: chat::Model) -> StoreResult<ChatRow> {
    Ok(ChatRow {
        id: row.id,
        kind: meaning(&row.kind)?,
        name: row.name,
        owner_id: row.owner_id,
        head_seq: row.head_seq,
        created_at: row.created_at,
        settings: from_json(row.settings)?.unwrap_or_default(),
    })
}

fn pair_key(a: UserId, b: UserId) -> String {
    let [first, second] = if a <= b { [a, b] } else { [b, a] };
    format!("{first}:{second}")
}

/// Keys made then or before are forgotten.
pub(super) fn key_horizon(now: Timestamp) -> Timestamp {
    Timestamp(now.0 - KEY_LIFE)
}

/// A chat of one's list, as one query brings it.
#[derive(FromQueryResult)]
struct ListRow {
    id: ChatId,
    kind: String,
    name: Option<String>,
    owner_id: Option<UserId>,
    created_at: Timestamp,
    head_seq: Seq,
    my_role: String,
    last_read_seq: Seq,
    notify: String,
    settings: Option<serde_json::Value>,
    unread: i64,
    last_id: Option<MessageId>,
    last_seq: Option<Seq>,
    last_kind: Option<String>,
    #[sea_orm(nested)]
    last_author: Option<UserRef>,
    last_is_bot: Option<bool>,
    last_status: Option<String>,
    last_content: Option<String>,
    last_deleted_at: Option<Timestamp>,
    last_data: Option<serde_json::Value>,
    last_asked_by: Option<UserId>,
    last_at: Option<Timestamp>,
}

fn list_query(user: UserId, page: impl Iterator<Item = ChatId>) -> Select<member::Entity> {
    // A megabyte of text need not be read for the beginning of it.
    let beginning = Func::cust("substr").args([
        Expr::col((message::Entity, message::Column::Content)),
        Expr::value(1),
        Expr::value(200),
    ]);
    referring(member::Entity::find().select_only())
        .columns([
            chat::Column::Id,
            chat::Column::Kind,
            chat::Column::Name,
            chat::Column::OwnerId,
            chat::Column::CreatedAt,
            chat::Column::HeadSeq,
            chat::Column::Settings,
        ])
        .column_as(member::Column::Role, "my_role")
        .columns([member::Column::LastReadSeq, member::Column::Notify])
        .expr_as(Expr::SubQuery(None, Box::new(unread(user).into())), "unread")
        .column_as(message::Column::Id, "last_id")
        .column_as(message::Column::Seq, "last_seq")
        .column_as(message::Column::Kind, "last_kind")
        .column_as(message::Column::IsBot, "last_is_bot")
        .column_as(message::Column::Status, "last_status")
        .expr_as(beginning, "last_content")
        .column_as(message::Column::DeletedAt, "last_deleted_at")
        .column_as(message::Column::Data, "last_data")
        .column_as(run::Column::AskedBy, "last_asked_by")
        .column_as(message::Column::CreatedAt, "last_at")
        .inner_join(chat::Entity)
        .join(JoinType::LeftJoin, chat::Relation::Message.def())
        .join(JoinType::LeftJoin, message::Relation::User.def())
        .join(JoinType::LeftJoin, current_run())
        .filter(member::Column::UserId.eq(user))
        .filter(member::Column::ChatId.is_in(page))
}

/// How many of the others' ordinary messages lie after the outer query's read position, counted to 100.
fn unread(user: UserId) -> SelectStatement {
    let unread = Alias::new("unread_message");
    let column = |column: message::Column| Expr::col((unread.clone(), column));
    let some = Query::select()
        .expr(Expr::value(1))
        .from_as(message::Entity, unread.clone())
        .and_where(column(message::Column::ChatId).eq(Expr::col((member::Entity, member::Column::ChatId))))
        .and_where(column(message::Column::Seq).gt(Expr::col((member::Entity, member::Column::LastReadSeq))))
        .and_where(column(message::Column::AuthorId).ne(user))
        .and_where(column(message::Column::Kind).eq(word(MessageKind::Text)))
        .and_where(column(message::Column::DeletedAt).is_null())
        .limit(MOST_UNREAD)
        .take();
    Query::select().expr(Func::count(Expr::col(Asterisk))).from_subquery(some, "unread_messages").take()
}

impl ListRow {
    fn item(self) -> StoreResult<ChatListItem> {
        let kind: ChatKind = meaning(&self.kind)?;
        let my_role: MemberRole = meaning(&self.my_role)?;
        let notify: NotifyLevel = meaning(&self.notify)?;
        let last_message = match (self.last_id, self.last_seq, self.last_author) {
            (Some(message_id), Some(seq), Some(author)) => Some(Preview {
                message_id,
                seq,
                kind: meaning(self.last_kind.as_deref().unwrap_or_default())?,
                user_id: author.id,
                username: author.username,
                display_name: author.display_name,
                is_bot: self.last_is_bot.unwrap_or_default(),
                status: meaning(self.last_status.as_deref().unwrap_or_default())?,
                content: self.last_content.unwrap_or_default(),
                deleted_at: self.last_deleted_at,
                data: from_json(self.last_data)?,
                asked_by: self.last_asked_by,
            }),
            _ => None,
        };
        Ok(ChatListItem {
            chat: Chat {
                id: self.id,
                kind,
                name: self.name,
                owner_id: self.owner_id,
                is_group: kind == ChatKind::Group,
                is_ai_chat: kind == ChatKind::Ai,
                created_at: self.created_at,
                head_seq: self.head_seq,
                my_role,
                last_read_seq: self.last_read_seq,
                notify,
                settings: from_json(self.settings)?.unwrap_or_default(),
            },
            unread_count: u32::try_from(self.unread).unwrap_or_default(),
            last_message,
            last_message_time: self.last_at,
            peer: None,
        })
    }
}
