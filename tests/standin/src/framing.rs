//! How a body is cut into HTTP chunks. Knows bytes only, never what they mean.

use std::str::FromStr;

use bytes::Bytes;

/// Where the borders of HTTP chunks fall in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// One HTTP chunk an event.
    Event,
    /// The whole body in one HTTP chunk.
    Whole,
    /// One byte a chunk.
    One,
    /// Seven bytes a chunk.
    Seven,
    /// Cuts between CR and LF and inside every multi-byte UTF-8 sequence.
    Crlf,
    /// The connection is dropped after 60 % of the bytes.
    Cut,
}

impl FromStr for Framing {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "event" => Ok(Self::Event),
            "whole" => Ok(Self::Whole),
            "one" => Ok(Self::One),
            "seven" => Ok(Self::Seven),
            "crlf" => Ok(Self::Crlf),
            "cut" => Ok(Self::Cut),
            other => Err(format!("no framing is called {other}")),
        }
    }
}

impl Framing {
    /// Cuts `events` anew; every byte stays, in order. `Cut` keeps one chunk an event, because dropping is the player's work.
    pub(crate) fn cut(self, events: Vec<Bytes>) -> Vec<Bytes> {
        match self {
            Self::Event | Self::Cut => events,
            Self::Whole => vec![joined(&events)],
            Self::One => slices(&joined(&events), 1),
            Self::Seven => slices(&joined(&events), 7),
            Self::Crlf => inside_sequences(&joined(&events)),
        }
        .into_iter()
        .filter(|piece| !piece.is_empty())
        .collect()
    }
}

/// Splits a recorded body after each blank line. What follows the last one, if anything, is the last piece.
pub(crate) fn split_events(body: &Bytes) -> Vec<Bytes> {
    let mut events = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < body.len() {
        let blank = [&b"\r\n\r\n"[..], &b"\n\n"[..]].into_iter().find(|mark| body[at..].starts_with(mark));
        match blank {
            Some(mark) => {
                at += mark.len();
                events.push(body.slice(start..at));
                start = at;
            }
            None => at += 1,
        }
    }
    if start < body.len() {
        events.push(body.slice(start..));
    }
    events
}

fn joined(events: &[Bytes]) -> Bytes {
    events.concat().into()
}

fn slices(body: &Bytes, size: usize) -> Vec<Bytes> {
    (0..body.len()).step_by(size).map(|at| body.slice(at..(at + size).min(body.len()))).collect()
}

fn inside_sequences(body: &Bytes) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for at in 1..body.len() {
        let between_cr_and_lf = body[at - 1] == b'\r' && body[at] == b'\n';
        let after_a_lead_byte = body[at - 1] >= 0xC0;
        if between_cr_and_lf || after_a_lead_byte {
            pieces.push(body.slice(start..at));
            start = at;
        }
    }
    pieces.push(body.slice(start..));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_framing_keeps_every_byte() {
        let body = Bytes::from_static(
            "data: {\"a\":\"秋\"}\r\n\r\ndata: {\"b\":\"é\"}\r\n\r\n{\"error\"".as_bytes(),
        );
        let events = split_events(&body);
        assert_eq!(events.len(), 3);
        for name in ["event", "whole", "one", "seven", "crlf", "cut"] {
            let framing: Framing = name.parse().expect("a framing");
            assert_eq!(Bytes::from(framing.cut(events.clone()).concat()), body, "{name}");
        }
    }

    #[test]
    fn the_crlf_framing_cuts_line_ends_and_characters() {
        let pieces = Framing::Crlf.cut(vec![Bytes::from_static("a\u{e9}\r\nb".as_bytes())]);
        assert_eq!(pieces, [&b"a\xc3"[..], &b"\xa9\r"[..], &b"\nb"[..]]);
    }
}
