//! Gemini Coop: self-hosted chat rooms where groups of people share one AI.
//!
//! This page is the code map. Modules stand bottom-up in groups; a module may name only modules of
//! earlier groups, and `tests/it/tidy.rs` keeps it so.

/// What may be spent, and by whom.
pub mod budget;
/// Who, what and when, as types.
pub mod ids;

/// What the operator says.
pub mod config;
/// What clients see.
pub mod protocol;

/// Between those who change things and those who deliver them.
pub mod bus;
/// The language model.
pub mod llm;
/// The database.
pub mod store;
/// Logs and numbers.
pub mod telemetry;

/// Fan-out.
pub mod hub;

/// The rules; the only door.
pub mod domain;

/// A participant that happens to be a program.
pub mod bot;

/// The REST edge.
pub mod http;

/// The WebSocket edge.
pub mod socket;

/// Assembly and shutdown.
pub mod app;

/// Commands.
pub mod cli;
