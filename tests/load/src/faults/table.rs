//! The findings as rows: on the terminal, in the report, in the document.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::faults::bench::{Bench, command};
use crate::faults::finding::Finding;
use crate::faults::{Clause, KNOWN};
use crate::report::Report;

const BEGIN: &str = "<!-- made by scripts/test --faults: begin -->\n";
const END: &str = "<!-- made by scripts/test --faults: end -->\n";

/// A clause and what came of it, or why it was not tried.
pub(super) struct Row {
    pub(super) clause: Clause,
    pub(super) took: Duration,
    pub(super) result: Result<Finding, String>,
}

impl Row {
    /// For whoever waits. What could not run goes to standard error, where `scripts/test` collects it.
    pub(super) fn print(&self) {
        let (number, promise) = (self.clause.number(), self.clause.promise());
        match &self.result {
            Err(reason) => eprintln!("could not run: {number} ({promise}): {reason}"),
            Ok(finding) => {
                let verdict = if finding.is_kept() { "kept" } else { "BROKEN" };
                println!("{number} {verdict}: {promise} ({} s)\n   {}", self.took.as_secs(), finding.line());
                finding.notes.iter().for_each(|note| println!("   {note}"));
                finding.examples().for_each(|breach| println!("   BROKEN: {breach}"));
                println!("   {}", json!({"clause": number, "finding": finding.json()}));
            }
        }
    }

    /// A promise of the whole, unless it is known not to hold.
    pub(super) fn add_to(&self, report: &mut Report) {
        let Ok(finding) = &self.result else { return };
        let sentence = format!("{}: {}", self.clause.number(), self.clause.promise());
        match (self.known(), finding.is_kept()) {
            (Some(reason), false) => report.condition(format!("known not to hold: {sentence}: {reason}")),
            (Some(_), true) => {
                report.promise(sentence, ["it holds: take it off the list of known failures".to_owned()])
            }
            (None, _) => report.promise(sentence, finding.breaches.iter().cloned()),
        }
    }

    fn known(&self) -> Option<&'static str> {
        KNOWN.iter().find(|(clause, _)| *clause == self.clause).map(|(_, reason)| *reason)
    }

    fn markdown(&self) -> String {
        let (number, promise) = (self.clause.number(), self.clause.promise());
        match &self.result {
            Err(reason) => format!("| {number} | {promise} | not tried: {reason} | | | | | | | |"),
            Ok(finding) => {
                let Finding { trials, of, sent, acked, lost, doubled, late, .. } = finding;
                let verdict = if finding.is_kept() {
                    format!("0 failures in {trials} {of}")
                } else if self.known().is_some() {
                    format!("known failure, see below ({trials} {of})")
                } else {
                    format!("**broken** ({trials} {of})")
                };
                let (recovery, notes) = (finding.recovery(), finding.notes.join("; "));
                format!(
                    "| {number} | {promise} | {verdict} | {sent} | {acked} | {lost} | {doubled} | {late} | {recovery} | {notes} |"
                )
            }
        }
    }
}

/// Replaces the table in the document.
pub(super) fn write(path: &Path, rows: &[Row], bench: &Bench) -> Result<()> {
    let document = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let (before, rest) = document.split_once(BEGIN).context("the document has no place for the table")?;
    let (_, after) = rest.split_once(END).context("the table in the document has no end")?;
    Ok(std::fs::write(path, format!("{before}{BEGIN}{}{END}{after}", table(rows, bench)?))?)
}

fn table(rows: &[Row], bench: &Bench) -> Result<String> {
    let (date, kernel, cores) =
        (command(&["date", "-u", "+%F"])?, command(&["uname", "-sr"])?, command(&["nproc"])?);
    let mut text = format!(
        "Made on {date}, the {} form, seed {}, on {kernel} with {cores} cores.\n\n\
         | | We promise | Found | sent | acknowledged | lost | doubled | late | recovered after | |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
        bench.form().name(),
        bench.seed(),
    );
    rows.iter().for_each(|row| text.push_str(&(row.markdown() + "\n")));
    text.push_str("\n### Known failures\n\n");
    if KNOWN.is_empty() {
        text.push_str("None is known.\n");
    }
    for (clause, reason) in KNOWN {
        writeln!(text, "- **{}** ({}): {reason}", clause.number(), clause.promise())?;
    }
    Ok(text)
}
