//! What the server is to reach, and whether it did.

use crate::bench::figure::{Figure, short};
use crate::bench::summary::Summary;
use crate::bench::who::{Keeps, Peer, Who};

/// With what a figure of ours is compared.
#[derive(Clone, Copy, Debug)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
    /// No more than this often somebody else's in the same repetition.
    Times(f64, Who),
    /// No more than this often our own in another workload of the same repetition.
    TimesOwn(f64, &'static str),
}

struct Target {
    workload: &'static str,
    who: Who,
    figure: Figure,
    bound: Bound,
}

const fn ours(workload: &'static str, figure: Figure, bound: Bound) -> Target {
    Target { workload, who: Who::Ours, figure, bound }
}

const FULL: Who = Who::Relay(Keeps::Full);
const BARE: Who = Who::Relay(Keeps::Nothing);
const SOCKETIO: Who = Who::Peer(Peer::SocketioSqlite);

const TARGETS: &[Target] = &[
    ours("fan-out 100", Figure::Cost, Bound::Times(1.25, FULL)),
    Target {
        workload: "fan-out 100",
        who: Who::OursUnflushed,
        figure: Figure::Cost,
        bound: Bound::Times(0.65, SOCKETIO),
    },
    ours("fan-out 100", Figure::P99, Bound::Times(1.5, FULL)),
    ours("fan-out 500", Figure::Cost, Bound::Times(1.15, BARE)),
    ours("fan-out 1000", Figure::Cost, Bound::Times(1.15, BARE)),
    ours("rooms", Figure::Cost, Bound::Times(1.5, FULL)),
    ours("rooms", Figure::Cost, Bound::Times(1.0, SOCKETIO)),
    ours("rooms", Figure::P99, Bound::Times(1.5, FULL)),
    ours("closed", Figure::Cost, Bound::Times(2.0, FULL)),
    ours("closed", Figure::Rate, Bound::AtLeast(400_000.0)),
    ours("burst", Figure::Cost, Bound::AtMost(1.0)),
    ours("idle 2000", Figure::Connection, Bound::AtMost(12.0)),
    ours("idle 5000", Figure::Connection, Bound::AtMost(12.0)),
    ours("idle 2000", Figure::Started, Bound::AtMost(40.0)),
    ours("streams", Figure::Load, Bound::Times(1.15, BARE)),
    ours("streams", Figure::Wire, Bound::AtMost(1.0)),
    ours("streams", Figure::Commits, Bound::AtMost(1.0)),
    ours("history 1 M", Figure::Open, Bound::TimesOwn(1.3, "history 200")),
    ours("history 1 M", Figure::Newest, Bound::TimesOwn(1.3, "history 200")),
    ours("history 1 M", Figure::Before, Bound::TimesOwn(1.3, "history 200")),
    ours("history 1 M", Figure::Around, Bound::TimesOwn(1.3, "history 200")),
    ours("chat list", Figure::LongList, Bound::AtMost(10.0)),
    ours("log-ins beside", Figure::P99, Bound::TimesOwn(2.0, "fan-out 100")),
];

/// A target and what was measured of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) workload: &'static str,
    /// What is asked for.
    pub(crate) wanted: String,
    pub(crate) found: String,
    pub(crate) is_reached: bool,
}

/// Every target of which enough was measured.
pub(crate) fn outcomes(summary: &Summary) -> Vec<Outcome> {
    let single = TARGETS.iter().filter_map(|target| target.outcome(summary));
    let ahead = AHEAD.iter().filter_map(|(workload, figure)| ahead_of_peers(summary, workload, *figure));
    single.chain(ahead).collect()
}

/// In which the server is to be ahead of every peer that keeps messages as it does.
const AHEAD: [(&str, Figure); 6] = [
    ("fan-out 100", Figure::Cost),
    ("fan-out 1000", Figure::Cost),
    ("rooms", Figure::Cost),
    ("closed", Figure::Cost),
    ("burst", Figure::Cost),
    ("idle 2000", Figure::Connection),
];

fn ahead_of_peers(summary: &Summary, workload: &'static str, figure: Figure) -> Option<Outcome> {
    let us = (Who::Ours.name(), workload);
    let (ratio, best) = Who::all()
        .filter(|who| who.is_storing_peer())
        .filter_map(|who| Some((summary.ratio(us, (who.name(), workload), figure)?, who)))
        .max_by(|one, other| one.0.total_cmp(&other.0))?;
    Some(Outcome {
        workload,
        wanted: format!("{} below every peer that keeps messages", figure.words().0),
        found: format!("{ratio:.2} × {}", best.name()),
        is_reached: ratio < 1.0,
    })
}

impl Target {
    fn outcome(&self, summary: &Summary) -> Option<Outcome> {
        let us = (self.who.name(), self.workload);
        let (what, unit) = self.figure.words();
        let value = summary.median(us.0, us.1, self.figure)?;
        let (wanted, ratio, is_reached) = match self.bound {
            Bound::AtMost(most) => (format!("≤ {most} {unit}"), None, value <= most),
            Bound::AtLeast(least) => (format!("≥ {least} {unit}"), None, value >= least),
            Bound::Times(most, other) => {
                let ratio = summary.ratio(us, (other.name(), self.workload), self.figure)?;
                (format!("≤ {most} × {}", other.name()), Some(ratio), ratio <= most)
            }
            Bound::TimesOwn(most, workload) => {
                let ratio = summary.ratio(us, (us.0, workload), self.figure)?;
                (format!("≤ {most} × that of {workload}"), Some(ratio), ratio <= most)
            }
        };
        let who = if self.who == Who::Ours { String::new() } else { format!(", {}", self.who.name()) };
        let value = format!("{} {unit}", short(value));
        Some(Outcome {
            workload: self.workload,
            wanted: format!("{what}{who} {wanted}").trim_end().to_owned(),
            found: ratio.map_or(value.clone(), |ratio| format!("{ratio:.2} × ({})", value.trim_end())),
            is_reached,
        })
    }
}
