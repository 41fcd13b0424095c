//! The stand-in through its own port, byte by byte.

mod client;
mod faults;
mod replay;
mod requests;
