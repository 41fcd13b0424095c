//! What may be lost: typing.

use crate::bus::Envelope;
use crate::domain::error::Result;
use crate::domain::standing::member_of;
use crate::domain::{Actor, Context};
use crate::ids::ChatId;
use crate::protocol::Signal;

/// Tells the others in the room that somebody types; the typist hears nothing of it. At most once a
/// second, however many sockets they type on.
pub async fn typing(cx: &Context, actor: &Actor, chat: ChatId) -> Result<()> {
    if !cx.rates.typing(actor.user.id, chat) {
        return Ok(());
    }
    member_of(cx, actor, chat).await?;
    cx.bus.publish(&Envelope::Signal {
        chat_id: chat,
        signal: Signal::Typing(actor.as_ref()),
        except: Some(actor.user.id),
    });
    Ok(())
}
