//! People in rooms who talk at some pace, or sit and listen.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::bench::contestant::{Contestant, Layout};
use crate::bench::crowd::Crowd;
use crate::bench::figure::{Figure, Figures};
use crate::bench::watch::Watch;
use crate::report::millis;

/// Longest wait for what was said to be heard by all.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest look at the sockets at a time.
const STEP: Duration = Duration::from_millis(100);
/// Deliveries before anything is measured, but within these rounds of everybody saying something.
const WARM_UP: usize = 10_000;
const WARM_UP_ROUNDS: (usize, usize) = (5, 100);
/// Memory that was needed only for a moment is given back before it is measured.
const CALM: Duration = Duration::from_secs(2);

/// Who is where, and what they do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talk {
    pub(crate) layout: Layout,
    pub(crate) pace: Pace,
}

/// When somebody speaks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// One in each room at this interval, the rooms out of phase.
    Every(Duration),
    /// One, who keeps this many of their messages in flight: the most that can be carried.
    InFlight(u32),
    /// One, this many messages as fast as the socket takes them.
    AtOnce(u32),
    /// Nobody.
    Never,
}

impl Talk {
    /// Whether nobody says anything.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self.pace, Pace::Never)
    }

    /// Measures a contestant that has this talk's rooms and nobody in them yet.
    ///
    /// # Errors
    /// When it refuses or ends.
    pub(crate) fn measure(&self, contestant: &mut dyn Contestant, length: Duration) -> Result<Figures> {
        if self.is_silent() {
            return self.measure_memory(contestant);
        }
        let mut crowd = contestant.seat()?;
        self.warm_up(&mut crowd)?;
        crowd.take_heard();
        let lost_before = crowd.lost();
        let watch = Watch::start(contestant)?;
        self.talk(&mut crowd, length)?;
        settle(&mut crowd)?;
        let used = watch.stop(contestant)?;
        let heard = crowd.take_heard();
        let [p50, p99, p999] = heard.latencies.at([0.5, 0.99, 0.999]).map(millis);
        let deliveries = heard.deliveries as f64;
        Ok(Figures::from([
            (Figure::Cost, used.server * 1e6 / deliveries),
            (Figure::Rate, deliveries / used.seconds),
            (Figure::Load, used.server * 100.0 / used.seconds),
            (Figure::Generator, used.generator * 100.0 / used.seconds),
            (Figure::P50, p50),
            (Figure::P99, p99),
            (Figure::P999, p999),
            (Figure::Lost, (crowd.lost() - lost_before) as f64),
            (Figure::Doubled, heard.faults.doubled as f64),
            (Figure::Disordered, heard.faults.disordered as f64),
        ]))
    }

    fn measure_memory(&self, contestant: &mut dyn Contestant) -> Result<Figures> {
        std::thread::sleep(CALM);
        let started = contestant.usage()?.resident_bytes;
        let mut crowd = contestant.seat()?;
        let deadline = Instant::now() + CALM;
        while Instant::now() < deadline {
            crowd.listen(STEP)?;
        }
        let growth = contestant.usage()?.resident_bytes.saturating_sub(started);
        Ok(Figures::from([
            (Figure::Started, started as f64 / 1024.0 / 1024.0),
            (Figure::Connection, growth as f64 / 1024.0 / self.layout.connections() as f64),
        ]))
    }

    pub(crate) fn warm_up(&self, crowd: &mut Crowd) -> Result<()> {
        let (least, most) = WARM_UP_ROUNDS;
        for _ in 0..(WARM_UP / self.layout.connections()).clamp(least, most) {
            for room in 0..self.layout.rooms {
                crowd.say(room)?;
            }
            settle(crowd)?;
        }
        Ok(())
    }

    fn talk(&self, crowd: &mut Crowd, length: Duration) -> Result<()> {
        let start = Instant::now();
        match self.pace {
            Pace::Every(interval) => {
                let rooms = self.layout.rooms as u32;
                let step = interval / rooms;
                let mut said = 0;
                while step * said < length {
                    let due = step * said;
                    match due.checked_sub(start.elapsed()).filter(|wait| !wait.is_zero()) {
                        Some(wait) => crowd.listen(wait)?,
                        None => {
                            crowd.say((said % rooms) as usize)?;
                            said += 1;
                        }
                    }
                }
            }
            Pace::InFlight(limit) => {
                while start.elapsed() < length {
                    while crowd.in_flight(0) < limit {
                        crowd.say(0)?;
                    }
                    crowd.listen(STEP)?;
                }
            }
            Pace::AtOnce(messages) => {
                for _ in 0..messages {
                    crowd.say(0)?;
                }
            }
            Pace::Never => {}
        }
        Ok(())
    }
}

/// Waits until everybody has heard everything; what is not there in time counts as lost.
pub(crate) fn settle(crowd: &mut Crowd) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !crowd.is_quiet() && Instant::now() < deadline {
        crowd.listen(STEP)?;
    }
    Ok(())
}
