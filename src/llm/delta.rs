//! What a language model answers, piece by piece and whole.
//!
//! Knows no provider and nothing of where the text goes.

use std::pin::Pin;

use futures_util::Stream;
use serde_json::Value;

use crate::llm::error::{Failure, LlmError};

/// A reply as it comes: any number of deltas, then one [`Delta::Finish`] or one error, then the end.
///
/// Nothing is asked before the first poll. Dropping it closes the connection to the provider at once.
pub type DeltaStream = Pin<Box<dyn Stream<Item = Result<Delta, LlmError>> + Send>>;

/// One piece of a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// Visible text, to be appended; never empty.
    Text(String),
    /// A summary of the model's thinking, to be appended; never empty, and never part of the reply's text.
    Thought(String),
    ToolCall(ToolCall),
    /// The model that really answers; once, when it is first named.
    Model(String),
    /// What has been used so far. A snapshot: a later one replaces it whole, and its counts may be lower.
    Usage(Usage),
    /// A try failed before anything came of it, and the question is asked again.
    Retried(Failure),
    /// How the reply ended; exactly once and last, after the provider's last byte.
    Finish(Finish),
}

/// The model asks for a tool to be run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ToolCall {
    /// To be repeated with the result, if there is one.
    pub id: Option<String>,
    /// Empty in the pieces of a call that comes in pieces.
    pub name: String,
    /// An object, or null if none came.
    pub args: Value,
    /// Opaque; newer models refuse a conversation in which the call comes back without it.
    pub signature: Option<String>,
}

/// Tokens used by one reply; each count is as the provider gave it, or absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Instruction and conversation, the cached ones included.
    pub prompt_tokens: Option<u32>,
    pub cached_tokens: Option<u32>,
    /// Visible reply, without thinking.
    pub reply_tokens: Option<u32>,
    pub thought_tokens: Option<u32>,
    pub tool_tokens: Option<u32>,
    /// To be preferred where the parts do not add up.
    pub total_tokens: Option<u32>,
}

/// How a reply ended. The names are the provider's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finish {
    /// Complete; without text and tool calls it is an empty answer.
    Stop,
    /// Cut at the limit of tokens; without text, thinking has used them up.
    MaxTokens,
    /// Stopped by a filter, such as `SAFETY` or `RECITATION`.
    Filtered(String),
    /// The generation failed, such as `MALFORMED_FUNCTION_CALL`; asking again may help.
    Malformed(String),
    /// Cut because one answer is full; more could be asked for.
    Continuation,
    /// A reason this version does not know.
    Other(String),
}

impl Finish {
    /// The provider's name of the reason.
    pub fn reason(&self) -> &str {
        match self {
            Finish::Stop => "STOP",
            Finish::MaxTokens => "MAX_TOKENS",
            Finish::Continuation => "CONTINUATION",
            Finish::Filtered(reason) | Finish::Malformed(reason) | Finish::Other(reason) => reason,
        }
    }
}

/// A whole reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Generated {
    pub text: String,
    pub thoughts: String,
    pub tool_calls: Vec<ToolCall>,
    pub model: Option<String>,
    pub usage: Usage,
    pub finish: Finish,
}

impl Generated {
    /// Puts a reply's deltas together; `None` without a [`Delta::Finish`].
    pub fn collect(deltas: impl IntoIterator<Item = Delta>) -> Option<Generated> {
        let mut whole = Generated {
            text: String::new(),
            thoughts: String::new(),
            tool_calls: Vec::new(),
            model: None,
            usage: Usage::default(),
            finish: Finish::Stop,
        };
        let mut finished = false;
        for delta in deltas {
            match delta {
                Delta::Text(text) => whole.text.push_str(&text),
                Delta::Thought(text) => whole.thoughts.push_str(&text),
                Delta::ToolCall(call) => whole.tool_calls.push(call),
                Delta::Model(model) => whole.model = Some(model),
                Delta::Usage(usage) => whole.usage = usage,
                Delta::Retried(_) => {}
                Delta::Finish(finish) => {
                    whole.finish = finish;
                    finished = true;
                }
            }
        }
        finished.then_some(whole)
    }
}
