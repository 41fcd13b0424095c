//! `/api/chats/{chat_id}/catch-up`.

use std::sync::Arc;

use axum::extract::State;

use crate::bot::catch_up;
use crate::domain::{Actor, Context};
use crate::http::error::Result;
use crate::http::extract::Id;
use crate::http::extract::Json;
use crate::ids::ChatId;
use crate::protocol::CatchUp;

/// Be told what was said since one last read, alone and at one's own cost.
#[utoipa::path(
    post, path = "/chats/{chat_id}/catch-up", tag = "bot",
    params(("chat_id" = ChatId, Path)), responses((status = 200, body = CatchUp))
)]
pub(in crate::http) async fn tell(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
) -> Result<Json<CatchUp>> {
    // On a task of its own: whoever goes away meanwhile must not leave the books open.
    let telling = tokio::spawn(async move { catch_up::tell(&cx, &actor, chat).await });
    match telling.await {
        Ok(told) => Ok(Json(told?)),
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
