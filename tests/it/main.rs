//! The integration tests: one binary, through the server's real doors.

mod bot;
mod config;
mod protocol;
mod socket;
mod store;
mod support;
mod tidy;
