//! The models that the stand-in knows. Knows names and descriptions, not answers.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::errors::{ApiError, unknown_model};
use crate::recordings::Recordings;
use crate::reply::Reply;

/// Models younger than the recorded list.
const NEWER: [&str; 4] = ["gemini-3.8-flash", "gemini-4-argon", "gemini-4-carbon", "gemini-4-hydrogen"];

const LIST: &str = "m-models-list";

/// The known models: those of the recorded list, those that answered in a recording, and a few younger ones.
pub(crate) struct Models {
    known: BTreeSet<String>,
    described: Vec<Value>,
}

impl Models {
    pub(crate) fn new(recordings: &Recordings) -> Self {
        let list = recordings.get(LIST).map(|recording| recording.objects()).unwrap_or_default();
        let described = list.first().and_then(|list| list["models"].as_array()).cloned().unwrap_or_default();
        let names = described.iter().filter_map(|model| model["name"].as_str()?.strip_prefix("models/"));
        let known = names.chain(NEWER).map(str::to_owned).chain(recordings.models()).collect();
        Self { known, described }
    }

    /// Refuses names that are no names with 400 and names that nobody bears with 404.
    pub(crate) fn check(&self, model: &str, version: &str, method: &str) -> Result<(), ApiError> {
        if self.known.contains(model) {
            return Ok(());
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._@".contains(&byte);
        if model.is_empty() || !model.bytes().all(plain) {
            return Err(ApiError::invalid("* GenerateContentRequest.model: unexpected model name format\n"));
        }
        Err(unknown_model(model, version, method))
    }

    /// The recorded list, byte for byte.
    pub(crate) fn list(recordings: &Recordings) -> Reply {
        recordings
            .get(LIST)
            .as_deref()
            .map_or_else(|| Reply::json(200, &json!({"models": []})), Reply::replayed)
    }

    pub(crate) fn get(&self, model: &str, version: &str) -> Result<Reply, ApiError> {
        self.check(model, version, "getModel")?;
        let name = format!("models/{model}");
        let described = self.described.iter().find(|described| described["name"] == *name);
        Ok(Reply::json(200, &described.cloned().unwrap_or_else(|| description(&name))))
    }
}

fn description(name: &str) -> Value {
    json!({
        "name": name,
        "version": "001",
        "displayName": name.trim_start_matches("models/"),
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "thinking": true,
    })
}
