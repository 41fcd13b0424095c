//! A client's frame → a call of the rules → an answer. No policy, no SQL, no fan-out here.

use std::sync::Arc;

use bytes::Bytes;

use crate::domain::error::Error;
use crate::domain::messages::{Draft, Pending};
use crate::domain::{Actor, Context, chats, messages, receipts, runs, signals};
use crate::hub::frame::{Place, Reply, encode, place};
use crate::hub::{Hub, Subscription};
use crate::ids::{ChatId, Seq};
use crate::protocol::{
    ClientFrame, Command, ErrorCode, Joined, QueueEntry, ServerFrame, Signal, StreamSnapshot,
};
use crate::socket::cursor::Cursor;
use crate::store::rows::Replay;

/// What a command leads to.
pub(in crate::socket) enum Outcome {
    Silent,
    // Boxed, as every idle socket has room for an outcome.
    Answer(Box<ServerFrame>),
    /// On its way to the disk; the answer comes when it is there.
    Pending(Box<Posting>),
    Joined(Box<Entrance>),
    Left(ChatId, Box<ServerFrame>),
}

/// A message that is not durable yet.
pub(in crate::socket) struct Posting {
    pub reference: Option<String>,
    pub chat_id: ChatId,
    pub pending: Pending,
}

impl Posting {
    /// The answer, encoded, once the message is durable or refused.
    pub(in crate::socket) async fn answer(self) -> Bytes {
        let answer = match self.pending.durable().await {
            Ok(posted) => ServerFrame::Ack {
                reference: self.reference,
                message_id: Some(posted.message.id),
                seq: Some(posted.message.seq),
                duplicate: posted.duplicate.then_some(true),
            },
            Err(error) => refusal(self.reference, Some(self.chat_id), &error),
        };
        encode(&answer)
    }
}

/// A room that a socket has just come into.
pub(in crate::socket) struct Entrance {
    pub joined: Joined,
    pub subscription: Subscription,
    pub cursor: Cursor,
    /// What happened since the client's own cursor, in order.
    pub replay: Vec<(Place, Bytes)>,
    pub queue: Option<Bytes>,
}

/// Reads a frame; an unreadable one becomes the error that answers it.
pub fn parse(text: &str) -> Result<ClientFrame, Box<ServerFrame>> {
    #[derive(serde::Deserialize)]
    struct Outline {
        #[serde(rename = "ref")]
        reference: Option<String>,
    }
    let refuse = |reference: Option<String>, code, detail: String| {
        Box::new(ServerFrame::Error { reference, code, detail, chat_id: None, retry_after: None })
    };
    let frame = serde_json::from_str::<ClientFrame>(text).map_err(|error| {
        let Ok(Outline { reference }) = serde_json::from_str(text) else {
            return refuse(None, ErrorCode::BadRequest, "a frame is a JSON object with a type".into());
        };
        let reference = reference.filter(|reference| reference.chars().count() <= 64);
        let detail: String = format!("the frame was not understood: {error}").chars().take(200).collect();
        refuse(reference, ErrorCode::BadRequest, detail)
    })?;
    match &frame.reference {
        Some(reference) if reference.chars().count() > 64 => {
            Err(refuse(None, ErrorCode::ValidationFailed, "ref: must have at most 64 characters".into()))
        }
        _ => Ok(frame),
    }
}

/// Carries a command out. Returns before a posted message is durable, so that the next may follow it.
pub(in crate::socket) async fn dispatch(
    cx: Arc<Context>,
    hub: Arc<Hub>,
    actor: Arc<Actor>,
    frame: ClientFrame,
) -> Outcome {
    let ClientFrame { reference, command } = frame;
    let (chat_id, result) = match command {
        Command::Ping => return answered(ServerFrame::Pong { reference }),
        Command::Leave { chat_id } => return Outcome::Left(chat_id, Box::new(ack(reference))),
        Command::Join { chat_id, after } => {
            (chat_id, join(&cx, &hub, &actor, reference.clone(), chat_id, after).await)
        }
        Command::Message { chat_id, content, client_id, reply_to } => {
            let draft = Draft { content, client_id, reply_to, ask: None };
            let posted = messages::post(&cx, &actor, chat_id, draft).await;
            let pending = |pending| {
                Outcome::Pending(Box::new(Posting { reference: reference.clone(), chat_id, pending }))
            };
            (chat_id, posted.map(pending))
        }
        Command::Typing { chat_id } => {
            (chat_id, signals::typing(&cx, &actor, chat_id).await.map(|()| Outcome::Silent))
        }
        Command::Read { chat_id, last_read_seq } => {
            let marked = receipts::mark_read(&cx, &actor, chat_id, Some(last_read_seq)).await;
            (chat_id, marked.map(|_| answered(ack(reference.clone()))))
        }
        Command::Stop { chat_id, message_id } => {
            let stopped = runs::stop(&cx, &actor, chat_id, message_id).await;
            (chat_id, stopped.map(|()| answered(ack(reference.clone()))))
        }
        Command::Retry { chat_id, message_id } => {
            let retried = runs::retry(&cx, &actor, chat_id, message_id).await;
            (chat_id, retried.map(|_| answered(ack(reference.clone()))))
        }
    };
    result.unwrap_or_else(|error| answered(refusal(reference, Some(chat_id), &error)))
}

