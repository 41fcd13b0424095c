//! Vectors of texts: for everybody who is logged in, in the books, within budgets and at the rate of questions.

use crate::domain::calls::{self, Alone, Told};
use crate::domain::error::{Error, Result};
use crate::domain::{Actor, Context};
use crate::llm::error::LlmError;
use crate::llm::models::Vectors;
use crate::protocol::Embeddings;
use crate::store::rows::EndedCall;

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
    let asked = texts.len();
    let call = Alone::open(cx, actor, &choice, (estimated_tokens(&texts), 0)).await?;
    let answer = cx.models.embed(&choice, texts).await.and_then(|answer| match answer.vectors.len() {
        count if count == asked => Ok(answer),
        _ => Err(LlmError::Unreadable("there are not as many vectors as texts")),
    });
    let told = answer.as_ref().map(|answer| Told { used: answer.usage, ..Told::default() });
    let EndedCall { usage, .. } = call.end(told).await?;
    let Vectors { vectors, .. } = answer.map_err(|error| {
        tracing::warn!(model = choice.name(), %error, "no vectors");
        refusal(&error)
    })?;
    Ok(Embeddings { model: choice.name(), embeddings: vectors, usage })
}

/// One for two bytes, as for questions: more than there will be.
fn estimated_tokens(texts: &[String]) -> u32 {
    let bytes = texts.iter().map(String::len).sum::<usize>();
    u32::try_from(bytes.div_ceil(2)).unwrap_or(u32::MAX)
}

/// What the caller is told.
fn refusal(error: &LlmError) -> Error {
    match error {
        LlmError::UnknownModel { .. } => Error::invalid("model", "this server has no such embedding model"),
        LlmError::Refused { .. } => Error::Provider("the model's provider refused the texts"),
        _ => calls::refusal(error),
    }
}
