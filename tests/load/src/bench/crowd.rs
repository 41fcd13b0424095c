//! The generator: all connections of a workload on one thread, which leaves the other cores to the server.

use std::collections::HashSet;
use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use memchr::memmem;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::bench::contestant::{Seat, Wire};
use crate::bench::marker::{self, Finder, Marker};
use crate::spread::Spread;

const READ_BYTES: usize = 256 * 1024;
const EVENTS: usize = 1_024;

/// Everybody who is connected, and what they have heard.
pub(crate) struct Crowd {
    poll: Poll,
    events: Events,
    members: Vec<Member>,
    /// The first member of each room, who speaks.
    speakers: Vec<usize>,
    wire: Wire,
    finder: Finder,
    /// Further words whose number is counted.
    words: Vec<memmem::Finder<'static>>,
    buffer: Vec<u8>,
    began: Instant,
    heard: Heard,
}

struct Member {
    stream: TcpStream,
    room: usize,
    /// What may be the beginning of a marker, until the rest of it comes.
    kept: Vec<u8>,
    /// What the socket has not taken yet.
    unsent: Vec<u8>,
    /// Messages said in the room, if one speaks.
    said: u32,
    /// The number that is due.
    next: u32,
    /// Numbers that were passed over.
    missing: HashSet<u32>,
}

/// What arrived, since it was last taken.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) deliveries: usize,
    pub(crate) bytes: usize,
    /// How often each of the words that are counted came.
    pub(crate) words: Vec<usize>,
    pub(crate) latencies: Spread,
    pub(crate) faults: Faults,
}

/// What must not happen; what is lost is known only at the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    pub(crate) doubled: usize,
    pub(crate) disordered: usize,
}

impl Crowd {
    pub(crate) fn new(wire: Wire) -> Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(EVENTS),
            members: Vec::new(),
            speakers: Vec::new(),
            wire,
            finder: Finder::new(),
            words: Vec::new(),
            buffer: vec![0; READ_BYTES],
            began: Instant::now(),
            heard: Heard::default(),
        })
    }

    /// Takes somebody in who has joined their room. Rooms come one after the other, each with its speaker first.
    pub(crate) fn admit(&mut self, seat: Seat) -> Result<()> {
        seat.stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(seat.stream);
        let token = Token(self.members.len());
        self.poll.registry().register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        if seat.room == self.speakers.len() {
            self.speakers.push(self.members.len());
        }
        self.members.push(Member {
            stream,
            room: seat.room,
            kept: Vec::new(),
            unsent: Vec::new(),
            said: 0,
            next: 0,
            missing: HashSet::new(),
        });
        // Those who came before are told of it: their sockets must not fill.
        self.listen(Duration::ZERO)
    }

    /// Has somebody say the next message of their room.
    pub(crate) fn say(&mut self, room: usize) -> Result<()> {
        self.speak(room, "")
    }

    /// Has somebody ask the bot in their room.
    pub(crate) fn ask(&mut self, room: usize) -> Result<()> {
        self.speak(room, "/bot ")
    }

    fn speak(&mut self, room: usize, before: &str) -> Result<()> {
        let speaker = &mut self.members[self.speakers[room]];
        let marker = Marker { number: speaker.said, sent: self.began.elapsed() };
        speaker.said += 1;
        self.wire.post(room, &format!("{before}{}", marker.text()), &mut speaker.unsent);
        speaker.flush()
    }

    /// Counts these words from now on, each no longer than a marker, besides the messages.
    pub(crate) fn count(&mut self, words: &[&'static str]) {
        assert!(
            words.iter().all(|word| word.len() <= marker::BYTES),
            "what is kept of a cut word is shorter"
        );
        self.words = words.iter().map(|word| memmem::Finder::new(*word)).collect();
        self.heard = Heard { words: vec![0; words.len()], ..Heard::default() };
    }

    /// What was heard so far.
    pub(crate) fn heard(&self) -> &Heard {
        &self.heard
    }

    /// Messages of a room that its speaker has not heard yet.
    pub(crate) fn in_flight(&self, room: usize) -> u32 {
        let speaker = &self.members[self.speakers[room]];
        speaker.said - speaker.next
    }

    /// Whether everybody has heard the last message.
    pub(crate) fn is_quiet(&self) -> bool {
        self.members.iter().all(|member| member.next == self.members[self.speakers[member.room]].said)
    }

    /// What was heard since the last time.
    pub(crate) fn take_heard(&mut self) -> Heard {
        std::mem::take(&mut self.heard)
    }

    /// What has not arrived of what was said.
    pub(crate) fn lost(&self) -> usize {
        let lost = |member: &Member| {
            let said = self.members[self.speakers[member.room]].said;
            said.saturating_sub(member.next) as usize + member.missing.len()
        };
        self.members.iter().map(lost).sum()
    }

    /// Reads what comes, and waits at most that long for something to come.
    pub(crate) fn listen(&mut self, patience: Duration) -> Result<()> {
        match self.poll.poll(&mut self.events, Some(patience)) {
            Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error.into()),
            _ => {}
        }
        for event in &self.events {
            let member = &mut self.members[event.token().0];
            if event.is_writable() {
                member.flush()?;
            }
            if event.is_readable() {
                member.read(&mut self.buffer, (&self.finder, &self.words), self.began, &mut self.heard)?;
            }
        }
        Ok(())
    }
}

impl Member {
    fn flush(&mut self) -> Result<()> {
        let mut sent = 0;
        while sent < self.unsent.len() {
            match self.stream.write(&self.unsent[sent..]) {
                Ok(bytes) => sent += bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.unsent.drain(..sent);
        Ok(())
    }

    // The poll tells of each arrival once only, so all of it is read. A read that does not fill the buffer has
    // emptied the socket.
    fn read(
        &mut self,
        buffer: &mut [u8],
        (finder, words): (&Finder, &[memmem::Finder<'_>]),
        began: Instant,
        heard: &mut Heard,
    ) -> Result<()> {
        loop {
            let kept = self.kept.len();
            buffer[..kept].copy_from_slice(&self.kept);
            let bytes = match self.stream.read(&mut buffer[kept..]) {
                Ok(0) => bail!("the server closed the connection of somebody in room {}", self.room),
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            let now = began.elapsed();
            let end = kept + bytes;
            heard.bytes += bytes;
            let mut rest = finder.scan(&buffer[..end], |marker| self.hear(marker, now, heard));
            for (word, count) in words.iter().zip(&mut heard.words) {
                *count += word.find_iter(&buffer[..end]).count();
                // Too short for the word itself, which would be counted again.
                rest = rest.max(end.min(word.needle().len() - 1));
            }
            debug_assert!(rest < marker::BYTES);
            self.kept.clear();
            self.kept.extend_from_slice(&buffer[end - rest..end]);
            if end < buffer.len() {
                return Ok(());
            }
        }
    }

    fn hear(&mut self, marker: Marker, now: Duration, heard: &mut Heard) {
        heard.deliveries += 1;
        heard.latencies.add(now.saturating_sub(marker.sent));
        if marker.number >= self.next {
            self.missing.extend(self.next..marker.number);
            self.next = marker.number + 1;
        } else if self.missing.remove(&marker.number) {
            heard.faults.disordered += 1;
        } else {
            heard.faults.doubled += 1;
        }
    }
}
