//! Group commit: many waiting posts, one transaction.
//!
//! A disk takes a few thousand commits a second but a hundred thousand rows: what waits together is
//! written together. A lane keeps its posts in the order in which they were handed in. It decides nothing
//! but what only the transaction can know: whether the author is still a member, and whether the post was
//! here before.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use sea_orm::sea_query::{Expr, LockType, Query};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbBackend, DbErr, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::ids::{ChatId, MessageId, Seq, UserId};
use crate::protocol::{Event, Message, MessageKind, MessageStatus};
use crate::store::entity::{chat, member, message, run};
use crate::store::error::{StoreError, StoreResult};
use crate::store::events::{self, Take};
use crate::store::messages::{self, Placed};
use crate::store::rows::{Committed, NewMessage, Post, Posted};
use crate::store::{Inner, Store, Tx, runs};

/// Posts that may wait in a lane; more are refused, so that a slow disk is not paid for with memory.
const WAITING: usize = 4_096;
/// Posts of one transaction.
const BATCH: usize = 256;

impl Store {
    /// Puts a post into the chat's lane now, in the order of calls; the future resolves once it is on disk
    /// and announced. Dropping the future cancels nothing.
    pub fn post(&self, post: Post) -> impl Future<Output = StoreResult<Posted>> + Send + 'static + use<> {
        self.lanes.post(post)
    }
}

/// The writers of posts; a chat always has the same one.
pub(super) struct Lanes {
    entrances: Vec<mpsc::Sender<Waiting>>,
    closing: CancellationToken,
    running: TaskTracker,
}

/// A post and who waits for it.
struct Waiting {
    post: Post,
    answer: oneshot::Sender<StoreResult<Posted>>,
}

impl Lanes {
    pub(super) fn start(inner: &Arc<Inner>, number: usize) -> Self {
        let closing = CancellationToken::new();
        let running = TaskTracker::new();
        let entrances = (0..number)
            .map(|_| {
                let (entrance, waiting) = mpsc::channel(WAITING);
                running.spawn(run_lane(inner.clone(), waiting, closing.clone()));
                entrance
            })
            .collect();
        Self { entrances, closing, running }
    }

    fn post(&self, post: Post) -> impl Future<Output = StoreResult<Posted>> + Send + 'static + use<> {
        let lane = post.chat_id.0.as_u128() % self.entrances.len() as u128;
        let (answer, answered) = oneshot::channel();
        // The remainder is an index of the vector, so it fits.
        if let Err(refused) = self.entrances[lane as usize].try_send(Waiting { post, answer }) {
            let reason = "too many posts are waiting, or the server is stopping";
            let error = StoreError::Unavailable(DbErr::Custom(reason.into()));
            // Whoever dropped the future has no interest in the answer.
            let _ = refused.into_inner().answer.send(Err(error));
        }
        async move {
            let lost = || Err(StoreError::Broken(DbErr::Custom("the post's lane failed".into())));
            answered.await.unwrap_or_else(|_| lost())
        }
    }

    /// Takes no more posts and writes those that wait.
    pub(super) async fn close(&self) {
        self.closing.cancel();
        self.running.close();
        self.running.wait().await;
    }
}

async fn run_lane(inner: Arc<Inner>, mut waiting: mpsc::Receiver<Waiting>, closing: CancellationToken) {
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            taken = waiting.recv_many(&mut batch, BATCH) => if taken == 0 { return },
            () = closing.cancelled(), if !waiting.is_closed() => {
                waiting.close();
                continue;
            }
        }
        // A task of its own: a panic costs one batch and not the lane.
        let written = tokio::spawn(write_batch(inner.clone(), std::mem::take(&mut batch))).await;
        if let Err(error) = written {
            tracing::error!(%error, "a batch of posts failed");
        }
    }
}

async fn write_batch(inner: Arc<Inner>, batch: Vec<Waiting>) {
    let (posts, answers): (Vec<_>, Vec<_>) = batch.into_iter().map(|w| (w.post, w.answer)).unzip();
    let results = match append_all(&inner, &posts).await {
        Ok(posted) => posted.into_iter().map(Ok).collect(),
        // One of them is bad: alone, each fails or succeeds for itself.
        Err(StoreError::Broken(_)) if posts.len() > 1 => {
            let mut results = Vec::with_capacity(posts.len());
            for post in &posts {
                let alone = append_all(&inner, std::slice::from_ref(post)).await;
                results.push(alone.and_then(|mut posted| {
                    posted.pop().ok_or_else(|| StoreError::Broken(DbErr::RecordNotInserted))
                }));
            }
            results
        }
        Err(error) => vec![Err(error); posts.len()],
    };
    for (answer, result) in answers.into_iter().zip(results) {
        // Whoever dropped the future has no interest in the answer.
        let _ = answer.send(result);
    }
}

