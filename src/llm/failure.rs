//! Providers' failures, from what was answered to an [`LlmError`]. Knows no network and no key.
//!
//! Reads Google's form, OpenAI's, and the text alone that some servers put in the place of an object. The HTTP status
//! decides, never the content type: before a stream begins Google's errors come as `text/event-stream` with a plain
//! JSON body. A body may also be an array around the object, or a proxy's HTML page.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::llm::error::{LlmError, Report};
use crate::protocol::LONGEST_MODEL_NAME;

/// What OpenAI calls it when the account's money is used up.
const OUT_OF_CREDIT: [&str; 2] = ["insufficient_quota", "billing_hard_limit_reached"];
/// The HTTP status under which a stream runs, whatever happens within it.
pub const OK: u16 = 200;
/// Longest sentence or foreign body that is kept for the logs, in characters.
const LONGEST_MESSAGE: usize = 4096;

/// Reads an answer whose HTTP status is no success. `retry_after` is the wait that its headers ask for.
pub fn from_answer(http_status: u16, retry_after: Option<Duration>, body: &[u8]) -> LlmError {
    match error_object(body) {
        Some(error) => from_error(http_status, &error, retry_after),
        None => {
            let message = clipped(&String::from_utf8_lossy(body));
            let phrase = StatusCode::from_u16(http_status).ok().and_then(|status| status.canonical_reason());
            let status = phrase.unwrap_or_default().to_owned();
            let report = Report { http_status, code: http_status, status, message, reason: None };
            classify(report, retry_after, &Value::Null)
        }
    }
}

/// Reads the value of an answer's `error`, which came with this HTTP status.
pub fn from_error(http_status: u16, error: &Value, retry_after: Option<Duration>) -> LlmError {
    let text = |value: &Value| clipped(value.as_str().unwrap_or_default());
    let details = &error["details"];
    let status = error["status"].as_str().or(error["type"].as_str()).unwrap_or_default();
    let status = name(status);
    let reason = of_type(details, "ErrorInfo").find_map(|info| info["reason"].as_str());
    let reason = reason.or(error["code"].as_str()).map(name);
    // A failure within a stream has an HTTP status of 200, so the error has to say what it is.
    let own_code = error["code"].as_u64().and_then(|code| u16::try_from(code).ok());
    let named = reason.as_deref().and_then(code_of).or_else(|| code_of(&status));
    let code = own_code.or(named.filter(|_| http_status == OK)).unwrap_or(http_status);
    let message = if error.is_string() { text(error) } else { text(&error["message"]) };
    let stated = of_type(details, "RetryInfo")
        .find_map(|info| duration(info["retryDelay"].as_str()?))
        .max(delay_in(&message))
        .map(next_second)
        .or(retry_after);
    classify(Report { http_status, code, status, message, reason }, stated, details)
}

/// Reads a piece of a good answer, or the error that came in its place. The parser's own errors are not passed on: they
/// quote the text they fail at.
pub fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, LlmError> {
    serde_json::from_slice(json).map_err(|_| match error_object(json) {
        Some(error) => from_error(OK, &error, None),
        None => LlmError::Unreadable("an answer is not JSON of the expected shape"),
    })
}

/// Finds the `error` of a body that is an error object or an array around one.
pub fn error_object(body: &[u8]) -> Option<Value> {
    let mut body: Value = serde_json::from_slice(body).ok()?;
    if let Some(first) = body.get_mut(0) {
        body = first.take();
    }
    body.get_mut("error").map(Value::take).filter(|error| !error.is_null())
}

/// Reads the header `Retry-After`: seconds, or a date, which counts from `now`.
pub fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTimeParser::new().parse_timestamp(header).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

fn classify(report: Report, retry_after: Option<Duration>, details: &Value) -> LlmError {
    let decisive = if report.http_status == OK { report.code } else { report.http_status };
    match decisive {
        429 if out_of_quota(&report, details) => LlmError::Quota { report },
        429 => LlmError::RateLimited { retry_after, report },
        408 | 500 | 502 | 503 | 504 => LlmError::Overloaded { retry_after, report },
        400..=498 => LlmError::Refused { report },
        _ => LlmError::Provider { report },
    }
}

/// Whether waiting a minute is in vain: a daily quota, or a model for which there is none.
fn out_of_quota(report: &Report, details: &Value) -> bool {
    let daily = of_type(details, "QuotaFailure")
        .filter_map(|failure| failure["violations"].as_array())
        .flatten()
        .any(|violation| violation["quotaId"].as_str().is_some_and(|id| id.contains("PerDay")));
    let none = report.message.split("limit: ").skip(1).any(|limit| {
        let number = limit.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
        number.trim_end_matches('.') == "0"
    });
    daily || none || OUT_OF_CREDIT.iter().any(|code| report.reason.as_deref() == Some(code))
}

/// A name that the provider gave, of a status, a reason or a model: it is logged, stored and shown, so it is as short as
/// the longest model's, and breaks no line.
pub fn name(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_MODEL_NAME).collect()
}

fn clipped(text: &str) -> String {
    text.chars().take(LONGEST_MESSAGE).collect()
}

fn of_type<'a>(details: &'a Value, name: &'static str) -> impl Iterator<Item = &'a Value> {
    details
        .as_array()
        .into_iter()
        .flatten()
        .filter(move |detail| detail["@type"].as_str().is_some_and(|of| of.rsplit('.').next() == Some(name)))
}

