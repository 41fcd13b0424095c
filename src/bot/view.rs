//! What a reply may be shown, read from the room.

use crate::bot::context::{self, Room, Shown};
use crate::bot::prompt::Instructions;
use crate::domain::{Context, asking};
use crate::ids::{ChatId, Seq};
use crate::llm::request::estimated_tokens;
use crate::protocol::Message;
use crate::store::error::StoreResult;
use crate::store::rows::{Asked, ClaimedRun, HistoryMessage};

/// Messages read at a time.
pub(super) const PAGE: u32 = 200;

/// A question, and what its reply is shown.
pub(super) struct View {
    /// The question's text.
    pub question: String,
    /// What the room heeds of how it was asked.
    pub asked: Asked,
    pub shown: Shown,
}

/// What this run's reply is shown. `None`: the question was deleted.
pub(super) async fn of(cx: &Context, run: &ClaimedRun) -> StoreResult<Option<View>> {
    let question = cx.store.message(run.chat_id, run.question_id).await?;
    let Some(question) = question.filter(|question| question.body.deleted_at.is_none()) else {
        return Ok(None);
    };
    let settings = cx.store.settings(run.chat_id).await?;
    let asked = asking::heeded(settings.overrides, run.asked.clone());
    // What is asked for beside the question, and the text that is gone on from, are sent as well.
    let beside = [Some(run.text.as_str()), asked.instruction.as_deref()];
    let beside = beside.into_iter().flatten().map(estimated_tokens).fold(0, u32::saturating_add);
    let budget = cx.limits.context_tokens.saturating_sub(beside);
    let (instruction, own) = cx.store.instructed(run.agent.id).await?;
    let mut others = cx.store.agents(run.chat_id).await?;
    others.retain(|other| other.id != run.agent.id);
    let (history, has_older) = latest(cx, run.chat_id, run.question_seq, budget).await?;
    let summary = cx.store.summary(run.chat_id, run.question_seq).await?;
    let question = said(question);
    let room = Room {
        agent: &run.agent,
        others: &others,
        instructions: Instructions {
            server: &cx.instruction,
            agent: &instruction,
            room: settings.instruction.as_deref().unwrap_or_default(),
        },
        summary: summary.as_ref(),
        history: &history,
        has_older,
        question: &question,
        settings: settings.model.or(own),
    };
    let shown = context::build(&room, budget);
    Ok(Some(View { question: question.content, asked, shown }))
}

/// The latest messages before a place, oldest first, somewhat more than a budget can hold, and whether there are more.
async fn latest(
    cx: &Context,
    chat: ChatId,
    mut before: Seq,
    budget: u32,
) -> StoreResult<(Vec<HistoryMessage>, bool)> {
    let mut pages = Vec::new();
    let mut tokens: u32 = 0;
    loop {
        let page = cx.store.history(chat, before, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        let sizes = page.iter().map(|message| estimated_tokens(&message.content));
        tokens = sizes.fold(tokens, u32::saturating_add);
        before = page.first().map_or(Seq::ZERO, |message| message.seq);
        pages.push(page);
        if is_last || tokens > budget {
            let history = pages.into_iter().rev().flatten().collect();
            return Ok((history, !is_last));
        }
    }
}

fn said(message: Message) -> HistoryMessage {
    HistoryMessage {
        seq: message.seq,
        at: message.body.created_at,
        author: message.author(),
        is_bot: message.body.is_bot,
        content: message.body.content,
    }
}