/// What is to become of a post.
enum Fate {
    NotMember,
    /// Written by an earlier batch.
    Known(Box<Message>),
    /// Written by this batch, as the post with this index.
    Repeats(usize),
    New,
}

async fn append_all(inner: &Arc<Inner>, posts: &[Post]) -> StoreResult<Vec<Posted>> {
    let begun = Instant::now();
    let tx = inner.begin().await?;
    tx.lock_chats(posts).await?;
    let fates = decide(posts, &tx.look_up(posts).await?);
    let mut written = if fates.iter().any(|fate| matches!(fate, Fate::New)) {
        let written = tx.write_posts(posts, &fates).await?;
        tx.finish().await?;
        metrics::histogram!("coop_append_batch_size").record(written.len() as f64);
        metrics::histogram!("coop_append_duration_seconds").record(begun.elapsed());
        written
    } else {
        HashMap::new()
    };
    let repeated: HashMap<usize, Message> = fates
        .iter()
        .filter_map(|fate| if let Fate::Repeats(index) = fate { Some(*index) } else { None })
        .filter_map(|index| Some((index, written.get(&index)?.clone())))
        .collect();
    fates
        .into_iter()
        .enumerate()
        .map(|(index, fate)| {
            let lost = || StoreError::Broken(DbErr::RecordNotInserted);
            Ok(match fate {
                Fate::NotMember => Posted::NotMember,
                Fate::Known(message) => Posted::Duplicate(*message),
                Fate::Repeats(first) => Posted::Duplicate(repeated.get(&first).cloned().ok_or_else(lost)?),
                Fate::New => Posted::New(written.remove(&index).ok_or_else(lost)?),
            })
        })
        .collect()
}

/// Whose message with which client's id.
type ClientKey<'a> = (ChatId, UserId, &'a str);

fn client_key(post: &Post) -> Option<ClientKey<'_>> {
    Some((post.chat_id, post.message.author.id, post.message.client_id.as_deref()?))
}

/// What the database knows of a batch's posts.
#[derive(Default)]
struct Known {
    members: HashSet<(ChatId, UserId)>,
    /// Written before, as they are now.
    messages: HashMap<(ChatId, UserId, String), Message>,
}

fn decide(posts: &[Post], known: &Known) -> Vec<Fate> {
    let mut first: HashMap<ClientKey<'_>, usize> = HashMap::new();
    let mut fates = Vec::with_capacity(posts.len());
    for (index, post) in posts.iter().enumerate() {
        if !known.members.contains(&(post.chat_id, post.message.author.id)) {
            fates.push(Fate::NotMember);
            continue;
        }
        let Some(key) = client_key(post) else {
            fates.push(Fate::New);
            continue;
        };
        fates.push(match (known.messages.get(&(key.0, key.1, key.2.to_owned())), first.get(&key)) {
            (Some(message), _) => Fate::Known(Box::new(message.clone())),
            (None, Some(earlier)) => Fate::Repeats(*earlier),
            (None, None) => {
                first.insert(key, index);
                Fate::New
            }
        });
    }
    fates
}

impl Tx {
    /// Holds the posts' chats, in one order for everybody, so that nobody is removed while we look. SQLite
    /// has only one writer anyway.
    async fn lock_chats(&self, posts: &[Post]) -> StoreResult<()> {
        if self.backend() == DbBackend::Sqlite {
            return Ok(());
        }
        let chats: HashSet<ChatId> = posts.iter().map(|post| post.chat_id).collect();
        chat::Entity::find()
            .select_only()
            .column(chat::Column::Id)
            .filter(chat::Column::Id.is_in(chats))
            .order_by_asc(chat::Column::Id)
            .lock(LockType::NoKeyUpdate)
            .into_tuple::<ChatId>()
            .all(&self.database)
            .await?;
        Ok(())
    }

