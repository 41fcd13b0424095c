//! Read positions: forward only, seen by everybody in the chat.

use crate::bus::Envelope;
use crate::domain::error::{Error, Result};
use crate::domain::standing::member_of;
use crate::domain::{Actor, Context};
use crate::ids::{ChatId, Seq};
use crate::protocol::{ReadReceipt, Signal};

/// Moves one's read position forward, to `seq` or to the head; the position afterwards.
pub async fn mark_read(cx: &Context, actor: &Actor, chat: ChatId, seq: Option<Seq>) -> Result<Seq> {
    let user_id = actor.user.id;
    let target = seq.unwrap_or(Seq(i64::MAX));
    let (last_read_seq, moved) =
        cx.store.mark_read(chat, user_id, target, cx.clock.now()).await?.ok_or(Error::NotFound("chat"))?;
    if moved {
        let signal = Signal::Read { user_id, last_read_seq };
        cx.bus.publish(&Envelope::Signal { chat_id: chat, signal, except: None });
    }
    Ok(last_read_seq)
}

/// How far everybody has read.
pub async fn list(cx: &Context, actor: &Actor, chat: ChatId) -> Result<Vec<ReadReceipt>> {
    member_of(cx, actor, chat).await?;
    Ok(cx.store.receipts(chat).await?)
}
