//! `/api/chats/{chat_id}/bot` and `/api/bot/runs`: the bot for those who have no socket.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{ACCEPT, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{AppendHeaders, IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::asking::{self, Put, Question};
use crate::domain::{Actor, Context};
use crate::http::error::Result;
use crate::http::extract::{Id, IdempotencyKey, Json};
use crate::http::listener::{Ear, Heard, IfDropped, Listener};
use crate::http::state::Http;
use crate::ids::{ChatId, MessageId, RunId};
use crate::protocol::{BotRun, ErrorCode, Message, MessageStatus, ModelSettings, OverBudget, Reason, Usage};
use crate::store::rows::Asked;

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct QuestionToBe {
    /// Needs no `/bot` before it.
    #[schema(min_length = 1)]
    content: String,
    /// The username of the agent that is to answer; the chat's first one if not given.
    agent: Option<String>,
    #[serde(flatten)]
    settings: ModelSettings,
    /// Stands behind the agent's and the room's instructions.
    system_prompt: Option<String>,
    reply_to: Option<MessageId>,
    /// At most 64 characters; sent again it gets the first answer and asks nothing.
    #[schema(min_length = 1, max_length = 64)]
    client_id: Option<String>,
}

impl QuestionToBe {
    fn question(self, key: Option<String>) -> Question {
        let Self { content, agent, settings, system_prompt, reply_to, client_id } = self;
        let asked = Asked { settings, instruction: system_prompt };
        Question { content, client_id: client_id.or(key), reply_to, agent, asked }
    }
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct QuestionAndWait {
    #[serde(flatten)]
    question: QuestionToBe,
    /// Whether the reply is stopped when this request goes away before its end.
    #[serde(default)]
    stop_on_disconnect: bool,
}

#[derive(Deserialize, ToSchema)]
pub(in crate::http) struct RunToBe {
    chat_id: ChatId,
    #[serde(flatten)]
    question: QuestionToBe,
}

/// A question and its reply.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Answer {
    question: Message,
    /// As it ended: `status` and `run` say how.
    message: Message,
    /// Tokens and price.
    usage: Option<Usage>,
}

impl Answer {
    fn new(question: Message, message: Message) -> Self {
        let usage = message.body.run.as_ref().and_then(|run| run.usage);
        Self { question, message, usage }
    }
}

/// Ask the bot and wait for its reply; with `Accept: text/event-stream`, hear it as it is written: the events are
/// `metadata`, `token`, `error` and `done`.
#[utoipa::path(
    post, path = "/chats/{chat_id}/bot", tag = "bot",
    params(
        ("chat_id" = ChatId, Path),
        ("Idempotency-Key" = Option<String>, Header, max_length = 64, description = "As `client_id`, which wins"),
    ),
    responses((
        status = 200, description = "The reply, however it ended",
        content((Answer = "application/json"), (String = "text/event-stream"))
    ))
)]
pub(in crate::http) async fn ask(
    State(http): State<Http>,
    actor: Actor,
    Id(chat): Id<ChatId>,
    IdempotencyKey(key): IdempotencyKey,
    headers: HeaderMap,
    Json(body): Json<QuestionAndWait>,
) -> Result<Response> {
    let QuestionAndWait { question, stop_on_disconnect } = body;
    let if_dropped = if stop_on_disconnect { IfDropped::Stop } else { IfDropped::GoOn };
    // Listening begins before asking: nothing of the reply is missed.
    let ear = Ear::open(&http.0, &actor, chat).await?;
    let put = asking::put(&http.0.cx, &actor, chat, question.question(key)).await?;
    let listener = ear.follow(&put, if_dropped);
    if wants_events(&headers) {
        return Ok(Sse::new(events(put, listener)).keep_alive(KeepAlive::default()).into_response());
    }
    Ok(Json(answer(put, listener).await?).into_response())
}

/// Have a question answered in the background.
#[utoipa::path(
    post, path = "/bot/runs", tag = "bot",
    params(("Idempotency-Key" = Option<String>, Header, max_length = 64, description = "As `client_id`, which wins")),
    responses((status = 202, body = BotRun, description = "Its address is in `Location`"))
)]
pub(in crate::http) async fn begin(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    IdempotencyKey(key): IdempotencyKey,
    Json(body): Json<RunToBe>,
) -> Result<Response> {
    let RunToBe { chat_id, question } = body;
    let put = asking::put(&cx, &actor, chat_id, question.question(key)).await?;
    let run = asking::run(&cx, &actor, put.run_id).await?;
    let location = AppendHeaders([(LOCATION, format!("/api/bot/runs/{}", run.id))]);
    Ok((StatusCode::ACCEPTED, location, Json(run)).into_response())
}

