//! Server-sent events, from bytes in to events out. A state machine without I/O.
//!
//! Knows no provider, and reads more than any of them sends: line ends CRLF, LF or lone CR, several `data:`
//! lines, comments, a last event without its blank line, and the raw JSON that some put behind the events
//! when they fail. Bytes may be cut anywhere, so nothing is decoded as text before an event is whole.

/// Longest event in bytes, and longest raw rest.
const LIMIT: usize = 16 * 1024 * 1024;

/// An event or a line above 16 MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// What stands at the end of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// The last event, if no blank line followed it.
    pub event: Option<Vec<u8>>,
    /// Lines outside of events from the first one on that begins with `{` or `[`; empty if there were none.
    pub rest: Vec<u8>,
}

/// A body that is being read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoder {
    line: Vec<u8>,
    /// The last line ended with CR: an LF that follows belongs to it.
    after_cr: bool,
    event: Option<Vec<u8>>,
    rest: Vec<u8>,
}

impl Decoder {
    /// Takes the next bytes and appends the data of each event that they complete.
    pub fn push(&mut self, mut bytes: &[u8], events: &mut Vec<Vec<u8>>) -> Result<(), TooLong> {
        if self.after_cr && !bytes.is_empty() {
            self.after_cr = false;
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            append(&mut self.line, &bytes[..end])?;
            self.end_line(events)?;
            let (ending, following) = bytes[end..].split_at(1);
            bytes = following;
            if ending == b"\r" {
                self.after_cr = bytes.is_empty();
                bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            }
        }
        append(&mut self.line, bytes)
    }

    /// Ends the body.
    pub fn finish(mut self) -> Result<End, TooLong> {
        let mut events = Vec::new();
        if !self.line.is_empty() {
            self.end_line(&mut events)?;
        }
        self.end_event(&mut events);
        Ok(End { event: events.pop(), rest: self.rest })
    }

    fn end_line(&mut self, events: &mut Vec<Vec<u8>>) -> Result<(), TooLong> {
        let line = std::mem::take(&mut self.line);
        if let Some(data) = data(&line) {
            match &mut self.event {
                None => self.event = Some(data.to_vec()),
                Some(event) => {
                    append(event, b"\n")?;
                    append(event, data)?;
                }
            }
        } else if !self.rest.is_empty() || line.starts_with(b"{") || line.starts_with(b"[") {
            // Pretty-printed JSON: its further lines begin with anything, so all of them are kept.
            self.end_event(events);
            append(&mut self.rest, &line)?;
            append(&mut self.rest, b"\n")?;
        } else if line.is_empty() {
            self.end_event(events);
        }
        Ok(())
    }

    fn end_event(&mut self, events: &mut Vec<Vec<u8>>) {
        events.extend(self.event.take().filter(|event| !event.is_empty() && event != b"[DONE]"));
    }
}

fn append(buffer: &mut Vec<u8>, bytes: &[u8]) -> Result<(), TooLong> {
    if buffer.len() + bytes.len() > LIMIT {
        return Err(TooLong);
    }
    buffer.extend_from_slice(bytes);
    Ok(())
}

/// The value of a `data` field, or `None` for a blank line, a comment and any other field.
fn data(line: &[u8]) -> Option<&[u8]> {
    match line.strip_prefix(b"data")? {
        [] => Some(&[]),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

    use super::{Decoder, End, LIMIT, TooLong};

    /// Events, the last unfinished one and the raw rest, as text.
    fn read(pieces: &[&[u8]]) -> (Vec<String>, Option<String>, String) {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let (mut decoder, mut events) = (Decoder::default(), Vec::new());
        for piece in pieces {
            decoder.push(piece, &mut events).unwrap();
        }
        let End { event, rest } = decoder.finish().unwrap();
        (events.into_iter().map(text).collect(), event.map(text), text(rest))
    }

    #[test]
    fn every_form_of_an_event_is_read() {
        for (body, events, last) in [
            ("data: a\r\n\r\ndata: b\r\n\r\n", &["a", "b"] as &[&str], None),
            ("data: a\n\ndata: b\n\n", &["a", "b"], None),
            ("data: a\r\rdata: b\r\r", &["a", "b"], None),
            ("data:a\n\ndata:  b\n\n", &["a", " b"], None),
            ("data: a\ndata: b\n\n", &["a\nb"], None),
            ("data: a\ndata\ndata: b\n\n", &["a\n\nb"], None),
            (": hello\nevent: x\nid: 1\nretry: 5\ndata: a\n\n", &["a"], None),
            ("data: a\n\ndata: [DONE]\n\n", &["a"], None),
            ("data: a\n\ndata: b", &["a"], Some("b")),
            ("data: a\n\ndata: b\n", &["a"], Some("b")),
            ("data: a\n\n\n\n\ndata:\n\ndata: b\n\n", &["a", "b"], None),
            ("data: \u{2028}\u{2029}\u{85}\u{b}x\n\n", &["\u{2028}\u{2029}\u{85}\u{b}x"], None),
            ("dataset: no\n\ndata: a\n\n", &["a"], None),
            ("", &[], None),
        ] {
            let (got, end, rest) = read(&[body.as_bytes()]);
            assert_eq!(
                (got.as_slice(), end.as_deref(), rest.as_str()),
                (events_of(events).as_slice(), last, "")
            );
        }
    }

    fn events_of(events: &[&str]) -> Vec<String> {
        events.iter().map(|event| (*event).to_owned()).collect()
    }

    #[test]
    fn raw_json_behind_the_events_is_kept_apart() {
        let body = "data: a\n\n{\n  \"error\": {\n    \"code\": 1\n  }\n\n}\ndata: b\n\n";
        let (events, end, rest) = read(&[body.as_bytes()]);
        assert_eq!(events, ["a", "b"]);
        assert_eq!(end, None);
        assert_eq!(rest, "{\n  \"error\": {\n    \"code\": 1\n  }\n\n}\n\n");
        let (events, end, rest) = read(&[b"data: a\n[{\n}]"]);
        assert_eq!((events, end, rest.as_str()), (events_of(&["a"]), None, "[{\n}]\n"));
    }

    #[test]
    fn an_endless_line_and_an_endless_event_are_refused() {
        let mebibyte = vec![b'x'; 1024 * 1024];
        let mut events = Vec::new();
        let mut decoder = Decoder::default();
        let refused = (0..=LIMIT / mebibyte.len()).find_map(|_| decoder.push(&mebibyte, &mut events).err());
        assert_eq!(refused, Some(TooLong));

        let line = [b"data: ".as_slice(), &mebibyte, b"\n"].concat();
        let mut decoder = Decoder::default();
        let refused = (0..=LIMIT / mebibyte.len()).find_map(|_| decoder.push(&line, &mut events).err());
        assert_eq!(refused, Some(TooLong));
    }

    fn body() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            Just("data: "),
            Just("data:"),
            Just("data"),
            Just("\r\n"),
            Just("\n"),
            Just("\r"),
            Just("{\"a\":\"ü\u{2028}語\"}"),
            Just("[DONE]"),
            Just(": comment"),
            Just("event: x"),
            Just("{"),
            Just("[x"),
        ];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_events(body in body(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
            cuts.extend([0, body.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|ends| &body[ends[0]..ends[1]]).collect();
            assert_eq!(read(&pieces), read(&[&body]));
        }

        #[test]
        fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let (mut decoder, mut events) = (Decoder::default(), Vec::new());
            for byte in &body {
                decoder.push(&[*byte], &mut events).unwrap();
            }
            decoder.finish().unwrap();
        }
    }
}
