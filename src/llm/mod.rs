//! A language model as the rest of the server sees it: a [`request::Request`] goes out, a stream of
//! [`delta::Delta`] or an [`error::LlmError`] comes back.
//!
//! Never knows chats, users, databases or the server's own HTTP; never logs the key, a prompt or a reply.

mod breaker;
pub mod capabilities;
pub mod decode;
pub mod delta;
pub mod error;
pub mod failure;
pub mod gemini;
mod link;
pub mod models;
pub mod openai;
pub mod prices;
pub mod request;
pub mod retry;
pub mod sse;
mod stream;
