//! `/api/prompts`: the library of prompts.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::prompts::{self, Draft};
use crate::domain::{Actor, Context};
use crate::http::error::Result;
use crate::http::extract::{Id, Json};
use crate::http::page::Page;
use crate::ids::PromptId;
use crate::protocol::{Prompt, Visibility};

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct PromptToBe {
    #[schema(min_length = 1, max_length = 100)]
    title: String,
    #[schema(min_length = 1)]
    content: String,
    /// `private` if not given.
    visibility: Option<Visibility>,
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct PromptChange {
    #[schema(min_length = 1, max_length = 100)]
    title: Option<String>,
    #[schema(min_length = 1)]
    content: Option<String>,
    visibility: Option<Visibility>,
}

/// Keep a prompt.
#[utoipa::path(post, path = "/prompts", tag = "prompts", responses((status = 201, body = Prompt)))]
pub(in crate::http) async fn create(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Json(body): Json<PromptToBe>,
) -> Result<(StatusCode, Json<Prompt>)> {
    let PromptToBe { title, content, visibility } = body;
    let draft = Draft { title: Some(title), content: Some(content), visibility };
    Ok((StatusCode::CREATED, Json(prompts::create(&cx, &actor, draft).await?)))
}

/// The prompts that one finds, one's own and the shared ones, the latest first. Further ones by the `Link` header.
#[utoipa::path(get, path = "/prompts", tag = "prompts", params(Page), responses((status = 200, body = Vec<Prompt>)))]
pub(in crate::http) async fn list(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    page: Page,
) -> Result<Response> {
    let found = prompts::list(&cx, &actor, page.offset(), page.limit()).await?;
    Ok(page.of("/api/prompts", found))
}

/// Change a prompt of one's own.
#[utoipa::path(
    patch, path = "/prompts/{prompt_id}", tag = "prompts",
    params(("prompt_id" = PromptId, Path)), responses((status = 200, body = Prompt))
)]
pub(in crate::http) async fn change(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(prompt): Id<PromptId>,
    Json(body): Json<PromptChange>,
) -> Result<Json<Prompt>> {
    let PromptChange { title, content, visibility } = body;
    Ok(Json(prompts::change(&cx, &actor, prompt, Draft { title, content, visibility }).await?))
}

/// Forget a prompt of one's own.
#[utoipa::path(
    delete, path = "/prompts/{prompt_id}", tag = "prompts",
    params(("prompt_id" = PromptId, Path)), responses((status = 204))
)]
pub(in crate::http) async fn delete(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(prompt): Id<PromptId>,
) -> Result<StatusCode> {
    prompts::delete(&cx, &actor, prompt).await?;
    Ok(StatusCode::NO_CONTENT)
}
