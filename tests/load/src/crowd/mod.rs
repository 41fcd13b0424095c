//! People who write, ask and watch through whatever befalls the server, and the whole history of it.
//!
//! They know nothing of faults: they connect again, hand in again and catch up, as the protocol tells clients to.

mod aftermath;
mod viewer;
mod writer;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::{Message, Person, register};
use crate::crowd::aftermath::Aftermath;
use crate::crowd::viewer::Viewer;
use crate::crowd::writer::{Manner, Writer, Wrote};
use crate::history::log::Log;
use crate::history::{Line, Violation, check};
use crate::socket::within;

/// How many there are of whom, and how fast they write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) rooms: usize,
    pub(crate) writers: usize,
    /// One in each of the first rooms.
    pub(crate) askers: usize,
    pub(crate) viewers: usize,
    /// Between two messages of a writer.
    pub(crate) pace: Duration,
}

/// A few rooms with talk, questions and watchers.
pub(crate) const USUAL: Size =
    Size { rooms: 2, writers: 8, askers: 2, viewers: 4, pace: Duration::from_millis(20) };
const ASKING: Duration = Duration::from_millis(700);

/// What everybody is to do.
#[derive(Clone, Debug)]
enum Work {
    On,
    /// Nothing new; hand in what is left.
    Finish,
    /// Watch up to these numbers.
    ReadTo(HashMap<String, i64>),
}

/// What everybody shares.
struct Scene {
    log: Log,
    acks: watch::Sender<u64>,
    /// Messages that the server told to hand in again later.
    put_off: watch::Sender<u64>,
    /// Whether sockets are to stay open.
    calm: AtomicBool,
    early_ends: Mutex<Vec<String>>,
}

impl Scene {
    fn note_end(&self, who: &str, code: Option<u16>) {
        if self.calm.load(Ordering::Relaxed) {
            let end = format!("the socket of {who} ended with the close code {code:?}");
            self.early_ends.lock().unwrap_or_else(PoisonError::into_inner).push(end);
        }
    }
}

/// Everybody at work.
pub(crate) struct Crowd {
    reader: Person,
    /// A member of no room.
    guest: Person,
    chats: Vec<String>,
    scene: Arc<Scene>,
    work: watch::Sender<Work>,
    writers: JoinSet<Result<Writer>>,
    viewers: JoinSet<Result<Viewer>>,
}

/// What came of it all.
pub(crate) struct Account {
    pub(crate) wrote: Wrote,
    pub(crate) violations: Vec<Violation>,
    pub(crate) early_ends: Vec<String>,
    pub(crate) resets: usize,
    pub(crate) joins: usize,
    /// How the bot's replies ended.
    pub(crate) endings: BTreeMap<String, usize>,
    pub(crate) messages: Vec<Message>,
    pub(crate) log: Log,
}

impl Account {
    /// Acknowledged and not there, or not as acknowledged.
    pub(crate) fn lost(&self) -> usize {
        let is_lost =
            |violation: &&Violation| matches!(violation, Violation::Missing { .. } | Violation::Moved { .. });
        self.violations.iter().filter(is_lost).count()
    }

    /// There or acknowledged more than once.
    pub(crate) fn doubled(&self) -> usize {
        let is_doubled = |violation: &&Violation| {
            matches!(
                violation,
                Violation::Doubled { .. }
                    | Violation::SeqDoubled { .. }
                    | Violation::IdDoubled { .. }
                    | Violation::Unsteady { .. }
            )
        };
        self.violations.iter().filter(is_doubled).count()
    }

    /// Everything that was not as promised.
    pub(crate) fn breaches(&self) -> Vec<String> {
        let refusals = self.wrote.refusals.iter().map(|refusal| format!("refused: {refusal}"));
        self.violations
            .iter()
            .map(Violation::to_string)
            .chain(self.early_ends.iter().cloned())
            .chain(refusals)
            .collect()
    }
}

