//! The rooms of this node: frames fan out to every socket that listens, encoded once.
//!
//! Each room has its broadcast channel in a map; the map's entry lock makes "subscribe and see what is
//! being written" one step. The hub knows no database and no rules: whoever subscribes has been let in.

pub mod frame;
pub mod people;
mod room;

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::broadcast;

use crate::bus::Envelope;
use crate::hub::frame::Frame;
use crate::hub::people::People;
use crate::hub::room::Room;
use crate::ids::{ChatId, MessageId, RunId, Seq, UserId};
use crate::protocol::{Event, MessageStatus, Signal, StreamSnapshot, UserRef};

/// All rooms and all connected people of this node.
pub struct Hub {
    rooms: DashMap<ChatId, Room>,
    people: People,
    ring: usize,
}

impl Hub {
    /// No rooms yet; each will keep `ring` frames ready for its slower sockets.
    pub fn new(ring: usize) -> Arc<Self> {
        Arc::new(Self { rooms: DashMap::new(), people: People::default(), ring })
    }

    /// The connected people and their sockets.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// How many rooms exist on this node now.
    pub fn rooms(&self) -> usize {
        self.rooms.len()
    }

    /// Delivers what the bus brings; never blocks.
    pub fn deliver(&self, envelope: &Envelope) {
        match envelope {
            Envelope::Event { chat_id, seq, event } => self.deliver_event(*chat_id, *seq, event),
            Envelope::Signal { chat_id, signal, except } => self.deliver_signal(*chat_id, signal, *except),
            Envelope::Notice { user_id, notice } => self.people.notify(*user_id, notice),
            Envelope::SessionsEnded { user_id, sessions } => self.people.end_sessions(*user_id, sessions),
            Envelope::RunQueued { .. } | Envelope::RunStopped { .. } => {}
        }
    }

    /// Starts listening: every later frame of the room, and what is being written at this very moment.
    pub fn subscribe(self: &Arc<Self>, chat_id: ChatId) -> Subscription {
        let room = self.rooms.entry(chat_id).or_insert_with(|| Room::new(self.ring));
        Subscription {
            frames: Some(room.subscribe()),
            streams: room.streams(),
            seat: Seat { hub: Arc::clone(self), chat_id, user: None },
        }
    }

    /// Who is in the room.
    pub fn online(&self, chat_id: ChatId) -> Vec<UserId> {
        self.rooms.get(&chat_id).map(|room| room.online()).unwrap_or_default()
    }

    /// Whether the person has a socket here that has not joined the room.
    pub fn has_socket_outside(&self, chat_id: ChatId, user_id: UserId) -> bool {
        let inside = self.rooms.get(&chat_id).map_or(0, |room| room.sockets_of(user_id));
        self.people.sockets_of(user_id) > inside
    }

    /// The room's highest number seen here; 0 when none was.
    pub fn head(&self, chat_id: ChatId) -> Seq {
        self.rooms.get(&chat_id).map_or(Seq::ZERO, |room| room.head())
    }

    /// The chunks that a socket has missed of every reply being written: those from the index that it expects
    /// next of the run.
    pub fn missed_chunks(&self, chat_id: ChatId, expected: impl Fn(MessageId, RunId) -> u64) -> Vec<Signal> {
        self.rooms.get(&chat_id).map(|room| room.chunks(expected)).unwrap_or_default()
    }

    fn deliver_event(&self, chat_id: ChatId, seq: Seq, event: &Event) {
        let reply = event.message().filter(|message| message.body.run.is_some());
        let grows = reply.filter(|reply| reply.body.status == MessageStatus::Streaming);
        // Its text is kept from the first chunk, even where nobody listens yet: whoever joins next must see it.
        if let Some(reply) = grows {
            self.rooms.entry(chat_id).or_insert_with(|| Room::new(self.ring)).follow(reply);
        }
        // Encoding happens outside of the lock, and only where somebody may listen.
        if !self.rooms.contains_key(&chat_id) {
            return;
        }
        let frame = Frame::event(chat_id, seq, event.clone());
        if let Some(mut room) = self.rooms.get_mut(&chat_id) {
            match (reply, event) {
                (Some(reply), _) => room.follow(reply),
                (None, Event::ChatDeleted { .. }) => room.settle_all(),
                (None, _) => {}
            }
            room.advance(seq);
            room.send(frame);
        }
        // Only the end of a text can leave a room without anybody to miss it; most events are spared the look.
        if (reply.is_some() && grows.is_none()) || matches!(event, Event::ChatDeleted { .. }) {
            self.remove_if_idle(chat_id);
        }
    }

