//! The rules; the only door.
//!
//! Functions take the context first, the actor second, the subject third. This floor decides and
//! records; it knows no HTTP, no frames' delivery and no sockets.

pub mod access;
pub mod agents;
pub mod asking;
pub mod audit;
pub mod auth;
pub mod branches;
pub mod budgets;
pub mod calls;
pub mod catching_up;
pub mod chats;
pub mod embeddings;
pub mod error;
pub mod kinds;
pub mod links;
pub mod members;
pub mod messages;
pub mod models;
pub mod prompts;
pub mod questions;
pub mod rates;
pub mod receipts;
pub mod runs;
pub mod signals;
mod standing;
pub mod text;
pub mod usage;
pub mod users;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::bus::Bus;
use crate::config::limits::Limits;
use crate::domain::auth::Auth;
use crate::domain::kinds::Kinds;
use crate::domain::rates::Rates;
use crate::ids::{SessionId, Timestamp};
use crate::llm::models::Models;
use crate::llm::prices::Prices;
use crate::protocol::{Me, ServerRole, User, UserRef};
use crate::store::Store;

/// What every rule needs: the outside world, the limits, and the time.
pub struct Context {
    pub store: Store,
    pub bus: Arc<Bus>,
    pub limits: Limits,
    /// What the operator tells every agent.
    pub instruction: String,
    pub rates: Rates,
    pub kinds: Kinds,
    pub auth: Auth,
    pub models: Models,
    pub prices: Prices,
    pub clock: Clock,
}

/// Where the time comes from, so that tests can hold it still.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::from_fn(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
            Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        })
    }

    /// A clock of the caller's.
    pub fn from_fn(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// This moment.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// Who acts: a person by a session, or an agent by the server's own hand.
#[derive(Clone, Debug)]
pub struct Actor {
    pub user: User,
    pub email: String,
    pub role: ServerRole,
    pub session_id: SessionId,
    /// When the session ends by itself.
    pub expires_at: Timestamp,
    /// Where they call from; none for the server's own hand.
    pub from: Option<IpAddr>,
}

impl Actor {
    /// The actor by id and names.
    pub fn as_ref(&self) -> UserRef {
        self.user.as_ref()
    }

    /// The actor as they see themselves.
    pub fn me(&self) -> Me {
        Me { user: self.user.clone(), email: self.email.clone(), role: self.role }
    }
}
