//! Assembly and shutdown.
//!
//! The only place that knows every floor: it builds them bottom-up, hands each what it needs, and ends
//! them in the opposite order. Decides nothing about chats.

pub mod server;
pub mod signals;
mod workers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::server::ServeConfig;
use crate::app::workers::Workers;
use crate::bus::{Bus, Envelope};
use crate::config::Config;
use crate::domain::{Clock, Context};
use crate::store::Store;
use crate::telemetry::metrics::metrics;

/// The longest wait for a request's head.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// A server at work.
pub struct Running {
    /// Where it listens; the port is the real one, also when a free one was asked for.
    pub local_addr: SocketAddr,
    /// What the rules run on, for whoever starts the server: the setup link, tests.
    pub context: Arc<Context>,
    closing: CancellationToken,
    ended: JoinHandle<anyhow::Result<()>>,
}

impl Running {
    /// Begins the ordered end: nothing new is accepted, what is in progress has the grace to finish.
    pub fn shutdown(&self) {
        self.closing.cancel();
    }

    /// Waits until the server has ended.
    pub async fn wait(&mut self) -> anyhow::Result<()> {
        (&mut self.ended).await.context("the shutdown failed")?
    }
}

/// Opens the database, puts the floors together and serves on `listener`.
pub async fn start(config: Config, listener: TcpListener) -> anyhow::Result<Running> {
    let local_addr = listener.local_addr().context("the listener has no address")?;
    // First of all, as the floors write their numbers to the recorder that they find.
    metrics();
    let store = Store::connect(&config.database).await?;
    let bus = Arc::new(Bus::default());
    let announce = Arc::clone(&bus);
    store.on_commit(move |committed| {
        let (chat_id, seq, event) = (committed.chat_id, committed.seq, committed.event);
        announce.publish(&Envelope::Event { chat_id, seq, event });
    });
    let context = Arc::new(Context { store, bus, limits: config.limits.clone(), clock: Clock::system() });

    let closing = CancellationToken::new();
    let sockets = TaskTracker::new();
    let workers = Workers::start(&context);
    let router = Router::new();

    let serve_config = ServeConfig {
        connections: config.limits.connections,
        header_timeout: HEADER_TIMEOUT,
        grace: config.server.shutdown_grace,
    };
    let house = House {
        context: Arc::clone(&context),
        workers,
        sockets,
        closing: closing.clone(),
        grace: config.server.shutdown_grace,
    };
    let server = tokio::spawn(server::serve(listener, router, serve_config, closing.clone()));
    let ended = tokio::spawn(house.until_closed(server));
    Ok(Running { local_addr, context, closing, ended })
}

/// What has to end in order.
struct House {
    context: Arc<Context>,
    workers: Workers,
    /// Where every socket's task is registered.
    sockets: TaskTracker,
    closing: CancellationToken,
    grace: Duration,
}

impl House {
    /// Waits for the end to begin and carries it out. The token alone turns `/ready` to 503, makes sockets
    /// say `server_closing` and go, and keeps new replies from starting.
    async fn until_closed(self, mut server: JoinHandle<usize>) -> anyhow::Result<()> {
        let failed = tokio::select! {
            biased;
            () = self.closing.cancelled() => None,
            ended = &mut server => Some(ended),
        };
        // A listener that failed takes the house down in the same order.
        self.closing.cancel();
        let deadline = Instant::now() + self.grace;
        tracing::info!(grace_s = self.grace.as_secs(), "shutting down");

        self.sockets.close();
        let requests = async {
            match failed {
                Some(ended) => ended,
                None => server.await,
            }
        };
        let (cut, sockets) = tokio::join!(requests, tokio::time::timeout_at(deadline, self.sockets.wait()));
        if let Ok(cut @ 1..) = cut {
            tracing::warn!(cut, "requests did not finish within the grace");
        }
        if sockets.is_err() {
            tracing::warn!(left = self.sockets.len(), "sockets did not close within the grace");
        }

        self.workers.stop().await;
        self.context.store.close().await;
        tracing::info!("shut down");
        cut.map(drop).context("the listener failed")
    }
}
