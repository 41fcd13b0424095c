//! One socket: one task, one place where it waits.
//!
//! Commands run one after the other, posts are acknowledged as they become durable, rooms are heard
//! meanwhile. Every write has a timeout, so a peer that takes no bytes cannot hold the task; one that
//! takes them slowly lags behind its rooms and is served from the log.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use bytes::Bytes;
use futures_util::stream::FuturesOrdered;
use futures_util::task::AtomicWaker;
use futures_util::{FutureExt, SinkExt, StreamExt};
use governor::DefaultDirectRateLimiter;
use governor::clock::{Clock as _, DefaultClock};
use tokio::time::{Instant, timeout};
use tokio_stream::StreamMap;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;

use crate::domain::error::Error;
use crate::domain::rates::quota;
use crate::domain::{Actor, Context, auth, messages};
use crate::hub::frame::{Frame, Place, encode};
use crate::hub::people::{About, Connection, PersonFrame};
use crate::hub::{Hub, Seat};
use crate::ids::{ChatId, Seq};
use crate::protocol::{self, CloseCode, Command, ErrorCode, ServerFrame};
use crate::socket::Lifecycle;
use crate::socket::alarms::{Alarm, Alarms};
use crate::socket::bell::Bell;
use crate::socket::cursor::{Cursor, Verdict};
use crate::socket::dispatch::{Entrance, Outcome, Posting, dispatch, parse, refusal, replayed};
use crate::store::rows::Replay;
use crate::telemetry::metrics::metrics;

/// Between two pings.
pub(in crate::socket) const HEARTBEAT: Duration = Duration::from_secs(30);
/// A peer that was silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(75);
/// A peer that took no bytes for so long is stuck.
const WRITE: Duration = Duration::from_secs(10);
/// Written at once: more frames, or more bytes, wait for the next turn of the loop.
const BATCH_FRAMES: usize = 64;
const BATCH_BYTES: usize = 64 * 1024;
/// Posts of one socket that may be on their way to the disk.
const POSTS_IN_FLIGHT: usize = 64;
/// Refused frames between two heartbeats after which a socket is flooding.
const STRIKES: u32 = 1_000;

type Answer = Pin<Box<dyn Future<Output = Bytes> + Send>>;
type Dispatching = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A socket and everything it holds; dropping it leaves its rooms.
pub(in crate::socket) struct Socket {
    ws: WebSocket,
    cx: Arc<Context>,
    hub: Arc<Hub>,
    actor: Arc<Actor>,
    connection: Connection,
    // Before `seats`: a room counts its listeners when a seat is given up.
    frames: StreamMap<ChatId, BroadcastStream<Arc<Frame>>>,
    // Boxed, as the map has room for four of them from the first on.
    seats: HashMap<ChatId, Box<Seated>>,
    /// Chats whose end was heard in the room, so that the person's own notice of it is not a second one.
    ended: HashMap<ChatId, Seq>,
    dispatching: Option<Dispatching>,
    answers: FuturesOrdered<Answer>,
    limiter: DefaultDirectRateLimiter,
    strikes: u32,
    heard: Instant,
    /// Bytes that were fed and not flushed.
    batch: usize,
    bells: Bells,
}

/// Who may wake the task; commands and posts on their way, which are seldom there, wake it by themselves.
struct Bells {
    task: Arc<AtomicWaker>,
    alarms: Bell,
    notices: Bell,
    peer: Bell,
    rooms: Bell,
}

impl Bells {
    fn new() -> Self {
        let task = Arc::default();
        let [alarms, notices, peer, rooms] = std::array::from_fn(|_| Bell::new(&task));
        Self { task, alarms, notices, peer, rooms }
    }
}

/// A socket's place in one room.
struct Seated {
    cursor: Cursor,
    /// The end of membership, should the room's own frame be missed.
    farewell: Option<Bytes>,
    // Held for its `Drop`.
    _seat: Seat,
}

