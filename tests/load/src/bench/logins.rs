//! Log-ins at a steady rate beside a room that talks.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};

use crate::bench::contestant::Contestant;
use crate::bench::contestant::coop::Coop;
use crate::bench::figure::{Figure, Figures};
use crate::bench::talk::Talk;
use crate::client::{Person, register};
use crate::report::millis;
use crate::spread::Spread;

/// Log-ins a second.
const RATE: u32 = 30;
const PEOPLE: usize = 10;

/// Measures `talk` with the log-ins beside it.
///
/// # Errors
/// When the server refuses or ends, or a log-in fails.
pub(crate) fn measure(server: &Path, folder: &Path, talk: Talk, length: Duration) -> Result<Figures> {
    let mut coop = Coop::start(server, folder, None)?;
    coop.furnish(talk.layout)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let people = runtime.block_on(register(&coop.base(), PEOPLE))?;
    let is_over = Arc::new(AtomicBool::new(false));
    // The generator's loop waits for nothing but its sockets.
    let logins = std::thread::spawn({
        let is_over = is_over.clone();
        move || runtime.block_on(log_in(&people, &is_over))
    });
    let talked = talk.measure(&mut coop, length);
    is_over.store(true, Ordering::Relaxed);
    let logins = logins.join().map_err(|_| anyhow!("the log-ins panicked"))??;
    let mut figures = talked?;
    figures.insert(Figure::LogIns, logins.rate);
    figures.insert(Figure::LogIn, millis(logins.times.at([0.5])[0]));
    Ok(figures)
}

struct LogIns {
    times: Spread,
    rate: f64,
}

async fn log_in(people: &[Person], is_over: &AtomicBool) -> Result<LogIns> {
    let mut ticks = interval(Duration::from_secs(1) / RATE);
    let mut running = JoinSet::new();
    let mut times = Spread::default();
    let start = Instant::now();
    for person in people.iter().cycle() {
        let due = ticks.tick().await;
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let person = person.clone();
        running.spawn(async move { person.log_in().await.map(|_| due.elapsed()) });
        while let Some(done) = running.try_join_next() {
            times.add(done??);
        }
    }
    let rate = times.len() as f64 / start.elapsed().as_secs_f64();
    while let Some(done) = running.join_next().await {
        times.add(done??);
    }
    Ok(LogIns { times, rate })
}
