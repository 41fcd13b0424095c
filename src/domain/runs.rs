//! Replies to be written: the queue that everybody sees, stopping a reply, and writing it once more.

use crate::bus::{Bus, Envelope};
use crate::domain::access::{Action, Authorship, may};
use crate::domain::error::{Error, Result};
use crate::domain::standing::{held_member_of, member_of};
use crate::domain::{Actor, Context};
use crate::ids::{ChatId, MessageId, RunId};
use crate::protocol::{Message, MessageStatus, Queue, Reason, ReplyRun, RunState, Signal, UserRef, Version};
use crate::store::rows::{Committed, Outcome, Retry};

/// Passes a committed change on: to the rooms, and to the bot if it is a reply to be written.
pub fn announce(bus: &Bus, committed: Committed) {
    let Committed { chat_id, seq, event } = committed;
    let queued = event.message().is_some_and(|message| message.body.status == MessageStatus::Queued);
    bus.publish(&Envelope::Event { chat_id, seq, event: Box::new(event) });
    if queued {
        bus.publish(&Envelope::RunQueued { chat_id });
    }
}

/// Shows everybody in the room which replies are written and which wait.
pub async fn show_queue(cx: &Context, chat: ChatId) -> Result<()> {
    let queue = cx.store.queue(chat, cx.limits.replies_per_room).await?;
    cx.bus.publish(&Envelope::Signal { chat_id: chat, signal: Signal::Queue(queue), except: None });
    Ok(())
}

/// Stops a waiting or written reply; the text so far is kept. Stopping what has ended changes nothing.
pub async fn stop(cx: &Context, actor: &Actor, chat: ChatId, message: MessageId) -> Result<()> {
    let (row, membership) = member_of(cx, actor, chat).await?;
    let run = cx.store.run_of(chat, message).await?.ok_or(Error::NotFound("reply"))?;
    may(row.kind, membership.role, Action::StopReply(Authorship::of(run.asked_by, actor.user.id)))?;
    let by = actor.as_ref();
    if run.state == RunState::Queued && cx.store.settle_queued(run.id, stopped(&by)).await?.is_some() {
        return show_queue(cx, chat).await;
    }
    if run.state != RunState::Done {
        // A run that was claimed a moment ago is running by now.
        cx.bus.publish(&Envelope::RunStopped { run_id: run.id, by });
    }
    Ok(())
}

/// Has a reply written once more, in its place, however it ended; what waits or is written already stays as it is.
/// The question stays its asker's, whoever retries.
pub async fn retry(cx: &Context, actor: &Actor, chat: ChatId, message: MessageId) -> Result<Message> {
    write_again(cx, actor, chat, message, Again::Anew).await
}

/// Has a reply that broke off or was cut go on from its text, in the same message.
pub async fn go_on(cx: &Context, actor: &Actor, chat: ChatId, message: MessageId) -> Result<Message> {
    write_again(cx, actor, chat, message, Again::GoOn).await
}

/// The texts of a reply, the first one first: what each of its runs wrote, and who had it do so.
pub async fn versions(cx: &Context, actor: &Actor, chat: ChatId, message: MessageId) -> Result<Vec<Version>> {
    member_of(cx, actor, chat).await?;
    cx.store.versions(chat, message).await?.ok_or(Error::NotFound("reply"))
}

/// What is written and what waits in a room, and how much at once.
pub async fn queue(cx: &Context, actor: &Actor, chat: ChatId) -> Result<Queue> {
    member_of(cx, actor, chat).await?;
    Ok(cx.store.queue(chat, cx.limits.replies_per_room).await?)
}

/// Sets how many replies are written at once in a room, within what the server allows; none: as many as that.
pub async fn set_at_once(cx: &Context, actor: &Actor, chat: ChatId, at_once: Option<u32>) -> Result<Queue> {
    let most = cx.limits.replies_per_room;
    if at_once.is_some_and(|wanted| wanted == 0 || wanted > most) {
        return Err(Error::invalid("at_once", format!("must be 1 to {most}")));
    }
    // Strangers are turned away without a writer's turn.
    member_of(cx, actor, chat).await?;
    let tx = cx.store.begin().await?;
    let (row, membership) = held_member_of(&tx, actor, chat).await?;
    may(row.kind, membership.role, Action::BoundReplies)?;
    tx.set_replies_at_once(chat, at_once).await?;
    tx.commit().await?;
    // There may be room for more.
    cx.bus.publish(&Envelope::RunQueued { chat_id: chat });
    show_queue(cx, chat).await?;
    queue(cx, actor, chat).await
}

/// How a reply is written once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    Anew,
    GoOn,
}

async fn write_again(
    cx: &Context,
    actor: &Actor,
    chat: ChatId,
    message: MessageId,
    again: Again,
) -> Result<Message> {
    // It costs what asking costs.
    cx.rates.message(actor.user.id)?;
    // Strangers are turned away without a writer's turn.
    member_of(cx, actor, chat).await?;
    let tx = cx.store.begin().await?;
    let (row, membership) = held_member_of(&tx, actor, chat).await?;
    let reply = tx.message(chat, message).await?.filter(|reply| reply.body.deleted_at.is_none());
    let reply = reply.ok_or(Error::NotFound("reply"))?;
    let run = reply.body.run.as_ref().ok_or(Error::NotFound("reply"))?;
    may(row.kind, membership.role, Action::RetryReply(Authorship::of(run.asked_by, actor.user.id)))?;
    if !reply.body.status.is_settled() {
        return Ok(reply);
    }
    if again == Again::GoOn {
        can_go_on(cx, &reply, run)?;
    }
    // Rather than lose what there is to a reply that can only fail.
    let question = tx.message(chat, run.question_id).await?;
    if question.is_none_or(|question| question.body.deleted_at.is_some()) {
        return Err(Error::Conflict("the question was deleted"));
    }
    if tx.membership(chat, reply.body.user_id).await?.is_none() {
        return Err(Error::Conflict("the bot is not in this chat; invite it by its username"));
    }
    cx.rates.question(actor.user.id)?;
    let retry = Retry {
        run_id: RunId::new(),
        by: actor.as_ref(),
        continues: again == Again::GoOn,
        at: cx.clock.now(),
    };
    let retried = tx.retry_reply(chat, message, retry).await?;
    let retried = retried.ok_or(Error::NotFound("reply"))?;
    tx.commit().await?;
    Ok(retried)
}

fn can_go_on(cx: &Context, reply: &Message, run: &ReplyRun) -> Result<()> {
    let text = &reply.body.content;
    if reply.body.status == MessageStatus::Complete && run.reason != Some(Reason::Cut) {
        return Err(Error::Conflict("the reply is complete"));
    }
    // Where nothing was said, the reason stands in the reply's place.
    if text.trim().is_empty() || run.detail.as_ref() == Some(text) {
        return Err(Error::Conflict("the reply has no text to go on from; retry it"));
    }
    if text.len() >= cx.limits.reply_bytes {
        return Err(Error::Conflict("the reply is as long as a reply may be"));
    }
    Ok(())
}

/// The end of a reply that somebody stopped.
pub fn stopped(by: &UserRef) -> Outcome {
    Outcome {
        detail: Some(format!("Stopped by {}.", by.display_name)),
        stopped_by: Some(by.clone()),
        ..Outcome::of(MessageStatus::Stopped)
    }
}
