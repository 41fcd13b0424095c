//! libFuzzer on the reading of what a text asks.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::command::holds(bytes));
