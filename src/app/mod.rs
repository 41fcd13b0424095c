//! Assembly and shutdown.
//!
//! The only place that knows every floor: it builds them bottom-up, hands each what it needs, and ends
//! them in the opposite order. Decides nothing about chats.

pub mod descriptors;
pub mod server;
pub mod signals;
mod workers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::app::server::ServeConfig;
use crate::app::workers::Workers;
use crate::bot::runner::Runner;
use crate::bus::Bus;
use crate::config::Config;
use crate::domain::auth::Auth;
use crate::domain::kinds::Kinds;
use crate::domain::rates::Rates;
use crate::domain::{Clock, Context, agents, runs};
use crate::http;
use crate::http::state::{Answered, Edge, Http, Numbers};
use crate::http::web::WebApp;
use crate::hub::Hub;
use crate::llm::models::Models;
use crate::llm::prices::Prices;
use crate::socket::activity::Activity;
use crate::socket::{self, Lifecycle, Sockets};
use crate::store::Store;
use crate::telemetry::metrics::metrics;

/// The longest wait for a request's head.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// After the grace, the longest wait for sockets that were told to close.
const CLOSE_PATIENCE: Duration = Duration::from_secs(3);

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
pub async fn start(config: Config, web: WebApp, listener: TcpListener) -> anyhow::Result<Running> {
    let local_addr = listener.local_addr().context("the listener has no address")?;
    // First of all, as the floors write their numbers to the recorder that they find.
    metrics();
    let store = Store::connect(&config.database).await?;
    // After the store, which makes the data directory for nobody else's eyes.
    let secret = config.auth.secret(&config.database.data_dir)?;
    let context = Arc::new(context(&config, store, &secret)?);
    let hub = Hub::new(context.limits.room_ring);
    let runner = Runner::new(Arc::clone(&context), Uuid::now_v7().to_string());
    let activity = Arc::new(Activity::default());
    connect(&context, &hub, &runner, &activity);
    agents::ensure_built_in(&context).await?;

    if !web.is_built() {
        tracing::warn!("the web app was not built with this server, which has a page that says so");
    }
    let lifecycle = Lifecycle::default();
    let sockets = TaskTracker::new();
    let edge = Edge {
        cx: Arc::clone(&context),
        hub: Arc::clone(&hub),
        auth: config.auth.clone(),
        public_url: config.server.public_url.clone(),
        web,
        numbers: numbers(&config),
        closing: lifecycle.closing.clone(),
    };
    let ears = Sockets {
        cx: Arc::clone(&context),
        hub: Arc::clone(&hub),
        lifecycle: lifecycle.clone(),
        tracker: sockets.clone(),
    };
    let router = http::router(Http::new(edge), socket::routes(ears));
    let serve_config = ServeConfig {
        connections: config.limits.connections,
        header_timeout: HEADER_TIMEOUT,
        grace: config.server.shutdown_grace,
    };
    let house = House {
        workers: Workers::start(&context, &hub, activity),
        context: Arc::clone(&context),
        runner: Arc::clone(&runner),
        sockets,
        lifecycle: lifecycle.clone(),
        grace: config.server.shutdown_grace,
    };
    let writing = tokio::spawn(runner.work());
    let server = tokio::spawn(server::serve(listener, router, serve_config, lifecycle.closing.clone()));
    let ended = tokio::spawn(house.until_closed(server, writing));
    tracing::info!(address = %local_addr, database = context.store.engine(), version = env!("CARGO_PKG_VERSION"), "started");
    Ok(Running { local_addr, context, closing: lifecycle.closing, ended })
}

/// What the rules run on; nobody listens yet. `secret`: `AuthConfig::secret`.
pub fn context(config: &Config, store: Store, secret: &SecretString) -> anyhow::Result<Context> {
    let limits = config.limits.clone();
    Ok(Context {
        store,
        bus: Arc::new(Bus::default()),
        rates: Rates::new(&limits),
        kinds: Kinds::default(),
        auth: Auth::new(&config.auth, &limits, secret),
        models: Models::new(&config.llm, config.llm.providers()?)?,
        prices: Prices::load(config.llm.prices_file.as_deref())?,
        limits,
        instruction: config.agents.instruction.clone(),
        clock: Clock::system(),
    })
}

/// The edge's numbers, into the process's recorder.
fn numbers(config: &Config) -> Numbers {
    Numbers {
        token: config.server.metrics_token.clone(),
        render: Box::new(|| metrics().render()),
        answered: Box::new(|Answered { method, route, status, took }| {
            metrics().request(method, route, status, took);
        }),
    }
}

/// Commits are told to the bus, and the bus to the rooms and the bot.
fn connect(context: &Arc<Context>, hub: &Arc<Hub>, runner: &Arc<Runner>, activity: &Arc<Activity>) {
    let (rooms, bot, absent) = (Arc::clone(hub), Arc::clone(runner), Arc::clone(activity));
    context.bus.attach(move |envelope| {
        rooms.deliver(envelope);
        bot.hear(envelope);
        absent.hear(envelope);
    });
    let bus = Arc::clone(&context.bus);
    context.store.on_commit(move |committed| runs::announce(&bus, committed));
}

/// What has to end in order.
struct House {
    context: Arc<Context>,
    runner: Arc<Runner>,
    workers: Workers,
    /// Where every socket's task is registered.
    sockets: TaskTracker,
    lifecycle: Lifecycle,
    grace: Duration,
}

impl House {
    /// Waits for the end to begin and carries it out. The `closing` token alone turns `/ready` to 503 and
    /// makes sockets say `server_closing`; they stay until the replies that they show have ended.
    async fn until_closed(
        self,
        mut server: JoinHandle<usize>,
        writing: JoinHandle<()>,
    ) -> anyhow::Result<()> {
        let failed = tokio::select! {
            biased;
            () = self.lifecycle.closing.cancelled() => None,
            ended = &mut server => Some(ended),
        };
        // A listener that failed takes the house down in the same order.
        self.lifecycle.closing.cancel();
        tracing::info!(grace_s = self.grace.as_secs(), "shutting down");

        let requests = async {
            match failed {
                Some(ended) => ended,
                None => server.await,
            }
        };
        let rooms = async {
            self.runner.shut_down(self.grace).await;
            self.lifecycle.close.cancel();
            self.sockets.close();
            tokio::time::timeout(CLOSE_PATIENCE, self.sockets.wait()).await
        };
        let (cut, sockets, writing) = tokio::join!(requests, rooms, writing);
        if let Ok(cut @ 1..) = cut {
            tracing::warn!(cut, "requests did not finish within the grace");
        }
        if sockets.is_err() {
            tracing::warn!(left = self.sockets.len(), "sockets did not close in time");
        }

        self.workers.stop().await;
        self.context.store.close().await;
        tracing::info!("shut down");
        writing.context("the bot failed")?;
        cut.map(drop).context("the listener failed")
    }
}
