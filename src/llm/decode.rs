//! A streamed answer, from bytes in to deltas out, in whichever protocol. Knows no network, no clock and no key.

use crate::llm::delta::{Delta, Finish};
use crate::llm::error::LlmError;
use crate::llm::{failure, sse};

/// What has to be remembered between the events of one reply, in one protocol.
pub trait Reading: Default + Send {
    /// Takes an event's data and appends its deltas, also before an error.
    fn take(&mut self, event: &[u8], deltas: &mut Vec<Delta>) -> Result<(), LlmError>;

    /// Takes text behind the events, or in their place, that is no error object.
    fn take_raw(&mut self, _raw: &[u8], _deltas: &mut Vec<Delta>) -> Result<(), LlmError> {
        Err(LlmError::Unreadable("raw text behind the events is not an error object"))
    }

    /// Tokens used so far, if they were told.
    fn tokens(&self) -> Option<u32>;

    /// Ends the reply; may append what was held back until now.
    fn finish(self, deltas: &mut Vec<Delta>) -> Result<Finish, LlmError>;
}

/// A streamed reply that is being read.
#[derive(Debug, Default)]
pub struct Decoder<R> {
    sse: sse::Decoder,
    reply: R,
    /// The event before, to recognise one that is only repeated.
    previous: Vec<u8>,
    progressed: bool,
}

impl<R: Reading> Decoder<R> {
    /// Takes the next bytes of the body and appends the deltas that they complete, also before an error.
    pub fn push(&mut self, bytes: &[u8], deltas: &mut Vec<Delta>) -> Result<(), LlmError> {
        let mut events = Vec::new();
        let read = self.sse.push(bytes, &mut events);
        for event in events {
            self.event(event, deltas)?;
        }
        read.map_err(too_long)
    }

    /// Ends the body: appends the last deltas with [`Delta::Finish`] as the very last.
    pub fn finish(mut self, deltas: &mut Vec<Delta>) -> Result<(), LlmError> {
        let end = std::mem::take(&mut self.sse).finish().map_err(too_long)?;
        if let Some(event) = end.event {
            self.event(event, deltas)?;
        }
        if !end.rest.is_empty() {
            match failure::error_object(&end.rest) {
                Some(error) => return Err(failure::from_error(failure::OK, &error, None)),
                None => self.reply.take_raw(&end.rest, deltas)?,
            }
        }
        let finish = self.reply.finish(deltas)?;
        deltas.push(Delta::Finish(finish));
        Ok(())
    }

    /// Whether something new has come since the last call: bytes that only repeat themselves are no progress.
    pub fn take_progress(&mut self) -> bool {
        std::mem::take(&mut self.progressed)
    }

    fn event(&mut self, event: Vec<u8>, deltas: &mut Vec<Delta>) -> Result<(), LlmError> {
        let before = (deltas.len(), self.reply.tokens());
        let said = self.reply.take(&event, deltas);
        let grown = self.reply.tokens() > before.1;
        let news = deltas[before.0..].iter().any(|delta| !matches!(delta, Delta::Usage(_)));
        self.progressed |= grown || (news && event != self.previous);
        self.previous = event;
        said
    }
}

fn too_long(_: sse::TooLong) -> LlmError {
    LlmError::Unreadable("an event is larger than 16 MiB")
}
