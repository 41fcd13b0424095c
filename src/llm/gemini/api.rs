//! One exchange with the API at a time: connections, deadlines, the key, and what was learned from earlier ones.
//!
//! Reads no reply; that is for [`crate::llm::gemini::decode`].

use std::future::IntoFuture;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::config::llm::LlmConfig;
use crate::llm::delta::Generated;
use crate::llm::error::{LlmError, Phase, SetupError};
use crate::llm::gemini::wire::Question;
use crate::llm::gemini::{Sleep, decode, failure};
use crate::llm::retry;

/// Most that is read of a failed answer, in bytes.
const LARGEST_FAILURE: usize = 64 * 1024;
/// Most that is read of a whole reply, in bytes.
const LARGEST_REPLY: usize = 16 * 1024 * 1024;

pub(super) struct Api {
    client: Client,
    key: Option<Key>,
    model: String,
    stream_url: Url,
    generate_url: Url,
    first_byte: Duration,
    idle: Duration,
    total: Duration,
    retries: u32,
    sleep: Sleep,
    /// The model has refused the field `store`; it is not sent any more.
    store_refused: AtomicBool,
    /// The model that answered last, so that a change is logged once and not with each reply.
    answering: Mutex<Option<String>>,
}

struct Key {
    secret: SecretString,
    header: HeaderValue,
}

/// A moment, and what will have been waited for in vain then.
#[derive(Clone, Copy)]
pub(super) struct Deadline {
    at: Instant,
    pub(super) phase: Phase,
}

impl Deadline {
    fn after(wait: Duration, phase: Phase) -> Deadline {
        Deadline { at: Instant::now() + wait, phase }
    }

    pub(super) fn or_sooner(self, other: Deadline) -> Deadline {
        if other.at < self.at { other } else { self }
    }

    pub(super) async fn within<T>(self, work: impl IntoFuture<Output = T>) -> Result<T, LlmError> {
        timeout_at(self.at, work).await.map_err(|_| LlmError::Timeout(self.phase))
    }
}

