//! Whether a question may be asked and a reply may stay, where the operator has them judged.

use crate::bot::outcome::Ending;
use crate::domain::Context;
use crate::llm::models::Harm;
use crate::store::rows::Outcome;

/// How a reply ends whose question may not be asked; `None` if it may.
pub(super) async fn question(cx: &Context, text: &str) -> Option<Ending> {
    judged(cx, text, Ending::harmful_question).await
}

/// The end of a reply that has been shown: as it is, or taken back.
pub(super) async fn reply(cx: &Context, outcome: Outcome) -> Outcome {
    let text = outcome.content.as_deref().unwrap_or_default();
    match judged(cx, text, Ending::harmful_reply).await {
        None => outcome,
        Some(Ending { status, reason, detail, .. }) => {
            Outcome { content: detail.clone(), status, reason, detail, ..outcome }
        }
    }
}

async fn judged(cx: &Context, text: &str, harmful: fn(&Harm) -> Ending) -> Option<Ending> {
    match cx.models.moderate(text).await {
        Ok(harm) => harm.as_ref().map(harmful),
        Err(error) => {
            tracing::warn!(%error, "moderation does not answer");
            Some(Ending::unjudged())
        }
    }
}
