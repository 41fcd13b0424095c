//! Vectors of texts, by `/embeddings`.

use serde::{Deserialize, Serialize};

use crate::llm::delta::Usage;
use crate::llm::error::LlmError;
use crate::llm::link::read_whole;
use crate::llm::models::Vectors;
use crate::llm::openai::OpenAi;

#[derive(Serialize)]
struct Asked<'a> {
    model: &'a str,
    input: Vec<String>,
    encoding_format: &'static str,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Embedding>,
    usage: Option<Counts>,
}

#[derive(Deserialize)]
struct Embedding {
    index: usize,
    embedding: Vec<f32>,
}

/// What a call took that made no text.
#[derive(Deserialize)]
pub(super) struct Counts {
    prompt_tokens: Option<u32>,
    total_tokens: Option<u32>,
}

impl From<Counts> for Usage {
    fn from(counts: Counts) -> Self {
        let Counts { prompt_tokens, total_tokens } = counts;
        Self { prompt_tokens, total_tokens, ..Self::default() }
    }
}

impl OpenAi {
    /// Makes a vector of each text, in their order.
    pub async fn embed(&self, model: &str, texts: Vec<String>) -> Result<Vectors, LlmError> {
        let link = &self.api.link;
        let asked = Asked { model, input: texts, encoding_format: "float" };
        let by = link.total();
        let response = link.post(&link.address(&["embeddings"]), &asked, by).await?;
        let Answer { mut data, usage } = serde_json::from_slice(&read_whole(response, by).await?)
            .map_err(|_| LlmError::Unreadable("the vectors are not JSON of the expected shape"))?;
        // Not every server keeps the order.
        data.sort_by_key(|embedding| embedding.index);
        Ok(Vectors {
            vectors: data.into_iter().map(|embedding| embedding.embedding).collect(),
            usage: usage.map(Usage::from),
        })
    }
}
