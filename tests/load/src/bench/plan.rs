//! What is measured, with whom, and for how long.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::bench::contestant::Layout;
use crate::bench::figure::Figures;
use crate::bench::summary::Cell;
use crate::bench::talk::{Pace, Talk};
use crate::bench::who::{Keeps, Programs, Who};
use crate::bench::{history, logins, streams};

/// Something that is measured.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Talk(Talk),
    Streams,
    History,
    ChatList,
    LogIns,
}

const fn talk(name: &'static str, rooms: usize, people: usize, pace: Pace) -> Workload {
    Workload { name, kind: Kind::Talk(Talk { layout: Layout { rooms, people }, pace }) }
}

const fn every(millis: u64) -> Pace {
    Pace::Every(Duration::from_millis(millis))
}

const FAN_OUT_100: Talk = Talk { layout: Layout { rooms: 1, people: 100 }, pace: every(20) };
const CHATS: usize = 500;
/// The shorter one of the two rooms.
const HISTORY_SHORT: &str = "history 200";

pub(crate) const WORKLOADS: [Workload; 12] = [
    Workload { name: "fan-out 100", kind: Kind::Talk(FAN_OUT_100) },
    talk("fan-out 500", 1, 500, every(100)),
    talk("fan-out 1000", 1, 1_000, every(200)),
    talk("rooms", 200, 5, every(1_000)),
    talk("closed", 1, 100, Pace::InFlight(16)),
    talk("burst", 1, 100, Pace::AtOnce(2_000)),
    talk("idle 2000", 400, 5, Pace::Never),
    talk("idle 5000", 1_000, 5, Pace::Never),
    Workload { name: "streams", kind: Kind::Streams },
    Workload { name: "log-ins beside", kind: Kind::LogIns },
    Workload { name: "history 1 M", kind: Kind::History },
    Workload { name: "chat list", kind: Kind::ChatList },
];

/// How thoroughly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thoroughness {
    pub(crate) repetitions: u32,
    /// Of each talk.
    pub(crate) length: Duration,
    /// Of each reply.
    pub(crate) chunks: u32,
}

impl Workload {
    /// Whether it is measured with this contestant at all.
    pub(crate) fn is_for(&self, who: Who) -> bool {
        match self.kind {
            // What stands between the sizes that they have too costs minutes and says little.
            _ if matches!(who, Who::Peer(_)) && ["fan-out 500", "idle 5000"].contains(&self.name) => false,
            // What a connection takes has nothing to do with where messages are kept.
            Kind::Talk(talk) if talk.is_silent() => {
                who != Who::OursUnflushed && who != Who::Relay(Keeps::Normal)
            }
            Kind::Talk(_) => true,
            Kind::Streams => matches!(who, Who::Ours | Who::Relay(Keeps::Nothing)),
            Kind::LogIns | Kind::History | Kind::ChatList => who == Who::Ours,
        }
    }

    /// Whether it takes seconds and not more.
    pub(crate) fn is_quick(&self) -> bool {
        match self.kind {
            Kind::Talk(talk) => talk.layout.connections() <= 2_000,
            Kind::Streams => true,
            Kind::LogIns | Kind::History | Kind::ChatList => false,
        }
    }

    /// Whether one repetition says it all: what memory a connection takes does not vary, and of reading a single one has
    /// hundreds of requests in turn.
    pub(crate) fn is_steady(&self) -> bool {
        match self.kind {
            Kind::Talk(talk) => talk.is_silent(),
            Kind::History | Kind::ChatList => true,
            Kind::Streams | Kind::LogIns => false,
        }
    }

    /// Measures a contestant, which is started for it. What it wrote is kept if that fails.
    ///
    /// # Errors
    /// When it does not start, refuses or ends.
    pub(crate) fn measure(
        &self,
        who: Who,
        programs: &Programs,
        thoroughness: Thoroughness,
        repetition: u32,
    ) -> Result<Vec<Cell>> {
        let folder = who.folder()?;
        let measured = match self.figures(who, programs, folder.path(), thoroughness) {
            Ok(measured) => measured,
            Err(error) => {
                let place = folder.keep();
                return Err(error.context(format!("its data and log are kept in {}", place.display())));
            }
        };
        let cell = |(workload, figures): (&str, Figures)| Cell {
            workload: workload.to_owned(),
            contestant: who.name().to_owned(),
            repetition,
            figures,
        };
        Ok(measured.into_iter().map(cell).collect())
    }

    fn figures(
        &self,
        who: Who,
        programs: &Programs,
        folder: &Path,
        thoroughness: Thoroughness,
    ) -> Result<Vec<(&'static str, Figures)>> {
        let length = thoroughness.length;
        let talk = |talk: Talk| {
            let mut contestant = who.start(programs, folder)?;
            contestant.furnish(talk.layout)?;
            talk.measure(contestant.as_mut(), length)
        };
        let figures = match self.kind {
            Kind::Talk(one) => talk(one)?,
            Kind::Streams if who == Who::Ours => {
                streams::measure(&programs.server, folder, thoroughness.chunks)?
            }
            Kind::Streams => talk(Talk { layout: streams::LAYOUT, pace: Pace::Every(streams::INTERVAL) })?,
            Kind::LogIns => logins::measure(&programs.server, folder, FAN_OUT_100, length)?,
            Kind::ChatList => history::measure_list(&programs.server, folder, CHATS)?,
            Kind::History => {
                let [short, long] = history::measure(&programs.server, folder)?;
                return Ok(vec![(HISTORY_SHORT, short), (self.name, long)]);
            }
        };
        Ok(vec![(self.name, figures)])
    }
}
