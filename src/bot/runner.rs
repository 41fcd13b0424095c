//! Which runs are written, when, and how they are stopped: claims, the order of rooms, the sweep.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use dashmap::{DashMap, DashSet};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bot::outcome::Ending;
use crate::bot::run::{self, Interruptions, LEASE};
use crate::bot::summary::{self, LeftOut};
use crate::bus::Envelope;
use crate::domain::{Context, runs};
use crate::ids::{ChatId, Day, RunId};
use crate::protocol::UserRef;
use crate::store::rows::ClaimedRun;

/// Between two looks for runs that nobody writes.
const SWEEP: Duration = Duration::from_secs(5);

/// The bot's workshop on this node.
pub struct Runner {
    cx: Arc<Context>,
    /// This process, in the claims that it makes.
    node: String,
    wake: mpsc::UnboundedSender<ChatId>,
    woken: Mutex<mpsc::UnboundedReceiver<ChatId>>,
    permits: Arc<Semaphore>,
    slots: DashMap<RunId, Slot>,
    /// What this node writes: while the database is away their leases end, and the sweep is not to take them for
    /// abandoned before the next checkpoint.
    writing: DashSet<RunId>,
    summarising: DashSet<ChatId>,
    tasks: TaskTracker,
    /// No new claims.
    closing: CancellationToken,
    /// What is being written is interrupted.
    drain: CancellationToken,
}

/// A run on this node, or somebody's wish to stop one that may arrive here any moment.
enum Slot {
    Writing(oneshot::Sender<UserRef>),
    StopWanted {
        by: UserRef,
        at: Instant,
    },
    /// It was stopped before it began, and its writer knows.
    Stopped,
}

/// A run being written here; given up also when its task panics, so that the lease ends it.
struct Writing {
    runner: Arc<Runner>,
    run_id: RunId,
}

impl Writing {
    fn begin(runner: &Arc<Runner>, run_id: RunId) -> Self {
        runner.writing.insert(run_id);
        Self { runner: Arc::clone(runner), run_id }
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.runner.writing.remove(&self.run_id);
    }
}

impl Runner {
    /// A workshop that does nothing until `work`.
    pub fn new(cx: Arc<Context>, node: String) -> Arc<Self> {
        let (wake, woken) = mpsc::unbounded_channel();
        let permits = Arc::new(Semaphore::new(cx.limits.replies_at_once.max(1)));
        Arc::new(Self {
            cx,
            node,
            wake,
            woken: Mutex::new(woken),
            permits,
            slots: DashMap::new(),
            writing: DashSet::new(),
            summarising: DashSet::new(),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            drain: CancellationToken::new(),
        })
    }

    /// Hears what the bus brings; never blocks.
    pub fn hear(&self, envelope: &Envelope) {
        match envelope {
            Envelope::RunQueued { chat_id } => self.call(*chat_id),
            Envelope::RunStopped { run_id, by } => self.stop(*run_id, by),
            _ => {}
        }
    }

    /// Writes replies until `shut_down`. At first whatever an earlier process left behind is ended or taken up.
    pub async fn work(self: Arc<Self>) {
        self.abandon_calls().await;
        let mut woken = self.woken.lock().await;
        let mut sweep = tokio::time::interval(SWEEP);
        let mut waiting = VecDeque::new();
        let mut known = HashSet::new();
        loop {
            tokio::select! {
                biased;
                () = self.closing.cancelled() => return,
                _ = sweep.tick() => self.sweep().await,
                Some(chat) = woken.recv() => {
                    // A chat waits once, however often it called.
                    if known.insert(chat) {
                        waiting.push_back(chat);
                    }
                }
                Ok(permit) = Arc::clone(&self.permits).acquire_owned(), if !waiting.is_empty() => {
                    let Some(chat) = waiting.pop_front() else { continue };
                    known.remove(&chat);
                    self.advance(chat, permit).await;
                }
            }
        }
    }

    /// Takes no new runs, lets those being written end within `grace`, and interrupts the rest.
    pub async fn shut_down(&self, grace: Duration) {
        self.closing.cancel();
        if tokio::time::timeout(grace, self.ended()).await.is_err() {
            self.drain.cancel();
            self.ended().await;
        }
    }

