//! The fields a request may have, and the search for others. Knows names only; `strict` knows what they mean.

use serde_json::Value;

use crate::errors::{ApiError, unknown_name};

/// What an object may hold. Lists are looked into, element by element.
pub(crate) struct Fields {
    /// Fields whose values are not looked into: scalars, and objects of the user's own making.
    free: &'static [&'static str],
    nested: &'static [(&'static str, &'static Fields)],
}

const EMPTY: Fields = Fields { free: &[], nested: &[] };

const BLOB: Fields = Fields { free: &["mimeType", "data", "displayName"], nested: &[] };
const FILE_DATA: Fields = Fields { free: &["mimeType", "fileUri", "displayName"], nested: &[] };

const PART: Fields = Fields {
    free: &["text", "thought", "thoughtSignature", "partMetadata"],
    nested: &[
        ("inlineData", &BLOB),
        ("fileData", &FILE_DATA),
        ("functionCall", &Fields { free: &["id", "name", "args"], nested: &[] }),
        ("functionResponse", &FUNCTION_RESPONSE),
        ("executableCode", &Fields { free: &["id", "language", "code"], nested: &[] }),
        ("codeExecutionResult", &Fields { free: &["id", "outcome", "output"], nested: &[] }),
        ("toolCall", &Fields { free: &["id", "toolType", "args"], nested: &[] }),
        ("toolResponse", &Fields { free: &["id", "toolType", "response"], nested: &[] }),
        ("videoMetadata", &Fields { free: &["startOffset", "endOffset", "fps"], nested: &[] }),
        ("mediaResolution", &Fields { free: &["level", "numTokens"], nested: &[] }),
    ],
};

const FUNCTION_RESPONSE: Fields = Fields {
    free: &["id", "name", "response", "willContinue", "scheduling"],
    nested: &[("parts", &Fields { free: &[], nested: &[("inlineData", &BLOB), ("fileData", &FILE_DATA)] })],
};

const CONTENT: Fields = Fields { free: &["role"], nested: &[("parts", &PART)] };

const GENERATION_CONFIG: Fields = Fields {
    free: &[
        "temperature",
        "topP",
        "topK",
        "candidateCount",
        "maxOutputTokens",
        "stopSequences",
        "responseMimeType",
        "responseSchema",
        "responseJsonSchema",
        "responseModalities",
        "responseLogprobs",
        "logprobs",
        "presencePenalty",
        "frequencyPenalty",
        "seed",
        "mediaResolution",
        "speechConfig",
        "imageConfig",
        "responseFormat",
    ],
    nested: &[(
        "thinkingConfig",
        &Fields { free: &["includeThoughts", "thinkingBudget", "thinkingLevel"], nested: &[] },
    )],
};

const TOOL: Fields = Fields {
    free: &["googleSearchRetrieval", "googleMaps", "computerUse", "mcpServers"],
    nested: &[
        (
            "functionDeclarations",
            &Fields {
                free: &[
                    "name",
                    "description",
                    "parameters",
                    "parametersJsonSchema",
                    "response",
                    "responseJsonSchema",
                    "behavior",
                ],
                nested: &[],
            },
        ),
        ("googleSearch", &Fields { free: &["timeRangeFilter", "searchTypes"], nested: &[] }),
        ("urlContext", &EMPTY),
        ("codeExecution", &EMPTY),
        ("fileSearch", &Fields { free: &["fileSearchStoreNames", "topK", "metadataFilter"], nested: &[] }),
    ],
};

const TOOL_CONFIG: Fields = Fields {
    free: &["includeServerSideToolInvocations"],
    nested: &[
        ("functionCallingConfig", &Fields { free: &["mode", "allowedFunctionNames"], nested: &[] }),
        ("retrievalConfig", &Fields { free: &["latLng", "languageCode"], nested: &[] }),
    ],
};

pub(crate) const GENERATE: Fields = Fields {
    free: &["model", "cachedContent", "labels", "serviceTier", "continuationToken", "store"],
    nested: &[
        ("contents", &CONTENT),
        ("systemInstruction", &CONTENT),
        ("generationConfig", &GENERATION_CONFIG),
        ("safetySettings", &Fields { free: &["category", "threshold"], nested: &[] }),
        ("tools", &TOOL),
        ("toolConfig", &TOOL_CONFIG),
    ],
};

pub(crate) const COUNT: Fields =
    Fields { free: &[], nested: &[("contents", &CONTENT), ("generateContentRequest", &GENERATE)] };

const EMBED: Fields = Fields {
    free: &["model", "taskType", "title", "outputDimensionality"],
    nested: &[("content", &CONTENT)],
};

pub(crate) const EMBED_BATCH: Fields = Fields { free: &[], nested: &[("requests", &EMBED)] };

impl Fields {
    /// Refuses the first field that the API does not know, at whatever depth.
    pub(crate) fn check(&self, value: &Value) -> Result<(), ApiError> {
        self.check_at(value, "")
    }

    fn check_at(&self, value: &Value, place: &str) -> Result<(), ApiError> {
        match value {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .try_for_each(|(at, item)| self.check_at(item, &format!("{place}[{at}]"))),
            Value::Object(members) => members.iter().try_for_each(|(name, value)| {
                let camel = camel_case(name);
                if self.free.contains(&camel.as_str()) {
                    return Ok(());
                }
                let (_, fields) = self
                    .nested
                    .iter()
                    .find(|(known, _)| *known == camel)
                    .ok_or_else(|| unknown_name(name, place))?;
                let dot = if place.is_empty() { "" } else { "." };
                fields.check_at(value, &format!("{place}{dot}{}", snake_case(name)))
            }),
            Value::Null => Ok(()),
            _ => Err(ApiError::invalid(format!(
                "Invalid JSON payload received. Expected an object at '{place}'."
            ))),
        }
    }
}

/// The API takes both spellings; the free-form objects are never renamed.
pub(crate) fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut out, word| {
        let mut letters = word.chars();
        out.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        out.push_str(letters.as_str());
        out
    })
}

/// Error messages name fields as the protocol buffers do.
fn snake_case(name: &str) -> String {
    name.chars().fold(String::new(), |mut out, letter| {
        if letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
        out
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn complaint(body: Value) -> String {
        let error = GENERATE.check(&body).expect_err("the body has an unknown field");
        error.body["error"]["message"].as_str().expect("a message").to_owned()
    }

    #[test]
    fn an_unknown_field_is_named_with_its_place() {
        let intro = "Invalid JSON payload received. Unknown name ";
        assert_eq!(complaint(json!({"stream": true})), format!("{intro}\"stream\": Cannot find field."));
        assert_eq!(
            complaint(json!({"generationConfig": {"thinkingConfig": {"budget": 1}}})),
            format!("{intro}\"budget\" at 'generation_config.thinking_config': Cannot find field.")
        );
        assert_eq!(
            complaint(json!({"contents": [{"parts": [{"text": "a"}, {"txt": "b"}]}]})),
            format!("{intro}\"txt\" at 'contents[0].parts[1]': Cannot find field.")
        );
    }

    #[test]
    fn both_spellings_are_known_and_arguments_are_free() {
        let body = json!({"generation_config": {"top_k": 3}, "contents": [{"parts": [{"functionCall": {"args": {"any_thing": {}}}}]}]});
        assert!(GENERATE.check(&body).is_ok());
    }
}
