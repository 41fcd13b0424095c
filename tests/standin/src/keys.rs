//! Scripts named by the API key. Knows the names, not the requests.

use std::collections::HashMap;
use std::time::Duration;

use crate::errors::ApiError;
use crate::framing::Framing;
use crate::recordings::Recordings;
use crate::script::Script;
use crate::synthetic;

/// Sequences keep their place between requests; more keys than this at once are nobody's use.
const KEPT: usize = 10_000;

/// The scripts of keys seen so far.
#[derive(Default)]
pub(crate) struct KeyedScripts {
    by_key: HashMap<String, Script>,
}

impl KeyedScripts {
    /// The script that `key` names; `None` when it names none and the instance's own scripts apply.
    pub(crate) fn find(&mut self, key: &str, recordings: &Recordings) -> Result<Option<Script>, ApiError> {
        if let Some(script) = self.by_key.get(key) {
            return Ok(Some(script.clone()));
        }
        let script = parse(key, recordings).map_err(ApiError::invalid)?;
        if let Some(script) = &script {
            if self.by_key.len() >= KEPT {
                self.by_key.clear();
            }
            self.by_key.insert(key.to_owned(), script.clone());
        }
        Ok(script)
    }
}

/// `rec:<id>[:<framing>]`, `syn:<name>[:<framing>]`, `chunks:<count>:<ms>` or `seq:<id>,<id>…`, where an id may also be
/// `syn:<name>`.
fn parse(key: &str, recordings: &Recordings) -> Result<Option<Script>, String> {
    if let Some(ids) = key.strip_prefix("seq:") {
        let scripts: Result<Vec<_>, _> = ids.split(',').map(|id| one(id, recordings)).collect();
        return Ok(Some(Script::sequence(scripts?)));
    }
    if let Some(numbers) = key.strip_prefix("chunks:") {
        let numbers =
            numbers.split_once(':').and_then(|(count, ms)| Some((count.parse().ok()?, ms.parse().ok()?)));
        let (count, ms) = numbers.ok_or("chunks: wants a count and milliseconds, such as chunks:1000:20")?;
        return Ok(Some(Script::chunks(count, Duration::from_millis(ms))));
    }
    let Some((kind @ ("rec" | "syn"), rest)) = key.split_once(':') else { return Ok(None) };
    let (name, framing) = match rest.rsplit_once(':') {
        Some((name, framing)) => (name, framing.parse()?),
        None => (rest, Framing::Event),
    };
    let script = one(&if kind == "syn" { format!("syn:{name}") } else { name.to_owned() }, recordings)?;
    // A synthetic answer may bring a framing of its own.
    Ok(Some(if rest == name { script } else { script.framing(framing) }))
}

fn one(id: &str, recordings: &Recordings) -> Result<Script, String> {
    match id.strip_prefix("syn:") {
        Some(name) => synthetic::find(name).ok_or_else(|| format!("no synthetic answer is called {name}")),
        None => recordings.get(id).map(Script::replay).ok_or_else(|| format!("no recording is called {id}")),
    }
}
