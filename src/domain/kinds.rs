//! What kind each chat is. It never changes, so it is asked once and not for every message.

use dashmap::DashMap;

use crate::ids::ChatId;
use crate::protocol::ChatKind;

/// Chats that are remembered: a few megabytes. Beyond, all are forgotten, which costs each one query.
const MOST: usize = 50_000;

/// The kinds of chats that were looked at.
#[derive(Default)]
pub struct Kinds(DashMap<ChatId, ChatKind>);

impl Kinds {
    /// Nothing is said of the chat's being there still, nor of who is in it.
    pub(in crate::domain) fn of(&self, chat: ChatId) -> Option<ChatKind> {
        self.0.get(&chat).map(|kind| *kind)
    }

    pub(in crate::domain) fn learn(&self, chat: ChatId, kind: ChatKind) {
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(chat, kind);
    }
}
