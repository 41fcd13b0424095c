//! Many log-ins at once while a room talks.

use std::time::Duration;

use anyhow::{Result, anyhow};
use clap::Args;
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::client::{Person, register};
use crate::process::require_files;
use crate::report::{Report, millis};
use crate::server::{Server, Settings};
use crate::socket::within;
use crate::spread::Spread;
use crate::talk::{self, Audience};

const PEOPLE: usize = 5;
/// A room in which a message takes longer has stalled.
const STALL: Duration = Duration::from_millis(500);

#[derive(Args)]
pub(crate) struct Options {
    /// Sockets in the room
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    sockets: u32,
    /// Messages a second
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rate: u32,
    /// Length of the talk before the log-ins begin
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
    /// Log-ins at once
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=200))]
    logins: u32,
}

/// Runs it.
pub(crate) async fn run(options: &Options, settings: Settings) -> Result<Report> {
    let sockets = options.sockets as usize;
    require_files(sockets + options.logins as usize)?;
    let rate = options.rate as usize;
    let settings = settings
        .limit("sockets-per-person", sockets)
        .limit("messages-per-second", 2 * rate)
        .limit("messages-burst", 2 * rate);
    let mut report = Report::new("quiet");
    settings.describe(&mut report);
    report
        .condition(format!("{} log-ins at once with the right passwords of {PEOPLE} people", options.logins));

    let server = Server::start(&settings).await?;
    let people = register(&server.base(), PEOPLE).await?;
    let chat = people[0].group(&people[1..]).await?;
    let audience = Audience::gather(&people, &chat, sockets).await?;
    let speaker = people[0].connect().await?;
    let start = Instant::now();
    let listeners = audience.listen(start);
    let calm = Duration::from_secs(options.seconds);
    let storm = async {
        tokio::time::sleep(calm).await;
        storm(&people, options.logins as usize).await
    };
    let (spoken, storm) = talk::speak(speaker, &chat, options.rate, start, storm).await?;
    let storm = storm?;
    let heard = talk::all_heard(listeners).await?;

    let end = calm + storm.at([1.0])[0];
    let (before, during) =
        (talk::latencies(&heard, Duration::ZERO, calm), talk::latencies(&heard, calm, end));
    report.count("sockets", sockets);
    report.count("messages", spoken.messages as usize);
    report.count("deliveries during the log-ins", during.len());
    report.spread("due to heard before", &before);
    report.spread("due to heard during", &during);
    report.spread("log-in", &storm);
    report.promise("every socket hears every message once and in order", talk::breaches(&heard, spoken));
    let p99 = during.at([0.99])[0];
    let stalled = (p99 > STALL).then(|| format!("p99 during the log-ins is {:.0} ms", millis(p99)));
    report.promise(format!("log-ins do not stall the room (p99 ≤ {} ms)", STALL.as_millis()), stalled);
    let none = (during.len() == 0).then(|| "nothing was heard during them".to_owned());
    report.promise("the room goes on talking during the log-ins", none);
    Ok(report)
}

/// That many log-ins at once; how long each took.
async fn storm(people: &[Person], logins: usize) -> Result<Spread> {
    let logins = people.iter().cycle().take(logins).map(|person| async {
        let start = Instant::now();
        within("a log-in", person.log_in()).await??;
        Ok(start.elapsed())
    });
    let times: Result<Vec<Duration>> = join_all(logins).await.into_iter().collect();
    Ok(times.map_err(|error| anyhow!("a log-in failed: {error:#}"))?.into_iter().collect())
}
