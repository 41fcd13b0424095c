//! The benchmark: the server beside a bare relay and its peers, interleaved, in one run.
//!
//! The scenarios show that promises hold, this shows what keeping them costs. What counts is CPU a delivered message as a
//! ratio within one run; the rest is indicative.

mod contestant;
mod crowd;
mod docs;
mod figure;
mod history;
mod http;
mod logins;
mod marker;
mod plan;
mod program;
mod streams;
mod summary;
mod talk;
mod target;
mod watch;
mod who;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::bench::plan::{Thoroughness, WORKLOADS, Workload};
use crate::bench::summary::Summary;
use crate::bench::who::{Keeps, Programs, Who};

#[derive(Args)]
pub(crate) struct Options {
    /// What a change costs, in less than two minutes: without peers and what takes long
    #[arg(long)]
    quick: bool,
    /// Times that everything is measured
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=20))]
    repetitions: Option<u32>,
    /// Seconds of each talk
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
    /// The folder whose `performance.md` gets the tables and plots
    #[arg(long, value_name = "DIR")]
    docs: Option<PathBuf>,
}

impl Options {
    fn thoroughness(&self) -> Thoroughness {
        let (repetitions, seconds, chunks) = if self.quick { (1, 3, 200) } else { (3, 2, 1_000) };
        Thoroughness {
            repetitions: self.repetitions.unwrap_or(repetitions),
            length: Duration::from_secs(self.seconds.unwrap_or(seconds)),
            chunks,
        }
    }

    fn includes(&self, workload: &Workload, who: Who) -> bool {
        let is_quick = !matches!(who, Who::OursUnflushed | Who::Relay(Keeps::Normal)) && workload.is_quick();
        workload.name.contains(&self.workload)
            && who.name().contains(&self.contestant)
            && workload.is_for(who)
            && (is_quick || !self.quick)
    }
}

/// Runs it; whether all of ours could be measured.
///
/// # Errors
/// When the page cannot be written.
pub(crate) fn run(options: &Options, server: PathBuf) -> Result<bool> {
    let peers = options.peers.as_ref().map(|script| script.canonicalize()).transpose()?;
    let programs = Programs { server, peers };
    let contestants = programs.contestants()?;
    let thoroughness = options.thoroughness();
    let mut summary = Summary::default();
    for repetition in 0..thoroughness.repetitions {
        for workload in WORKLOADS.iter().filter(|workload| repetition == 0 || !workload.is_steady()) {
            for &who in contestants.iter().filter(|who| options.includes(workload, **who)) {
                match workload.measure(who, &programs, thoroughness, repetition) {
                    Ok(cells) => {
                        cells.iter().for_each(|cell| eprintln!("{cell}"));
                        summary.cells.extend(cells);
                    }
                    // One that fails must not cost the others their figures.
                    Err(error) => {
                        eprintln!("{:<14} {:<29}  FAILED: {error:#}", workload.name, who.name());
                        let cause = error.root_cause().to_string();
                        let cause = cause.lines().next().unwrap_or_default();
                        summary.failures.push(format!("{}, {}: {cause}", who.name(), workload.name));
                    }
                }
            }
        }
    }
    if let Some(folder) = &options.docs {
        docs::write(folder, &summary, thoroughness)?;
    }
    for outcome in target::outcomes(&summary) {
        let mark = if outcome.is_reached { '✔' } else { '✘' };
        println!("{mark} {:<14} {:<60} {}", outcome.workload, outcome.wanted, outcome.found);
    }
    Ok(!summary.failures.iter().any(|failure| failure.starts_with(Who::Ours.name())))
}
