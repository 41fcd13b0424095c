//! Gemini Coop: self-hosted chat rooms where groups of people share one AI.
//!
//! This page is the code map. Modules stand bottom-up in groups; a module may name only modules of
//! earlier groups, and `tests/it/tidy.rs` keeps it so.

pub mod config;

pub mod llm;
