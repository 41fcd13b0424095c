//! What the store promises, on SQLite and, by `COOP_TEST_DATABASE`, on PostgreSQL.

mod accounts;
mod chats;
mod opening;
mod posts;
mod replay;
mod runs;
mod support;
