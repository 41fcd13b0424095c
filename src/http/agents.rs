//! `/api/agents`: those that one finds, and those that one makes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::domain::agents::{self, Draft};
use crate::domain::{Actor, Context};
use crate::http::error::Result;
use crate::http::extract::{Id, Json};
use crate::http::page::Page;
use crate::ids::UserId;
use crate::protocol::{Agent, ModelSettings, Visibility};

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct AgentToBe {
    /// In one namespace with people; never changed.
    #[schema(min_length = 3, max_length = 32)]
    username: String,
    #[serde(flatten)]
    change: AgentChange,
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct AgentChange {
    /// The username if not given.
    #[schema(min_length = 1, max_length = 64)]
    display_name: Option<String>,
    #[schema(max_length = 200)]
    description: Option<String>,
    instruction: Option<String>,
    settings: Option<ModelSettings>,
    /// A sign or two, such as an emoji; empty for none.
    #[schema(max_length = 8)]
    avatar: Option<String>,
    /// `private` if not given.
    visibility: Option<Visibility>,
}

impl From<AgentChange> for Draft {
    fn from(change: AgentChange) -> Self {
        let AgentChange { display_name, description, instruction, settings, avatar, visibility } = change;
        Self { display_name, description, instruction, settings, avatar, visibility }
    }
}

/// Make an agent.
#[utoipa::path(post, path = "/agents", tag = "agents", responses((status = 201, body = Agent)))]
pub(in crate::http) async fn create(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Json(body): Json<AgentToBe>,
) -> Result<Response> {
    let agent = agents::create(&cx, &actor, &body.username, body.change.into()).await?;
    let location = AppendHeaders([(LOCATION, format!("/api/agents/{}", agent.id))]);
    Ok((StatusCode::CREATED, location, Json(agent)).into_response())
}

/// The agents that one finds, shared ones and one's own, by username. Further ones by the `Link` header.
#[utoipa::path(get, path = "/agents", tag = "agents", params(Page), responses((status = 200, body = Vec<Agent>)))]
pub(in crate::http) async fn list(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    page: Page,
) -> Result<Response> {
    let found = agents::list(&cx, &actor, page.offset(), page.limit()).await?;
    Ok(page.of("/api/agents", found))
}

/// An agent that one finds.
#[utoipa::path(
    get, path = "/agents/{agent_id}", tag = "agents",
    params(("agent_id" = UserId, Path)), responses((status = 200, body = Agent))
)]
pub(in crate::http) async fn get(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(agent): Id<UserId>,
) -> Result<Json<Agent>> {
    Ok(Json(agents::get(&cx, &actor, agent).await?))
}

/// Change an agent: who made it; one that is shared, administrators of the server too.
#[utoipa::path(
    patch, path = "/agents/{agent_id}", tag = "agents",
    params(("agent_id" = UserId, Path)), responses((status = 200, body = Agent))
)]
pub(in crate::http) async fn change(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(agent): Id<UserId>,
    Json(body): Json<AgentChange>,
) -> Result<Json<Agent>> {
    Ok(Json(agents::change(&cx, &actor, agent, body.into()).await?))
}

/// Delete an agent: it leaves its rooms, and what it said stays its own.
#[utoipa::path(
    delete, path = "/agents/{agent_id}", tag = "agents",
    params(("agent_id" = UserId, Path)), responses((status = 204))
)]
pub(in crate::http) async fn delete(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(agent): Id<UserId>,
) -> Result<StatusCode> {
    agents::delete(&cx, &actor, agent).await?;
    Ok(StatusCode::NO_CONTENT)
}
