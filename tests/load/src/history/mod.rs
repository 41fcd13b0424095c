//! The history of a run, and whether a server that keeps its promises can have made it.
//!
//! Pure: lines in, violations out. A line says what a client did or saw, in the order in which this tool knew of it. Must
//! never know how clients talk to the server.

mod check;
pub(crate) mod log;
mod replies;

#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;

pub(crate) use check::check;

/// What an event of a chat is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Told {
    /// This message was posted.
    Posted(String),
    /// This message was changed, settled or deleted.
    Changed(String),
    /// The room itself.
    Room,
}

impl Told {
    /// What all viewers must agree on. That a message came or changed is not part of it: whoever catches up is shown
    /// the message as it is now.
    fn about(&self) -> Option<&str> {
        match self {
            Self::Posted(id) | Self::Changed(id) => Some(id),
            Self::Room => None,
        }
    }
}

/// Something that a client did or saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub(crate) enum Line {
    /// A writer hands in the operation `op`, or hands it in again.
    Invoke { chat: String, op: String },
    /// The server acknowledged it.
    Ok { op: String, seq: i64, id: String },
    /// The server refused it for good.
    Fail { op: String, code: String },
    /// A viewer knows everything of a chat up to `seq`, and is owed what follows.
    Joined { viewer: String, chat: String, seq: i64 },
    /// A viewer was told the event `seq`.
    Seen { viewer: String, chat: String, seq: i64, told: Told },
    /// A viewer's membership ends with the event `seq`.
    Left { viewer: String, chat: String, seq: i64 },
    /// This much of the bot's reply `id` was shown to a viewer.
    Shown { viewer: String, id: String, text: String },
    /// In the end the reply `id` is stored so.
    Kept { id: String, status: String, text: String },
    /// In the end the server's page shows this message next.
    Stored { chat: String, seq: i64, id: String, op: Option<String> },
    /// In the end this is the chat's last event.
    Head { chat: String, seq: i64 },
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Violation {
    /// Acknowledged and not stored.
    Missing { op: String, seq: i64 },
    /// Acknowledged with one number or id and stored with another.
    Moved { op: String, acked: i64, stored: i64 },
    /// Acknowledged twice, with different numbers or ids.
    Unsteady { op: String, first: i64, then: i64 },
    /// Handed in after another had been acknowledged, and numbered before it.
    Overtaken { op: String, seq: i64, acked_before: i64 },
    /// Stored more than once.
    Doubled { op: String },
    /// Two messages of a chat have this number.
    SeqDoubled { chat: String, seq: i64 },
    /// Two messages have this id.
    IdDoubled { id: String },
    /// The pages are not in order here.
    Disordered { chat: String, seq: i64, after: i64 },
    /// Stored in spite of a refusal.
    RefusedAndStored { op: String, code: String },
    /// Stored and never handed in.
    Unasked { op: String },
    /// A viewer was told `then` next after `seq`.
    Hole { viewer: String, seq: i64, then: i64 },
    /// A viewer who had been told `seq` was told `then`, which is not after it.
    Again { viewer: String, seq: i64, then: i64 },
    /// A viewer was shown a message that is not stored there.
    OnlySeen { viewer: String, seq: i64, id: String },
    /// Two viewers were told different things under one number.
    Diverged { viewer: String, other: String, seq: i64 },
    /// A viewer was told `seq`, though the membership ended with `left`.
    Outsider { viewer: String, seq: i64, left: i64 },
    /// What a viewer was shown of a reply is not how the reply begins that is kept.
    Misquoted { viewer: String, id: String, shown: usize, kept: usize },
    /// A reply was shown and none is kept.
    NotKept { viewer: String, id: String },
    /// A viewer was never told what follows `seq`.
    Behind { viewer: String, seq: i64, head: i64 },
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { op, seq } => write!(f, "{op} was acknowledged as {seq} and is not stored"),
            Self::Moved { op, acked, stored } => {
                write!(f, "{op} was acknowledged as {acked} and is stored as {stored} or under another id")
            }
            Self::Unsteady { op, first, then } => {
                write!(f, "{op} was acknowledged as {first} and then as {then} or under another id")
            }
            Self::Overtaken { op, seq, acked_before } => {
                write!(
                    f,
                    "{op} got {seq}, though {acked_before} had been acknowledged before it was handed in"
                )
            }
            Self::Doubled { op } => write!(f, "{op} is stored more than once"),
            Self::SeqDoubled { chat, seq } => write!(f, "two messages of {chat} have the number {seq}"),
            Self::IdDoubled { id } => write!(f, "two messages have the id {id}"),
            Self::Disordered { chat, seq, after } => {
                write!(f, "the pages of {chat} show {seq} after {after}")
            }
            Self::RefusedAndStored { op, code } => write!(f, "{op} was refused with {code} and is stored"),
            Self::Unasked { op } => write!(f, "{op} is stored and was never handed in"),
            Self::Hole { viewer, seq, then } => write!(f, "{viewer} was told {then} next after {seq}"),
            Self::Again { viewer, seq, then } => write!(f, "{viewer} was told {then} when {seq} was known"),
            Self::OnlySeen { viewer, seq, id } => {
                write!(f, "{viewer} was shown {id} as {seq}, which is not stored")
            }
            Self::Diverged { viewer, other, seq } => {
                write!(f, "{viewer} was told something else as {seq} than {other}")
            }
            Self::Outsider { viewer, seq, left } => {
                write!(f, "{viewer} left with {left} and was told {seq}")
            }
            Self::Misquoted { viewer, id, shown, kept } => {
                write!(f, "{viewer} was shown {shown} bytes of {id} that do not begin the {kept} bytes kept")
            }
            Self::NotKept { viewer, id } => write!(f, "{viewer} was shown the reply {id}, which is not kept"),
            Self::Behind { viewer, seq, head } => write!(f, "{viewer} was told up to {seq} of {head}"),
        }
    }
}
