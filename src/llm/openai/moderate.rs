//! Whether a text is harmful, by `/moderations`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::llm::error::LlmError;
use crate::llm::link::read_whole;
use crate::llm::models::Harm;
use crate::llm::openai::OpenAi;

#[derive(Serialize)]
struct Asked<'a> {
    model: &'a str,
    input: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    results: Vec<Verdict>,
}

#[derive(Deserialize)]
struct Verdict {
    flagged: bool,
    #[serde(default)]
    categories: BTreeMap<String, Option<bool>>,
}

impl OpenAi {
    /// What the model finds harmful in a text, if anything.
    pub async fn moderate(&self, model: &str, text: &str) -> Result<Option<Harm>, LlmError> {
        let link = &self.api.link;
        let by = link.brief();
        let response = link.post(&link.address(&["moderations"]), &Asked { model, input: text }, by).await?;
        let Answer { results } = serde_json::from_slice(&read_whole(response, by).await?)
            .map_err(|_| LlmError::Unreadable("the verdict is not JSON of the expected shape"))?;
        if results.is_empty() {
            return Err(LlmError::Unreadable("there is no verdict"));
        }
        let found = results.into_iter().find(|verdict| verdict.flagged);
        Ok(found.map(|verdict| {
            let named = verdict.categories.into_iter().filter(|(_, is_it)| *is_it == Some(true));
            Harm { categories: named.map(|(name, _)| name).collect() }
        }))
    }
}