/// What woke the task.
enum Step {
    Heard(Option<Result<Message, axum::Error>>),
    Room(ChatId, Result<Arc<Frame>, BroadcastStreamRecvError>),
    Person(Option<Arc<PersonFrame>>),
    Dispatched(Outcome),
    Durable(Bytes),
    Alarm(Alarm),
    /// The peer does not take what goes out at once.
    Full,
}

impl Socket {
    pub(in crate::socket) fn new(
        ws: WebSocket,
        cx: Arc<Context>,
        hub: Arc<Hub>,
        actor: Actor,
        connection: Connection,
    ) -> Self {
        let limiter =
            DefaultDirectRateLimiter::direct(quota(cx.limits.frames_per_second, cx.limits.frames_burst));
        Self {
            ws,
            cx,
            hub,
            actor: Arc::new(actor),
            connection,
            frames: StreamMap::new(),
            seats: HashMap::new(),
            ended: HashMap::new(),
            dispatching: None,
            answers: FuturesOrdered::new(),
            limiter,
            strikes: 0,
            heard: Instant::now(),
            batch: 0,
            bells: Bells::new(),
        }
    }

    /// Serves the socket to its end.
    pub(in crate::socket) async fn run(&mut self, lifecycle: &Lifecycle) {
        metrics().sockets.increment(1.0);
        let _open = Open;
        let code = match self.serve(lifecycle).await {
            Ok(()) => return,
            Err(code) => code,
        };
        let frame = CloseFrame { code: code.code(), reason: Utf8Bytes::from_static(code.reason()) };
        // The peer may be gone or stuck; it has had its chance.
        let _ = timeout(Duration::from_secs(1), self.ws.send(Message::Close(Some(frame)))).await;
    }

    /// Until the peer goes (`Ok`) or the server ends it (`Err`).
    ///
    /// What is seldom done is boxed here and below: a task is as large as the largest thing that it ever
    /// awaits, and most sockets are idle.
    async fn serve(&mut self, lifecycle: &Lifecycle) -> Result<(), CloseCode> {
        // The session may have ended between the upgrade and the hub's knowing of this socket.
        Box::pin(self.check_session()).await?;
        self.send(&ServerFrame::Hello {
            connection_id: self.connection.id,
            user: self.actor.me(),
            protocol: protocol::VERSION.into(),
            heartbeat_s: HEARTBEAT.as_secs(),
        })
        .await?;
        // Spread, so that a thousand sockets opened together do not beat together.
        let first_beat = Instant::now() + HEARTBEAT.mul_f64(rand::random_range(0.5..1.0));
        let expiry = Instant::now() + self.session_left();
        let mut alarms = Alarms::new(&self.connection, lifecycle, first_beat, expiry);
        loop {
            match poll_fn(|cx| self.poll_step(&mut alarms, cx)).await {
                Step::Alarm(alarm) => self.alarm(alarm, &mut alarms).await?,
                Step::Heard(None) => return Ok(()),
                Step::Heard(Some(message)) => {
                    if self.heard(message).await?.is_break() {
                        return Ok(());
                    }
                }
                Step::Room(chat, frame) => {
                    self.room(chat, frame).await?;
                    self.drain().await?;
                }
                Step::Person(Some(frame)) => self.person(&frame).await?,
                Step::Person(None) => return Err(CloseCode::SessionEnded),
                Step::Dispatched(outcome) => Box::pin(self.outcome(outcome)).await?,
                Step::Durable(answer) => self.feed(answer).await?,
                Step::Full => self.flush().await?,
            }
        }
    }

