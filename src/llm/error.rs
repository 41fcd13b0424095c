//! What can go wrong between a question and the end of its reply, named by what the caller can do about it.
//!
//! Never holds the key, a prompt or a reply's text.

use std::fmt;
use std::time::Duration;

use crate::protocol::CallStatus;

/// Why there is no reply, or no more of it.
#[derive(Debug, thiserror::Error)]
pub enum LlmError {
    /// The operator has to set a key.
    #[error("no key is set for the provider {provider}")]
    NotConfigured { provider: String },
    /// There is no such model here.
    #[error("there is no model {model:?}")]
    UnknownModel { model: String },
    /// It has failed so often that it is left alone for a while.
    #[error("the model has failed several times in a row and is left alone for a while")]
    Resting,
    /// The caller asked nothing: no user turn stands at the end.
    #[error("the conversation does not end with a user turn")]
    NoQuestion,
    /// The provider will not answer this conversation; the same one again will not help.
    #[error("the prompt was blocked: {reason}")]
    BlockedPrompt { reason: String },
    /// Too many requests or tokens for the moment.
    #[error("rate limited by the provider: {report}")]
    RateLimited { retry_after: Option<Duration>, report: Report },
    /// The day's quota is used up, or there is none for this model.
    #[error("out of quota: {report}")]
    Quota { report: Report },
    /// The operator has to change the key, the model or the request.
    #[error("refused by the provider: {report}")]
    Refused { report: Report },
    /// The provider is in trouble; later may be better.
    #[error("the provider is overloaded or failing: {report}")]
    Overloaded { retry_after: Option<Duration>, report: Report },
    /// Any other failure the provider told of.
    #[error("the provider failed: {report}")]
    Provider { report: Report },
    #[error("timed out waiting for {0}")]
    Timeout(Phase),
    /// No connection, or a broken one. The address has been taken out of the source.
    #[error("the connection to the provider failed")]
    Transport(#[source] reqwest::Error),
    /// The reply ended without saying why; what has come is all there is.
    #[error("the reply ended without a finish reason")]
    Incomplete,
    /// The provider answered with something else than its protocol.
    #[error("the provider's answer cannot be read: {0}")]
    Unreadable(&'static str),
}

impl LlmError {
    /// What the provider said, if it said anything.
    pub fn report(&self) -> Option<&Report> {
        match self {
            LlmError::RateLimited { report, .. }
            | LlmError::Overloaded { report, .. }
            | LlmError::Quota { report }
            | LlmError::Refused { report }
            | LlmError::Provider { report } => Some(report),
            _ => None,
        }
    }

    /// What it means for the books.
    pub fn failure(&self) -> Failure {
        let kind = match self {
            LlmError::Timeout(_) => FailureKind::Timeout,
            LlmError::RateLimited { .. } | LlmError::Quota { .. } => FailureKind::RateLimited,
            _ => FailureKind::Error,
        };
        let free = match self {
            LlmError::NotConfigured { .. }
            | LlmError::UnknownModel { .. }
            | LlmError::Resting
            | LlmError::NoQuestion
            | LlmError::Timeout(Phase::Connect) => true,
            LlmError::Transport(source) => source.is_connect(),
            other => other.report().is_some_and(|report| report.http_status != 200),
        };
        Failure { kind, free }
    }

    /// Whether it says that the model is in trouble or at its limit, so that another one may do better.
    pub fn is_trouble(&self) -> bool {
        match self {
            LlmError::RateLimited { .. }
            | LlmError::Quota { .. }
            | LlmError::Overloaded { .. }
            | LlmError::Provider { .. }
            | LlmError::Timeout(_)
            | LlmError::Transport(_)
            | LlmError::Unreadable(_)
            | LlmError::Resting => true,
            LlmError::NotConfigured { .. }
            | LlmError::UnknownModel { .. }
            | LlmError::NoQuestion
            | LlmError::BlockedPrompt { .. }
            | LlmError::Refused { .. }
            | LlmError::Incomplete => false,
        }
    }

    /// The same error with a secret struck out of what the provider said.
    pub fn without(mut self, secret: &str) -> LlmError {
        if let LlmError::RateLimited { report, .. }
        | LlmError::Overloaded { report, .. }
        | LlmError::Quota { report }
        | LlmError::Refused { report }
        | LlmError::Provider { report } = &mut self
        {
            report.message = report.message.replace(secret, "[redacted]");
        }
        self
    }
}

/// A failure, as far as the books tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    pub kind: FailureKind,
    /// The provider surely made nothing that it could charge for: it was not reached, or said no.
    pub free: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    Error,
    Timeout,
    RateLimited,
}

impl From<FailureKind> for CallStatus {
    fn from(kind: FailureKind) -> Self {
        match kind {
            FailureKind::Error => Self::Error,
            FailureKind::Timeout => Self::Timeout,
            FailureKind::RateLimited => Self::RateLimited,
        }
    }
}

/// What was waited for when the time was up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Connect,
    FirstByte,
    Idle,
    Total,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Connect => "a connection",
            Phase::FirstByte => "the first byte",
            Phase::Idle => "progress within the reply",
            Phase::Total => "the end of the reply",
        })
    }
}

/// What the provider said about a failure; for logs, not for people in a chat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// HTTP status of the answer; 200 if it failed in the middle.
    pub http_status: u16,
    /// The code within the error, which is an HTTP status too; the answer's own if there is none.
    pub code: u16,
    /// The gRPC name such as `RESOURCE_EXHAUSTED`, or the phrase of the HTTP status.
    pub status: String,
    /// The provider's sentence, or the body if it is no error of the provider's form.
    pub message: String,
    /// A finer name such as `API_KEY_INVALID`.
    pub reason: Option<String>,
}

impl fmt::Display for Report {
    /// One line of bounded length: what a proxy put there must not write on an operator's terminal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LONGEST: usize = 300;
        write!(f, "{} {}", self.code, self.status)?;
        if let Some(reason) = &self.reason {
            write!(f, " ({reason})")?;
        }
        let first = self.message.lines().next().unwrap_or_default();
        let line: String = first.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        if line.is_empty() { Ok(()) } else { write!(f, ": {line}") }
    }
}

/// Why a client cannot be made from the configuration.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error("the key of provider {provider:?} holds a character that no HTTP header may carry")]
    Key { provider: String },
    #[error("the address of provider {provider:?} cannot have a path appended")]
    BaseUrl { provider: String },
    #[error("provider {provider:?}: {model:?} is not the name of a model")]
    Model { provider: String, model: String },
    #[error("MODERATION_MODEL: there is no provider of {model:?} that speaks OpenAI's language")]
    Moderation { model: String },
    #[error("FALLBACK_MODELS: there is no provider of {model:?}")]
    Fallback { model: String },
    #[error("the HTTP client cannot be set up")]
    Client(#[source] reqwest::Error),
}
