//! The REST door, by resource.

mod account;
mod bot;
mod branches;
mod catch_up;
pub(crate) mod chats;
mod edge;
mod guessing;
mod links;
mod members;
mod messages;
mod names;
mod preferences;
mod sessions;
mod setup;
mod usage;
mod web;
