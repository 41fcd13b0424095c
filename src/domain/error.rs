//! Why a rule said no; the one mapping to the codes that clients see.

use std::time::Duration;

use crate::protocol::{ErrorCode, FieldError, OverBudget};
use crate::store::error::StoreError;

/// What every rule returns.
pub type Result<T> = std::result::Result<T, Error>;

/// A refusal or a failure, named by what the caller can do about it. The text is for people.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0}")]
    BadRequest(&'static str),
    #[error("some fields are not valid")]
    Invalid(Vec<FieldError>),
    #[error("{0}")]
    Unauthenticated(&'static str),
    #[error("{0}")]
    Forbidden(&'static str),
    /// The room's settings leave this to the room; the field says what.
    #[error("this chat does not let a question choose its own {0}")]
    Withheld(&'static str),
    #[error("there is no such {0}")]
    NotFound(&'static str),
    #[error("{0}")]
    Conflict(&'static str),
    /// Somebody else has this; the field says what.
    #[error("this {0} is taken")]
    Taken(&'static str),
    #[error("{0}")]
    TooLarge(&'static str),
    #[error("too many requests, try again later")]
    RateLimited { retry_after: Duration },
    /// Somebody's budget has no room for it; the sentence says whose.
    #[error("{sentence}")]
    OverBudget { sentence: String, budget: OverBudget },
    /// A model's provider failed.
    #[error("{0}")]
    Provider(&'static str),
    #[error("the server cannot reach or write its database, try again")]
    Unavailable(#[source] StoreError),
    #[error("something went wrong on the server")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A single field that was not accepted.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::BadRequest(_) => ErrorCode::BadRequest,
            Self::Invalid(_) => ErrorCode::ValidationFailed,
            Self::Unauthenticated(_) => ErrorCode::Unauthenticated,
            Self::Forbidden(_) | Self::Withheld(_) => ErrorCode::Forbidden,
            Self::NotFound(_) => ErrorCode::NotFound,
            Self::Conflict(_) | Self::Taken(_) => ErrorCode::Conflict,
            Self::TooLarge(_) => ErrorCode::TooLarge,
            Self::RateLimited { .. } | Self::OverBudget { .. } => ErrorCode::RateLimited,
            Self::Unavailable(_) | Self::Provider(_) => ErrorCode::Unavailable,
            Self::Internal(_) => ErrorCode::Internal,
        }
    }

    /// The fields that it is about, each with its complaint.
    pub fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Invalid(errors) => errors.clone(),
            Self::Taken(field) | Self::Withheld(field) => {
                vec![FieldError { field: (*field).into(), message: self.to_string() }]
            }
            _ => Vec::new(),
        }
    }

    /// The budget that has no room for it.
    pub fn budget(&self) -> Option<OverBudget> {
        match self {
            Self::OverBudget { budget, .. } => Some(*budget),
            _ => None,
        }
    }

    /// The sentence for people: the first field's complaint where there is one.
    pub fn detail(&self) -> String {
        match self {
            Self::Invalid(errors) => match errors.first() {
                Some(FieldError { field, message }) => format!("{field}: {message}"),
                None => self.to_string(),
            },
            other => other.to_string(),
        }
    }

    /// Whole seconds to wait before trying again, where that helps.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::RateLimited { retry_after } => Some(retry_after.as_secs_f64().ceil().max(1.0) as u64),
            Self::Unavailable(_) => Some(1),
            _ => None,
        }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable(error),
            StoreError::Broken(_) => Self::Internal(Box::new(error)),
        }
    }
}
