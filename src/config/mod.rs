//! What the operator says: flags, environment and `.env`.

pub mod auth;
pub mod database;
pub mod limits;
pub mod llm;
