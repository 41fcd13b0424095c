//! Many sockets in small rooms, and nobody talks.

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::client::register;
use crate::process::require_files;
use crate::report::Report;
use crate::server::{Server, Settings};
use crate::socket::Socket;

/// The same five people sit in every room, each with a socket of their own for each.
const ROOM: usize = 5;
/// Memory that was needed only for a moment is given back, and the last answers are out, before it is measured.
const CALM: Duration = Duration::from_secs(3);

#[derive(Args)]
pub(crate) struct Options {
    /// Sockets in all, in rooms of five
    #[arg(long, default_value_t = 2_000, value_name = "N", value_parser = clap::value_parser!(u32).range(5..=20_000))]
    sockets: u32,
}

/// Runs it.
pub(crate) async fn run(options: &Options, settings: Settings) -> Result<Report> {
    let rooms = options.sockets as usize / ROOM;
    let sockets = rooms * ROOM;
    require_files(sockets)?;
    let settings = settings.limit("sockets-per-person", rooms).limit("connections", sockets + 100);
    let mut report = Report::new("idle");
    settings.describe(&mut report);
    report.condition(format!("the same {ROOM} people sit in all {rooms} rooms, with one socket each a room"));

    let mut server = Server::start(&settings).await?;
    tokio::time::sleep(CALM).await;
    let empty = server.usage()?;
    let people = register(&server.base(), ROOM).await?;
    let mut chats = Vec::with_capacity(rooms);
    for _ in 0..rooms {
        chats.push(people[0].group(&people[1..]).await?);
    }
    // What hashing passwords has left behind as free memory would be counted as none for the sockets.
    server.kill()?;
    server.restart().await?;
    tokio::time::sleep(CALM).await;
    let furnished = server.usage()?;
    let mut open: Vec<Socket> = Vec::with_capacity(sockets);
    for chat in &chats {
        for person in &people {
            let mut socket = person.connect().await?;
            socket.join(chat).await?;
            open.push(socket);
        }
    }
    tokio::time::sleep(CALM).await;
    let full = server.usage()?;
    let mut silent = Vec::new();
    for (number, socket) in open.iter_mut().enumerate() {
        if let Err(error) = socket.settle().await {
            silent.push(format!("socket {number}: {error:#}"));
        }
    }

    let growth = full.resident_bytes.saturating_sub(furnished.resident_bytes);
    report.count("sockets", sockets);
    report.memory("server memory (RSS), empty", empty.resident_bytes);
    report.memory("server memory (RSS), started again with people and rooms", furnished.resident_bytes);
    report.memory("server memory (RSS), all joined", full.resident_bytes);
    report.figure("memory a connection", growth as f64 / 1024.0 / sockets as f64, "KiB");
    report.promise("every socket still answers", silent);
    Ok(report)
}
