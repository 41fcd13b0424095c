//! `/api/models`: which models can be asked.

use std::sync::Arc;

use axum::extract::State;

use crate::domain::{Actor, Context, models};
use crate::http::error::Result;
use crate::http::extract::Json;
use crate::protocol::ModelList;

/// Every provider with its models, what they heed and what they cost.
#[utoipa::path(get, path = "/models", tag = "models", responses((status = 200, body = ModelList)))]
pub(in crate::http) async fn list(State(cx): State<Arc<Context>>, actor: Actor) -> Result<Json<ModelList>> {
    Ok(Json(models::list(&cx, &actor).await))
}
