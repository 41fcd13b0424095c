//! One room with many sockets and one speaker.

use std::time::Duration;

use anyhow::Result;
use clap::Args;
use tokio::time::Instant;

use crate::client::register;
use crate::process::require_files;
use crate::report::Report;
use crate::server::{Server, Settings};
use crate::talk::{self, Audience};

/// Their sockets are shared out evenly: an account costs a password's hash, a socket does not.
const PEOPLE: usize = 10;

#[derive(Args)]
pub(crate) struct Options {
    /// Sockets in the room
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    sockets: u32,
    /// Messages a second
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    rate: u32,
    /// Length of the talk
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=300))]
    seconds: u64,
}

/// Runs it.
pub(crate) async fn run(options: &Options, settings: Settings) -> Result<Report> {
    let sockets = options.sockets as usize;
    require_files(sockets)?;
    let rate = options.rate as usize;
    let settings = settings
        .limit("sockets-per-person", sockets)
        .limit("messages-per-second", 2 * rate)
        .limit("messages-burst", 2 * rate);
    let mut report = Report::new("fanout");
    settings.describe(&mut report);
    report.condition(format!("{PEOPLE} people share the sockets; the tool itself uses up to one core"));

    let server = Server::start(&settings).await?;
    let people = register(&server.base(), PEOPLE).await?;
    let chat = people[0].group(&people[1..]).await?;
    let audience = Audience::gather(&people, &chat, sockets).await?;
    let speaker = people[0].connect().await?;
    let before = server.usage()?;
    let start = Instant::now();
    let listeners = audience.listen(start);
    let end = tokio::time::sleep(Duration::from_secs(options.seconds));
    let (spoken, ()) = talk::speak(speaker, &chat, options.rate, start, end).await?;
    let heard = talk::all_heard(listeners).await?;
    let after = server.usage()?;

    let deliveries = talk::deliveries(&heard);
    let cpu = after.cpu - before.cpu;
    report.count("sockets", sockets);
    report.count("messages", spoken.messages as usize);
    report.count("deliveries", deliveries);
    report.figure("server CPU a delivery", cpu.as_secs_f64() * 1e6 / deliveries.max(1) as f64, "µs");
    report.figure("server CPU in all", cpu.as_secs_f64(), "s");
    let latencies = talk::latencies(&heard, Duration::ZERO, Duration::MAX);
    report.spread("due to heard (indicative)", &latencies);
    report.memory("server memory (RSS) before", before.resident_bytes);
    report.memory("server memory (RSS) after", after.resident_bytes);
    report.promise("every socket hears every message once and in order", talk::breaches(&heard, spoken));
    Ok(report)
}
