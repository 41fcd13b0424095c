//! How a reply ended, in a typed status and a sentence that a member understands. Pure.

use crate::config::providers::GEMINI;
use crate::llm::delta::Finish;
use crate::llm::error::LlmError;
use crate::llm::models::Harm;
use crate::protocol::{MessageStatus, OverBudget, Reason};
use crate::store::rows::Outcome;

/// The end of a reply, before its text and usage are added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub status: MessageStatus,
    pub reason: Option<Reason>,
    pub detail: Option<String>,
    /// The budget that had no room for it.
    pub budget: Option<OverBudget>,
}

impl Ending {
    fn complete() -> Self {
        Self { status: MessageStatus::Complete, reason: None, detail: None, budget: None }
    }

    fn failed(reason: Reason, detail: impl Into<String>) -> Self {
        let detail = Some(detail.into());
        Self { status: MessageStatus::Failed, reason: Some(reason), detail, budget: None }
    }

    /// Cut at a limit: what is there is good, but not all.
    pub fn cut() -> Self {
        let detail = Some("The reply reached its length limit and was cut.".to_owned());
        Self { reason: Some(Reason::Cut), detail, ..Self::complete() }
    }

    /// Somebody's budget has no room for the reply; the sentence says whose.
    pub fn over_budget((sentence, budget): (String, OverBudget)) -> Self {
        Self { budget: Some(budget), ..Self::failed(Reason::Budget, sentence) }
    }

    /// The operator's moderation found the question harmful.
    pub fn harmful_question(harm: &Harm) -> Self {
        Self::failed(Reason::BlockedPrompt, format!("The question was stopped by moderation{}.", named(harm)))
    }

    /// The operator's moderation found the reply harmful.
    pub fn harmful_reply(harm: &Harm) -> Self {
        Self::failed(Reason::BlockedReply, format!("The reply was taken back by moderation{}.", named(harm)))
    }

    /// Nobody could say whether it is harmful, and so nothing is let through.
    pub fn unjudged() -> Self {
        Self::failed(
            Reason::ProviderError,
            "Moderation does not answer, so nothing is let through. Try again.",
        )
    }

    /// The server went down while the reply was being written.
    pub fn restarted() -> Self {
        let detail = "The server was restarted while the reply was being written. Ask again.";
        Self { status: MessageStatus::Interrupted, ..Self::failed(Reason::Restarted, detail) }
    }

    /// The question was deleted before it was answered.
    pub fn unasked() -> Self {
        let detail = Some("The question was deleted.".to_owned());
        Self { status: MessageStatus::Stopped, detail, ..Self::complete() }
    }

    /// The outcome of a run that ends like this; the text stays as it was checkpointed.
    pub fn outcome(self) -> Outcome {
        let Self { status, reason, detail, budget } = self;
        Outcome { reason, detail, budget, ..Outcome::of(status) }
    }

    /// The model's own end; `has_text` says whether anything can be shown.
    pub fn of_finish(finish: &Finish, has_text: bool) -> Self {
        match (finish, has_text) {
            (Finish::Stop, true) => Self::complete(),
            (Finish::Stop, false) => Self::failed(Reason::Empty, "The model gave an empty reply. Ask again."),
            (Finish::MaxTokens | Finish::Continuation, true) => Self::cut(),
            (Finish::MaxTokens | Finish::Continuation, false) => Self::failed(
                Reason::Empty,
                "The model used up its length limit for thinking and said nothing. Ask something smaller, or allow it \
                 more tokens.",
            ),
            (Finish::Filtered(reason), _) => Self::failed(
                Reason::BlockedReply,
                format!("The reply was stopped by the provider's filter ({}).", readable(reason)),
            ),
            (Finish::Malformed(_), _) => {
                Self::failed(Reason::ProviderError, "The model's reply went wrong. Ask again.")
            }
            (Finish::Other(reason), _) => Self::failed(
                Reason::Incomplete,
                format!("The reply ended for an unknown reason ({}).", readable(reason)),
            ),
        }
    }

