//! Gemini's answers: any cut gives the same reply, streamed and whole read alike, and nothing that is told of it is endless.

use gemini_coop::llm::decode::Decoder;
use gemini_coop::llm::delta::{Delta, Generated};
use gemini_coop::llm::error::LlmError;
use gemini_coop::llm::failure;
use gemini_coop::llm::gemini::decode::{self, Reply};

use crate::cuts;

/// The longest line that an error is for the logs, in characters.
const LONGEST_LINE: usize = 1_000;
/// The longest name of a model or a reason, in characters.
const LONGEST_NAME: usize = 200;

/// A reply as far as it came, and what ended it: errors are compared as they are shown.
type Read = (Vec<Delta>, Result<(), String>);

fn streamed(pieces: &[&[u8]]) -> Read {
    let (mut decoder, mut deltas) = (Decoder::<Reply>::default(), Vec::new());
    let pushed = pieces.iter().try_for_each(|piece| decoder.push(piece, &mut deltas));
    let end = pushed.and_then(|()| decoder.finish(&mut deltas));
    (deltas, end.map_err(shown))
}

fn whole(body: &[u8]) -> Read {
    let mut deltas = Vec::new();
    let end = decode::whole(body, &mut deltas);
    (deltas, end.map_err(shown))
}

/// An error as the logs show it, which is one line of bounded length.
fn shown(error: LlmError) -> String {
    let line = error.to_string();
    assert!(line.chars().count() <= LONGEST_LINE, "{} characters for the logs", line.chars().count());
    assert!(!line.contains(char::is_control), "more than a line for the logs: {line:?}");
    format!("{error:?}")
}

/// Panics unless the properties of this page hold.
pub fn holds(bytes: &[u8]) {
    let [reply, pieces @ ..] = cuts(bytes).map(|pieces| streamed(&pieces));
    for cut in pieces {
        assert_eq!(cut, reply, "another cut gives another reply");
    }
    is_sound(&reply, bytes.len());
    let alone = whole(bytes);
    is_sound(&alone, bytes.len());
    // Line ends would end the event, and what is no event is not seen by a stream.
    let is_event =
        !bytes.is_empty() && bytes != b"[DONE]" && !bytes.contains(&b'\n') && !bytes.contains(&b'\r');
    if is_event {
        assert_eq!(streamed(&[b"data: ", bytes, b"\n\n"]), alone, "streamed and whole read differently");
    }
    for status in [200, 400, 429, 503] {
        shown(failure::from_answer(status, None, bytes));
    }
}

fn is_sound((deltas, end): &Read, length: usize) {
    let mut models = 0;
    for delta in deltas {
        match delta {
            Delta::Text(text) | Delta::Thought(text) => assert!(!text.is_empty(), "a delta without text"),
            Delta::Model(model) => {
                models += 1;
                assert!(model.chars().count() <= LONGEST_NAME, "an endless name of a model");
            }
            Delta::Finish(finish) => {
                assert!(finish.reason().chars().count() <= LONGEST_NAME, "an endless reason");
            }
            Delta::ToolCall(_) | Delta::Usage(_) => {}
            Delta::Retried(_) => panic!("what is decoded is not asked for again"),
        }
    }
    assert!(models <= 1, "the model is named twice");
    let finishes = deltas.iter().filter(|delta| matches!(delta, Delta::Finish(_))).count();
    assert_eq!(finishes, usize::from(end.is_ok()), "a reply finishes once, if it does not fail");
    assert_eq!(matches!(deltas.last(), Some(Delta::Finish(_))), end.is_ok(), "the finish is the last");
    let reply = Generated::collect(deltas.iter().cloned());
    assert_eq!(reply.is_some(), end.is_ok());
    assert!(
        reply.is_none_or(|reply| reply.text.len() + reply.thoughts.len() <= length),
        "text out of nothing"
    );
}
