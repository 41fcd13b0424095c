//! libFuzzer on the decoder of chat completions.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::openai::holds(bytes));
