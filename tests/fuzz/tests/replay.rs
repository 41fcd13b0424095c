//! What libFuzzer looks for at length holds for every seed, every recording and some thousand mutations of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

/// The same mutations each time: new ones are for scripts/fuzz to find.
const SEED: u64 = 4;
const MUTATIONS: usize = 4_000;

fn seeds(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let is_seed = |path: &PathBuf| path.extension().is_none_or(|ending| ending == "sse" || ending == "json");
    files.iter().filter(|path| is_seed(path)).map(|path| fs::read(path).unwrap()).collect()
}

/// Tries all seeds and mutations of them; `words` are what the format is made of.
fn holds_for_all(property: fn(&[u8]), seeds: &[Vec<u8>], words: &[&str]) {
    let mut random = StdRng::seed_from_u64(SEED);
    let mutations = (0..MUTATIONS).map(|_| mutated(seeds, words, &mut random));
    for bytes in seeds.iter().cloned().chain(mutations) {
        if catch_unwind(|| property(&bytes)).is_err() {
            panic!("does not hold for {:?}", String::from_utf8_lossy(&bytes));
        }
    }
    println!("held for {} seeds and {MUTATIONS} mutations", seeds.len());
}

fn mutated(seeds: &[Vec<u8>], words: &[&str], random: &mut StdRng) -> Vec<u8> {
    let mut bytes = seeds.choose(random).unwrap().clone();
    for _ in 0..random.random_range(1..=6) {
        let from = random.random_range(0..=bytes.len());
        let to = (from + random.random_range(0..=24)).min(bytes.len());
        match random.random_range(0..6) {
            0 => bytes[from..to].fill_with(|| random.random()),
            1 => drop(bytes.drain(from..to)),
            2 => bytes.truncate(to),
            3 => drop(bytes.splice(from..to, words.choose(random).unwrap().bytes())),
            4 => drop(bytes.splice(from..from, bytes[from..to].repeat(3))),
            _ => {
                let other = seeds.choose(random).unwrap();
                let start = random.random_range(0..=other.len());
                let end = (start + random.random_range(0..=200)).min(other.len());
                bytes.splice(from..to, other[start..end].iter().copied());
            }
        }
    }
    bytes
}

#[test]
fn a_clients_frame_is_understood_or_refused_in_a_sentence() {
    let words = [
        "\"type\":",
        "\"ref\":\"a\",",
        "null",
        "1e999",
        "\\ud800",
        "\"join\"",
        "\u{1f600}",
        "{\"type\":\"ping\"}",
        "-1",
    ];
    holds_for_all(fuzz::frame::holds, &seeds("seeds/frame"), &words);
}

#[test]
fn what_a_text_asks_is_read_soundly() {
    let words = ["/bot", "@gem", "@a.b-c_9", " ", "\u{a0}", "\n", "@", ".", "é", "\u{2028}", "@GEM"];
    holds_for_all(fuzz::command::holds, &seeds("seeds/command"), &words);
}

#[test]
fn server_sent_events_are_the_same_however_they_are_cut() {
    let words = ["data:", "data: ", "data", "\r", "\n", "\r\n", "\n\n", "[DONE]", ": ", "{", "[", "\u{feff}"];
    let recorded = ["../standin/recordings/gemini", "../standin/recordings/openai"].map(seeds).concat();
    let all = [seeds("seeds/sse"), recorded].concat();
    holds_for_all(fuzz::sse::holds, &all, &words);
}

#[test]
fn geminis_answers_are_the_same_however_they_are_cut() {
    let words = [
        "data: ",
        "\n\n",
        "null",
        "{\"text\":\"\"}",
        "\"thought\":true",
        "\"finishReason\":\"STOP\"",
        "\"error\":{}",
        "1e9",
        "\\n",
    ];
    let all = [seeds("seeds/gemini"), seeds("../standin/recordings/gemini")].concat();
    holds_for_all(fuzz::gemini::holds, &all, &words);
}

#[test]
fn chat_completions_are_the_same_however_they_are_cut() {
    let words = [
        "data: ",
        "\n\n",
        "null",
        "{\"content\":\"\"}",
        "\"tool_calls\":[{\"index\":3}]",
        "\"finish_reason\":\"stop\"",
        "\"error\":{}",
        "1e9",
        "\\u0007",
    ];
    let all = [seeds("seeds/openai"), seeds("../standin/recordings/openai")].concat();
    holds_for_all(fuzz::openai::holds, &all, &words);
}
