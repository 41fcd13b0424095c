//! A language model as the rest of the server sees it: a [`request::Request`] goes out, a stream of
//! [`delta::Delta`] or an [`error::LlmError`] comes back.
//!
//! Never knows chats, users, databases or the server's own HTTP; never logs the key, a prompt or a reply.

pub mod delta;
pub mod error;
pub mod gemini;
pub mod prices;
pub mod request;
pub mod retry;
pub mod sse;
