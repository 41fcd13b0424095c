//! The integration tests: one binary, through the server's real doors.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod backup;
mod bot;
mod config;
mod crash;
mod http;
mod operator;
mod outage;
mod program;
mod protocol;
mod security;
mod socket;
mod store;
mod support;
mod tidy;
mod time;
