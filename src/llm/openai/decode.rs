//! Chat completions, from bytes in to deltas out. Knows no network, no clock and no key.

use serde_json::Value;

use crate::llm::decode::Reading;
use crate::llm::delta::{Delta, Finish, ToolCall, Usage};
use crate::llm::error::LlmError;
use crate::llm::failure;
use crate::llm::openai::wire::{self, Answer};

/// Calls of tools in one reply that are put together.
const MOST_CALLS: usize = 128;

/// What has to be remembered between the events of one reply.
#[derive(Debug, Default)]
pub struct Reply {
    model: Option<String>,
    usage: Usage,
    finish_reason: Option<String>,
    calls: Vec<Call>,
}

/// A call of a tool as far as it has come.
#[derive(Debug, Default)]
struct Call {
    call: ToolCall,
    arguments: String,
}

impl Reading for Reply {
    fn take(&mut self, event: &[u8], deltas: &mut Vec<Delta>) -> Result<(), LlmError> {
        let answer: Answer = failure::read(event)?;
        if let Some(error) = answer.error {
            return Err(failure::from_error(failure::OK, &error, None));
        }
        let model = answer.model.filter(|_| self.model.is_none()).map(|model| failure::name(&model));
        if let Some(model) = model.filter(|model| !model.is_empty()) {
            self.model = Some(model.clone());
            deltas.push(Delta::Model(model));
        }
        let choice = answer.choices.into_iter().flatten().find(|choice| choice.index.unwrap_or(0) == 0);
        if let Some(choice) = choice {
            if let Some(delta) = choice.delta {
                let thought = delta.reasoning_content.or(delta.reasoning);
                deltas.extend(thought.filter(|text| !text.is_empty()).map(Delta::Thought));
                let said = [delta.content, delta.refusal].into_iter().flatten();
                deltas.extend(said.filter(|text| !text.is_empty()).map(Delta::Text));
                for call in delta.tool_calls.into_iter().flatten() {
                    self.collect(call)?;
                }
            }
            self.finish_reason = choice.finish_reason.or(self.finish_reason.take());
        }
        if let Some(usage) = answer.usage.map(usage).filter(|usage| *usage != self.usage) {
            self.usage = usage;
            deltas.push(Delta::Usage(usage));
        }
        Ok(())
    }

    /// Some servers answer as a whole although they were asked for a stream.
    fn take_raw(&mut self, raw: &[u8], deltas: &mut Vec<Delta>) -> Result<(), LlmError> {
        self.take(raw, deltas)
    }

    fn tokens(&self) -> Option<u32> {
        self.usage.total_tokens
    }

    fn finish(self, deltas: &mut Vec<Delta>) -> Result<Finish, LlmError> {
        // The end of the body says nothing: some servers send no `[DONE]`, and a broken stream has none either.
        let reason = self.finish_reason.ok_or(LlmError::Incomplete)?;
        let calls = self.calls.into_iter().map(|Call { call, arguments }| {
            let args = serde_json::from_str(&arguments).unwrap_or(Value::Null);
            ToolCall { name: failure::name(&call.name), args, ..call }
        });
        // Some count from one, or leave numbers out: what was never sent is no call.
        deltas.extend(calls.filter(|call| *call != ToolCall::default()).map(Delta::ToolCall));
        Ok(finish(failure::name(&reason)))
    }
}

impl Reply {
    fn collect(&mut self, piece: wire::ToolCall) -> Result<(), LlmError> {
        let at = piece.index.unwrap_or(self.calls.len());
        if at >= MOST_CALLS {
            return Err(LlmError::Unreadable("the reply calls more tools than there can be"));
        }
        if at >= self.calls.len() {
            self.calls.resize_with(at + 1, Call::default);
        }
        let Call { call, arguments } = &mut self.calls[at];
        call.id = piece.id.or(call.id.take());
        let signature = piece.extra_content.as_ref().map(|extra| &extra["google"]["thought_signature"]);
        call.signature = signature.and_then(Value::as_str).map(str::to_owned).or(call.signature.take());
        if let Some(function) = piece.function {
            call.name.push_str(&function.name.unwrap_or_default());
            arguments.push_str(&function.arguments.unwrap_or_default());
        }
        Ok(())
    }
}