    fn deliver_signal(&self, chat_id: ChatId, signal: &Signal, except: Option<UserId>) {
        if !self.rooms.contains_key(&chat_id) {
            return;
        }
        let frame = Frame::signal(chat_id, signal.clone(), except);
        match signal {
            Signal::Chunk { message_id, run_id, index, chunk } => {
                if let Some(mut room) = self.rooms.get_mut(&chat_id)
                    && room.grow(*message_id, *run_id, *index, chunk)
                {
                    room.send(frame);
                }
            }
            _ => {
                if let Some(room) = self.rooms.get(&chat_id) {
                    room.send(frame);
                }
            }
        }
    }

    /// Removal is decided under the entry's lock: check-then-remove would lose whoever subscribes in between.
    fn remove_if_idle(&self, chat_id: ChatId) {
        self.rooms.remove_if(&chat_id, |_, room| room.is_idle());
    }
}

/// A socket's ear in a room. Dropping it leaves the room.
pub struct Subscription {
    frames: Option<broadcast::Receiver<Arc<Frame>>>,
    /// The replies that were being written at the moment of subscribing.
    pub streams: Vec<StreamSnapshot>,
    seat: Seat,
}

impl Subscription {
    /// Shows the person in the room. To be called once they have been let in.
    pub fn enter(&mut self, user: &UserRef) {
        if self.seat.user.is_none()
            && let Some(mut room) = self.seat.hub.rooms.get_mut(&self.seat.chat_id)
        {
            room.enter(self.seat.chat_id, user);
            self.seat.user = Some(user.id);
        }
    }

    /// The frames, and the seat that must be held while listening.
    pub fn split(mut self) -> (broadcast::Receiver<Arc<Frame>>, Seat) {
        let frames = self.frames.take().expect("a subscription is split once");
        (frames, self.seat)
    }
}

/// The presence of one socket in a room; dropping it gives the place up.
pub struct Seat {
    hub: Arc<Hub>,
    chat_id: ChatId,
    user: Option<UserId>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(user) = self.user
            && let Some(mut room) = self.hub.rooms.get_mut(&self.chat_id)
        {
            room.exit(self.chat_id, user);
        }
        self.hub.remove_if_idle(self.chat_id);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Value;

    use super::{Hub, Subscription};
    use crate::bus::Envelope;
    use crate::hub::frame::{Ends, Frame, Place, Reply};
    use crate::ids::{ChatId, MessageId, RunId, Seq, SessionId, Timestamp, UserId};
    use crate::protocol::resource::MessageBody;
    use crate::protocol::{Event, Message, MessageKind, MessageStatus, ReplyRun, Signal, UserRef};

    /// A hub with one reply of one chat.
    struct Told {
        hub: Arc<Hub>,
        chat_id: ChatId,
        message_id: MessageId,
    }

    impl Told {
        fn new() -> Self {
            Self { hub: Hub::new(8), chat_id: ChatId::new(), message_id: MessageId::new() }
        }

        /// The reply as this change left it.
        fn change(&self, seq: i64, run_id: RunId, status: MessageStatus, event: fn(Message) -> Event) {
            let (asked_by, question_id) = (UserId::new(), MessageId::new());
            let (model, fallback_from, reason, detail, budget, usage) = (None, None, None, None, None, None);
            let body = MessageBody {
                chat_id: self.chat_id,
                updated_seq: Seq(seq),
                kind: MessageKind::Text,
                user_id: UserId::new(),
                username: "gem".into(),
                display_name: "Gemini".into(),
                content: String::new(),
                is_bot: true,
                status,
                reply_to: Some(question_id),
                client_id: None,
                edited_at: None,
                deleted_at: None,
                created_at: Timestamp(0),
                data: None,
                run: Some(ReplyRun {
                    id: run_id,
                    asked_by,
                    question_id,
                    model,
                    fallback_from,
                    reason,
                    detail,
                    budget,
                    usage,
                    stopped_by: None,
                    retried_by: None,
                    continues: false,
                }),
            };
            let event = Box::new(event(Message { id: self.message_id, body, seq: Seq(2) }));
            self.hub.deliver(&Envelope::Event { chat_id: self.chat_id, seq: Seq(seq), event });
        }

