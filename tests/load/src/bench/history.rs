//! Reading: a room with a long past beside one with a short one, and a long list of chats.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::bench::contestant::coop::{self, Coop};
use crate::bench::contestant::{Contestant, Layout, seed};
use crate::bench::figure::{Figure, Figures};
use crate::bench::http::Http;
use crate::report::millis;
use crate::spread::Spread;

/// Times that each thing is asked for.
const TIMES: usize = 200;
const PAGE: usize = 50;
/// Messages in the room to compare with: more than a page on either side of its middle.
pub(crate) const SHORT: usize = 200;
pub(crate) const LONG: usize = 1_000_000;
const PEOPLE: usize = 5;
/// A message or a chat in a list has more bytes than that.
const ITEM_BYTES: usize = 200;

/// How long a room with that many messages takes: to be joined, and pages of it.
#[derive(Default)]
struct Room {
    open: Spread,
    newest: Spread,
    before: Spread,
    around: Spread,
}

/// Measures a room of [`SHORT`] and one of [`LONG`] messages in turn, in one server.
///
/// # Errors
/// When the server refuses or ends.
pub(crate) fn measure(server: &Path, folder: &Path) -> Result<[Figures; 2]> {
    let mut coop = Coop::start(server, folder, None)?;
    coop.furnish(Layout { rooms: 2, people: PEOPLE })?;
    let sizes = [SHORT, LONG];
    let mut database = seed::open(coop.database())?;
    for (chat, size) in coop.chats().iter().zip(sizes) {
        seed::messages(&mut database, chat, size)?;
    }
    drop(database);
    coop.restart()?;
    let mut http = Http::open(coop.port(), coop.host().token())?;
    let mut rooms = [Room::default(), Room::default()];
    let mut sockets = [coop.open(0)?, coop.open(PEOPLE)?];
    for turn in 0..TIMES {
        for ((chat, size), (room, socket)) in
            coop.chats().iter().zip(sizes).zip(rooms.iter_mut().zip(&mut sockets))
        {
            // Each time another place, so that it is not always the same rows that are at hand.
            let place = PAGE + (size - 2 * PAGE) * (turn * 7 % TIMES) / TIMES;
            let mut time = |query: &str| {
                http.time(&format!("/api/chats/{chat}/messages?limit={PAGE}{query}"), PAGE * ITEM_BYTES)
            };
            room.newest.add(time("")?);
            room.before.add(time(&format!("&before={place}"))?);
            room.around.add(time(&format!("&around={place}"))?);
            let start = Instant::now();
            coop::join(socket, chat)?;
            room.open.add(start.elapsed());
        }
    }
    Ok(rooms.map(|room| {
        Figures::from([
            (Figure::Open, middle(&room.open)),
            (Figure::Newest, middle(&room.newest)),
            (Figure::Before, middle(&room.before)),
            (Figure::Around, middle(&room.around)),
        ])
    }))
}

/// Measures the list of a person with that many chats, all with messages they have not read.
///
/// # Errors
/// When the server refuses or ends.
pub(crate) fn measure_list(server: &Path, folder: &Path, chats: usize) -> Result<Figures> {
    /// More than are counted.
    const UNREAD: usize = 120;
    const DEFAULT_PAGE: usize = 100;
    const LONGEST_PAGE: usize = 200;
    let mut coop = Coop::start(server, folder, None)?;
    coop.furnish(Layout { rooms: chats, people: 2 })?;
    let mut database = seed::open(coop.database())?;
    for chat in coop.chats() {
        seed::messages(&mut database, chat, UNREAD)?;
    }
    drop(database);
    coop.restart()?;
    let mut http = Http::open(coop.port(), coop.host().token())?;
    let (mut list, mut long, mut whole) = (Spread::default(), Spread::default(), Spread::default());
    for _ in 0..TIMES / 2 {
        list.add(http.time("/api/chats", DEFAULT_PAGE * ITEM_BYTES)?);
        let mut pages = Duration::ZERO;
        for offset in (0..chats).step_by(LONGEST_PAGE) {
            let took = http.time(
                &format!("/api/chats?limit={LONGEST_PAGE}&offset={offset}"),
                LONGEST_PAGE.min(chats - offset) * ITEM_BYTES,
            )?;
            if offset == 0 {
                long.add(took);
            }
            pages += took;
        }
        whole.add(pages);
    }
    Ok(Figures::from([
        (Figure::List, middle(&list)),
        (Figure::LongList, middle(&long)),
        (Figure::WholeList, middle(&whole)),
    ]))
}

fn middle(spread: &Spread) -> f64 {
    millis(spread.at([0.5])[0])
}