/// The error frame of a refusal; a failure of ours is logged here, where it is handled.
pub(in crate::socket) fn refusal(
    reference: Option<String>,
    chat_id: Option<ChatId>,
    error: &Error,
) -> ServerFrame {
    if let Error::Internal(cause) = error {
        tracing::error!(%cause, "a frame failed");
    }
    ServerFrame::Error {
        reference,
        code: error.code(),
        detail: error.detail(),
        chat_id,
        retry_after: error.retry_after(),
    }
}

/// The frames of a stretch of the log, with their places.
pub(in crate::socket) fn replayed(
    chat_id: ChatId,
    events: Vec<(Seq, crate::protocol::Event)>,
) -> Vec<(Place, Bytes)> {
    let frame = |(seq, event)| {
        let place = place(seq, &event);
        (place, encode(&ServerFrame::replayed(chat_id, seq, event)))
    };
    events.into_iter().map(frame).collect()
}

fn answered(frame: ServerFrame) -> Outcome {
    Outcome::Answer(Box::new(frame))
}

fn ack(reference: Option<String>) -> ServerFrame {
    ServerFrame::Ack { reference, message_id: None, seq: None, duplicate: None }
}

async fn join(
    cx: &Context,
    hub: &Arc<Hub>,
    actor: &Actor,
    reference: Option<String>,
    chat_id: ChatId,
    after: Option<Seq>,
) -> Result<Outcome, Error> {
    // A stranger must not make rooms, nor be seen in them.
    chats::get(cx, actor, chat_id).await?;
    // Listening begins before looking: what happens in between is heard, and dropped by the cursor if seen.
    let mut subscription = hub.subscribe(chat_id);
    let opened = chats::open(cx, actor, chat_id).await?;
    let (events, reset) = match after {
        None => (Vec::new(), false),
        Some(after) => match messages::replay(cx, actor, chat_id, after).await? {
            Replay::Events { events, complete: true } => (events, false),
            Replay::Events { .. } | Replay::Gone => (Vec::new(), true),
        },
    };
    let mut replay = replayed(chat_id, events);
    for (place, _) in &mut replay {
        place.is_history_up_to(opened.head_seq);
    }
    subscription.enter(&actor.as_ref());
    let start = if reset { opened.head_seq } else { after.unwrap_or(opened.head_seq) };
    // A run that ended between listening and looking: its end lies at or before the head, and will not come.
    let (streams, over): (Vec<_>, Vec<_>) = std::mem::take(&mut subscription.streams)
        .into_iter()
        .partition(|stream| opened.queue.running.iter().any(|run| run.run_id == stream.run_id));
    let mut cursor = Cursor::new(start, &streams);
    for StreamSnapshot { message_id, run_id, .. } in over {
        cursor.follow(Reply { message_id, run_id, is_settled: true });
    }
    // Its reply may be in the queue again: of a retry, every chunk is heard.
    for QueueEntry { message_id, run_id, .. } in opened.queue.running.iter().chain(&opened.queue.waiting) {
        cursor.follow(Reply { message_id: *message_id, run_id: *run_id, is_settled: false });
    }
    let queue = (!opened.queue.is_empty())
        .then(|| encode(&ServerFrame::signal(chat_id, Signal::Queue(opened.queue))));
    Ok(Outcome::Joined(Box::new(Entrance {
        cursor,
        replay,
        queue,
        joined: Joined {
            reference,
            chat_id,
            head_seq: opened.head_seq,
            participants: opened.participants,
            online: hub.online(chat_id),
            read_positions: opened.read_positions,
            streams,
            reset,
        },
        subscription,
    })))
}
