//! What the store promises, on SQLite and, by `COOP_TEST_DATABASE`, on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod chats;
mod opening;
mod posts;
mod replay;
mod retries;
mod runs;
mod summaries;
mod support;
mod usage;
