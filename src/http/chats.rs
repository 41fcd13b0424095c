//! `/api/chats`: making, listing, renaming, deleting.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::chats::{self, ChatChange, Created, NewChat};
use crate::domain::{Actor, Context};
use crate::http::error::Result;
use crate::http::extract::{Id, IdempotencyKey, Json};
use crate::http::page::Page;
use crate::ids::ChatId;
use crate::protocol::{Chat, ChatKind, ChatListItem, NotifyLevel, RoomSettings};

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct ChatToBe {
    /// A group if not given.
    kind: Option<ChatKind>,
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    #[serde(default)]
    participant_usernames: Vec<String>,
    /// The older form of `kind`.
    is_group: Option<bool>,
    /// The older form of `kind`.
    is_ai_chat: Option<bool>,
}

impl ChatToBe {
    fn kind(&self) -> ChatKind {
        match (self.kind, self.is_ai_chat, self.is_group) {
            (Some(kind), ..) => kind,
            (None, Some(true), _) => ChatKind::Ai,
            (None, _, Some(false)) => ChatKind::Private,
            _ => ChatKind::Group,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(as = ChatChange)]
pub(in crate::http) struct Change {
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// In place of all that was set.
    settings: Option<RoomSettings>,
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct Preferences {
    notify: Option<NotifyLevel>,
}

/// Make a chat. A private chat of the same two people is made once.
#[utoipa::path(
    post, path = "/chats", tag = "chats",
    params(("Idempotency-Key" = Option<String>, Header, max_length = 64, description = "Repeated within 24 h: the first chat again")),
    responses(
        (status = 201, body = Chat),
        (status = 200, body = Chat, description = "The private chat that exists, or a repeated request"),
    )
)]
pub(in crate::http) async fn create(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    Json(body): Json<ChatToBe>,
) -> Result<Response> {
    let kind = body.kind();
    let ChatToBe { name, participant_usernames, .. } = body;
    let new = NewChat { kind, name, participant_usernames, idempotency_key };
    Ok(created(chats::create(&cx, &actor, new).await?))
}

/// 201 where the chat is new.
pub(in crate::http) fn created(created: Created) -> Response {
    match created {
        Created::New(chat) => {
            let location = AppendHeaders([(LOCATION, format!("/api/chats/{}", chat.id))]);
            (StatusCode::CREATED, location, Json(chat)).into_response()
        }
        Created::Existing(chat) => Json(chat).into_response(),
    }
}

/// One's chats, newest activity first. Further ones by the `Link` header.
#[utoipa::path(get, path = "/chats", tag = "chats", params(Page), responses((status = 200, body = Vec<ChatListItem>)))]
pub(in crate::http) async fn list(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    page: Page,
) -> Result<Response> {
    let found = chats::list(&cx, &actor, page.offset(), page.limit()).await?;
    Ok(page.of("/api/chats", found))
}

/// A chat of one's own.
#[utoipa::path(
    get, path = "/chats/{chat_id}", tag = "chats",
    params(("chat_id" = ChatId, Path)), responses((status = 200, body = Chat))
)]
pub(in crate::http) async fn get(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
) -> Result<Json<Chat>> {
    Ok(Json(chats::get(&cx, &actor, chat).await?))
}

/// Rename a chat, or say how it is served by its agents: its owner and admins.
#[utoipa::path(
    patch, path = "/chats/{chat_id}", tag = "chats",
    params(("chat_id" = ChatId, Path)), responses((status = 200, body = Chat))
)]
pub(in crate::http) async fn change(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    Json(body): Json<Change>,
) -> Result<Json<Chat>> {
    let Change { name, settings } = body;
    Ok(Json(match (&name, &settings) {
        (None, None) => chats::get(&cx, &actor, chat).await?,
        _ => chats::change(&cx, &actor, chat, ChatChange { name, settings }).await?,
    }))
}

/// Set what one wants of a chat, for oneself.
#[utoipa::path(
    patch, path = "/chats/{chat_id}/me", tag = "chats",
    params(("chat_id" = ChatId, Path)), responses((status = 200, body = Chat))
)]
pub(in crate::http) async fn prefer(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    Json(body): Json<Preferences>,
) -> Result<Json<Chat>> {
    Ok(Json(match body.notify {
        Some(notify) => chats::set_notify(&cx, &actor, chat, notify).await?,
        None => chats::get(&cx, &actor, chat).await?,
    }))
}

/// Delete a chat for everybody in it: its owner.
#[utoipa::path(
    delete, path = "/chats/{chat_id}", tag = "chats",
    params(("chat_id" = ChatId, Path)), responses((status = 204))
)]
pub(in crate::http) async fn delete(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
) -> Result<StatusCode> {
    chats::delete(&cx, &actor, chat).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::ChatToBe;
    use crate::protocol::ChatKind;

    #[test]
    fn the_older_words_for_a_chats_kind_still_work() {
        let kind = |json: &str| serde_json::from_str::<ChatToBe>(json).unwrap().kind();
        for (json, expected) in [
            ("{}", ChatKind::Group),
            (r#"{"kind": "private"}"#, ChatKind::Private),
            (r#"{"kind": "ai", "is_group": true}"#, ChatKind::Ai),
            (r#"{"is_group": true}"#, ChatKind::Group),
            (r#"{"is_group": false}"#, ChatKind::Private),
            (r#"{"is_group": true, "is_ai_chat": false}"#, ChatKind::Group),
            (r#"{"is_group": false, "is_ai_chat": false}"#, ChatKind::Private),
            (r#"{"is_group": false, "is_ai_chat": true}"#, ChatKind::Ai),
        ] {
            assert_eq!(kind(json), expected, "{json}");
        }
    }
}
