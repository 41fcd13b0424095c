//! Tells participants who have not joined a chat that it went on, at most once a second a chat.
//!
//! Lossy by design: the client counts up, and the chat list corrects it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::bus::Envelope;
use crate::domain::{Context, text};
use crate::hub::Hub;
use crate::ids::{ChatId, Seq, UserId};
use crate::protocol::{Event, Message, MessageKind, Notice, Preview};
use crate::store::error::StoreResult;

/// Between two notices of one chat.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a quiet chat's members are remembered, so that a busy one asks the database once and not every second.
const REMEMBERED: Duration = Duration::from_secs(60);
/// Names that are remembered of one chat between two notices; a text may hold thousands that are nobody's.
const MOST_NAMES: usize = 1_000;

/// Chats that went on and whose absent participants do not know yet.
#[derive(Default)]
pub struct Activity {
    news: Mutex<HashMap<ChatId, News>>,
    wake: Notify,
}

/// What happened in a chat since its last notice.
#[derive(Default)]
struct News {
    head: Seq,
    preview: Option<Preview>,
    /// Whose replies were settled.
    asked: HashSet<UserId>,
    /// Whom the messages named, in lower case. Whose names these are is looked up once a second, and not on the
    /// way of every message.
    named: HashSet<String>,
    /// Somebody came who may be elsewhere.
    has_recruits: bool,
}

/// What is remembered of a chat between its notices.
struct Told {
    at: Instant,
    /// As they were when last looked up: enough to see that all are in the room, which most are while they talk,
    /// but not to tell anybody anything, as they may have been removed.
    members: Vec<UserId>,
}

impl Told {
    fn is_due(&self, now: Instant) -> bool {
        now.duration_since(self.at) >= PAUSE
    }
}

impl Activity {
    /// Hears what the bus brings; never blocks.
    pub fn hear(&self, envelope: &Envelope) {
        if let Envelope::Event { chat_id, seq, event } = envelope {
            self.note(*chat_id, *seq, event);
        }
    }

    fn note(&self, chat_id: ChatId, seq: Seq, event: &Event) {
        let (said, changed) = match event {
            Event::ChatDeleted { .. } => return,
            Event::Posted(message) | Event::Settled(message) => (Some(message), None),
            Event::Updated(message) | Event::Deleted(message) => (None, Some(message)),
            _ => (None, None),
        };
        let (preview, changed) = (said.map(Message::preview), changed.map(Message::preview));
        let named: HashSet<String> = said.into_iter().flat_map(named).collect();
        let mut chats = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        let known = chats.contains_key(&chat_id);
        let news = chats.entry(chat_id).or_default();
        news.head = seq.max(news.head);
        news.has_recruits |= matches!(event, Event::ParticipantAdded { .. });
        if let Event::Settled(reply) = event {
            news.asked.extend(reply.body.run.as_ref().map(|run| run.asked_by));
        }
        let room = MOST_NAMES - news.named.len();
        news.named.extend(named.into_iter().take(room));
        // A retried reply is settled long after others were posted: it is not the latest for that.
        if let Some(preview) = preview
            && news.preview.as_ref().is_none_or(|latest| latest.seq <= preview.seq)
        {
            news.preview = Some(preview);
        }
        // What waits to be told is told as it is now: a deleted text must not come back.
        if let (Some(latest), Some(changed)) = (&mut news.preview, changed)
            && latest.message_id == changed.message_id
        {
            *latest = changed;
        }
        drop(chats);
        if !known {
            self.wake.notify_one();
        }
    }

    /// Tells, until dropped.
    pub async fn run(&self, cx: Arc<Context>, hub: Arc<Hub>) {
        let mut told: HashMap<ChatId, Told> = HashMap::new();
        loop {
            let now = Instant::now();
            for (chat_id, news) in self.take_due(&told, now) {
                let known = told.remove(&chat_id).map(|told| told.members).unwrap_or_default();
                let is_elsewhere = |id: &UserId| hub.has_socket_outside(chat_id, *id);
                let members = if known.is_empty() || news.has_recruits || known.iter().any(is_elsewhere) {
                    tell(&cx, &hub, chat_id, news).await.unwrap_or_else(|error| {
                        // A failing database costs a notice, nothing more.
                        tracing::debug!(chat.id = %chat_id, %error, "news of a chat cannot be told");
                        Vec::new()
                    })
                } else {
                    known
                };
                told.insert(chat_id, Told { at: now, members });
            }
            told.retain(|_, told| now.duration_since(told.at) < REMEMBERED);
            // What came too early after the last notice waits for its second to pass.
            let next = told.values().filter(|told| !told.is_due(now)).map(|told| told.at + PAUSE).min();
            match next {
                Some(next) => {
                    tokio::select! {
                        () = self.wake.notified() => {}
                        () = tokio::time::sleep_until(next) => {}
                    }
                }
                None => self.wake.notified().await,
            }
        }
    }

    fn take_due(&self, told: &HashMap<ChatId, Told>, now: Instant) -> Vec<(ChatId, News)> {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = |chat: &&ChatId| told.get(*chat).is_none_or(|told| told.is_due(now));
        let due: Vec<ChatId> = news.keys().filter(is_due).copied().collect();
        due.into_iter().filter_map(|chat| news.remove(&chat).map(|news| (chat, news))).collect()
    }
}

/// Tells those who are elsewhere; all members of now.
async fn tell(cx: &Context, hub: &Hub, chat_id: ChatId, news: News) -> StoreResult<Vec<UserId>> {
    let members = cx.store.member_ids(chat_id).await?;
    let absent: Vec<UserId> =
        members.iter().copied().filter(|id| hub.has_socket_outside(chat_id, *id)).collect();
    let mut mentioned = news.asked;
    if !news.named.is_empty() && !absent.is_empty() {
        let names: Vec<String> = news.named.into_iter().collect();
        mentioned.extend(cx.store.users_by_names(&names).await?.into_iter().map(|user| user.id));
    }
    for user_id in absent {
        let mention = mentioned.contains(&user_id);
        let notice = Notice::ChatActivity {
            chat_id,
            head_seq: news.head,
            preview: news.preview.clone().map(Box::new),
            mention,
        };
        cx.bus.publish(&Envelope::Notice { user_id, notice });
    }
    Ok(members)
}

/// Whom a message names beside its author.
fn named(message: &Message) -> impl Iterator<Item = String> {
    let body = &message.body;
    // The room's own reports name nobody: a chat may be called `@ben`.
    let text = if body.kind == MessageKind::Text { body.content.as_str() } else { "" };
    text::mentions(text)
        .filter(|name| !name.eq_ignore_ascii_case(&body.username))
        .map(str::to_ascii_lowercase)
}
