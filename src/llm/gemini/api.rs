//! One exchange with the API at a time: addresses, and what was learned about its fields.
//!
//! Reads no reply; that is for [`crate::llm::gemini::decode`].

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use reqwest::Response;
use reqwest::header::HeaderName;
use url::Url;

use crate::config::providers::ProviderConfig;
use crate::llm::delta::Generated;
use crate::llm::error::{LlmError, SetupError};
use crate::llm::gemini::decode;
use crate::llm::gemini::wire::Question;
use crate::llm::link::{Deadline, Link, Sleep, read_whole};
use crate::llm::stream;

/// Not `v1`, which lacks the `-latest` names.
const VERSION: &str = "v1beta";

pub(super) struct Api {
    link: Link,
    /// Models that have refused the field `store`; they are not sent it any more.
    without_store: Mutex<HashSet<String>>,
}

/// A question to a model.
pub(super) struct Asked {
    pub(super) model: String,
    pub(super) question: Question,
}

impl stream::Api for Api {
    type Question = Asked;
    type Reading = decode::Reply;

    fn link(&self) -> &Link {
        &self.link
    }

    fn model(asked: &Asked) -> &str {
        &asked.model
    }

    async fn open(&self, asked: &Asked, by: Deadline) -> Result<Response, LlmError> {
        let mut url = self.method(&asked.model, "streamGenerateContent");
        url.set_query(Some("alt=sse"));
        self.ask(&url, asked, by).await
    }
}

impl Api {
    pub(super) fn new(config: &ProviderConfig, sleep: Sleep) -> Result<Api, SetupError> {
        let link = Link::new(config, HeaderName::from_static("x-goog-api-key"), "", sleep)?;
        Ok(Api { link, without_store: Mutex::default() })
    }

    pub(super) fn link(&self) -> &Link {
        &self.link
    }

    /// Asks for a whole reply and reads it.
    pub(super) async fn generate(&self, asked: &Asked, by: Deadline) -> Result<Generated, LlmError> {
        let response = self.ask(&self.method(&asked.model, "generateContent"), asked, by).await?;
        let body = read_whole(response, by).await?;
        let mut deltas = Vec::new();
        decode::whole(&body, &mut deltas).map_err(|error| self.link.redact(error))?;
        let generated = Generated::collect(deltas).ok_or(LlmError::Incomplete)?;
        if let Some(model) = &generated.model {
            self.link.note_model(&asked.model, model);
        }
        Ok(generated)
    }

    /// The address of a method of a model.
    pub(super) fn method(&self, model: &str, name: &str) -> Url {
        self.link.address(&[VERSION, "models", &format!("{model}:{name}")])
    }

    /// The address of the list of models.
    pub(super) fn models(&self) -> Url {
        self.link.address(&[VERSION, "models"])
    }

    async fn ask(&self, url: &Url, asked: &Asked, by: Deadline) -> Result<Response, LlmError> {
        if !self.link.has_key() {
            return Err(self.link.not_configured());
        }
        let bare = || Question { store: None, ..asked.question.clone() };
        let refused = |models: &mut HashSet<String>| models.contains(&asked.model);
        if refused(&mut self.without_store.lock().unwrap_or_else(PoisonError::into_inner)) {
            return self.link.post(url, &bare(), by).await;
        }
        match self.link.post(url, &asked.question, by).await {
            Err(LlmError::Refused { report }) if report.message.contains("Unknown name \"store\"") => {
                let model = &asked.model;
                tracing::warn!(model, "gemini does not know the field `store` and may keep requests");
                self.without_store.lock().unwrap_or_else(PoisonError::into_inner).insert(model.clone());
                self.link.post(url, &bare(), by).await
            }
            answer => answer,
        }
    }
}
