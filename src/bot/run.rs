//! One run from claim to end: ask, stream, checkpoint, settle.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tokio_stream::StreamExt;
use tokio_util::sync::CancellationToken;

use crate::bot::asked;
use crate::bot::calls::Calls;
use crate::bot::context::Shown;
use crate::bot::moderation;
use crate::bot::outcome::{self, Ending};
use crate::bot::publish::Publisher;
use crate::bot::summary::LeftOut;
use crate::bot::view::{self, View};
use crate::domain::{Context, budgets, questions, runs};
use crate::llm::delta::{Delta, DeltaStream, Finish};
use crate::llm::error::LlmError;
use crate::llm::models::Choice;
use crate::llm::request::Request;
use crate::llm::retry::{LONGEST_PAUSE, LONGEST_PAUSE_WITH_FALLBACK};
use crate::protocol::{CallStatus, MessageStatus, UserRef};
use crate::store::error::{StoreError, StoreResult};
use crate::store::rows::{ClaimedRun, EndedCall, Opened, Outcome};
use crate::telemetry::metrics::metrics;

/// How long a run stays ours without a sign of life.
pub const LEASE: Duration = Duration::from_secs(10);
/// Between two checkpoints of growing text: at most so much is lost in a crash.
const CHECKPOINT: Duration = Duration::from_secs(1);
/// How long the end of a reply is tried to be written while the database is away.
const SETTLE_FOR: Duration = Duration::from_secs(120);

/// What reaches a run from outside.
pub struct Interruptions {
    /// Who stopped it.
    pub stop: oneshot::Receiver<UserRef>,
    /// The server's grace is over.
    pub drain: CancellationToken,
}

/// The reply as it has come so far.
struct Reply<'a> {
    publisher: Publisher<'a>,
    text: String,
    model: Option<String>,
    fallback: Option<Fallback>,
    calls: Calls<'a>,
    asked: Instant,
    has_spoken: bool,
    /// Bytes of the text that the database has.
    stored: usize,
    renewed: Instant,
}

/// Another model is asked than the chosen one.
struct Fallback {
    /// The chosen one.
    from: String,
    /// Why, and who is asked instead.
    sentence: String,
}

/// Why an attempt is over.
enum End {
    Settled(Box<Outcome>),
    /// Nothing was said; asking once more may help.
    Again(Ending),
    /// Nothing was said, and another model may do better.
    Trouble(LlmError),
    /// Somebody else owns the run by now: nothing may be written.
    Fenced,
}

/// Writes a claimed run's reply to its end. Returns what a good reply left to the room's summary.
pub async fn write(cx: &Context, run: &ClaimedRun, mut interruptions: Interruptions) -> Option<LeftOut> {
    let mut left = None;
    let mut reply = Reply {
        publisher: Publisher::new(&cx.bus, run),
        text: run.text.clone(),
        model: None,
        fallback: None,
        calls: Calls::new(&cx.prices),
        asked: Instant::now(),
        has_spoken: false,
        stored: run.text.len(),
        renewed: Instant::now(),
    };
    let outcome = match request(cx, run, &mut left).await {
        Ok(Some((question, request))) => {
            match moderation::question(cx, run, &mut reply.calls, &question).await {
                Some(ending) => reply.ending(ending),
                None => match candidates(cx, run, &request, &mut reply, &mut interruptions).await {
                    Some(outcome) if reply.has_spoken => {
                        moderation::reply(cx, run, &mut reply.calls, outcome).await
                    }
                    Some(outcome) => outcome,
                    None => {
                        keep_books(cx, run, &reply.calls.take()).await;
                        return None;
                    }
                },
            }
        }
        Ok(None) => reply.ending(Ending::unasked()),
        Err(error) => {
            tracing::warn!(run.id = %run.lease.run_id, %error, "the room's history cannot be read");
            reply.ending(Ending::of_error(&LlmError::Incomplete))
        }
    };
    let is_good = outcome.status == MessageStatus::Complete;
    let passed_on = questions::passed_on(cx, run, &outcome).await.unwrap_or_else(|error| {
        tracing::warn!(run.id = %run.lease.run_id, %error, "the agents that a reply asks cannot be looked up");
        None
    });
    let outcome = Outcome { passed_on, ..outcome };
    settle(cx, run, outcome, &interruptions.drain).await;
    left.filter(|_| is_good)
}

