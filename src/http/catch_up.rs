//! `/api/chats/{chat_id}/catch-up`.

use std::sync::Arc;

use axum::extract::State;

use crate::bot::catch_up;
use crate::domain::{Actor, Context};
use crate::http::errand::to_the_end;
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
    Ok(Json(to_the_end(async move { catch_up::tell(&cx, &actor, chat).await }).await?))
}
