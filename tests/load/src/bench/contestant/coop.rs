//! The server itself.

use std::io::Write;
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
    /// Starts the server with its data in `folder`.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn start(binary: &Path, folder: &Path) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let settings = Settings::new(binary.to_owned(), folder, None)
            .limit("messages-per-second", UNLIMITED)
            .limit("messages-burst", UNLIMITED);
        let (server, host) = runtime.block_on(async {
            let server = Server::start(&settings).await?;
            let host = register(&server.base(), 1).await?.remove(0);
            anyhow::Ok((server, host))
        })?;
        let database = folder.join("data/gemini-coop.db");
        Ok(Self { runtime, server, database, host, layout: Layout::default(), guests: vec![], chats: vec![] })
    }

    fn open(&self, guest: &Guest, chat: &str) -> Result<std::net::TcpStream> {
        let mut stream = upgrade::open(self.server.port(), &format!("/ws?ticket={}", guest.ticket))?;
        let mut join = Vec::new();
        upgrade::text_frame(&format!(r#"{{"type":"join","chat_id":"{chat}"}}"#), &mut join);
        stream.write_all(&join)?;
        upgrade::read_until(&mut stream, r#""type":"joined""#)?;
        Ok(stream)
    }
}

impl Contestant for Coop {
    fn furnish(&mut self, layout: Layout) -> Result<()> {
        self.layout = layout;
        self.guests = seed::people(&mut seed::open(&self.database)?, layout.connections())?;
        for room in self.guests.chunks(layout.people) {
            let names: Vec<&str> = room.iter().map(|guest| guest.name.as_str()).collect();
            self.chats.push(self.runtime.block_on(self.host.group_of(&names))?);
        }
        self.server.kill()?;
        self.runtime.block_on(self.server.restart())?;
        Ok(())
    }

    fn seat(&mut self) -> Result<Crowd> {
        let mut crowd = Crowd::new(Wire::new(self.chats.clone(), encode))?;
        for (number, guest) in self.guests.iter().enumerate() {
            let room = number / self.layout.people;
            crowd.admit(Seat { stream: self.open(guest, &self.chats[room])?, room })?;
        }
        Ok(crowd)
    }

    fn usage(&self) -> Result<Usage> {
        self.server.usage()
    }
}

// With an id of the client's own, as the app and every client that sends again has it.
fn encode(room: &str, text: &str, out: &mut Vec<u8>) {
    let id = &text[2..22];
    let frame = format!(r#"{{"type":"message","chat_id":"{room}","client_id":"{id}","ref":"{id}","content":"{text}"}}"#);
    upgrade::text_frame(&frame, out);
}
