//! One's place in a chat, which every rule of a chat asks for first.

use crate::domain::error::{Error, Result};
use crate::domain::{Actor, Context};
use crate::ids::ChatId;
use crate::store::Tx;
use crate::store::rows::{ChatRow, Membership};

/// The chat and one's place in it; to everybody else there is no such chat.
pub(in crate::domain) async fn member_of(
    cx: &Context,
    actor: &Actor,
    chat: ChatId,
) -> Result<(ChatRow, Membership)> {
    cx.store.chat(chat, actor.user.id).await?.ok_or(Error::NotFound("chat"))
}

/// The same within a transaction: the chat is held, so that nobody is removed, and the chat not deleted, meanwhile.
pub(in crate::domain) async fn held_member_of(
    tx: &Tx,
    actor: &Actor,
    chat: ChatId,
) -> Result<(ChatRow, Membership)> {
    let row = tx.lock_chat(chat).await?.ok_or(Error::NotFound("chat"))?;
    let membership = tx.membership(chat, actor.user.id).await?.ok_or(Error::NotFound("chat"))?;
    Ok((row, membership))
}
