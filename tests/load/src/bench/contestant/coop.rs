//! The server itself.

use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use anyhow::Result;
use tokio::runtime::Runtime;

use crate::bench::contestant::seed::{self, Guest};
use crate::bench::contestant::{Contestant, Layout, Seat, Wire, upgrade};
use crate::bench::crowd::Crowd;
use crate::client::{Person, register};
use crate::process::Usage;
use crate::server::{Server, Settings};

/// What bounds a figure is to be the server, not its limits.
const UNLIMITED: usize = 1_000_000;

pub(crate) struct Coop {
    runtime: Runtime,
    server: Server,
    database: PathBuf,
    host: Person,
    layout: Layout,
    guests: Vec<Guest>,
    chats: Vec<String>,
}

impl Coop {
    /// Starts the server with its data in `folder`, and with Gemini at this address if there is one.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn start(binary: &Path, folder: &Path, gemini: Option<&str>) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut settings = Settings::new(binary.to_owned(), folder, None)
            .limit("messages-per-second", UNLIMITED)
            .limit("messages-burst", UNLIMITED)
            .limit("frames-per-second", UNLIMITED)
            .limit("frames-burst", UNLIMITED);
        if let Some(url) = gemini {
            settings = settings.gemini(url.to_owned());
        }
        let (server, host) = runtime.block_on(async {
            let server = Server::start(&settings).await?;
            let host = register(&server.base(), 1).await?.remove(0);
            anyhow::Ok((server, host))
        })?;
        let database = folder.join("data/gemini-coop.db");
        Ok(Self { runtime, server, database, host, layout: Layout::default(), guests: vec![], chats: vec![] })
    }

    /// Starts it again on the same data.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn restart(&mut self) -> Result<()> {
        self.server.kill()?;
        self.runtime.block_on(self.server.restart()).map(drop)
    }

    pub(crate) fn port(&self) -> u16 {
        self.server.port()
    }

    pub(crate) fn base(&self) -> String {
        self.server.base()
    }

    pub(crate) fn database(&self) -> &Path {
        &self.database
    }

    /// Who is a member of every room.
    pub(crate) fn host(&self) -> &Person {
        &self.host
    }

    pub(crate) fn chats(&self) -> &[String] {
        &self.chats
    }

    /// Opens the one socket that a guest may open.
    ///
    /// # Errors
    /// When it is refused.
    pub(crate) fn open(&self, guest: usize) -> Result<TcpStream> {
        upgrade::open(self.port(), &format!("/ws?ticket={}", self.guests[guest].ticket))
    }
}

/// Joins a chat and waits for its snapshot.
///
/// # Errors
/// When it is refused.
pub(crate) fn join(socket: &mut TcpStream, chat: &str) -> Result<()> {
    let mut frame = Vec::new();
    upgrade::text_frame(&format!(r#"{{"type":"join","chat_id":"{chat}"}}"#), &mut frame);
    socket.write_all(&frame)?;
    upgrade::read_until(socket, r#""type":"joined""#).map(drop)
}

impl Contestant for Coop {
    fn furnish(&mut self, layout: Layout) -> Result<()> {
        self.layout = layout;
        self.guests = seed::people(&mut seed::open(&self.database)?, layout.connections())?;
        for room in self.guests.chunks(layout.people) {
            let names: Vec<&str> = room.iter().map(|guest| guest.name.as_str()).collect();
            self.chats.push(self.runtime.block_on(self.host.group_of(&names))?);
        }
        self.restart()
    }

    fn seat(&mut self) -> Result<Crowd> {
        let mut crowd = Crowd::new(Wire::new(self.chats.clone(), encode))?;
        for guest in 0..self.guests.len() {
            let room = guest / self.layout.people;
            let mut stream = self.open(guest)?;
            join(&mut stream, &self.chats[room])?;
            crowd.admit(Seat { stream, room })?;
        }
        Ok(crowd)
    }

    fn usage(&self) -> Result<Usage> {
        self.server.usage()
    }
}

// With an id of the client's own, as every client has it that sends again what was not acknowledged.
fn encode(room: &str, text: &str, out: &mut Vec<u8>) {
    let id: String = text.chars().filter(char::is_ascii_digit).collect();
    let frame = format!(
        r#"{{"type":"message","chat_id":"{room}","client_id":"{id}","ref":"{id}","content":"{text}"}}"#
    );
    upgrade::text_frame(&frame, out);
}
