//! What a call of a model may take and what it took; and calls that are for no reply: one person asks and pays for them.

use std::time::{Duration, Instant};

use crate::domain::error::{Error, Result};
use crate::domain::{Actor, Context, budgets};
use crate::ids::{CallId, Day, Timestamp, UserId};
use crate::llm::delta;
use crate::llm::error::LlmError;
use crate::llm::models::Choice;
use crate::llm::prices::Prices;
use crate::protocol::{CallStatus, Usage};
use crate::store::rows::{EndedCall, NewCall, Opened};

/// A call about to be made, and what is reserved for it: so many tokens of the prompt and of the reply at most.
pub fn reservation(
    prices: &Prices,
    choice: &Choice,
    agent_id: UserId,
    (prompt, reply): (u32, u32),
    at: Timestamp,
) -> NewCall {
    NewCall {
        id: CallId::new(),
        agent_id,
        provider: choice.provider().to_owned(),
        model: choice.model().to_owned(),
        tokens: i64::from(prompt) + i64::from(reply),
        microusd: prices.estimate(choice.model(), prompt, reply, Day::of(at)).unwrap_or(0),
        at,
    }
}

/// What a call took and cost. Where no tokens were told, nobody knows what it cost, unless `otherwise` does.
pub fn usage(
    prices: &Prices,
    model: &str,
    used: Option<delta::Usage>,
    otherwise: Option<i64>,
    at: Timestamp,
) -> Usage {
    let cost_microusd = match &used {
        Some(used) => prices.cost(model, used, Day::of(at)),
        None => otherwise,
    };
    let used = used.unwrap_or_default();
    // Added up where it was not told, for budgets go by it.
    let parts = [used.prompt_tokens, used.tool_tokens, used.thought_tokens, used.reply_tokens];
    let sum = parts.into_iter().flatten().reduce(u32::saturating_add);
    Usage {
        prompt_tokens: used.prompt_tokens,
        cached_tokens: used.cached_tokens,
        thought_tokens: used.thought_tokens,
        reply_tokens: used.reply_tokens,
        total_tokens: used.total_tokens.or(sum),
        cost_microusd,
        unpriced: cost_microusd.is_none(),
    }
}

/// A span as the books have it.
pub fn milliseconds(span: Duration) -> i32 {
    i32::try_from(span.as_millis()).unwrap_or(i32::MAX)
}

/// A call for no reply that is being made.
pub struct Alone<'a> {
    cx: &'a Context,
    choice: &'a Choice,
    id: CallId,
    at: Timestamp,
    begun: Instant,
}

/// What was told of a call that went well.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// The one that answered.
    pub model: Option<String>,
    pub used: Option<delta::Usage>,
    /// After the beginning.
    pub first_chunk: Option<Duration>,
}

impl<'a> Alone<'a> {
    /// Sees that the budgets have room for it, and writes down that it is made.
    pub async fn open(
        cx: &'a Context,
        actor: &Actor,
        choice: &'a Choice,
        tokens: (u32, u32),
    ) -> Result<Alone<'a>> {
        let at = cx.clock.now();
        let new = reservation(&cx.prices, choice, UserId::NIL, tokens, at);
        let id = new.id;
        let bounds = budgets::bounds_of(cx, actor.user.id, at).await?;
        match cx.store.open_call_alone(actor.user.id, new, &bounds).await? {
            Opened::Yes | Opened::Fenced => Ok(Self { cx, choice, id, at, begun: Instant::now() }),
            Opened::Over(exceeded) => {
                let (sentence, budget) = budgets::refusal(&actor.user.display_name, &exceeded);
                Err(Error::OverBudget { sentence, budget })
            }
        }
    }

    /// When it began.
    pub fn begun(&self) -> Instant {
        self.begun
    }

    /// Writes down how it ended.
    pub async fn end(self, end: std::result::Result<Told, &LlmError>) -> Result<EndedCall> {
        let (status, told, otherwise) = match end {
            Ok(told) => (CallStatus::Success, told, None),
            Err(error) => {
                let failure = error.failure();
                (failure.kind.into(), Told::default(), failure.free.then_some(0))
            }
        };
        let model = told.model.unwrap_or_else(|| self.choice.model().to_owned());
        let ended = EndedCall {
            id: self.id,
            provider: self.choice.provider().to_owned(),
            status,
            usage: usage(&self.cx.prices, &model, told.used, otherwise, self.at),
            model,
            first_chunk_ms: told.first_chunk.map(milliseconds),
            duration_ms: milliseconds(self.begun.elapsed()),
            at: self.at,
        };
        self.cx.store.end_call(&ended).await?;
        Ok(ended)
    }
}

/// What the caller is told; what the provider said is for the logs.
pub fn refusal(error: &LlmError) -> Error {
    Error::Provider(match error {
        LlmError::NotConfigured { .. } => "the server has no key for the model's provider",
        LlmError::RateLimited { .. } | LlmError::Quota { .. } => "the model is at its limit, try again later",
        _ => "the model's provider failed, try again",
    })
}
