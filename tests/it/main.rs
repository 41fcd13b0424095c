//! Everything through the real doors.

mod config;
