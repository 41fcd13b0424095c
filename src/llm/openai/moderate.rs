//! Whether a text is harmful, by `/moderations`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::llm::delta::Usage;
use crate::llm::error::LlmError;
use crate::llm::failure;
use crate::llm::link::read_whole;
use crate::llm::models::{Harm, Verdict};
use crate::llm::openai::OpenAi;
use crate::llm::openai::embed::Counts;

#[derive(Serialize)]
struct Asked<'a> {
    model: &'a str,
    input: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    model: Option<String>,
    results: Vec<Judged>,
    /// OpenAI tells none; who charges for it does.
    usage: Option<Counts>,
}

#[derive(Deserialize)]
struct Judged {
    flagged: bool,
    #[serde(default)]
    categories: BTreeMap<String, Option<bool>>,
}

impl OpenAi {
    /// What the model finds harmful in a text.
    pub async fn moderate(&self, model: &str, text: &str) -> Result<Verdict, LlmError> {
        let link = &self.api.link;
        let by = link.brief();
        let response = link.post(&link.address(&["moderations"]), &Asked { model, input: text }, by).await?;
        let Answer { model, results, usage } = serde_json::from_slice(&read_whole(response, by).await?)
            .map_err(|_| LlmError::Unreadable("the verdict is not JSON of the expected shape"))?;
        if results.is_empty() {
            return Err(LlmError::Unreadable("there is no verdict"));
        }
        let found = results.into_iter().find(|judged| judged.flagged);
        let harm = found.map(|judged| {
            let named = judged.categories.into_iter().filter(|(_, is_it)| *is_it == Some(true));
            Harm { categories: named.map(|(name, _)| name).collect() }
        });
        let model = model.map(|model| failure::name(&model));
        Ok(Verdict { harm, model, usage: usage.map(Usage::from) })
    }
}