    /// A failure on the way.
    pub fn of_error(error: &LlmError) -> Self {
        match error {
            LlmError::NotConfigured { provider } => Self::failed(
                Reason::BotUnavailable,
                match provider.as_str() {
                    GEMINI => "The bot is not set up: the server needs GEMINI_API_KEY.".to_owned(),
                    other => format!("The bot is not set up: the server needs a key for {other}."),
                },
            ),
            LlmError::UnknownModel { model } => Self::failed(
                Reason::ProviderRefused,
                format!("This server has no model {model:?}. Choose another one."),
            ),
            LlmError::Resting => Self::failed(
                Reason::ProviderError,
                "The model has failed several times in a row and is left alone for a while. Try again in a minute.",
            ),
            LlmError::NoQuestion => Self::failed(Reason::Empty, "There was nothing to answer."),
            LlmError::BlockedPrompt { reason } => Self::failed(
                Reason::BlockedPrompt,
                format!("The provider refused the question ({}).", readable(reason)),
            ),
            LlmError::RateLimited { retry_after, .. } => Self::failed(
                Reason::RateLimited,
                match retry_after {
                    Some(wait) => {
                        format!("Too many requests to the model. Try again in {} s.", wait.as_secs().max(1))
                    }
                    None => "Too many requests to the model. Try again in a minute.".into(),
                },
            ),
            LlmError::Quota { .. } => {
                Self::failed(Reason::Quota, "The server's quota for the model is used up for now.")
            }
            LlmError::Refused { report } if report.http_status == 404 => Self::failed(
                Reason::ProviderRefused,
                "The provider does not have this model. Choose another one, or ask an administrator of the server.",
            ),
            LlmError::Refused { report } => Self::failed(
                Reason::ProviderRefused,
                format!(
                    "The provider refused the request ({}). The server's key or model needs attention.",
                    readable(report.reason.as_deref().unwrap_or(&report.status))
                ),
            ),
            LlmError::Timeout(_) => Self::failed(Reason::Timeout, "The model took too long. Ask again."),
            LlmError::Incomplete => {
                Self::failed(Reason::Incomplete, "The reply broke off before its end. Ask again.")
            }
            LlmError::Overloaded { .. } => {
                Self::failed(Reason::ProviderError, "The model is overloaded. Try again in a minute.")
            }
            LlmError::Provider { .. } | LlmError::Transport(_) | LlmError::Unreadable(_) => {
                Self::failed(Reason::ProviderError, "The model's service failed. Try again.")
            }
        }
    }
}

/// The categories of harm in brackets, if they were told.
fn named(harm: &Harm) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '_');
    let word = |name: &String| name.chars().filter(is_plain).take(60).collect::<String>();
    let words: Vec<String> = harm.categories.iter().map(word).collect();
    if words.is_empty() { String::new() } else { format!(" ({})", words.join(", ")) }
}

/// What the room is told where another model answered than the chosen one.
pub fn fallback(chosen: &str, failure: &LlmError, answering: &str) -> String {
    let trouble = match failure {
        LlmError::RateLimited { .. } | LlmError::Quota { .. } => "is at its limit",
        LlmError::Timeout(_) => "took too long",
        LlmError::Resting => "has failed several times in a row",
        LlmError::Overloaded { .. } => "is overloaded",
        _ => "failed",
    };
    format!("{chosen} {trouble}; {answering} was asked instead.")
}

/// A provider's constant as words: `MAX_TOKENS` → `max tokens`; nothing that is not a constant.
fn readable(constant: &str) -> String {
    let words = |c: char| if c == '_' { ' ' } else { c.to_ascii_lowercase() };
    constant.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::Ending;
    use crate::llm::delta::Finish;
    use crate::protocol::{MessageStatus, Reason};

    #[test]
    fn every_finish_has_a_status_and_all_but_success_a_sentence() {
        let table = [
            (Finish::Stop, true, MessageStatus::Complete, None),
            (Finish::Stop, false, MessageStatus::Failed, Some(Reason::Empty)),
            (Finish::MaxTokens, true, MessageStatus::Complete, Some(Reason::Cut)),
            (Finish::MaxTokens, false, MessageStatus::Failed, Some(Reason::Empty)),
            (Finish::Filtered("SAFETY".into()), true, MessageStatus::Failed, Some(Reason::BlockedReply)),
            (Finish::Malformed("X".into()), false, MessageStatus::Failed, Some(Reason::ProviderError)),
            (Finish::Other("FAKE_ENUM".into()), true, MessageStatus::Failed, Some(Reason::Incomplete)),
        ];
        for (finish, has_text, status, reason) in table {
            let ending = Ending::of_finish(&finish, has_text);
            assert_eq!((ending.status, ending.reason), (status, reason), "{finish:?}");
            assert_eq!(ending.detail.is_some(), reason.is_some(), "{finish:?}");
        }
    }
}
