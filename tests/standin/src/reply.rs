//! Turns a script and a request into headers, pieces of a body and an end. Knows no connection: `playback` sends it.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::header::{
    CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use serde_json::Value;

use crate::errors::{ApiError, escaped, pretty};
use crate::framing::{Framing, split_events};
use crate::openai;
use crate::recordings::Recording;
use crate::script::{Answer, Break, ErrorForm, Gate, Script, numbered_chunk};
use crate::shape::{Asked, cut_text, merged};
use crate::synthetic::Ending;

/// The kinds of generate call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// `:streamGenerateContent?alt=sse`
    Events,
    /// `:streamGenerateContent` without `alt=sse`: one long JSON array.
    Array,
    /// `:generateContent`
    Unary,
    /// A chat in OpenAI's words.
    Chat,
}

/// Content codings that the client offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accepts {
    Gzip,
    Identity,
}

pub(crate) type Pieces = Box<dyn Iterator<Item = Bytes> + Send>;

/// An answer ready to be sent.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) pieces: Pieces,
    pub(crate) interval: Duration,
    pub(crate) gate: Option<Gate>,
    pub(crate) ending: Ending,
}

/// What `script`, which is no sequence and does answer, says to a call that passed every check.
pub(crate) fn reply(script: Script, asked: Asked, call: Call, accepts: Accepts) -> Reply {
    let mut reply = match (&script.answer, script.break_after) {
        _ if call == Call::Chat => openai::chat(script.clone(), asked),
        (_, Some((_, Break::Error(_)))) if call == Call::Unary => {
            Reply::error(&ApiError::of_status(503), call)
        }
        (Answer::Error(error), _) => Reply::error(error, call),
        (Answer::Recording(recording), _) if recording.status != 200 => {
            Reply::recorded_error(recording, call)
        }
        _ => Reply::success(&script, asked, call),
    };
    if let (Answer::Recording(recording), false) = (&script.answer, call == Call::Chat) {
        reply.copy_headers(recording);
    }
    if call == Call::Unary && accepts == Accepts::Gzip && reply.status == 200 {
        reply.compress();
    }
    reply.interval = script.interval;
    reply.gate = script.gate;
    reply.frame(script.framing);
    if let Some(bytes) = script.cut_after {
        reply.cut(bytes);
    }
    reply
}

impl Reply {
    pub(crate) fn whole(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert("vary", HeaderValue::from_static("Origin"));
        headers.insert("server-timing", HeaderValue::from_static("gfet4t7; dur=88"));
        let body: Bytes = body.into();
        let pieces = Box::new(Some(body).filter(|body| !body.is_empty()).into_iter());
        Self { status, headers, pieces, interval: Duration::ZERO, gate: None, ending: Ending::Complete }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::whole(status, "application/json; charset=UTF-8", pretty(body))
    }

    /// An error before the first event: plain JSON in spite of the content type on the stream path.
    pub(crate) fn error(error: &ApiError, call: Call) -> Self {
        if call == Call::Chat {
            return openai::error(error);
        }
        Self::error_bytes(error.code, error.pretty().into(), call)
    }

    fn error_bytes(status: u16, body: Bytes, call: Call) -> Self {
        if call != Call::Events {
            return Self::whole(status, "application/json; charset=UTF-8", body);
        }
        let length = body.len();
        let mut reply = Self::whole(status, "text/event-stream", body);
        reply.headers.insert(CONTENT_LENGTH, length.into());
        reply
    }

    fn recorded_error(recording: &Recording, call: Call) -> Self {
        if recording.body.starts_with(b"<") {
            return Self::whole(recording.status, "text/html; charset=UTF-8", recording.body.clone());
        }
        Self::error_bytes(recording.status, recording.body.clone(), call)
    }

    /// A recording as it was recorded, for paths other than those of generate calls.
    pub(crate) fn replayed(recording: &Recording) -> Self {
        let mut reply =
            Self::whole(recording.status, "application/json; charset=UTF-8", recording.body.clone());
        reply.copy_headers(recording);
        reply
    }

    fn success(script: &Script, asked: Asked, call: Call) -> Self {
        if call == Call::Unary {
            return Self::unary(script, asked);
        }
        let (events, mut ending) = events(script, asked);
        let events: Pieces = match script.break_after {
            None => events,
            Some((chunks, Break::Hang)) => {
                ending = Ending::Hang;
                Box::new(events.take(chunks))
            }
            Some((chunks, Break::Error(form))) => {
                Box::new(events.take(chunks).chain([error_in_stream(form)]))
            }
        };
        let mut reply = Self::whole(200, "text/event-stream", "");
        reply.headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
        reply.pieces = events;
        reply.ending = ending;
        if call == Call::Array {
            reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
            reply.headers.remove(CONTENT_DISPOSITION);
            reply.pieces = as_array(reply.pieces);
        }
        reply
    }

