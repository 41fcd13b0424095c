//! `/api/usage/budget`, `/api/chats/{chat_id}/budget` and the administrators' `/api/admin/…/budget`.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::budget::Allowance;
use crate::domain::{Actor, Context, budgets};
use crate::http::error::Result;
use crate::http::extract::{Id, Json};
use crate::ids::{ChatId, UserId};
use crate::protocol::Budget;

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct Budgets {
    /// All that is to hold; an empty list leaves the server's defaults.
    budgets: Vec<Allowance>,
}

/// The budgets that hold for oneself, and how far they are used.
#[utoipa::path(get, path = "/usage/budget", tag = "budgets", responses((status = 200, body = Vec<Budget>)))]
pub(in crate::http) async fn mine(State(cx): State<Arc<Context>>, actor: Actor) -> Result<Json<Vec<Budget>>> {
    Ok(Json(budgets::mine(&cx, &actor).await?))
}

/// The budgets that hold for a room: for its members.
#[utoipa::path(
    get, path = "/chats/{chat_id}/budget", tag = "budgets",
    params(("chat_id" = ChatId, Path)), responses((status = 200, body = Vec<Budget>))
)]
pub(in crate::http) async fn of_room(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
) -> Result<Json<Vec<Budget>>> {
    Ok(Json(budgets::of_room(&cx, &actor, chat).await?))
}

/// Set a room's budgets: its owner and admins. Where the server has a default for rooms, the smaller one holds.
#[utoipa::path(
    put, path = "/chats/{chat_id}/budget", tag = "budgets",
    params(("chat_id" = ChatId, Path)), responses((status = 200, body = Vec<Budget>))
)]
pub(in crate::http) async fn set_for_room(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    Json(body): Json<Budgets>,
) -> Result<Json<Vec<Budget>>> {
    Ok(Json(budgets::set_for_room(&cx, &actor, chat, &body.budgets).await?))
}

/// The budgets that hold for a person: for the server's administrators.
#[utoipa::path(
    get, path = "/admin/users/{user_id}/budget", tag = "budgets",
    params(("user_id" = UserId, Path)), responses((status = 200, body = Vec<Budget>))
)]
pub(in crate::http) async fn of_person(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(user): Id<UserId>,
) -> Result<Json<Vec<Budget>>> {
    Ok(Json(budgets::of_person(&cx, &actor, user).await?))
}

/// Set a person's budgets, in place of the server's defaults: the server's administrators.
#[utoipa::path(
    put, path = "/admin/users/{user_id}/budget", tag = "budgets",
    params(("user_id" = UserId, Path)), responses((status = 200, body = Vec<Budget>))
)]
pub(in crate::http) async fn set_for_person(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(user): Id<UserId>,
    Json(body): Json<Budgets>,
) -> Result<Json<Vec<Budget>>> {
    Ok(Json(budgets::set_for_person(&cx, &actor, user, &body.budgets).await?))
}

/// The budgets that hold for the whole server: for its administrators.
#[utoipa::path(get, path = "/admin/budget", tag = "budgets", responses((status = 200, body = Vec<Budget>)))]
pub(in crate::http) async fn of_server(
    State(cx): State<Arc<Context>>,
    actor: Actor,
) -> Result<Json<Vec<Budget>>> {
    Ok(Json(budgets::of_server(&cx, &actor).await?))
}

/// Set the server's budgets, in place of the defaults: its administrators.
#[utoipa::path(put, path = "/admin/budget", tag = "budgets", responses((status = 200, body = Vec<Budget>)))]
pub(in crate::http) async fn set_for_server(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Json(body): Json<Budgets>,
) -> Result<Json<Vec<Budget>>> {
    Ok(Json(budgets::set_for_server(&cx, &actor, &body.budgets).await?))
}
