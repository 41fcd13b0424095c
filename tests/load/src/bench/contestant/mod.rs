//! Those who are measured: the server, the relays, the peers.

pub(crate) mod coop;
pub(crate) mod gemini;
pub(crate) mod nats;
pub(crate) mod other;
pub(crate) mod plain;
pub(crate) mod seed;
pub(crate) mod socketio;
pub(crate) mod upgrade;
pub(crate) mod xmpp;

use std::net::TcpStream;

use anyhow::Result;

use crate::bench::crowd::Crowd;
use crate::process::Usage;

/// A server that was started for one workload.
pub(crate) trait Contestant {
    /// Makes the rooms, and the people who are going to be in them. Afterwards its memory is what it is with nobody
    /// connected.
    fn furnish(&mut self, layout: Layout) -> Result<()>;

    /// Connects everybody and has them join their rooms.
    fn seat(&mut self) -> Result<Crowd>;

    /// What all its processes have used.
    fn usage(&self) -> Result<Usage>;
}

/// How many people are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) rooms: usize,
    /// In each room.
    pub(crate) people: usize,
}

impl Layout {
    pub(crate) fn connections(self) -> usize {
        self.rooms * self.people
    }
}

/// A connection that has joined its room.
pub(crate) struct Seat {
    pub(crate) stream: TcpStream,
    pub(crate) room: usize,
}

/// How a message is put on the wire.
pub(crate) struct Wire {
    /// The rooms' names, as the protocol knows them.
    rooms: Vec<String>,
    encode: fn(room: &str, text: &str, out: &mut Vec<u8>),
}

impl Wire {
    pub(crate) fn new(rooms: Vec<String>, encode: fn(&str, &str, &mut Vec<u8>)) -> Self {
        Self { rooms, encode }
    }

    /// Appends a message to `out`.
    pub(crate) fn post(&self, room: usize, text: &str, out: &mut Vec<u8>) {
        (self.encode)(&self.rooms[room], text, out);
    }
}
