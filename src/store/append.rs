//! Group commit: many waiting posts, one transaction.
//!
//! A disk takes a few thousand commits a second but a hundred thousand rows: what waits together is
//! written together. A lane keeps its posts in the order in which they were handed in.

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use futures_util::FutureExt as _;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::ids::ChatId;
use crate::store::entity::chat;
use crate::store::error::{StoreError, StoreResult};
use crate::store::held::Held;
use crate::store::posts::{self, Found, Known, Plan};
use crate::store::rows::{Post, Posted};
use crate::store::{Inner, Store, Tx};

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
                let lane = |held| run_lane(inner.clone(), held, waiting, closing.clone());
                match inner.posting.clone().map(Held::new) {
                    Some(held) => on_its_own_thread(running.track_future(lane(Some(held)))),
                    None => drop(running.spawn(lane(None))),
                }
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

/// For a lane that runs SQLite itself: what blocks there holds up nobody else.
fn on_its_own_thread(lane: impl Future<Output = ()> + Send + 'static) {
    let runtime = Handle::current();
    let thread = thread::Builder::new().name("posts".into());
    thread.spawn(move || runtime.block_on(lane)).expect("a process can have one more thread at its start");
}

async fn run_lane(
    inner: Arc<Inner>,
    mut held: Option<Held>,
    mut waiting: mpsc::Receiver<Waiting>,
    closing: CancellationToken,
) {
    let mut batch = Vec::new();
    loop {
        tokio::select! {
            taken = waiting.recv_many(&mut batch, BATCH) => if taken == 0 { break },
            () = closing.cancelled(), if !waiting.is_closed() => {
                waiting.close();
                continue;
            }
        }
        // A panic costs one batch and not the lane. What it may leave half done is a transaction, which is found open.
        let writing = AssertUnwindSafe(write_batch(&inner, held.as_mut(), std::mem::take(&mut batch)));
        if writing.catch_unwind().await.is_err() {
            tracing::error!("a batch of posts failed");
        }
    }
    if let Some(mut held) = held {
        held.close();
    }
}

async fn write_batch(inner: &Arc<Inner>, mut held: Option<&mut Held>, batch: Vec<Waiting>) {
    let (posts, answers): (Vec<_>, Vec<_>) = batch.into_iter().map(|w| (w.post, w.answer)).unzip();
    let results = match append(inner, held.as_deref_mut(), &posts).await {
        Ok(posted) => posted.into_iter().map(Ok).collect(),
        // One of them is bad: alone, each fails or succeeds for itself.
        Err(StoreError::Broken(_)) if posts.len() > 1 => {
            let mut results = Vec::with_capacity(posts.len());
            for post in &posts {
                let alone = append(inner, held.as_deref_mut(), std::slice::from_ref(post)).await;
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

/// Writes the posts in one transaction, and announces them.
async fn append(inner: &Arc<Inner>, held: Option<&mut Held>, posts: &[Post]) -> StoreResult<Vec<Posted>> {
    let begun = Instant::now();
    let outcomes = match held {
        Some(held) => append_held(inner, held, posts).await?,
        None => append_pooled(inner, posts).await?,
    };
    let written = outcomes.iter().filter(|outcome| matches!(outcome, Posted::New(_))).count();
    if written > 0 {
        metrics::histogram!("coop_append_batch_size").record(written as f64);
        metrics::histogram!("coop_append_duration_seconds").record(begun.elapsed());
    }
    Ok(outcomes)
}

/// On SQLite.
async fn append_held(inner: &Arc<Inner>, held: &mut Held, posts: &[Post]) -> StoreResult<Vec<Posted>> {
    let turn = inner.turn().await?;
    let answer = held.begin_and_ask(&posts::question(posts))?;
    let known = Known::of(inner, answer).await?;
    let Plan { outcomes, statements, changes } = Plan::new(inner.backend(), posts, known)?;
    if changes.is_empty() {
        held.roll_back()?;
        return Ok(outcomes);
    }
    if let Err(error) = held.change_and_commit(statements) {
        // What is refused was never committed. Anything else may have been the commit's own failure, and it done.
        if matches!(error, StoreError::Unavailable(_)) {
            tokio::spawn(inner.clone().clear_up(changes));
        }
        return Err(error);
    }
    // On the runtime, behind the sockets that the batch before has woken: told from this thread, they would be outrun in a
    // burst, and each would read from the log what it missed.
    let telling = inner.clone();
    let told = tokio::spawn(async move {
        changes.into_iter().for_each(|change| telling.announce(change));
        drop(turn);
    });
    if let Err(error) = told.await {
        // Committed all the same: whoever listens finds the hole by `seq`.
        tracing::error!(%error, "a batch of posts was not announced to its end");
    }
    Ok(outcomes)
}

async fn append_pooled(inner: &Arc<Inner>, posts: &[Post]) -> StoreResult<Vec<Posted>> {
    let tx = inner.begin().await?;
    tx.lock_chats(posts).await?;
    let answer = tx.database.query_all(&posts::question(posts)).await?;
    let answer = answer.into_iter().map(Found::try_from).collect::<Result<_, _>>()?;
    let known = Known::of(inner, answer).await?;
    let Plan { outcomes, statements, changes } = Plan::new(inner.backend(), posts, known)?;
    if changes.is_empty() {
        return Ok(outcomes);
    }
    for statement in statements {
        tx.database.execute_raw(statement).await?;
    }
    changes.into_iter().for_each(|change| tx.will_announce(change));
    tx.finish().await?;
    Ok(outcomes)
}

impl Tx {
    /// Holds the posts' chats, in one order for everybody, so that nobody is removed while we look.
    async fn lock_chats(&self, posts: &[Post]) -> StoreResult<()> {
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
}