    /// Waits until nothing is written any more and nothing can begin.
    async fn ended(&self) {
        // `work` holds it to its end: a claim on its way becomes a task that can be waited for.
        drop(self.woken.lock().await);
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Claims the chat's next run, if it may have another one written.
    async fn advance(self: &Arc<Self>, chat: ChatId, permit: OwnedSemaphorePermit) {
        let at_once = self.cx.limits.replies_per_room.max(1);
        match self.cx.store.claim_run(chat, &self.node, at_once, LEASE).await {
            // The server began to close meanwhile: what has waited so long waits for the next one.
            Ok(Some(run)) if self.closing.is_cancelled() => {
                if let Err(error) = self.cx.store.hand_back(chat, run.lease).await {
                    tracing::warn!(chat.id = %chat, %error, "a claimed run cannot be handed back");
                }
            }
            Ok(Some(run)) => {
                self.begin(run, permit);
                // There may be room for the next one, too.
                self.call(chat);
            }
            Ok(None) => {}
            // The sweep comes back to it.
            Err(error) => tracing::warn!(chat.id = %chat, %error, "a run cannot be claimed"),
        }
        self.show_queue(chat).await;
    }

    fn begin(self: &Arc<Self>, run: ClaimedRun, permit: OwnedSemaphorePermit) {
        let (stop, stopped) = oneshot::channel();
        let run_id = run.lease.run_id;
        // Whoever stopped it between the claim and here finds that it is stopped.
        match self.slots.entry(run_id) {
            dashmap::Entry::Occupied(mut slot) => {
                if let Slot::StopWanted { by, .. } = slot.insert(Slot::Stopped) {
                    drop(stop.send(by));
                }
            }
            dashmap::Entry::Vacant(slot) => drop(slot.insert(Slot::Writing(stop))),
        }
        let runner = Arc::clone(self);
        let interruptions = Interruptions { stop: stopped, drain: self.drain.clone() };
        let writing = Writing::begin(&runner, run_id);
        self.tasks.spawn(async move {
            let chat = run.chat_id;
            let left = Box::pin(run::write(&runner.cx, &run, interruptions)).await;
            drop(writing);
            runner.slots.remove(&run_id);
            drop(permit);
            runner.show_queue(chat).await;
            runner.call(chat);
            if let Some(left) = left {
                runner.summarise(&run, left).await;
            }
        });
    }

    /// Brings the room's summary up to date; one at a time in a room, and none that a closing server waits for.
    async fn summarise(&self, run: &ClaimedRun, left: LeftOut) {
        if !self.summarising.insert(run.chat_id) {
            return;
        }
        let renewed = summary::renew(&self.cx, run, left);
        // Whether it was done or not: the next one begins where this one ended.
        let _ = self.closing.run_until_cancelled(renewed).await;
        self.summarising.remove(&run.chat_id);
    }

    /// Puts a chat into the order of those that may have something to be written.
    fn call(&self, chat: ChatId) {
        // The receiver lives as long as this: it cannot fail.
        let _ = self.wake.send(chat);
    }

    fn stop(&self, run_id: RunId, by: &UserRef) {
        let wanted = Slot::StopWanted { by: by.clone(), at: Instant::now() };
        if let Some(Slot::Writing(stop)) = self.slots.insert(run_id, wanted) {
            drop(stop.send(by.clone()));
        }
    }

    /// Frees what an earlier process had reserved for calls beside runs, which no run's end frees.
    async fn abandon_calls(&self) {
        // No budget is for longer than a month.
        let since = Day::of(self.cx.clock.now()).plus(-31);
        if let Err(error) = self.cx.store.abandon_calls_beside(since).await {
            tracing::warn!(%error, "abandoned calls cannot be looked for");
        }
    }

    async fn sweep(&self) {
        self.slots.retain(|_, slot| !matches!(slot, Slot::StopWanted { at, .. } if at.elapsed() > LEASE));
        let outcome = Ending::restarted().outcome();
        let writing: Vec<_> = self.writing.iter().map(|run| *run).collect();
        match self.cx.store.interrupt_abandoned(&self.node, &writing, outcome).await {
            Ok(chats) => {
                for chat in chats {
                    self.show_queue(chat).await;
                }
            }
            Err(error) => tracing::warn!(%error, "abandoned replies cannot be looked for"),
        }
        match self.cx.store.chats_with_queued_runs().await {
            Ok(chats) => chats.into_iter().for_each(|chat| self.call(chat)),
            Err(error) => tracing::warn!(%error, "waiting replies cannot be looked for"),
        }
    }

    async fn show_queue(&self, chat: ChatId) {
        if let Err(error) = runs::show_queue(&self.cx, chat).await {
            tracing::debug!(chat.id = %chat, %error, "the queue cannot be shown");
        }
    }
}
