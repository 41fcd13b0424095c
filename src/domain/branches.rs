//! Branches: a new group that begins with copies of what was said elsewhere.

use std::collections::HashMap;

use crate::domain::access::{Action, may};
use crate::domain::chats::{self, Created, NewChat};
use crate::domain::error::{Error, Result};
use crate::domain::standing::member_of;
use crate::domain::{Actor, Context};
use crate::ids::{ChatId, MessageId, Seq};
use crate::protocol::{ChatKind, Message, MessageKind, MessageStatus};
use crate::store::rows::{NewMessage, Window};

/// What of a chat goes into a branch.
#[derive(Clone, Debug)]
pub enum Part {
    /// The latest messages up to this one, as many as the limit allows.
    UpTo(Seq),
    /// These and nothing else, in the order in which they were said.
    Only(Vec<MessageId>),
}

/// A branch to be.
#[derive(Clone, Debug)]
pub struct Branch {
    pub part: Part,
    pub name: Option<String>,
    pub participant_usernames: Vec<String>,
    pub idempotency_key: Option<String>,
}

/// Makes a group of the people named, with copies of what was said; authors and times stay as they were.
pub async fn create(cx: &Context, actor: &Actor, chat: ChatId, branch: Branch) -> Result<Created> {
    cx.rates.message(actor.user.id)?;
    let (row, membership) = member_of(cx, actor, chat).await?;
    may(row.kind, membership.role, Action::Branch)?;
    let most = cx.limits.branch_messages;
    let found = match branch.part {
        // What one said to the bot alone goes no further than one says, piece by piece.
        Part::UpTo(_) if row.kind == ChatKind::Ai => {
            return Err(Error::invalid(
                "message_ids",
                "must say which messages of an AI chat are to be copied",
            ));
        }
        Part::UpTo(seq) => cx.store.page(chat, Window::Before(seq.next()), most).await?.messages,
        Part::Only(ids) if ids.len() > most as usize => {
            return Err(Error::invalid("message_ids", format!("must be {most} at most")));
        }
        Part::Only(ids) => {
            let found = cx.store.messages_among(chat, &ids).await?;
            if let Some(missing) = ids.iter().find(|id| !found.iter().any(|message| message.id == **id)) {
                return Err(Error::invalid(
                    "message_ids",
                    format!("there is no message {missing} in this chat"),
                ));
            }
            found
        }
    };
    let copies = copies(found);
    if copies.is_empty() {
        return Err(Error::Conflict("there is nothing to copy"));
    }
    let Branch { name, participant_usernames, idempotency_key, .. } = branch;
    let name = name.or(row.name);
    let new = NewChat { kind: ChatKind::Group, name, participant_usernames, idempotency_key };
    chats::create_with(cx, actor, new, copies).await
}

/// What was said, and is still there, as messages to be. One that answers another one answers its copy.
fn copies(found: Vec<Message>) -> Vec<NewMessage> {
    let said = found.into_iter().filter(|message| {
        let body = &message.body;
        let is_whole = body.status.is_settled() && body.status != MessageStatus::Failed;
        body.kind == MessageKind::Text && is_whole && body.deleted_at.is_none() && !body.content.is_empty()
    });
    let mut ids: HashMap<MessageId, MessageId> = HashMap::new();
    said.map(|message| {
        let id = MessageId::new();
        ids.insert(message.id, id);
        NewMessage {
            id,
            kind: MessageKind::Text,
            author: message.author(),
            is_bot: message.body.is_bot,
            reply_to: message.body.reply_to.and_then(|id| ids.get(&id).copied()),
            content: message.body.content,
            status: message.body.status,
            client_id: None,
            data: None,
            created_at: message.body.created_at,
        }
    })
    .collect()
}