/// How far a run is, and what it wrote: for the members of its chat.
#[utoipa::path(
    get, path = "/bot/runs/{run_id}", tag = "bot",
    params(("run_id" = RunId, Path)), responses((status = 200, body = BotRun))
)]
pub(in crate::http) async fn run(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(run): Id<RunId>,
) -> Result<Json<BotRun>> {
    Ok(Json(asking::run(&cx, &actor, run).await?))
}

/// Stop a run, the text so far is kept: who asked, the chat's owner, admins. One that has ended stays as it is.
#[utoipa::path(
    delete, path = "/bot/runs/{run_id}", tag = "bot",
    params(("run_id" = RunId, Path)), responses((status = 204))
)]
pub(in crate::http) async fn cancel(
    State(cx): State<Arc<Context>>,
    actor: Actor,
    Id(run): Id<RunId>,
) -> Result<StatusCode> {
    asking::cancel(&cx, &actor, run).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn wants_events(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|kind| {
        kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/event-stream")
    })
}

async fn answer(put: Put, mut listener: Listener) -> Result<Answer> {
    loop {
        match listener.next().await {
            Heard::Text(_) => {}
            Heard::End { message, .. } => return Ok(Answer::new(put.question, *message)),
            Heard::Gone(error) => return Err(error.into()),
        }
    }
}

#[derive(Serialize)]
struct Metadata {
    chat_id: ChatId,
    question_id: MessageId,
    message_id: MessageId,
    run_id: RunId,
}

#[derive(Serialize)]
struct Token {
    text: String,
}

/// Why a reply is not whole, or why nothing more of it is told.
#[derive(Serialize)]
struct Trouble {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<ErrorCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget: Option<OverBudget>,
}

/// What is still to be sent, and whether more is to be heard.
struct Telling {
    put: Put,
    listener: Listener,
    ready: VecDeque<Event>,
    is_over: bool,
}

fn events(put: Put, listener: Listener) -> impl Stream<Item = std::result::Result<Event, Infallible>> {
    let metadata = Metadata {
        chat_id: put.reply.body.chat_id,
        question_id: put.question.id,
        message_id: put.reply.id,
        run_id: put.run_id,
    };
    let ready = VecDeque::from([event("metadata", &metadata)]);
    stream::unfold(Telling { put, listener, ready, is_over: false }, async |mut telling| {
        if telling.ready.is_empty() && !telling.is_over {
            telling.hear().await;
        }
        let event = telling.ready.pop_front()?;
        Some((Ok(event), telling))
    })
}

impl Telling {
    async fn hear(&mut self) {
        match self.listener.next().await {
            Heard::Text(text) => self.ready.push_back(event("token", &Token { text })),
            Heard::End { message, rest } => {
                self.is_over = true;
                if !rest.is_empty() {
                    self.ready.push_back(event("token", &Token { text: rest }));
                }
                if message.body.status != MessageStatus::Complete {
                    let run = message.body.run.as_ref();
                    let reason = run.and_then(|run| run.reason);
                    let detail = run.and_then(|run| run.detail.clone()).unwrap_or_default();
                    let budget = run.and_then(|run| run.budget);
                    self.ready.push_back(event("error", &Trouble { code: None, reason, detail, budget }));
                }
                self.ready.push_back(event("done", &Answer::new(self.put.question.clone(), *message)));
            }
            Heard::Gone(error) => {
                self.is_over = true;
                let (code, detail) = (Some(error.code()), error.detail());
                self.ready.push_back(event("error", &Trouble { code, reason: None, detail, budget: None }));
            }
        }
    }
}

fn event(name: &str, data: &impl Serialize) -> Event {
    Event::default().event(name).json_data(data).expect("an answer is plain data and always encodes")
}

#[cfg(test)]
mod tests {
    use axum::http::header::ACCEPT;
    use axum::http::{HeaderMap, HeaderValue};

    use super::wants_events;

    #[test]
    fn events_are_for_those_who_ask_for_them() {
        let with = |accept: &'static str| {
            wants_events(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]))
        };
        assert!(with("text/event-stream") && with("application/json;q=0.5, Text/Event-Stream;q=1"));
        assert!(!with("application/json") && !with("*/*") && !wants_events(&HeaderMap::new()));
    }
}
