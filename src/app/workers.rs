//! What happens by the clock.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::Context;
use crate::domain::auth::sessions::end_those_gone;
use crate::hub::Hub;
use crate::ids::Timestamp;
use crate::socket::activity::Activity;
use crate::telemetry::metrics::metrics;

const PRUNE_EVERY: Duration = Duration::from_secs(60);
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
/// So long at most a socket outlives a session that another process has ended.
const SESSIONS_EVERY: Duration = Duration::from_secs(5);
/// How long the log of a chat's changes reaches back.
const EVENTS_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The server's periodic work; ends with `stop`, between two rounds.
pub(super) struct Workers {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Workers {
    /// Starts what needs no more than the context and the hub.
    pub(super) fn start(context: &Arc<Context>, hub: &Arc<Hub>, activity: Arc<Activity>) -> Self {
        let workers = Self { tasks: TaskTracker::new(), stop: CancellationToken::new() };
        let (context, hub) = (Arc::clone(context), Arc::clone(hub));
        let (stop, news) = (workers.stop.clone(), (Arc::clone(&context), Arc::clone(&hub)));
        workers.tasks.spawn(async move { stop.run_until_cancelled(activity.run(news.0, news.1)).await });
        let (sessions_of, people_of) = (Arc::clone(&context), Arc::clone(&hub));
        workers.every(SESSIONS_EVERY, move || sessions(Arc::clone(&sessions_of), Arc::clone(&people_of)));
        workers.every(PRUNE_EVERY, move || prune(Arc::clone(&context)));
        workers.every(UPKEEP_EVERY, move || upkeep(Arc::clone(&hub)));
        workers
    }

    /// Does `work` now and then every `period`; a round that takes longer delays the next one.
    pub(super) fn every<F>(&self, period: Duration, work: impl Fn() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let mut ticks = tokio::time::interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while stop.run_until_cancelled(ticks.tick()).await.is_some() {
                // A task of its own, so that a panic (which the hook reports) ends a round and not the
                // worker.
                let _panic = tokio::spawn(work()).await;
            }
        });
    }

    /// Lets rounds in progress finish and starts no other.
    pub(super) async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

async fn upkeep(hub: Arc<Hub>) {
    metrics().rooms.set(hub.rooms() as f64);
    metrics().upkeep();
}

async fn sessions(context: Arc<Context>, hub: Arc<Hub>) {
    if let Err(error) = end_those_gone(&context, &hub.people().sessions()).await {
        tracing::warn!(%error, "cannot look for sessions that have ended elsewhere");
    }
}

async fn prune(context: Arc<Context>) {
    context.rates.prune();
    let now = context.clock.now();
    let kept = i64::try_from(EVENTS_KEPT.as_millis()).unwrap_or(i64::MAX);
    if let Err(error) = context.store.prune(now, Timestamp(now.0.saturating_sub(kept))).await {
        tracing::warn!(%error, "cannot delete what has expired");
    }
    let kept = DAY * context.limits.audit_days;
    if let Err(error) = context.store.prune_audit(now.minus(kept)).await {
        tracing::warn!(%error, "cannot delete what the audit log has kept long enough");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::sync::Semaphore;
    use tokio_util::sync::CancellationToken;
    use tokio_util::task::TaskTracker;

    use super::Workers;

    #[tokio::test]
    async fn a_panic_ends_a_round_and_not_the_worker() {
        let workers = Workers { tasks: TaskTracker::new(), stop: CancellationToken::new() };
        let rounds = Arc::new(Semaphore::new(0));
        let count = Arc::clone(&rounds);
        workers.every(Duration::from_millis(1), move || {
            let count = Arc::clone(&count);
            async move {
                count.add_permits(1);
                panic!("on purpose");
            }
        });
        rounds.acquire_many(3).await.unwrap().forget();
        workers.stop().await;
    }
}
