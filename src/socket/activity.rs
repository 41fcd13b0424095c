//! Tells participants who have not joined a chat that it went on, at most once a second a chat.
//!
//! Lossy by design: the client counts up, and the chat list corrects it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::bus::Envelope;
use crate::domain::Context;
use crate::hub::Hub;
use crate::ids::{ChatId, Seq};
use crate::protocol::{Event, Notice, Preview};

/// Between two notices of one chat.
const PAUSE: Duration = Duration::from_secs(1);

/// Chats that went on and whose absent participants do not know yet.
#[derive(Default)]
pub struct Activity {
    news: Mutex<HashMap<ChatId, (Seq, Option<Preview>)>>,
    wake: Notify,
}

impl Activity {
    /// Hears what the bus brings; never blocks.
    pub fn hear(&self, envelope: &Envelope) {
        if let Envelope::Event { chat_id, seq, event } = envelope {
            self.note(*chat_id, *seq, event);
        }
    }

    fn note(&self, chat_id: ChatId, seq: Seq, event: &Event) {
        if matches!(event, Event::ChatDeleted { .. }) {
            return;
        }
        let (preview, changed) = match event {
            Event::Posted(message) | Event::Settled(message) => (Some(message.preview()), None),
            Event::Updated(message) | Event::Deleted(message) => (None, Some(message.preview())),
            _ => (None, None),
        };
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        let known = news.contains_key(&chat_id);
        let (head, latest) = news.entry(chat_id).or_insert((seq, None));
        *head = seq.max(*head);
        if preview.is_some() {
            *latest = preview;
        }
        // What waits to be told is told as it is now: a deleted text must not come back.
        if let (Some(latest), Some(changed)) = (latest, changed)
            && latest.message_id == changed.message_id
        {
            *latest = changed;
        }
        drop(news);
        if !known {
            self.wake.notify_one();
        }
    }

    /// Tells, until dropped.
    pub async fn run(&self, cx: Arc<Context>, hub: Arc<Hub>) {
        let mut told: HashMap<ChatId, Instant> = HashMap::new();
        loop {
            let now = Instant::now();
            told.retain(|_, at| now.duration_since(*at) < PAUSE);
            let due = self.take_due(&told);
            for (chat_id, head_seq, preview) in due {
                told.insert(chat_id, now);
                // A failing database costs a notice, nothing more.
                let Ok(members) = cx.store.member_ids(chat_id).await else { continue };
                for user_id in members.into_iter().filter(|id| hub.people().is_connected(*id)) {
                    let notice = Notice::ChatActivity { chat_id, head_seq, preview: preview.clone() };
                    cx.bus.publish(&Envelope::Notice { user_id, notice });
                }
            }
            // What came too early after the last notice waits for its second to pass.
            match told.values().min() {
                Some(oldest) => {
                    tokio::select! {
                        () = self.wake.notified() => {}
                        () = tokio::time::sleep_until(*oldest + PAUSE) => {}
                    }
                }
                None => self.wake.notified().await,
            }
        }
    }

    fn take_due(&self, told: &HashMap<ChatId, Instant>) -> Vec<(ChatId, Seq, Option<Preview>)> {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        let due: Vec<ChatId> = news.keys().filter(|chat| !told.contains_key(chat)).copied().collect();
        due.into_iter()
            .filter_map(|chat| news.remove(&chat).map(|(head, preview)| (chat, head, preview)))
            .collect()
    }
}
