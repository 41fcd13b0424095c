//! Links into chats: rows without codes, which only the rules can make.

use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, FromQueryResult, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};

use crate::ids::{ChatId, LinkId, Timestamp, UserId};
use crate::protocol::{InvitePreview, UserRef};
use crate::store::entity::{chat, invite_link, user};
use crate::store::error::{StoreResult, corrupt};
use crate::store::members::count_members;
use crate::store::rows::LinkRow;
use crate::store::users::referring;
use crate::store::{Store, Tx};

impl Store {
    /// A link, also one that has expired or is used up.
    pub async fn link(&self, id: LinkId) -> StoreResult<Option<LinkRow>> {
        let found = links().filter(invite_link::Column::Id.eq(id)).into_model::<Row>();
        Ok(found.one(&self.inner.reader).await?.map(Row::link))
    }

    /// The chat's live links, newest first; only those that `made_by` made, where that is given.
    pub async fn links(
        &self,
        chat: ChatId,
        made_by: Option<UserId>,
        now: Timestamp,
    ) -> StoreResult<Vec<LinkRow>> {
        let rows = links()
            .filter(of(chat, made_by))
            .filter(live(now))
            .order_by_desc(invite_link::Column::CreatedAt)
            .order_by_desc(invite_link::Column::Id)
            .into_model::<Row>()
            .all(&self.inner.reader)
            .await?;
        Ok(rows.into_iter().map(Row::link).collect())
    }

    /// Where a live link leads.
    pub async fn link_preview(&self, id: LinkId, now: Timestamp) -> StoreResult<Option<InvitePreview>> {
        let found = links().filter(invite_link::Column::Id.eq(id)).filter(live(now)).into_model::<Row>();
        let Some(row) = found.one(&self.inner.reader).await? else { return Ok(None) };
        let members = count_members(&self.inner.reader, row.chat_id).await?;
        Ok(Some(InvitePreview {
            chat_name: row.chat_name.ok_or_else(|| corrupt("a link into a chat without a name"))?,
            invited_by: row.created_by,
            member_count: u32::try_from(members).unwrap_or(u32::MAX),
            expires_at: row.expires_at,
        }))
    }
}

impl Tx {
    /// How many live links the chat has.
    pub async fn count_links(&self, chat: ChatId, now: Timestamp) -> StoreResult<u64> {
        Ok(links().filter(of(chat, None)).filter(live(now)).count(&self.database).await?)
    }

    /// Makes a link. The chat has to be held, so that its creator does not leave meanwhile.
    pub async fn insert_link(&self, new: &LinkRow) -> StoreResult<()> {
        let row = invite_link::ActiveModel {
            id: Set(new.id),
            chat_id: Set(new.chat_id),
            created_by: Set(new.created_by.id),
            created_at: Set(new.created_at),
            expires_at: Set(new.expires_at),
            max_uses: Set(new.max_uses.map(|uses| i32::try_from(uses).unwrap_or(i32::MAX))),
            uses: Set(0),
        };
        invite_link::Entity::insert(row).exec_without_returning(&self.database).await?;
        Ok(())
    }

    /// Takes one use of a link; false when it has none left, has expired or is gone.
    pub async fn use_link(&self, id: LinkId, now: Timestamp) -> StoreResult<bool> {
        // One statement decides: of two who want the last use at the same moment, one is second.
        let used = invite_link::Entity::update_many()
            .col_expr(invite_link::Column::Uses, Expr::col(invite_link::Column::Uses).add(1))
            .filter(invite_link::Column::Id.eq(id))
            .filter(live(now))
            .exec(&self.database)
            .await?;
        Ok(used.rows_affected > 0)
    }

    /// False when the chat has no such link, or `made_by` is given and did not make it.
    pub async fn delete_link(&self, chat: ChatId, id: LinkId, made_by: Option<UserId>) -> StoreResult<bool> {
        let gone = invite_link::Entity::delete_many()
            .filter(invite_link::Column::Id.eq(id))
            .filter(of(chat, made_by))
            .exec(&self.database)
            .await?;
        Ok(gone.rows_affected > 0)
    }

    /// Ends all of the chat's links, or those that `made_by` made.
    pub(super) async fn delete_links(&self, chat: ChatId, made_by: Option<UserId>) -> StoreResult<()> {
        invite_link::Entity::delete_many().filter(of(chat, made_by)).exec(&self.database).await?;
        Ok(())
    }
}

/// A link with the names of its chat and its creator.
#[derive(FromQueryResult)]
struct Row {
    id: LinkId,
    chat_id: ChatId,
    chat_name: Option<String>,
    #[sea_orm(nested)]
    created_by: UserRef,
    created_at: Timestamp,
    expires_at: Timestamp,
    max_uses: Option<i32>,
    uses: i32,
}

impl Row {
    fn link(self) -> LinkRow {
        // None is ever negative.
        let number = |uses: i32| u32::try_from(uses).unwrap_or_default();
        LinkRow {
            id: self.id,
            chat_id: self.chat_id,
            created_by: self.created_by,
            created_at: self.created_at,
            expires_at: self.expires_at,
            max_uses: self.max_uses.map(number),
            uses: number(self.uses),
        }
    }
}

/// The links of those who may act themselves: while somebody is disabled, their links bring nobody in.
fn links() -> Select<invite_link::Entity> {
    referring(invite_link::Entity::find())
        .inner_join(chat::Entity)
        .inner_join(user::Entity)
        .column_as(chat::Column::Name, "chat_name")
        .filter(user::Column::DisabledAt.is_null())
}

fn of(chat: ChatId, made_by: Option<UserId>) -> Condition {
    Condition::all()
        .add(invite_link::Column::ChatId.eq(chat))
        .add_option(made_by.map(|user| invite_link::Column::CreatedBy.eq(user)))
}

/// Has not expired and is not used up.
fn live(now: Timestamp) -> Condition {
    let column = |column: invite_link::Column| Expr::col((invite_link::Entity, column));
    let left = Condition::any()
        .add(invite_link::Column::MaxUses.is_null())
        .add(column(invite_link::Column::Uses).lt(column(invite_link::Column::MaxUses)));
    Condition::all().add(invite_link::Column::ExpiresAt.gt(now)).add(left)
}
