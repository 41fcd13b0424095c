//! The integration tests: one binary, through the server's real doors.

mod bot;
mod http;
mod socket;
mod support;
