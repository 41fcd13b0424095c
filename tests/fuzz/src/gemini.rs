//! Gemini's answers: what holds for any reply, and streamed and whole they are read alike.

use gemini_coop::llm::gemini::decode::{self, Reply};

use crate::reply::{self, Read, is_event, is_sound, shown, streamed};

fn whole(body: &[u8]) -> Read {
    let mut deltas = Vec::new();
    let end = decode::whole(body, &mut deltas);
    (deltas, end.map_err(shown))
}

/// Panics unless the properties of this page hold.
pub fn holds(bytes: &[u8]) {
    let _reply = reply::holds::<Reply>(bytes);
    let alone = whole(bytes);
    is_sound(&alone, bytes.len());
    if is_event(bytes) {
        assert_eq!(
            streamed::<Reply>(&[b"data: ", bytes, b"\n\n"]),
            alone,
            "streamed and whole read differently"
        );
    }
}