impl Api {
    pub(super) fn new(config: &LlmConfig, sleep: Sleep) -> Result<Api, SetupError> {
        let client = Client::builder()
            .user_agent(concat!("gemini-coop/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(config.gemini_connect_timeout)
            // Following one would hand the key to whatever host it names.
            .redirect(Policy::none())
            .build()
            .map_err(SetupError::Client)?;
        let mut stream_url = method(config, "streamGenerateContent")?;
        stream_url.set_query(Some("alt=sse"));
        Ok(Api {
            client,
            key: config.gemini_api_key.clone().map(Key::new).transpose()?,
            model: config.gemini_model.clone(),
            stream_url,
            generate_url: method(config, "generateContent")?,
            first_byte: config.gemini_first_byte_timeout,
            idle: config.gemini_idle_timeout,
            total: config.gemini_total_timeout,
            retries: config.gemini_retries,
            sleep,
            store_refused: AtomicBool::new(false),
            answering: Mutex::new(None),
        })
    }

    pub(super) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    pub(super) fn first_byte(&self) -> Deadline {
        Deadline::after(self.first_byte, Phase::FirstByte)
    }

    pub(super) fn idle(&self) -> Deadline {
        Deadline::after(self.idle, Phase::Idle)
    }

    pub(super) fn total(&self) -> Deadline {
        Deadline::after(self.total, Phase::Total)
    }

    /// Asks for a stream; its body is still to come.
    pub(super) async fn open(&self, question: &Question, by: Deadline) -> Result<Response, LlmError> {
        self.ask(&self.stream_url, question, by).await
    }

    /// Asks for a whole reply and reads it.
    pub(super) async fn generate(&self, question: &Question, by: Deadline) -> Result<Generated, LlmError> {
        let mut response = self.ask(&self.generate_url, question, by).await?;
        let body = by.within(read(&mut response, LARGEST_REPLY)).await??;
        let mut deltas = Vec::new();
        decode::whole(&body, &mut deltas).map_err(|error| self.redact(error))?;
        let generated = Generated::collect(deltas).ok_or(LlmError::Incomplete)?;
        if let Some(model) = &generated.model {
            self.note_model(model);
        }
        Ok(generated)
    }

    /// Waits until the request may be sent again; gives the error back if it may not.
    pub(super) async fn wait_to_retry(
        &self,
        error: LlmError,
        failed: u32,
        total: Deadline,
    ) -> Result<(), LlmError> {
        let Some(pause) = retry::pause(&error, failed, self.retries, rand::random()) else {
            return Err(error);
        };
        if Instant::now() + pause >= total.at {
            return Err(error);
        }
        tracing::warn!(failed, pause_ms = pause.as_millis(), error = %error, "gemini failed, trying again");
        (self.sleep)(pause).await;
        Ok(())
    }

    /// Logs when another model answers than was asked for: old names go on answering, at another price.
    pub(super) fn note_model(&self, answering: &str) {
        let mut last = self.answering.lock().unwrap_or_else(PoisonError::into_inner);
        if last.as_deref() == Some(answering) {
            return;
        }
        *last = Some(answering.to_owned());
        let asked = self.model.as_str();
        if asked.ends_with("-latest") {
            tracing::info!(asked, answering, "gemini alias resolved");
        } else if asked != answering {
            tracing::warn!(asked, answering, "gemini answers with another model than asked for");
        }
    }

    /// Takes the key out of what the provider said, should a proxy have echoed it.
    pub(super) fn redact(&self, error: LlmError) -> LlmError {
        match &self.key {
            Some(key) => error.without(key.secret.expose_secret()),
            None => error,
        }
    }

    async fn ask(&self, url: &Url, question: &Question, by: Deadline) -> Result<Response, LlmError> {
        if self.store_refused.load(Ordering::Relaxed) {
            return self.send(url, &Question { store: None, ..question.clone() }, by).await;
        }
        match self.send(url, question, by).await {
            Err(LlmError::Refused { report }) if report.message.contains("Unknown name \"store\"") => {
                tracing::warn!(
                    model = self.model,
                    "gemini does not know the field `store` and may keep requests"
                );
                self.store_refused.store(true, Ordering::Relaxed);
                self.send(url, &Question { store: None, ..question.clone() }, by).await
            }
            answer => answer,
        }
    }

    async fn send(&self, url: &Url, question: &Question, by: Deadline) -> Result<Response, LlmError> {
        let key = self.key.as_ref().ok_or(LlmError::NotConfigured)?;
        let request = self.client.post(url.clone()).header("x-goog-api-key", &key.header).json(question);
        let mut response = by.within(request.send()).await?.map_err(transport)?;
        if response.status().is_success() {
            return Ok(response);
        }
        let header = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = header.and_then(|value| failure::retry_after(value, Timestamp::now()));
        // The status alone says enough if its body does not come.
        let body =
            by.within(read(&mut response, LARGEST_FAILURE)).await.and_then(|body| body).unwrap_or_default();
        Err(self.redact(failure::from_answer(response.status().as_u16(), retry_after, &body)))
    }
}

impl Key {
    fn new(secret: SecretString) -> Result<Key, SetupError> {
        let mut header = HeaderValue::from_str(secret.expose_secret()).map_err(|_| SetupError::Key)?;
        header.set_sensitive(true);
        Ok(Key { secret, header })
    }
}

fn method(config: &LlmConfig, name: &str) -> Result<Url, SetupError> {
    let mut url = config.gemini_base_url.clone();
    url.path_segments_mut()
        .map_err(|()| SetupError::BaseUrl)?
        .pop_if_empty()
        // Not `v1`, which lacks the `-latest` names.
        .extend(["v1beta", "models", &format!("{}:{name}", config.gemini_model)]);
    Ok(url)
}

async fn read(response: &mut Response, limit: usize) -> Result<Vec<u8>, LlmError> {
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await.map_err(transport)? {
        if body.len() + bytes.len() > limit {
            return Err(LlmError::Unreadable("the answer is too large"));
        }
        body.extend_from_slice(&bytes);
    }
    Ok(body)
}

/// Names a failure of the connection; the address goes, because it may be an internal one.
pub(super) fn transport(error: reqwest::Error) -> LlmError {
    if error.is_connect() && error.is_timeout() {
        return LlmError::Timeout(Phase::Connect);
    }
    LlmError::Transport(error.without_url())
}
