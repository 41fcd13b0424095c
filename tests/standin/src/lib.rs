//! A faithful stand-in of the Gemini REST API, and of OpenAI's for chats: it replays recordings, plays scripted faults and remembers what it was asked.
//!
//! Tests start one instance each with [`server::Standin::start`] and say what it answers with [`script::Script`]; the binary serves
//! the demo. It must never know the server under test: what it says comes from the recordings and from the API's own rules.

pub mod commands;
pub mod demo;
mod embeddings;
mod errors;
mod fields;
mod files;
pub mod framing;
mod http;
mod keys;
pub mod log;
mod models;
mod openai;
mod playback;
pub mod recordings;
mod reply;
pub mod script;
pub mod server;
mod shape;
mod strict;
mod synthetic;
