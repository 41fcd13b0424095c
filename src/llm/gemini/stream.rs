//! A streamed reply from the question to its last byte: tries, deadlines and the order of what comes out.

use std::collections::VecDeque;
use std::sync::Arc;

use reqwest::Response;

use crate::llm::delta::Delta;
use crate::llm::error::{LlmError, Phase};
use crate::llm::gemini::api::{Api, Deadline, transport};
use crate::llm::gemini::decode::Decoder;
use crate::llm::gemini::wire::Question;

/// Owns the response, so that dropping it closes the connection.
pub(super) struct Reply {
    api: Arc<Api>,
    question: Option<Question>,
    total: Deadline,
    failed: u32,
    /// A delta has come: what fails from here on is not tried again, or the reader would see text twice.
    begun: bool,
    ready: VecDeque<Delta>,
    state: State,
}

enum State {
    Asking,
    Reading(Box<Body>),
    Failed(LlmError),
    Done,
}

struct Body {
    response: Response,
    decoder: Decoder,
    deadline: Deadline,
}

impl Reply {
    /// `question` is `None` if there is nothing to ask, which the first delta tells.
    pub(super) fn new(api: Arc<Api>, question: Option<Question>) -> Reply {
        let total = api.total();
        let (ready, state) = (VecDeque::new(), State::Asking);
        Reply { api, question, total, failed: 0, begun: false, ready, state }
    }

    pub(super) async fn next(&mut self) -> Option<Result<Delta, LlmError>> {
        loop {
            if let Some(delta) = self.ready.pop_front() {
                return Some(Ok(delta));
            }
            let state = match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return None,
                State::Asking => self.ask().await,
                State::Reading(body) => self.read(body).await,
                State::Failed(error) if self.begun => return Some(Err(error)),
                State::Failed(error) => {
                    self.failed += 1;
                    let failure = error.failure();
                    match self.api.wait_to_retry(error, self.failed, self.total).await {
                        Ok(()) => {
                            self.ready.push_back(Delta::Retried(failure));
                            Ok(State::Asking)
                        }
                        Err(error) => return Some(Err(error)),
                    }
                }
            };
            self.state = state.unwrap_or_else(State::Failed);
        }
    }

    async fn ask(&mut self) -> Result<State, LlmError> {
        let question = self.question.as_ref().ok_or(LlmError::NoQuestion)?;
        let deadline = self.api.first_byte();
        let response = self.api.open(question, deadline.or_sooner(self.total)).await?;
        Ok(State::Reading(Box::new(Body { response, decoder: Decoder::default(), deadline })))
    }

    async fn read(&mut self, mut body: Box<Body>) -> Result<State, LlmError> {
        // Only here, after the reader has taken all there was: its own slowness is not the provider's.
        if body.decoder.take_progress() {
            body.deadline = self.api.idle();
        }
        let chunk =
            body.deadline.or_sooner(self.total).within(body.response.chunk()).await?.map_err(transport)?;
        if body.deadline.phase == Phase::FirstByte {
            body.deadline = self.api.idle();
        }
        let mut deltas = Vec::new();
        let state = match chunk {
            Some(bytes) => body.decoder.push(&bytes, &mut deltas).map(|()| State::Reading(body)),
            None => body.decoder.finish(&mut deltas).map(|()| State::Done),
        };
        for delta in &deltas {
            if let Delta::Model(model) = delta {
                self.api.note_model(model);
            }
        }
        self.begun |= !deltas.is_empty();
        self.ready.extend(deltas);
        state.map_err(|error| self.api.redact(error))
    }
}