    /// What is to be done next. Before the task sleeps, what was fed goes out in one write.
    ///
    /// The rooms come last, as all else is bounded by limits.
    fn poll_step(&mut self, alarms: &mut Alarms, cx: &mut task::Context<'_>) -> Poll<Step> {
        let Self { ws, connection, frames, dispatching, answers, bells, .. } = self;
        bells.task.register(cx.waker());
        if let Poll::Ready(alarm) = bells.alarms.answer(|cx| alarms.poll_next(cx)) {
            return Poll::Ready(Step::Alarm(alarm));
        }
        if let Poll::Ready(frame) = bells.notices.answer(|cx| connection.notices.poll_recv(cx)) {
            return Poll::Ready(Step::Person(frame));
        }
        if let Some(running) = dispatching
            && let Poll::Ready(outcome) = running.as_mut().poll(cx)
        {
            *dispatching = None;
            return Poll::Ready(Step::Dispatched(outcome));
        }
        if !answers.is_empty()
            && let Poll::Ready(Some(answer)) = answers.poll_next_unpin(cx)
        {
            return Poll::Ready(Step::Durable(answer));
        }
        if dispatching.is_none()
            && answers.len() < POSTS_IN_FLIGHT
            && let Poll::Ready(heard) = bells.peer.answer(|cx| ws.poll_next_unpin(cx))
        {
            return Poll::Ready(Step::Heard(heard));
        }
        if let Poll::Ready(Some((chat, frame))) = bells.rooms.answer(|cx| frames.poll_next_unpin(cx)) {
            return Poll::Ready(Step::Room(chat, frame));
        }
        if self.batch == 0 {
            return Poll::Pending;
        }
        match ws.poll_flush_unpin(cx) {
            Poll::Ready(Ok(())) => {
                self.batch = 0;
                Poll::Pending
            }
            Poll::Ready(Err(_)) | Poll::Pending => Poll::Ready(Step::Full),
        }
    }

    async fn alarm(&mut self, alarm: Alarm, alarms: &mut Alarms) -> Result<(), CloseCode> {
        match alarm {
            Alarm::Close(code) => return Err(code),
            Alarm::Closing => self.say_closing().await?,
            Alarm::Beat => {
                Box::pin(self.beat()).await?;
                // Silence that ends between two beats would be noticed a whole beat late.
                let silent = self.heard + SILENCE;
                alarms.beat = silent.min(Instant::now() + HEARTBEAT);
            }
            Alarm::Expired => {
                Box::pin(self.check_session()).await?;
                alarms.expiry = Instant::now() + self.session_left();
            }
        }
        Ok(())
    }

    /// Spread at random, so that the next server is not met by everybody at once.
    async fn say_closing(&mut self) -> Result<(), CloseCode> {
        let reconnect_after_ms = rand::random_range(250..5_000);
        self.feed(encode(&ServerFrame::ServerClosing { reconnect_after_ms })).await
    }

