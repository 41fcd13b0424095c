//! The tables, in Markdown.

use std::fmt::Write;

use crate::bench::figure::{Figure, Figures, short};
use crate::bench::plan::WORKLOADS;
use crate::bench::summary::Summary;
use crate::bench::target;
use crate::bench::who::{Keeps, Who};

const NONE: &str = "–";
const TALKS: [&str; 6] = ["fan-out 100", "fan-out 500", "fan-out 1000", "rooms", "closed", "burst"];

/// Server CPU a delivery, and as a multiple of the bare relay's.
pub(crate) fn cost(summary: &Summary) -> String {
    let relay = Who::Relay(Keeps::Nothing).name();
    by_contestant(summary, &TALKS, |who, workload| {
        let cost = summary.median(who, workload, Figure::Cost)?;
        let ratio = summary.ratio((who, workload), (relay, workload), Figure::Cost);
        Some(match ratio.filter(|_| who != relay) {
            Some(ratio) => format!("{} ({ratio:.2} ×)", short(cost)),
            None => short(cost),
        })
    })
}

/// Deliveries a second, where the pace is the server's.
pub(crate) fn rates(summary: &Summary) -> String {
    by_contestant(summary, &["closed", "burst"], |who, workload| {
        let rate = summary.median(who, workload, Figure::Rate)?;
        let p99 = summary.median(who, workload, Figure::P99)?;
        Some(format!("{rate:.0} ({} ms)", short(p99)))
    })
}

/// Sent to heard.
pub(crate) fn latency(summary: &Summary) -> String {
    by_contestant(summary, &TALKS[..4], |who, workload| {
        let [p50, p99, p999] =
            [Figure::P50, Figure::P99, Figure::P999].map(|figure| summary.median(who, workload, figure));
        Some(format!("{} · {} · {}", short(p50?), short(p99?), short(p999?)))
    })
}

/// Memory a connection.
pub(crate) fn memory(summary: &Summary) -> String {
    by_contestant(summary, &["idle 2000", "idle 5000"], |who, workload| {
        let connection = summary.median(who, workload, Figure::Connection)?;
        let started = summary.median(who, workload, Figure::Started)?;
        Some(format!("{} ({} MiB)", short(connection), short(started)))
    })
}

/// What is measured of the server only.
pub(crate) fn ours(summary: &Summary) -> String {
    const WORKLOADS: [&str; 5] = ["streams", "log-ins beside", "history 200", "history 1 M", "chat list"];
    let mut table = "| workload | |\n|---|---|\n".to_owned();
    for workload in WORKLOADS {
        let figures: Vec<String> = Figure::ALL
            .iter()
            .filter_map(|figure| {
                let (name, unit) = figure.words();
                let value = summary.median(Who::Ours.name(), workload, *figure)?;
                Some(format!("{name} {} {unit}", short(value)).trim_end().to_owned())
            })
            .collect();
        if !figures.is_empty() {
            line(&mut table, &[workload.to_owned(), figures.join(" · ")]);
        }
    }
    table
}

/// What went wrong, of everybody.
pub(crate) fn faults(summary: &Summary) -> String {
    const FAULTS: [Figure; 3] = [Figure::Lost, Figure::Doubled, Figure::Disordered];
    let sum = |figures: &Figures| -> f64 { FAULTS.iter().filter_map(|fault| figures.get(fault)).sum() };
    let counted = summary.cells.iter().filter(|cell| cell.figures.contains_key(&Figure::Lost)).count();
    let wrong: Vec<String> = summary
        .cells
        .iter()
        .filter(|cell| sum(&cell.figures) > 0.0)
        .map(|cell| {
            let [lost, doubled, disordered] =
                FAULTS.map(|fault| cell.figures.get(&fault).copied().unwrap_or(0.0));
            format!(
                "- {}, {}, repetition {}: {lost} lost, {doubled} doubled, {disordered} out of order",
                cell.contestant,
                cell.workload,
                cell.repetition + 1
            )
        })
        .collect();
    let mut text =
        format!("{} of {counted} measured talks lost, doubled or disordered messages.\n\n", wrong.len());
    text += &wrong.join("\n");
    if !summary.failures.is_empty() {
        text += "\n\nCould not be measured:\n";
        summary.failures.iter().for_each(|failure| text += &format!("\n- {failure}"));
    }
    text
}

/// What the server is to reach.
pub(crate) fn targets(summary: &Summary) -> String {
    let mut table = "| | workload | at most, or at least | found |\n|---|---|---|---|\n".to_owned();
    for outcome in target::outcomes(summary) {
        let mark = if outcome.is_reached { "✔" } else { "✘" };
        line(&mut table, &[mark.to_owned(), outcome.workload.to_owned(), outcome.wanted, outcome.found]);
    }
    table
}

// Who was not there has no row.
fn by_contestant(
    summary: &Summary,
    workloads: &[&str],
    cell: impl Fn(&str, &str) -> Option<String>,
) -> String {
    debug_assert!(workloads.iter().all(|name| WORKLOADS.iter().any(|workload| workload.name == *name)));
    let mut table = format!("| | {} |\n|---|{}\n", workloads.join(" | "), "---|".repeat(workloads.len()));
    for who in Who::all() {
        if summary.cells.iter().any(|cell| cell.contestant == who.name()) {
            let cells =
                workloads.iter().map(|workload| cell(who.name(), workload).unwrap_or(NONE.to_owned()));
            let name = if who == Who::Ours { format!("**{}**", who.name()) } else { who.name().to_owned() };
            line(&mut table, &std::iter::once(name).chain(cells).collect::<Vec<_>>());
        }
    }
    table
}

fn line(table: &mut String, cells: &[String]) {
    // A string takes everything.
    let _ = writeln!(table, "| {} |", cells.join(" | "));
}
