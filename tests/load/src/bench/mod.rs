//! The benchmark: the server beside a bare relay and its peers, interleaved, in one run.
//!
//! It is a program of its own with one thread, beside the scenarios: they show that promises hold, this shows what
//! keeping them costs. What counts is CPU a delivered message as a ratio within one run; the rest is indicative.

mod contestant;
mod crowd;
mod marker;
mod program;
mod summary;
mod target;
mod who;
mod workload;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use crate::bench::contestant::Layout;
use crate::bench::summary::{Cell, Summary};
use crate::bench::who::{Keeps, Programs, Who};
use crate::bench::workload::{Pace, Workload};

#[derive(Args)]
pub(crate) struct Options {
    /// The server and the relays only, two short repetitions: what a change costs
    #[arg(long)]
    quick: bool,
    /// Times that everything is measured
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20))]
    repetitions: Option<u32>,
    /// Seconds of each measurement
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: Option<u64>,
    /// Only workloads whose name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    workload: String,
    /// Only contestants whose name contains this
    #[arg(long, value_name = "TEXT", default_value = "")]
    contestant: String,
    /// The script that starts the peers; without it, none take part
    #[arg(long, value_name = "FILE")]
    peers: Option<PathBuf>,
}

const fn rooms(rooms: usize, people: usize) -> Layout {
    Layout { rooms, people }
}

const WORKLOADS: [Workload; 8] = [
    Workload { name: "fan-out 100", layout: rooms(1, 100), pace: Pace::Every(Duration::from_millis(20)) },
    Workload { name: "fan-out 500", layout: rooms(1, 500), pace: Pace::Every(Duration::from_millis(100)) },
    Workload { name: "fan-out 1000", layout: rooms(1, 1_000), pace: Pace::Every(Duration::from_millis(200)) },
    Workload { name: "rooms", layout: rooms(200, 5), pace: Pace::Every(Duration::from_secs(1)) },
    Workload { name: "closed", layout: rooms(1, 100), pace: Pace::InFlight(16) },
    Workload { name: "burst", layout: rooms(1, 100), pace: Pace::AtOnce(2_000) },
    Workload { name: "idle 2000", layout: rooms(400, 5), pace: Pace::Never },
    Workload { name: "idle 5000", layout: rooms(1_000, 5), pace: Pace::Never },
];

/// Runs it.
pub(crate) fn run(options: &Options, server: PathBuf) -> Result<()> {
    let programs = Programs { server, peers: options.peers.clone() };
    let repetitions = options.repetitions.unwrap_or(if options.quick { 2 } else { 3 });
    let length = Duration::from_secs(options.seconds.unwrap_or(if options.quick { 2 } else { 4 }));
    let takes_part = |who: &Who| {
        who.name().contains(&options.contestant)
            && (!options.quick || !matches!(who, Who::OursUnflushed | Who::Relay(Keeps::Normal)))
    };
    let contestants: Vec<Who> = programs.contestants()?.into_iter().filter(takes_part).collect();
    let is_wanted = |workload: &Workload| {
        workload.name.contains(&options.workload) && (!options.quick || workload.name != "idle 5000")
    };
    let workloads: Vec<Workload> = WORKLOADS.into_iter().filter(is_wanted).collect();
    let mut cells = Vec::new();
    for repetition in 0..repetitions {
        for workload in &workloads {
            // How much memory a connection takes does not vary.
            if matches!(workload.pace, Pace::Never) && repetition > 0 {
                continue;
            }
            for &who in &contestants {
                let folder = who.folder()?;
                let what = || format!("{}, {}", who.name(), workload.name);
                let mut contestant = who.start(&programs, folder.path()).with_context(what)?;
                let measured = workload.measure(contestant.as_mut(), length).with_context(what)?;
                let cell = Cell { contestant: who.name(), workload: workload.name, repetition, measured };
                eprintln!("{cell}");
                cells.push(cell);
            }
        }
    }
    let summary = Summary::of(cells);
    for outcome in target::outcomes(&summary) {
        let mark = if outcome.is_reached { '✔' } else { '✘' };
        println!("{mark} {:<13} {:<60} {}", outcome.workload, outcome.wanted, outcome.found);
    }
    Ok(())
}

