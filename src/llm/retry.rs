//! Whether a request that failed before its reply began is sent again, and when. A pure decision.

use std::time::Duration;

use crate::llm::error::{LlmError, Phase};

/// Longest pause somebody who waits for a reply is asked to bear.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Longest pause where there is another model to ask.
pub const LONGEST_PAUSE_WITH_FALLBACK: Duration = Duration::from_secs(3);
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The pause before the next try, or `None` to give up.
///
/// `failed` counts the tries that have failed so far, this one included; `allowed` is how many retries there may
/// be; `longest` is the longest pause that is borne; `jitter` is a random number from 0 to 1, so that many who
/// failed together do not come back together.
pub fn pause(
    error: &LlmError,
    failed: u32,
    allowed: u32,
    longest: Duration,
    jitter: f64,
) -> Option<Duration> {
    if failed > allowed {
        return None;
    }
    let stated = match error {
        LlmError::RateLimited { retry_after, .. } | LlmError::Overloaded { retry_after, .. } => *retry_after,
        LlmError::Timeout(Phase::Connect) => None,
        LlmError::Transport(source) if source.is_connect() => None,
        _ => return None,
    };
    match stated {
        Some(pause) => (pause <= longest).then_some(pause),
        None => {
            let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(failed.saturating_sub(1)));
            Some(doubled.mul_f64(1.0 + jitter.clamp(0.0, 1.0)).min(longest))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{LONGEST_PAUSE, pause};
    use crate::llm::error::{LlmError, Phase, Report};

    fn overloaded() -> LlmError {
        LlmError::Overloaded { retry_after: None, report: Report::default() }
    }

    fn limited(seconds: u64) -> LlmError {
        LlmError::RateLimited { retry_after: Some(Duration::from_secs(seconds)), report: Report::default() }
    }

    #[test]
    fn pauses_double_up_to_a_minute() {
        let pauses: Vec<u64> = (1..=8)
            .filter_map(|failed| pause(&overloaded(), failed, 10, LONGEST_PAUSE, 0.0))
            .map(|d| d.as_secs())
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pause(&overloaded(), 2, 10, LONGEST_PAUSE, 0.5), Some(Duration::from_secs(3)));
        assert_eq!(
            pause(&overloaded(), u32::MAX, u32::MAX, LONGEST_PAUSE, 1.0),
            Some(Duration::from_secs(60))
        );
    }

    #[test]
    fn a_stated_wait_is_kept_exactly_unless_it_is_too_long() {
        assert_eq!(pause(&limited(49), 1, 3, LONGEST_PAUSE, 0.9), Some(Duration::from_secs(49)));
        assert_eq!(pause(&limited(60), 1, 3, LONGEST_PAUSE, 0.9), Some(Duration::from_secs(60)));
        assert_eq!(pause(&limited(61), 1, 3, LONGEST_PAUSE, 0.9), None);
    }

    #[test]
    fn there_are_as_many_retries_as_allowed() {
        assert!(pause(&overloaded(), 3, 3, LONGEST_PAUSE, 0.0).is_some());
        assert!(pause(&overloaded(), 4, 3, LONGEST_PAUSE, 0.0).is_none());
        assert!(pause(&overloaded(), 1, 0, LONGEST_PAUSE, 0.0).is_none());
    }

    #[test]
    fn what_would_fail_again_is_not_tried_again() {
        let report = Report::default;
        for error in [
            LlmError::NotConfigured { provider: "x".into() },
            LlmError::UnknownModel { model: "x".into() },
            LlmError::Resting,
            LlmError::NoQuestion,
            LlmError::BlockedPrompt { reason: "SAFETY".into() },
            LlmError::Quota { report: report() },
            LlmError::Refused { report: report() },
            LlmError::Provider { report: report() },
            LlmError::Timeout(Phase::FirstByte),
            LlmError::Timeout(Phase::Idle),
            LlmError::Timeout(Phase::Total),
            LlmError::Incomplete,
            LlmError::Unreadable("x"),
        ] {
            assert_eq!(pause(&error, 1, 3, LONGEST_PAUSE, 0.0), None, "{error}");
        }
        assert!(pause(&LlmError::Timeout(Phase::Connect), 1, 3, LONGEST_PAUSE, 0.0).is_some());
    }
}
