//! Durations and how they are spread.

use std::time::Duration;

/// Measured durations.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spread {
    micros: Vec<u64>,
}

impl Spread {
    /// Takes one more.
    pub(crate) fn add(&mut self, duration: Duration) {
        self.micros.push(duration.as_micros().try_into().unwrap_or(u64::MAX));
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.micros.len()
    }

    /// The durations at these shares (0.5 is the median, 1.0 the longest), by nearest rank; zero when there are none.
    pub(crate) fn at<const N: usize>(&self, shares: [f64; N]) -> [Duration; N] {
        let mut sorted = self.micros.clone();
        sorted.sort_unstable();
        shares.map(|share| {
            let rank = (share * sorted.len() as f64).ceil() as usize;
            Duration::from_micros(sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0))
        })
    }
}

impl FromIterator<Duration> for Spread {
    fn from_iter<I: IntoIterator<Item = Duration>>(durations: I) -> Self {
        let mut spread = Self::default();
        durations.into_iter().for_each(|duration| spread.add(duration));
        spread
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;
    use std::time::Duration;

    #[test]
    fn percentiles_are_measured_values_by_nearest_rank() {
        let spread: Spread = (1..=100).rev().map(Duration::from_millis).collect();
        let expected = [1, 50, 99, 100].map(Duration::from_millis);
        assert_eq!(spread.at([0.0, 0.5, 0.99, 1.0]), expected);
        assert_eq!(Spread::default().at([0.5]), [Duration::ZERO]);
    }
}
