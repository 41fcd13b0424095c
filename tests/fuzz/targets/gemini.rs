//! libFuzzer on the decoder of Gemini's answers.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::gemini::holds(bytes));