    /// Takes what else the rooms have ready, so that it goes out in one write.
    async fn drain(&mut self) -> Result<(), CloseCode> {
        for _ in 1..BATCH_FRAMES {
            match self.bells.rooms.answer(|cx| self.frames.poll_next_unpin(cx)) {
                Poll::Ready(Some((chat, frame))) => self.room(chat, frame).await?,
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        Ok(())
    }

    async fn heard(
        &mut self,
        message: Result<Message, axum::Error>,
    ) -> Result<std::ops::ControlFlow<()>, CloseCode> {
        use std::ops::ControlFlow::{Break, Continue};
        self.heard = Instant::now();
        metrics().frames_received.increment(1);
        match message {
            Ok(Message::Text(text)) => Box::pin(self.command(text.as_str())).await.map(Continue),
            Ok(Message::Binary(_)) => {
                let detail = "frames are text messages".to_owned();
                Box::pin(self.refuse(None, None, ErrorCode::BadRequest, detail)).await.map(Continue)
            }
            // Pongs that nobody asked for are a flood like any other.
            Ok(Message::Ping(_) | Message::Pong(_)) => {
                Box::pin(self.spend(None, None)).await.map(|_| Continue(()))
            }
            Ok(Message::Close(_)) => Ok(Break(())),
            Err(error) if is_too_large(&error) => Err(CloseCode::FrameTooLarge),
            Err(_) => Ok(Break(())),
        }
    }

    async fn command(&mut self, text: &str) -> Result<(), CloseCode> {
        let frame = match parse(text) {
            Ok(frame) => frame,
            Err(refusal) => {
                self.strike()?;
                return self.feed(encode(&refusal)).await;
            }
        };
        let reference = frame.reference.clone();
        match &frame.command {
            // Messages have a limit of their own, counted over all of a person's sockets.
            Command::Message { .. } => {}
            Command::Typing { chat_id } => {
                if !self.spend(reference, Some(*chat_id)).await? {
                    return Ok(());
                }
            }
            Command::Join { chat_id, .. } => {
                if !self.spend(reference.clone(), Some(*chat_id)).await? {
                    return Ok(());
                }
                let full = self.seats.len() >= self.cx.limits.chats_per_socket as usize;
                if full && !self.seats.contains_key(chat_id) {
                    let detail = "this socket has joined as many chats as it may".to_owned();
                    return self.refuse(reference, Some(*chat_id), ErrorCode::Conflict, detail).await;
                }
            }
            _ => {
                if !self.spend(reference, None).await? {
                    return Ok(());
                }
            }
        }
        let (cx, hub, actor) = (Arc::clone(&self.cx), Arc::clone(&self.hub), Arc::clone(&self.actor));
        // Boxed: an idle socket must not carry the size of every command's future.
        self.dispatching = Some(Box::pin(dispatch(cx, hub, actor, frame)));
        Ok(())
    }

    async fn outcome(&mut self, outcome: Outcome) -> Result<(), CloseCode> {
        match outcome {
            Outcome::Silent => Ok(()),
            Outcome::Answer(frame) => {
                if matches!(*frame, ServerFrame::Error { code: ErrorCode::RateLimited, .. }) {
                    self.strike()?;
                }
                self.feed(encode(&frame)).await
            }
            Outcome::Pending(posting) => {
                self.answers.push_back(Box::pin(Posting::answer(*posting)));
                Ok(())
            }
            Outcome::Left(chat, frame) => {
                self.leave(chat);
                self.feed(encode(&frame)).await
            }
            Outcome::Joined(entrance) => self.enter(*entrance).await,
        }
    }

    async fn enter(&mut self, entrance: Entrance) -> Result<(), CloseCode> {
        let Entrance { joined, subscription, cursor, replay, queue } = entrance;
        let chat = joined.chat_id;
        let (frames, seat) = subscription.split();
        self.frames.insert(chat, BroadcastStream::new(frames));
        self.bells.rooms.ring();
        self.seats.insert(chat, Box::new(Seated { cursor, farewell: None, _seat: seat }));
        self.feed(encode(&ServerFrame::Joined(joined))).await?;
        for (place, text) in replay {
            self.place(chat, place, text).await?;
        }
        match queue {
            Some(text) if self.seats.contains_key(&chat) => self.feed(text).await,
            _ => Ok(()),
        }
    }

    fn leave(&mut self, chat: ChatId) -> Option<Box<Seated>> {
        self.frames.remove(&chat);
        self.seats.remove(&chat)
    }

    async fn room(
        &mut self,
        chat: ChatId,
        frame: Result<Arc<Frame>, BroadcastStreamRecvError>,
    ) -> Result<(), CloseCode> {
        match frame {
            Ok(frame) if frame.except == Some(self.actor.user.id) => Ok(()),
            Ok(frame) => self.place(chat, frame.place, frame.text.clone()).await,
            Err(BroadcastStreamRecvError::Lagged(_)) => Box::pin(self.catch_up(chat)).await,
        }
    }

    /// Delivers a frame in its place, after whatever is missing before it.
    async fn place(&mut self, chat: ChatId, place: Place, text: Bytes) -> Result<(), CloseCode> {
        match self.deliver(chat, place, text).await? {
            Verdict::Missing => Box::pin(self.catch_up(chat)).await,
            Verdict::Deliver | Verdict::Drop => Ok(()),
        }
    }

    /// Delivers a frame if it is the next one; the last of a chat ends the listening.
    async fn deliver(&mut self, chat: ChatId, place: Place, text: Bytes) -> Result<Verdict, CloseCode> {
        let Some(seat) = self.seats.get_mut(&chat) else { return Ok(Verdict::Drop) };
        let verdict = seat.cursor.judge(place);
        if verdict != Verdict::Deliver {
            return Ok(verdict);
        }
        if let Place::Durable { seq, ends, .. } = place
            && ends.ends_for(self.actor.user.id)
        {
            self.leave(chat);
            self.ended.insert(chat, seq);
        }
        self.feed(text).await.map(|()| verdict)
    }

    /// Serves what this socket has missed of a room: durable changes from the log, chunks from the room.
    async fn catch_up(&mut self, chat: ChatId) -> Result<(), CloseCode> {
        let Some(seat) = self.seats.get(&chat) else { return Ok(()) };
        let after = seat.cursor.seq();
        match Box::pin(messages::replay(&self.cx, &self.actor, chat, after)).await {
            Ok(Replay::Events { events, complete: true }) => {
                for (place, text) in replayed(chat, events) {
                    // Not by `place`: a hole in the log itself must not lead back here.
                    self.deliver(chat, place, text).await?;
                }
                self.missed_chunks(chat).await
            }
            Err(Error::NotFound(_)) => match self.leave(chat).and_then(|seat| seat.farewell) {
                Some(farewell) => self.feed(farewell).await,
                None => Ok(()),
            },
            // Too far behind, or the log cannot be read: say so, rather than leave a hole.
            Ok(Replay::Events { .. } | Replay::Gone) | Err(_) => {
                self.leave(chat);
                self.feed(encode(&ServerFrame::Resync { chat_id: chat, after })).await
            }
        }
    }

    async fn missed_chunks(&mut self, chat: ChatId) -> Result<(), CloseCode> {
        let Some(seat) = self.seats.get_mut(&chat) else { return Ok(()) };
        let missed: Vec<Frame> = self
            .hub
            .missed_chunks(chat, |reply, run| seat.cursor.next_chunk(reply, run))
            .into_iter()
            .map(|chunk| Frame::signal(chat, chunk, None))
            .filter(|frame| seat.cursor.judge(frame.place) == Verdict::Deliver)
            .collect();
        for frame in missed {
            self.feed(frame.text).await?;
        }
        Ok(())
    }

    async fn person(&mut self, frame: &PersonFrame) -> Result<(), CloseCode> {
        match frame.about {
            About::Activity(chat) if self.seats.contains_key(&chat) => Ok(()),
            About::Event(chat, seq) => match self.seats.get_mut(&chat) {
                // The room itself brings it, in its place.
                Some(seat) if seat.cursor.seq() < seq => {
                    seat.farewell = Some(frame.text.clone());
                    Ok(())
                }
                Some(_) => Ok(()),
                None if self.ended.get(&chat).is_some_and(|ended| *ended >= seq) => Ok(()),
                None => self.feed(frame.text.clone()).await,
            },
            About::Name => {
                // What this socket says from now on is said under the new name.
                self.check_session().await?;
                self.feed(frame.text.clone()).await
            }
            About::Activity(_) | About::Person => self.feed(frame.text.clone()).await,
        }
    }

    async fn beat(&mut self) -> Result<(), CloseCode> {
        if self.heard.elapsed() >= SILENCE {
            return Err(CloseCode::Stuck);
        }
        self.strikes = 0;
        // A room's lost last frame is noticed here: no later frame would show the hole.
        let behind: Vec<ChatId> = self
            .seats
            .iter()
            .filter(|(chat, seat)| self.hub.head(**chat) > seat.cursor.seq())
            .map(|(chat, _)| *chat)
            .collect();
        for chat in behind {
            self.catch_up(chat).await?;
        }
        let chats = self.seats.iter().map(|(chat, seat)| (*chat, seat.cursor.seq())).collect();
        self.feed(encode(&ServerFrame::Heads { chats })).await?;
        self.write(Message::Ping(Bytes::new())).await
    }

    /// Takes one frame's worth from this socket's bucket; false, and answered, when it is empty.
    async fn spend(&mut self, reference: Option<String>, chat_id: Option<ChatId>) -> Result<bool, CloseCode> {
        let Err(denied) = self.limiter.check() else { return Ok(true) };
        let retry_after = denied.wait_time_from(DefaultClock::default().now());
        self.strike()?;
        let error = Error::RateLimited { retry_after };
        self.feed(encode(&refusal(reference, chat_id, &error))).await.map(|()| false)
    }

    fn strike(&mut self) -> Result<(), CloseCode> {
        self.strikes += 1;
        if self.strikes > STRIKES { Err(CloseCode::Flooding) } else { Ok(()) }
    }

    async fn refuse(
        &mut self,
        reference: Option<String>,
        chat_id: Option<ChatId>,
        code: ErrorCode,
        detail: String,
    ) -> Result<(), CloseCode> {
        self.strike()?;
        self.feed(encode(&ServerFrame::Error { reference, code, detail, chat_id, retry_after: None })).await
    }

    async fn check_session(&mut self) -> Result<(), CloseCode> {
        match auth::again(&self.cx, &self.actor).await {
            Ok(actor) => {
                self.actor = Arc::new(actor);
                Ok(())
            }
            Err(Error::Unauthenticated(_)) => Err(CloseCode::SessionEnded),
            // The database is away; the client comes back when it is there again.
            Err(_) => Err(CloseCode::Restarting),
        }
    }

    fn session_left(&self) -> Duration {
        let left = self.actor.expires_at.0.saturating_sub(self.cx.clock.now().0);
        Duration::from_millis(u64::try_from(left).unwrap_or(0))
    }

    async fn send(&mut self, frame: &ServerFrame) -> Result<(), CloseCode> {
        self.feed(encode(frame)).await?;
        self.flush().await
    }

    /// Buffers a frame; it goes out with the next flush, or when the buffer is full.
    async fn feed(&mut self, text: Bytes) -> Result<(), CloseCode> {
        self.batch += text.len();
        metrics().frames_sent.increment(1);
        let text = Utf8Bytes::try_from(text).expect("frames are encoded as UTF-8");
        self.write(Message::Text(text)).await?;
        if self.batch >= BATCH_BYTES { self.flush().await } else { Ok(()) }
    }

    async fn write(&mut self, message: Message) -> Result<(), CloseCode> {
        // Checked before every write: after a log-out nothing more may leave.
        if self.connection.ended.is_cancelled() {
            return Err(CloseCode::SessionEnded);
        }
        in_time(poll_fn(|cx| self.ws.poll_ready_unpin(cx))).await?;
        self.ws.start_send_unpin(message).map_err(|_| CloseCode::Stuck)
    }

    async fn flush(&mut self) -> Result<(), CloseCode> {
        self.batch = 0;
        in_time(poll_fn(|cx| self.ws.poll_flush_unpin(cx))).await
    }
}

/// The end of a step of writing, which most often is over at once: no timer is set up for that.
async fn in_time(mut step: impl Future<Output = Result<(), axum::Error>> + Unpin) -> Result<(), CloseCode> {
    let done = match (&mut step).now_or_never() {
        Some(done) => done,
        None => Box::pin(timeout(WRITE, step)).await.map_err(|_| CloseCode::Stuck)?,
    };
    done.map_err(|_| CloseCode::Stuck)
}

/// Counts a socket out, however it ends.
struct Open;

impl Drop for Open {
    fn drop(&mut self) {
        metrics().sockets.decrement(1.0);
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    use tokio_tungstenite::tungstenite;
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<tungstenite::Error>());
    matches!(cause, Some(tungstenite::Error::Capacity(_)))
}
