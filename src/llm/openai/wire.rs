//! The objects of chat completions, as far as they are used.
//!
//! Pure data: nothing here decides anything. In answers every field may be absent or null, and what is not listed is
//! ignored.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Debug, Serialize)]
pub struct Question {
    pub model: String,
    pub messages: Vec<Message>,
    pub stream: bool,
    pub stream_options: StreamOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Message {
    pub role: &'static str,
    pub content: String,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct StreamOptions {
    /// Without it no usage is told.
    pub include_usage: bool,
}

/// A whole answer or one event of a stream.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// Stands alone, within a stream that has already begun.
    pub error: Option<Value>,
    pub model: Option<String>,
    /// Empty in the event that only tells the usage.
    pub choices: Option<Vec<Choice>>,
    pub usage: Option<Usage>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Choice {
    pub index: Option<u32>,
    /// What is new; in a whole answer, all of it.
    #[serde(alias = "message")]
    pub delta: Option<Delta>,
    pub finish_reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Delta {
    pub content: Option<String>,
    /// Thinking, as llama.cpp, DeepSeek and vLLM call it.
    pub reasoning_content: Option<String>,
    /// Thinking, as Ollama and OpenRouter call it.
    pub reasoning: Option<String>,
    /// The model's words for that it will not answer.
    pub refusal: Option<String>,
    pub tool_calls: Option<Vec<ToolCall>>,
}

/// A call of a tool, or a piece of one.
#[derive(Clone, Debug, Deserialize)]
pub struct ToolCall {
    /// Gemini's compatible endpoint leaves it out, and sends calls whole.
    pub index: Option<usize>,
    pub id: Option<String>,
    pub function: Option<Function>,
    pub extra_content: Option<Value>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Function {
    pub name: Option<String>,
    /// JSON as text, in pieces that are only together JSON.
    pub arguments: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Usage {
    pub prompt_tokens: Option<u32>,
    pub completion_tokens: Option<u32>,
    pub total_tokens: Option<u32>,
    pub prompt_tokens_details: Option<PromptDetails>,
    pub completion_tokens_details: Option<CompletionDetails>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub struct PromptDetails {
    pub cached_tokens: Option<u32>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub struct CompletionDetails {
    /// Of the completion's.
    pub reasoning_tokens: Option<u32>,
}
