//! Chat completions, from whichever server: what holds for any reply, an answer without a stream around it reads alike,
//! and no tool is called that nobody called.

use gemini_coop::llm::delta::{Delta, ToolCall};
use gemini_coop::llm::openai::decode::Reply;

use crate::reply::{self, is_event, streamed};

/// The most calls of tools in one reply.
const MOST_CALLS: usize = 128;

/// Panics unless the properties of this page hold.
pub fn holds(bytes: &[u8]) {
    let (deltas, end) = reply::holds::<Reply>(bytes);
    let calls: Vec<&ToolCall> = deltas.iter().filter_map(call).collect();
    assert!(calls.len() <= MOST_CALLS, "{} calls of tools", calls.len());
    assert!(end.is_ok() || calls.is_empty(), "a tool is called by half a reply");
    for call in calls {
        assert!(*call != ToolCall::default(), "a call that nobody made");
    }
    if is_event(bytes) && bytes.starts_with(b"{") {
        let event = streamed::<Reply>(&[b"data: ", bytes, b"\n\n"]);
        assert_eq!(event, (deltas, end), "an event and an answer without a stream read differently");
    }
}

fn call(delta: &Delta) -> Option<&ToolCall> {
    match delta {
        Delta::ToolCall(call) => Some(call),
        _ => None,
    }
}