impl Crowd {
    /// Registers people at `door`, makes their rooms and sets them to work; writers and viewers go in by `entrance`,
    /// which may be a proxy.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn gather(door: &str, entrance: &str, size: Size) -> Result<Self> {
        let mut people = register(door, size.writers.max(size.askers).max(1) + 1).await?;
        let guest = people.pop().context("nobody was registered")?;
        let mut chats = Vec::with_capacity(size.rooms);
        for _ in 0..size.rooms {
            chats.push(people[0].group(&people[1..]).await?);
        }
        let scene = Scene {
            log: Log::default(),
            acks: watch::Sender::new(0),
            put_off: watch::Sender::new(0),
            calm: AtomicBool::new(true),
            early_ends: Mutex::default(),
        };
        let mut crowd = Self {
            reader: people[0].clone(),
            guest,
            chats,
            scene: Arc::new(scene),
            work: watch::Sender::new(Work::On),
            writers: JoinSet::new(),
            viewers: JoinSet::new(),
        };
        let (statement, question) = (Manner::Statement(size.pace), Manner::Question(ASKING));
        let place = |number: usize| (people[number % people.len()].at(entrance), number % size.rooms);
        for number in 0..size.viewers {
            let (person, room) = place(number);
            let name = format!("viewer-{number}");
            let viewer = Viewer::new(person, &crowd.chats[room], name, Arc::clone(&crowd.scene));
            crowd.viewers.spawn(viewer.watch(crowd.work.subscribe()));
        }
        for (count, kind, manner) in [(size.writers, "writer", statement), (size.askers, "asker", question)] {
            for number in 0..count {
                let (person, room) = place(number);
                let name = format!("{kind}-{number}");
                let writer = Writer::new(person, &crowd.chats[room], name, manner, Arc::clone(&crowd.scene));
                crowd.writers.spawn(writer.write(crowd.work.subscribe()));
            }
        }
        Ok(crowd)
    }

    /// From now on sockets may end.
    pub(crate) fn expect_trouble(&self) {
        self.scene.calm.store(false, Ordering::Relaxed);
    }

    /// From now on sockets are to stay open.
    pub(crate) fn expect_calm(&self) {
        self.scene.calm.store(true, Ordering::Relaxed);
    }

    /// Acknowledgements so far.
    pub(crate) fn acked(&self) -> u64 {
        *self.scene.acks.borrow()
    }

    /// Waits for one more acknowledgement than there are; how long that took.
    ///
    /// # Errors
    /// When none comes.
    pub(crate) async fn next_ack(&self) -> Result<Duration> {
        one_more("an acknowledgement", &self.scene.acks).await
    }

    /// Waits for one more message to be put off.
    ///
    /// # Errors
    /// When none is.
    pub(crate) async fn next_put_off(&self) -> Result<Duration> {
        one_more("a message to be put off", &self.scene.put_off).await
    }

    /// Somebody is invited, watches for a while and is removed.
    ///
    /// # Errors
    /// When the server refuses.
    pub(crate) async fn guest(&self, number: usize, stay: Duration) -> Result<()> {
        let chat = &self.chats[0];
        self.reader.invite(chat, &self.guest).await?;
        let scene = Arc::clone(&self.scene);
        let mut viewer = Viewer::new(self.guest.clone(), chat, format!("guest-{number}"), scene);
        let socket = viewer.enter().await?;
        let mut work = self.work.subscribe();
        let watching = tokio::spawn(async move { viewer.follow(socket, &mut work).await });
        tokio::time::sleep(stay).await;
        self.reader.remove(chat, &self.guest).await?;
        within("the guest to be told", watching).await???;
        Ok(())
    }

    /// One who may read every room, and the rooms.
    pub(crate) fn reader(&self) -> (&Person, &[String]) {
        (&self.reader, &self.chats)
    }

    /// Everybody hands in what was not acknowledged and reads to the end; then all is compared.
    ///
    /// # Errors
    /// When the server does not let them.
    pub(crate) async fn finish(mut self) -> Result<Account> {
        self.work.send_replace(Work::Finish);
        let mut wrote = Wrote::default();
        within("the last acknowledgements", async {
            while let Some(writer) = self.writers.join_next().await {
                wrote.add(writer??.wrote);
            }
            anyhow::Ok(())
        })
        .await??;
        let log = self.scene.log.clone();
        let aftermath = Aftermath::read(&self.reader, &self.chats).await?;
        let mut heads = HashMap::new();
        for chat in &self.chats {
            let seq = self.reader.head(chat).await?;
            log.add(Line::Head { chat: chat.clone(), seq });
            heads.insert(chat.clone(), seq);
        }
        self.work.send_replace(Work::ReadTo(heads));
        let (mut resets, mut joins) = (0, 0);
        within("the last events", async {
            while let Some(viewer) = self.viewers.join_next().await {
                let viewer = viewer??;
                resets += viewer.resets;
                joins += viewer.joins;
            }
            anyhow::Ok(())
        })
        .await?
        .context("a viewer failed")?;
        aftermath.lines().for_each(|line| log.add(line));
        let violations = check(&log.lines());
        let scene = &self.scene;
        let early_ends = scene.early_ends.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let endings = aftermath.endings();
        let messages = aftermath.into_messages();
        Ok(Account { wrote, violations, early_ends, resets, joins, endings, messages, log })
    }
}

async fn one_more(what: &str, counted: &watch::Sender<u64>) -> Result<Duration> {
    let since = Instant::now();
    let mut counts = counted.subscribe();
    let so_far = *counts.borrow_and_update();
    within(what, counts.wait_for(|count| *count > so_far)).await??;
    Ok(since.elapsed())
}

impl Wrote {
    fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.acked += other.acked;
        self.again += other.again;
        self.duplicates += other.duplicates;
        for (code, count) in other.put_off {
            *self.put_off.entry(code).or_default() += count;
        }
        self.refusals.extend(other.refusals);
        self.took.extend(other.took);
    }
}
