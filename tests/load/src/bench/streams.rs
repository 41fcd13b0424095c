//! Replies that are written in many rooms at once, each before many viewers.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rusqlite::Connection;
use standin::script::{Script, numbered_text};

use crate::bench::contestant::coop::Coop;
use crate::bench::contestant::gemini::Gemini;
use crate::bench::contestant::{Contestant, Layout, seed};
use crate::bench::figure::{Figure, Figures};
use crate::bench::talk::{Pace, Talk, settle};
use crate::bench::watch::Watch;

pub(crate) const LAYOUT: Layout = Layout { rooms: 20, people: 50 };
/// Between two chunks, as Gemini sends them.
pub(crate) const INTERVAL: Duration = Duration::from_millis(15);
/// Beyond the length of the replies.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at the number of commits: of two in between only one is seen, so it is short.
const LOOK: Duration = Duration::from_millis(2);
const CHUNK: &str = r#""is_complete":false"#;
const END: &str = r#""is_complete":true"#;

/// Measures replies of `chunks` chunks in all rooms at once.
///
/// # Errors
/// When the server refuses or ends, or a reply does not.
pub(crate) fn measure(server: &Path, folder: &Path, chunks: u32) -> Result<Figures> {
    let gemini = Gemini::start(Script::chunks(chunks as usize, INTERVAL))?;
    let mut coop = Coop::start(server, folder, Some(&gemini.url))?;
    coop.furnish(LAYOUT)?;
    let mut crowd = coop.seat()?;
    Talk { layout: LAYOUT, pace: Pace::Never }.warm_up(&mut crowd)?;
    let database = seed::open(coop.database())?;
    crowd.count(&[CHUNK, END]);
    let mut commits = Commits::of(&database)?;
    let watch = Watch::start(&coop)?;
    let deadline = Instant::now() + INTERVAL * chunks + PATIENCE;
    for room in 0..LAYOUT.rooms {
        crowd.ask(room)?;
    }
    while crowd.heard().words[1] < LAYOUT.connections() {
        if Instant::now() > deadline {
            bail!(
                "only {} of {} viewers saw the end of their reply",
                crowd.heard().words[1],
                LAYOUT.connections()
            );
        }
        crowd.listen(LOOK)?;
        commits.look()?;
    }
    settle(&mut crowd)?;
    let used = watch.stop(&coop)?;
    let heard = crowd.take_heard();
    let frames = heard.words[0] as f64;
    let viewers = LAYOUT.connections() as f64;
    let allowed = 2.1 * numbered_text(chunks as usize).len() as f64 + 200.0 * frames / viewers + 2_000.0;
    Ok(Figures::from([
        (Figure::Cost, used.server * 1e6 / frames),
        (Figure::Rate, frames / used.seconds),
        (Figure::Load, used.server * 100.0 / used.seconds),
        (Figure::Generator, used.generator * 100.0 / used.seconds),
        (Figure::Wire, heard.bytes as f64 / viewers / allowed),
        (Figure::Commits, commits.seen as f64 / used.seconds / LAYOUT.rooms as f64),
    ]))
}

/// What others have committed to a database.
struct Commits<'a> {
    database: &'a Connection,
    version: i64,
    seen: usize,
}

impl<'a> Commits<'a> {
    fn of(database: &'a Connection) -> Result<Self> {
        Ok(Self { database, version: version(database)?, seen: 0 })
    }

    fn look(&mut self) -> Result<()> {
        let version = version(self.database)?;
        self.seen += usize::from(version != self.version);
        self.version = version;
        Ok(())
    }
}

fn version(database: &Connection) -> Result<i64> {
    Ok(database.pragma_query_value(None, "data_version", |row| row.get(0))?)
}
