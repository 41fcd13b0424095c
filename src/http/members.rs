//! `/api/chats/{chat_id}/participants` and what brings people in and out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::members::{self, Invited};
use crate::domain::{Actor, Context};
use crate::http::error::Result;
use crate::http::extract::{Id, Json};
use crate::ids::{ChatId, UserId};
use crate::protocol::{Member, MemberRole};

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct Invitation {
    username: String,
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct RoleChange {
    /// Giving `owner` hands the chat over.
    role: MemberRole,
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct Leave {
    /// Named by an owner who leaves.
    new_owner_id: Option<UserId>,
}

/// Bring somebody in, at once.
#[utoipa::path(
    post, path = "/chats/{chat_id}/invite", tag = "participants",
    params(("chat_id" = ChatId, Path)),
    responses((status = 201, body = Member), (status = 200, body = Member, description = "Was in already"))
)]
pub(in crate::http) async fn invite(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    Json(body): Json<Invitation>,
) -> Result<(StatusCode, Json<Member>)> {
    Ok(match members::invite(&cx, &actor, chat, &body.username).await? {
        Invited::Added(member) => (StatusCode::CREATED, Json(member)),
        Invited::Already(member) => (StatusCode::OK, Json(member)),
    })
}

/// Who takes part: owner, admins, members.
#[utoipa::path(
    get, path = "/chats/{chat_id}/participants", tag = "participants",
    params(("chat_id" = ChatId, Path)), responses((status = 200, body = Vec<Member>))
)]
pub(in crate::http) async fn list(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
) -> Result<Json<Vec<Member>>> {
    Ok(Json(members::list(&cx, &actor, chat).await?))
}

/// Give a participant another role: the owner.
#[utoipa::path(
    patch, path = "/chats/{chat_id}/participants/{user_id}", tag = "participants",
    params(("chat_id" = ChatId, Path), ("user_id" = UserId, Path)), responses((status = 200, body = Member))
)]
pub(in crate::http) async fn set_role(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id((chat, user)): Id<(ChatId, UserId)>,
    Json(body): Json<RoleChange>,
) -> Result<Json<Member>> {
    Ok(Json(members::set_role(&cx, &actor, chat, user, body.role).await?))
}

/// Remove somebody: the owner and admins.
#[utoipa::path(
    delete, path = "/chats/{chat_id}/participants/{user_id}", tag = "participants",
    params(("chat_id" = ChatId, Path), ("user_id" = UserId, Path)), responses((status = 204))
)]
pub(in crate::http) async fn remove(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id((chat, user)): Id<(ChatId, UserId)>,
) -> Result<StatusCode> {
    members::remove(&cx, &actor, chat, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leave. An owner names the next one while others remain; the last one out deletes the chat.
#[utoipa::path(
    post, path = "/chats/{chat_id}/leave", tag = "participants",
    params(("chat_id" = ChatId, Path)), responses((status = 204))
)]
pub(in crate::http) async fn leave(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    Json(body): Json<Leave>,
) -> Result<StatusCode> {
    members::leave(&cx, &actor, chat, body.new_owner_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
