//! The rooms of this node: frames fan out to every socket that listens, encoded once.
//!
//! Each room has its broadcast channel in a map; the map's entry lock makes "subscribe and see what is
//! being written" one step. The hub knows no database and no rules: whoever subscribes has been let in.

pub mod frame;
pub mod people;
mod room;

use std::collections::BTreeMap;
use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::broadcast;

use crate::bus::Envelope;
use crate::hub::frame::Frame;
use crate::hub::people::People;
use crate::hub::room::Room;
use crate::ids::{ChatId, MessageId, Seq, UserId};
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

    /// The room's highest number seen here; 0 when none was.
    pub fn head(&self, chat_id: ChatId) -> Seq {
        self.rooms.get(&chat_id).map_or(Seq::ZERO, |room| room.head())
    }

    /// The chunks that a socket has missed of every reply being written: those from the index it expects next.
    pub fn missed_chunks(
        &self,
        chat_id: ChatId,
        expected: &BTreeMap<MessageId, u64>,
    ) -> Vec<(MessageId, u64, String)> {
        let next = |id| expected.get(&id).copied().unwrap_or(0);
        self.rooms.get(&chat_id).map(|room| room.chunks(next)).unwrap_or_default()
    }

    fn deliver_event(&self, chat_id: ChatId, seq: Seq, event: &Event) {
        // Its text is kept from the first chunk, even where nobody listens yet: whoever joins next must see it.
        if let Event::Updated(message) = event
            && message.body.status == MessageStatus::Streaming
        {
            self.rooms.entry(chat_id).or_insert_with(|| Room::new(self.ring)).begin(message.id);
        }
        // Encoding happens outside of the lock, and only where somebody may listen.
        if !self.rooms.contains_key(&chat_id) {
            return;
        }
        let frame = Frame::event(chat_id, seq, event.clone());
        if let Some(mut room) = self.rooms.get_mut(&chat_id) {
            match event {
                Event::Settled(message) | Event::Deleted(message) => room.settle(message.id),
                Event::ChatDeleted { .. } => room.settle_all(),
                _ => {}
            }
            room.advance(seq);
            room.send(frame);
        }
        // Only the end of a text can leave a room without anybody to miss it; most events are spared the look.
        if matches!(event, Event::Settled(_) | Event::Deleted(_) | Event::ChatDeleted { .. }) {
            self.remove_if_idle(chat_id);
        }
    }

    fn deliver_signal(&self, chat_id: ChatId, signal: &Signal, except: Option<UserId>) {
        if !self.rooms.contains_key(&chat_id) {
            return;
        }
        let frame = Frame::signal(chat_id, signal.clone(), except);
        match signal {
            Signal::Chunk { message_id, index, chunk } => {
                if let Some(mut room) = self.rooms.get_mut(&chat_id)
                    && room.grow(*message_id, *index, chunk)
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
    use super::Hub;
    use crate::bus::Envelope;
    use crate::ids::{ChatId, MessageId, Seq, UserId};
    use crate::protocol::{Event, Signal, UserRef};

    #[test]
    fn a_deleted_chat_leaves_no_room_and_no_text_behind() {
        let hub = Hub::new(8);
        let (chat_id, message_id) = (ChatId::new(), MessageId::new());
        let listening = hub.subscribe(chat_id);
        hub.rooms.get_mut(&chat_id).unwrap().begin(message_id);
        let chunk = |index| Envelope::Signal {
            chat_id,
            signal: Signal::Chunk { message_id, index, chunk: "text".into() },
            except: None,
        };
        hub.deliver(&chunk(0));
        let by = UserRef { id: UserId::new(), username: "ada".into() };
        hub.deliver(&Envelope::Event { chat_id, seq: Seq(9), event: Box::new(Event::ChatDeleted { by }) });
        // The writer does not know yet.
        hub.deliver(&chunk(1));
        assert!(hub.subscribe(chat_id).streams.is_empty());
        drop(listening);
        assert_eq!(hub.rooms(), 0);
    }
}
