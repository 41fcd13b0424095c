//! One who writes, or asks the bot, with a few messages in flight, and hands in again what was not acknowledged.

use std::collections::VecDeque;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::{MissedTickBehavior, interval};

use crate::client::Person;
use crate::frame::Frame;
use crate::history::Line;
use crate::scenario::kill::Log;
use crate::socket::{Arrival, Socket};

/// Messages in flight at most.
const WINDOW: usize = 4;

/// What a writer says, and how fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    Statement,
    /// To the bot.
    Question,
}

impl Manner {
    fn pace(self) -> Duration {
        match self {
            Self::Statement => Duration::from_millis(10),
            Self::Question => Duration::from_millis(500),
        }
    }

    fn content(self, op: &str) -> String {
        match self {
            Self::Statement => format!("message {op}"),
            Self::Question => format!("/bot count for {op}"),
        }
    }
}

/// A writer, whose place in what it says outlives the server.
pub(super) struct Writer {
    person: Person,
    chat: String,
    name: String,
    manner: Manner,
    log: Log,
    said: usize,
    /// In the order of first handing in.
    unacked: VecDeque<String>,
    acked: usize,
    handed_in_again: usize,
    duplicates: usize,
    refusals: Vec<String>,
}

impl Writer {
    /// Has said nothing.
    pub(super) fn new(person: Person, chat: &str, name: String, manner: Manner, log: Log) -> Self {
        let chat = chat.to_owned();
        Self {
            person,
            chat,
            name,
            manner,
            log,
            said: 0,
            unacked: VecDeque::new(),
            acked: 0,
            handed_in_again: 0,
            duplicates: 0,
            refusals: vec![],
        }
    }

    /// Writes until the socket ends.
    ///
    /// # Errors
    /// When the socket cannot be opened or written, or the server's words make no sense.
    pub(super) async fn write_on(&mut self) -> Result<()> {
        let mut socket = self.reconnect().await?;
        let mut ticks = interval(self.manner.pace());
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick(), if self.unacked.len() < WINDOW => {
                    let op = format!("{}-{}", self.name, self.said);
                    self.said += 1;
                    self.unacked.push_back(op.clone());
                    self.hand_in(&mut socket, &op).await?;
                }
                arrival = socket.arrival() => match arrival? {
                    Arrival::Frame(frame) => self.hear(&frame)?,
                    Arrival::End(_) => return Ok(()),
                },
            }
        }
    }

    /// Hands in again what was not acknowledged, and nothing new.
    ///
    /// # Errors
    /// As with writing on, and when the socket ends.
    pub(super) async fn finish(&mut self) -> Result<()> {
        let mut socket = self.reconnect().await?;
        while !self.unacked.is_empty() {
            let frame = socket.next().await?;
            self.hear(&frame)?;
        }
        Ok(())
    }

    async fn reconnect(&mut self) -> Result<Socket> {
        let mut socket = self.person.connect().await?;
        for op in self.unacked.clone() {
            self.handed_in_again += 1;
            self.hand_in(&mut socket, &op).await?;
        }
        Ok(socket)
    }

    async fn hand_in(&self, socket: &mut Socket, op: &str) -> Result<()> {
        self.log.add(Line::Invoke { chat: self.chat.clone(), op: op.to_owned() });
        socket.post(&self.chat, op, &self.manner.content(op)).await
    }

    fn hear(&mut self, frame: &Frame) -> Result<()> {
        let Some(op) = frame.reference.clone() else { return Ok(()) };
        match frame.kind.as_str() {
            "ack" => {
                let seq = frame.seq.context("an ack without seq")?;
                let id = frame.message_id.clone().context("an ack without message_id")?;
                self.acked += 1;
                self.duplicates += usize::from(frame.duplicate == Some(true));
                self.unacked.retain(|unacked| *unacked != op);
                self.log.add(Line::Ok { op, seq, id });
            }
            "error" => {
                self.refusals.push(frame.text.to_string());
                self.unacked.retain(|unacked| *unacked != op);
                self.log.add(Line::Fail { op, code: frame.code.clone().unwrap_or_default() });
            }
            _ => {}
        }
        Ok(())
    }

    /// Acknowledgements.
    pub(super) fn acked(&self) -> usize {
        self.acked
    }

    /// How often something was handed in after the first time.
    pub(super) fn handed_in_again(&self) -> usize {
        self.handed_in_again
    }

    /// Acknowledgements that said the message was there already.
    pub(super) fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// Refusals, as they came.
    pub(super) fn refusals(&self) -> &[String] {
        &self.refusals
    }
}
