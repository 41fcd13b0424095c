//! One kept connection for requests whose answers are timed: a client library would take longer than the server.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::bench::contestant::upgrade;

/// An open connection of somebody who is logged in.
pub(crate) struct Http {
    stream: TcpStream,
    token: String,
}

impl Http {
    /// Connects.
    ///
    /// # Errors
    /// When nobody is there.
    pub(crate) fn open(port: u16, token: &str) -> Result<Self> {
        Ok(Self { stream: upgrade::connect(port)?, token: token.to_owned() })
    }

    /// How long a page takes, its last byte included.
    ///
    /// # Errors
    /// When it is refused, or has fewer bytes than what it must hold: an empty page is soon read.
    pub(crate) fn time(&mut self, path: &str, least_bytes: usize) -> Result<Duration> {
        let start = Instant::now();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {}\r\n\r\n", self.token);
        self.stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        let mut buffer = vec![0; 64 * 1024];
        loop {
            let count = self.stream.read(&mut buffer)?;
            if count == 0 {
                bail!("{path}: the connection ended");
            }
            answer.extend_from_slice(&buffer[..count]);
            if let Some(head) = memchr::memmem::find(&answer, b"\r\n\r\n") {
                let length = content_length(&answer[..head]).with_context(|| format!("{path}: no length"))?;
                if answer.len() >= head + 4 + length {
                    let took = start.elapsed();
                    if !answer.starts_with(b"HTTP/1.1 200") || length < least_bytes {
                        bail!("{path}: {}", String::from_utf8_lossy(&answer));
                    }
                    return Ok(took);
                }
            }
        }
    }
}

fn content_length(head: &[u8]) -> Option<usize> {
    let head = std::str::from_utf8(head).ok()?;
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    fields
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
}
