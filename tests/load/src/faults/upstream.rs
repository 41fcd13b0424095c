//! C13: what can go wrong between the server and Gemini, while another room talks.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use standin::framing::Framing;
use standin::script::{Script, numbered_text};
use standin::server::Standin;
use tokio::time::Instant;

use crate::client::register;
use crate::crowd::{Crowd, Size};
use crate::faults::bench::Bench;
use crate::faults::finding::{Finding, in_short};
use crate::faults::proxy::{Fault, Proxy, Way};
use crate::frame::Frame;
use crate::server::{Server, Settings};
use crate::socket::Socket;
use crate::spread::Spread;

const TALK: Size = Size { rooms: 1, writers: 2, askers: 0, viewers: 2, pace: Duration::from_millis(50) };
/// A message of the other room takes no longer.
const STALL: Duration = Duration::from_secs(1);
/// The server's patience: first byte, pause within a reply, the whole; no second attempt, and the model is asked
/// however often it has failed.
const PATIENCE: [(&str, usize); 5] = [
    ("gemini-first-byte-timeout", 1),
    ("gemini-idle-timeout", 1),
    ("gemini-total-timeout", 5),
    ("gemini-retries", 0),
    ("breaker-failures", 1_000),
];
/// What the server needs beyond its patience.
const SLACK: Duration = Duration::from_secs(1);
const LONG_TEXT: usize = 2_000_000;
const CUT_CHUNKS: usize = 50;
const CUT_TEXT: usize = 256 * 1024;

/// A trouble, how the reply must end, and by when.
struct Trouble {
    name: &'static str,
    script: Script,
    line: Fault,
    ending: (&'static str, &'static str),
    within: Duration,
}

/// Runs it.
pub(super) async fn run(bench: &Bench) -> Result<Finding> {
    let standin = Standin::start().await;
    let (_, port) = standin
        .base_url()
        .rsplit_once(':')
        .map(|(host, port)| (host.to_owned(), port.to_owned()))
        .context("a port")?;
    let line = Proxy::before(port.parse()?).await?;
    let patient = |settings: Settings| {
        PATIENCE.iter().fold(settings, |settings, (flag, seconds)| settings.limit(flag, *seconds))
    };
    let server = Server::start(&patient(bench.settings("upstream")?.gemini(line.base()))).await?;
    let talk = Crowd::gather(&server.base(), &server.base(), TALK).await?;
    let people = register(&server.base(), 1).await?;
    let chat = people[0].group(&[]).await?;
    let mut socket = people[0].connect().await?;
    socket.join(&chat).await?;
    let mut finding = Finding::new(0, "troubles");
    let mut endings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for trouble in troubles().into_iter().step_by(bench.pick(4, 1)) {
        standin.play(trouble.script);
        line.set(Way::ToClient, trouble.line);
        let (end, took) = ask(&mut socket, &chat, trouble.name).await?;
        line.set(Way::ToClient, Fault::None);
        line.reset();
        finding.trials += 1;
        finding.bound(trouble.name, took, trouble.within + SLACK);
        let ending = (end.status.clone().unwrap_or_default(), reason(&end));
        finding.require((ending.0.as_str(), ending.1.as_str()) == trouble.ending, || {
            format!("{}: {} ({}), not {:?}", trouble.name, ending.0, ending.1, trouble.ending)
        });
        let name = format!("{} ({:.1} s)", trouble.name, took.as_secs_f64());
        endings.entry(format!("{} {}", ending.0, ending.1)).or_default().push(name);
    }
    for (ending, names) in endings {
        finding.note(format!("{}: {}", ending.trim_end(), names.join(", ")));
    }
    cut_in_the_middle(&standin, &line, &mut socket, &chat, &mut finding).await?;
    standin.play(Script::text("all is well", 4));
    let since = Instant::now();
    let (end, _) = ask(&mut socket, &chat, "afterwards").await?;
    finding.recovered.add(since.elapsed());
    finding.require(end.status.as_deref() == Some("complete"), || format!("afterwards: {}", end.text));
    let account = talk.finish().await?;
    let took: Spread = account.wrote.took.iter().copied().collect();
    finding.note(format!("a message in the other room took {}", in_short(&took)));
    finding.bound("the other room's p99", took.at([0.99])[0], STALL);
    finding.take(&account);
    Ok(finding)
}

