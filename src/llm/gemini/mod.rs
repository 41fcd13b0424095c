//! The Gemini client: a question goes to Google's REST API, its reply comes back whole or as a stream.
//!
//! Never knows what the reply is for. All reading is in [`decode`], which sees bytes only.

mod api;
pub mod decode;
mod embed;
pub mod wire;

#[cfg(test)]
mod client_tests;
#[cfg(test)]
mod recordings;

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::config::llm::Safety;
use crate::config::providers::ProviderConfig;
use crate::llm::delta::{DeltaStream, Generated};
use crate::llm::error::{LlmError, SetupError};
use crate::llm::gemini::api::{Api, Asked};
use crate::llm::gemini::wire::{
    AskedContent, AskedPart, GenerationConfig, Question, SafetySetting, ThinkingConfig,
};
use crate::llm::link::{Sleep, really_sleep};
use crate::llm::models::Listed;
use crate::llm::request::{Request, Role, normalise};
use crate::llm::{retry, stream};
use crate::protocol::{Thinking, ThinkingLevel};

/// The API refuses to make a longer reply in one piece.
const LONGEST_WHOLE_REPLY: u32 = 32_768;
/// What Gemini looks for in texts.
const HARMS: [&str; 4] = [
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
];
/// Pages of models that are read at most, of 1,000 each.
const MOST_PAGES: usize = 10;

/// Gemini under one key. Clones share their connections.
#[derive(Clone)]
pub struct Gemini {
    api: Arc<Api>,
    max_output_tokens: u32,
    safety: Option<Safety>,
}

impl Gemini {
    /// Sets up the client; asks nothing. A missing key is no error here: each question then fails with
    /// [`LlmError::NotConfigured`].
    pub fn new(config: &ProviderConfig) -> Result<Gemini, SetupError> {
        Gemini::with_sleep(config, really_sleep())
    }

    fn with_sleep(config: &ProviderConfig, sleep: Sleep) -> Result<Gemini, SetupError> {
        Ok(Gemini {
            api: Arc::new(Api::new(config, sleep)?),
            max_output_tokens: config.max_output_tokens,
            safety: config.safety,
        })
    }

    /// Whether there is a key.
    pub fn is_configured(&self) -> bool {
        self.api.link().has_key()
    }

    /// Asks for a reply as it grows. Failures before its first delta are tried again as [`crate::llm::retry`] says,
    /// where the pause is no longer than this.
    pub fn stream(&self, model: &str, request: Request, longest_pause: Duration) -> DeltaStream {
        let asked = asked(model, request, self.max_output_tokens, self.safety);
        stream::stream(Arc::clone(&self.api), asked, longest_pause)
    }

    /// Asks for a whole reply. Only the total timeout counts, because no byte comes before the reply is made.
    pub async fn generate(&self, model: &str, request: Request) -> Result<Generated, LlmError> {
        let limit = self.max_output_tokens.min(LONGEST_WHOLE_REPLY);
        let asked = asked(model, request, limit, self.safety).ok_or(LlmError::NoQuestion)?;
        let link = self.api.link();
        let total = link.total();
        let mut failed = 0;
        loop {
            let error = match self.api.generate(&asked, total).await {
                Ok(generated) => return Ok(generated),
                Err(error) => error,
            };
            failed += 1;
            link.wait_to_retry(error, failed, retry::LONGEST_PAUSE, total).await?;
        }
    }

    /// The models of this key, page by page.
    pub async fn list(&self) -> Result<Vec<Listed>, LlmError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Page {
            #[serde(default)]
            models: Vec<Model>,
            next_page_token: Option<String>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Model {
            name: String,
            #[serde(default)]
            supported_generation_methods: Vec<String>,
        }
        let link = self.api.link();
        let by = link.brief();
        let (mut listed, mut token) = (Vec::new(), None::<String>);
        for _ in 0..MOST_PAGES {
            let mut url = self.api.models();
            url.query_pairs_mut().append_pair("pageSize", "1000");
            if let Some(token) = &token {
                url.query_pairs_mut().append_pair("pageToken", token);
            }
            let page: Page = serde_json::from_slice(&link.get(&url, by).await?)
                .map_err(|_| LlmError::Unreadable("the list of models is not JSON of the expected shape"))?;
            listed.extend(page.models.into_iter().map(|model| {
                let can = |method: &str| model.supported_generation_methods.iter().any(|it| it == method);
                Listed {
                    name: model.name.strip_prefix("models/").unwrap_or(&model.name).to_owned(),
                    chats: can("generateContent"),
                    embeds: can("embedContent") || can("batchEmbedContents"),
                }
            }));
            token = page.next_page_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break;
            }
        }
        Ok(listed)
    }
}

fn asked(model: &str, request: Request, max_output_tokens: u32, safety: Option<Safety>) -> Option<Asked> {
    let part = |text| AskedPart { text };
    let contents = normalise(request.turns)?.into_iter().map(|turn| AskedContent {
        role: Some(match turn.role {
            Role::User => "user",
            Role::Model => "model",
        }),
        parts: turn.parts.into_iter().map(part).collect(),
    });
    let settings = request.settings;
    let question = Question {
        system_instruction: (!request.system.is_empty())
            .then(|| AskedContent { role: None, parts: vec![part(request.system)] }),
        contents: contents.collect(),
        generation_config: GenerationConfig {
            max_output_tokens: settings.max_tokens.map_or(max_output_tokens, |it| it.min(max_output_tokens)),
            temperature: settings.temperature,
            top_p: settings.top_p,
            thinking_config: settings.thinking.map(thinking),
        },
        safety_settings: safety.map(safety_settings).unwrap_or_default(),
        store: Some(false),
    };
    Some(Asked { model: model.to_owned(), question })
}

fn safety_settings(safety: Safety) -> Vec<SafetySetting> {
    let threshold = match safety {
        Safety::Low => "BLOCK_LOW_AND_ABOVE",
        Safety::Medium => "BLOCK_MEDIUM_AND_ABOVE",
        Safety::High => "BLOCK_ONLY_HIGH",
        Safety::None => "BLOCK_NONE",
    };
    HARMS.map(|category| SafetySetting { category, threshold }).to_vec()
}

fn thinking(thinking: Thinking) -> ThinkingConfig {
    match thinking {
        Thinking::Budget(tokens) => ThinkingConfig::ThinkingBudget(tokens),
        Thinking::Level(level) => ThinkingConfig::ThinkingLevel(match level {
            ThinkingLevel::Minimal => "MINIMAL",
            ThinkingLevel::Low => "LOW",
            ThinkingLevel::Medium => "MEDIUM",
            ThinkingLevel::High => "HIGH",
        }),
    }
}
