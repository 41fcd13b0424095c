//! `/api/chats/{chat_id}/branch`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::branches::{self, Branch, Part};
use crate::domain::error::Error;
use crate::domain::{Actor, Context, messages};
use crate::http::chats::created;
use crate::http::error::Result;
use crate::http::extract::{Id, IdempotencyKey, Json};
use crate::ids::{ChatId, MessageId, Seq};
use crate::protocol::Chat;

/// What goes along is said by one of `seq`, `message_id` and `message_ids`.
#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct BranchToBe {
    /// The last message that goes along.
    seq: Option<Seq>,
    /// The last message that goes along.
    message_id: Option<MessageId>,
    /// All that goes along; of an AI chat it has to be these.
    message_ids: Option<Vec<MessageId>>,
    /// That of the chat itself if not given.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    #[serde(default)]
    participant_usernames: Vec<String>,
}

/// Make a group that begins with copies of what was said in a chat, for the people that one picks.
#[utoipa::path(
    post, path = "/chats/{chat_id}/branch", tag = "chats",
    params(
        ("chat_id" = ChatId, Path),
        ("Idempotency-Key" = Option<String>, Header, max_length = 64, description = "Repeated within 24 h: the first chat again"),
    ),
    responses(
        (status = 201, body = Chat),
        (status = 200, body = Chat, description = "A repeated request"),
    )
)]
pub(in crate::http) async fn branch(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    IdempotencyKey(idempotency_key): IdempotencyKey,
    Json(body): Json<BranchToBe>,
) -> Result<Response> {
    let BranchToBe { seq, message_id, message_ids, name, participant_usernames } = body;
    let part = match (seq, message_id, message_ids) {
        (Some(seq), None, None) => Part::UpTo(seq),
        (None, Some(id), None) => Part::UpTo(messages::get(&cx, &actor, chat, id).await?.seq),
        (None, None, Some(ids)) => Part::Only(ids),
        _ => {
            // Strangers learn nothing of the chat from what is wrong with their request.
            crate::domain::chats::get(&cx, &actor, chat).await?;
            return Err(Error::invalid("seq", "takes one of seq, message_id and message_ids").into());
        }
    };
    let wanted = Branch { part, name, participant_usernames, idempotency_key };
    Ok(created(branches::create(&cx, &actor, chat, wanted).await?))
}