        fn chunk(&self, run_id: RunId, index: u64, chunk: &str) {
            let signal = Signal::Chunk { message_id: self.message_id, run_id, index, chunk: chunk.into() };
            self.hub.deliver(&Envelope::Signal { chat_id: self.chat_id, signal, except: None });
        }

        /// What somebody who comes now is shown of the reply.
        fn shown(&self) -> Option<(RunId, String)> {
            let stream = self.hub.subscribe(self.chat_id).streams.pop();
            stream.map(|stream| (stream.run_id, stream.content))
        }
    }

    fn person(name: &str) -> UserRef {
        UserRef { id: UserId::new(), username: name.into(), display_name: name.into() }
    }

    fn listening(told: &Told, person: &UserRef) -> Subscription {
        let mut subscription = told.hub.subscribe(told.chat_id);
        subscription.enter(person);
        subscription
    }

    /// A frame's type, and who does not hear it.
    fn seen(frame: &Frame) -> (String, Option<UserId>) {
        let json: Value = serde_json::from_slice(&frame.text).unwrap();
        (json["type"].as_str().unwrap().to_owned(), frame.except)
    }

    #[test]
    fn a_person_is_in_the_room_from_the_first_tab_to_the_last() {
        let (told, ada, ben) = (Told::new(), person("ada"), person("ben"));
        let online = || told.hub.online(told.chat_id);
        let (mut frames, seat) = listening(&told, &ada).split();
        let (mut tab, other_tab) = (listening(&told, &ben), listening(&told, &ben));
        // Whoever is in already does not come in.
        tab.enter(&ben);
        let mut both = [ada.id, ben.id];
        both.sort_unstable();
        assert_eq!((online(), told.hub.rooms()), (both.to_vec(), 1));
        drop(tab);
        assert_eq!(online(), both);
        drop(other_tab);
        assert_eq!(online(), [ada.id]);
        let heard: Vec<_> = std::iter::from_fn(|| frames.try_recv().ok()).map(|frame| seen(&frame)).collect();
        let expected = [("user_joined", &ada), ("user_joined", &ben), ("user_left", &ben)];
        assert_eq!(heard, expected.map(|(kind, whose)| (kind.to_owned(), Some(whose.id))));
        drop((frames, seat));
        assert_eq!((online(), told.hub.rooms()), (Vec::new(), 0));
    }

    #[test]
    fn a_socket_is_outside_until_it_joins() {
        let (told, ben) = (Told::new(), person("ben"));
        let sessions = [SessionId::new(), SessionId::new()];
        let connect = |session| told.hub.connect(ben.id, session, 2);
        let is_outside = || told.hub.has_socket_outside(told.chat_id, ben.id);
        let _not_yet_let_in = told.hub.subscribe(told.chat_id);
        assert!(!is_outside());
        let first = connect(sessions[0]).ok().unwrap();
        assert!(is_outside());
        let _inside = listening(&told, &ben);
        assert!(!is_outside());
        let _second = connect(sessions[1]).ok().unwrap();
        assert!(is_outside());
        assert!(connect(sessions[0]).is_err(), "a third");
        drop(first);
        assert!(!is_outside());
        assert_eq!(told.hub.people().sessions(), [(ben.id, sessions[1])]);
    }

    #[test]
    fn whoever_missed_chunks_gets_them_as_they_were() {
        let (told, run) = (Told::new(), RunId::new());
        told.change(3, run, MessageStatus::Streaming, Event::Updated);
        for (index, chunk) in (0..).zip(["one ", "two ", "three"]) {
            told.chunk(run, index, chunk);
        }
        let missed = |from: u64| {
            let chunks = told.hub.missed_chunks(told.chat_id, |message_id, run_id| {
                assert_eq!((message_id, run_id), (told.message_id, run));
                from
            });
            let text = |signal| match signal {
                Signal::Chunk { index, chunk, .. } => (index, chunk),
                other => panic!("no chunk: {other:?}"),
            };
            chunks.into_iter().map(text).collect::<Vec<_>>()
        };
        let all = [(0, "one ".to_owned()), (1, "two ".to_owned()), (2, "three".to_owned())];
        for from in 0..=4 {
            assert_eq!(missed(from), all[usize::try_from(from).unwrap().min(3)..], "from {from}");
        }
    }

