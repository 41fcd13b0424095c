//! Agents: what stands beside the row that every user has.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::ids::{Timestamp, UserId};
use crate::protocol::{Agent, ModelSettings, Visibility};
use crate::store::entity::{agent, user};
use crate::store::error::{StoreResult, corrupt};
use crate::store::rows::NewAgent;
use crate::store::{Store, Tx, from_json, meaning, to_json, word};

impl Store {
    /// An agent that was not deleted.
    pub async fn agent(&self, id: UserId) -> StoreResult<Option<Agent>> {
        one(&self.inner.reader, id).await
    }

    /// The agents that this person finds, by username: the first `limit` after `offset`.
    pub async fn agents_found_by(&self, person: UserId, offset: u64, limit: u64) -> StoreResult<Vec<Agent>> {
        let found = Condition::any()
            .add(agent::Column::Visibility.eq(word(Visibility::Shared)))
            .add(agent::Column::CreatedBy.eq(person));
        let rows = agent::Entity::find()
            .find_also_related(user::Entity)
            .filter(found)
            .filter(user::Column::DeletedAt.is_null())
            .order_by_asc(user::Column::UsernameKey)
            .offset(offset)
            .limit(limit)
            .all(&self.inner.reader)
            .await?;
        rows.into_iter().map(view).collect()
    }

    /// How an agent is to answer: its instruction and settings. One that nobody furnished has none.
    pub async fn instructed(&self, id: UserId) -> StoreResult<(String, ModelSettings)> {
        let Some(row) = agent::Entity::find_by_id(id).one(&self.inner.reader).await? else {
            return Ok(Default::default());
        };
        Ok((row.instruction, from_json(Some(row.settings))?.unwrap_or_default()))
    }
}

impl Tx {
    /// The store's `agent`, inside the transaction.
    pub async fn agent(&self, id: UserId) -> StoreResult<Option<Agent>> {
        one(&self.database, id).await
    }

    /// How many living agents this person has made.
    pub async fn count_agents(&self, person: UserId) -> StoreResult<u64> {
        let number = agent::Entity::find()
            .inner_join(user::Entity)
            .filter(agent::Column::CreatedBy.eq(person))
            .filter(user::Column::DeletedAt.is_null())
            .count(&self.database)
            .await?;
        Ok(number)
    }

    /// Makes an agent of a user, unless it is one.
    pub async fn insert_agent(&self, new: NewAgent) -> StoreResult<()> {
        let NewAgent { user_id, description, instruction, settings, avatar, visibility, created_by } = new;
        let row = agent::ActiveModel {
            user_id: Set(user_id),
            description: Set(description),
            instruction: Set(instruction),
            settings: Set(to_json(Some(&settings))?.unwrap_or_default()),
            avatar: Set(avatar),
            visibility: Set(word(visibility)),
            created_by: Set(created_by),
        };
        agent::Entity::insert(row)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&self.database)
            .await?;
        Ok(())
    }

    /// Writes all of an agent but its username.
    pub async fn update_agent(&self, changed: &Agent) -> StoreResult<()> {
        let row = agent::ActiveModel {
            user_id: Set(changed.id),
            description: Set(changed.description.clone()),
            instruction: Set(changed.instruction.clone()),
            settings: Set(to_json(Some(&changed.settings))?.unwrap_or_default()),
            avatar: Set(changed.avatar.clone()),
            visibility: Set(word(changed.visibility)),
            ..Default::default()
        };
        agent::Entity::update(row).exec(&self.database).await?;
        let named = user::ActiveModel {
            id: Set(changed.id),
            display_key: Set(changed.display_name.to_lowercase()),
            display_name: Set(changed.display_name.clone()),
            ..Default::default()
        };
        user::Entity::update(named).exec(&self.database).await?;
        Ok(())
    }

    /// The rows stay, so that what it said stays its own and nobody else gets its name.
    pub async fn delete_agent(&self, id: UserId, at: Timestamp) -> StoreResult<()> {
        user::Entity::update_many()
            .col_expr(user::Column::DeletedAt, Expr::value(at))
            .filter(user::Column::Id.eq(id))
            .exec(&self.database)
            .await?;
        Ok(())
    }
}

async fn one(database: &impl ConnectionTrait, id: UserId) -> StoreResult<Option<Agent>> {
    let found = agent::Entity::find_by_id(id)
        .find_also_related(user::Entity)
        .filter(user::Column::DeletedAt.is_null())
        .one(database)
        .await?;
    found.map(view).transpose()
}

fn view((row, user): (agent::Model, Option<user::Model>)) -> StoreResult<Agent> {
    let user = user.ok_or_else(|| corrupt("an agent without its user"))?;
    Ok(Agent {
        id: row.user_id,
        username: user.username,
        display_name: user.display_name,
        description: row.description,
        instruction: row.instruction,
        settings: from_json(Some(row.settings))?.unwrap_or_default(),
        avatar: row.avatar,
        visibility: meaning(&row.visibility)?,
        created_by: row.created_by,
        created_at: user.created_at,
    })
}
