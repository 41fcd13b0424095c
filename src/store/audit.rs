//! The audit log: lines are added and, after their time, forgotten; nothing changes one.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::ids::{AuditId, Timestamp, UserId};
use crate::protocol::AuditEntry;
use crate::store::entity::audit;
use crate::store::error::{StoreResult, corrupt};
use crate::store::rows::NewAuditEntry;
use crate::store::{Store, Tx, meaning, word};

impl Store {
    /// The latest first: the first `limit` of those before `before`.
    pub async fn audit(&self, before: Option<AuditId>, limit: u64) -> StoreResult<Vec<AuditEntry>> {
        let mut found = audit::Entity::find();
        if let Some(before) = before {
            found = found.filter(audit::Column::Id.lt(before));
        }
        let rows = found.order_by_desc(audit::Column::Id).limit(limit).all(&self.inner.reader).await?;
        let ids = rows.iter().flat_map(|row| [row.actor_id, row.subject_id]).flatten().collect();
        let names = self.inner.usernames(ids).await?;
        rows.into_iter().map(|row| view(row, &names)).collect()
    }

    /// Forgets what was written down before a moment.
    pub async fn prune_audit(&self, before: Timestamp) -> StoreResult<()> {
        let tx = self.begin().await?;
        audit::Entity::delete_many().filter(audit::Column::At.lt(before)).exec(&tx.database).await?;
        tx.commit().await
    }
}

impl Tx {
    /// Writes a line down, in the transaction of what it is about.
    pub async fn insert_audit(&self, new: NewAuditEntry) -> StoreResult<()> {
        let row = audit::ActiveModel {
            id: Set(AuditId::new()),
            at: Set(new.at),
            action: Set(word(new.action)),
            actor_id: Set(new.actor),
            subject_id: Set(new.subject),
            chat_id: Set(new.chat),
            detail: Set(new.detail),
            origin: Set(new.from.map(|address| address.to_string())),
        };
        audit::Entity::insert(row).exec_without_returning(&self.database).await?;
        Ok(())
    }
}

fn view(row: audit::Model, names: &HashMap<UserId, String>) -> StoreResult<AuditEntry> {
    let name = |id: Option<UserId>| id.and_then(|id| names.get(&id)).cloned();
    let from = row.origin.map(|address| address.parse()).transpose();
    Ok(AuditEntry {
        id: row.id,
        at: row.at,
        action: meaning(&row.action)?,
        actor_id: row.actor_id,
        actor: name(row.actor_id),
        subject_id: row.subject_id,
        subject: name(row.subject_id),
        chat_id: row.chat_id,
        detail: row.detail,
        from: from.map_err(|_| corrupt("an origin that is no address"))?,
    })
}
