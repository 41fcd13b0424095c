//! Notes of what is older than an agent is shown, brought up to date in the background by the model itself.
//!
//! Priced to whoever asked for the reply that left the messages out, and to the room, as a call beside the reply's
//! run: the reply waits for it neither at its beginning nor at its end.

use tokio_stream::StreamExt;

use crate::bot::calls::Calls;
use crate::bot::prompt::{self, Earlier};
use crate::bot::view;
use crate::domain::Context;
use crate::ids::{Seq, SummaryId};
use crate::llm::delta::{Delta, Finish};
use crate::llm::error::LlmError;
use crate::llm::models::Choice;
use crate::llm::request::{Request, Role, Turn, estimated_tokens};
use crate::llm::retry::LONGEST_PAUSE;
use crate::protocol::{CallStatus, ModelSettings};
use crate::store::error::StoreResult;
use crate::store::rows::{ClaimedRun, Opened, Summarised, Summary};

/// What a reply left to the summary.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// The first message that was shown.
    pub before: Seq,
    /// The model that was asked.
    pub model: Option<String>,
}

/// Brings the room's summary up to what was left out, if that has grown by a quarter of what is shown.
pub(super) async fn renew(cx: &Context, run: &ClaimedRun, left: LeftOut) {
    match due(cx, run, &left).await {
        Ok(Some(due)) => {
            let (chat, up_to_seq) = (run.chat_id, due.up_to);
            match make(cx, run, due).await {
                Ok(is_kept) => tracing::info!(chat.id = %chat, %up_to_seq, is_kept, "a room was summarised"),
                Err(error) => tracing::warn!(chat.id = %chat, %error, "a room cannot be summarised"),
            }
        }
        Ok(None) => {}
        Err(error) => {
            tracing::warn!(chat.id = %run.chat_id, %error, "a room's older messages cannot be read")
        }
    }
}

/// A summary to be made.
struct Due {
    request: Request,
    up_to: Seq,
    /// The chat's head before its messages were read.
    as_of: Seq,
}

async fn due(cx: &Context, run: &ClaimedRun, left: &LeftOut) -> StoreResult<Option<Due>> {
    let budget = cx.limits.context_tokens;
    let Some(as_of) = cx.store.head(run.chat_id).await? else { return Ok(None) };
    let former = cx.store.summary(run.chat_id, left.before).await?;
    let after = former.as_ref().map_or(Seq::ZERO, |former| former.of.up_to_seq);
    let system = prompt::note_taker(words(budget));
    let mut parts = Vec::new();
    if let Some(former) = &former {
        parts.push(Earlier { summary: former.content.as_str().into() }.encoded());
    }
    let fixed = parts.iter().map(|part| estimated_tokens(part)).sum::<u32>() + estimated_tokens(&system);
    let mut room = budget.saturating_sub(fixed);
    let mut grown = 0;
    let mut up_to = None;
    for message in cx.store.history_between(run.chat_id, after, left.before, view::PAGE).await? {
        let part = prompt::spoken(&message).encoded();
        let tokens = estimated_tokens(&part);
        // One that is too long even alone is passed over rather than stood before for ever.
        if tokens > room && grown > 0 {
            break;
        }
        up_to = Some(message.seq);
        grown += tokens;
        if tokens <= room {
            room -= tokens;
            parts.push(part);
        }
    }
    let Some(up_to) = up_to.filter(|_| grown >= budget / 4) else { return Ok(None) };
    let settings = ModelSettings { model: left.model.clone(), ..ModelSettings::default() };
    let turns = vec![Turn { role: Role::User, parts }];
    Ok(Some(Due { request: Request { system, turns, settings }, up_to, as_of }))
}

async fn make(cx: &Context, run: &ClaimedRun, due: Due) -> StoreResult<bool> {
    let Due { request, up_to, as_of } = due;
    let choice = match cx.models.choose(request.settings.model.as_deref()).await {
        Ok(choice) => choice,
        Err(error) => {
            tracing::warn!(chat.id = %run.chat_id, %error, "a room has no model for its summary");
            return Ok(false);
        }
    };
    let mut calls = Calls::beside(&cx.prices);
    if calls.reserve(cx, &choice, run, &request).await? != Opened::Yes {
        return Ok(false);
    }
    let text = read(cx, &choice, request, &mut calls).await;
    calls.settle_beside(cx).await?;
    let content = match text {
        Ok(text) => cut(text.replace('\0', "").trim(), cx.limits.context_tokens).to_owned(),
        Err(error) => {
            tracing::warn!(chat.id = %run.chat_id, %error, "a summary failed");
            return Ok(false);
        }
    };
    if content.is_empty() {
        return Ok(false);
    }
    let of = Summarised { id: SummaryId::new(), up_to_seq: up_to };
    cx.store.keep_summary(run.chat_id, Summary { of, content }, as_of, cx.clock.now()).await
}

/// The whole answer, if it came to an end that is its own.
async fn read(
    cx: &Context,
    choice: &Choice,
    request: Request,
    calls: &mut Calls<'_>,
) -> Result<String, LlmError> {
    let mut deltas = match cx.models.ask(choice, request, LONGEST_PAUSE) {
        Ok(deltas) => deltas,
        Err(error) => {
            calls.failed(error.failure());
            return Err(error);
        }
    };
    let mut text = String::new();
    while let Some(delta) = deltas.next().await {
        match delta {
            Ok(Delta::Text(more)) => {
                calls.heard();
                text.push_str(&more);
            }
            Ok(Delta::Model(model)) => calls.answered_by(model),
            Ok(Delta::Usage(usage)) => calls.used(usage),
            Ok(Delta::Retried(failure)) => calls.retried(failure, cx.clock.now()),
            Ok(Delta::Thought(_) | Delta::ToolCall(_)) => {}
            Ok(Delta::Finish(Finish::Stop | Finish::MaxTokens | Finish::Continuation)) => {
                calls.ended(CallStatus::Success);
                return Ok(text);
            }
            Ok(Delta::Finish(Finish::Filtered(_) | Finish::Malformed(_) | Finish::Other(_))) => {
                calls.ended(CallStatus::Error);
                return Ok(String::new());
            }
            Err(error) => {
                calls.failed(error.failure());
                return Err(error);
            }
        }
    }
    calls.failed(LlmError::Incomplete.failure());
    Err(LlmError::Incomplete)
}

/// So many that a summary takes an eighth of what is shown.
fn words(budget: u32) -> u32 {
    (budget / 8 / 3).max(30)
}

/// A summary never takes more than a fifth.
fn cut(text: &str, budget: u32) -> &str {
    let bytes = usize::try_from(budget / 5).unwrap_or(usize::MAX).saturating_mul(2);
    &text[..text.floor_char_boundary(bytes)]
}
