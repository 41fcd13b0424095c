//! Whether a question may be asked and a reply may stay, where the operator has them judged.

use crate::bot::calls::Calls;
use crate::bot::outcome::Ending;
use crate::domain::Context;
use crate::llm::models::{Harm, Verdict};
use crate::protocol::{CallStatus, Usage};
use crate::store::rows::{ClaimedRun, Outcome};

/// How a reply ends whose question may not be asked; `None` if it may.
pub(super) async fn question(
    cx: &Context,
    run: &ClaimedRun,
    calls: &mut Calls<'_>,
    text: &str,
) -> Option<Ending> {
    judged(cx, run, calls, text, Ending::harmful_question).await
}

/// The end of a reply that has been shown: as it is, or taken back.
pub(super) async fn reply(
    cx: &Context,
    run: &ClaimedRun,
    calls: &mut Calls<'_>,
    mut outcome: Outcome,
) -> Outcome {
    let text = outcome.content.as_deref().unwrap_or_default();
    if let Some(Ending { status, reason, detail, .. }) =
        judged(cx, run, calls, text, Ending::harmful_reply).await
    {
        outcome = Outcome { content: detail.clone(), status, reason, detail, ..outcome };
    }
    outcome.usage = [outcome.usage, calls.usage()].into_iter().flatten().reduce(Usage::plus);
    outcome.calls.extend(calls.take());
    outcome
}

async fn judged(
    cx: &Context,
    run: &ClaimedRun,
    calls: &mut Calls<'_>,
    text: &str,
    harmful: fn(&Harm) -> Ending,
) -> Option<Ending> {
    let judge = cx.models.judge()?;
    calls.check(cx, judge, run).await;
    match cx.models.moderate(judge, text).await {
        Ok(Verdict { harm, model, usage }) => {
            if let Some(model) = model {
                calls.answered_by(model);
            }
            if let Some(usage) = usage {
                calls.used(usage);
            }
            calls.checked(CallStatus::Success);
            harm.as_ref().map(harmful)
        }
        Err(error) => {
            tracing::warn!(%error, "moderation does not answer");
            calls.checked(error.failure().kind.into());
            Some(Ending::unjudged())
        }
    }
}
