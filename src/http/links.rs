//! `/api/chats/{chat_id}/invite-links`, and `/api/invite-links/{code}` for whoever was given one.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, Path as AxumPath, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::links::{self, Accepted, NewLink};
use crate::domain::{Actor, Context};
use crate::http::caller::Caller;
use crate::http::error::Result;
use crate::http::extract::{Id, Json};
use crate::http::state::Http;
use crate::ids::{ChatId, LinkId};
use crate::protocol::{Chat, InviteLink, InvitePreview};

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct LinkToBe {
    /// Seconds; a week if not given.
    #[schema(minimum = 60, maximum = 2_592_000)]
    expires_in_s: Option<u64>,
    /// How many people it brings in; without a bound if not given.
    #[schema(minimum = 1, maximum = 1_000)]
    max_uses: Option<u32>,
}

/// The code in a path. What the router cannot read is the empty code: wrong like any other, and told in the same words.
pub(in crate::http) struct Code(String);

impl FromRequestParts<Http> for Code {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, http: &Http) -> std::result::Result<Self, Infallible> {
        let path = AxumPath::from_request_parts(parts, http).await;
        Ok(Self(path.map(|AxumPath(code)| code).unwrap_or_default()))
    }
}

/// Make a link that brings whoever opens it into a group.
#[utoipa::path(
    post, path = "/chats/{chat_id}/invite-links", tag = "links",
    params(("chat_id" = ChatId, Path)), responses((status = 201, body = InviteLink))
)]
pub(in crate::http) async fn create(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    Json(body): Json<LinkToBe>,
) -> Result<(StatusCode, Json<InviteLink>)> {
    let new = NewLink { life: body.expires_in_s.map(Duration::from_secs), max_uses: body.max_uses };
    Ok((StatusCode::CREATED, Json(links::create(&cx, &actor, chat, new).await?)))
}

/// The links that work, newest first: all to the owner and admins, to others their own.
#[utoipa::path(
    get, path = "/chats/{chat_id}/invite-links", tag = "links",
    params(("chat_id" = ChatId, Path)), responses((status = 200, body = Vec<InviteLink>))
)]
pub(in crate::http) async fn list(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
) -> Result<Json<Vec<InviteLink>>> {
    Ok(Json(links::list(&cx, &actor, chat).await?))
}

/// Revoke a link: whoever made it, the owner and admins.
#[utoipa::path(
    delete, path = "/chats/{chat_id}/invite-links/{link_id}", tag = "links",
    params(("chat_id" = ChatId, Path), ("link_id" = LinkId, Path)), responses((status = 204))
)]
pub(in crate::http) async fn revoke(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id((chat, link)): Id<(ChatId, LinkId)>,
) -> Result<StatusCode> {
    links::revoke(&cx, &actor, chat, link).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where a link leads. A link that does not work, for whatever reason, is not found.
#[utoipa::path(
    get, path = "/invite-links/{code}", tag = "links", security(()),
    params(("code" = String, Path)), responses((status = 200, body = InvitePreview))
)]
pub(in crate::http) async fn preview(
    State(cx): State<Arc<Context>>,
    caller: Caller,
    Code(code): Code,
) -> Result<Json<InvitePreview>> {
    Ok(Json(links::preview(&cx, caller.client.address, &code).await?))
}

/// Come in by a link.
#[utoipa::path(
    post, path = "/invite-links/{code}/accept", tag = "links", params(("code" = String, Path)),
    responses((status = 201, body = Chat), (status = 200, body = Chat, description = "Was in already; no use is counted"))
)]
pub(in crate::http) async fn accept(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    caller: Caller,
    Code(code): Code,
) -> Result<(StatusCode, Json<Chat>)> {
    Ok(match links::accept(&cx, &actor, caller.client.address, &code).await? {
        Accepted::Joined(chat) => (StatusCode::CREATED, Json(chat)),
        Accepted::Already(chat) => (StatusCode::OK, Json(chat)),
    })
}