    fn unary(script: &Script, asked: Asked) -> Self {
        let (body, ending) = match &script.answer {
            Answer::Recording(recording) if recording.kind != "stream" => {
                (recording.body.clone(), Ending::Complete)
            }
            Answer::Made(made) if made.tail().is_some() => (made.tail().unwrap_or_default(), made.ending),
            Answer::Made(made) => (unary_body((made.objects)(&asked).into_iter()), made.ending),
            _ => (unary_body(objects(&script.answer, asked)), Ending::Complete),
        };
        let mut reply = Self::whole(200, "application/json; charset=UTF-8", body);
        reply.headers.insert("x-gemini-service-tier", HeaderValue::from_static("standard"));
        reply.ending = ending;
        if let Some((_, Break::Hang)) = script.break_after {
            reply.pieces = Box::new(std::iter::empty());
            reply.ending = Ending::Hang;
        }
        reply
    }

    fn copy_headers(&mut self, recording: &Recording) {
        const KEPT: [&str; 5] =
            ["server", "server-timing", "vary", "x-gemini-service-tier", "x-goog-upload-status"];
        for (name, value) in recording.headers.iter().filter(|(name, _)| KEPT.contains(&name.as_str())) {
            let pair = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value));
            if let (Ok(name), Ok(value)) = pair {
                self.headers.insert(name, value);
            }
        }
    }

    fn compress(&mut self) {
        let plain: Vec<Bytes> = self.take_pieces().collect();
        if plain.is_empty() {
            return;
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&plain.concat()).expect("a vector takes every byte");
        let packed = encoder.finish().expect("a vector takes every byte");
        self.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        self.pieces = Box::new([Bytes::from(packed)].into_iter());
    }

    fn frame(&mut self, framing: Framing) {
        if framing == Framing::Event {
            return;
        }
        let events: Vec<Bytes> = self.take_pieces().collect();
        let length: usize = events.iter().map(Bytes::len).sum();
        self.pieces = Box::new(framing.cut(events).into_iter());
        if framing == Framing::Cut {
            self.cut(length * 3 / 5);
        }
    }

    fn cut(&mut self, bytes: usize) {
        let mut left = bytes;
        let pieces = self.take_pieces().map(move |mut piece| {
            piece.truncate(left);
            left -= piece.len();
            piece
        });
        self.pieces = Box::new(pieces.take_while(|piece| !piece.is_empty()));
        self.ending = Ending::Drop;
    }

    fn take_pieces(&mut self) -> Pieces {
        std::mem::replace(&mut self.pieces, Box::new(std::iter::empty()))
    }
}

fn events(script: &Script, asked: Asked) -> (Pieces, Ending) {
    match &script.answer {
        Answer::Recording(recording) if recording.kind == "stream" => {
            (Box::new(split_events(&recording.body).into_iter()), Ending::Complete)
        }
        Answer::Made(made) => {
            let events = (made.objects)(&asked).into_iter().map(event);
            (Box::new(events.chain(made.tail())), made.ending)
        }
        answer => (Box::new(objects(answer, asked).map(event)), Ending::Complete),
    }
}

pub(crate) fn objects(answer: &Answer, asked: Asked) -> Box<dyn Iterator<Item = Value> + Send> {
    match answer {
        Answer::Recording(recording) => Box::new(recording.objects().into_iter()),
        Answer::Text { text, chunk_size } => Box::new(asked.answer(cut_text(text, *chunk_size), "STOP")),
        Answer::Numbered(count) => Box::new(asked.answer((1..=*count).map(numbered_chunk), "STOP")),
        Answer::Echo => {
            let text = asked.last_user_text();
            Box::new(asked.answer(cut_text(&text, 16), "STOP"))
        }
        Answer::Made(_) | Answer::Error(_) | Answer::Silence | Answer::Refusal | Answer::Sequence(_) => {
            unreachable!("these answers are no lists of objects; their callers never come here")
        }
    }
}

fn event(object: Value) -> Bytes {
    Bytes::from(format!("data: {}\r\n\r\n", escaped(object.to_string())))
}

fn unary_body(objects: impl Iterator<Item = Value>) -> Bytes {
    merged(objects).map(|object| pretty(&object).into()).unwrap_or_default()
}

fn error_in_stream(form: ErrorForm) -> Bytes {
    let error = ApiError::of_status(503);
    match form {
        ErrorForm::Event => event(error.body),
        ErrorForm::Raw => error.pretty().into(),
    }
}

fn as_array(events: Pieces) -> Pieces {
    let mut intro = "[";
    let items = events.map(move |event| {
        let text = String::from_utf8_lossy(&event);
        let item = text.strip_prefix("data: ").unwrap_or(&text).trim_end().to_owned();
        Bytes::from(format!("{}{item}", std::mem::replace(&mut intro, "\n,\r\n")))
    });
    Box::new(items.chain([Bytes::from_static(b"\n]\n")]))
}
