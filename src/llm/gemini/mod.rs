//! The Gemini client: a question goes to Google's REST API, its reply comes back whole or as a stream.
//!
//! Never knows what the reply is for. All reading is in [`decode`] and [`failure`], which see bytes only.

mod api;
pub mod decode;
pub mod failure;
mod stream;
pub mod wire;

#[cfg(test)]
mod client_tests;
#[cfg(test)]
mod recordings;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::unfold;

use crate::config::llm::LlmConfig;
use crate::llm::delta::{DeltaStream, Generated};
use crate::llm::error::{LlmError, SetupError};
use crate::llm::gemini::api::Api;
use crate::llm::gemini::stream::Reply;
use crate::llm::gemini::wire::{AskedContent, AskedPart, GenerationConfig, Question};
use crate::llm::request::{Request, Role, normalise};

/// By this name the books know it.
pub const PROVIDER: &str = "gemini";

/// The API refuses to make a longer reply in one piece.
const LONGEST_WHOLE_REPLY: u32 = 32_768;

/// Gemini under one key and one model. Clones share their connections.
#[derive(Clone)]
pub struct Gemini {
    api: Arc<Api>,
    model: String,
    max_output_tokens: u32,
}

impl Gemini {
    /// Sets up the client; asks nothing. A missing key is no error here: each question then fails with
    /// [`LlmError::NotConfigured`].
    pub fn new(config: &LlmConfig) -> Result<Gemini, SetupError> {
        Gemini::with_sleep(config, Box::new(|pause| Box::pin(tokio::time::sleep(pause))))
    }

    fn with_sleep(config: &LlmConfig, sleep: Sleep) -> Result<Gemini, SetupError> {
        Ok(Gemini {
            api: Arc::new(Api::new(config, sleep)?),
            model: config.gemini_model.clone(),
            max_output_tokens: config.gemini_max_output_tokens,
        })
    }

    /// Whether there is a key.
    pub fn is_configured(&self) -> bool {
        self.api.has_key()
    }

    /// The model that is asked for; the one that answers may be another.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Most tokens of a reply, thinking included.
    pub fn max_output_tokens(&self) -> u32 {
        self.max_output_tokens
    }

    /// Asks for a reply as it grows. Failures before its first delta are tried again as [`crate::llm::retry`] says.
    pub fn stream(&self, request: Request) -> DeltaStream {
        let question = question(request, self.max_output_tokens);
        let reply = Reply::new(Arc::clone(&self.api), question);
        Box::pin(unfold(reply, async |mut reply: Reply| {
            let delta = reply.next().await?;
            Some((delta, reply))
        }))
    }

    /// Asks for a whole reply. Only the total timeout counts, because no byte comes before the reply is made.
    pub async fn generate(&self, request: Request) -> Result<Generated, LlmError> {
        let limit = self.max_output_tokens.min(LONGEST_WHOLE_REPLY);
        let question = question(request, limit).ok_or(LlmError::NoQuestion)?;
        let total = self.api.total();
        let mut failed = 0;
        loop {
            let error = match self.api.generate(&question, total).await {
                Ok(generated) => return Ok(generated),
                Err(error) => error,
            };
            failed += 1;
            self.api.wait_to_retry(error, failed, total).await?;
        }
    }
}

/// How to wait between two tries; tests do not.
type Sleep = Box<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

fn question(request: Request, max_output_tokens: u32) -> Option<Question> {
    let part = |text| AskedPart { text };
    let contents = normalise(request.turns)?.into_iter().map(|turn| AskedContent {
        role: Some(match turn.role {
            Role::User => "user",
            Role::Model => "model",
        }),
        parts: turn.parts.into_iter().map(part).collect(),
    });
    Some(Question {
        system_instruction: (!request.system.is_empty())
            .then(|| AskedContent { role: None, parts: vec![part(request.system)] }),
        contents: contents.collect(),
        generation_config: GenerationConfig { max_output_tokens },
        store: Some(false),
    })
}
