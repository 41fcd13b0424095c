//! `/api/admin/audit`: what was done, for the server's administrators.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::LINK;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::domain::{Actor, Context, audit};
use crate::http::error::Result;
use crate::http::extract::{Json, Query, has_more, page_limit};
use crate::ids::AuditId;
use crate::protocol::AuditEntry;

const DEFAULT_LIMIT: u32 = 100;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Place {
    /// The id of the last line that one has.
    before: Option<AuditId>,
    /// 1 to 200, 100 if not given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// The audit log, the latest first. Further lines by the `Link` header.
#[utoipa::path(
    get, path = "/admin/audit", tag = "audit",
    params(Place), responses((status = 200, body = Vec<AuditEntry>))
)]
pub(in crate::http) async fn page(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Query(place): Query<Place>,
) -> Result<Response> {
    let limit = page_limit(place.limit, DEFAULT_LIMIT)?;
    let mut entries = audit::page(&cx, &actor, place.before, u64::from(limit) + 1).await?;
    let has_more = has_more(&mut entries, limit);
    let last = entries.last().filter(|_| has_more);
    let next = last.map(|last| {
        let link = format!("</api/admin/audit?before={}&limit={limit}>; rel=\"next\"", last.id);
        AppendHeaders([(LINK, link)])
    });
    Ok((next, Json(entries)).into_response())
}
