//! What a run found: medians, and ratios within each repetition.

use std::fmt;

use serde::Serialize;

use crate::bench::figure::{Figure, Figures, short};

/// One contestant in one workload, once.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Cell {
    pub(crate) workload: String,
    pub(crate) contestant: String,
    pub(crate) repetition: u32,
    pub(crate) figures: Figures,
}

/// All of a run.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Summary {
    pub(crate) cells: Vec<Cell>,
    /// What could not be measured, and why.
    pub(crate) failures: Vec<String>,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<14} {:<29}", self.workload, self.contestant)?;
        for (figure, value) in &self.figures {
            let (name, unit) = figure.words();
            write!(f, "  {}", format!("{name} {} {unit}", short(*value)).trim_end())?;
        }
        Ok(())
    }
}

impl Summary {
    /// The median of a figure.
    pub(crate) fn median(&self, contestant: &str, workload: &str, figure: Figure) -> Option<f64> {
        median(self.of(contestant, workload).filter_map(|cell| cell.figures.get(&figure).copied()))
    }

    /// The median of a figure's ratios, one in each repetition, to another contestant's or another workload's.
    pub(crate) fn ratio(
        &self,
        (contestant, workload): (&str, &str),
        (other, elsewhere): (&str, &str),
        figure: Figure,
    ) -> Option<f64> {
        median(self.of(contestant, workload).filter_map(|cell| {
            let other = self.of(other, elsewhere).find(|other| other.repetition == cell.repetition)?;
            Some(cell.figures.get(&figure)? / other.figures.get(&figure)?)
        }))
    }

    fn of(&self, contestant: &str, workload: &str) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(move |cell| cell.contestant == contestant && cell.workload == workload)
    }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Summary};
    use crate::bench::figure::{Figure, Figures};

    fn cell(contestant: &str, repetition: u32, cost: f64) -> Cell {
        let figures = Figures::from([(Figure::Cost, cost)]);
        Cell { workload: "talk".to_owned(), contestant: contestant.to_owned(), repetition, figures }
    }

    #[test]
    fn ratios_are_taken_within_a_repetition_and_only_then_their_median() {
        // The machine was three times slower in the second one.
        let ours = [(0, 10.0), (1, 30.0), (2, 12.0)].map(|(repetition, cost)| cell("ours", repetition, cost));
        let relay = [(0, 5.0), (1, 15.0), (2, 5.0)].map(|(repetition, cost)| cell("relay", repetition, cost));
        let summary = Summary { cells: ours.into_iter().chain(relay).collect(), failures: vec![] };
        assert_eq!(summary.median("ours", "talk", Figure::Cost), Some(12.0));
        assert_eq!(summary.ratio(("ours", "talk"), ("relay", "talk"), Figure::Cost), Some(2.0));
        assert_eq!(summary.ratio(("ours", "talk"), ("nobody", "talk"), Figure::Cost), None);
    }
}
