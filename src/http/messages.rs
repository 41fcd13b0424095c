//! `/api/chats/{chat_id}/messages` and read positions.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LINK;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::error::Error;
use crate::domain::messages::{self, Draft, Posted};
use crate::domain::{Actor, Context, receipts, runs};
use crate::http::error::Result;
use crate::http::extract::{Id, IdempotencyKey, Json, Query, page_limit};
use crate::ids::{ChatId, MessageId, Seq};
use crate::protocol::{Message, ReadReceipt, ReplyContext, Revision};
use crate::store::rows::{MessagePage, Window};

const DEFAULT_LIMIT: u32 = 50;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Place {
    /// Older than this `seq`.
    before: Option<Seq>,
    /// Newer than this `seq`.
    after: Option<Seq>,
    /// On both sides of this `seq`.
    around: Option<Seq>,
    /// 1 to 200, 50 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl Place {
    fn window(&self) -> Result<Window> {
        match (self.before, self.after, self.around) {
            (None, None, None) => Ok(Window::Latest),
            (Some(seq), None, None) => Ok(Window::Before(seq)),
            (None, Some(seq), None) => Ok(Window::After(seq)),
            (None, None, Some(seq)) => Ok(Window::Around(seq)),
            _ => Err(Error::invalid("query", "takes one of before, after and around").into()),
        }
    }
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct MessageToBe {
    #[schema(min_length = 1)]
    content: String,
    /// At most 64 characters; sent again it gets the first message and posts nothing.
    #[schema(min_length = 1, max_length = 64)]
    client_id: Option<String>,
    reply_to: Option<MessageId>,
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct Edit {
    #[schema(min_length = 1)]
    content: String,
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct ReadUpTo {
    /// The chat's head if not given.
    seq: Option<Seq>,
}

/// A read position.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Position {
    last_read_seq: Seq,
}

/// A page of messages, oldest first; the newest ones without a bound. Further ones by the `Link` header.
#[utoipa::path(
    get, path = "/chats/{chat_id}/messages", tag = "messages",
    params(("chat_id" = ChatId, Path), Place), responses((status = 200, body = Vec<Message>))
)]
pub(in crate::http) async fn page(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    Query(place): Query<Place>,
) -> Result<Response> {
    let limit = page_limit(place.limit, DEFAULT_LIMIT)?;
    let page = messages::page(&cx, &actor, chat, place.window()?, limit).await?;
    let links = links(chat, limit, &page).map(|links| AppendHeaders([(LINK, links)]));
    Ok((links, Json(page.messages)).into_response())
}

/// `next` is newer and `prev` is older, as the messages stand in the page.
fn links(chat: ChatId, limit: u32, page: &MessagePage) -> Option<String> {
    let (oldest, newest) = (page.messages.first()?.seq, page.messages.last()?.seq);
    let link = |bound: &str, seq: Seq, rel| {
        format!("</api/chats/{chat}/messages?{bound}={seq}&limit={limit}>; rel=\"{rel}\"")
    };
    let next = page.has_newer.then(|| link("after", newest, "next"));
    let prev = page.has_older.then(|| link("before", oldest, "prev"));
    let links = next.into_iter().chain(prev).collect::<Vec<_>>();
    (!links.is_empty()).then(|| links.join(", "))
}

/// Say something.
#[utoipa::path(
    post, path = "/chats/{chat_id}/messages", tag = "messages",
    params(
        ("chat_id" = ChatId, Path),
        ("Idempotency-Key" = Option<String>, Header, max_length = 64, description = "As `client_id`, which wins"),
    ),
    responses((status = 201, body = Message), (status = 200, body = Message, description = "Repeated: the first one"))
)]
pub(in crate::http) async fn post(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<MessageToBe>,
) -> Result<(StatusCode, Json<Message>)> {
    let MessageToBe { content, client_id, reply_to } = body;
    let draft = Draft { content, client_id: client_id.or(key), reply_to, ask: None };
    let Posted { message, duplicate } = messages::post(&cx, &actor, chat, draft).await?.durable().await?;
    let status = if duplicate { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(message)))
}

/// One message.
#[utoipa::path(
    get, path = "/chats/{chat_id}/messages/{message_id}", tag = "messages",
    params(("chat_id" = ChatId, Path), ("message_id" = MessageId, Path)), responses((status = 200, body = Message))
)]
pub(in crate::http) async fn get(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id((chat, message)): Id<(ChatId, MessageId)>,
) -> Result<Json<Message>> {
    Ok(Json(messages::get(&cx, &actor, chat, message).await?))
}

