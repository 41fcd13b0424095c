//! Vectors of texts, by `batchEmbedContents`.

use serde::{Deserialize, Serialize};

use crate::llm::delta::Usage;
use crate::llm::error::LlmError;
use crate::llm::gemini::Gemini;
use crate::llm::gemini::wire::{AskedContent, AskedPart};
use crate::llm::link::read_whole;
use crate::llm::models::Vectors;

#[derive(Serialize)]
struct Batch {
    requests: Vec<Asked>,
}

#[derive(Serialize)]
struct Asked {
    /// With its prefix, in spite of the address.
    model: String,
    content: AskedContent,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    embeddings: Vec<Embedding>,
    usage_metadata: Option<Counts>,
}

#[derive(Deserialize)]
struct Embedding {
    values: Vec<f32>,
}

/// Younger models tell it, older ones do not.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    prompt_token_count: Option<u32>,
}

impl Gemini {
    /// Makes a vector of each text, in their order.
    pub async fn embed(&self, model: &str, texts: Vec<String>) -> Result<Vectors, LlmError> {
        let link = self.api.link();
        if !link.has_key() {
            return Err(link.not_configured());
        }
        let requests = texts.into_iter().map(|text| Asked {
            model: format!("models/{model}"),
            content: AskedContent { role: None, parts: vec![AskedPart { text }] },
        });
        let batch = Batch { requests: requests.collect() };
        let by = link.total();
        let response = link.post(&self.api.method(model, "batchEmbedContents"), &batch, by).await?;
        let Answer { embeddings, usage_metadata } = serde_json::from_slice(&read_whole(response, by).await?)
            .map_err(|_| LlmError::Unreadable("the vectors are not JSON of the expected shape"))?;
        let tokens = usage_metadata.and_then(|counts| counts.prompt_token_count);
        Ok(Vectors {
            vectors: embeddings.into_iter().map(|embedding| embedding.values).collect(),
            usage: tokens.map(|tokens| Usage {
                prompt_tokens: Some(tokens),
                total_tokens: Some(tokens),
                ..Usage::default()
            }),
        })
    }
}
