//! `/api/chats/{chat_id}/queue`, and what is done to a reply beyond retrying it.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{Actor, Context, runs};
use crate::http::error::Result;
use crate::http::extract::{Id, Json};
use crate::ids::{ChatId, MessageId};
use crate::protocol::{Message, Queue, Version};

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct QueueSettings {
    /// Replies written at the same time, from 1 to the server's limit; none for as many as that.
    at_once: Option<u32>,
}

/// Have a reply that broke off or was cut go on from its text: who asked, the owner, admins.
#[utoipa::path(
    post, path = "/chats/{chat_id}/messages/{message_id}/continue", tag = "messages",
    params(("chat_id" = ChatId, Path), ("message_id" = MessageId, Path)),
    responses((status = 200, body = Message, description = "The reply, which waits or is written again"))
)]
pub(in crate::http) async fn go_on(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id((chat, message)): Id<(ChatId, MessageId)>,
) -> Result<Json<Message>> {
    Ok(Json(runs::go_on(&cx, &actor, chat, message).await?))
}

/// The texts of a reply, the first one first, with who had each written.
#[utoipa::path(
    get, path = "/chats/{chat_id}/messages/{message_id}/versions", tag = "messages",
    params(("chat_id" = ChatId, Path), ("message_id" = MessageId, Path)),
    responses((status = 200, body = Vec<Version>))
)]
pub(in crate::http) async fn versions(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id((chat, message)): Id<(ChatId, MessageId)>,
) -> Result<Json<Vec<Version>>> {
    Ok(Json(runs::versions(&cx, &actor, chat, message).await?))
}

/// The replies that are being written and that wait, in the order of their turns.
#[utoipa::path(
    get, path = "/chats/{chat_id}/queue", tag = "messages",
    params(("chat_id" = ChatId, Path)), responses((status = 200, body = Queue))
)]
pub(in crate::http) async fn queue(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
) -> Result<Json<Queue>> {
    Ok(Json(runs::queue(&cx, &actor, chat).await?))
}

/// Set how many replies are written at once in a room: its owner and admins.
#[utoipa::path(
    put, path = "/chats/{chat_id}/queue", tag = "messages",
    params(("chat_id" = ChatId, Path)), responses((status = 200, body = Queue))
)]
pub(in crate::http) async fn set_queue(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    Json(body): Json<QueueSettings>,
) -> Result<Json<Queue>> {
    Ok(Json(runs::set_at_once(&cx, &actor, chat, body.at_once).await?))
}
