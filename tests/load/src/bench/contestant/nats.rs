//! NATS core: a subject for each room.

use std::io::Write;
use std::net::TcpStream;

use anyhow::Result;

use crate::bench::contestant::other::Protocol;
use crate::bench::contestant::upgrade;

pub(crate) const PROTOCOL: Protocol = Protocol { join, encode };

fn join(port: u16, room: usize, _person: usize) -> Result<TcpStream> {
    let mut stream = upgrade::connect(port)?;
    write!(stream, "CONNECT {{\"verbose\":false,\"pedantic\":false}}\r\nSUB {room} 1\r\nPING\r\n")?;
    upgrade::read_until(&mut stream, "PONG\r\n")?;
    Ok(stream)
}

fn encode(room: &str, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("PUB {room} {}\r\n{text}\r\n", text.len()).as_bytes());
}
