//! `/api/usage`, `/api/chats/{chat_id}/usage` and `/api/admin/usage`: what replies used and cost.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::LINK;
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::domain::error::Error;
use crate::domain::usage::{self, Days, Whose};
use crate::domain::{Actor, Context};
use crate::http::csv::{self, cell};
use crate::http::error::Result;
use crate::http::extract::{Id, Json, Query, has_more, page_limit};
use crate::ids::{CallId, ChatId, Day};
use crate::protocol::{Call, Grouping, UsageSum};

const DEFAULT_LIMIT: u32 = 100;
/// Lines of a CSV answer: a spreadsheet wants all at once.
const CSV_LIMIT: u32 = 10_000;

#[derive(Clone, Copy, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Sums {
    /// The first day, in UTC; 29 days before the last one if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Day>,
    /// The last day; today if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Day>,
    /// By what calls are added up; by `day` if not given.
    #[serde(default)]
    #[param(inline)]
    by: Grouping,
    /// How many to leave out at the beginning.
    #[serde(default)]
    offset: u32,
    /// 1 to 200, 100 if not given; as CSV 1 to 10,000, which is also what is not given.
    #[param(minimum = 1, maximum = 10_000)]
    limit: Option<u32>,
}

#[derive(Clone, Copy, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Place {
    /// The first day, in UTC; 29 days before the last one if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Day>,
    /// The last day; today if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Day>,
    /// The id of the last call that one has.
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<CallId>,
    /// 1 to 200, 100 if not given; as CSV 1 to 10,000, which is also what is not given.
    #[param(minimum = 1, maximum = 10_000)]
    limit: Option<u32>,
}

/// One's own calls added up. Further lines by the `Link` header; as CSV by `Accept: text/csv`.
#[utoipa::path(
    get, path = "/usage/stats", tag = "usage", params(Sums),
    responses((status = 200, content((Vec<UsageSum> = "application/json"), (String = "text/csv"))))
)]
pub(in crate::http) async fn my_stats(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    headers: HeaderMap,
    Query(sums): Query<Sums>,
) -> Result<Response> {
    stats(&cx, &actor, Whose::Mine, "/api/usage", &headers, sums).await
}

/// One's own calls, the latest first. Further ones by the `Link` header; as CSV by `Accept: text/csv`.
#[utoipa::path(
    get, path = "/usage/history", tag = "usage", params(Place),
    responses((status = 200, content((Vec<Call> = "application/json"), (String = "text/csv"))))
)]
pub(in crate::http) async fn my_history(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    headers: HeaderMap,
    Query(place): Query<Place>,
) -> Result<Response> {
    history(&cx, &actor, Whose::Mine, "/api/usage", &headers, place).await
}

/// A room's calls added up: for its members.
#[utoipa::path(
    get, path = "/chats/{chat_id}/usage/stats", tag = "usage", params(("chat_id" = ChatId, Path), Sums),
    responses((status = 200, content((Vec<UsageSum> = "application/json"), (String = "text/csv"))))
)]
pub(in crate::http) async fn room_stats(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    headers: HeaderMap,
    Query(sums): Query<Sums>,
) -> Result<Response> {
    stats(&cx, &actor, Whose::Room(chat), &format!("/api/chats/{chat}/usage"), &headers, sums).await
}

/// A room's calls, the latest first: for its members.
#[utoipa::path(
    get, path = "/chats/{chat_id}/usage/history", tag = "usage", params(("chat_id" = ChatId, Path), Place),
    responses((status = 200, content((Vec<Call> = "application/json"), (String = "text/csv"))))
)]
pub(in crate::http) async fn room_history(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    headers: HeaderMap,
    Query(place): Query<Place>,
) -> Result<Response> {
    history(&cx, &actor, Whose::Room(chat), &format!("/api/chats/{chat}/usage"), &headers, place).await
}

/// Everybody's calls added up: for the server's administrators.
#[utoipa::path(
    get, path = "/admin/usage/stats", tag = "usage", params(Sums),
    responses((status = 200, content((Vec<UsageSum> = "application/json"), (String = "text/csv"))))
)]
pub(in crate::http) async fn all_stats(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    headers: HeaderMap,
    Query(sums): Query<Sums>,
) -> Result<Response> {
    stats(&cx, &actor, Whose::Everybody, "/api/admin/usage", &headers, sums).await
}

/// Everybody's calls, the latest first: for the server's administrators.
#[utoipa::path(
    get, path = "/admin/usage/history", tag = "usage", params(Place),
    responses((status = 200, content((Vec<Call> = "application/json"), (String = "text/csv"))))
)]
pub(in crate::http) async fn all_history(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    headers: HeaderMap,
    Query(place): Query<Place>,
) -> Result<Response> {
    history(&cx, &actor, Whose::Everybody, "/api/admin/usage", &headers, place).await
}

