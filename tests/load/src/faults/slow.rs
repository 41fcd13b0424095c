//! C7: readers behind a thin line and readers who take nothing, in a room with many others.

use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{Instant, interval};

use crate::client::{Person, register};
use crate::faults::bench::{Bench, Form};
use crate::faults::finding::{Finding, in_short};
use crate::faults::proxy::{Fault, Proxy, Way};
use crate::report::millis;
use crate::server::Server;
use crate::socket::{Arrival, Socket, within};
use crate::talk::{self, Audience};

const RATE: u32 = 100;
const LISTENERS: usize = 12;
const SLOW: usize = 4;
/// 16 kbit/s.
const THIN: usize = 2_000;
/// What goes to everybody beside the talk.
const BULK: usize = 24 * 1024;
const PACE: Duration = Duration::from_millis(40);
/// Memory that a slow socket may cost.
const MEMORY: u64 = 1024 * 1024;
/// The slow ones may cost the others no more.
const STALL: Duration = Duration::from_millis(500);
/// The server gives up a socket that takes no bytes for 10 s.
const GIVEN_UP: u16 = 4408;

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let server = Server::start(&bench.settings("slow")?).await?;
    let (thin, closed) = (Proxy::before(server.port()).await?, Proxy::before(server.port()).await?);
    let people = register(&server.base(), 3).await?;
    let chat = people[0].group(&people[1..]).await?;
    let path = format!("/api/chats/{chat}/messages");
    let said = people[0].request(Method::POST, &path, Some(json!({"content": "bulk"}))).await?;
    let bulk = format!("{path}/{}", said["id"].as_str().context("an id")?);
    let audience = Audience::gather(&people, &chat, LISTENERS).await?;
    let phase = Duration::from_secs(bench.pick(2, 22));
    let (end, ended) = watch::channel(None);
    let mut tasks = tokio::task::JoinSet::new();
    let mut silent = Vec::new();
    let resident = server.usage()?.resident_bytes;
    let start = Instant::now();
    let listeners = audience.listen(start);
    let trouble = async {
        rewrite(&people[0], &bulk, phase).await?;
        for _ in 0..SLOW {
            let reader = Reader::enter(&people[1].at(&thin.base()), &chat).await?;
            tasks.spawn(reader.read(ended.clone()));
            let mut socket = people[2].at(&closed.base()).connect().await?;
            socket.join(&chat).await?;
            silent.push(socket);
        }
        thin.set(Way::ToClient, Fault::Drip(THIN));
        closed.set(Way::ToClient, Fault::Stall);
        rewrite(&people[0], &bulk, phase).await
    };
    let speaker = people[0].connect().await?;
    let (spoken, trouble) = talk::speak(speaker, &chat, RATE, start, trouble).await?;
    trouble?;
    let heard = talk::all_heard(listeners).await?;
    let grown = server.usage()?.resident_bytes.saturating_sub(resident);

    let mut finding = Finding::new(2 * SLOW, "slow readers");
    finding.sent = spoken.messages as usize;
    finding.acked = finding.sent;
    finding.breaches.extend(talk::breaches(&heard, spoken));
    let (calm, hurt) =
        (talk::latencies(&heard, Duration::ZERO, phase), talk::latencies(&heard, phase, 2 * phase));
    finding.note(format!(
        "{LISTENERS} others hear within {}, before within {}",
        in_short(&hurt),
        in_short(&calm)
    ));
    let ([p99], [before]) = (hurt.at([0.99]), calm.at([0.99]));
    finding.bound("the others' p99", p99, before + STALL);

    thin.set(Way::ToClient, Fault::None);
    let (mut resyncs, mut ends) = (0, 0);
    let since = Instant::now();
    end.send_replace(Some(people[0].head(&chat).await?));
    while let Some(read) = within("the slow ones to catch up", tasks.join_next()).await? {
        let read = read??;
        finding.recovered.add(since.elapsed());
        finding.require(read.holes == 0, || format!("{} holes at a slow reader", read.holes));
        resyncs += read.resyncs;
        ends += read.ends;
    }
    finding.note(format!(
        "{SLOW} behind {THIN} bytes a second: {resyncs} times told to join again, {ends} closed"
    ));
    closed.set(Way::ToClient, Fault::None);
    let mut closes = 0;
    for socket in silent {
        closes += usize::from(last_word(socket).await? == Some(GIVEN_UP));
    }
    finding.note(format!(
        "{closes} of {SLOW} who took nothing for {:.0} s were closed with {GIVEN_UP}",
        phase.as_secs_f64()
    ));
    finding.note(format!("memory grew by {} KiB in all", grown / 1024));
    if bench.form() == Form::Long {
        finding.require(grown < MEMORY * 2 * SLOW as u64, || {
            format!("{} KiB for {} slow sockets", grown / 1024, 2 * SLOW)
        });
        finding.note(format!(
            "the others' p99: {:.1} ms with, {:.1} ms without",
            millis(p99),
            millis(before)
        ));
    }
    Ok(finding)
}

