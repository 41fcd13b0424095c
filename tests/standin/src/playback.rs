//! Sends a reply piece by piece at its pace. Knows nothing of what it sends.

use std::convert::Infallible;
use std::fmt;
use std::future::pending;
use std::iter::Peekable;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::{Response, StatusCode};

use crate::log::OpenCall;
use crate::reply::Reply;
use crate::synthetic::Ending;

/// The connection is to be closed at once, as a script or a broken request wants it.
#[derive(Debug)]
pub(crate) struct Dropped;

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("connection dropped")
    }
}

impl std::error::Error for Dropped {}

impl From<Infallible> for Dropped {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

pub(crate) type Body = UnsyncBoxBody<Bytes, Dropped>;

struct Player<I: Iterator> {
    pieces: Peekable<I>,
    reply: Pace,
    call: Option<OpenCall>,
    started: Started,
}

struct Pace {
    interval: std::time::Duration,
    gate: Option<crate::script::Gate>,
    ending: Ending,
}

#[derive(PartialEq, Eq)]
enum Started {
    No,
    Yes,
}

/// The response whose body plays `reply`. `call` is there for generate calls and learns how it ended.
pub(crate) fn response(reply: Reply, call: Option<OpenCall>) -> Response<Body> {
    let Reply { status, headers, pieces, interval, gate, ending } = reply;
    let player = Player {
        pieces: pieces.peekable(),
        reply: Pace { interval, gate, ending },
        call,
        started: Started::No,
    };
    let frames = stream::unfold(player, |mut player| async move {
        let frame = player.next().await?;
        Some((frame, player))
    });
    let mut response = Response::new(StreamBody::new(frames).boxed_unsync());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = headers;
    response
}

impl<I: Iterator<Item = Bytes>> Player<I> {
    async fn next(&mut self) -> Option<Result<Frame<Bytes>, Dropped>> {
        if self.pieces.peek().is_none() {
            return self.end().await;
        }
        self.pace().await;
        let piece = self.pieces.next()?;
        if self.pieces.peek().is_none() && self.reply.ending == Ending::Complete {
            // The server may drop the body without asking for more, and that is no abort.
            self.finish();
        }
        Some(Ok(Frame::data(piece)))
    }

    async fn pace(&mut self) {
        if let Some(gate) = &self.reply.gate {
            gate.pass().await;
        }
        if self.started == Started::No {
            self.started = Started::Yes;
        } else if !self.reply.interval.is_zero() {
            tokio::time::sleep(self.reply.interval).await;
        } else {
            // Lets the connection flush, so that pieces travel apart.
            tokio::task::yield_now().await;
        }
    }

    async fn end(&mut self) -> Option<Result<Frame<Bytes>, Dropped>> {
        match self.reply.ending {
            Ending::Complete => {
                self.finish();
                None
            }
            Ending::Hang => pending().await,
            Ending::Drop => {
                tokio::task::yield_now().await;
                self.finish();
                Some(Err(Dropped))
            }
        }
    }

    fn finish(&mut self) {
        if let Some(call) = &mut self.call {
            call.finish();
        }
    }
}
