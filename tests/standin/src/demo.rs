//! What the demo shows: recorded answers that read well, at a pace that can be watched. Knows no server.

use std::time::Duration;

use crate::recordings::Recordings;
use crate::script::Script;

/// Plain-text answers in prose and markdown, short and long in turn.
const ANSWERS: [&str; 8] = [
    "fv-stream-success-thinking-reply-thought-summary",
    "v-stream-reasoning",
    "r-stream-thinking-29chunks",
    "fv-stream-success-utf8",
    "p-unary-thinking-long-3pro",
    "p-stream-filesearch",
    "r-unary-system-prompt",
    "fg-stream-success-basic-reply-long",
];

/// Recorded events are few and long; on a screen smaller ones look like writing.
const CHUNK_CHARACTERS: usize = 16;
const FIRST_CHUNK: Duration = Duration::from_millis(400);
const BETWEEN_CHUNKS: Duration = Duration::from_millis(45);

/// The demo's answers one after the other; `None` when the directory has none of these recordings.
pub fn script(recordings: &Recordings) -> Option<Script> {
    let found = ANSWERS.iter().filter_map(|id| recordings.get(id));
    let scripts: Vec<Script> = found
        .map(|recording| {
            Script::text(recording.text(), CHUNK_CHARACTERS).delay(FIRST_CHUNK).interval(BETWEEN_CHUNKS)
        })
        .collect();
    (!scripts.is_empty()).then(|| Script::rotation(scripts))
}
