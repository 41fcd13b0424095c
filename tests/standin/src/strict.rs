//! What the true service refuses in a generate request besides unknown fields. Knows the request, never the answer.

use serde_json::Value;

use crate::errors::ApiError;
use crate::fields::{GENERATE, camel_case};

/// Refuses with 400 what the true service would refuse from a client that asks `model`.
pub(crate) fn check(model: &str, body: &Value) -> Result<(), ApiError> {
    GENERATE.check(body)?;
    let contents = list(body, "contents");
    if contents.is_empty() {
        return Err(ApiError::invalid("* GenerateContentRequest.contents: contents is not specified\n"));
    }
    for (at, content) in contents.iter().enumerate() {
        check_content(at, content)?;
    }
    check_last_turn(model, contents)?;
    check_signatures(model, contents)?;
    check_function_results(contents)?;
    check_thinking(body)
}

fn check_content(at: usize, content: &Value) -> Result<(), ApiError> {
    if !matches!(role(content), "user" | "model") {
        return Err(ApiError::invalid("Please use a valid role: user, model."));
    }
    let parts = list(content, "parts");
    if parts.is_empty() {
        let place = format!("GenerateContentRequest.contents[{at}].parts");
        return Err(ApiError::invalid(format!("* {place}: contents.parts must not be empty.\n")));
    }
    const PAYLOADS: [&str; 9] = [
        "text",
        "inlineData",
        "fileData",
        "functionCall",
        "functionResponse",
        "executableCode",
        "codeExecutionResult",
        "toolCall",
        "toolResponse",
    ];
    for (number, part) in parts.iter().enumerate() {
        if !PAYLOADS.iter().any(|payload| field(part, payload).is_some()) {
            let place = format!("GenerateContentRequest.contents[{at}].parts[{number}].data");
            let rule = "required oneof field 'data' must have one initialized field";
            return Err(ApiError::invalid(format!("* {place}: {rule}\n")));
        }
    }
    Ok(())
}

fn check_last_turn(model: &str, contents: &[Value]) -> Result<(), ApiError> {
    let refused = Generation::of(model).is_some_and(Generation::refuses_prefill);
    if refused && contents.last().is_some_and(|last| role(last) == "model") {
        return Err(ApiError::invalid("Requests ending with a model turn are not supported."));
    }
    Ok(())
}

