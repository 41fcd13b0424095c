//! socket.io over WebSocket: packets of Engine.IO 4 with packets of Socket.IO 5 in them.

use std::io::Write;
use std::net::TcpStream;

use anyhow::Result;

use crate::bench::contestant::other::Protocol;
use crate::bench::contestant::upgrade;

pub(crate) const PROTOCOL: Protocol = Protocol { join, encode };

fn join(port: u16, room: usize, _person: usize) -> Result<TcpStream> {
    let mut stream = upgrade::open(port, "/socket.io/?EIO=4&transport=websocket")?;
    send(&mut stream, "40")?;
    upgrade::read_until(&mut stream, "40{")?;
    // The number asks for an acknowledgement.
    send(&mut stream, &format!(r#"420["join","{room}"]"#))?;
    upgrade::read_until(&mut stream, "430[")?;
    Ok(stream)
}

fn encode(_room: &str, text: &str, out: &mut Vec<u8>) {
    upgrade::text_frame(&format!(r#"42["post","{text}"]"#), out);
}

fn send(stream: &mut TcpStream, packet: &str) -> Result<()> {
    let mut frame = Vec::new();
    upgrade::text_frame(packet, &mut frame);
    Ok(stream.write_all(&frame)?)
}
