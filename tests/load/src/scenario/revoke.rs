//! Somebody is removed, or logs out, in the middle of a reply.

use std::time::Duration;

use anyhow::{Result, anyhow};
use clap::Args;
use futures_util::future::{FutureExt, select_all};
use serde_json::json;
use standin::script::Script;
use standin::server::Standin;

use crate::client::{Person, register};
use crate::frame::Frame;
use crate::report::Report;
use crate::server::{Server, Settings};
use crate::socket::{Arrival, Socket, within};

const CHUNKS: usize = 100;
const INTERVAL: Duration = Duration::from_millis(15);
/// The reply is well under way when this chunk has been heard by all.
const MIDDLE: u64 = 5;

#[derive(Args)]
pub(crate) struct Options {
    /// Removals, and as many log-outs
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=200))]
    rounds: u32,
}

/// Runs it.
pub(crate) async fn run(options: &Options, settings: Settings) -> Result<Report> {
    let standin = Standin::start().await;
    standin.play(Script::chunks(CHUNKS, INTERVAL));
    let settings = settings.gemini(standin.base_url());
    let mut report = Report::new("revoke");
    settings.describe(&mut report);
    report.condition(
        "afterwards: after the REST answer had arrived here; in flight: of those, frames that a viewer who \
         stayed had at that moment, too",
    );

    let server = Server::start(&settings).await?;
    let people = register(&server.base(), 2).await?;
    let [owner, guest] = people.as_slice() else { return Err(anyhow!("two people were registered")) };
    let chat = owner.group(std::slice::from_ref(guest)).await?;
    let mut tally = Tally::default();
    for round in 0..options.rounds {
        // The guest's other session stays when one of them logs out.
        let leaving = guest.log_in().await?;
        let ears = [
            Ear::open(&leaving, &chat).await?,
            Ear::open(owner, &chat).await?,
            Ear::open(guest, &chat).await?,
        ];
        let mut room = Room { chat: &chat, ears: ears.into() };
        room.begin(owner, &format!("log-out-{round}")).await?;
        let logged_out = room.during(leaving.log_out()).await?;
        logged_out?;
        tally.log_out(room.outcome(owner, &format!("after-log-out-{round}")).await?);

        let ears = [Ear::open(guest, &chat).await?, Ear::open(owner, &chat).await?];
        let mut room = Room { chat: &chat, ears: ears.into() };
        room.begin(owner, &format!("removal-{round}")).await?;
        let removed = room.during(owner.remove(&chat, guest)).await?;
        removed?;
        tally.removal(room.outcome(owner, &format!("after-removal-{round}")).await?);
        owner.invite(&chat, guest).await?;
    }

    report.count("removals", options.rounds as usize);
    report.count("log-outs", options.rounds as usize);
    report.count("frames in flight", tally.in_flight);
    report.count("frames afterwards", tally.afterwards.len());
    report.promise("nothing of the chat arrives after removal or log-out", tally.afterwards);
    report.promise("nothing of the chat arrives after one's own participant_removed", tally.after_notice);
    report.promise("a socket whose session ended is closed with 4401", tally.closed_wrongly);
    report.promise("a socket of a removed person stays open for other chats", tally.closed_on_removal);
    Ok(report)
}

#[derive(Default)]
struct Tally {
    in_flight: usize,
    afterwards: Vec<String>,
    after_notice: Vec<String>,
    closed_wrongly: Vec<String>,
    closed_on_removal: Vec<String>,
}

impl Tally {
    fn log_out(&mut self, outcome: Outcome) {
        if outcome.closed != Some(Some(4401)) {
            self.closed_wrongly.push(format!("{:?}", outcome.closed));
        }
        self.add(outcome);
    }

    fn removal(&mut self, outcome: Outcome) {
        self.closed_on_removal.extend(outcome.closed.map(|code| format!("closed with {code:?}")));
        self.add(outcome);
    }

    fn add(&mut self, outcome: Outcome) {
        self.in_flight += outcome.in_flight;
        self.afterwards.extend(outcome.afterwards);
        self.after_notice.extend(outcome.after_notice);
    }
}

/// What the one who left heard after the moment at which the answer to the REST call was here.
struct Outcome {
    in_flight: usize,
    afterwards: Vec<String>,
    /// Whenever they came: frames behind the notice of one's own removal.
    after_notice: Vec<String>,
    /// The close code, if the socket was closed.
    closed: Option<Option<u16>>,
}

/// A reply that several hear; the first of them is the one who will leave, all others stay.
struct Room<'a> {
    chat: &'a str,
    ears: Vec<Ear>,
}

/// A socket and what it has heard of the chat.
struct Ear {
    socket: Socket,
    frames: Vec<Frame>,
    closed: Option<Option<u16>>,
    /// How many of the frames were here at the moment.
    at_the_moment: usize,
}

