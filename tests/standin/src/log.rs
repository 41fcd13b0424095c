//! What the stand-in was asked, and how each call ended. Knows nothing of answers.

use std::collections::VecDeque;

use hyper::HeaderMap;
use serde_json::Value;
use tokio::sync::watch;
use tokio::time::Instant;

/// Older requests are forgotten, so that a long load run does not fill memory.
const KEPT: usize = 1_000;

/// A request as it came in.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Counts from 0 in the order of arrival.
    pub number: usize,
    pub method: String,
    /// Decoded, without the query.
    pub path: String,
    pub query: String,
    /// The model that the path names, without `models/`.
    pub model: Option<String>,
    pub key: Option<String>,
    pub headers: HeaderMap,
    /// The JSON body; null when there was none or it was over 1 MiB.
    pub body: Value,
    pub at: Instant,
    /// The status answered; none while no headers went out.
    pub status: Option<u16>,
    /// When the answer to a generate call was handed over whole, or was broken off as its script says.
    pub finished_at: Option<Instant>,
    /// When the client went away before the answer to a generate call was whole.
    pub aborted_at: Option<Instant>,
}

/// The latest requests and the number of generate calls in progress.
#[derive(Debug, Default)]
pub struct Log {
    requests: VecDeque<Recorded>,
    total: usize,
    open: usize,
    max_open: usize,
    aborted: usize,
}

impl Log {
    /// The latest 1,000 requests, oldest first.
    pub fn requests(&self) -> impl DoubleEndedIterator<Item = &Recorded> {
        self.requests.iter()
    }

    /// The number of requests since the start.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The number of generate calls that are being answered.
    pub fn open_streams(&self) -> usize {
        self.open
    }

    /// The most generate calls that were being answered at once.
    pub fn max_open_streams(&self) -> usize {
        self.max_open
    }

    /// The number of generate calls whose client went away.
    pub fn aborted(&self) -> usize {
        self.aborted
    }

    pub(crate) fn add(&mut self, request: Recorded) -> usize {
        let number = self.total;
        self.total += 1;
        self.requests.push_back(Recorded { number, ..request });
        if self.requests.len() > KEPT {
            self.requests.pop_front();
        }
        number
    }

    pub(crate) fn answered(&mut self, number: usize, status: u16) {
        self.change(number, |request| request.status = Some(status));
    }

    fn change(&mut self, number: usize, change: impl FnOnce(&mut Recorded)) {
        let oldest = self.total - self.requests.len();
        if let Some(request) = number.checked_sub(oldest).and_then(|at| self.requests.get_mut(at)) {
            change(request);
        }
    }
}

/// A generate call in progress. Dropped before `finish`, it says that the client went away.
pub(crate) struct OpenCall {
    log: watch::Sender<Log>,
    number: usize,
    progress: Progress,
}

#[derive(PartialEq, Eq)]
enum Progress {
    Open,
    Finished,
}

impl OpenCall {
    pub(crate) fn begin(log: &watch::Sender<Log>, number: usize) -> Self {
        log.send_modify(|log| {
            log.open += 1;
            log.max_open = log.max_open.max(log.open);
        });
        Self { log: log.clone(), number, progress: Progress::Open }
    }

    pub(crate) fn finish(&mut self) {
        if self.progress == Progress::Finished {
            return;
        }
        self.progress = Progress::Finished;
        self.log.send_modify(|log| {
            log.open -= 1;
            log.change(self.number, |request| request.finished_at = Some(Instant::now()));
        });
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        if self.progress == Progress::Finished {
            return;
        }
        self.log.send_modify(|log| {
            log.open -= 1;
            log.aborted += 1;
            log.change(self.number, |request| request.aborted_at = Some(Instant::now()));
        });
    }
}
