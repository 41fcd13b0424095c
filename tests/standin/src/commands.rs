//! Scripts from another process: one JSON object a line on standard input, one line in answer. Knows no HTTP.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, BufReader, stdin};

use crate::script::{Gate, Script};
use crate::server::Standin;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Command {
    /// Answers generate calls so from now on.
    Play(Played),
    /// Answers one generate call so, after those enqueued before.
    Enqueue(Played),
    /// Lets so many more chunks through a gate.
    Release { gate: String, chunks: usize },
    /// Lets everything through a gate from now on.
    Open { gate: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Played {
    answer: Answer,
    #[serde(default)]
    interval_ms: u64,
    /// Makes each chunk wait; the name is what `release` and `open` take.
    gate: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Text {
        text: String,
        /// In characters.
        chunk_size: usize,
    },
    /// One of [`Script::synthetic_names`].
    Synthetic(String),
}

/// Obeys until the other process closes its end, and says `ok` or what was wrong after each line.
pub async fn obey(standin: &Standin) {
    let mut lines = BufReader::new(stdin()).lines();
    let mut gates = HashMap::new();
    while let Ok(Some(line)) = lines.next_line().await {
        match obey_one(standin, &mut gates, &line) {
            Ok(()) => println!("ok"),
            Err(why) => println!("{why}"),
        }
    }
}

fn obey_one(standin: &Standin, gates: &mut HashMap<String, Gate>, line: &str) -> Result<(), String> {
    match serde_json::from_str(line).map_err(|error| error.to_string())? {
        Command::Play(played) => standin.play(script(played, gates)?),
        Command::Enqueue(played) => standin.enqueue(script(played, gates)?),
        Command::Release { gate, chunks } => named(gates, &gate)?.release(chunks),
        Command::Open { gate } => named(gates, &gate)?.open(),
    }
    Ok(())
}

fn script(played: Played, gates: &mut HashMap<String, Gate>) -> Result<Script, String> {
    let script = match played.answer {
        Answer::Text { text, chunk_size } => Script::text(text, chunk_size),
        Answer::Synthetic(name) if Script::synthetic_names().any(|known| known == name) => {
            Script::synthetic(&name)
        }
        Answer::Synthetic(name) => return Err(format!("no synthetic answer is called {name}")),
    };
    let script = script.interval(Duration::from_millis(played.interval_ms));
    let Some(name) = played.gate else { return Ok(script) };
    let (script, gate) = script.gated();
    gates.insert(name, gate);
    Ok(script)
}

fn named<'a>(gates: &'a HashMap<String, Gate>, name: &str) -> Result<&'a Gate, String> {
    gates.get(name).ok_or_else(|| format!("no gate is called {name}"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::obey_one;
    use crate::server::Standin;

    #[tokio::test]
    async fn a_line_that_is_not_understood_says_why() {
        let (standin, mut gates) = (Standin::start().await, HashMap::new());
        let mut obey = |line| obey_one(&standin, &mut gates, line);
        let play = r#"{"play": {"answer": {"text": {"text": "Hello", "chunk_size": 2}}, "gate": "door"}}"#;
        assert_eq!(obey(play), Ok(()));
        assert_eq!(obey(r#"{"release": {"gate": "door", "chunks": 1}}"#), Ok(()));
        assert_eq!(obey(r#"{"enqueue": {"answer": {"synthetic": "stall"}}}"#), Ok(()));
        for wrong in [
            "",
            r#"{"play": {"answer": {"synthetic": "nothing"}}}"#,
            r#"{"play": {"answer": {"synthetic": "ok"}, "gait": "door"}}"#,
            r#"{"open": {"gate": "window"}}"#,
        ] {
            assert!(obey(wrong).is_err(), "{wrong}");
        }
    }
}
