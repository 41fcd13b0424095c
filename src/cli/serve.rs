//! `gemini-coop serve`.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::net::TcpListener;

use crate::app::signals::StopSignals;
use crate::app::{self, Running, descriptors};
use crate::config::Config;
use crate::domain::auth::setup;
use crate::http::web::WebApp;
use crate::telemetry;

/// A signal so soon after the first is the same one again.
const ECHO: Duration = Duration::from_secs(1);

/// Serves until a signal comes and everything has ended in order; a second signal does not wait.
pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    telemetry::init(&config.telemetry)?;
    let needed = descriptors::needed(config.limits.connections);
    let allowed = descriptors::raise(needed);
    if allowed < needed {
        tracing::warn!(allowed, needed, "fewer open files are allowed than MAX_CONNECTIONS needs");
    }
    let mut signals = StopSignals::listen()?;
    let address = SocketAddr::new(config.server.host, config.server.port);
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address} (--host HOST, --port PORT)"))?;
    let mut running = tokio::select! {
        started = app::start(config.clone(), WebApp::embedded(), listener) => started?,
        () = signals.next() => return Ok(()),
    };
    announce(&config, &running).await?;
    tokio::select! {
        ended = running.wait() => return ended,
        () = signals.next() => running.shutdown(),
    }
    tokio::select! {
        ended = running.wait() => ended,
        () = second(&mut signals) => bail!("told to stop a second time, so not everything has ended in order"),
    }
}

/// Waits for a signal that was meant. `timeout`, and a script that passes on the Ctrl-C which the terminal gave to
/// all of its children, send the first one twice.
async fn second(signals: &mut StopSignals) {
    let first = Instant::now();
    loop {
        signals.next().await;
        if first.elapsed() > ECHO {
            return;
        }
    }
}

/// For whoever has just started it. Not a log: the logs hold no secrets.
async fn announce(config: &Config, running: &Running) -> anyhow::Result<()> {
    let address = config.server.address(running.local_addr);
    println!("Gemini Coop serves {address}");
    if let Some(token) = setup::open(&running.context).await? {
        println!(
            "There is no administrator yet; whoever opens this becomes one: {address}/setup?token={token}"
        );
    }
    let answering = running.context.models.default_choice();
    match answering.is_configured() {
        true => println!("The bot answers with {}.", answering.name()),
        false => println!("The bot has no key and cannot answer: set GEMINI_API_KEY."),
    }
    Ok(())
}
