//! Who is in a chat, and as what.

use std::cmp::Reverse;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::ids::{ChatId, Seq, Timestamp, UserId};
use crate::protocol::{Member, MemberRole, NotifyLevel, UserKind, UserRef};
use crate::store::entity::{chat, member, user};
use crate::store::error::StoreResult;
use crate::store::rows::Membership;
use crate::store::users::referring;
use crate::store::{Store, Tx, meaning, word};

impl Store {
    /// Owner first, then admins, then members, by joining time.
    pub async fn members(&self, chat: ChatId) -> StoreResult<Vec<Member>> {
        members_of(&self.inner.reader, chat).await
    }

    /// Everybody in the chat, in no order.
    pub async fn member_ids(&self, chat: ChatId) -> StoreResult<Vec<UserId>> {
        let ids = member::Entity::find()
            .select_only()
            .column(member::Column::UserId)
            .filter(member::Column::ChatId.eq(chat))
            .into_tuple()
            .all(&self.inner.reader)
            .await?;
        Ok(ids)
    }

    /// The people in the chat who have one of these usernames.
    pub async fn people_named(&self, chat: ChatId, names: &[&str]) -> StoreResult<Vec<UserId>> {
        let keys = names.iter().map(|name| name.to_lowercase());
        let ids = member::Entity::find()
            .select_only()
            .column(member::Column::UserId)
            .inner_join(user::Entity)
            .filter(member::Column::ChatId.eq(chat))
            .filter(user::Column::Kind.eq(word(UserKind::Person)))
            .filter(user::Column::UsernameKey.is_in(keys))
            .into_tuple()
            .all(&self.inner.reader)
            .await?;
        Ok(ids)
    }

    /// The chat's agents that were not deleted, the longest-standing first.
    pub async fn agents(&self, chat: ChatId) -> StoreResult<Vec<UserRef>> {
        let agents = referring(member::Entity::find().select_only())
            .inner_join(user::Entity)
            .filter(member::Column::ChatId.eq(chat))
            .filter(user::Column::Kind.eq(word(UserKind::Agent)))
            .filter(user::Column::DeletedAt.is_null())
            .order_by_asc(member::Column::JoinedAt)
            .order_by_asc(member::Column::UserId)
            .into_model()
            .all(&self.inner.reader)
            .await?;
        Ok(agents)
    }

    /// False when the user is not in the chat.
    pub async fn set_notify(&self, chat: ChatId, user: UserId, notify: NotifyLevel) -> StoreResult<bool> {
        let set = member::Entity::update_many()
            .col_expr(member::Column::Notify, Expr::value(word(notify)))
            .filter(member::Column::ChatId.eq(chat))
            .filter(member::Column::UserId.eq(user))
            .exec(&self.inner.writer)
            .await?;
        Ok(set.rows_affected > 0)
    }
}

impl Tx {
    /// One's place in the chat.
    pub async fn membership(&self, chat: ChatId, user: UserId) -> StoreResult<Option<Membership>> {
        let row = member::Entity::find_by_id((chat, user)).one(&self.database).await?;
        row.as_ref().map(membership_view).transpose()
    }

    /// The store's `members`, inside the transaction.
    pub async fn members(&self, chat: ChatId) -> StoreResult<Vec<Member>> {
        members_of(&self.database, chat).await
    }

    /// How many people and agents are in the chat.
    pub async fn count_members(&self, chat: ChatId) -> StoreResult<u64> {
        count_members(&self.database, chat).await
    }

    /// How many living chats the user is in.
    pub async fn count_chats(&self, user: UserId) -> StoreResult<u64> {
        let number = member::Entity::find()
            .inner_join(chat::Entity)
            .filter(member::Column::UserId.eq(user))
            .filter(chat::Column::DeletedAt.is_null())
            .count(&self.database)
            .await?;
        Ok(number)
    }

    /// `last_read`: what lies at or before it does not count as unread.
    pub async fn insert_member(
        &self,
        chat: ChatId,
        user: UserId,
        role: MemberRole,
        joined_at: Timestamp,
        last_read: Seq,
    ) -> StoreResult<()> {
        let row = member::ActiveModel {
            chat_id: Set(chat),
            user_id: Set(user),
            role: Set(word(role)),
            joined_at: Set(joined_at),
            last_read_seq: Set(last_read),
            read_at: Set(None),
            notify: Set(word(NotifyLevel::default())),
        };
        member::Entity::insert(row).exec_without_returning(&self.database).await?;
        Ok(())
    }

    /// The user's links into the chat go with them. False when the user was not in the chat.
    pub async fn delete_member(&self, chat: ChatId, user: UserId) -> StoreResult<bool> {
        self.delete_links(chat, Some(user)).await?;
        let gone = member::Entity::delete_by_id((chat, user)).exec(&self.database).await?;
        Ok(gone.rows_affected > 0)
    }

    /// Does nothing for somebody who is not in the chat.
    pub async fn set_member_role(&self, chat: ChatId, user: UserId, role: MemberRole) -> StoreResult<()> {
        let place =
            Condition::all().add(member::Column::ChatId.eq(chat)).add(member::Column::UserId.eq(user));
        member::Entity::update_many()
            .col_expr(member::Column::Role, Expr::value(word(role)))
            .filter(place)
            .exec(&self.database)
            .await?;
        Ok(())
    }
}

pub(super) fn membership_view(row: &member::Model) -> StoreResult<Membership> {
    Ok(Membership {
        role: meaning(&row.role)?,
        last_read_seq: row.last_read_seq,
        joined_at: row.joined_at,
        notify: meaning(&row.notify)?,
    })
}

pub(super) async fn count_members(database: &impl ConnectionTrait, chat: ChatId) -> StoreResult<u64> {
    Ok(member::Entity::find().filter(member::Column::ChatId.eq(chat)).count(database).await?)
}

async fn members_of(database: &impl ConnectionTrait, chat: ChatId) -> StoreResult<Vec<Member>> {
    #[derive(FromQueryResult)]
    struct Row {
        user_id: UserId,
        kind: String,
        username: String,
        display_name: String,
        role: String,
        joined_at: Timestamp,
    }
    let rows: Vec<Row> = member::Entity::find()
        .select_only()
        .columns([member::Column::UserId, member::Column::Role, member::Column::JoinedAt])
        .columns([user::Column::Kind, user::Column::Username, user::Column::DisplayName])
        .inner_join(user::Entity)
        .filter(member::Column::ChatId.eq(chat))
        .order_by_asc(member::Column::JoinedAt)
        .order_by_asc(member::Column::UserId)
        .into_model()
        .all(database)
        .await?;
    let mut members = rows
        .into_iter()
        .map(|row| {
            let kind = meaning(&row.kind)?;
            Ok(Member {
                user_id: row.user_id,
                kind,
                username: row.username,
                display_name: row.display_name,
                is_bot: kind == UserKind::Agent,
                role: meaning(&row.role)?,
                joined_at: row.joined_at,
            })
        })
        .collect::<StoreResult<Vec<Member>>>()?;
    // Stable: the joining order stays within a role.
    members.sort_by_key(|member| Reverse(member.role));
    Ok(members)
}
