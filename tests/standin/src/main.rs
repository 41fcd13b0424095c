//! The stand-in as a process of its own, for the demo, load and other languages' clients.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use standin::commands;
use standin::demo;
use standin::recordings::Recordings;
use standin::server::Standin;

/// Speaks the Gemini REST API and answers with recordings.
///
/// The API key chooses the answer: rec:<id>[:<framing>] replays a recording (framings: event, whole, one, seven, crlf, cut),
/// seq:<id>,<id>… replays several for successive requests, syn:<name> plays a hand-made one, chunks:<count>:<ms> sends
/// numbered chunks that many milliseconds apart. Any other key gets the demo's answers in turn.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// Loopback port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Directory of the recordings; without it, the one in the source tree.
    #[arg(long, value_name = "DIR")]
    recordings: Option<PathBuf>,
    /// Take scripts from standard input, one JSON object a line, and end with it.
    #[arg(long)]
    commands: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let directory = options.recordings.unwrap_or_else(Recordings::directory);
    let recordings = Recordings::read(&directory)
        .map_err(|error| format!("cannot read the recordings in {}: {error}", directory.display()))?;
    let recordings = Arc::new(recordings);
    let standin =
        Standin::start_at(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port)), Arc::clone(&recordings))
            .await?;
    if let Some(script) = demo::script(&recordings) {
        standin.play(script);
    }
    println!("{}", standin.base_url());
    if options.commands {
        commands::obey(&standin).await;
    } else {
        standin.serve_forever().await;
    }
    Ok(())
}
