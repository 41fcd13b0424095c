//! The tables' rows, one file per table. They never leave the store.
//!
//! SeaORM's prelude is imported whole, here only: its derives name what they need without a path.

#![expect(
    unreachable_pub,
    reason = "the derives write pub items beside the rows, which must not be narrower"
)]

pub(super) mod agent;
pub(super) mod audit;
pub(super) mod budget;
pub(super) mod call;
pub(super) mod chat;
pub(super) mod event;
pub(super) mod idempotency_key;
pub(super) mod instruction;
pub(super) mod invite_link;
pub(super) mod member;
pub(super) mod message;
pub(super) mod prompt;
pub(super) mod refresh_token;
pub(super) mod retired_username;
pub(super) mod revision;
pub(super) mod run;
pub(super) mod session;
pub(super) mod spending;
pub(super) mod summary;
pub(super) mod ticket;
pub(super) mod user;
