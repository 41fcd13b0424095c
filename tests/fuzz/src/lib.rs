//! What must hold for any bytes that come in from outside: one function for each place that reads them, which panics where it does not.
//!
//! libFuzzer's targets and the test that replays seeds and mutations call the same functions.

#![expect(clippy::unwrap_used, reason = "a property that cannot be looked at does not hold")]

pub mod command;
pub mod frame;
pub mod gemini;
pub mod openai;
mod reply;
pub mod sse;

/// The bytes in pieces: whole, one by one, by seven, and in two at a place that they determine themselves.
fn cuts(bytes: &[u8]) -> [Vec<&[u8]>; 4] {
    let place =
        bytes.iter().fold(bytes.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    let (before, after) = bytes.split_at(place % (bytes.len() + 1));
    [vec![bytes], bytes.chunks(1).collect(), bytes.chunks(7).collect(), vec![before, after]]
}
