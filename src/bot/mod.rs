//! The bot: a participant that happens to be a program.
//!
//! It hears that a reply is wanted, claims the run, asks the model with the room's history as context,
//! and writes the reply for everybody. It decides no rights and touches no sockets.

mod asked;
mod calls;
pub mod catch_up;
pub mod context;
#[cfg(test)]
mod context_tests;
mod moderation;
pub mod outcome;
pub mod prompt;
pub mod publish;
pub mod run;
pub mod runner;
pub mod summary;
mod view;