/// In the current turn, the first call of each step must carry its signature; calls beside it have none of their own.
fn check_signatures(model: &str, contents: &[Value]) -> Result<(), ApiError> {
    if !Generation::of(model).is_some_and(Generation::signs) {
        return Ok(());
    }
    let asks = |content: &Value| role(content) == "user" && calls(content, "functionResponse") == 0;
    let start = contents.iter().rposition(asks).unwrap_or(0);
    for (at, content) in
        contents.iter().enumerate().skip(start).filter(|(_, content)| role(content) == "model")
    {
        let mut parts = list(content, "parts").iter();
        let Some(call) = parts.find(|part| field(part, "functionCall").is_some()) else { continue };
        let name =
            &call[if call.get("functionCall").is_some() { "functionCall" } else { "function_call" }]["name"];
        match field(call, "thoughtSignature").and_then(Value::as_str) {
            None | Some("") => {
                return Err(ApiError::invalid(format!(
                    "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call `{}` , position {at}.",
                    name.as_str().unwrap_or_default()
                )));
            }
            Some(signature) if !is_base64(signature) => {
                return Err(ApiError::invalid("Thought signature is not valid."));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn check_function_results(contents: &[Value]) -> Result<(), ApiError> {
    let unequal = |pair: &[Value]| {
        let asked = if role(&pair[0]) == "model" { calls(&pair[0], "functionCall") } else { 0 };
        let answered = calls(&pair[1], "functionResponse");
        (asked > 0 || answered > 0) && asked != answered
    };
    if contents.windows(2).any(unequal) {
        return Err(ApiError::invalid(
            "Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.",
        ));
    }
    Ok(())
}

fn check_thinking(body: &Value) -> Result<(), ApiError> {
    let config = field(body, "generationConfig").and_then(|config| field(config, "thinkingConfig"));
    let Some(config) = config else { return Ok(()) };
    let level = field(config, "thinkingLevel");
    if level.is_some() && field(config, "thinkingBudget").is_some() {
        return Err(ApiError::invalid("You can only set only one of thinking budget and thinking level."));
    }
    const LEVELS: [&str; 6] = ["THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH"];
    match level.map(|level| level.as_str().unwrap_or_default().to_ascii_uppercase()) {
        Some(level) if !LEVELS.contains(&level.as_str()) => Err(ApiError::invalid(format!(
            "Invalid value at 'generation_config.thinking_config.thinking_level' (type.googleapis.com/google.ai.generativelanguage.v1beta.ThinkingConfig.ThinkingLevel), \"{level}\""
        ))),
        _ => Ok(()),
    }
}

/// The generation that a model's name tells, such as 3.5 of `gemini-3.5-flash-lite`.
#[derive(Clone, Copy)]
pub(crate) struct Generation {
    number: (u32, u32),
    lite: bool,
}

impl Generation {
    pub(crate) fn of(model: &str) -> Option<Self> {
        // The aliases stand for what they were recorded to answer as.
        let model = match model {
            "gemini-flash-latest" => "gemini-3.5-flash",
            "gemini-flash-lite-latest" => "gemini-3.1-flash-lite",
            "gemini-pro-latest" => "gemini-3.1-pro-preview",
            other => other,
        };
        let number = model.strip_prefix("gemini-")?.split('-').next()?;
        let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
        // Generation 4 numbers its models by name: gemini-4-hydrogen.
        Some(Self { number: (major.parse().ok()?, minor.parse().ok()?), lite: model.contains("-flash-lite") })
    }

    /// Whether the models of this generation sign their thoughts.
    pub(crate) fn signs(self) -> bool {
        self.number >= (3, 0)
    }

    fn refuses_prefill(self) -> bool {
        self.number >= (3, 6) || (self.lite && self.number >= (3, 5))
    }
}

/// A field under either of its spellings; null counts as absent.
pub(crate) fn field<'a>(value: &'a Value, camel: &str) -> Option<&'a Value> {
    let members = value.as_object()?;
    members.iter().find(|(name, value)| !value.is_null() && camel_case(name) == camel).map(|(_, value)| value)
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    field(value, name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn role(content: &Value) -> &str {
    field(content, "role").and_then(Value::as_str).filter(|role| !role.is_empty()).unwrap_or("user")
}

fn calls(content: &Value, payload: &str) -> usize {
    list(content, "parts").iter().filter(|part| field(part, payload).is_some()).count()
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::recordings::Recordings;

    fn verdict(model: &str, body: Value) -> String {
        match check(model, &body) {
            Ok(()) => "accepted".into(),
            Err(error) => error.body["error"]["message"].as_str().expect("a message").to_owned(),
        }
    }

    fn prefill() -> Value {
        json!({"contents": [{"parts": [{"text": "a"}]}, {"role": "model", "parts": [{"text": "b"}]}]})
    }

    #[test]
    fn a_request_that_ends_with_a_model_turn_is_refused_by_the_newer_models() {
        for model in ["gemini-3.6-flash", "gemini-3.5-flash-lite", "gemini-3.8-flash", "gemini-4-hydrogen"] {
            assert_eq!(
                verdict(model, prefill()),
                "Requests ending with a model turn are not supported.",
                "{model}"
            );
        }
        for model in ["gemini-3.5-flash", "gemini-3.1-flash-lite", "gemini-2.5-pro", "gemini-flash-latest"] {
            assert_eq!(verdict(model, prefill()), "accepted", "{model}");
        }
    }

    #[test]
    fn a_call_that_lost_its_signature_is_refused_from_gemini_3_on() {
        let history = |call: Value| {
            json!({"contents": [
                {"role": "user", "parts": [{"text": "weather?"}]},
                {"role": "model", "parts": [call]},
                {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {"output": 3}}}]},
            ]})
        };
        let bare = json!({"functionCall": {"name": "weather", "args": {}}});
        let signed = json!({"functionCall": {"name": "weather", "args": {}}, "thoughtSignature": "EroBCg=="});
        let damaged =
            json!({"functionCall": {"name": "weather", "args": {}}, "thoughtSignature": "Er \u{fffd}"});
        assert!(
            verdict("gemini-3.1-pro-preview", history(bare.clone())).starts_with("Function call is missing")
        );
        assert_eq!(verdict("gemini-3.1-pro-preview", history(damaged)), "Thought signature is not valid.");
        assert_eq!(verdict("gemini-3.1-pro-preview", history(signed)), "accepted");
        assert_eq!(verdict("gemini-2.5-flash", history(bare)), "accepted");
    }

    #[test]
    fn a_level_and_a_budget_do_not_go_together() {
        let body = json!({
            "contents": [{"parts": [{"text": "a"}]}],
            "generationConfig": {"thinkingConfig": {"thinkingBudget": 0, "thinkingLevel": "LOW"}},
        });
        assert_eq!(
            verdict("gemini-3.5-flash", body),
            "You can only set only one of thinking budget and thinking level."
        );
    }

    #[test]
    fn every_call_wants_its_result() {
        let body = json!({"contents": [
            {"parts": [{"text": "a"}]},
            {"role": "model", "parts": [{"functionCall": {"name": "f"}}, {"functionCall": {"name": "g"}}]},
            {"parts": [{"functionResponse": {"name": "f", "response": {}}}]},
        ]});
        assert!(
            verdict("gemini-2.5-flash", body)
                .starts_with("Please ensure that the number of function response")
        );
    }

    #[test]
    fn what_the_true_service_accepted_is_accepted() {
        let recordings = Recordings::bundled();
        let mut seen = 0;
        for recording in recordings.iter().filter(|r| r.status == 200 && !r.request["contents"].is_null()) {
            if let (Some(model), "stream" | "unary") = (recording.model(), recording.kind.as_str()) {
                assert_eq!(verdict(model, recording.request.clone()), "accepted", "{}", recording.id);
                seen += 1;
            }
        }
        assert!(seen > 70, "only {seen} recorded requests");
    }
}
