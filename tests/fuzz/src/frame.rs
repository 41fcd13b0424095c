//! A client's frames: what is understood can be written and is understood the same again; a refusal is small and names its code.

use gemini_coop::protocol::{ErrorCode, ServerFrame};
use gemini_coop::socket::dispatch::parse;

/// The longest answer to a frame that is refused, in bytes: a sentence and a reference, each character escaped.
const LARGEST_REFUSAL: usize = 4 * 1024;

/// Panics unless the properties of this page hold.
pub fn holds(bytes: &[u8]) {
    // Frames that are no text do not get so far.
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match parse(text) {
        Ok(frame) => {
            assert!(is_reference(frame.reference.as_deref()), "an endless reference");
            let written = serde_json::to_string(&frame).unwrap();
            assert_eq!(parse(&written), Ok(frame), "{written} is understood otherwise");
        }
        Err(refusal) => {
            let ServerFrame::Error { reference, code, detail, chat_id: None, retry_after: None } = &*refusal
            else {
                panic!("no refusal: {refusal:?}");
            };
            assert!(matches!(code, ErrorCode::BadRequest | ErrorCode::ValidationFailed), "{code}");
            assert!(is_reference(reference.as_deref()), "an endless reference");
            assert!(!detail.is_empty() && detail.chars().count() <= 200, "{detail:?}");
            let encoded = serde_json::to_string(&refusal).unwrap();
            assert!(encoded.len() <= LARGEST_REFUSAL, "a refusal of {} bytes", encoded.len());
            assert_eq!(serde_json::from_str::<ServerFrame>(&encoded).unwrap(), *refusal);
        }
    }
}

fn is_reference(reference: Option<&str>) -> bool {
    reference.is_none_or(|reference| reference.chars().count() <= 64)
}
