//! How often a person may do something; counted across their sockets and requests.

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;

use crate::config::limits::Limits;
use crate::domain::error::{Error, Result};
use crate::ids::{ChatId, UserId};

/// The per-person token buckets of this server.
pub struct Rates {
    messages: DefaultKeyedRateLimiter<UserId>,
    questions: DefaultKeyedRateLimiter<UserId>,
    typing: DefaultKeyedRateLimiter<(UserId, ChatId)>,
}

impl Rates {
    /// Full buckets for everybody.
    pub fn new(limits: &Limits) -> Self {
        Self {
            messages: RateLimiter::keyed(quota(limits.messages_per_second, limits.messages_burst)),
            questions: RateLimiter::keyed(Quota::per_minute(at_least_one(limits.questions_per_minute))),
            typing: RateLimiter::keyed(quota(1, 1)),
        }
    }

    /// Takes one message's worth.
    pub fn message(&self, user: UserId) -> Result<()> {
        take(&self.messages, user)
    }

    /// Takes one question's worth, beside the message that holds it.
    pub fn question(&self, user: UserId) -> Result<()> {
        take(&self.questions, user)
    }

    /// Whether the others in the chat may be told now that the user types: once a second is enough.
    pub fn typing(&self, user: UserId, chat: ChatId) -> bool {
        self.typing.check_key(&(user, chat)).is_ok()
    }

    /// Forgets whoever has a full bucket again; to be called now and then.
    pub fn prune(&self) {
        self.messages.retain_recent();
        self.messages.shrink_to_fit();
        self.questions.retain_recent();
        self.questions.shrink_to_fit();
        self.typing.retain_recent();
        self.typing.shrink_to_fit();
    }
}

/// `per_second`, and `burst` at once after a pause; zeros count as one.
pub fn quota(per_second: u32, burst: u32) -> Quota {
    Quota::per_second(at_least_one(per_second)).allow_burst(at_least_one(burst))
}

fn at_least_one(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN)
}

fn take(bucket: &DefaultKeyedRateLimiter<UserId>, user: UserId) -> Result<()> {
    bucket.check_key(&user).map_err(|denied| Error::RateLimited {
        retry_after: denied.wait_time_from(DefaultClock::default().now()),
    })
}
