//! The library of prompts: instructions that people keep, for themselves or for everybody.

use crate::domain::error::{Error, Result};
use crate::domain::{Actor, Context, text};
use crate::ids::PromptId;
use crate::protocol::{Prompt, Visibility};
use crate::store::Tx;

/// What a prompt is to be. What is not given is left as it is.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    pub title: Option<String>,
    pub content: Option<String>,
    pub visibility: Option<Visibility>,
}

/// The prompts that one finds: one's own and the shared ones, the latest first.
pub async fn list(cx: &Context, actor: &Actor, offset: u64, limit: u64) -> Result<Vec<Prompt>> {
    Ok(cx.store.prompts_found_by(actor.user.id, offset, limit).await?)
}

/// Keeps a prompt.
pub async fn create(cx: &Context, actor: &Actor, draft: Draft) -> Result<Prompt> {
    cx.rates.message(actor.user.id)?;
    let now = cx.clock.now();
    let mut prompt = Prompt {
        id: PromptId::new(),
        owner_id: actor.user.id,
        title: String::new(),
        content: String::new(),
        visibility: Visibility::default(),
        created_at: now,
        updated_at: now,
    };
    apply(cx, &mut prompt, draft)?;
    let tx = cx.store.begin().await?;
    if tx.count_prompts(actor.user.id).await? >= u64::from(cx.limits.prompts_per_person) {
        return Err(Error::Conflict("you keep as many prompts as you may"));
    }
    tx.insert_prompt(&prompt).await?;
    tx.commit().await?;
    Ok(prompt)
}

/// Changes a prompt of one's own.
pub async fn change(cx: &Context, actor: &Actor, id: PromptId, draft: Draft) -> Result<Prompt> {
    cx.rates.message(actor.user.id)?;
    let tx = cx.store.begin().await?;
    let mut prompt = own(&tx, actor, id).await?;
    apply(cx, &mut prompt, draft)?;
    prompt.updated_at = cx.clock.now();
    tx.update_prompt(&prompt).await?;
    tx.commit().await?;
    Ok(prompt)
}

/// Forgets a prompt of one's own.
pub async fn delete(cx: &Context, actor: &Actor, id: PromptId) -> Result<()> {
    let tx = cx.store.begin().await?;
    own(&tx, actor, id).await?;
    tx.delete_prompt(id).await?;
    Ok(tx.commit().await?)
}

async fn own(tx: &Tx, actor: &Actor, id: PromptId) -> Result<Prompt> {
    let prompt = tx.prompt(id).await?.ok_or(Error::NotFound("prompt"))?;
    match (prompt.owner_id == actor.user.id, prompt.visibility) {
        (true, _) => Ok(prompt),
        (false, Visibility::Shared) => Err(Error::Forbidden("only who keeps it may change a prompt")),
        (false, Visibility::Private) => Err(Error::NotFound("prompt")),
    }
}

fn apply(cx: &Context, prompt: &mut Prompt, draft: Draft) -> Result<()> {
    prompt.title = text::title(draft.title.as_deref().unwrap_or(&prompt.title))?;
    prompt.content = draft.content.unwrap_or_else(|| prompt.content.clone());
    text::instruction("content", &prompt.content, &cx.limits)?;
    if prompt.content.trim().is_empty() {
        return Err(Error::invalid("content", "must not be empty"));
    }
    prompt.visibility = draft.visibility.unwrap_or(prompt.visibility);
    Ok(())
}
