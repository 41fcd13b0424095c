//! libFuzzer on a client's frames.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::frame::holds(bytes));
