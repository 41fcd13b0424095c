//! One long reply: most clients drop and rejoin at random while it is written, one stays.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use standin::script::{Script, numbered_text};
use standin::server::Standin;
use tokio::task::JoinSet;

use crate::client::{Person, register};
use crate::process::require_files;
use crate::replica::Replica;
use crate::report::Report;
use crate::server::{Server, Settings};
use crate::socket::{PATIENCE, Socket, within};

const PEOPLE: usize = 10;
/// How long a client stays, and how long it is away, in milliseconds.
const STAY: std::ops::Range<u64> = 100..3_000;
const AWAY: std::ops::Range<u64> = 0..500;
/// The wire contract's bound for a viewer who stays: this × the text …
const TEXT_FACTOR: f64 = 2.1;
/// … + this many bytes a chunk …
const CHUNK_BYTES: f64 = 200.0;
/// … + this.
const FIXED_BYTES: f64 = 2_000.0;

#[derive(Args)]
pub(crate) struct Options {
    /// Clients that drop and rejoin
    #[arg(long, default_value_t = 200, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=5_000))]
    clients: u32,
    /// Chunks of the reply as Gemini sends them
    #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=5_000))]
    chunks: u32,
    /// Time between them
    #[arg(long, default_value_t = 15, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..=1_000))]
    interval: u64,
    /// Seed of what is random; a new one if not given
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

/// Runs it.
pub(crate) async fn run(options: &Options, settings: Settings) -> Result<Report> {
    let clients = options.clients as usize;
    require_files(clients)?;
    let length = Duration::from_millis(options.interval) * options.chunks;
    if length > Duration::from_secs(300) {
        bail!("a reply of {length:?} is too long: the clients would give up");
    }
    let standin = Standin::start().await;
    standin.play(Script::chunks(options.chunks as usize, Duration::from_millis(options.interval)));
    // A client is back before the server has noticed that it went.
    let settings =
        settings.gemini(standin.base_url()).limit("sockets-per-person", 2 * clients.div_ceil(PEOPLE) + 2);
    let seed = options.seed.unwrap_or_else(rand::random);
    let mut report = Report::new("rejoin");
    settings.describe(&mut report);
    report.condition(format!("seed {seed}; {PEOPLE} people share the {clients} clients"));

    let server = Server::start(&settings).await?;
    let people = register(&server.base(), PEOPLE).await?;
    let chat = people[0].group(&people[1..]).await?;
    let mut viewer = people[0].connect().await?;
    let head = viewer.join(&chat).await?.head_seq.context("a joined frame without head_seq")?;
    let mut wanderers = JoinSet::new();
    for (number, person) in people.iter().cycle().take(clients).enumerate() {
        let replica = Replica::new(format!("client {number}"), &chat, head);
        let rng = StdRng::seed_from_u64(seed.wrapping_add(number as u64));
        wanderers.spawn(wander(person.clone(), chat.clone(), replica, rng));
    }
    let question = people[1].connect().await?;
    let (stayed, wandered) = tokio::try_join!(
        watch(viewer, Replica::new("the viewer who stays", &chat, head), length),
        gather(question, &chat, wanderers, length),
    )?;

    let stored = people[0].history(&chat).await?;
    let stored =
        stored.into_iter().find(|message| message.is_bot).context("there is no reply in the history")?;
    let expected = numbered_text(options.chunks as usize);
    report.count("rejoins", wandered.iter().map(|(_, joins)| joins - 1).sum());
    describe_wire(&mut report, &stayed, stored.content.len());
    let differs = (stored.content != expected || stored.status != "complete")
        .then(|| format!("{} bytes of {}, {}", stored.content.len(), expected.len(), stored.status));
    report.promise("the stored text is what Gemini sent", differs);
    let replicas = || wandered.iter().map(|(replica, _)| replica).chain([&stayed.replica]);
    let different = replicas().enumerate().filter(|(_, replica)| replica.text() != stored.content);
    let different: Vec<String> = different
        .map(|(number, replica)| format!("client {number}: {} bytes", replica.text().len()))
        .collect();
    report.promise(format!("all {} clients end with the bytes of the stored text", clients + 1), different);
    let holes: Vec<String> = replicas().flat_map(Replica::breaches).collect();
    report.promise("nobody is told an event or a chunk twice, out of order or with a hole before it", holes);
    Ok(report)
}

/// Joins, stays, drops, until the reply has settled; the replica, and how often it joined.
async fn wander(
    person: Person,
    chat: String,
    mut replica: Replica,
    mut rng: StdRng,
) -> Result<(Replica, usize)> {
    let mut joins = 0;
    loop {
        let mut socket = person.connect().await?;
        socket.rejoin(&chat, replica.seq()).await?;
        joins += 1;
        let stay = Duration::from_millis(rng.random_range(STAY));
        match tokio::time::timeout(stay, follow(&mut socket, &mut replica)).await {
            Ok(followed) => return followed.map(|()| (replica, joins)),
            // Some say goodbye, some are cut off.
            Err(_) if rng.random_bool(0.5) => socket.close().await,
            Err(_) => drop(socket),
        }
        tokio::time::sleep(Duration::from_millis(rng.random_range(AWAY))).await;
    }
}

async fn follow(socket: &mut Socket, replica: &mut Replica) -> Result<()> {
    while replica.settled().is_none() {
        let frame = socket.next().await?;
        if frame.kind == "error" {
            bail!("refused: {}", frame.text);
        }
        replica.apply(&frame);
    }
    Ok(())
}

async fn gather(
    mut question: Socket,
    chat: &str,
    mut wanderers: JoinSet<Result<(Replica, usize)>>,
    length: Duration,
) -> Result<Vec<(Replica, usize)>> {
    question.post(chat, "question", "/bot count").await?;
    question.answer("question").await?;
    tokio::time::sleep(length).await;
    within("every client to see the end", async {
        let mut done = Vec::new();
        while let Some(wandered) = wanderers.join_next().await {
            done.push(wandered??);
        }
        Ok(done)
    })
    .await?
}

/// What the viewer who stays has, and what it cost.
struct Stayed {
    replica: Replica,
    /// Frames that name the reply.
    reply_bytes: usize,
    /// All others, such as the presence of those who come and go.
    other_bytes: usize,
}

async fn watch(mut socket: Socket, replica: Replica, length: Duration) -> Result<Stayed> {
    let mut stayed = Stayed { replica, reply_bytes: 0, other_bytes: 0 };
    let end = async {
        while stayed.replica.settled().is_none() {
            let frame = socket.next().await?;
            stayed.replica.apply(&frame);
            match stayed.replica.reply_id() {
                Some(id) if frame.mentions(id) => stayed.reply_bytes += frame.wire_bytes(),
                _ => stayed.other_bytes += frame.wire_bytes(),
            }
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(length + PATIENCE, end).await.context("the reply did not end")??;
    Ok(stayed)
}

fn describe_wire(report: &mut Report, stayed: &Stayed, text: usize) {
    let chunks = stayed.replica.chunks() as f64;
    let allowed = TEXT_FACTOR * text as f64 + CHUNK_BYTES * chunks + FIXED_BYTES;
    let bytes = stayed.reply_bytes as f64;
    report.figure("text of the reply", text as f64, "B");
    report.figure("chunks to a viewer who stays", chunks, "");
    report.figure("bytes on the wire for the reply (payload + frame headers)", bytes, "B");
    report.figure("allowed for the reply", allowed, "B");
    report.figure("bytes on the wire for everything else", stayed.other_bytes as f64, "B");
    let over = (bytes > allowed).then(|| format!("{bytes} bytes of {allowed:.0}"));
    report.promise("a viewer who stays gets ≤ 2.1 × the text + 200 bytes a chunk + 2 kB", over);
}
