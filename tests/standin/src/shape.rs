//! The JSON objects of a hand-made answer, in the form that recorded ones have. Knows no bytes and no faults.

use serde_json::{Value, json};

use crate::strict::{Generation, field};

/// A generate request that passed every check.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) model: String,
    pub(crate) body: Value,
    pub(crate) response_id: String,
}

/// A signature as a thinking model puts beside its last part; opaque, never read by anybody.
const SIGNATURE: &str = "EoQBCoEBAb4+9vsRnl0ZyLMhQ8hRkVxLQ2ZpcnN0c3RhbmRpbg==";
const THOUGHT_TOKENS: usize = 24;

impl Asked {
    /// The text of the last part of the last user turn.
    pub(crate) fn last_user_text(&self) -> String {
        let contents = field(&self.body, "contents").and_then(Value::as_array);
        let turns = contents.map_or(&[][..], Vec::as_slice).iter().rev();
        let mut users = turns.filter(|content| content["role"] != "model");
        let parts = users.next().and_then(|content| content["parts"].as_array());
        parts
            .and_then(|parts| parts.last())
            .and_then(|part| part["text"].as_str())
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) fn continues(&self) -> bool {
        field(&self.body, "continuationToken").is_some()
    }

    fn thinks(&self) -> bool {
        Generation::of(&self.model).is_some_and(Generation::signs)
    }

    /// About four characters a token, as for most text.
    pub(crate) fn prompt_tokens(&self) -> usize {
        let contents = field(&self.body, "contents").map_or(0, |contents| contents.to_string().len());
        contents / 4 + 1
    }

    /// One object of an answer; `written` is the number of characters of visible text so far.
    pub(crate) fn object(&self, candidate: Option<Value>, written: usize) -> Value {
        let mut object = json!({
            "usageMetadata": self.usage(written),
            "modelVersion": self.model,
            "responseId": self.response_id,
        });
        if let Some(candidate) = candidate {
            object["candidates"] = json!([candidate]);
        }
        object
    }

    pub(crate) fn text(&self, text: &str, written: usize) -> Value {
        let content = json!({"parts": [{"text": text}], "role": "model"});
        self.object(Some(json!({"content": content, "index": 0})), written)
    }

    /// The last object: empty text, signed by models that think, and the reason.
    pub(crate) fn end(&self, reason: &str, written: usize) -> Value {
        let mut part = json!({"text": ""});
        if self.thinks() {
            part["thoughtSignature"] = SIGNATURE.into();
        }
        let content = json!({"parts": [part], "role": "model"});
        self.object(Some(json!({"content": content, "finishReason": reason, "index": 0})), written)
    }

    /// `pieces` and the last object, made one by one as they are read.
    pub(crate) fn answer(
        self,
        pieces: impl Iterator<Item = String> + Send + 'static,
        reason: &'static str,
    ) -> impl Iterator<Item = Value> + Send + 'static {
        let mut written = 0;
        let mut pieces = pieces.map(Some).chain([None]);
        std::iter::from_fn(move || {
            let piece = pieces.next()?;
            written += piece.as_ref().map_or(0, |text| text.chars().count());
            Some(match piece {
                Some(text) => self.text(&text, written),
                None => self.end(reason, written),
            })
        })
    }

    fn usage(&self, written: usize) -> Value {
        let (prompt, candidates) = (self.prompt_tokens(), written.div_ceil(4));
        let thoughts = if self.thinks() { THOUGHT_TOKENS } else { 0 };
        let mut usage = json!({
            "promptTokenCount": prompt,
            "totalTokenCount": prompt + candidates + thoughts,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
            "serviceTier": "standard",
        });
        for (name, count) in [("candidatesTokenCount", candidates), ("thoughtsTokenCount", thoughts)] {
            if count > 0 {
                usage[name] = count.into();
            }
        }
        usage
    }
}

/// Text cut into pieces of `size` characters.
pub(crate) fn cut_text(text: &str, size: usize) -> impl Iterator<Item = String> + Send + use<> {
    let letters: Vec<char> = text.chars().collect();
    let size = size.max(1);
    let starts = (0..letters.len()).step_by(size);
    starts.map(move |at| letters[at..(at + size).min(letters.len())].iter().collect())
}

/// What a unary call gets for an answer made for a stream: parts of one kind joined, everything else as it was last.
pub(crate) fn merged(objects: impl Iterator<Item = Value>) -> Option<Value> {
    objects.reduce(|mut whole, object| {
        let Value::Object(members) = object else { return whole };
        for (name, value) in members {
            if name == "candidates" && whole["candidates"][0].is_object() {
                merge_candidate(&mut whole["candidates"][0], &value[0]);
            } else {
                whole[name] = value;
            }
        }
        whole
    })
}

fn merge_candidate(whole: &mut Value, next: &Value) {
    for (name, value) in next.as_object().into_iter().flatten() {
        if name != "content" || !whole["content"]["parts"].is_array() {
            whole[name] = value.clone();
            continue;
        }
        for part in value["parts"].as_array().into_iter().flatten() {
            let parts = whole["content"]["parts"].as_array_mut().expect("checked above");
            match (parts.last_mut(), part["text"].as_str()) {
                (Some(last), Some(text))
                    if last["text"].is_string() && last["thought"] == part["thought"] =>
                {
                    last["text"] = format!("{}{text}", last["text"].as_str().unwrap_or_default()).into();
                    if let Some(signature) = part.get("thoughtSignature") {
                        last["thoughtSignature"] = signature.clone();
                    }
                }
                _ => parts.push(part.clone()),
            }
        }
    }
}
