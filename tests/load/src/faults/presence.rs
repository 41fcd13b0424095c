//! C21: people come, go, are cut off and fall silent, and one who stays watches.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::time::Instant;

use crate::client::{Person, register};
use crate::faults::bench::{Bench, Form};
use crate::faults::finding::{Finding, in_short};
use crate::faults::proxy::{Fault, Proxy, Way};
use crate::frame::Frame;
use crate::server::Server;
use crate::socket::Socket;
use crate::spread::Spread;

const CAME: Duration = Duration::from_secs(1);
const WENT: Duration = Duration::from_secs(2);
/// The protocol's bound for a peer that says nothing, and what it may take to look.
const SILENT: Duration = Duration::from_secs(75 + 5);

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let server = Server::start(&bench.settings("presence")?).await?;
    let line = Proxy::before(server.port()).await?;
    let people = register(&server.base(), 2).await?;
    let chat = people[0].group(&people[1..]).await?;
    let mut watcher = people[0].connect().await?;
    watcher.join(&chat).await?;
    let guest = people[1].at(&line.base());
    let mut finding = Finding::new(0, "comings and goings");
    let (mut came, mut went) = (Spread::default(), Spread::default());
    for round in 0..bench.pick(4, 40) {
        let (first, took) = enter(&guest, &chat, &mut watcher).await?;
        came.add(took);
        finding.bound("coming", took, CAME);
        // A second tab that opens and closes is no coming and no going.
        let mut second = guest.connect().await?;
        second.join(&chat).await?;
        second.close().await;
        let flaps = watcher.settle().await?.iter().filter(|frame| is_about(frame, &guest)).count();
        finding.require(flaps == 0, || format!("a second tab was told as {flaps} comings and goings"));
        let since = Instant::now();
        if round % 2 == 0 {
            first.close().await;
        } else {
            line.reset();
        }
        watcher.wait_for("the going", |frame| frame.kind == "user_left" && is_about(frame, &guest)).await?;
        went.add(since.elapsed());
        finding.bound("going", since.elapsed(), WENT);
        finding.trials += 2;
    }
    if bench.form() == Form::Long {
        fall_silent(&line, &guest, &chat, &mut watcher, &mut finding).await?;
    }
    let online = online(&people[0], &chat).await?;
    finding.require(online == 1, || format!("{online} are said to be there and one is"));
    finding.note(format!("coming told after {}, going after {}", in_short(&came), in_short(&went)));
    finding.recovered = went;
    Ok(finding)
}

async fn enter(guest: &Person, chat: &str, watcher: &mut Socket) -> Result<(Socket, Duration)> {
    let mut socket = guest.connect().await?;
    let since = Instant::now();
    socket.join(chat).await?;
    watcher.wait_for("the coming", |frame| frame.kind == "user_joined" && is_about(frame, guest)).await?;
    Ok((socket, since.elapsed()))
}

/// A client whose line is dead: nothing comes and nothing ends.
async fn fall_silent(
    line: &Proxy,
    guest: &Person,
    chat: &str,
    watcher: &mut Socket,
    finding: &mut Finding,
) -> Result<()> {
    let (socket, _) = enter(guest, chat, watcher).await?;
    let since = Instant::now();
    line.set(Way::ToServer, Fault::Stall);
    line.set(Way::ToClient, Fault::Stall);
    let gone = tokio::time::timeout(2 * SILENT, async {
        loop {
            let frame = watcher.next().await?;
            if frame.kind == "user_left" && is_about(&frame, guest) {
                return anyhow::Ok(());
            }
        }
    });
    gone.await.context("a dead client is never told to have gone")??;
    finding.trials += 1;
    finding.bound("a dead client's going", since.elapsed(), SILENT);
    finding.note(format!("a dead client's going told after {} s", since.elapsed().as_secs()));
    drop(socket);
    Ok(())
}

fn is_about(frame: &Frame, person: &Person) -> bool {
    matches!(frame.kind.as_str(), "user_joined" | "user_left") && frame.mentions(&person.id)
}

/// How many are said to be there, by one who comes newly.
async fn online(person: &Person, chat: &str) -> Result<usize> {
    let joined = person.connect().await?.join(chat).await?;
    let joined: Value = serde_json::from_str(&joined.text)?;
    Ok(joined["online"].as_array().context("a snapshot without online")?.len())
}
