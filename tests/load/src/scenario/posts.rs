//! Acknowledged posts a second: each sender has one message in flight.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::{Person, register};
use crate::process::require_files;
use crate::report::Report;
use crate::server::{Server, Settings};
use crate::socket::{Socket, within};
use crate::spread::Spread;

const PEOPLE: usize = 8;
/// Rooms in the layout of several; no more than there are senders.
const ROOMS: usize = 16;
/// No machine posts as much: what bounds the figure is to be the server, not its limits.
const UNLIMITED: usize = 1_000_000;

#[derive(Args)]
pub(crate) struct Options {
    /// Senders at once, one measurement each
    #[arg(long, default_value = "1,16,128", value_delimiter = ',', value_name = "N,N,…")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=2_000))]
    senders: Vec<u32>,
    /// Length of each measurement
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
}

/// Runs it.
pub(crate) async fn run(options: &Options, settings: Settings) -> Result<Report> {
    let most = options.senders.iter().copied().max().unwrap_or(1) as usize;
    require_files(most)?;
    let settings = settings
        .limit("sockets-per-person", most)
        .limit("messages-per-second", UNLIMITED)
        .limit("messages-burst", UNLIMITED);
    let mut report = Report::new("posts");
    settings.describe(&mut report);
    report.condition("senders post over sockets that have not joined: fan-out is not in the figures");

    let server = Server::start(&settings).await?;
    let people = register(&server.base(), PEOPLE).await?;
    let mut breaches = Vec::new();
    for &senders in &options.senders {
        let senders = senders as usize;
        let mut layouts = vec![1, ROOMS.min(senders)];
        layouts.dedup();
        for rooms in layouts {
            let before = server.usage()?;
            let took = measure(&people, senders, rooms, Duration::from_secs(options.seconds)).await?;
            let cpu = server.usage()?.cpu - before.cpu;
            let name = format!("{senders} senders, {rooms} rooms");
            let posts = took.latencies.len();
            report.figure(format!("{name}: posts"), posts as f64 / took.time.as_secs_f64(), "/s");
            report.figure(
                format!("{name}: server CPU a post"),
                cpu.as_secs_f64() * 1e6 / posts.max(1) as f64,
                "µs",
            );
            report.spread(&format!("{name}: post to ack"), &took.latencies);
            breaches.extend(took.breaches.into_iter().map(|breach| format!("{name}: {breach}")));
        }
    }
    report.promise("the numbers acknowledged in a room have no holes and no doubles", breaches);
    Ok(report)
}

struct Took {
    latencies: Spread,
    time: Duration,
    breaches: Vec<String>,
}

async fn measure(people: &[Person], senders: usize, rooms: usize, length: Duration) -> Result<Took> {
    let mut chats = Vec::with_capacity(rooms);
    for _ in 0..rooms {
        let chat = people[0].group(&people[1..]).await?;
        let head = people[0].head(&chat).await?;
        chats.push((chat, head));
    }
    let mut sockets = Vec::with_capacity(senders);
    for person in people.iter().cycle().take(senders) {
        sockets.push(person.connect().await?);
    }
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for (number, socket) in sockets.into_iter().enumerate() {
        let room = number % rooms;
        let sender = Sender { socket, room, chat: chats[room].0.clone(), number };
        tasks.spawn(sender.post_until(start + length));
    }
    let mut latencies = Spread::default();
    let mut acked: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    while let Some(posted) = tasks.join_next().await {
        let (room, posted) = posted??;
        for (seq, latency) in posted {
            acked.entry(room).or_default().push(seq);
            latencies.add(latency);
        }
    }
    let time = start.elapsed();
    let breaches = acked.into_iter().flat_map(|(room, seqs)| holes(room, chats[room].1, seqs)).collect();
    Ok(Took { latencies, time, breaches })
}

struct Sender {
    socket: Socket,
    room: usize,
    chat: String,
    number: usize,
}

impl Sender {
    async fn post_until(mut self, deadline: Instant) -> Result<(usize, Vec<(i64, Duration)>)> {
        let mut posted = Vec::new();
        while Instant::now() < deadline {
            let op = format!("{}-{}", self.number, posted.len());
            let start = Instant::now();
            self.socket
                .post(&self.chat, &op, "A message of about the usual length, as people write them.")
                .await?;
            let seq = within("an ack", self.ack(&op)).await??;
            posted.push((seq, start.elapsed()));
        }
        Ok((self.room, posted))
    }

    async fn ack(&mut self, op: &str) -> Result<i64> {
        loop {
            let frame = self.socket.next().await?;
            if frame.reference.as_deref() == Some(op) {
                if frame.kind != "ack" {
                    bail!("a post was refused: {}", frame.text);
                }
                return frame.seq.context("an ack without seq");
            }
        }
    }
}

// Nothing else happens in the room, so the numbers go on from its head one by one.
fn holes(room: usize, head: i64, mut seqs: Vec<i64>) -> Vec<String> {
    seqs.sort_unstable();
    let wrong = seqs.iter().zip(head + 1..).find(|(seq, expected)| *seq != expected);
    wrong.map(|(seq, expected)| format!("room {room}: {seq} where {expected} was next")).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::holes;

    #[test]
    fn holes_and_doubles_in_the_numbers_are_found() {
        assert_eq!(holes(0, 3, vec![6, 4, 5]), [""; 0]);
        for bad in [vec![4, 6], vec![4, 4, 5], vec![5, 6], vec![3, 4]] {
            assert!(!holes(0, 3, bad.clone()).is_empty(), "{bad:?}");
        }
    }
}
