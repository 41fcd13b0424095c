//! What the store promises, on SQLite and, by `COOP_TEST_DATABASE`, on PostgreSQL.

mod posts;
mod support;
