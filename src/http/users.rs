//! `/api/users`: finding people.

use std::sync::Arc;

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::users;
use crate::domain::{Actor, Context};
use crate::http::error::Result;
use crate::http::extract::{Json, Query, page_limit};
use crate::protocol::User;

const DEFAULT_LIMIT: u32 = 20;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Search {
    /// The beginning of a username or display name; at least 2 characters.
    #[param(min_length = 2)]
    query: String,
    /// 1 to 200, 20 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// People by the beginning of their username or display name; never by email.
#[utoipa::path(get, path = "/users/search", tag = "people", params(Search), responses((status = 200, body = Vec<User>)))]
pub(in crate::http) async fn search(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Query(search): Query<Search>,
) -> Result<Json<Vec<User>>> {
    let limit = page_limit(search.limit, DEFAULT_LIMIT)?;
    Ok(Json(users::search(&cx, &actor, &search.query, limit).await?))
}
