//! Questions to the bot: the bot's user, the queue that everybody sees, and stopping a reply.

use crate::bus::{Bus, Envelope};
use crate::domain::access::{Action, Authorship, may};
use crate::domain::error::{Error, Result};
use crate::domain::standing::member_of;
use crate::domain::{Actor, Context};
use crate::ids::{ChatId, MessageId, UserId};
use crate::protocol::{Event, MessageStatus, ServerRole, Signal, UserKind};
use crate::store::rows::{Committed, NewUser, Outcome, RunState};

/// The name under which the bot is mentioned and invited.
pub const BOT_USERNAME: &str = "gem";

/// Makes the bot's user at the first start, before any person could take its name.
pub async fn ensure_bot(cx: &Context) -> Result<()> {
    if !cx.store.users_by_names(&[BOT_USERNAME.to_owned()]).await?.is_empty() {
        return Ok(());
    }
    let tx = cx.store.begin().await?;
    let bot = NewUser {
        id: UserId::new(),
        kind: UserKind::Agent,
        username: BOT_USERNAME.into(),
        display_name: "Gemini".into(),
        email: None,
        password_hash: None,
        role: ServerRole::Member,
        created_at: cx.clock.now(),
    };
    // Another node may have been first; then it is there, which is all that is wanted.
    if tx.insert_user(bot).await?.is_ok() {
        tx.commit().await?;
    }
    Ok(())
}

/// Passes a committed change on: to the rooms, and to the bot if it is a reply to be written.
pub fn announce(bus: &Bus, committed: Committed) {
    let Committed { chat_id, seq, event } = committed;
    let queued = matches!(&event, Event::Posted(message) if message.body.status == MessageStatus::Queued);
    bus.publish(&Envelope::Event { chat_id, seq, event: Box::new(event) });
    if queued {
        bus.publish(&Envelope::RunQueued { chat_id });
    }
}

/// Shows everybody in the room which replies are written and which wait.
pub async fn show_queue(cx: &Context, chat: ChatId) -> Result<()> {
    let queue = cx.store.queue(chat).await?;
    cx.bus.publish(&Envelope::Signal { chat_id: chat, signal: Signal::Queue(queue), except: None });
    Ok(())
}

/// Stops a waiting or written reply; the text so far is kept. Stopping what has ended changes nothing.
pub async fn stop(cx: &Context, actor: &Actor, chat: ChatId, message: MessageId) -> Result<()> {
    let (row, membership) = member_of(cx, actor, chat).await?;
    let run = cx.store.run_of(chat, message).await?.ok_or(Error::NotFound("reply"))?;
    may(row.kind, membership.role, Action::StopReply(Authorship::of(run.asked_by, actor.user.id)))?;
    let by = actor.user.username.clone();
    if run.state == RunState::Queued && cx.store.settle_queued(run.id, stopped(&by)).await?.is_some() {
        return show_queue(cx, chat).await;
    }
    if run.state != RunState::Done {
        // A run that was claimed a moment ago is running by now.
        cx.bus.publish(&Envelope::RunStopped { run_id: run.id, by });
    }
    Ok(())
}

/// The end of a reply that somebody stopped.
pub fn stopped(by: &str) -> Outcome {
    Outcome {
        content: None,
        status: MessageStatus::Stopped,
        reason: None,
        detail: Some(format!("Stopped by {by}.")),
        model: None,
        usage: None,
    }
}
