//! Everything but the server: programs that know no accounts and whose rooms are there once somebody is in them.

use std::net::TcpStream;
use std::path::Path;

use anyhow::Result;

use crate::bench::contestant::{Contestant, Layout, Seat, Wire};
use crate::bench::crowd::Crowd;
use crate::bench::program::Program;
use crate::process::Usage;

/// How one joins a room, and says something in it.
#[derive(Clone, Copy)]
pub(crate) struct Protocol {
    /// Connects the `person`, who is nobody else, and has them join.
    pub(crate) join: fn(port: u16, room: usize, person: usize) -> Result<TcpStream>,
    pub(crate) encode: fn(room: &str, text: &str, out: &mut Vec<u8>),
}

pub(crate) struct Other {
    program: Program,
    protocol: Protocol,
    layout: Layout,
}

impl Other {
    /// Starts `binary` in `folder` with the arguments for a port.
    ///
    /// # Errors
    /// When it does not start.
    pub(crate) fn start(
        binary: &Path,
        folder: &Path,
        arguments: impl FnOnce(u16) -> Vec<String>,
        protocol: Protocol,
    ) -> Result<Self> {
        let program = Program::start(binary, folder, arguments)?;
        Ok(Self { program, protocol, layout: Layout::default() })
    }
}

impl Contestant for Other {
    fn furnish(&mut self, layout: Layout) -> Result<()> {
        self.layout = layout;
        Ok(())
    }

    fn seat(&mut self) -> Result<Crowd> {
        let rooms = (0..self.layout.rooms).map(|room| room.to_string()).collect();
        let mut crowd = Crowd::new(Wire::new(rooms, self.protocol.encode))?;
        for person in 0..self.layout.connections() {
            let room = person / self.layout.people;
            let stream = (self.protocol.join)(self.program.port(), room, person)?;
            crowd.admit(Seat { stream, room })?;
        }
        Ok(crowd)
    }

    fn usage(&self) -> Result<Usage> {
        self.program.usage()
    }
}
