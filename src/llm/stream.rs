//! A streamed reply from the question to its last byte: tries, deadlines and the order of what comes out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::unfold;
use reqwest::Response;

use crate::llm::decode::{Decoder, Reading};
use crate::llm::delta::{Delta, DeltaStream};
use crate::llm::error::{LlmError, Phase};
use crate::llm::link::{Deadline, Link, transport};

/// How a provider is asked for a stream, and how its events are read.
pub(super) trait Api: Send + Sync + 'static {
    /// Made once and sent with every try.
    type Question: Send + Sync + 'static;
    type Reading: Reading + 'static;

    fn link(&self) -> &Link;

    /// The name of the model that is asked.
    fn model(question: &Self::Question) -> &str;

    /// Asks for a stream; its body is still to come.
    fn open(
        &self,
        question: &Self::Question,
        by: Deadline,
    ) -> impl Future<Output = Result<Response, LlmError>> + Send;
}

/// Asks for a reply as it grows; `question` is `None` if there is nothing to ask, which the first delta tells.
pub(super) fn stream<A: Api>(
    api: Arc<A>,
    question: Option<A::Question>,
    longest_pause: Duration,
) -> DeltaStream {
    Box::pin(unfold(Reply::new(api, question, longest_pause), async |mut reply| {
        let delta = reply.next().await?;
        Some((delta, reply))
    }))
}

/// Owns the response, so that dropping it closes the connection.
struct Reply<A: Api> {
    api: Arc<A>,
    question: Option<A::Question>,
    longest_pause: Duration,
    total: Deadline,
    failed: u32,
    /// A delta has come: what fails from here on is not tried again, or the reader would see text twice.
    begun: bool,
    ready: VecDeque<Delta>,
    state: State<A::Reading>,
}

enum State<R> {
    Asking,
    Reading(Box<Body<R>>),
    Failed(LlmError),
    Done,
}

struct Body<R> {
    response: Response,
    decoder: Decoder<R>,
    deadline: Deadline,
}

impl<A: Api> Reply<A> {
    fn new(api: Arc<A>, question: Option<A::Question>, longest_pause: Duration) -> Self {
        let total = api.link().total();
        let (ready, state) = (VecDeque::new(), State::Asking);
        Reply { api, question, longest_pause, total, failed: 0, begun: false, ready, state }
    }

    async fn next(&mut self) -> Option<Result<Delta, LlmError>> {
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
                    let link = self.api.link();
                    match link.wait_to_retry(error, self.failed, self.longest_pause, self.total).await {
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

    async fn ask(&mut self) -> Result<State<A::Reading>, LlmError> {
        let question = self.question.as_ref().ok_or(LlmError::NoQuestion)?;
        let deadline = self.api.link().first_byte();
        let response = self.api.open(question, deadline.or_sooner(self.total)).await?;
        Ok(State::Reading(Box::new(Body { response, decoder: Decoder::default(), deadline })))
    }

    async fn read(&mut self, mut body: Box<Body<A::Reading>>) -> Result<State<A::Reading>, LlmError> {
        let link = self.api.link();
        // Only here, after the reader has taken all there was: its own slowness is not the provider's.
        if body.decoder.take_progress() {
            body.deadline = link.idle();
        }
        let chunk =
            body.deadline.or_sooner(self.total).within(body.response.chunk()).await?.map_err(transport)?;
        if body.deadline.phase == Phase::FirstByte {
            body.deadline = link.idle();
        }
        let mut deltas = Vec::new();
        let state = match chunk {
            Some(bytes) => body.decoder.push(&bytes, &mut deltas).map(|()| State::Reading(body)),
            None => body.decoder.finish(&mut deltas).map(|()| State::Done),
        };
        for delta in &deltas {
            if let (Delta::Model(answering), Some(question)) = (delta, &self.question) {
                link.note_model(A::model(question), answering);
            }
        }
        self.begun |= !deltas.is_empty();
        self.ready.extend(deltas);
        state.map_err(|error| self.api.link().redact(error))
    }
}
