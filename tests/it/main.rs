//! The integration tests: one binary, through the server's real doors.

mod bot;
mod config;
mod socket;
mod support;
