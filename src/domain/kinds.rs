//! What each chat is and when its agents speak. Asked once and not for every message.

use dashmap::DashMap;

use crate::ids::ChatId;
use crate::protocol::{ChatKind, Manners};
use crate::store::rows::ChatRow;

/// Chats that are remembered: a few megabytes. Beyond, all are forgotten, which costs each one query.
const MOST: usize = 50_000;

/// The chats that were looked at.
#[derive(Default)]
pub struct Kinds(DashMap<ChatId, Known>);

/// What a message's hot path needs to know of its chat.
#[derive(Clone, Copy)]
pub(in crate::domain) struct Known {
    /// It never changes.
    pub kind: ChatKind,
    pub manners: Manners,
}

impl Known {
    fn of(row: &ChatRow) -> Self {
        Self { kind: row.kind, manners: row.settings.manners }
    }
}

impl Kinds {
    /// Nothing is said of the chat's being there still, nor of who is in it.
    pub(in crate::domain) fn of(&self, chat: ChatId) -> Option<Known> {
        self.0.get(&chat).map(|known| *known)
    }

    /// Notes a chat as it was read. What is noted already stays: it may be a change that came after the reading.
    pub(in crate::domain) fn learn(&self, row: &ChatRow) {
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.entry(row.id).or_insert(Known::of(row));
    }

    /// Notes a chat that has just been changed.
    pub(in crate::domain) fn changed(&self, row: &ChatRow) {
        self.0.insert(row.id, Known::of(row));
    }
}