/// Change one's own message; the earlier text is kept.
#[utoipa::path(
    patch, path = "/chats/{chat_id}/messages/{message_id}", tag = "messages",
    params(("chat_id" = ChatId, Path), ("message_id" = MessageId, Path)), responses((status = 200, body = Message))
)]
pub(in crate::http) async fn edit(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id((chat, message)): Id<(ChatId, MessageId)>,
    Json(body): Json<Edit>,
) -> Result<Json<Message>> {
    Ok(Json(messages::edit(&cx, &actor, chat, message, &body.content).await?))
}

/// Purge a message's text and its earlier texts: its author, the owner, admins. A tombstone stays.
#[utoipa::path(
    delete, path = "/chats/{chat_id}/messages/{message_id}", tag = "messages",
    params(("chat_id" = ChatId, Path), ("message_id" = MessageId, Path)), responses((status = 204))
)]
pub(in crate::http) async fn delete(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id((chat, message)): Id<(ChatId, MessageId)>,
) -> Result<StatusCode> {
    messages::delete(&cx, &actor, chat, message).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Have a reply written once more, in its place: who asked, the owner, admins.
#[utoipa::path(
    post, path = "/chats/{chat_id}/messages/{message_id}/retry", tag = "messages",
    params(("chat_id" = ChatId, Path), ("message_id" = MessageId, Path)),
    responses((status = 200, body = Message, description = "The reply, which waits or is written again"))
)]
pub(in crate::http) async fn retry(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id((chat, message)): Id<(ChatId, MessageId)>,
) -> Result<Json<Message>> {
    Ok(Json(runs::retry(&cx, &actor, chat, message).await?))
}

/// What the model was shown for a reply: instruction, summary, messages and settings.
#[utoipa::path(
    get, path = "/chats/{chat_id}/messages/{message_id}/context", tag = "messages",
    params(("chat_id" = ChatId, Path), ("message_id" = MessageId, Path)),
    responses((status = 200, body = ReplyContext))
)]
pub(in crate::http) async fn context(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id((chat, message)): Id<(ChatId, MessageId)>,
) -> Result<Json<ReplyContext>> {
    Ok(Json(messages::context(&cx, &actor, chat, message).await?))
}

/// The earlier texts of a message, oldest first.
#[utoipa::path(
    get, path = "/chats/{chat_id}/messages/{message_id}/revisions", tag = "messages",
    params(("chat_id" = ChatId, Path), ("message_id" = MessageId, Path)),
    responses((status = 200, body = Vec<Revision>))
)]
pub(in crate::http) async fn revisions(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id((chat, message)): Id<(ChatId, MessageId)>,
) -> Result<Json<Vec<Revision>>> {
    Ok(Json(messages::revisions(&cx, &actor, chat, message).await?))
}

/// Move one's read position forward.
#[utoipa::path(
    post, path = "/chats/{chat_id}/mark-read", tag = "messages",
    params(("chat_id" = ChatId, Path)), responses((status = 200, body = Position))
)]
pub(in crate::http) async fn mark_read(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    Json(body): Json<ReadUpTo>,
) -> Result<Json<Position>> {
    Ok(Json(Position { last_read_seq: receipts::mark_read(&cx, &actor, chat, body.seq).await? }))
}

/// How far everybody has read.
#[utoipa::path(
    get, path = "/chats/{chat_id}/read-receipts", tag = "messages",
    params(("chat_id" = ChatId, Path)), responses((status = 200, body = Vec<ReadReceipt>))
)]
pub(in crate::http) async fn read_receipts(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
) -> Result<Json<Vec<ReadReceipt>>> {
    Ok(Json(receipts::list(&cx, &actor, chat).await?))
}

#[cfg(test)]
mod tests {
    use super::Place;
    use crate::ids::Seq;
    use crate::store::rows::Window;

    #[test]
    fn a_page_has_one_bound_at_most() {
        let place = |before, after, around| Place { before, after, around, limit: None }.window();
        let seq = Some(Seq(7));
        assert_eq!(place(None, None, None).unwrap(), Window::Latest);
        assert_eq!(place(seq, None, None).unwrap(), Window::Before(Seq(7)));
        assert_eq!(place(None, seq, None).unwrap(), Window::After(Seq(7)));
        assert_eq!(place(None, None, seq).unwrap(), Window::Around(Seq(7)));
        assert!(place(seq, seq, None).is_err());
        assert!(place(None, seq, seq).is_err());
    }
}