    #[test]
    fn the_head_of_a_room_only_goes_forward() {
        let told = Told::new();
        let (head, _listening) = (|| told.hub.head(told.chat_id), told.hub.subscribe(told.chat_id));
        assert_eq!(head(), Seq::ZERO);
        for (seq, highest) in [(4, 4), (9, 9), (5, 9)] {
            told.change(seq, RunId::new(), MessageStatus::Complete, Event::Settled);
            assert_eq!(head(), Seq(highest));
        }
    }

    #[test]
    fn a_reply_that_nobody_listened_to_leaves_no_room_behind() {
        let (told, run) = (Told::new(), RunId::new());
        told.change(3, run, MessageStatus::Streaming, Event::Updated);
        assert_eq!(told.hub.rooms(), 1);
        told.change(4, run, MessageStatus::Complete, Event::Settled);
        assert_eq!(told.hub.rooms(), 0);
    }

    #[test]
    fn a_frame_says_how_far_it_shows_a_reply() {
        let (told, run_id) = (Told::new(), RunId::new());
        let (mut frames, _seat) = told.hub.subscribe(told.chat_id).split();
        told.change(3, run_id, MessageStatus::Streaming, Event::Updated);
        told.chunk(run_id, 0, "text");
        told.change(4, run_id, MessageStatus::Complete, Event::Settled);
        let message_id = told.message_id;
        let durable = |seq, is_settled| Place::Durable {
            seq: Seq(seq),
            reply: Some(Reply { message_id, run_id, is_settled }),
            ends: Ends::Nobody,
        };
        let places: Vec<_> = std::iter::from_fn(|| frames.try_recv().ok()).map(|frame| frame.place).collect();
        let chunk = Place::Chunk { message_id, run_id, index: 0 };
        assert_eq!(places, [durable(3, false), chunk, durable(4, true)]);
    }

    #[test]
    fn a_deleted_chat_leaves_no_room_and_no_text_behind() {
        let (told, run) = (Told::new(), RunId::new());
        let listening = told.hub.subscribe(told.chat_id);
        told.change(3, run, MessageStatus::Streaming, Event::Updated);
        told.chunk(run, 0, "text");
        let by = UserRef { id: UserId::new(), username: "ada".into(), display_name: "Ada".into() };
        let deleted = Box::new(Event::ChatDeleted { by });
        told.hub.deliver(&Envelope::Event { chat_id: told.chat_id, seq: Seq(9), event: deleted });
        // The writer does not know yet.
        told.chunk(run, 1, "text");
        assert_eq!(told.shown(), None);
        drop(listening);
        assert_eq!(told.hub.rooms(), 0);
    }

    #[test]
    fn a_paused_writer_adds_nothing_to_the_text_of_a_retry() {
        let (told, former, retry) = (Told::new(), RunId::new(), RunId::new());
        told.change(3, former, MessageStatus::Streaming, Event::Updated);
        told.chunk(former, 0, "old ");
        told.change(4, former, MessageStatus::Interrupted, Event::Settled);
        told.change(5, retry, MessageStatus::Queued, Event::Updated);
        told.chunk(former, 1, "older");
        assert_eq!((told.shown(), told.hub.rooms()), (None, 0));
        told.change(6, retry, MessageStatus::Streaming, Event::Updated);
        told.chunk(retry, 0, "new ");
        told.chunk(former, 1, "older");
        told.chunk(retry, 1, "text");
        assert_eq!(told.shown(), Some((retry, "new text".into())));
    }

    #[test]
    fn the_end_of_a_run_that_is_told_late_takes_nothing_from_its_retry() {
        for late in [MessageStatus::Interrupted, MessageStatus::Streaming] {
            let (told, former, retry) = (Told::new(), RunId::new(), RunId::new());
            told.change(3, former, MessageStatus::Streaming, Event::Updated);
            told.change(6, retry, MessageStatus::Streaming, Event::Updated);
            told.chunk(retry, 0, "new");
            told.change(5, retry, MessageStatus::Queued, Event::Updated);
            // As it was then, or, read from the log after a doubtful commit, as it is now.
            let (seq, run) = if late == MessageStatus::Streaming { (6, retry) } else { (4, former) };
            told.change(seq, run, late, Event::Settled);
            assert_eq!(told.shown(), Some((retry, "new".into())));
            told.change(7, retry, MessageStatus::Complete, Event::Settled);
            assert_eq!((told.shown(), told.hub.rooms()), (None, 0));
        }
    }
}
