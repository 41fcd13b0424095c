//! C2: the power goes while people write.
//!
//! The canary is the same with a server, or a database, that does not wait for the disk: it must lose, or nothing
//! has been tested.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use anyhow::{Context, Result};
use rand::RngExt;

use crate::client::register;
use crate::crowd::{Crowd, Size};
use crate::faults::bench::{Bench, Form, require_program};
use crate::faults::disk::Disk;
use crate::faults::finding::{CannotRun, Finding};
use crate::faults::postgres::Cluster;
use crate::server::{Server, Settings};

const SMALL: Size = Size { rooms: 2, writers: 6, askers: 0, viewers: 2, pace: Duration::from_millis(10) };
/// When the power goes, after the first acknowledgement, in milliseconds.
const MOMENT: std::ops::RangeInclusive<u64> = 100..=900;
/// Messages that the canary is to lose.
const POSTS: usize = 100;
const SQLITE_MEBIBYTES: u32 = 192;
const POSTGRES_MEBIBYTES: u32 = 640;
/// Every sync is said to be done and is not.
const LIAR: [&str; 8] = [
    "strace",
    "-D",
    "-f",
    "-o",
    "/dev/null",
    "-etrace=fsync,fdatasync,sync_file_range",
    "-einject=fsync,fdatasync,sync_file_range:retval=0",
    "--",
];

/// On SQLite.
pub(super) async fn sqlite(bench: &Bench) -> Result<Finding> {
    let mut finding = begin(bench)?;
    let settings = bench.settings("power-sqlite")?;
    let mut disk = Disk::create(settings.workspace(), SQLITE_MEBIBYTES)?;
    let settings = settings.data(&disk.path().join("data"));
    let server = Server::start(&settings.clone().under(&LIAR)).await?;
    let lost = canary(server, &settings, &mut disk, Disk::cut_power).await?;
    judge(&mut finding, "without syncs", lost);
    // What the canary left may be no database at all.
    let _ = fs::remove_dir_all(disk.path().join("data"));
    rounds(bench, &mut finding, &settings, &mut disk, Disk::cut_power).await?;
    Ok(finding)
}

/// On PostgreSQL.
pub(super) async fn postgres(bench: &Bench) -> Result<Finding> {
    let mut finding = begin(bench)?;
    let settings = bench.settings("power-postgres")?;
    // PostgreSQL's own user must find the way.
    let place = tempfile::Builder::new()
        .prefix("coop-power-")
        .permissions(Permissions::from_mode(0o755))
        .tempdir()?;
    let mut disk = Disk::create(place.path(), POSTGRES_MEBIBYTES)?;
    let cluster = Cluster::create(disk.path())?;
    let settings = settings.database(cluster.url()).variable("ALLOW_WEAK_DURABILITY", "true");
    cluster.start("-c synchronous_commit=off -c wal_writer_delay=10s")?;
    let cut = |disk: &mut Disk| {
        cluster.kill()?;
        disk.cut_power()?;
        cluster.start("")
    };
    let lost = canary(Server::start(&settings).await?, &settings, &mut disk, cut).await?;
    judge(&mut finding, "with synchronous_commit=off", lost);
    let settings = settings.variable("ALLOW_WEAK_DURABILITY", "false");
    rounds(bench, &mut finding, &settings, &mut disk, cut).await?;
    // The processes go before the file system that they are in.
    drop(cluster);
    Ok(finding)
}

fn begin(bench: &Bench) -> Result<Finding> {
    if bench.form() == Form::Short {
        return Err(CannotRun("only in the long form: scripts/test --faults".into()).into());
    }
    require_program("strace")?;
    Ok(Finding::new(0, "power cuts"))
}

fn judge(finding: &mut Finding, how: &str, lost: usize) {
    finding.note(format!("the canary, {how}, lost {lost} of {POSTS}"));
    finding.require(lost > 0, || "the canary lost nothing: this bench tests nothing".into());
}

/// How many of the acknowledged messages are gone after a power cut.
async fn canary(
    mut server: Server,
    honest: &Settings,
    disk: &mut Disk,
    cut: impl Fn(&mut Disk) -> Result<()>,
) -> Result<usize> {
    let people = register(&server.base(), 1).await?;
    let chat = people[0].group(&[]).await?;
    disk.sync()?;
    let mut socket = people[0].connect().await?;
    for number in 0..POSTS {
        let op = format!("canary-{number}");
        socket.post(&chat, &op, &op).await?;
        socket.answer(&op).await?;
    }
    server.kill()?;
    cut(disk)?;
    server.change(honest.clone());
    // A database that cannot be opened any more has lost them all.
    let found = match server.restart().await {
        Ok(_) => people[0].history(&chat).await.unwrap_or_default(),
        Err(_) => vec![],
    };
    let kept = found.iter().filter(|message| message.client_id.is_some()).count();
    POSTS.checked_sub(kept).context("there is more than was written")
}

async fn rounds(
    bench: &Bench,
    finding: &mut Finding,
    settings: &Settings,
    disk: &mut Disk,
    cut: impl Fn(&mut Disk) -> Result<()>,
) -> Result<()> {
    let mut rng = bench.rng();
    let mut server = Server::start(settings).await?;
    let crowd = Crowd::gather(&server.base(), &server.base(), SMALL).await?;
    let rounds = bench.pick(1, 50);
    for _ in 0..rounds {
        crowd.next_ack().await?;
        tokio::time::sleep(Duration::from_millis(rng.random_range(MOMENT))).await;
        crowd.expect_trouble();
        server.kill()?;
        cut(disk)?;
        let ready = server.restart().await?;
        finding.recovered.add(ready + crowd.next_ack().await?);
    }
    let account = crowd.finish().await?;
    account.log.save(&settings.workspace().join("history.jsonl"))?;
    finding.trials += rounds;
    finding.take(&account);
    server.end();
    Ok(())
}
