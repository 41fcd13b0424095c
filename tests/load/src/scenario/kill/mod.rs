//! kill -9 at random moments while people write and the bot replies; then the whole history is checked.

mod aftermath;
mod viewer;
mod writer;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use standin::script::Script;
use standin::server::Standin;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::{Person, register};
use crate::history::{Line, Violation, check};
use crate::report::Report;
use crate::scenario::kill::aftermath::Aftermath;
use crate::scenario::kill::viewer::Viewer;
use crate::scenario::kill::writer::{Manner, Writer};
use crate::server::{Server, Settings};
use crate::socket::within;
use crate::spread::Spread;

const ROOMS: usize = 2;
const WRITERS: usize = 8;
const VIEWERS: usize = 2 * ROOMS;
/// Replies while the server is killed: two seconds long each.
const CHUNKS: usize = 200;
const INTERVAL: Duration = Duration::from_millis(10);
/// When the server is killed, after its people came, in milliseconds.
const MOMENT: std::ops::RangeInclusive<u64> = 200..=3_000;
/// A reply that is still being written that long after the restart was left so. On PostgreSQL another node might
/// be writing it, and it is given up only when that node has shown no sign of life for a while.
const INTERRUPTED: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(20);

#[derive(Args)]
pub(crate) struct Options {
    /// Kills
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=200))]
    rounds: u32,
    /// Seed of what is random; a new one if not given
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// The history that all clients write together.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<Line>>>);

impl Log {
    fn add(&self, line: Line) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    fn lines(&self) -> Vec<Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Everybody, between two lives of the server.
struct Cast {
    writers: Vec<Writer>,
    viewers: Vec<Viewer>,
    /// What went wrong while the server lived.
    early_ends: Vec<String>,
}

/// Runs it.
pub(crate) async fn run(options: &Options, settings: Settings) -> Result<Report> {
    let standin = Standin::start().await;
    standin.play(Script::chunks(CHUNKS, INTERVAL));
    let settings = settings
        .gemini(standin.base_url())
        .limit("messages-per-second", 100_000)
        .limit("messages-burst", 100_000);
    let seed = options.seed.unwrap_or_else(rand::random);
    let mut rng = StdRng::seed_from_u64(seed);
    let mut report = Report::new("kill");
    settings.describe(&mut report);
    report
        .condition(format!("seed {seed}; {WRITERS} writers, an asker and two viewers a room, {ROOMS} rooms"));

    let mut server = Server::start(&settings).await?;
    let people = register(&server.base(), WRITERS + ROOMS).await?;
    let mut chats = Vec::with_capacity(ROOMS);
    for _ in 0..ROOMS {
        chats.push(people[0].group(&people[1..]).await?);
    }
    let log = Log::default();
    let mut cast = Cast::new(&people, &chats, &log);
    let (mut to_ready, mut left_streaming) = (Spread::default(), Vec::new());
    let mut to_interrupted = Spread::default();
    for round in 1..=options.rounds {
        let moment = Duration::from_millis(rng.random_range(MOMENT));
        cast = cast.live(&mut server, moment).await?;
        to_ready.add(server.restart().await?);
        // Every other life is cut short before anything is cleared up.
        if round % 2 == 0 || round == options.rounds {
            let (took, left) = cast.interrupted().await?;
            to_interrupted.add(took);
            left_streaming.extend(left);
        }
    }
    // What waits is answered shortly from now on.
    standin.play(Script::text(aftermath::SHORT, 8));
    cast.finish(&people[0], &chats, &log).await?;
    let aftermath = Aftermath::read(&people[0], &chats).await?;
    aftermath.lines().for_each(|line| log.add(line));

    let lines = log.lines();
    let violations = check(&lines);
    if !violations.is_empty() {
        save(&lines, settings.workspace())?;
    }
    cast.describe(&mut report, options.rounds as usize);
    describe_check(&mut report, &violations);
    report.spread("restart to ready", &to_ready);
    report.spread("ready to last interrupted reply settled", &to_interrupted);
    aftermath.describe(&mut report, left_streaming);
    Ok(report)
}

impl Cast {
    fn new(people: &[Person], chats: &[String], log: &Log) -> Self {
        let (writing, asking) = people.split_at(WRITERS);
        let rooms = || chats.iter().cycle();
        let writers = writing.iter().zip(rooms()).enumerate().map(|(number, (person, chat))| {
            Writer::new(person.clone(), chat, format!("writer-{number}"), Manner::Statement, log.clone())
        });
        let askers = asking.iter().zip(rooms()).enumerate().map(|(number, (person, chat))| {
            Writer::new(person.clone(), chat, format!("asker-{number}"), Manner::Question, log.clone())
        });
        let viewers = people.iter().zip(rooms()).take(VIEWERS).enumerate().map(|(number, (person, chat))| {
            Viewer::new(person.clone(), chat, format!("viewer-{number}"), log.clone())
        });
        Self { writers: writers.chain(askers).collect(), viewers: viewers.collect(), early_ends: vec![] }
    }

