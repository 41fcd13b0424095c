//! The frames that the server sends, as far as this tool looks at them.

use serde::Deserialize;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// A frame of any type: fields that the type does not have are empty.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Frame {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(rename = "ref")]
    pub(crate) reference: Option<String>,
    pub(crate) chat_id: Option<String>,
    pub(crate) message_id: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) seq: Option<i64>,
    pub(crate) head_seq: Option<i64>,
    pub(crate) index: Option<u64>,
    pub(crate) chunk: Option<String>,
    pub(crate) content: Option<String>,
    pub(crate) full_response: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) duplicate: Option<bool>,
    pub(crate) is_bot: bool,
    pub(crate) is_complete: bool,
    pub(crate) reset: bool,
    pub(crate) streams: Vec<Draft>,
    /// The frame's text as it came.
    #[serde(skip)]
    pub(crate) text: Utf8Bytes,
}

/// A reply being written, as the snapshot of a room shows it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Draft {
    pub(crate) message_id: String,
    pub(crate) content: String,
    pub(crate) next_index: u64,
}

impl Frame {
    /// Reads a frame.
    ///
    /// # Errors
    /// When it is not a JSON object of the expected types.
    pub(crate) fn parse(text: Utf8Bytes) -> serde_json::Result<Self> {
        let mut frame: Self = serde_json::from_str(&text)?;
        frame.text = text;
        Ok(frame)
    }

    /// The number of the durable event of a chat that this frame is; an `ack` only names one.
    pub(crate) fn event_seq(&self) -> Option<i64> {
        self.seq.filter(|_| self.kind != "ack")
    }

    /// Whether an id stands anywhere in it.
    pub(crate) fn mentions(&self, id: &str) -> bool {
        self.text.contains(id)
    }

    /// Whether it brings new text of a reply.
    pub(crate) fn is_chunk(&self) -> bool {
        self.kind == "bot_stream" && !self.is_complete
    }

    /// Bytes that it took on the wire above TCP: the payload, and the header of an unmasked frame (RFC 6455, 5.2).
    pub(crate) fn wire_bytes(&self) -> usize {
        let header = match self.text.len() {
            0..=125 => 2,
            126..=65_535 => 4,
            _ => 10,
        };
        header + self.text.len()
    }
}

/// Whether a message of this status will change no more by itself.
pub(crate) fn is_settled(status: &str) -> bool {
    !matches!(status, "queued" | "streaming")
}

#[cfg(test)]
mod tests {
    use super::Frame;

    fn frame(text: String) -> Frame {
        Frame::parse(text.into()).unwrap()
    }

    #[test]
    fn an_ack_is_no_event_of_the_chat() {
        assert_eq!(frame(r#"{"type":"ack","seq":7}"#.into()).event_seq(), None);
        assert_eq!(frame(r#"{"type":"message","seq":7}"#.into()).event_seq(), Some(7));
        assert_eq!(frame(r#"{"type":"typing","new_field":{}}"#.into()).event_seq(), None);
    }

    #[test]
    fn the_wire_bytes_include_the_header_of_the_frame() {
        let empty = r#"{"type":""}"#.len();
        let sized = |bytes: usize| frame(format!(r#"{{"type":"{}"}}"#, "x".repeat(bytes - empty)));
        assert_eq!(sized(125).wire_bytes(), 127);
        assert_eq!(sized(126).wire_bytes(), 130);
        assert_eq!(sized(65_536).wire_bytes(), 65_546);
    }
}
