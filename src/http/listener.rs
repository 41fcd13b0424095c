//! A reply as one request hears it: like a socket from the room's frames, from its first word to its end.
//!
//! Whoever reads slowly falls behind the room's ring and then takes what is missing from the room's own copy of the
//! text, in one piece: nothing piles up, and nobody else waits.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until};

use crate::domain::asking::Put;
use crate::domain::auth;
use crate::domain::error::Error;
use crate::domain::{Actor, Context, chats, messages, runs};
use crate::http::state::Edge;
use crate::hub::frame::{Frame, Place, Reply};
use crate::hub::people::Connection;
use crate::hub::{Hub, Seat};
use crate::ids::{ChatId, MessageId, RunId};
use crate::protocol::{Message, Signal};

/// A person's ear in a room, for as long as their session and their membership last.
pub(in crate::http) struct Ear {
    cx: Arc<Context>,
    hub: Arc<Hub>,
    actor: Arc<Actor>,
    chat: ChatId,
    frames: Receiver<Arc<Frame>>,
    connection: Connection,
    expires: Instant,
    // Held for its `Drop`.
    _seat: Seat,
}

impl Ear {
    /// Listens to a chat from now on; it counts as one of the person's sockets.
    pub(in crate::http) async fn open(edge: &Edge, actor: &Actor, chat: ChatId) -> Result<Self, Error> {
        let (cx, hub) = (Arc::clone(&edge.cx), Arc::clone(&edge.hub));
        // A stranger must not make rooms.
        chats::get(&cx, actor, chat).await?;
        let connection = hub
            .connect(actor.user.id, actor.session_id, cx.limits.sockets_per_person)
            .map_err(|_| Error::RateLimited { retry_after: Duration::from_secs(1) })?;
        // The session may have ended before the hub knew of this ear.
        let actor = auth::again(&cx, actor).await?;
        let left = u64::try_from(actor.expires_at.0.saturating_sub(cx.clock.now().0)).unwrap_or(0);
        let (frames, seat) = hub.subscribe(chat).split();
        Ok(Self {
            cx,
            hub,
            actor: Arc::new(actor),
            chat,
            frames,
            connection,
            expires: Instant::now() + Duration::from_millis(left),
            _seat: seat,
        })
    }

    /// Listens to this reply and to nothing else.
    pub(in crate::http) fn follow(self, put: &Put, if_dropped: IfDropped) -> Listener {
        let (message, run) = (put.reply.id, put.run_id);
        let heard = String::new();
        Listener { ear: self, message, run, if_dropped, next: 0, heard, has_looked: false, is_over: false }
    }
}

/// What becomes of a reply whose listener goes away before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum IfDropped {
    GoOn,
    Stop,
}

/// What a listener hears next.
pub(in crate::http) enum Heard {
    /// New text.
    Text(String),
    /// The reply's end, with what of its text was not heard.
    End { message: Box<Message>, rest: String },
    /// There is nothing more to hear: the session, the membership or the reply is gone.
    Gone(Error),
}

/// One request's listening to one reply.
pub(in crate::http) struct Listener {
    ear: Ear,
    message: MessageId,
    run: RunId,
    if_dropped: IfDropped,
    /// The chunk that is expected next.
    next: u64,
    heard: String,
    has_looked: bool,
    is_over: bool,
}

impl Listener {
    /// Waits for what comes next.
    pub(in crate::http) async fn next(&mut self) -> Heard {
        if !std::mem::replace(&mut self.has_looked, true)
            && let Some(heard) = self.look().await
        {
            return heard;
        }
        loop {
            if let Some(text) = self.new_text() {
                return Heard::Text(text);
            }
            let frame = tokio::select! {
                biased;
                () = self.ear.connection.ended.cancelled() => return self.gone(ENDED),
                () = sleep_until(self.ear.expires) => return self.gone(ENDED),
                frame = self.ear.frames.recv() => frame,
            };
            let is_news = match frame.map(|frame| frame.place) {
                Ok(Place::Durable { ends, .. }) if ends.ends_for(self.ear.actor.user.id) => true,
                Ok(Place::Durable { reply: Some(Reply { message_id, .. }), .. }) => {
                    message_id == self.message
                }
                Ok(_) => false,
                // Anything may have been among what was missed.
                Err(RecvError::Lagged(_)) => true,
                Err(RecvError::Closed) => return self.gone(Error::NotFound("chat")),
            };
            if is_news && let Some(heard) = self.look().await {
                return heard;
            }
        }
    }

    /// Looks at the stored reply, as a member may; none while it is being written.
    async fn look(&mut self) -> Option<Heard> {
        let Ear { cx, actor, chat, .. } = &self.ear;
        let message = match messages::get(cx, actor, *chat, self.message).await {
            Ok(message) if message.body.deleted_at.is_none() => message,
            Ok(_) => return Some(self.gone(Error::NotFound("reply"))),
            Err(error) => return Some(self.gone(error)),
        };
        let run = message.body.run.as_ref()?;
        if run.id != self.run {
            return Some(self.gone(Error::Conflict("the reply is being written anew")));
        }
        if !message.body.status.is_settled() {
            return None;
        }
        self.is_over = true;
        // Where nothing was said, the reason stands in the text's place.
        let text =
            if run.detail.as_ref() == Some(&message.body.content) { "" } else { &message.body.content };
        let rest = text.strip_prefix(self.heard.as_str()).unwrap_or_default().to_owned();
        Some(Heard::End { message: Box::new(message), rest })
    }

    /// The chunks that were not heard yet, from the room's copy of the text.
    fn new_text(&mut self) -> Option<String> {
        let (message, run, next) = (self.message, self.run, self.next);
        let expected = |it, its_run| if (it, its_run) == (message, run) { next } else { u64::MAX };
        let mut text = String::new();
        for chunk in self.ear.hub.missed_chunks(self.ear.chat, expected) {
            if let Signal::Chunk { index, chunk, .. } = chunk {
                text.push_str(&chunk);
                self.next = index + 1;
            }
        }
        self.heard.push_str(&text);
        (!text.is_empty()).then_some(text)
    }

    fn gone(&mut self, why: Error) -> Heard {
        self.is_over = true;
        Heard::Gone(why)
    }
}

const ENDED: Error = Error::Unauthenticated("the session has ended: log in again");

impl Drop for Listener {
    fn drop(&mut self) {
        if self.is_over || self.if_dropped == IfDropped::GoOn {
            return;
        }
        let (cx, actor) = (Arc::clone(&self.ear.cx), Arc::clone(&self.ear.actor));
        let (chat, message) = (self.ear.chat, self.message);
        tokio::spawn(async move {
            if let Err(error) = runs::stop(&cx, &actor, chat, message).await {
                tracing::debug!(chat.id = %chat, %error, "a reply whose asker went away cannot be stopped");
            }
        });
    }
}