fn code_of(status: &str) -> Option<u16> {
    Some(match status {
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" | "invalid_request_error" => 400,
        "UNAUTHENTICATED" | "invalid_api_key" => 401,
        "PERMISSION_DENIED" => 403,
        "NOT_FOUND" => 404,
        "RESOURCE_EXHAUSTED" | "rate_limit_exceeded" | "insufficient_quota" => 429,
        "CANCELLED" => 499,
        "INTERNAL" | "UNKNOWN" | "DATA_LOSS" | "server_error" | "internal_server_error" => 500,
        "UNAVAILABLE" | "overloaded_error" => 503,
        "DEADLINE_EXCEEDED" => 504,
        _ => return None,
    })
}

/// The delay in a message such as `… Please retry in 48.939935699s.`, finer than the field beside it, or `… Please try
/// again in 6ms.`
fn delay_in(message: &str) -> Option<Duration> {
    let (_, delay) = message.rsplit_once("retry in ").or_else(|| message.rsplit_once("try again in "))?;
    duration(delay.split_whitespace().next()?.trim_end_matches('.'))
}

/// Reads `48s`, `48.9s`, `900ms` and `1h2m3s`.
fn duration(mut text: &str) -> Option<Duration> {
    let mut seconds = 0.0;
    while !text.is_empty() {
        let number = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let unit = text[number..].find(|c: char| c.is_ascii_digit()).map_or(text.len(), |end| number + end);
        let factor = match &text[number..unit] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        seconds += text[..number].parse::<f64>().ok()? * factor;
        text = &text[unit..];
    }
    Duration::try_from_secs_f64(seconds).ok()
}

/// The whole second after: the provider cuts fractions off, and an early request is refused again.
fn next_second(delay: Duration) -> Duration {
    Duration::from_secs(delay.as_secs().saturating_add(1))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::Timestamp;
    use serde_json::{Value, json};

    use super::{duration, from_answer, from_error, retry_after};
    use crate::llm::error::LlmError;

    fn limited(message: &str, details: Value) -> LlmError {
        let error =
            json!({"code": 429, "message": message, "status": "RESOURCE_EXHAUSTED", "details": details});
        from_answer(429, None, json!({ "error": error }).to_string().as_bytes())
    }

    fn retry_info(delay: &str) -> Value {
        json!([{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}])
    }

    fn wait(error: &LlmError) -> Option<u64> {
        match error {
            LlmError::RateLimited { retry_after, .. } => retry_after.map(|delay| delay.as_secs()),
            other => panic!("not rate limited: {other:?}"),
        }
    }

    #[test]
    fn the_wait_is_the_stated_one_rounded_up() {
        assert_eq!(wait(&limited("Slow down.", retry_info("48s"))), Some(49));
        assert_eq!(wait(&limited("Please retry in 48.939935699s.", retry_info("48s"))), Some(49));
        assert_eq!(wait(&limited("Please retry in 2.5s.", Value::Null)), Some(3));
        assert_eq!(wait(&limited("Please retry in 120.25ms.", Value::Null)), Some(1));
        assert_eq!(wait(&limited("Slow down.", Value::Null)), None);
    }

    #[test]
    fn the_header_counts_where_the_body_says_nothing() {
        let header = Some(Duration::from_secs(7));
        assert_eq!(wait(&from_answer(429, header, b"slow")), Some(7));
        let error = json!({"code": 429, "details": retry_info("3s")});
        assert_eq!(wait(&from_error(429, &error, header)), Some(4));
    }

    #[test]
    fn a_daily_quota_and_a_missing_one_are_no_rate_limits() {
        let violation = json!([{
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}],
        }]);
        assert!(matches!(limited("Please retry in 5s.", violation), LlmError::Quota { .. }));
        for (message, quota) in [
            ("limit: 0, model: x\nPlease retry in 5s.", true),
            ("limit: 0", true),
            ("limit: 0.", true),
            ("limit: 0.5", false),
            ("limit: 05", false),
            ("limit: 100, model: x", false),
        ] {
            assert_eq!(matches!(limited(message, Value::Null), LlmError::Quota { .. }), quota, "{message}");
        }
    }

    #[test]
    fn a_retry_after_header_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        assert_eq!(retry_after("30", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Sat, 21 Nov 2026 08:00:09 GMT", now), Some(Duration::from_secs(9)));
        assert_eq!(retry_after("Sat, 21 Nov 2026 07:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn durations_are_read_in_every_form_seen() {
        for (text, millis) in [("48s", 48_000), ("0.25s", 250), ("900ms", 900), ("1h2m3s", 3_723_000)] {
            assert_eq!(duration(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["48", "s", "1x", "-3s", "1e400s", "1.2.3s"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn an_error_within_a_stream_is_what_it_says_it_is() {
        let kind = |error: Value| from_error(200, &error, None);
        assert!(matches!(kind(json!({"code": 503})), LlmError::Overloaded { .. }));
        assert!(matches!(kind(json!({"status": "UNAVAILABLE"})), LlmError::Overloaded { .. }));
        assert!(matches!(kind(json!({"code": 429})), LlmError::RateLimited { .. }));
        assert!(matches!(kind(json!({"code": 499, "status": "CANCELLED"})), LlmError::Provider { .. }));
        assert!(matches!(kind(json!({"code": 400})), LlmError::Refused { .. }));
        assert!(matches!(kind(json!("text")), LlmError::Provider { .. }));
    }

    #[test]
    fn the_http_status_decides_over_the_code_in_the_body() {
        let body = br#"[{"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}}]"#;
        assert!(matches!(from_answer(503, None, body), LlmError::Overloaded { .. }));
        let LlmError::Refused { report } = from_answer(400, None, body) else { panic!("not refused") };
        assert_eq!((report.status.as_str(), report.message.as_str()), ("INVALID_ARGUMENT", "no"));
    }
}
