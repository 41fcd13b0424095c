//! Messages: the one door through which they come, pages, edits, deletions, and the log's replay.

use std::future::ready;
use std::pin::Pin;

use crate::domain::access::{Action, Authorship, may};
use crate::domain::asking::Ask;
use crate::domain::audit::{By, Deed, record};
use crate::domain::error::{Error, Result};
use crate::domain::kinds::Known;
use crate::domain::standing::{held_member_of, member_of};
use crate::domain::{Actor, Context, questions, text};
use crate::ids::{ChatId, MessageId, Seq};
use crate::protocol::{
    AuditAction, Manners, Message, MessageKind, MessageStatus, ReplyContext, Revision, SystemData,
};
use crate::store::error::StoreResult;
use crate::store::rows::{self, ChatRow, MessagePage, NewMessage, NewReply, Post, Replay, Window};
use crate::telemetry::metrics::metrics;

/// A message as its author hands it in.
#[derive(Clone, Debug)]
pub struct Draft {
    pub content: String,
    /// Unique per sender and chat: handed in again it gets the first answer and posts nothing.
    pub client_id: Option<String>,
    pub reply_to: Option<MessageId>,
    /// Where it asks the bot whatever its text says.
    pub ask: Option<Ask>,
}

/// A message that is durable.
#[derive(Clone, Debug)]
pub struct Posted {
    pub message: Message,
    /// The `client_id` was here before; this is the first message.
    pub duplicate: bool,
}

/// A message that has its place in the chat's lane and is on its way to the disk. Dropping it cancels nothing.
pub struct Pending(Pin<Box<dyn Future<Output = StoreResult<rows::Posted>> + Send>>);

impl Pending {
    /// Waits until the message is on disk and announced.
    pub async fn durable(self) -> Result<Posted> {
        match self.0.await? {
            rows::Posted::New(message) => {
                metrics().messages_posted.increment(1);
                Ok(Posted { message, duplicate: false })
            }
            rows::Posted::Duplicate(message) => Ok(Posted { message, duplicate: true }),
            rows::Posted::NotMember => Err(Error::NotFound("chat")),
        }
    }
}

/// Posts a person's message; if it asks agents, their replies' placeholders and runs come with it.
///
/// Messages of one caller get their places in the order in which their `post` returned, so a socket may
/// hand in the next before the last is durable.
pub async fn post(cx: &Context, actor: &Actor, chat: ChatId, draft: Draft) -> Result<Pending> {
    cx.rates.message(actor.user.id)?;
    text::content(&draft.content, cx.limits.message_bytes)?;
    if let Some(id) = &draft.client_id {
        text::client_id("client_id", id)?;
    }
    let replies = match cx.kinds.of(chat) {
        // Most messages ask nobody, and every member may post, and who is one the writing itself asks: once more here
        // would cost a query a message.
        Some(Known { kind, manners: Manners::OnMention })
            if draft.reply_to.is_none() && draft.ask.is_none() && !text::may_ask(kind, &draft.content) =>
        {
            Vec::new()
        }
        _ => {
            let (row, membership) = member_of(cx, actor, chat).await?;
            may(row.kind, membership.role, Action::Post)?;
            cx.kinds.learn(&row);
            match asked(cx, actor, &row, &draft).await {
                // The bot has left or the room's settings are others since, or this is one question too many: whoever repeats a question that was posted
                // still gets the first answer.
                Err(refusal @ (Error::Conflict(_) | Error::Withheld(_) | Error::RateLimited { .. })) => {
                    match first_of(cx, actor, chat, &draft).await? {
                        Some(first) => {
                            return Ok(Pending(Box::pin(ready(Ok(rows::Posted::Duplicate(first))))));
                        }
                        None => return Err(refusal),
                    }
                }
                replies => replies?,
            }
        }
    };
    let message = NewMessage {
        id: MessageId::new(),
        kind: MessageKind::Text,
        author: actor.as_ref(),
        is_bot: false,
        content: draft.content,
        status: MessageStatus::Complete,
        reply_to: draft.reply_to,
        client_id: draft.client_id,
        data: None,
        created_at: cx.clock.now(),
    };
    Ok(Pending(Box::pin(cx.store.post(Post { chat_id: chat, message, replies }))))
}

/// A page of a chat's messages.
pub async fn page(
    cx: &Context,
    actor: &Actor,
    chat: ChatId,
    window: Window,
    limit: u32,
) -> Result<MessagePage> {
    member_of(cx, actor, chat).await?;
    Ok(cx.store.page(chat, window, limit).await?)
}

/// One message: what a reply answers may lie far outside of the pages that a client holds.
pub async fn get(cx: &Context, actor: &Actor, chat: ChatId, id: MessageId) -> Result<Message> {
    member_of(cx, actor, chat).await?;
    cx.store.message(chat, id).await?.ok_or(Error::NotFound("message"))
}

