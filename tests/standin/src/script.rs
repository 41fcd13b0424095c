//! What the stand-in answers, as a value. Knows nothing of connections; `reply` turns a script into an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::errors::ApiError;
use crate::framing::Framing;
use crate::recordings::{Recording, Recordings};
use crate::synthetic::{self, Made};

/// One answer to a generate request, with its pace and its faults.
///
/// The same script answers `:streamGenerateContent` and `:generateContent`. Recordings keep their bytes on the kind of path that they
/// were recorded on and are converted for the other.
#[derive(Clone, Debug)]
pub struct Script {
    pub(crate) answer: Answer,
    pub(crate) delay: Duration,
    pub(crate) interval: Duration,
    pub(crate) framing: Framing,
    pub(crate) cut_after: Option<usize>,
    pub(crate) break_after: Option<(usize, Break)>,
    pub(crate) gate: Option<Gate>,
}

#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Recording(Arc<Recording>),
    Text {
        text: String,
        chunk_size: usize,
    },
    Numbered(usize),
    Echo,
    Error(ApiError),
    Made(Made),
    /// No answer at all: the connection stays open without a byte.
    Silence,
    /// No answer at all: the connection is closed without a byte.
    Refusal,
    Sequence(Sequence),
}

/// Scripts for successive requests; clones share the position.
#[derive(Clone, Debug)]
pub(crate) struct Sequence {
    scripts: Arc<[Script]>,
    position: Arc<AtomicUsize>,
    end: SequenceEnd,
}

#[derive(Clone, Copy, Debug)]
enum SequenceEnd {
    StayOnLast,
    StartAgain,
}

impl Sequence {
    /// The script for this request; moves on.
    pub(crate) fn next(&self) -> Script {
        let at = self.position.fetch_add(1, Ordering::Relaxed);
        let at = match self.end {
            SequenceEnd::StayOnLast => at.min(self.scripts.len() - 1),
            SequenceEnd::StartAgain => at % self.scripts.len(),
        };
        self.scripts[at].clone()
    }
}

/// How a stream that began well breaks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Break {
    Hang,
    Error(ErrorForm),
}

/// The two forms in which the API reports an error after a 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorForm {
    /// `data: {"error":{…}}` and a blank line.
    Event,
    /// An indented JSON object after the last event, without `data:`.
    Raw,
}

impl Script {
    fn new(answer: Answer) -> Self {
        Self {
            answer,
            delay: Duration::ZERO,
            interval: Duration::ZERO,
            framing: Framing::Event,
            cut_after: None,
            break_after: None,
            gate: None,
        }
    }

    /// Replays one of the crate's own recordings.
    ///
    /// # Panics
    /// When there is no recording of that id.
    pub fn recording(id: &str) -> Self {
        let recording = Recordings::bundled().get(id);
        Self::replay(recording.unwrap_or_else(|| panic!("no recording is called {id}")))
    }

    /// Replays any recording.
    pub fn replay(recording: Arc<Recording>) -> Self {
        Self::new(Answer::Recording(recording))
    }

    /// A hand-made answer; `Script::synthetic_names` lists them.
    ///
    /// # Panics
    /// When there is no synthetic answer of that name.
    pub fn synthetic(name: &str) -> Self {
        synthetic::find(name).unwrap_or_else(|| panic!("no synthetic answer is called {name}"))
    }

    /// The names that [`Script::synthetic`] and the key `syn:<name>` take.
    pub fn synthetic_names() -> impl Iterator<Item = &'static str> {
        synthetic::names()
    }

    /// A text in chunks of `chunk_size` characters, and the usual last chunk without text.
    pub fn text(text: impl Into<String>, chunk_size: usize) -> Self {
        Self::new(Answer::Text { text: text.into(), chunk_size })
    }

    /// `count` numbered chunks, `interval` apart, and the usual last chunk without text. Their text is [`numbered_text`].
    pub fn chunks(count: usize, interval: Duration) -> Self {
        Self::new(Answer::Numbered(count)).interval(interval)
    }

    /// The text of the last part of the request's last user turn.
    pub fn echo() -> Self {
        Self::new(Answer::Echo)
    }

    /// An HTTP error with the body that the API gives for it.
    pub fn status(code: u16) -> Self {
        Self::error(ApiError::of_status(code))
    }

    /// `scripts` for successive requests; the last one again and again.
    ///
    /// # Panics
    /// When `scripts` is empty.
    pub fn sequence(scripts: impl IntoIterator<Item = Self>) -> Self {
        Self::successive(scripts, SequenceEnd::StayOnLast)
    }

    /// `scripts` for successive requests, from the first again after the last.
    ///
    /// # Panics
    /// When `scripts` is empty.
    pub fn rotation(scripts: impl IntoIterator<Item = Self>) -> Self {
        Self::successive(scripts, SequenceEnd::StartAgain)
    }

    fn successive(scripts: impl IntoIterator<Item = Self>, end: SequenceEnd) -> Self {
        let scripts: Arc<[Self]> = scripts.into_iter().collect();
        assert!(!scripts.is_empty(), "a sequence needs a script");
        Self::new(Answer::Sequence(Sequence { scripts, position: Arc::default(), end }))
    }

    pub(crate) fn error(error: ApiError) -> Self {
        Self::new(Answer::Error(error))
    }

    pub(crate) fn made(made: Made) -> Self {
        Self::new(Answer::Made(made))
    }

    pub(crate) fn silence() -> Self {
        Self::new(Answer::Silence)
    }

    pub(crate) fn refusal() -> Self {
        Self::new(Answer::Refusal)
    }

    /// Time before the response's headers.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Time between HTTP chunks.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Where the borders of HTTP chunks fall; one chunk an event unless said otherwise.
    pub fn framing(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// Drops the connection after that many bytes of the body.
    pub fn cut_after(mut self, bytes: usize) -> Self {
        self.cut_after = Some(bytes);
        self
    }

    /// Falls silent after that many events; the connection stays open.
    pub fn hang_after(mut self, chunks: usize) -> Self {
        self.break_after = Some((chunks, Break::Hang));
        self
    }

    /// Ends with a 503 error after that many events, inside the 200 stream. A unary call gets the 503 as its status.
    pub fn error_after(mut self, chunks: usize, form: ErrorForm) -> Self {
        self.break_after = Some((chunks, Break::Error(form)));
        self
    }

    /// Makes every HTTP chunk of the body wait for the gate; the headers do not.
    pub fn gated(mut self) -> (Self, Gate) {
        let gate = Gate { permits: Arc::new(Semaphore::new(0)) };
        self.gate = Some(gate.clone());
        (self, gate)
    }
}

/// A test's hand on a stream: each chunk waits to be released. Clones, and all requests that the script answers, share the permits.
#[derive(Clone, Debug)]
pub struct Gate {
    permits: Arc<Semaphore>,
}

impl Gate {
    /// Lets `chunks` more chunks through.
    pub fn release(&self, chunks: usize) {
        self.permits.add_permits(chunks);
    }

    /// Lets everything through from now on.
    pub fn open(&self) {
        self.permits.close();
    }

    pub(crate) async fn pass(&self) {
        // An error means that the gate was opened for good.
        if let Ok(permit) = self.permits.acquire().await {
            permit.forget();
        }
    }
}

/// The text of chunk `number` (from 1) of [`Script::chunks`].
pub fn numbered_chunk(number: usize) -> String {
    format!("chunk {number}\n")
}

/// The whole text of [`Script::chunks`].
pub fn numbered_text(count: usize) -> String {
    (1..=count).map(numbered_chunk).collect()
}
