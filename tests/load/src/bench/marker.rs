//! What a measured message says, and how it is found again in the bytes of any protocol.

use std::time::Duration;

use memchr::memmem;

/// Bytes of a message's text.
pub(crate) const TEXT_BYTES: usize = 100;
// Plain in JSON, XML and Markdown alike, and in no frame but by a message.
const SIGN: &[u8] = b"~~";
const NUMBER_DIGITS: usize = 8;
const TIME_DIGITS: usize = 12;
/// Bytes of a marker.
pub(crate) const BYTES: usize = SIGN.len() + NUMBER_DIGITS + TIME_DIGITS;

/// What stands in a message: its number in the room, from 0, and when it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) number: u32,
    /// Since the generator's beginning.
    pub(crate) sent: Duration,
}

impl Marker {
    /// A message's text with the marker in it.
    pub(crate) fn text(self) -> String {
        const WORDS: &str =
            " and so on, as people write to each other on an ordinary day, at about such a length.";
        let mut text = format!("~~{:08}{:012}", self.number, self.sent.as_micros());
        text.push_str(&WORDS[..TEXT_BYTES - BYTES]);
        text
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let digits = std::str::from_utf8(bytes.get(SIGN.len()..BYTES)?).ok()?;
        let (number, sent) = digits.split_at(NUMBER_DIGITS);
        Some(Self { number: number.parse().ok()?, sent: Duration::from_micros(sent.parse().ok()?) })
    }
}

/// Finds markers in a stream of bytes, however it is cut.
///
/// The frames around them are not decoded: the generator has one core for what a server does on all others, and takes
/// every protocol alike.
pub(crate) struct Finder(memmem::Finder<'static>);

impl Finder {
    pub(crate) fn new() -> Self {
        Self(memmem::Finder::new(SIGN))
    }

    /// Gives each whole marker to `found`; how many bytes at the end may be the beginning of one more.
    pub(crate) fn scan(&self, bytes: &[u8], mut found: impl FnMut(Marker)) -> usize {
        let mut at = 0;
        while let Some(next) = self.0.find(&bytes[at..]) {
            let start = at + next;
            if bytes.len() - start < BYTES {
                return bytes.len() - start;
            }
            match Marker::parse(&bytes[start..]) {
                Some(marker) => {
                    found(marker);
                    at = start + BYTES;
                }
                None => at = start + 1,
            }
        }
        usize::from(bytes.len() > at && bytes.ends_with(&SIGN[..1]))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Finder, Marker, TEXT_BYTES};

    #[test]
    fn every_message_is_found_once_however_the_bytes_are_cut() {
        let sent: Vec<Marker> =
            (0..3).map(|number| Marker { number, sent: Duration::from_micros(71 * 1_000_000) }).collect();
        let stream: Vec<u8> =
            sent.iter().flat_map(|marker| format!("{{~ \"{}\" ~}}", marker.text()).into_bytes()).collect();
        let finder = Finder::new();
        for cut in 0..=stream.len() {
            let mut heard = Vec::new();
            let kept = finder.scan(&stream[..cut], |marker| heard.push(marker));
            finder.scan(&stream[cut - kept..], |marker| heard.push(marker));
            assert_eq!(heard, sent, "cut at {cut}");
        }
    }

    #[test]
    fn a_message_has_the_length_that_is_told() {
        assert_eq!(Marker { number: 7, sent: Duration::ZERO }.text().len(), TEXT_BYTES);
    }
}