/// Replaces the text of one's own message; the earlier text is kept.
pub async fn edit(
    cx: &Context,
    actor: &Actor,
    chat: ChatId,
    id: MessageId,
    content: &str,
) -> Result<Message> {
    cx.rates.message(actor.user.id)?;
    text::content(content, cx.limits.message_bytes)?;
    // Strangers are turned away without a writer's turn.
    member_of(cx, actor, chat).await?;
    let tx = cx.store.begin().await?;
    let (row, membership) = held_member_of(&tx, actor, chat).await?;
    let message = ordinary(tx.message(chat, id).await?)?;
    may(row.kind, membership.role, Action::EditMessage(Authorship::of(message.body.user_id, actor.user.id)))?;
    if message.body.content == content {
        return Ok(message);
    }
    let edited =
        tx.edit_message(chat, id, content, cx.clock.now()).await?.ok_or(Error::NotFound("message"))?;
    tx.commit().await?;
    Ok(edited)
}

/// Purges a message's text and its earlier texts; a tombstone keeps its place.
pub async fn delete(cx: &Context, actor: &Actor, chat: ChatId, id: MessageId) -> Result<()> {
    // Strangers are turned away without a writer's turn.
    member_of(cx, actor, chat).await?;
    let tx = cx.store.begin().await?;
    let (row, membership) = held_member_of(&tx, actor, chat).await?;
    let message = ordinary(tx.message(chat, id).await?)?;
    may(
        row.kind,
        membership.role,
        Action::DeleteMessage(Authorship::of(message.body.user_id, actor.user.id)),
    )?;
    if !message.body.status.is_settled() {
        return Err(Error::Conflict("stop the reply before deleting it"));
    }
    tx.delete_message(chat, id, cx.clock.now()).await?.ok_or(Error::NotFound("message"))?;
    let deed = Deed::to(message.body.user_id, AuditAction::MessageDeleted).within(chat).with(id);
    record(cx, &tx, By::Actor(actor), deed).await?;
    tx.commit().await?;
    Ok(())
}

/// What the model was shown for a reply.
pub async fn context(cx: &Context, actor: &Actor, chat: ChatId, id: MessageId) -> Result<ReplyContext> {
    member_of(cx, actor, chat).await?;
    // With its text its context goes, too.
    ordinary(cx.store.message(chat, id).await?)?;
    cx.store.kept_context(chat, id).await?.ok_or(Error::NotFound("context"))
}

/// The earlier texts of a message, oldest first.
pub async fn revisions(cx: &Context, actor: &Actor, chat: ChatId, id: MessageId) -> Result<Vec<Revision>> {
    member_of(cx, actor, chat).await?;
    cx.store.message(chat, id).await?.ok_or(Error::NotFound("message"))?;
    Ok(cx.store.revisions(id).await?)
}

/// What happened in a chat since a cursor, at most `replay_events`.
pub async fn replay(cx: &Context, actor: &Actor, chat: ChatId, after: Seq) -> Result<Replay> {
    member_of(cx, actor, chat).await?;
    Ok(cx.store.replay(chat, after, cx.limits.replay_events).await?)
}

/// The system message that reports a change, made by whoever changed it.
pub(in crate::domain) fn system(cx: &Context, actor: &Actor, data: SystemData) -> NewMessage {
    NewMessage {
        id: MessageId::new(),
        kind: MessageKind::System,
        author: actor.as_ref(),
        is_bot: false,
        content: sentence(&data),
        status: MessageStatus::Complete,
        reply_to: None,
        client_id: None,
        data: Some(data),
        created_at: cx.clock.now(),
    }
}

fn sentence(data: &SystemData) -> String {
    match data {
        SystemData::ChatCreated { by } => format!("{} created the chat", by.username),
        SystemData::MemberAdded { user, by } => format!("{} added {}", by.username, user.username),
        SystemData::MemberJoined { user, invited_by } => {
            format!("{} joined by {}'s link", user.username, invited_by.username)
        }
        SystemData::MemberRemoved { user, by } => format!("{} removed {}", by.username, user.username),
        SystemData::MemberLeft { user } => format!("{} left", user.username),
        SystemData::RoleChanged { user, role, by } => {
            format!("{} made {} {role} of the chat", by.username, user.username)
        }
        SystemData::ChatRenamed { name, by } => format!("{} renamed the chat to {name}", by.username),
        SystemData::SettingsChanged { by } => format!("{} changed the chat's settings", by.username),
    }
}

fn ordinary(message: Option<Message>) -> Result<Message> {
    let message = message.ok_or(Error::NotFound("message"))?;
    if message.body.kind == MessageKind::System {
        return Err(Error::Forbidden("a system message stays as it is"));
    }
    if message.body.deleted_at.is_some() {
        return Err(Error::NotFound("message"));
    }
    Ok(message)
}

/// The message that this draft repeats.
async fn first_of(cx: &Context, actor: &Actor, chat: ChatId, draft: &Draft) -> Result<Option<Message>> {
    match &draft.client_id {
        Some(id) => Ok(cx.store.message_by_client_id(chat, actor.user.id, id).await?),
        None => Ok(None),
    }
}

/// The replies that this draft asks for.
async fn asked(cx: &Context, actor: &Actor, row: &ChatRow, draft: &Draft) -> Result<Vec<NewReply>> {
    let answered = match draft.reply_to {
        Some(id) => {
            let answered = cx.store.message(row.id, id).await?;
            Some(
                answered
                    .ok_or_else(|| Error::invalid("reply_to", "there is no such message in this chat"))?,
            )
        }
        None => None,
    };
    questions::asked(cx, actor, row, draft, answered.as_ref()).await
}