    /// Those of the posts' authors who are in the living chat that they post to, and what they posted there before
    /// with the same client's id.
    async fn look_up(&self, posts: &[Post]) -> StoreResult<Known> {
        let asked: HashSet<(ChatId, UserId, Option<String>)> = posts
            .iter()
            .map(|post| (post.chat_id, post.message.author.id, post.message.client_id.clone()))
            .collect();
        let asked_for = |number: &'static str| Expr::col(("asked", number));
        let member = |column: member::Column| Expr::col((member::Entity, column));
        let own = |column: message::Column| Expr::col((message::Entity, column));
        let query = Query::select()
            .columns([(member::Entity, member::Column::ChatId), (member::Entity, member::Column::UserId)])
            .column((message::Entity, message::Column::Id))
            .from_values(asked, "asked")
            .inner_join(
                member::Entity,
                member(member::Column::ChatId)
                    .eq(asked_for("column1"))
                    .and(member(member::Column::UserId).eq(asked_for("column2"))),
            )
            .inner_join(
                chat::Entity,
                Expr::col((chat::Entity, chat::Column::Id))
                    .eq(asked_for("column1"))
                    .and(Expr::col((chat::Entity, chat::Column::DeletedAt)).is_null()),
            )
            .left_join(
                message::Entity,
                own(message::Column::ChatId)
                    .eq(asked_for("column1"))
                    .and(own(message::Column::AuthorId).eq(asked_for("column2")))
                    .and(own(message::Column::ClientId).eq(asked_for("column3"))),
            )
            .take();
        let mut known = Known::default();
        let mut repeated: Vec<MessageId> = Vec::new();
        for row in self.database.query_all(&query).await? {
            known.members.insert((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
            repeated.extend(row.try_get_by_index::<Option<MessageId>>(2)?);
        }
        if !repeated.is_empty() {
            let query = messages::views().filter(message::Column::Id.is_in(repeated));
            for message in messages::read(&self.database, query).await? {
                let Some(client_id) = message.body.client_id.clone() else { continue };
                known.messages.insert((message.body.chat_id, message.body.user_id, client_id), message);
            }
        }
        Ok(known)
    }

    /// Writes the new ones among the posts, with their replies; the messages by the posts' indexes.
    async fn write_posts(&self, posts: &[Post], fates: &[Fate]) -> StoreResult<HashMap<usize, Message>> {
        let new: Vec<(usize, &Post)> =
            posts.iter().enumerate().filter(|(index, _)| matches!(fates[*index], Fate::New)).collect();
        let placeholders: HashMap<usize, NewMessage> =
            new.iter().filter_map(|(index, post)| Some((*index, placeholder(post)?))).collect();
        let mut next = self.take_places(&new).await?;
        let mut placed = Vec::new();
        let mut shown = Vec::new();
        let mut queued = Vec::new();
        let mut written = HashMap::new();
        for (index, post) in new {
            let seq = next.entry(post.chat_id).or_default();
            let question = Placed { chat_id: post.chat_id, seq: *seq, message: &post.message };
            *seq = seq.next();
            placed.push(question);
            let message = question.view(None);
            written.insert(index, message.clone());
            shown.push(message);
            if let (Some(reply), Some(draft)) = (&post.reply, placeholders.get(&index)) {
                let answer = Placed { chat_id: post.chat_id, seq: *seq, message: draft };
                *seq = seq.next();
                placed.push(answer);
                let run = runs::unwritten(reply.run_id, post.message.author.id, post.message.id);
                let answer = answer.view(Some(run.clone()));
                queued.push(runs::queued(&answer, &run, draft.created_at));
                shown.push(answer);
            }
        }
        messages::write(&self.database, &placed).await?;
        if !queued.is_empty() {
            run::Entity::insert_many(queued).exec_without_returning(&self.database).await?;
        }
        let changes: Vec<Committed> = shown
            .into_iter()
            .map(|message| Committed {
                chat_id: message.body.chat_id,
                seq: message.seq,
                event: Event::Posted(message),
            })
            .collect();
        let times = placed.iter().map(|placed| placed.message.created_at);
        events::write(&self.database, changes.iter().zip(times)).await?;
        changes.into_iter().for_each(|change| self.will_announce(change));
        Ok(written)
    }

    /// Each chat's first free number, with as many after it as the posts need.
    async fn take_places(&self, new: &[(usize, &Post)]) -> StoreResult<HashMap<ChatId, Seq>> {
        let mut takes: BTreeMap<ChatId, Take> = BTreeMap::new();
        for (_, post) in new {
            let take =
                takes.entry(post.chat_id).or_insert(Take { chat_id: post.chat_id, count: 0, latest: None });
            let last = post.reply.as_ref().map_or(post.message.id, |reply| reply.message_id);
            take.count += if post.reply.is_some() { 2 } else { 1 };
            take.latest = Some((last, post.message.created_at));
        }
        let takes: Vec<Take> = takes.into_values().collect();
        let mut heads = events::take_seqs(&self.database, &takes).await?;
        for take in &takes {
            let missing = || StoreError::Broken(DbErr::RecordNotFound(take.chat_id.to_string()));
            let head = heads.get_mut(&take.chat_id).ok_or_else(missing)?;
            *head = Seq(head.0 - take.count + 1);
        }
        Ok(heads)
    }
}

/// The bot's reply before its first word.
fn placeholder(post: &Post) -> Option<NewMessage> {
    let reply = post.reply.as_ref()?;
    Some(NewMessage {
        id: reply.message_id,
        kind: MessageKind::Text,
        author: reply.agent.clone(),
        is_bot: true,
        content: String::new(),
        status: MessageStatus::Queued,
        reply_to: Some(post.message.id),
        client_id: None,
        data: None,
        created_at: post.message.created_at,
    })
}
