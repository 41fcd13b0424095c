//! The integration tests: one binary, through the server's real doors.

mod bot;
mod socket;
mod support;
