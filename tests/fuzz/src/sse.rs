//! Server-sent events: any cut gives the same events, nothing is made up, and what was read can be written and read again.

use gemini_coop::llm::sse::{Decoder, End, TooLong};

use crate::cuts;

type Read = Result<(Vec<Vec<u8>>, End), TooLong>;

fn read(pieces: &[&[u8]]) -> Read {
    let (mut decoder, mut events) = (Decoder::default(), Vec::new());
    for piece in pieces {
        decoder.push(piece, &mut events)?;
    }
    Ok((events, decoder.finish()?))
}

/// Panics unless the properties of this page hold.
pub fn holds(bytes: &[u8]) {
    let [whole, pieces @ ..] = cuts(bytes).map(|pieces| read(&pieces));
    for cut in pieces {
        assert_eq!(cut, whole, "another cut gives other events");
    }
    let Ok((mut events, End { event, rest })) = whole else {
        panic!("{} bytes are too long", bytes.len());
    };
    events.extend(event);
    for event in &events {
        assert!(!event.is_empty() && event != b"[DONE]" && !event.contains(&b'\r'), "no event: {event:?}");
    }
    let told: usize = events.iter().map(Vec::len).sum();
    // A last line without its end gets one.
    assert!(told + rest.len() <= bytes.len() + 1, "more comes out than went in");
    assert!(rest.is_empty() || rest.starts_with(b"{") || rest.starts_with(b"["), "no raw text");

    let written: Vec<u8> = events.iter().flat_map(|event| written(event)).collect();
    assert_eq!(
        read(&[&written]),
        Ok((events, End::default())),
        "what was read reads otherwise when written again"
    );
}

fn written(event: &[u8]) -> Vec<u8> {
    let mut text: Vec<u8> =
        event.split(|byte| *byte == b'\n').flat_map(|line| [b"data: ", line, b"\n"].concat()).collect();
    text.push(b'\n');
    text
}
