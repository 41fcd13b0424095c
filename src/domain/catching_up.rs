//! What somebody has missed of a chat.

use crate::domain::error::Result;
use crate::domain::standing::member_of;
use crate::domain::{Actor, Context};
use crate::ids::{ChatId, Seq};
use crate::protocol::{Message, MessageKind};
use crate::store::rows::Window;

/// Most messages that are looked at, the latest ones.
const MOST: u32 = 500;

/// What was said since one's read position.
pub struct Missed {
    /// The read position.
    pub after: Seq,
    /// Oldest first.
    pub messages: Vec<Message>,
    /// Whether there is more of it, before these.
    pub has_older: bool,
}

/// What others said in the chat since the actor last read: settled and not deleted.
pub async fn missed(cx: &Context, actor: &Actor, chat: ChatId) -> Result<Missed> {
    let (_, membership) = member_of(cx, actor, chat).await?;
    let after = membership.last_read_seq;
    let page = cx.store.page(chat, Window::Latest, MOST).await?;
    let has_older = page.has_older && page.messages.first().is_some_and(|oldest| oldest.seq > after.next());
    let said = page.messages.into_iter().filter(|message| {
        let body = &message.body;
        let is_others = body.kind == MessageKind::Text && body.user_id != actor.user.id;
        is_others && message.seq > after && body.status.is_settled() && body.deleted_at.is_none()
    });
    Ok(Missed { after, messages: said.collect(), has_older })
}
