//! The texts of a reply: what each of its runs wrote, and who had it do so.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    RelationDef,
};

use crate::ids::{ChatId, MessageId, Seq};
use crate::protocol::{MessageStatus, ReplyRun, UserRef, Version};
use crate::store::entity::{revision, run, user};
use crate::store::error::StoreResult;
use crate::store::users::referring;
use crate::store::{Store, from_json, meaning};

/// A run with who asked its question.
#[derive(FromQueryResult)]
struct Row {
    #[sea_orm(nested)]
    run: run::Model,
    #[sea_orm(nested)]
    asker: UserRef,
}

impl Store {
    /// Oldest first; the last one is the message as it is. `None`: no such reply of this chat, or deleted.
    pub async fn versions(&self, chat: ChatId, reply: MessageId) -> StoreResult<Option<Vec<Version>>> {
        let database = &self.inner.reader;
        let message = self.message(chat, reply).await?;
        let Some(message) = message.filter(|it| it.body.deleted_at.is_none() && it.body.run.is_some()) else {
            return Ok(None);
        };
        let asker: RelationDef =
            run::Entity::belongs_to(user::Entity).from(run::Column::AskedBy).to(user::Column::Id).into();
        let rows: Vec<Row> = referring(run::Entity::find())
            .join(sea_orm::JoinType::InnerJoin, asker)
            .filter(run::Column::MessageId.eq(reply))
            .order_by_asc(run::Column::Seq)
            .into_model()
            .all(database)
            .await?;
        let texts =
            revision::Entity::find().filter(revision::Column::MessageId.eq(reply)).all(database).await?;
        let mut texts: HashMap<Seq, revision::Model> =
            texts.into_iter().map(|text| (text.seq, text)).collect();
        let versions = rows.into_iter().map(|row| {
            let text = row.run.replaced_seq.map(|seq| texts.remove(&seq));
            let version = version(row)?;
            Ok(match text {
                None => Version {
                    content: message.body.content.clone(),
                    status: message.body.status,
                    replaced_at: None,
                    ..version
                },
                // Stopped before its first word, it had no text.
                Some(None) => version,
                Some(Some(text)) => {
                    Version { content: text.content, replaced_at: Some(text.replaced_at), ..version }
                }
            })
        });
        versions.collect::<StoreResult<Vec<_>>>().map(Some)
    }
}

/// The version of a run that was replaced, without its text.
fn version(Row { run, asker }: Row) -> StoreResult<Version> {
    let retried_by: Option<UserRef> = from_json(run.retried_by)?;
    Ok(Version {
        content: String::new(),
        status: run.status.as_deref().map_or(Ok(MessageStatus::Stopped), meaning)?,
        requested_by: retried_by.clone().unwrap_or(asker),
        requested_at: run.created_at,
        replaced_at: None,
        settings: from_json(run.settings)?,
        instruction: run.instruction,
        run: ReplyRun {
            id: run.id,
            asked_by: run.asked_by,
            question_id: run.question_id,
            model: run.model,
            fallback_from: run.fallback_from,
            reason: run.reason.as_deref().map(meaning).transpose()?,
            detail: run.detail,
            budget: from_json(run.budget)?,
            usage: from_json(run.usage)?,
            stopped_by: from_json(run.stopped_by)?,
            retried_by,
            continues: run.continues,
        },
    })
}
