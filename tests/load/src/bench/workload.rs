//! What people do while a server is measured.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use crate::bench::contestant::{Contestant, Layout};
use crate::bench::crowd::{Crowd, Faults};
use crate::process::{self, Usage};
use crate::report::millis;

/// Longest wait for what was said to be heard by all.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest wait of one look at the sockets.
const STEP: Duration = Duration::from_millis(100);
/// Deliveries before anything is measured, but within these rounds of everybody saying something.
const WARM_UP: usize = 10_000;
const WARM_UP_ROUNDS: (usize, usize) = (5, 100);
/// Memory that was needed only for a moment is given back before it is measured.
const CALM: Duration = Duration::from_secs(2);

/// Who is where, and what they do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Workload {
    pub(crate) name: &'static str,
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

/// What one contestant did in one workload.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Measured {
    pub(crate) deliveries: usize,
    pub(crate) seconds: f64,
    /// Of the server, user and system, all its processes.
    pub(crate) cpu_seconds: f64,
    pub(crate) generator_cpu_seconds: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) p999_ms: f64,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    pub(crate) disordered: usize,
    /// With nobody connected.
    pub(crate) started_bytes: u64,
    pub(crate) connection_bytes: f64,
}

impl Measured {
    /// Server CPU a delivery, in µs.
    pub(crate) fn cost(&self) -> f64 {
        self.cpu_seconds * 1e6 / self.deliveries as f64
    }

    pub(crate) fn rate(&self) -> f64 {
        self.deliveries as f64 / self.seconds
    }

    pub(crate) fn faults(&self) -> usize {
        self.lost + self.doubled + self.disordered
    }
}

impl Workload {
    /// Measures a contestant that has just started.
    ///
    /// # Errors
    /// When it refuses or ends.
    pub(crate) fn measure(&self, contestant: &mut dyn Contestant, length: Duration) -> Result<Measured> {
        contestant.furnish(self.layout)?;
        std::thread::sleep(if matches!(self.pace, Pace::Never) { CALM } else { Duration::ZERO });
        let started = contestant.usage()?;
        let mut crowd = contestant.seat()?;
        if matches!(self.pace, Pace::Never) {
            rest(&mut crowd)?;
            let full = contestant.usage()?;
            let growth = full.resident_bytes.saturating_sub(started.resident_bytes);
            return Ok(Measured {
                started_bytes: started.resident_bytes,
                connection_bytes: growth as f64 / self.layout.connections() as f64,
                ..Measured::default()
            });
        }
        self.warm_up(&mut crowd)?;
        crowd.take_heard();
        let lost_before = crowd.lost();
        let before = (contestant.usage()?, generator()?);
        let start = Instant::now();
        self.talk(&mut crowd, length)?;
        settle(&mut crowd)?;
        let seconds = start.elapsed().as_secs_f64();
        let after = (contestant.usage()?, generator()?);
        let heard = crowd.take_heard();
        let [p50_ms, p99_ms, p999_ms] = heard.latencies.at([0.5, 0.99, 0.999]).map(millis);
        let Faults { doubled, disordered } = heard.faults;
        Ok(Measured {
            deliveries: heard.deliveries,
            seconds,
            cpu_seconds: (after.0.cpu - before.0.cpu).as_secs_f64(),
            generator_cpu_seconds: (after.1.cpu - before.1.cpu).as_secs_f64(),
            p50_ms,
            p99_ms,
            p999_ms,
            lost: crowd.lost() - lost_before,
            doubled,
            disordered,
            started_bytes: started.resident_bytes,
            connection_bytes: 0.0,
        })
    }

    fn warm_up(&self, crowd: &mut Crowd) -> Result<()> {
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
fn settle(crowd: &mut Crowd) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while !crowd.is_quiet() && Instant::now() < deadline {
        crowd.listen(STEP)?;
    }
    Ok(())
}

fn rest(crowd: &mut Crowd) -> Result<()> {
    let deadline = Instant::now() + CALM;
    while Instant::now() < deadline {
        crowd.listen(STEP)?;
    }
    Ok(())
}

fn generator() -> Result<Usage> {
    process::usage(std::process::id())
}