/// Thinking is a part of the completion here, and beside the reply in [`Usage`]. Gemini's compatible endpoint counts
/// it in the total alone.
fn usage(usage: wire::Usage) -> Usage {
    let thought = usage.completion_tokens_details.and_then(|details| details.reasoning_tokens);
    Usage {
        prompt_tokens: usage.prompt_tokens,
        cached_tokens: usage.prompt_tokens_details.and_then(|details| details.cached_tokens),
        reply_tokens: usage.completion_tokens.map(|all| all.saturating_sub(thought.unwrap_or(0))),
        thought_tokens: thought,
        tool_tokens: None,
        total_tokens: usage.total_tokens,
    }
}

fn finish(reason: String) -> Finish {
    match reason.as_str() {
        // A call of a tool has a reason of its own here, and none with others.
        "stop" | "tool_calls" | "function_call" => Finish::Stop,
        "length" => Finish::MaxTokens,
        "content_filter" => Finish::Filtered(reason),
        "error" => Finish::Malformed(reason),
        _ => Finish::Other(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::Reply;
    use crate::llm::decode::Decoder;
    use crate::llm::delta::{Delta, Finish};
    use crate::llm::error::LlmError;

    fn read(body: &str) -> (Vec<Delta>, Result<(), LlmError>) {
        let (mut decoder, mut deltas) = (Decoder::<Reply>::default(), Vec::new());
        let read = decoder.push(body.as_bytes(), &mut deltas).and_then(|()| decoder.finish(&mut deltas));
        (deltas, read)
    }

    #[test]
    fn only_the_first_choice_counts_and_nulls_are_nothing() {
        let (deltas, end) = read(concat!(
            r#"data: {"choices":[{"index":1,"delta":{"content":"no"},"finish_reason":"length"},"#,
            r#"{"index":0,"delta":{"content":"yes","new":1},"finish_reason":"stop"}],"usage":null,"error":null}"#,
            "\n\ndata: {\"choices\":null,\"model\":null}\n\ndata: [DONE]\n\n",
        ));
        end.unwrap();
        assert_eq!(deltas, [Delta::Text("yes".into()), Delta::Finish(Finish::Stop)]);
    }

    #[test]
    fn an_error_within_the_stream_is_what_it_says_it_is() {
        for (body, is_overloaded) in [
            (r#"{"error":{"message":"busy","type":"server_error"}}"#, true),
            (r#"{"error":{"message":"busy","code":503}}"#, true),
            (r#"{"error":"model runner has stopped"}"#, false),
            (r#"{"error":{"message":"busy","type":"overloaded_error"}}"#, true),
        ] {
            let (_, end) = read(&format!("data: {body}\n\n"));
            let error = end.unwrap_err();
            assert_eq!(matches!(error, LlmError::Overloaded { .. }), is_overloaded, "{error:?}");
            assert!(error.is_trouble(), "{error:?}");
            assert!(matches!(
                read(body).1.unwrap_err(),
                LlmError::Overloaded { .. } | LlmError::Provider { .. }
            ));
        }
    }

    #[test]
    fn what_cannot_be_read_is_an_error_that_does_not_quote_it() {
        for body in [
            "data: secret\n\n",
            "data: {\"choices\":[{\"delta\":\"secret\"}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":\"secret\n\n",
            "{\"choices\":\"secret\"}",
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":4000000000,\"id\":\"secret\"}]}}]}\n\n",
        ] {
            let (deltas, end) = read(body);
            assert_eq!(deltas, [], "{body}");
            let error = end.unwrap_err();
            assert!(matches!(error, LlmError::Unreadable(_)), "{body}: {error:?}");
            assert!(!format!("{error:?} {error}").contains("secret"));
        }
    }

    #[test]
    fn a_stream_that_ends_without_a_reason_is_not_whole() {
        let (deltas, end) =
            read("data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\ndata: [DONE]\n\n");
        assert_eq!(deltas, [Delta::Text("Hel".into())]);
        assert!(matches!(end, Err(LlmError::Incomplete)));
    }
}
