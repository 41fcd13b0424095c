//! The way to one provider: connections, deadlines, the key, tries, and what was learned from earlier exchanges.
//!
//! Knows no protocol and reads no reply.

use std::collections::HashMap;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::config::providers::ProviderConfig;
use crate::llm::error::{LlmError, Phase, SetupError};
use crate::llm::{failure, retry};

/// Most that is read of a failed answer, in bytes.
const LARGEST_FAILURE: usize = 64 * 1024;
/// Most that is read of a whole answer, in bytes.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
/// Longest wait for what comes before or after a reply: shorter than a run's lease.
const BRIEF_PATIENCE: Duration = Duration::from_secs(5);
/// Names of models whose answering model is remembered.
const MOST_REMEMBERED: usize = 1_000;

/// How to wait between two tries; tests do not.
pub(super) type Sleep = Box<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// Waits as long as it is told to.
pub(super) fn really_sleep() -> Sleep {
    Box::new(|pause| Box::pin(tokio::time::sleep(pause)))
}

pub(super) struct Link {
    provider: String,
    client: Client,
    base_url: Url,
    key: Option<Key>,
    first_byte: Duration,
    idle: Duration,
    total: Duration,
    retries: u32,
    sleep: Sleep,
    /// The model that answered last for each name, so that a change is logged once and not with each reply.
    answering: Mutex<HashMap<String, String>>,
}

struct Key {
    secret: SecretString,
    name: HeaderName,
    value: HeaderValue,
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

impl Link {
    /// `key_header` carries the key behind `key_prefix`.
    pub(super) fn new(
        config: &ProviderConfig,
        key_header: HeaderName,
        key_prefix: &str,
        sleep: Sleep,
    ) -> Result<Link, SetupError> {
        let client = Client::builder()
            .user_agent(concat!("gemini-coop/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(config.connect_timeout)
            // Following one would hand the key to whatever host it names.
            .redirect(Policy::none())
            .build()
            .map_err(SetupError::Client)?;
        if config.base_url.cannot_be_a_base() {
            return Err(SetupError::BaseUrl { provider: config.name.clone() });
        }
        let key = config.key.clone().map(|secret| {
            let mut value = HeaderValue::from_str(&format!("{key_prefix}{}", secret.expose_secret()))
                .map_err(|_| SetupError::Key { provider: config.name.clone() })?;
            value.set_sensitive(true);
            Ok(Key { secret, name: key_header, value })
        });
        Ok(Link {
            provider: config.name.clone(),
            client,
            base_url: config.base_url.clone(),
            key: key.transpose()?,
            first_byte: config.first_byte_timeout,
            idle: config.idle_timeout,
            total: config.total_timeout,
            retries: config.retries,
            sleep,
            answering: Mutex::default(),
        })
    }

    pub(super) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// What to say where a key is needed and there is none.
    pub(super) fn not_configured(&self) -> LlmError {
        LlmError::NotConfigured { provider: self.provider.clone() }
    }

    /// The base address with further segments.
    pub(super) fn address(&self, segments: &[&str]) -> Url {
        let mut url = self.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    pub(super) fn first_byte(&self) -> Deadline {
        Deadline::after(self.first_byte, Phase::FirstByte)
    }

    /// For what a question may be waiting for: a list of models, a verdict.
    pub(super) fn brief(&self) -> Deadline {
        Deadline::after(self.first_byte.min(BRIEF_PATIENCE), Phase::FirstByte)
    }

    pub(super) fn idle(&self) -> Deadline {
        Deadline::after(self.idle, Phase::Idle)
    }

    pub(super) fn total(&self) -> Deadline {
        Deadline::after(self.total, Phase::Total)
    }

    /// Posts a body; the answer's own is still to come, unless it is a failure.
    pub(super) async fn post(
        &self,
        url: &Url,
        body: &(impl Serialize + Sync),
        by: Deadline,
    ) -> Result<Response, LlmError> {
        self.send(self.client.post(url.clone()).json(body), by).await
    }

    /// Gets a page and reads it.
    pub(super) async fn get(&self, url: &Url, by: Deadline) -> Result<Vec<u8>, LlmError> {
        let response = self.send(self.client.get(url.clone()), by).await?;
        read_whole(response, by).await
    }

    /// Waits until the request may be sent again, at most so long; gives the error back if it may not.
    pub(super) async fn wait_to_retry(
        &self,
        error: LlmError,
        failed: u32,
        longest_pause: Duration,
        total: Deadline,
    ) -> Result<(), LlmError> {
        let Some(pause) = retry::pause(&error, failed, self.retries, longest_pause, rand::random()) else {
            return Err(error);
        };
        if Instant::now() + pause >= total.at {
            return Err(error);
        }
        let provider = &self.provider;
        tracing::warn!(provider, failed, pause_ms = pause.as_millis(), error = %error, "a model failed, trying again");
        (self.sleep)(pause).await;
        Ok(())
    }

    /// Logs when another model answers than was asked for: old names go on answering, at another price.
    pub(super) fn note_model(&self, asked: &str, answering: &str) {
        let mut known = self.answering.lock().unwrap_or_else(PoisonError::into_inner);
        if known.get(asked).is_some_and(|last| last == answering) {
            return;
        }
        if known.len() >= MOST_REMEMBERED {
            known.clear();
        }
        known.insert(asked.to_owned(), answering.to_owned());
        let provider = &self.provider;
        if asked.ends_with("-latest") {
            tracing::info!(provider, asked, answering, "a model's alias resolved");
        } else if asked != answering {
            tracing::warn!(provider, asked, answering, "another model answers than was asked for");
        }
    }

    /// Takes the key out of what the provider said, should a proxy have echoed it.
    pub(super) fn redact(&self, error: LlmError) -> LlmError {
        match &self.key {
            Some(key) => error.without(key.secret.expose_secret()),
            None => error,
        }
    }

    async fn send(&self, mut request: RequestBuilder, by: Deadline) -> Result<Response, LlmError> {
        if let Some(key) = &self.key {
            request = request.header(&key.name, &key.value);
        }
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

/// Reads an answer that comes whole.
pub(super) async fn read_whole(mut response: Response, by: Deadline) -> Result<Vec<u8>, LlmError> {
    by.within(read(&mut response, LARGEST_ANSWER)).await?
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
