//! Vectors of texts: for everybody who is logged in, in the books, within budgets and at the rate of questions.

use std::time::Instant;

use crate::domain::error::{Error, Result};
use crate::domain::{Actor, Context, budgets};
use crate::ids::{CallId, Day, Timestamp, UserId};
use crate::llm::delta;
use crate::llm::error::{FailureKind, LlmError};
use crate::llm::models::{Choice, Vectors};
use crate::protocol::{CallStatus, Embeddings, Usage};
use crate::store::rows::{EndedCall, NewCall, Opened};

/// Makes a vector of each text. `model`: an embedding model of a provider; the first provider's that has one if not
/// given.
pub async fn embed(
    cx: &Context,
    actor: &Actor,
    model: Option<&str>,
    texts: Vec<String>,
) -> Result<Embeddings> {
    let most = cx.limits.embedding_texts;
    if texts.is_empty() || texts.len() > most {
        return Err(Error::invalid("input", format!("must be 1 to {most} texts")));
    }
    if texts.iter().any(|text| text.trim().is_empty()) {
        return Err(Error::invalid("input", "must not hold an empty text"));
    }
    cx.rates.question(actor.user.id)?;
    let choice = cx.models.choose_for_embeddings(model).await.map_err(|error| refusal(&error))?;
    let (asked, at) = (texts.len(), cx.clock.now());
    let id = reserve(cx, actor, &choice, &texts, at).await?;
    let begun = Instant::now();
    let answer = cx.models.embed(&choice, texts).await.and_then(|answer| match answer.vectors.len() {
        count if count == asked => Ok(answer),
        _ => Err(LlmError::Unreadable("there are not as many vectors as texts")),
    });
    let (status, used) = match &answer {
        Ok(Vectors { usage, .. }) => (CallStatus::Success, *usage),
        Err(error) => (status(error), None),
    };
    let cost = match used {
        Some(used) => cx.prices.cost(choice.model(), &used, Day::of(at)),
        None => answer.as_ref().err().filter(|error| error.failure().free).map(|_| 0),
    };
    let usage = counted(used, cost);
    let ended = EndedCall {
        id,
        provider: choice.provider().to_owned(),
        model: choice.model().to_owned(),
        status,
        usage,
        first_chunk_ms: None,
        duration_ms: i32::try_from(begun.elapsed().as_millis()).unwrap_or(i32::MAX),
        at,
    };
    cx.store.end_call(&ended).await?;
    let Vectors { vectors, .. } = answer.map_err(|error| {
        tracing::warn!(model = choice.name(), %error, "no vectors");
        refusal(&error)
    })?;
    Ok(Embeddings { model: choice.name(), embeddings: vectors, usage })
}

/// Sees that the budgets have room for it, and writes down that it is made.
async fn reserve(
    cx: &Context,
    actor: &Actor,
    choice: &Choice,
    texts: &[String],
    at: Timestamp,
) -> Result<CallId> {
    // One for two bytes, as for questions: more than there will be.
    let bytes = texts.iter().map(String::len).sum::<usize>();
    let tokens = u32::try_from(bytes.div_ceil(2)).unwrap_or(u32::MAX);
    let new = NewCall {
        id: CallId::new(),
        agent_id: UserId::NIL,
        provider: choice.provider().to_owned(),
        model: choice.model().to_owned(),
        tokens: tokens.into(),
        microusd: cx.prices.estimate(choice.model(), tokens, 0, Day::of(at)).unwrap_or(0),
        at,
    };
    let id = new.id;
    let bounds = budgets::bounds_of(cx, actor.user.id, at).await?;
    match cx.store.open_call_alone(actor.user.id, new, &bounds).await? {
        Opened::Yes | Opened::Fenced => Ok(id),
        Opened::Over(bound) => Err(Error::OverBudget(budgets::refusal(&actor.user.display_name, &bound))),
    }
}

fn status(error: &LlmError) -> CallStatus {
    match error.failure().kind {
        FailureKind::Error => CallStatus::Error,
        FailureKind::Timeout => CallStatus::Timeout,
        FailureKind::RateLimited => CallStatus::RateLimited,
    }
}

fn counted(used: Option<delta::Usage>, cost_microusd: Option<i64>) -> Usage {
    let used = used.unwrap_or_default();
    Usage {
        prompt_tokens: used.prompt_tokens,
        total_tokens: used.total_tokens,
        cost_microusd,
        unpriced: cost_microusd.is_none(),
        ..Usage::default()
    }
}

/// What the caller is told; what the provider said is for the logs.
fn refusal(error: &LlmError) -> Error {
    match error {
        LlmError::UnknownModel { .. } => Error::invalid("model", "this server has no such embedding model"),
        LlmError::NotConfigured { .. } => Error::Provider("the server has no key for the model's provider"),
        LlmError::RateLimited { .. } | LlmError::Quota { .. } => {
            Error::Provider("the model is at its limit, try again later")
        }
        LlmError::Refused { .. } => Error::Provider("the model's provider refused the texts"),
        _ => Error::Provider("the model's provider failed, try again"),
    }
}