impl Room<'_> {
    /// Asks the bot, and listens until everybody has heard the beginning.
    async fn begin(&mut self, owner: &Person, op: &str) -> Result<()> {
        post(owner, self.chat, op, "/bot count").await?;
        within("the first chunks", async {
            while !self.ears.iter().all(|ear| ear.last_index() >= Some(MIDDLE)) {
                self.hear().await?;
            }
            anyhow::Ok(())
        })
        .await?
    }

    /// Listens while `call` is on its way. When its answer is here, marks with everybody what is here, too: one
    /// look at the network brings the answer and all frames that came with it or before.
    async fn during<T>(&mut self, call: impl Future<Output = T>) -> Result<T> {
        let mut call = std::pin::pin!(call);
        let outcome = loop {
            tokio::select! {
                outcome = &mut call => break outcome,
                heard = self.hear() => heard?,
            }
        };
        for ear in &mut self.ears {
            ear.take_arrived(self.chat)?;
            ear.at_the_moment = ear.frames.len();
        }
        Ok(outcome)
    }

    /// Listens to the end of the reply and to a further message, and judges what the one who left heard.
    async fn outcome(mut self, owner: &Person, op: &str) -> Result<Outcome> {
        within("the end of the reply", async {
            while !self.ears[1..].iter().all(Ear::has_ended) {
                self.hear().await?;
            }
            post(owner, self.chat, op, "Among ourselves").await?;
            while !self.ears[1..].iter().all(|ear| ear.has_heard(op)) {
                self.hear().await?;
            }
            anyhow::Ok(())
        })
        .await??;
        self.ears[0].listen_out(self.chat).await?;
        let known: Vec<&Frame> =
            self.ears[1..].iter().flat_map(|ear| &ear.frames[..ear.at_the_moment]).collect();
        let left = &self.ears[0];
        let (mut in_flight, mut afterwards) = (0, Vec::new());
        for frame in &left.frames[left.at_the_moment..] {
            // Everybody in a room is sent the same bytes.
            if known.iter().any(|known| known.text == frame.text) {
                in_flight += 1;
            } else if frame.kind != "participant_removed" {
                // But the notice of the removal itself is owed, whenever it comes.
                afterwards.push(frame.text.to_string());
            }
        }
        let after_notice = left.frames.iter().skip_while(|frame| frame.kind != "participant_removed").skip(1);
        let after_notice = after_notice.map(|frame| frame.text.to_string()).collect();
        Ok(Outcome { in_flight, afterwards, after_notice, closed: left.closed })
    }

    /// Waits for the next thing that anybody hears.
    async fn hear(&mut self) -> Result<()> {
        let open = self.ears.iter_mut().enumerate().filter(|(_, ear)| ear.closed.is_none());
        let next = open.map(|(at, ear)| ear.socket.arrival().map(move |arrival| (at, arrival)).boxed_local());
        let ((at, arrival), _, _) = select_all(next).await;
        self.ears[at].take(self.chat, arrival?);
        Ok(())
    }
}

impl Ear {
    async fn open(person: &Person, chat: &str) -> Result<Self> {
        let mut socket = person.connect().await?;
        socket.join(chat).await?;
        Ok(Self { socket, frames: vec![], closed: None, at_the_moment: 0 })
    }

    fn take(&mut self, chat: &str, arrival: Arrival) {
        match arrival {
            Arrival::Frame(frame) if frame.mentions(chat) => self.frames.push(*frame),
            Arrival::Frame(_) => {}
            Arrival::End(code) => self.closed = Some(code),
        }
    }

    fn take_arrived(&mut self, chat: &str) -> Result<()> {
        while self.closed.is_none() {
            let Some(arrival) = self.socket.arrived() else { break };
            self.take(chat, arrival?);
        }
        Ok(())
    }

    /// Hears everything that the server had for it so far.
    async fn listen_out(&mut self, chat: &str) -> Result<()> {
        if self.closed.is_some() {
            return Ok(());
        }
        // Where the server has closed this fails, and what it sent before is still to be read.
        let _ = self.socket.send(&json!({"type": "ping", "ref": "out"})).await;
        within("a pong or the end", async {
            while self.closed.is_none() {
                match self.socket.arrival().await? {
                    Arrival::Frame(frame) if frame.reference.as_deref() == Some("out") => break,
                    arrival => self.take(chat, arrival),
                }
            }
            Ok(())
        })
        .await?
    }

    fn last_index(&self) -> Option<u64> {
        self.frames.iter().rev().find_map(|frame| frame.index)
    }

    fn has_heard(&self, op: &str) -> bool {
        self.frames.iter().any(|frame| frame.client_id.as_deref() == Some(op))
    }

    fn has_ended(&self) -> bool {
        self.frames.iter().any(|frame| frame.kind == "bot_stream" && frame.is_complete)
    }
}

async fn post(person: &Person, chat: &str, op: &str, content: &str) -> Result<()> {
    let mut socket = person.connect().await?;
    socket.post(chat, op, content).await?;
    socket.answer(op).await.map(drop)
}
