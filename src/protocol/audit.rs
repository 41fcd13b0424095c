//! The audit log, as the server's administrators see it.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{AuditId, ChatId, Timestamp, UserId};

/// What was done.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AuditAction {
    AccountCreated,
    AccountDeleted,
    AccountDisabled,
    AccountEnabled,
    /// `detail` is the new role.
    ServerRoleChanged,
    EmailChanged,
    PasswordChanged,
    /// By the operator.
    PasswordReset,
    /// Somebody who is logged in was asked for the password, and did not know it.
    PasswordRefused,
    LoggedIn,
    /// Without a subject where nobody has that name.
    LogInFailed,
    /// `detail` is the session.
    SessionEnded,
    /// All of a person's.
    SessionsEnded,
    /// A refresh token came twice, which ended its session: `detail`.
    RefreshReused,
    ChatCreated,
    ChatDeleted,
    MemberAdded,
    /// By a link, `detail`.
    MemberJoined,
    MemberRemoved,
    MemberLeft,
    /// `detail` is the new role; `owner` hands the chat over.
    MemberRoleChanged,
    /// `detail` is the link.
    LinkCreated,
    /// `detail` is the link.
    LinkRevoked,
    /// `detail` is the message.
    MessageDeleted,
    /// Of the subject, of the chat, or else of the server.
    BudgetSet,
    AgentCreated,
    AgentDeleted,
}

/// A line of the audit log: who did what to whom, when and from where. No contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    pub id: AuditId,
    pub at: Timestamp,
    pub action: AuditAction,
    /// Who did it; missing where it was the operator, by a command, or nobody known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<UserId>,
    /// Their username, as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// To whom it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_id: Option<UserId>,
    /// Their username, as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat_id: Option<ChatId>,
    /// A role, or the id of what it was done with: see the action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The address from which it was asked; missing where it was a command on the server's machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub from: Option<IpAddr>,
}