    /// Everybody at work until the server is killed at `moment`.
    async fn live(self, server: &mut Server, moment: Duration) -> Result<Self> {
        let killed = Arc::new(AtomicBool::new(false));
        let (mut writing, mut viewing) = (JoinSet::new(), JoinSet::new());
        for mut writer in self.writers {
            let killed = Arc::clone(&killed);
            writing.spawn(async move {
                let end = writer.write_on().await;
                (writer, early(&killed, end))
            });
        }
        for mut viewer in self.viewers {
            let killed = Arc::clone(&killed);
            viewing.spawn(async move {
                let end = viewer.watch(i64::MAX).await;
                (viewer, early(&killed, end))
            });
        }
        tokio::time::sleep(moment).await;
        killed.store(true, Ordering::Relaxed);
        server.kill()?;
        let (writers, first) = within("the writers to notice", writing.join_all()).await?.into_iter().unzip();
        let (viewers, then) = within("the viewers to notice", viewing.join_all()).await?.into_iter().unzip();
        let mut early_ends = self.early_ends;
        let ends: [Vec<Option<String>>; 2] = [first, then];
        early_ends.extend(ends.into_iter().flatten().flatten());
        Ok(Self { writers, viewers, early_ends })
    }

    /// Waits until what was being written at the kill is settled: how long it took, and what was not in time.
    async fn interrupted(&mut self) -> Result<(Duration, Vec<String>)> {
        let ready = Instant::now();
        loop {
            let mut left = Vec::new();
            for viewer in &mut self.viewers {
                left.extend(viewer.left_streaming().await?);
            }
            let took = ready.elapsed();
            if left.is_empty() || took > INTERRUPTED {
                return Ok((took, left));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Everybody hands in again what was not acknowledged, and reads to the end, when the bot has nothing left to say.
    async fn finish(&mut self, reader: &Person, chats: &[String], log: &Log) -> Result<()> {
        for writer in &mut self.writers {
            within("the last acknowledgements", writer.finish()).await??;
        }
        for chat in chats {
            aftermath::wait_until_settled(reader, chat).await?;
            let head = reader.head(chat).await?;
            log.add(Line::Head { chat: chat.clone(), seq: head });
            for viewer in self.viewers.iter_mut().filter(|viewer| viewer.chat() == chat) {
                within("the last events", viewer.watch(head)).await??;
            }
        }
        Ok(())
    }

    fn describe(&self, report: &mut Report, rounds: usize) {
        let sum = |count: fn(&Writer) -> usize| self.writers.iter().map(count).sum();
        report.count("kills", rounds);
        report.count("messages acknowledged", sum(Writer::acked));
        report.count("handed in again after a kill", sum(Writer::handed_in_again));
        report.count("of these stored before the kill", sum(Writer::duplicates));
        report.promise("no socket ends while the server lives", self.early_ends.iter().cloned());
        let refusals = self.writers.iter().flat_map(|writer| writer.refusals().iter().cloned());
        report.promise("no message is refused", refusals);
    }
}

fn early(killed: &AtomicBool, end: Result<()>) -> Option<String> {
    let reason = match end {
        Ok(()) => "closed by the server".to_owned(),
        Err(error) => format!("{error:#}"),
    };
    (!killed.load(Ordering::Relaxed)).then_some(reason)
}

fn describe_check(report: &mut Report, violations: &[Violation]) {
    let lost =
        |violation: &&Violation| matches!(violation, Violation::Missing { .. } | Violation::Moved { .. });
    let doubled = |violation: &&Violation| {
        matches!(
            violation,
            Violation::Doubled { .. }
                | Violation::SeqDoubled { .. }
                | Violation::IdDoubled { .. }
                | Violation::Unsteady { .. }
        )
    };
    report.count("lost", violations.iter().filter(lost).count());
    report.count("doubled", violations.iter().filter(doubled).count());
    report.promise(
        "every message acknowledged is stored once, in order, at the number acknowledged; viewers miss nothing",
        violations.iter().map(Violation::to_string),
    );
}

fn save(lines: &[Line], workspace: &Path) -> Result<()> {
    let mut file = BufWriter::new(File::create(workspace.join("history.jsonl"))?);
    for line in lines {
        serde_json::to_writer(&mut file, line)?;
        file.write_all(b"\n")?;
    }
    Ok(file.flush()?)
}