fn troubles() -> Vec<Trouble> {
    let at_once = Duration::ZERO;
    let (pause, whole) = (Duration::from_secs(1), Duration::from_secs(5));
    let made = |name: &'static str, ending, within| Trouble {
        name,
        script: Script::synthetic(name),
        line: Fault::None,
        ending,
        within,
    };
    let lined = |name, script, line, ending, within| Trouble { name, script, line, ending, within };
    let text = || Script::chunks(20, Duration::from_millis(5));
    vec![
        made("hang-before-headers", ("failed", "timeout"), pause),
        made("hang-after-headers", ("failed", "timeout"), pause),
        made("stall", ("failed", "timeout"), pause),
        made("drop-before-headers", ("failed", "provider_error"), at_once),
        made("drop-after-headers", ("failed", "provider_error"), at_once),
        made("drop", ("failed", "provider_error"), at_once),
        made("garbage", ("failed", "provider_error"), at_once),
        made("broken-utf8", ("failed", "provider_error"), at_once),
        made("400", ("failed", "provider_refused"), at_once),
        made("401", ("failed", "provider_refused"), at_once),
        made("429", ("failed", "rate_limited"), at_once),
        made("500", ("failed", "provider_error"), at_once),
        made("503", ("failed", "provider_error"), at_once),
        made("blocked-prompt", ("failed", "blocked_prompt"), at_once),
        made("empty-text", ("failed", "empty"), at_once),
        lined(
            "every byte alone",
            Script::chunks(20, Duration::ZERO).framing(Framing::One),
            Fault::None,
            ("complete", ""),
            whole,
        ),
        lined("no byte at all", text(), Fault::Stall, ("failed", "timeout"), pause),
        lined("50 bytes a second", text(), Fault::Drip(50), ("failed", "timeout"), whole),
        lined("late by 200 ms", text(), Fault::Delay(Duration::from_millis(200)), ("complete", ""), whole),
        lined(
            "2 MB of text",
            Script::text("x".repeat(LONG_TEXT), 10_000),
            Fault::None,
            ("complete", "cut"),
            whole,
        ),
    ]
}

async fn ask(socket: &mut Socket, chat: &str, what: &str) -> Result<(Frame, Duration)> {
    let since = Instant::now();
    socket.post(chat, what, &format!("/bot {what}")).await?;
    let end = socket
        .wait_for("the end of the reply", |frame| frame.kind == "bot_stream" && frame.is_complete)
        .await?;
    if end.full_response.as_ref().is_some_and(|text| text.len() > CUT_TEXT) {
        anyhow::bail!("a reply longer than the limit");
    }
    Ok((end, since.elapsed()))
}

/// The line is reset after so many bytes of the answer.
async fn cut_in_the_middle(
    standin: &Standin,
    line: &Proxy,
    socket: &mut Socket,
    chat: &str,
    finding: &mut Finding,
) -> Result<()> {
    standin.play(Script::chunks(CUT_CHUNKS, Duration::from_millis(5)));
    let mut whole = 0;
    for bytes in [1, 20, 150, 400, 900, 2_500] {
        line.cut_after(Way::ToClient, bytes);
        let (end, _) = ask(socket, chat, &format!("cut-{bytes}")).await?;
        finding.trials += 1;
        // Cut before anything was understood, the question may be asked again; half an answer must not pass for one.
        let is_whole = end.full_response.as_deref() == Some(numbered_text(CUT_CHUNKS).as_str());
        whole += usize::from(is_whole);
        let status = end.status.clone().unwrap_or_default();
        finding.require((status == "complete") == is_whole, || {
            format!("cut after {bytes} bytes: {status} ({})", reason(&end))
        });
    }
    finding.note(format!("cut after 1 to 2500 bytes: {whole} asked again and whole, the others failed"));
    Ok(())
}

fn reason(end: &Frame) -> String {
    let value: serde_json::Value = serde_json::from_str(&end.text).unwrap_or_default();
    value["reason"].as_str().unwrap_or_default().to_owned()
}