/// Writes a message anew again and again: bytes enough to fill what the kernel keeps for those who take none.
async fn rewrite(person: &Person, message: &str, time: Duration) -> Result<()> {
    let end = Instant::now() + time;
    let mut pace = interval(PACE);
    for turn in 0.. {
        pace.tick().await;
        if Instant::now() >= end {
            break;
        }
        let text = format!("{turn} {}", "x".repeat(BULK));
        person.request(Method::PATCH, message, Some(json!({"content": text}))).await?;
    }
    Ok(())
}

/// One who reads what comes, however late, and joins again when told to.
struct Reader {
    person: Person,
    chat: String,
    socket: Socket,
    seq: i64,
}

#[derive(Default)]
struct Read {
    holes: usize,
    resyncs: usize,
    ends: usize,
}

impl Reader {
    async fn enter(person: &Person, chat: &str) -> Result<Self> {
        let mut socket = person.connect().await?;
        let seq = socket.join(chat).await?.head_seq.context("a joined frame without head_seq")?;
        Ok(Self { person: person.clone(), chat: chat.to_owned(), socket, seq })
    }

    /// Until the number that it is told at the end.
    async fn read(mut self, mut end: watch::Receiver<Option<i64>>) -> Result<Read> {
        let mut read = Read::default();
        loop {
            if end.borrow().is_some_and(|end| self.seq >= end) {
                return Ok(read);
            }
            let arrival = tokio::select! {
                changed = end.changed() => { changed?; continue }
                arrival = self.socket.arrival() => arrival?,
            };
            match arrival {
                Arrival::Frame(frame) if frame.kind == "resync" => {
                    read.resyncs += 1;
                    self.socket.rejoin(&self.chat, self.seq).await?;
                }
                // Too far behind to be replayed: what was missed is on the pages, and it was said so.
                Arrival::Frame(frame) if frame.kind == "joined" && frame.reset => {
                    self.seq = frame.head_seq.context("a joined frame without head_seq")?;
                }
                Arrival::Frame(frame) => {
                    if let Some(seq) = frame.event_seq() {
                        read.holes += usize::from(seq != self.seq + 1);
                        self.seq = seq;
                    }
                }
                Arrival::End(_) => {
                    read.ends += 1;
                    self.socket = self.person.connect().await?;
                    self.socket.rejoin(&self.chat, self.seq).await?;
                }
            }
        }
    }
}

/// The close code, once all that was under way is read; none where the socket is still open.
async fn last_word(mut socket: Socket) -> Result<Option<u16>> {
    socket.send(&json!({"type": "ping", "ref": "last"})).await.ok();
    within("a pong or an end", async {
        loop {
            match socket.arrival().await? {
                Arrival::Frame(frame) if frame.reference.as_deref() == Some("last") => return Ok(None),
                Arrival::Frame(_) => {}
                // The server may say goodbye before the line breaks, or break it at once.
                Arrival::End(code) => return Ok(code.or(Some(GIVEN_UP))),
            }
        }
    })
    .await?
}
