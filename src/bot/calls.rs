//! What a reply asks of the provider: reserved before each call, written down with its tokens and price after it.

use std::time::Duration;

use tokio::time::Instant;

use crate::bot::run::LEASE;
use crate::domain::{Context, budgets, calls};
use crate::ids::{CallId, RunId, Timestamp};
use crate::llm::delta::Usage;
use crate::llm::error::Failure;
use crate::llm::models::Choice;
use crate::llm::prices::Prices;
use crate::llm::request::Request;
use crate::protocol::{self, CallStatus};
use crate::store::error::StoreResult;
use crate::store::rows::{ClaimedRun, EndedCall, NewCall, Opened, Spent};

/// The calls of one run, or those beside it.
pub(super) struct Calls<'a> {
    prices: &'a Prices,
    /// Where they are not of a run, but beside one.
    beside: Option<RunId>,
    open: Option<Open>,
    ended: Vec<EndedCall>,
}

/// The call that is being made.
struct Open {
    id: CallId,
    at: Timestamp,
    asked: Instant,
    choice: Choice,
    model: Option<String>,
    usage: Option<Usage>,
    first_chunk: Option<Duration>,
}

impl Open {
    fn new(choice: Choice, at: Timestamp) -> Self {
        let (id, asked) = (CallId::new(), Instant::now());
        Self { id, at, asked, choice, model: None, usage: None, first_chunk: None }
    }
}

impl<'a> Calls<'a> {
    /// None made yet.
    pub(super) fn new(prices: &'a Prices) -> Self {
        Self { prices, beside: None, open: None, ended: Vec::new() }
    }

    /// Calls that are made because of a run, after its end.
    pub(super) fn beside(prices: &'a Prices) -> Self {
        Self { beside: Some(RunId::new()), ..Self::new(prices) }
    }

    /// Reserves what a call may use at most, and begins it.
    pub(super) async fn reserve(
        &mut self,
        cx: &Context,
        choice: &Choice,
        run: &ClaimedRun,
        request: &Request,
    ) -> StoreResult<Opened> {
        // Without a key nothing will be asked.
        if !choice.is_configured() {
            return Ok(Opened::Yes);
        }
        let open = Open::new(choice.clone(), cx.clock.now());
        let bounds = budgets::bounds(cx, run.asked_by.id, run.chat_id, open.at).await?;
        let tokens = (request.estimated_tokens(), choice.most_tokens(&request.settings));
        let new = calls::reservation(self.prices, choice, run.agent.id, tokens, open.at);
        let new = NewCall { id: open.id, ..new };
        let opened = match self.beside {
            None => cx.store.open_call(run.lease, LEASE, new, &bounds).await?,
            Some(run_id) => {
                let ClaimedRun { chat_id, message_id, .. } = *run;
                let of = Spent { run_id, chat_id, message_id, asked_by: run.asked_by.id };
                cx.store.open_call_beside(of, new, &bounds).await?
            }
        };
        if opened == Opened::Yes {
            self.open = Some(open);
        }
        Ok(opened)
    }

    /// Begins a check by moderation. It takes nothing of any budget, so none has to have room for it; where it cannot
    /// be written down before it is made, it is at the run's end.
    pub(super) async fn check(&mut self, cx: &Context, judge: &Choice, run: &ClaimedRun) {
        let open = Open::new(judge.clone(), cx.clock.now());
        let new = calls::reservation(self.prices, judge, run.agent.id, (0, 0), open.at);
        if let Err(error) = cx.store.open_call(run.lease, LEASE, NewCall { id: open.id, ..new }, &[]).await {
            tracing::warn!(run.id = %run.lease.run_id, %error, "a check cannot be written down before it is made");
        }
        self.open = Some(open);
    }

    /// The check ended. Nobody is charged for one, unless its provider tells what it took: then as any call is.
    pub(super) fn checked(&mut self, status: CallStatus) {
        self.close(status, Some(0));
    }

    /// Text has come.
    pub(super) fn heard(&mut self) {
        if let Some(open) = &mut self.open {
            open.first_chunk.get_or_insert_with(|| open.asked.elapsed());
        }
    }

    /// Which model answers.
    pub(super) fn answered_by(&mut self, model: String) {
        if let Some(open) = &mut self.open {
            open.model = Some(model);
        }
    }

    /// What has been used so far.
    pub(super) fn used(&mut self, usage: Usage) {
        if let Some(open) = &mut self.open {
            open.usage = Some(usage);
        }
    }

    /// The call failed, and another one is made in its place and under its reservation.
    pub(super) fn retried(&mut self, failure: Failure, now: Timestamp) {
        let Some(choice) = self.open.as_ref().map(|open| open.choice.clone()) else { return };
        self.failed(failure);
        self.open = Some(Open::new(choice, now));
    }

    /// The call failed.
    pub(super) fn failed(&mut self, failure: Failure) {
        self.close(failure.kind.into(), failure.free.then_some(0));
    }

    /// The call ended.
    pub(super) fn ended(&mut self, status: CallStatus) {
        self.close(status, None);
    }

    fn close(&mut self, status: CallStatus, otherwise: Option<i64>) {
        let Some(open) = self.open.take() else { return };
        let model = open.model.unwrap_or_else(|| open.choice.model().to_owned());
        let usage = calls::usage(self.prices, &model, open.usage, otherwise, open.at);
        self.ended.push(EndedCall {
            id: open.id,
            provider: open.choice.provider().to_owned(),
            model,
            status,
            usage,
            first_chunk_ms: open.first_chunk.map(calls::milliseconds),
            duration_ms: calls::milliseconds(open.asked.elapsed()),
            at: open.at,
        });
    }

    /// All together; nothing where no call used or cost anything.
    pub(super) fn usage(&self) -> Option<protocol::Usage> {
        let all = self.ended.iter().map(|call| call.usage).reduce(protocol::Usage::plus)?;
        let nothing = protocol::Usage { cost_microusd: Some(0), ..protocol::Usage::default() };
        (all != nothing).then_some(all)
    }

    /// Writes down how calls beside a run ended.
    pub(super) async fn settle_beside(&mut self, cx: &Context) -> StoreResult<()> {
        match self.beside {
            Some(run) => cx.store.end_calls(run, &self.take()).await,
            None => Ok(()),
        }
    }

    /// The calls that have ended so far.
    pub(super) fn so_far(&self) -> &[EndedCall] {
        &self.ended
    }

    /// The calls that have ended, for the books.
    pub(super) fn take(&mut self) -> Vec<EndedCall> {
        std::mem::take(&mut self.ended)
    }
}
