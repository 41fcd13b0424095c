//! What a clause's trial found, in the words that every clause has in common.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::crowd::Account;
use crate::report::millis;
use crate::spread::Spread;

/// Examples shown of what was broken.
const EXAMPLES: usize = 5;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Finding {
    /// How often the fault was made, and what it is called: "300 kills".
    pub(crate) trials: usize,
    pub(crate) of: &'static str,
    pub(crate) sent: usize,
    pub(crate) acked: usize,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    /// What came after the clause's time bound.
    pub(crate) late: usize,
    /// From the end of the fault to service.
    pub(crate) recovered: Spread,
    /// Further figures, as the reader should know them.
    pub(crate) notes: Vec<String>,
    pub(crate) breaches: Vec<String>,
}

/// Why a clause could not be tried on this machine.
#[derive(Debug)]
pub(crate) struct CannotRun(pub(crate) String);

impl fmt::Display for CannotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CannotRun {}

impl Finding {
    /// Nothing found yet in so many trials.
    pub(crate) fn new(trials: usize, of: &'static str) -> Self {
        Self { trials, of, ..Self::default() }
    }

    /// Takes over what a crowd went through.
    pub(crate) fn take(&mut self, account: &Account) {
        self.sent += account.wrote.sent;
        self.acked += account.wrote.acked;
        self.lost += account.lost();
        self.doubled += account.doubled();
        self.breaches.extend(account.breaches());
    }

    /// A further figure.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// A breach, where there is one.
    pub(crate) fn require(&mut self, holds: bool, breach: impl FnOnce() -> String) {
        if !holds {
            self.breaches.push(breach());
        }
    }

    /// A breach and one late thing for each duration over the bound.
    pub(crate) fn bound(&mut self, what: &str, took: Duration, bound: Duration) {
        if took > bound {
            self.late += 1;
            self.breaches.push(format!(
                "{what} took {:.0} ms, the bound is {} ms",
                millis(took),
                bound.as_millis()
            ));
        }
    }

    /// Whether nothing was broken.
    pub(crate) fn is_kept(&self) -> bool {
        self.breaches.is_empty()
    }

    /// Median and longest recovery, if anything had to recover.
    pub(crate) fn recovery(&self) -> String {
        if self.recovered.len() == 0 { String::from("–") } else { in_short(&self.recovered) }
    }

    /// The figures as one line for people.
    pub(crate) fn line(&self) -> String {
        let Self { trials, of, sent, acked, lost, doubled, late, .. } = self;
        format!(
            "{trials} {of}: {sent} sent, {acked} acknowledged, {lost} lost, {doubled} doubled, {late} late, \
             recovered after {}",
            self.recovery()
        )
    }

    /// The figures for programs.
    pub(crate) fn json(&self) -> Value {
        let [median, longest] = self.recovered.at([0.5, 1.0]);
        json!({
            "trials": self.trials, "of": self.of, "sent": self.sent, "acknowledged": self.acked,
            "lost": self.lost, "doubled": self.doubled, "late": self.late,
            "recovered_ms": {"p50": millis(median), "max": millis(longest)},
            "notes": self.notes, "breaches": self.breaches.len(),
        })
    }

    /// Some of what was broken.
    pub(crate) fn examples(&self) -> impl Iterator<Item = &str> {
        self.breaches.iter().take(EXAMPLES).map(String::as_str)
    }
}

/// Median, 95th percentile and longest in a few words.
pub(crate) fn in_short(spread: &Spread) -> String {
    let [median, most, longest] = spread.at([0.5, 0.95, 1.0]).map(millis);
    format!("{median:.0} ms (p95 {most:.0}, longest {longest:.0})")
}