/// The question's text, and what is to be sent, of which is kept what it was. `None`: the question was deleted.
async fn request(
    cx: &Context,
    run: &ClaimedRun,
    left: &mut Option<LeftOut>,
) -> StoreResult<Option<(String, Request)>> {
    let Some(View { question, asked, shown }) = view::of(cx, run).await? else { return Ok(None) };
    let Shown { request, mut saw, from } = shown;
    let request = asked::as_wanted(request, asked, run, cx.clock.now());
    saw.settings = request.settings.clone();
    *left = from.map(|before| LeftOut { before, model: saw.settings.model.clone() });
    cx.store.keep_context(run.lease.run_id, saw, &request.system).await?;
    Ok(Some((question, request)))
}

/// Asks the chosen model and, where it is in trouble before it has said anything, those that stand in for it.
/// `None`: the run is not ours any more.
async fn candidates(
    cx: &Context,
    run: &ClaimedRun,
    request: &Request,
    reply: &mut Reply<'_>,
    interruptions: &mut Interruptions,
) -> Option<Outcome> {
    let chosen = match cx.models.choose(request.settings.model.as_deref()).await {
        Ok(chosen) => chosen,
        Err(error) => return Some(reply.ending(Ending::of_error(&error))),
    };
    let candidates = cx.models.candidates(chosen);
    for (at, choice) in candidates.iter().enumerate() {
        let next = candidates.get(at + 1);
        let pause = if next.is_some() { LONGEST_PAUSE_WITH_FALLBACK } else { LONGEST_PAUSE };
        let question = Question { choice, request, longest_pause: pause };
        match (attempts(cx, run, question, reply, interruptions).await, next) {
            (End::Settled(outcome), _) => return Some(*outcome),
            (End::Fenced, _) => return None,
            (End::Again(ending), _) => return Some(reply.ending(ending)),
            (End::Trouble(error), None) => return Some(reply.ending(Ending::of_error(&error))),
            (End::Trouble(error), Some(next)) => {
                let sentence = outcome::fallback(&choice.name(), &error, &next.name());
                tracing::warn!(run.id = %run.lease.run_id, %error, sentence, "a reply falls back to another model");
                reply.fallback = Some(Fallback { from: candidates[0].name(), sentence });
                reply.model = None;
                // What the failed calls had reserved makes room for the next one.
                keep_books(cx, run, reply.calls.so_far()).await;
            }
        }
    }
    None
}

/// What a model is asked.
#[derive(Clone, Copy)]
struct Question<'a> {
    choice: &'a Choice,
    request: &'a Request,
    longest_pause: Duration,
}

/// Asks a model, and once more if the first answer said nothing at all.
async fn attempts(
    cx: &Context,
    run: &ClaimedRun,
    question: Question<'_>,
    reply: &mut Reply<'_>,
    interruptions: &mut Interruptions,
) -> End {
    let Question { choice, request, longest_pause } = question;
    for last in [false, true] {
        let deltas = match cx.models.ask(choice, request.clone(), longest_pause) {
            Ok(deltas) => deltas,
            Err(error) => return End::Trouble(error),
        };
        match reply.calls.reserve(cx, choice, run, request).await {
            Ok(Opened::Yes) => {}
            Ok(Opened::Over(exceeded)) => {
                let refusal = budgets::refusal(&run.asked_by.display_name, &exceeded);
                return reply.settled(Ending::over_budget(refusal));
            }
            Ok(Opened::Fenced) => return End::Fenced,
            Err(error) => {
                tracing::warn!(run.id = %run.lease.run_id, %error, "a call cannot be written down before it is made");
                return reply.settled(Ending::of_error(&LlmError::Incomplete));
            }
        }
        match attempt(cx, run, deltas, reply, interruptions).await {
            End::Again(_) if !last => {
                tracing::info!(run.id = %run.lease.run_id, "an empty reply; asking once more")
            }
            end => return end,
        }
    }
    End::Fenced
}

