//! `/api/chats`: making, listing, renaming, deleting.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{LINK, LOCATION};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::domain::chats::{self, ChatChange, Created, NewChat};
use crate::domain::{Actor, Context};
use crate::http::error::Result;
use crate::http::extract::{Id, IdempotencyKey, Json, Query, has_more, page_limit};
use crate::ids::ChatId;
use crate::protocol::{Chat, ChatKind, ChatListItem, NotifyLevel, RoomSettings};

const DEFAULT_LIMIT: u32 = 100;

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

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Page {
    /// How many to leave out at the beginning.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 4_294_967_295_u32)]
    offset: Option<u32>,
    /// 1 to 200, 100 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
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
    Query(page): Query<Page>,
) -> Result<Response> {
    let limit = page_limit(page.limit, DEFAULT_LIMIT)?;
    let offset = page.offset.unwrap_or(0);
    let mut chats = chats::list(&cx, &actor, offset.into(), u64::from(limit) + 1).await?;
    let has_more = has_more(&mut chats, limit);
    let links = links(offset, limit, has_more).map(|links| AppendHeaders([(LINK, links)]));
    Ok((links, Json(chats)).into_response())
}

fn links(offset: u32, limit: u32, has_more: bool) -> Option<String> {
    let link = |offset: u32, rel| format!("</api/chats?offset={offset}&limit={limit}>; rel=\"{rel}\"");
    let next = has_more.then(|| link(offset.saturating_add(limit), "next"));
    let prev = (offset > 0).then(|| link(offset.saturating_sub(limit), "prev"));
    let links = next.into_iter().chain(prev).collect::<Vec<_>>();
    (!links.is_empty()).then(|| links.join(", "))
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
    use super::{ChatToBe, links};
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

    #[test]
    fn further_pages_are_linked_where_there_are_any() {
        assert_eq!(links(0, 100, false), None);
        assert_eq!(links(0, 100, true).unwrap(), r#"</api/chats?offset=100&limit=100>; rel="next""#);
        assert_eq!(
            links(50, 100, true).unwrap(),
            r#"</api/chats?offset=150&limit=100>; rel="next", </api/chats?offset=0&limit=100>; rel="prev""#
        );
    }
}
