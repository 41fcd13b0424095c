//! Sockets without a library: the upgrade and a client's frames (RFC 6455).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens a socket at `path`.
///
/// # Errors
/// When the server is not there or refuses.
pub(crate) fn open(port: u16, path: &str) -> Result<TcpStream> {
    let mut stream = connect(port)?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let head = read_until(&mut stream, "\r\n\r\n")?;
    if !head.starts_with("HTTP/1.1 101") {
        bail!("{path} was answered with {}", head.lines().next().unwrap_or_default());
    }
    Ok(stream)
}

/// Opens a TCP connection that sends at once and does not wait for ever.
///
/// # Errors
/// When nobody is there.
pub(crate) fn connect(port: u16) -> Result<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Reads until `end` stands in what was read; all of it, and what came with it.
///
/// # Errors
/// When the connection ends first, or nothing comes.
pub(crate) fn read_until(stream: &mut TcpStream, end: &str) -> Result<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).with_context(|| format!("waiting for {end:?}"))?;
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes);
        if text.contains(end) {
            return Ok(text.into_owned());
        }
        if count == 0 {
            bail!("the connection ended before {end:?}: {text}");
        }
    }
}

/// Appends a text frame.
pub(crate) fn text_frame(payload: &str, out: &mut Vec<u8>) {
    const FINAL_TEXT: u8 = 0x81;
    const MASKED: u8 = 0x80;
    // A client must mask; by zeros it costs the generator nothing and the server what it always costs.
    const MASK: [u8; 4] = [0; 4];
    out.push(FINAL_TEXT);
    match payload.len() {
        length @ 0..=125 => out.push(MASKED | length as u8),
        length => {
            out.push(MASKED | 126);
            let length = u16::try_from(length).expect("what is measured is far shorter than 64 KiB");
            out.extend_from_slice(&length.to_be_bytes());
        }
    }
    out.extend_from_slice(&MASK);
    out.extend_from_slice(payload.as_bytes());
}