async fn attempt(
    cx: &Context,
    run: &ClaimedRun,
    mut deltas: DeltaStream,
    reply: &mut Reply<'_>,
    interruptions: &mut Interruptions,
) -> End {
    let mut checkpoint = interval_at(Instant::now() + CHECKPOINT, CHECKPOINT);
    checkpoint.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let due = reply.publisher.due();
        tokio::select! {
            Ok(by) = &mut interruptions.stop => {
                reply.publisher.flush();
                reply.calls.ended(CallStatus::Stopped);
                let content = Some(std::mem::take(&mut reply.text));
                let (model, usage, calls) = (reply.model.take(), reply.calls.usage(), reply.calls.take());
                let fallback_from = reply.fallback.take().map(|fallback| fallback.from);
                let stopped = Outcome { content, model, usage, calls, fallback_from, ..runs::stopped(&by) };
                return End::Settled(Box::new(stopped));
            }
            () = interruptions.drain.cancelled() => {
                reply.calls.ended(CallStatus::Stopped);
                return reply.settled(Ending::restarted());
            }
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => reply.publisher.flush(),
            _ = checkpoint.tick() => {
                if reply.checkpoint(cx, run).await.is_err() {
                    reply.calls.ended(CallStatus::Stopped);
                    return End::Fenced;
                }
            }
            delta = deltas.next() => match delta {
                Some(Ok(Delta::Text(text))) => {
                    if reply.push(&text, cx.limits.reply_bytes).is_err() {
                        reply.calls.ended(CallStatus::Success);
                        return reply.settled(Ending::cut());
                    }
                }
                Some(Ok(Delta::Model(model))) => {
                    reply.calls.answered_by(model.clone());
                    reply.model = Some(model);
                }
                Some(Ok(Delta::Usage(usage))) => reply.calls.used(usage),
                Some(Ok(Delta::Retried(failure))) => reply.calls.retried(failure, cx.clock.now()),
                // No tools are offered, and thinking is not shown.
                Some(Ok(Delta::Thought(_) | Delta::ToolCall(_))) => {}
                Some(Ok(Delta::Finish(finish))) => return reply.finished(&finish),
                Some(Err(error)) => {
                    tracing::warn!(run.id = %run.lease.run_id, %error, "a reply failed");
                    reply.calls.failed(error.failure());
                    return match error.is_trouble() && !reply.has_spoken {
                        true => End::Trouble(error),
                        false => reply.settled(Ending::of_error(&error)),
                    };
                }
                None => {
                    reply.calls.failed(LlmError::Incomplete.failure());
                    return reply.settled(Ending::of_error(&LlmError::Incomplete));
                }
            }
        }
    }
}

/// The limit of a reply's length was reached.
struct Full;

/// The run belongs to somebody else by now.
struct Fenced;

