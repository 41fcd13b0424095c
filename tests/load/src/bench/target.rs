//! What the server is to reach, and whether it did.

use crate::bench::summary::Summary;
use crate::bench::who::{Keeps, Who};
use crate::bench::workload::Measured;

const FULL: Who = Who::Relay(Keeps::Full);
const BARE: Who = Who::Relay(Keeps::Nothing);

/// What is compared.
#[derive(Clone, Copy, Debug)]
enum Figure {
    Cost,
    P99,
    Rate,
    Connection,
    Started,
    Faults,
}

/// With what it is compared.
#[derive(Clone, Copy, Debug)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
    /// Times the other's figure in the same repetition.
    Times(f64, Who),
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

const TARGETS: &[Target] = &[
    ours("fan-out 100", Figure::Cost, Bound::Times(1.25, FULL)),
    ours("fan-out 100", Figure::P99, Bound::Times(1.5, FULL)),
    ours("fan-out 500", Figure::Cost, Bound::Times(1.15, BARE)),
    ours("fan-out 1000", Figure::Cost, Bound::Times(1.15, BARE)),
    ours("rooms", Figure::Cost, Bound::Times(1.5, FULL)),
    ours("rooms", Figure::P99, Bound::Times(1.5, FULL)),
    ours("closed", Figure::Cost, Bound::Times(2.0, FULL)),
    ours("closed", Figure::Rate, Bound::AtLeast(400_000.0)),
    ours("burst", Figure::Cost, Bound::AtMost(1.0)),
    ours("burst", Figure::Faults, Bound::AtMost(0.0)),
    ours("idle 2000", Figure::Connection, Bound::AtMost(12.0)),
    ours("idle 5000", Figure::Connection, Bound::AtMost(12.0)),
    ours("idle 2000", Figure::Started, Bound::AtMost(40.0)),
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
    TARGETS.iter().filter_map(|target| target.outcome(summary)).collect()
}

impl Target {
    fn outcome(&self, summary: &Summary) -> Option<Outcome> {
        let figure = |measured: &Measured| self.figure.of(measured);
        let (what, unit) = self.figure.words();
        let value = summary.median(self.who.name(), self.workload, figure)?;
        let (wanted, found, is_reached) = match self.bound {
            Bound::AtMost(most) => (format!("≤ {most} {unit}"), format!("{} {unit}", short(value)), value <= most),
            Bound::AtLeast(least) => {
                (format!("≥ {least} {unit}"), format!("{} {unit}", short(value)), value >= least)
            }
            Bound::Times(most, other) => {
                let ratio = summary.ratio((self.who.name(), other.name()), self.workload, figure)?;
                let found = format!("{ratio:.2} × ({} {unit})", short(value));
                (format!("≤ {most} × {}", other.name()), found, ratio <= most)
            }
        };
        let who = if self.who == Who::Ours { String::new() } else { format!(" ({})", self.who.name()) };
        Some(Outcome {
            workload: self.workload,
            wanted: format!("{what}{who} {wanted}").trim_end().to_owned(),
            found: found.trim_end().to_owned(),
            is_reached,
        })
    }
}

impl Figure {
    fn of(self, measured: &Measured) -> f64 {
        match self {
            Self::Cost => measured.cost(),
            Self::P99 => measured.p99_ms,
            Self::Rate => measured.rate(),
            Self::Connection => measured.connection_bytes / 1024.0,
            Self::Started => measured.started_bytes as f64 / 1024.0 / 1024.0,
            Self::Faults => measured.faults() as f64,
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Cost => ("CPU a delivery", "µs"),
            Self::P99 => ("p99", "ms"),
            Self::Rate => ("deliveries", "/s"),
            Self::Connection => ("memory a connection", "KiB"),
            Self::Started => ("memory with nobody connected", "MiB"),
            Self::Faults => ("lost, doubled or out of order", ""),
        }
    }
}

/// Three digits that matter.
pub(crate) fn short(value: f64) -> String {
    let digits = match value {
        _ if value.fract() == 0.0 => 0,
        _ if value >= 100.0 => 0,
        _ if value >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$}")
}
