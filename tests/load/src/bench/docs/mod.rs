//! The page of figures: its tables and plots are written anew, what people wrote around them stays.

mod machine;
mod plot;
mod tables;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::bench::plan::Thoroughness;
use crate::bench::summary::Summary;

/// Writes `performance.json`, the tables of `performance.md` and the plots in `img/`.
///
/// # Errors
/// When the page is not there or lacks the place of a table.
pub(crate) fn write(folder: &Path, summary: &Summary, thoroughness: Thoroughness) -> Result<()> {
    let run = machine::describe(thoroughness)?;
    fs::write(folder.join("performance.json"), serde_json::to_string_pretty(&summary)? + "\n")?;
    let page = folder.join("performance.md");
    let mut text = fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;
    let tables = [
        ("run", run),
        ("targets", tables::targets(summary)),
        ("cost", tables::cost(summary)),
        ("rates", tables::rates(summary)),
        ("latency", tables::latency(summary)),
        ("memory", tables::memory(summary)),
        ("ours", tables::ours(summary)),
        ("faults", tables::faults(summary)),
    ];
    for (name, table) in tables {
        text = replace(&text, name, &table)
            .with_context(|| format!("{} has no place for {name}", page.display()))?;
    }
    fs::write(page, text)?;
    for (name, plot) in plot::all(summary) {
        fs::write(folder.join("img").join(name), plot)?;
    }
    Ok(())
}

/// Puts `table` between the two comments that mark its place.
fn replace(text: &str, name: &str, table: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- bench: {name} -->\n"), "<!-- bench end -->");
    let start = text.find(&begin)? + begin.len();
    let stop = start + text[start..].find(end)?;
    Some(format!("{}\n{}\n\n{}", &text[..start], table.trim_end(), &text[stop..]))
}

#[cfg(test)]
mod tests {
    use super::replace;

    #[test]
    fn a_table_is_replaced_and_what_people_wrote_stays() {
        let page = "Before.\n<!-- bench: cost -->\nold\n<!-- bench end -->\nAfter.\n";
        let once = replace(page, "cost", "| new |").unwrap();
        assert_eq!(once, "Before.\n<!-- bench: cost -->\n\n| new |\n\n<!-- bench end -->\nAfter.\n");
        assert_eq!(replace(&once, "cost", "| new |").unwrap(), once);
        assert_eq!(replace(page, "memory", "| new |"), None);
    }
}
