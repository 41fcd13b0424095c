//! A model's reply, in whichever protocol: any cut gives the same one, it has one end, and nothing that is told of it is endless.

use gemini_coop::llm::decode::{Decoder, Reading};
use gemini_coop::llm::delta::{Delta, Generated};
use gemini_coop::llm::error::LlmError;
use gemini_coop::llm::failure;

use crate::cuts;

/// The longest line that an error is for the logs, in characters.
const LONGEST_LINE: usize = 1_000;
/// The longest name of a model, a tool or a reason, in characters.
const LONGEST_NAME: usize = 200;

/// A reply as far as it came, and what ended it: errors are compared as they are shown.
pub(crate) type Read = (Vec<Delta>, Result<(), String>);

pub(crate) fn streamed<R: Reading>(pieces: &[&[u8]]) -> Read {
    let (mut decoder, mut deltas) = (Decoder::<R>::default(), Vec::new());
    let pushed = pieces.iter().try_for_each(|piece| decoder.push(piece, &mut deltas));
    let end = pushed.and_then(|()| decoder.finish(&mut deltas));
    (deltas, end.map_err(shown))
}

/// An error as the logs show it, which is one line of bounded length.
pub(crate) fn shown(error: LlmError) -> String {
    let line = error.to_string();
    assert!(line.chars().count() <= LONGEST_LINE, "{} characters for the logs", line.chars().count());
    assert!(!line.contains(char::is_control), "more than a line for the logs: {line:?}");
    format!("{error:?}")
}

/// Panics unless these bytes, as a stream and as the body of a refusal, are read soundly.
pub(crate) fn holds<R: Reading>(bytes: &[u8]) -> Read {
    let [reply, pieces @ ..] = cuts(bytes).map(|pieces| streamed::<R>(&pieces));
    for cut in pieces {
        assert_eq!(cut, reply, "another cut gives another reply");
    }
    is_sound(&reply, bytes.len());
    for status in [200, 400, 429, 503] {
        shown(failure::from_answer(status, None, bytes));
    }
    reply
}

/// Whether a stream sees these bytes whole, if they are the data of an event: line ends would end it.
pub(crate) fn is_event(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes != b"[DONE]" && !bytes.contains(&b'\n') && !bytes.contains(&b'\r')
}

/// Panics unless the reply has one end, and nothing in it is more than its `length` bytes can hold.
pub(crate) fn is_sound((deltas, end): &Read, length: usize) {
    let mut models = 0;
    for delta in deltas {
        match delta {
            Delta::Text(text) | Delta::Thought(text) => assert!(!text.is_empty(), "a delta without text"),
            Delta::Model(model) => {
                models += 1;
                is_name(model);
                assert!(!model.is_empty(), "a model without a name");
            }
            Delta::ToolCall(call) => is_name(&call.name),
            Delta::Finish(finish) => is_name(finish.reason()),
            Delta::Usage(_) => {}
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

fn is_name(name: &str) {
    assert!(name.chars().count() <= LONGEST_NAME, "an endless name: {name:?}");
    assert!(!name.contains(char::is_control), "a name of more than a line: {name:?}");
}
