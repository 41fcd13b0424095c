//! What the server says of itself: alive, ready, its numbers, its limits.

use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;

use crate::config::auth::Registration;
use crate::config::limits::Limits;
use crate::domain::auth::tokens::digest;
use crate::domain::error::Error;
use crate::http::error::{Result, unavailable};
use crate::http::extract::{Json, bearer};
use crate::http::state::Http;

/// A database that takes longer to say yes is not one to serve people with.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Health {
    #[schema(example = "ok")]
    status: &'static str,
    version: &'static str,
}

const OK: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// What somebody can expect who comes to this server.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Terms {
    #[serde(flatten)]
    limits: Limits,
    // In place: the body of a registration has the same name.
    #[schema(inline)]
    registration: Registration,
}

/// Whether the process lives.
#[utoipa::path(get, path = "/health", tag = "operation", security(()), responses((status = 200, body = Health)))]
pub(in crate::http) async fn health() -> Json<Health> {
    Json(OK)
}

/// Whether new people should be sent here: the database answers and has room, and the server is not about to end.
#[utoipa::path(
    get, path = "/ready", tag = "operation", security(()),
    responses((status = 200, body = Health), (status = 503, description = "The database is away or has no room, or the server is ending"))
)]
pub(in crate::http) async fn ready(State(http): State<Http>) -> Response {
    if http.0.closing.is_cancelled() {
        return unavailable("the server is closing");
    }
    match tokio::time::timeout(PATIENCE, http.0.cx.store.ping()).await {
        Ok(Ok(())) if http.0.cx.store.has_room() => Json(OK).into_response(),
        Ok(Ok(())) => unavailable("the disk is full"),
        Ok(Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "not ready");
            unavailable("the database does not answer")
        }
        Err(_) => unavailable("the database does not answer in time"),
    }
}

/// The server's numbers, in the Prometheus format. Needs the operator's `METRICS_TOKEN` as a bearer token.
#[utoipa::path(get, path = "/metrics", tag = "operation", security(("metrics" = [])), responses((status = 200, body = String, content_type = "text/plain")))]
pub(in crate::http) async fn metrics(State(http): State<Http>, headers: HeaderMap) -> Result<Response> {
    let numbers = &http.0.numbers;
    // Without a token the page does not exist: numbers tell strangers how busy people are.
    let token = numbers.token.as_ref().ok_or(Error::NotFound("page"))?;
    let shown = bearer(&headers).ok_or(Error::Unauthenticated("the numbers need METRICS_TOKEN"))?;
    // Digests are compared: how long it takes says nothing about the token.
    if digest(shown) != digest(token.expose_secret()) {
        return Err(Error::Unauthenticated("this is not METRICS_TOKEN").into());
    }
    let kind = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((kind, (numbers.render)()).into_response())
}

/// Everything that is bounded, and who may register.
#[utoipa::path(get, path = "/limits", tag = "operation", security(()), responses((status = 200, body = Terms)))]
pub(in crate::http) async fn limits(State(http): State<Http>) -> Json<Terms> {
    Json(Terms { limits: http.0.cx.limits.clone(), registration: http.0.auth.registration })
}
