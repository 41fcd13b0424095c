//! The library of prompts.

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};

use crate::ids::{PromptId, UserId};
use crate::protocol::{Prompt, Visibility};
use crate::store::entity::prompt;
use crate::store::error::StoreResult;
use crate::store::{Store, Tx, meaning, word};

impl Store {
    /// The prompts that this person finds, their own and the shared ones, the latest first.
    pub async fn prompts_found_by(
        &self,
        person: UserId,
        offset: u64,
        limit: u64,
    ) -> StoreResult<Vec<Prompt>> {
        let found = Condition::any()
            .add(prompt::Column::Visibility.eq(word(Visibility::Shared)))
            .add(prompt::Column::OwnerId.eq(person));
        let rows = prompt::Entity::find()
            .filter(found)
            .order_by_desc(prompt::Column::Id)
            .offset(offset)
            .limit(limit)
            .all(&self.inner.reader)
            .await?;
        rows.into_iter().map(view).collect()
    }
}

impl Tx {
    /// A prompt.
    pub async fn prompt(&self, id: PromptId) -> StoreResult<Option<Prompt>> {
        prompt::Entity::find_by_id(id).one(&self.database).await?.map(view).transpose()
    }

    /// How many prompts this person keeps.
    pub async fn count_prompts(&self, person: UserId) -> StoreResult<u64> {
        Ok(prompt::Entity::find().filter(prompt::Column::OwnerId.eq(person)).count(&self.database).await?)
    }

    /// Keeps a prompt.
    pub async fn insert_prompt(&self, new: &Prompt) -> StoreResult<()> {
        prompt::Entity::insert(row(new)).exec_without_returning(&self.database).await?;
        Ok(())
    }

    /// Writes a prompt anew.
    pub async fn update_prompt(&self, changed: &Prompt) -> StoreResult<()> {
        prompt::Entity::update(row(changed)).exec(&self.database).await?;
        Ok(())
    }

    /// Forgets a prompt.
    pub async fn delete_prompt(&self, id: PromptId) -> StoreResult<()> {
        prompt::Entity::delete_by_id(id).exec(&self.database).await?;
        Ok(())
    }
}

fn row(prompt: &Prompt) -> prompt::ActiveModel {
    prompt::ActiveModel {
        id: Set(prompt.id),
        owner_id: Set(prompt.owner_id),
        title: Set(prompt.title.clone()),
        content: Set(prompt.content.clone()),
        visibility: Set(word(prompt.visibility)),
        created_at: Set(prompt.created_at),
        updated_at: Set(prompt.updated_at),
    }
}

fn view(row: prompt::Model) -> StoreResult<Prompt> {
    Ok(Prompt {
        id: row.id,
        owner_id: row.owner_id,
        title: row.title,
        content: row.content,
        visibility: meaning(&row.visibility)?,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}
