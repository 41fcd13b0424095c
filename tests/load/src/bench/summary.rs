//! What a run found: medians, and ratios within each repetition.

use std::fmt;

use serde::Serialize;

use crate::bench::workload::Measured;

/// One contestant in one workload, once.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Cell {
    pub(crate) contestant: &'static str,
    pub(crate) workload: &'static str,
    pub(crate) repetition: u32,
    #[serde(flatten)]
    pub(crate) measured: Measured,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contestant, workload, measured, .. } = self;
        write!(f, "{workload:<13} {contestant:<28}")?;
        if measured.deliveries == 0 {
            let started = measured.started_bytes as f64 / 1024.0 / 1024.0;
            let connection = measured.connection_bytes / 1024.0;
            return write!(f, "{connection:>8.1} KiB a connection, {started:.1} MiB before");
        }
        write!(
            f,
            "{:>8.2} µs {:>9.0}/s  p50 {:>8.2} p99 {:>8.2} p99.9 {:>8.2} ms  generator {:>3.0} %  lost {} doubled {} disordered {}",
            measured.cost(),
            measured.rate(),
            measured.p50_ms,
            measured.p99_ms,
            measured.p999_ms,
            measured.generator_cpu_seconds * 100.0 / measured.seconds,
            measured.lost,
            measured.doubled,
            measured.disordered,
        )
    }
}

/// All of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    cells: Vec<Cell>,
}

impl Summary {
    pub(crate) fn of(cells: Vec<Cell>) -> Self {
        Self { cells }
    }

    /// The median of a figure.
    pub(crate) fn median(
        &self,
        contestant: &str,
        workload: &str,
        figure: impl Fn(&Measured) -> f64,
    ) -> Option<f64> {
        median(self.of_pair(contestant, workload).map(|cell| figure(&cell.measured)))
    }

    /// The median of the ratios of a figure in each repetition.
    pub(crate) fn ratio(
        &self,
        (contestant, other): (&str, &str),
        workload: &str,
        figure: impl Fn(&Measured) -> f64,
    ) -> Option<f64> {
        median(self.of_pair(contestant, workload).filter_map(|cell| {
            let other = self.of_pair(other, workload).find(|other| other.repetition == cell.repetition)?;
            Some(figure(&cell.measured) / figure(&other.measured))
        }))
    }

    fn of_pair(&self, contestant: &str, workload: &str) -> impl Iterator<Item = &Cell> {
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
