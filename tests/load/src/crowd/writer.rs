//! One who writes, or asks the bot, with a few messages in flight, and hands in again what was not acknowledged.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::client::Person;
use crate::crowd::{Scene, Work};
use crate::frame::Frame;
use crate::history::Line;
use crate::socket::{Arrival, Socket};

/// Messages in flight at most.
const WINDOW: usize = 4;
/// Between two attempts to connect, and to hand in again what the server could not take.
const RETRY: Duration = Duration::from_millis(50);

/// What a writer says, and how fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Statement(Duration),
    /// To the bot.
    Question(Duration),
}

impl Manner {
    fn pace(self) -> Duration {
        let (Self::Statement(pace) | Self::Question(pace)) = self;
        pace
    }

    fn content(self, op: &str) -> String {
        match self {
            Self::Statement(_) => format!("message {op}"),
            Self::Question(_) => format!("/bot count for {op}"),
        }
    }
}

/// A writer, whose place in what it says outlives its sockets and the server.
pub(crate) struct Writer {
    person: Person,
    chat: String,
    name: String,
    manner: Manner,
    scene: Arc<Scene>,
    said: usize,
    /// In the order of first handing in, with that time.
    unacked: VecDeque<(String, Instant)>,
    /// Of these, what the server could not take when it was last handed in.
    unavailable: Vec<String>,
    pub(crate) wrote: Wrote,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wrote {
    pub(crate) sent: usize,
    pub(crate) acked: usize,
    /// Handed in once more, because the socket ended or the server could not take it.
    pub(crate) again: usize,
    /// Acknowledgements that said that the message was there already.
    pub(crate) duplicates: usize,
    /// Answers by their code that said to try again.
    pub(crate) put_off: BTreeMap<String, usize>,
    pub(crate) refusals: Vec<String>,
    /// From first handing in to the acknowledgement.
    pub(crate) took: Vec<Duration>,
}

impl Writer {
    /// Has said nothing.
    pub(crate) fn new(person: Person, chat: &str, name: String, manner: Manner, scene: Arc<Scene>) -> Self {
        Self {
            person,
            chat: chat.to_owned(),
            name,
            manner,
            scene,
            said: 0,
            unacked: VecDeque::new(),
            unavailable: vec![],
            wrote: Wrote::default(),
        }
    }

    /// Writes, whatever becomes of sockets, until told to finish and all is acknowledged.
    ///
    /// # Errors
    /// When the server's words make no sense.
    pub(crate) async fn write(mut self, mut work: watch::Receiver<Work>) -> Result<Self> {
        loop {
            if let Ok(socket) = self.person.connect().await
                && self.speak(socket, &mut work).await?
            {
                return Ok(self);
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Whether everything is said; otherwise the socket ended.
    async fn speak(&mut self, mut socket: Socket, work: &mut watch::Receiver<Work>) -> Result<bool> {
        self.unavailable = self.unacked.iter().map(|(op, _)| op.clone()).collect();
        let mut ticks = interval(self.manner.pace());
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut retries = interval(RETRY);
        retries.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let goes_on = matches!(*work.borrow(), Work::On);
            if !goes_on && self.unacked.is_empty() {
                return Ok(true);
            }
            let sent = tokio::select! {
                _ = ticks.tick(), if goes_on && self.unacked.len() < WINDOW => self.say(&mut socket).await,
                _ = retries.tick(), if !self.unavailable.is_empty() => self.say_again(&mut socket).await,
                // A sender that is gone means the end, which the next turn sees.
                _ = work.changed(), if goes_on => Ok(()),
                arrival = socket.arrival() => match arrival? {
                    Arrival::Frame(frame) => { self.hear(&frame)?; Ok(()) }
                    Arrival::End(code) => {
                        self.scene.note_end(&self.name, code);
                        return Ok(false);
                    }
                },
            };
            // A socket that takes nothing more tells its end when it is read.
            if sent.is_err() {
                self.scene.note_end(&self.name, None);
                return Ok(false);
            }
        }
    }

    async fn say(&mut self, socket: &mut Socket) -> Result<()> {
        let op = format!("{}-{}", self.name, self.said);
        self.said += 1;
        self.wrote.sent += 1;
        self.unacked.push_back((op.clone(), Instant::now()));
        self.hand_in(socket, &op).await
    }

    async fn say_again(&mut self, socket: &mut Socket) -> Result<()> {
        for op in std::mem::take(&mut self.unavailable) {
            self.wrote.again += 1;
            self.hand_in(socket, &op).await?;
        }
        Ok(())
    }

    async fn hand_in(&self, socket: &mut Socket, op: &str) -> Result<()> {
        self.scene.log.add(Line::Invoke { chat: self.chat.clone(), op: op.to_owned() });
        socket.post(&self.chat, op, &self.manner.content(op)).await
    }

    fn hear(&mut self, frame: &Frame) -> Result<()> {
        let Some(op) = frame.reference.clone() else { return Ok(()) };
        let code = frame.code.clone().unwrap_or_default();
        match frame.kind.as_str() {
            "ack" => {
                let seq = frame.seq.context("an ack without seq")?;
                let id = frame.message_id.clone().context("an ack without message_id")?;
                self.wrote.acked += 1;
                self.wrote.duplicates += usize::from(frame.duplicate == Some(true));
                if let Some(at) = self.unacked.iter().position(|(unacked, _)| *unacked == op)
                    && let Some((_, since)) = self.unacked.remove(at)
                {
                    self.wrote.took.push(since.elapsed());
                }
                self.unavailable.retain(|unavailable| *unavailable != op);
                self.scene.log.add(Line::Ok { op, seq, id });
                self.scene.acks.send_modify(|acks| *acks += 1);
            }
            "error" if matches!(code.as_str(), "unavailable" | "rate_limited") => {
                *self.wrote.put_off.entry(code).or_default() += 1;
                self.unavailable.push(op);
                self.scene.put_off.send_modify(|count| *count += 1);
            }
            "error" => {
                self.wrote.refusals.push(frame.text.to_string());
                self.unacked.retain(|(unacked, _)| *unacked != op);
                self.scene.log.add(Line::Fail { op, code });
            }
            _ => {}
        }
        Ok(())
    }
}
