//! The client for every server that speaks OpenAI's chat completions: OpenAI, Ollama, vLLM, llama.cpp, Gemini's own
//! compatible endpoint and many more.
//!
//! Never knows what the reply is for. All reading is in [`decode`], which sees bytes only.

pub mod decode;
mod embed;
mod moderate;
pub mod wire;

#[cfg(test)]
mod recordings;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Response;
use reqwest::header::AUTHORIZATION;
use serde::Deserialize;

use crate::config::providers::ProviderConfig;
use crate::llm::capabilities::is_openais_own;
use crate::llm::delta::DeltaStream;
use crate::llm::error::{LlmError, SetupError};
use crate::llm::link::{Deadline, Link, Sleep, really_sleep};
use crate::llm::models::Listed;
use crate::llm::openai::wire::{Message, Question, StreamOptions};
use crate::llm::request::{Request, Role, normalise};
use crate::llm::stream;
use crate::protocol::{Thinking, ThinkingLevel};

/// Parts of the names of models that do not chat, among those that servers list without saying what they do.
const NO_CHAT: [&str; 9] =
    ["embed", "whisper", "tts", "dall-e", "image", "moderation", "audio", "realtime", "transcribe"];

/// A server under one key, or under none. Clones share their connections.
#[derive(Clone)]
pub struct OpenAi {
    api: Arc<Api>,
    max_output_tokens: u32,
}

struct Api {
    link: Link,
}

impl stream::Api for Api {
    type Question = Question;
    type Reading = decode::Reply;

    fn link(&self) -> &Link {
        &self.link
    }

    fn model(question: &Question) -> &str {
        &question.model
    }

    async fn open(&self, question: &Question, by: Deadline) -> Result<Response, LlmError> {
        self.link.post(&self.link.address(&["chat", "completions"]), question, by).await
    }
}

impl OpenAi {
    /// Sets up the client; asks nothing.
    pub fn new(config: &ProviderConfig) -> Result<OpenAi, SetupError> {
        OpenAi::with_sleep(config, really_sleep())
    }

    fn with_sleep(config: &ProviderConfig, sleep: Sleep) -> Result<OpenAi, SetupError> {
        let link = Link::new(config, AUTHORIZATION, "Bearer ", sleep)?;
        Ok(OpenAi { api: Arc::new(Api { link }), max_output_tokens: config.max_output_tokens })
    }

    /// Asks for a reply as it grows. Failures before its first delta are tried again as [`crate::llm::retry`] says,
    /// where the pause is no longer than this.
    pub fn stream(&self, model: &str, request: Request, longest_pause: Duration) -> DeltaStream {
        let question = question(model, request, self.max_output_tokens);
        stream::stream(Arc::clone(&self.api), question, longest_pause)
    }

    /// The models of this server.
    pub async fn list(&self) -> Result<Vec<Listed>, LlmError> {
        #[derive(Deserialize)]
        struct Page {
            data: Vec<Model>,
        }
        #[derive(Deserialize)]
        struct Model {
            id: String,
        }
        let link = &self.api.link;
        let page = link.get(&link.address(&["models"]), link.brief()).await?;
        let page: Page = serde_json::from_slice(&page)
            .map_err(|_| LlmError::Unreadable("the list of models is not JSON of the expected shape"))?;
        let listed = page.data.into_iter().map(|Model { id }| {
            // Gemini's compatible endpoint lists them as Gemini's own does.
            let name = id.strip_prefix("models/").map(str::to_owned).unwrap_or(id);
            let embeds = name.contains("embed");
            Listed { chats: !NO_CHAT.iter().any(|part| name.contains(part)), embeds, name }
        });
        Ok(listed.collect())
    }
}

fn question(model: &str, request: Request, max_output_tokens: u32) -> Option<Question> {
    let turns = normalise(request.turns)?.into_iter().map(|turn| Message {
        role: match turn.role {
            Role::User => "user",
            Role::Model => "assistant",
        },
        // One text: many servers take no list of parts.
        content: turn.parts.join("\n"),
    });
    let system = (!request.system.is_empty()).then_some(Message { role: "system", content: request.system });
    let settings = request.settings;
    let limit = settings.max_tokens.map_or(max_output_tokens, |it| it.min(max_output_tokens));
    // OpenAI's newer models refuse the old name, and others do not know the new one.
    let is_own = is_openais_own(model);
    Some(Question {
        model: model.to_owned(),
        messages: system.into_iter().chain(turns).collect(),
        stream: true,
        stream_options: StreamOptions { include_usage: true },
        max_tokens: (!is_own).then_some(limit),
        max_completion_tokens: is_own.then_some(limit),
        temperature: settings.temperature,
        top_p: settings.top_p,
        reasoning_effort: settings.thinking.and_then(effort),
    })
}

/// There is no budget in this protocol.
fn effort(thinking: Thinking) -> Option<&'static str> {
    match thinking {
        Thinking::Level(ThinkingLevel::Minimal) => Some("minimal"),
        Thinking::Level(ThinkingLevel::Low) => Some("low"),
        Thinking::Level(ThinkingLevel::Medium) => Some("medium"),
        Thinking::Level(ThinkingLevel::High) => Some("high"),
        Thinking::Budget(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::question;
    use crate::llm::request::{Request, Role, Turn};
    use crate::protocol::{ModelSettings, Thinking, ThinkingLevel};

    fn sent(model: &str, settings: ModelSettings) -> Value {
        let turn = |role, text: &str| Turn { role, parts: vec![text.to_owned()] };
        let turns = vec![
            turn(Role::User, "Hello?"),
            turn(Role::Model, "Yes?"),
            turn(Role::User, "Who"),
            turn(Role::User, "are you?"),
        ];
        let request = Request { system: "Be kind.".into(), turns, settings };
        serde_json::to_value(question(model, request, 1_000)).unwrap()
    }

    #[test]
    fn a_question_is_sent_as_the_servers_want_it() {
        let settings = ModelSettings {
            temperature: Some(0.5),
            top_p: Some(0.25),
            max_tokens: Some(100),
            ..ModelSettings::default()
        };
        let expected = json!({
            "model": "qwen3",
            "messages": [
                {"role": "system", "content": "Be kind."},
                {"role": "user", "content": "Hello?"},
                {"role": "assistant", "content": "Yes?"},
                {"role": "user", "content": "Who\nare you?"},
            ],
            "stream": true,
            "stream_options": {"include_usage": true},
            "max_tokens": 100,
            "temperature": 0.5,
            "top_p": 0.25,
        });
        assert_eq!(sent("qwen3", settings), expected);
    }

    #[test]
    fn openais_own_models_have_their_own_words() {
        let thinking = |thinking| ModelSettings { thinking: Some(thinking), ..ModelSettings::default() };
        let high = sent("gpt-5.6-luna", thinking(Thinking::Level(ThinkingLevel::High)));
        assert_eq!(
            (&high["max_completion_tokens"], &high["reasoning_effort"]),
            (&json!(1_000), &json!("high"))
        );
        assert_eq!(high["max_tokens"], Value::Null, "the old name is refused");
        let budget = sent("gpt-5.6-luna", thinking(Thinking::Budget(5)));
        assert_eq!(budget["reasoning_effort"], Value::Null);
        let most = ModelSettings { max_tokens: Some(9_999), ..ModelSettings::default() };
        assert_eq!(sent("qwen3", most)["max_tokens"], 1_000, "not beyond the operator's limit");
    }
}
