//! A stopwatch that also reads what server and generator have used.

use std::time::Instant;

use anyhow::Result;

use crate::bench::contestant::Contestant;
use crate::process::{self, Usage};

/// Running.
pub(crate) struct Watch {
    server: Usage,
    generator: Usage,
    start: Instant,
}

/// What it showed, all in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    pub(crate) seconds: f64,
    /// CPU of all processes of the server.
    pub(crate) server: f64,
    pub(crate) generator: f64,
}

impl Watch {
    pub(crate) fn start(contestant: &dyn Contestant) -> Result<Self> {
        let generator = process::usage(std::process::id())?;
        Ok(Self { server: contestant.usage()?, generator, start: Instant::now() })
    }

    pub(crate) fn stop(self, contestant: &dyn Contestant) -> Result<Used> {
        let seconds = self.start.elapsed().as_secs_f64();
        let server = contestant.usage()?.cpu - self.server.cpu;
        let generator = process::usage(std::process::id())?.cpu - self.generator.cpu;
        Ok(Used { seconds, server: server.as_secs_f64(), generator: generator.as_secs_f64() })
    }
}
