//! libFuzzer on the decoder of server-sent events.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::sse::holds(bytes));