impl Reply<'_> {
    /// Adds text up to the limit. NUL is left out: PostgreSQL cannot store it.
    fn push(&mut self, text: &str, at_most: usize) -> Result<(), Full> {
        self.calls.heard();
        if !std::mem::replace(&mut self.has_spoken, true) {
            metrics().run_first_chunk_seconds.record(self.asked.elapsed());
        }
        let text = text.replace('\0', "");
        let room = at_most.saturating_sub(self.text.len());
        let fitting = &text[..text.floor_char_boundary(room.min(text.len()))];
        self.text.push_str(fitting);
        self.publisher.push(fitting);
        if fitting.len() < text.len() { Err(Full) } else { Ok(()) }
    }

    /// Stores the text if it grew; otherwise shows a sign of life in time. A database that is away is
    /// waited for: the lease decides.
    async fn checkpoint(&mut self, cx: &Context, run: &ClaimedRun) -> Result<(), Fenced> {
        let ours = if self.text.len() > self.stored {
            cx.store.checkpoint(run.lease, &self.text, LEASE).await
        } else if self.renewed.elapsed() >= LEASE / 3 {
            cx.store.renew(run.lease, LEASE).await
        } else {
            return Ok(());
        };
        match ours {
            Ok(true) => {
                self.stored = self.text.len();
                self.renewed = Instant::now();
                Ok(())
            }
            Ok(false) => Err(Fenced),
            Err(error) => {
                tracing::warn!(run.id = %run.lease.run_id, %error, "a checkpoint failed");
                Ok(())
            }
        }
    }

    fn finished(&mut self, finish: &Finish) -> End {
        self.calls.ended(match finish {
            Finish::Malformed(_) | Finish::Other(_) => CallStatus::Error,
            Finish::Stop | Finish::MaxTokens | Finish::Continuation | Finish::Filtered(_) => {
                CallStatus::Success
            }
        });
        let ending = Ending::of_finish(finish, !self.text.is_empty());
        match finish {
            Finish::Stop | Finish::Malformed(_) if self.text.is_empty() => End::Again(ending),
            _ => self.settled(ending),
        }
    }

    /// The attempt is over, and so is the reply.
    fn settled(&mut self, ending: Ending) -> End {
        End::Settled(Box::new(self.ending(ending)))
    }

    /// The reply with this end. Where nothing was said, the reason itself is what the room reads.
    fn ending(&mut self, ending: Ending) -> Outcome {
        // The chunks together are the text: what waits for its turn goes out before the end.
        self.publisher.flush();
        let ended = ending.outcome();
        let fallback = self.fallback.take();
        let told = [fallback.as_ref().map(|fallback| fallback.sentence.clone()), ended.detail];
        let detail = told.into_iter().flatten().reduce(|why, end| format!("{why} {end}"));
        let text = std::mem::take(&mut self.text);
        let content = if text.is_empty() { detail.clone().unwrap_or_default() } else { text };
        Outcome {
            content: Some(content),
            detail,
            model: self.model.take(),
            fallback_from: fallback.map(|fallback| fallback.from),
            usage: self.calls.usage(),
            calls: self.calls.take(),
            ..ended
        }
    }
}

/// Writes the end; while the database is away, again and again, as long as the run is ours. A server that
/// closes does not wait so long: the next one finds the run and interrupts it.
async fn settle(cx: &Context, run: &ClaimedRun, outcome: Outcome, drain: &CancellationToken) {
    let deadline = Instant::now() + SETTLE_FOR;
    let mut pause = Duration::from_millis(100);
    loop {
        match cx.store.settle(run.lease, outcome.clone()).await {
            Ok(Some(_)) => {
                let (status, reason): (&str, Option<&str>) =
                    (outcome.status.into(), outcome.reason.map(Into::into));
                tracing::info!(chat.id = %run.chat_id, run.id = %run.lease.run_id, status, reason, "a reply settled");
                metrics().run(outcome.status.into(), outcome.reason.map(Into::into));
                return;
            }
            Ok(None) => {
                tracing::info!(run.id = %run.lease.run_id, "a reply was not ours any more");
                return keep_books(cx, run, &outcome.calls).await;
            }
            Err(StoreError::Unavailable(error)) if Instant::now() < deadline && !drain.is_cancelled() => {
                tracing::warn!(run.id = %run.lease.run_id, %error, "the end of a reply waits for the database");
                // Woken by the drain for one last try.
                let _drained = timeout(pause, drain.cancelled()).await;
                pause = (pause * 2).min(Duration::from_secs(5));
            }
            Err(error) => {
                tracing::error!(run.id = %run.lease.run_id, %error, "the end of a reply cannot be written");
                return;
            }
        }
    }
}

/// Writes down what was spent on a run that is somebody else's by now.
async fn keep_books(cx: &Context, run: &ClaimedRun, calls: &[EndedCall]) {
    if let Err(error) = cx.store.end_calls(run.lease.run_id, calls).await {
        tracing::warn!(run.id = %run.lease.run_id, %error, "the calls of a lost run cannot be written down");
    }
}
