//! C5: the connection is cut at each byte of the request and of the answer, and the client tries again.

use anyhow::{Context, Result};
use futures_util::future::try_join_all;

use crate::client::{Person, register};
use crate::faults::bench::Bench;
use crate::faults::finding::Finding;
use crate::faults::proxy::{Proxy, Way};
use crate::server::Server;
use crate::socket::{Arrival, Socket, within};

/// Longer than the frames that are cut.
const TO_SERVER: usize = 230;
const TO_CLIENT: usize = 190;
const AT_ONCE: usize = 20;

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let server = Server::start(&bench.settings("retry")?).await?;
    let proxy = Proxy::before(server.port()).await?;
    let people = register(&server.base(), 1).await?;
    let chat = people[0].group(&[]).await?;
    let cut = people[0].at(&proxy.base());
    let step = bench.pick(10, 1);
    let places = |way: Way, length: usize| (0..length).step_by(step).map(move |bytes| (way, bytes));
    let mut finding = Finding::new(0, "cuts");
    let (mut stored, mut direct) = (0, people[0].connect().await?);
    for (way, bytes) in places(Way::ToServer, TO_SERVER).chain(places(Way::ToClient, TO_CLIENT)) {
        let op = format!("{way:?}-{bytes}");
        let socket = cut.connect().await?;
        proxy.cut_after(way, bytes);
        let first = try_once(socket, &chat, &op).await?;
        finding.trials += usize::from(!proxy.disarm());
        direct.post(&chat, &op, &op).await?;
        let again = direct.answer(&op).await?;
        let is_duplicate = again.duplicate == Some(true);
        stored += usize::from(is_duplicate);
        finding.sent += 2;
        finding.acked += 1 + usize::from(first.is_some());
        finding.require(first.is_none() || (first == again.seq && is_duplicate), || {
            format!(
                "{op} was acknowledged as {first:?} and then as {:?}, duplicate: {is_duplicate}",
                again.seq
            )
        });
    }
    at_once(&people[0], &chat, &mut finding).await?;
    count(&people[0], &chat, &mut finding).await?;
    finding.note(format!("{stored} were found stored by the second attempt, the others made by it"));
    Ok(finding)
}

/// The number acknowledged, if the answer came.
async fn try_once(mut socket: Socket, chat: &str, op: &str) -> Result<Option<i64>> {
    if socket.post(chat, op, op).await.is_err() {
        return Ok(None);
    }
    within("an answer or an end", async {
        loop {
            match socket.arrival().await {
                Ok(Arrival::Frame(frame)) if frame.reference.as_deref() == Some(op) => return Ok(frame.seq),
                Ok(Arrival::Frame(_)) => {}
                Ok(Arrival::End(_)) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    })
    .await?
}

/// The same message on many sockets at once.
async fn at_once(person: &Person, chat: &str, finding: &mut Finding) -> Result<()> {
    let mut sockets = Vec::new();
    for _ in 0..AT_ONCE {
        sockets.push(person.connect().await?);
    }
    let posts = sockets.iter_mut().map(|socket| async {
        socket.post(chat, "at-once", "at-once").await?;
        socket.answer("at-once").await
    });
    let acks = try_join_all(posts).await?;
    finding.sent += AT_ONCE;
    finding.acked += acks.len();
    let first = acks.first().context("nobody posted")?.seq;
    let same = acks.iter().all(|ack| ack.seq == first);
    let new = acks.iter().filter(|ack| ack.duplicate != Some(true)).count();
    finding.require(same && new == 1, || format!("{AT_ONCE} at once: {new} new, the same number: {same}"));
    Ok(())
}

async fn count(person: &Person, chat: &str, finding: &mut Finding) -> Result<()> {
    let history = person.history(chat).await?;
    let mut ops: Vec<&str> = history.iter().filter_map(|message| message.client_id.as_deref()).collect();
    let there = ops.len();
    ops.sort_unstable();
    ops.dedup();
    finding.doubled = there - ops.len();
    finding.require(finding.doubled == 0, || format!("{} messages are there twice", there - ops.len()));
    Ok(())
}
