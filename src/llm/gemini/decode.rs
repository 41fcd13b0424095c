//! Gemini's answers, from bytes in to deltas out. Knows no network, no clock and no key.

use serde_json::Value;

use crate::llm::decode::Reading;
use crate::llm::delta::{Delta, Finish, ToolCall, Usage};
use crate::llm::error::LlmError;
use crate::llm::failure;
use crate::llm::gemini::wire::{Answer, Candidate, Part, UsageMetadata};

/// Reads the body of a reply that comes whole, into the same deltas.
pub fn whole(body: &[u8], deltas: &mut Vec<Delta>) -> Result<(), LlmError> {
    let mut reply = Reply::default();
    reply.take(body, deltas)?;
    let finish = reply.finish(deltas)?;
    deltas.push(Delta::Finish(finish));
    Ok(())
}

/// What has to be remembered between the events of one reply.
#[derive(Debug, Default)]
pub struct Reply {
    model: Option<String>,
    usage: Usage,
    /// Old models repeat `STOP` in every event, so the last one counts, and only after the end of the body.
    finish_reason: Option<String>,
    block_reason: Option<String>,
}

impl Reading for Reply {
    fn take(&mut self, event: &[u8], deltas: &mut Vec<Delta>) -> Result<(), LlmError> {
        let answer: Answer = failure::read(event)?;
        let model = answer.model_version.filter(|_| self.model.is_none()).map(|model| failure::name(&model));
        if let Some(model) = model.filter(|model| !model.is_empty()) {
            self.model = Some(model.clone());
            deltas.push(Delta::Model(model));
        }
        let candidate =
            answer.candidates.into_iter().flatten().find(|candidate| candidate.index.unwrap_or(0) == 0);
        if let Some(Candidate { content, finish_reason, .. }) = candidate {
            let parts = content.and_then(|content| content.parts).into_iter().flatten();
            deltas.extend(parts.filter_map(delta));
            self.finish_reason = finish_reason.or(self.finish_reason.take());
        }
        if let Some(usage) = answer.usage_metadata.map(usage).filter(|usage| *usage != self.usage) {
            self.usage = usage;
            deltas.push(Delta::Usage(usage));
        }
        let block_reason = answer.prompt_feedback.and_then(|feedback| feedback.block_reason);
        self.block_reason = block_reason.or(self.block_reason.take());
        match answer.error {
            Some(error) => Err(failure::from_error(failure::OK, &error, None)),
            None => Ok(()),
        }
    }

    fn tokens(&self) -> Option<u32> {
        self.usage.total_tokens
    }

    fn finish(self, _: &mut Vec<Delta>) -> Result<Finish, LlmError> {
        match (self.finish_reason, self.block_reason) {
            (Some(reason), _) => Ok(finish(failure::name(&reason))),
            (None, Some(reason)) => Err(LlmError::BlockedPrompt { reason: failure::name(&reason) }),
            (None, None) => Err(LlmError::Incomplete),
        }
    }
}

fn delta(part: Part) -> Option<Delta> {
    if let Some(call) = part.function_call {
        return Some(Delta::ToolCall(ToolCall {
            id: call.id,
            name: call.name.map(|name| failure::name(&name)).unwrap_or_default(),
            args: call.args.unwrap_or(Value::Null),
            signature: part.thought_signature,
        }));
    }
    let text = part.text.filter(|text| !text.is_empty())?;
    Some(if part.thought == Some(true) { Delta::Thought(text) } else { Delta::Text(text) })
}

fn usage(usage: UsageMetadata) -> Usage {
    Usage {
        prompt_tokens: usage.prompt_token_count,
        cached_tokens: usage.cached_content_token_count,
        reply_tokens: usage.candidates_token_count,
        thought_tokens: usage.thoughts_token_count,
        tool_tokens: usage.tool_use_prompt_token_count,
        total_tokens: usage.total_token_count,
    }
}

fn finish(reason: String) -> Finish {
    match reason.as_str() {
        "STOP" => Finish::Stop,
        "MAX_TOKENS" => Finish::MaxTokens,
        "CONTINUATION" => Finish::Continuation,
        "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII"
        | "MODEL_ARMOR" => Finish::Filtered(reason),
        "MALFORMED_FUNCTION_CALL"
        | "MALFORMED_RESPONSE"
        | "UNEXPECTED_TOOL_CALL"
        | "TOO_MANY_TOOL_CALLS"
        | "MISSING_THOUGHT_SIGNATURE" => Finish::Malformed(reason),
        image if image.starts_with("IMAGE_") => Finish::Filtered(reason),
        _ => Finish::Other(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::{Reply, finish};
    use crate::llm::decode::Decoder;
    use crate::llm::delta::{Delta, Finish};
    use crate::llm::error::LlmError;

    fn read(body: &str) -> (Vec<Delta>, Result<(), LlmError>) {
        let (mut decoder, mut deltas) = (Decoder::<Reply>::default(), Vec::new());
        let read = decoder.push(body.as_bytes(), &mut deltas).and_then(|()| decoder.finish(&mut deltas));
        (deltas, read)
    }

    #[test]
    fn only_the_first_candidate_counts_and_nulls_are_nothing() {
        let (deltas, end) = read(concat!(
            r#"data: {"candidates":[{"index":1,"content":{"parts":[{"text":"no"}]},"finishReason":"SAFETY"},"#,
            r#"{"index":0,"content":{"parts":[{"text":"yes","new":1}]},"finishReason":"STOP"},"#,
            r#"{"index":2,"content":{"parts":[{"text":"no"}]}}],"usageMetadata":null,"error":null}"#,
            "\n\n",
            r#"data: {"candidates":null,"promptFeedback":null,"modelVersion":null}"#,
        ));
        end.unwrap();
        assert_eq!(deltas, [Delta::Text("yes".into()), Delta::Finish(Finish::Stop)]);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_does_not_quote_it() {
        for body in [
            "data: secret\n\n",
            "data: {\"candidates\":[{\"content\":\"secret\"}]}\n\n",
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"secret\n\n",
            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"secret\"}]}}]}",
            "data: {\"usageMetadata\":{\"totalTokenCount\":\"secret\"}}\n\n",
        ] {
            let (deltas, end) = read(body);
            assert_eq!(deltas, [], "{body}");
            let error = end.unwrap_err();
            assert!(matches!(error, LlmError::Unreadable(_)), "{body}: {error:?}");
            assert!(!format!("{error:?} {error}").contains("secret"));
        }
    }

    #[test]
    fn every_finish_reason_has_its_kind_and_keeps_its_name() {
        for (reason, kind) in [
            ("STOP", Finish::Stop),
            ("MAX_TOKENS", Finish::MaxTokens),
            ("CONTINUATION", Finish::Continuation),
            ("SAFETY", Finish::Filtered("SAFETY".into())),
            ("RECITATION", Finish::Filtered("RECITATION".into())),
            ("IMAGE_SAFETY", Finish::Filtered("IMAGE_SAFETY".into())),
            ("MALFORMED_FUNCTION_CALL", Finish::Malformed("MALFORMED_FUNCTION_CALL".into())),
            ("MALFORMED_RESPONSE", Finish::Malformed("MALFORMED_RESPONSE".into())),
            ("FINISH_REASON_UNSPECIFIED", Finish::Other("FINISH_REASON_UNSPECIFIED".into())),
            ("NEW", Finish::Other("NEW".into())),
        ] {
            assert_eq!(finish(reason.to_owned()), kind);
            assert_eq!(kind.reason(), reason);
        }
    }
}
