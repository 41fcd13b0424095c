//! What a scenario found: figures and promises, as a table for people and a JSON line for programs.

use std::time::Duration;

use serde_json::{Value, json};

use crate::spread::Spread;

/// Examples shown of one broken promise.
const EXAMPLES: usize = 5;

/// A scenario's result.
#[derive(Debug)]
pub(crate) struct Report {
    scenario: &'static str,
    conditions: Vec<String>,
    figures: Vec<Figure>,
    promises: Vec<Promise>,
}

#[derive(Debug)]
struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
}

#[derive(Debug)]
struct Promise {
    sentence: String,
    breaches: Vec<String>,
}

impl Report {
    /// Nothing found yet.
    pub(crate) fn new(scenario: &'static str) -> Self {
        let mut report = Self { scenario, conditions: vec![], figures: vec![], promises: vec![] };
        if cfg!(debug_assertions) {
            report.condition("this tool is a debug build: its figures mean little");
        }
        report
    }

    /// Something that the reader must know to judge the figures.
    pub(crate) fn condition(&mut self, sentence: impl Into<String>) {
        self.conditions.push(sentence.into());
    }

    /// A number that was measured or counted.
    pub(crate) fn figure(&mut self, name: impl Into<String>, value: f64, unit: &'static str) {
        self.figures.push(Figure { name: name.into(), value, unit });
    }

    /// How many of something there were.
    pub(crate) fn count(&mut self, name: impl Into<String>, count: usize) {
        self.figure(name, count as f64, "");
    }

    /// A size of memory.
    pub(crate) fn memory(&mut self, name: impl Into<String>, bytes: u64) {
        self.figure(name, bytes as f64 / (1024.0 * 1024.0), "MiB");
    }

    /// Durations, by their median, 95th and 99th percentile and the longest.
    pub(crate) fn spread(&mut self, name: &str, spread: &Spread) {
        let durations = spread.at([0.5, 0.95, 0.99, 1.0]);
        for (share, duration) in ["p50", "p95", "p99", "max"].into_iter().zip(durations) {
            self.figure(format!("{name}, {share}"), millis(duration), "ms");
        }
    }

    /// A promise, with every breach of it that was found.
    pub(crate) fn promise(
        &mut self,
        sentence: impl Into<String>,
        breaches: impl IntoIterator<Item = String>,
    ) {
        let breaches = breaches.into_iter().collect();
        self.promises.push(Promise { sentence: sentence.into(), breaches });
    }

    /// Whether no promise was broken.
    pub(crate) fn is_kept(&self) -> bool {
        self.promises.iter().all(|promise| promise.breaches.is_empty())
    }

    /// Writes the table and the JSON line to standard output.
    pub(crate) fn print(&self) {
        println!("{}", self.table());
        println!("{}", self.json());
    }

    fn table(&self) -> String {
        let mut lines = vec![self.scenario.to_owned()];
        lines.extend(self.conditions.iter().map(|sentence| format!("  ({sentence})")));
        let width = self.figures.iter().map(|figure| figure.name.chars().count()).max().unwrap_or(0);
        for Figure { name, value, unit } in &self.figures {
            lines.push(format!("  {name:<width$}  {:>12} {unit}", number(*value)).trim_end().to_owned());
        }
        for Promise { sentence, breaches } in &self.promises {
            if breaches.is_empty() {
                lines.push(format!("  kept    {sentence}"));
                continue;
            }
            lines.push(format!("  BROKEN  {sentence}: {} times", breaches.len()));
            lines.extend(breaches.iter().take(EXAMPLES).map(|breach| format!("            {breach}")));
        }
        lines.join("\n")
    }

    fn json(&self) -> Value {
        let figures = self
            .figures
            .iter()
            .map(|Figure { name, value, unit }| json!({"name": name, "value": value, "unit": unit}));
        let promises = self
            .promises
            .iter()
            .map(|Promise { sentence, breaches }| json!({"promise": sentence, "breaches": breaches.len()}));
        json!({
            "scenario": self.scenario,
            "conditions": self.conditions,
            "figures": figures.collect::<Vec<_>>(),
            "promises": promises.collect::<Vec<_>>(),
        })
    }
}

/// A duration in milliseconds.
pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

// Three digits after the point say nothing about 12,345, and whole numbers have none.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        _ if value.fract() == 0.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}

#[cfg(test)]
mod tests {
    use super::Report;

    #[test]
    fn a_breach_is_shown_in_both_forms_and_breaks_the_report() {
        let mut report = Report::new("fanout");
        report.figure("CPU a delivery", 12.345, "µs");
        report.promise("nothing is lost", []);
        assert!(report.is_kept());
        report.promise("none comes twice", ["number 7 came twice".to_owned()]);
        assert!(!report.is_kept());
        let table = report.table();
        for line in
            ["CPU a delivery", "12.35 µs", "kept    nothing is lost", "BROKEN  none comes twice: 1 times"]
        {
            assert!(table.contains(line), "{line} is not in\n{table}");
        }
        assert_eq!(report.json()["promises"][1]["breaches"], 1);
        assert_eq!(report.json()["figures"][0]["value"], 12.345);
    }
}
