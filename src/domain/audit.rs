//! The audit log: what was done to accounts, sessions, rights and rooms; by whom, when and from where.
//!
//! A line is written in the transaction of the change that it is about: no change without its line, no line without
//! its change. It holds no contents: no text, no name of a chat, nothing that was typed.

use std::net::IpAddr;

use crate::domain::error::{Error, Result};
use crate::domain::{Actor, Context};
use crate::ids::{AuditId, ChatId, UserId};
use crate::protocol::{AuditAction, AuditEntry, ServerRole};
use crate::store::Tx;
use crate::store::rows::NewAuditEntry;

/// Who is written down as having done it.
#[derive(Clone, Copy)]
pub(in crate::domain) enum By<'a> {
    /// Somebody who is logged in.
    Actor(&'a Actor),
    /// Somebody who came in this very moment.
    Newcomer(UserId, IpAddr),
    /// Somebody who did not.
    Nobody(IpAddr),
    /// The operator, by a command.
    Operator,
}

/// What was done, and to whom.
pub(in crate::domain) struct Deed {
    pub action: AuditAction,
    pub subject: Option<UserId>,
    pub chat: Option<ChatId>,
    pub detail: Option<String>,
}

impl Deed {
    /// To nobody in particular.
    pub(in crate::domain) fn of(action: AuditAction) -> Self {
        Self { action, subject: None, chat: None, detail: None }
    }

    /// To an account.
    pub(in crate::domain) fn to(subject: UserId, action: AuditAction) -> Self {
        Self { subject: Some(subject), ..Self::of(action) }
    }

    /// In a chat.
    pub(in crate::domain) fn within(self, chat: ChatId) -> Self {
        Self { chat: Some(chat), ..self }
    }

    /// With something that the action says.
    pub(in crate::domain) fn with(self, detail: impl ToString) -> Self {
        Self { detail: Some(detail.to_string()), ..self }
    }
}

/// Writes it down with the change.
pub(in crate::domain) async fn record(cx: &Context, tx: &Tx, by: By<'_>, deed: Deed) -> Result<()> {
    let (actor, from) = match by {
        By::Actor(actor) => (Some(actor.user.id), actor.from),
        By::Newcomer(user, from) => (Some(user), Some(from)),
        By::Nobody(from) => (None, Some(from)),
        By::Operator => (None, None),
    };
    let Deed { action, subject, chat, detail } = deed;
    Ok(tx
        .insert_audit(NewAuditEntry { at: cx.clock.now(), action, actor, subject, chat, detail, from })
        .await?)
}

/// Writes down what was tried and changed nothing.
pub(in crate::domain) async fn record_attempt(cx: &Context, by: By<'_>, deed: Deed) -> Result<()> {
    let tx = cx.store.begin().await?;
    record(cx, &tx, by, deed).await?;
    Ok(tx.commit().await?)
}

/// A page of the log, the latest first: for the server's administrators.
pub async fn page(
    cx: &Context,
    actor: &Actor,
    before: Option<AuditId>,
    limit: u64,
) -> Result<Vec<AuditEntry>> {
    match actor.role {
        ServerRole::Admin => Ok(cx.store.audit(before, limit).await?),
        ServerRole::Member => Err(Error::Forbidden("only the server's administrators see the audit log")),
    }
}
