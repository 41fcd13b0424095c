//! Circuit breakers: a model that fails several times in a row is left alone for a while, and then tried by one.
//!
//! Knows names and moments, no provider. Written here because the crates for it are younger or less kept than these
//! few lines are long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The breakers of all models.
pub(super) struct Breakers {
    failures: u32,
    pause: Duration,
    states: Mutex<HashMap<String, State>>,
}

/// A model that never failed has none.
#[derive(Clone, Copy)]
enum State {
    /// It is asked, and has failed so often in a row.
    Closed { failed: u32 },
    /// It is left alone until then.
    Open { until: Instant },
    /// One question tries it; the others are kept away.
    Probing,
}

impl Breakers {
    pub(super) fn new(failures: u32, pause: Duration) -> Arc<Self> {
        Arc::new(Self { failures, pause, states: Mutex::default() })
    }

    /// Leave to ask a model, unless it is left alone.
    pub(super) fn admit(self: &Arc<Self>, model: &str, now: Instant) -> Option<Permit> {
        let mut states = self.states();
        match states.get_mut(model) {
            Some(State::Probing) => return None,
            Some(State::Open { until }) if now < *until => return None,
            Some(state @ State::Open { .. }) => *state = State::Probing,
            Some(State::Closed { .. }) | None => {}
        }
        Some(Permit { breakers: Arc::clone(self), model: model.to_owned(), admitted: now })
    }

    /// Whether a model is left alone at this moment.
    pub(super) fn rests(&self, model: &str, now: Instant) -> bool {
        match self.states().get(model) {
            Some(State::Open { until }) => now < *until,
            Some(State::Probing) => true,
            Some(State::Closed { .. }) | None => false,
        }
    }

    fn states(&self) -> MutexGuard<'_, HashMap<String, State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave to ask a model once. Dropped without a word, it says nothing about the model.
pub(super) struct Permit {
    breakers: Arc<Breakers>,
    model: String,
    admitted: Instant,
}

impl Permit {
    /// The model has begun to answer: enough for the others to come back, if this is the try.
    pub(super) fn speaks(&self) {
        let is_try = matches!(self.breakers.states().get(&self.model), Some(State::Probing));
        if is_try {
            self.worked();
        }
    }

    /// The model works.
    pub(super) fn worked(&self) {
        if let Some(State::Probing) = self.breakers.states().remove(&self.model) {
            tracing::info!(model = self.model, "a model that was left alone works again");
        }
    }

    /// The model is in trouble.
    pub(super) fn failed(&self, now: Instant) {
        let Breakers { failures, pause, .. } = &*self.breakers;
        let mut states = self.breakers.states();
        let state = states.entry(self.model.clone()).or_insert(State::Closed { failed: 0 });
        *state = match *state {
            State::Closed { failed } if failed + 1 < *failures => State::Closed { failed: failed + 1 },
            State::Closed { .. } | State::Probing => {
                tracing::warn!(
                    model = self.model,
                    pause_s = pause.as_secs_f64(),
                    "a model is left alone for a while"
                );
                State::Open { until: now + *pause }
            }
            // One that was asked before it opened.
            open @ State::Open { .. } => open,
        };
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        // Given up in the middle of its try: the next question is the next try.
        if let Some(state @ State::Probing) = self.breakers.states().get_mut(&self.model) {
            *state = State::Open { until: self.admitted };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Breakers;

    const PAUSE: Duration = Duration::from_secs(30);

    #[test]
    fn it_opens_after_failures_in_a_row_lets_one_try_and_closes_when_that_works() {
        let (breakers, start) = (Breakers::new(2, PAUSE), Instant::now());
        let fail = |model: &str| breakers.admit(model, start).unwrap().failed(start);
        fail("a");
        breakers.admit("a", start).unwrap().worked();
        fail("a");
        assert!(!breakers.rests("a", start), "not in a row");
        fail("a");
        assert!(breakers.rests("a", start) && breakers.admit("a", start).is_none());
        assert!(breakers.admit("b", start).is_some(), "the others go on");

        let later = start + PAUSE;
        let probe = breakers.admit("a", later).unwrap();
        assert!(breakers.admit("a", later).is_none(), "one at a time");
        probe.failed(later);
        drop(probe);
        assert!(breakers.admit("a", later).is_none(), "and from the beginning");

        let at_last = later + PAUSE;
        drop(breakers.admit("a", at_last).unwrap());
        let probe = breakers.admit("a", at_last).expect("one that was given up says nothing");
        assert!(breakers.admit("a", at_last).is_none());
        probe.speaks();
        assert!(breakers.admit("a", at_last).is_some(), "whoever speaks works");
    }

    #[test]
    fn late_failures_of_earlier_questions_do_not_prolong_the_pause() {
        let (breakers, start) = (Breakers::new(1, PAUSE), Instant::now());
        let (first, second) = (breakers.admit("a", start).unwrap(), breakers.admit("a", start).unwrap());
        first.failed(start);
        second.failed(start + PAUSE / 2);
        assert!(breakers.admit("a", start + PAUSE).is_some());
    }
}
