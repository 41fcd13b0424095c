//! `/api/models` and `/api/embeddings`: which models can be asked, and what some make of texts.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::{Actor, Context, embeddings, models};
use crate::http::errand::to_the_end;
use crate::http::error::Result;
use crate::http::extract::Json;
use crate::protocol::{Embeddings, ModelList};

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct Embed {
    /// `provider/name` of an embedding model; the first provider's that has one if not given.
    #[serde(default)]
    model: Option<String>,
    input: Vec<String>,
}

/// Every provider with its models, what they heed and what they cost.
#[utoipa::path(get, path = "/models", tag = "models", responses((status = 200, body = ModelList)))]
pub(in crate::http) async fn list(State(cx): State<Arc<Context>>, actor: Actor) -> Result<Json<ModelList>> {
    Ok(Json(models::list(&cx, &actor).await))
}

/// Make vectors of texts. It counts as a question, for rates, budgets and the books.
#[utoipa::path(post, path = "/embeddings", tag = "models", responses((status = 200, body = Embeddings)))]
pub(in crate::http) async fn embed(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Json(body): Json<Embed>,
) -> Result<Json<Embeddings>> {
    let Embed { model, input } = body;
    Ok(Json(to_the_end(async move { embeddings::embed(&cx, &actor, model.as_deref(), input).await }).await?))
}