async fn stats(
    cx: &Context,
    actor: &Actor,
    whose: Whose,
    address: &str,
    headers: &HeaderMap,
    asked: Sums,
) -> Result<Response> {
    let is_csv = csv::is_wanted(headers);
    let limit = limit(asked.limit, is_csv)?;
    let days = Days { from: asked.from, to: asked.to };
    let page = (u64::from(asked.offset), u64::from(limit) + 1);
    let mut sums = usage::stats(cx, actor, whose, days, asked.by, page).await?;
    let next = has_more(&mut sums, limit).then(|| {
        let next = Sums { offset: asked.offset.saturating_add(limit), limit: Some(limit), ..asked };
        link(&format!("{address}/stats"), &next)
    });
    let next = next.map(|next| AppendHeaders([(LINK, next)]));
    let body = if is_csv { sums_as_csv(&sums) } else { Json(sums).into_response() };
    Ok((next, body).into_response())
}

async fn history(
    cx: &Context,
    actor: &Actor,
    whose: Whose,
    address: &str,
    headers: &HeaderMap,
    asked: Place,
) -> Result<Response> {
    let is_csv = csv::is_wanted(headers);
    let limit = limit(asked.limit, is_csv)?;
    let days = Days { from: asked.from, to: asked.to };
    let page = (asked.before, u64::from(limit) + 1);
    let mut calls = usage::history(cx, actor, whose, days, page).await?;
    let last = if has_more(&mut calls, limit) { calls.last() } else { None };
    let next = last.map(|last| {
        link(&format!("{address}/history"), &Place { before: Some(last.id), limit: Some(limit), ..asked })
    });
    let next = next.map(|next| AppendHeaders([(LINK, next)]));
    let body = if is_csv { calls_as_csv(&calls) } else { Json(calls).into_response() };
    Ok((next, body).into_response())
}

fn limit(asked: Option<u32>, is_csv: bool) -> Result<u32> {
    match (is_csv, asked.unwrap_or(CSV_LIMIT)) {
        (false, _) => Ok(page_limit(asked, DEFAULT_LIMIT)?),
        (true, limit @ 1..=CSV_LIMIT) => Ok(limit),
        (true, _) => Err(Error::invalid("limit", format!("must be 1 to {CSV_LIMIT}")).into()),
    }
}

fn link(address: &str, next: &impl Serialize) -> String {
    let fields = serde_json::to_value(next).unwrap_or_default();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.as_object().into_iter().flatten() {
        match value.as_str() {
            Some(text) => query.append_pair(name, text),
            None => query.append_pair(name, &value.to_string()),
        };
    }
    format!("<{address}?{}>; rel=\"next\"", query.finish())
}

fn sums_as_csv(sums: &[UsageSum]) -> Response {
    let titles = [
        "day",
        "model",
        "chat_id",
        "user_id",
        "username",
        "calls",
        "prompt_tokens",
        "cached_tokens",
        "thought_tokens",
        "reply_tokens",
        "total_tokens",
        "cost_microusd",
        "unpriced_calls",
    ];
    let rows = sums.iter().map(|sum| {
        [
            cell(sum.day),
            cell(sum.model.as_ref()),
            cell(sum.chat_id),
            cell(sum.user_id),
            cell(sum.username.as_ref()),
            sum.calls.to_string(),
            sum.prompt_tokens.to_string(),
            sum.cached_tokens.to_string(),
            sum.thought_tokens.to_string(),
            sum.reply_tokens.to_string(),
            sum.total_tokens.to_string(),
            sum.cost_microusd.to_string(),
            sum.unpriced_calls.to_string(),
        ]
    });
    csv::answer(titles, rows)
}

fn calls_as_csv(calls: &[Call]) -> Response {
    let titles = [
        "at",
        "id",
        "chat_id",
        "message_id",
        "run_id",
        "asked_by",
        "username",
        "agent_id",
        "provider",
        "model",
        "status",
        "prompt_tokens",
        "cached_tokens",
        "thought_tokens",
        "reply_tokens",
        "total_tokens",
        "cost_microusd",
        "first_chunk_ms",
        "duration_ms",
    ];
    let rows = calls.iter().map(|call| {
        [
            call.at.to_string(),
            call.id.to_string(),
            cell(call.chat_id),
            cell(call.message_id),
            cell(call.run_id),
            call.asked_by.to_string(),
            call.username.clone(),
            cell(call.agent_id),
            call.provider.clone(),
            call.model.clone(),
            <&str>::from(call.status).to_owned(),
            cell(call.usage.prompt_tokens),
            cell(call.usage.cached_tokens),
            cell(call.usage.thought_tokens),
            cell(call.usage.reply_tokens),
            cell(call.usage.total_tokens),
            cell(call.usage.cost_microusd),
            cell(call.first_chunk_ms),
            cell(call.duration_ms),
        ]
    });
    csv::answer(titles, rows)
}
