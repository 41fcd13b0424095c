//! The threats of docs/security.md, each test named after its own.

mod cast;
mod named;
mod s03_endings;
mod s05_frames;
mod s05_routes;
mod s07_doors;
mod s08_audience;
mod s09_s31_answers;
mod s10_s12_guessing;
mod s13_s14_floods;
mod s34_audit;
mod s36_s37_forgery;
mod s38_supply;
